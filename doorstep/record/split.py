"""A body split by the people it speaks of, so that each part lies under its own person's key, and joined again.

A birth speaks of a mother and of her babies: erasing one of them leaves the others' words readable, and what they mean.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

from doorstep.content.flatten import rows_with_subjects
from doorstep.content.flatten_walk import ABSENT, Scope
from doorstep.content.model import Form

PART = "$part"
"""In the main part, {"$part": n} stands where the n-th part was."""

Parts = list[tuple[str, bytes]]
"""(subject, JSON): the first is the submission itself."""


def split(subject: str, body: Mapping[str, Any], canonical: bytes, form: Form | None, root: str | None = None) -> Parts:
    """Parts of a body. Without a form that speaks of several people there is one, the canonical bytes themselves."""
    if form is None or not (form.makes and form.makes_in) or not isinstance(body.get("answers"), dict):
        return [(subject, canonical)]
    whole = copy.deepcopy(dict(body))
    parts: Parts = [(subject, b"")]
    for scope in rows_with_subjects(form, {**whole, "root": root} if root else whole):
        if scope.path == form.makes_in and scope.subject and scope.subject != subject and isinstance(scope.answers, dict):
            parts.append((scope.subject, _dump({"row": scope.answers, "around": _around(scope, form)})))
            scope.answers.clear()
            scope.answers[PART] = len(parts) - 1
    parts[0] = (subject, _dump(whole))
    return parts


def _around(scope: Scope, form: Form) -> dict[str, Any]:
    """What a row needs from outside itself to be understood: the answers that say when."""
    names = {form.event_time, *(question.when for question in form.questions if question.repeat == form.makes_in)}
    if scope.parent is None:
        return {}
    found = {name: scope.parent.find(name) for name in sorted(name for name in names if name)}
    return {name: raw for name, raw in found.items() if raw is not ABSENT}


def join(
    main: bytes | None, others: Mapping[int, tuple[str, bytes | None]], form: Form | None
) -> dict[str, Any] | None:
    """The body again; None when nothing of it can be read.

    main: None where its person was erased. others: n -> (subject, JSON, or None where the key is destroyed: her row then
    only says whose it was, and keeps its place, so that its sisters keep their numbers and ids).
    """
    rows = {n: _row(subject, part) for n, (subject, part) in others.items()}
    if main is not None:
        body: dict[str, Any] = json.loads(main)
        if rows:
            _fill(body, rows)
        return body
    if form is None or not form.makes_in or all(part is None for _, part in others.values()):
        return None
    answers: dict[str, Any] = {}
    for _, part in others.values():
        answers.update(json.loads(part)["around"] if part else {})
    inner = answers
    for name in form.makes_in[:-1]:
        inner = inner.setdefault(name, {})
    inner[form.makes_in[-1]] = [rows[n] for n in sorted(rows)]
    return {"answers": answers}


def _row(subject: str, part: bytes | None) -> dict[str, Any]:
    if part is None:
        return {"meta": {"entity": {"id": subject}}}
    row: dict[str, Any] = json.loads(part)["row"]
    return row


def _fill(value: Any, rows: Mapping[int, dict[str, Any]]) -> None:
    """Puts every row where its mark stands, in place."""
    if isinstance(value, dict):
        number = value.get(PART)
        if len(value) == 1 and isinstance(number, int) and number in rows:
            value.clear()
            value.update(rows[number])
            return
        for inner in value.values():
            _fill(inner, rows)
    elif isinstance(value, list):
        for inner in value:
            _fill(inner, rows)


def speaks_of(parts: Sequence[tuple[str, bytes]]) -> list[str]:
    """All subjects of a body, the main one first."""
    return list(dict.fromkeys(subject for subject, _ in parts))


def _dump(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
