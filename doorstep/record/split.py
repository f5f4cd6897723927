"""A body split by the people it speaks of, so that each part lies under its own person's key, and joined again.

A birth speaks of a mother and of her babies: erasing one of them leaves the others' words readable.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

from doorstep.content.flatten import rows_with_subjects
from doorstep.content.model import Form

PART = "$part"
"""In the main part, {"$part": n} stands where the n-th part was."""

Parts = list[tuple[str, bytes]]
"""(subject, JSON): the first is the submission itself."""


def split(subject: str, body: Mapping[str, Any], canonical: bytes, form: Form | None, root: str | None = None) -> Parts:
    """Parts of a body. Without a form that speaks of several people there is one, the canonical bytes themselves."""
    if form is None or not _several(form) or not isinstance(body.get("answers"), dict):
        return [(subject, canonical)]
    whole = copy.deepcopy(dict(body))
    parts: Parts = [(subject, b"")]
    told = {**whole, "root": root} if root else whole
    for scope in rows_with_subjects(form, told):
        if scope.subject and scope.subject != subject and scope.path == form.makes_in and isinstance(scope.answers, dict):
            parts.append((scope.subject, _dump(scope.answers)))
            scope.answers.clear()
            scope.answers[PART] = len(parts) - 1
    parts[0] = (subject, _dump(whole))
    return parts


def _several(form: Form) -> bool:
    return form.makes is not None and bool(form.makes_in)


def join(main: bytes, others: Mapping[int, tuple[str, bytes | None]]) -> dict[str, Any]:
    """The body again. others: n -> (subject, JSON, or None where the key is destroyed: her row then says only whose it was)."""
    body: dict[str, Any] = json.loads(main)
    if others:
        _fill(body, others)
    return body


def _fill(value: Any, others: Mapping[int, tuple[str, bytes | None]]) -> None:
    """Puts every part where its mark stands, in place. Parts hold no marks themselves."""
    if isinstance(value, dict):
        number = value.get(PART)
        if isinstance(number, int) and number in others and len(value) == 1:
            subject, part = others[number]
            value.clear()
            # The row keeps its place, so that its sisters keep their numbers and ids.
            value.update({"meta": {"entity": {"id": subject}}} if part is None else json.loads(part))
            return
        for inner in value.values():
            _fill(inner, others)
    elif isinstance(value, list):
        for inner in value:
            _fill(inner, others)


def speaks_of(parts: Sequence[tuple[str, bytes]]) -> list[str]:
    """All subjects of a body, the main one first."""
    return list(dict.fromkeys(subject for subject, _ in parts))


def _dump(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
