"""Photographs and recordings that came with a submission, sealed under its person's key."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from typing import Any

from doorstep.content.uploaded import READERS
from doorstep.record import people
from doorstep.record.database import among, first
from doorstep.record.reading import bodies, logged_rows
from doorstep.record.record import Record
from doorstep.record.scope import Scope
from doorstep.record.vault import seal, unseal

KEPT, AWAITED, REFUSED, GONE = "kept", "awaited", "refused", "gone"
"""What became of a file that came alone: it is here; its form is not here yet; its form does not name it; its person was
erased."""


def attachment(record: Record, submission: str, name: str) -> tuple[str, bytes] | None:
    """(media type, content); None when there is none, or its person was erased."""
    with record.store.log.read() as log:
        row = first(
            log, "SELECT a.subject, a.type, a.sealed FROM attachment AS a JOIN submission AS s ON s.seq = a.seq "
            "WHERE s.id = ? AND a.name = ?", [submission, name],
        )  # fmt: skip
        if row is None:
            return None
        key = record.store.vault.get(log, [row[0]]).get(row[0])
    return (row[1], unseal(key, f"{submission}/file/{name}", bytes(row[2]))) if key else None


def attachments(record: Record, submissions: list[str]) -> dict[str, list[tuple[str, str, int]]]:
    """Submission -> (name, media type, bytes) of what came with it."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    with record.store.log.read() as log:
        condition, values = among(log, "s.id", submissions)
        rows = log.rows(
            "SELECT s.id, a.name, a.type, a.size FROM attachment AS a JOIN submission AS s ON s.seq = a.seq "
            f"WHERE {condition} ORDER BY a.name", values,
        )  # fmt: skip
    for submission, name, kind, size in rows:
        found.setdefault(str(submission), []).append((str(name), str(kind), int(size)))
    return found


def opens_form(record: Record, form: str, roles: Collection[str], scope: Scope) -> bool:
    """Whether these roles open everything that was answered in a form: a picture may show any of it."""
    told = record.shelf.uploaded(form)
    if told is not None:
        return scope.everything or not {*told.roles, *READERS}.isdisjoint(roles)
    known, programmes = record.shelf.form(form), list(record.rules.pack.programmes.values())
    codes = {question.code for question in known.form.questions if question.code} if known else set()
    return known is not None and all(people.opened(programmes, scope, frozenset(roles), code) for code in codes)


def add_attachment(record: Record, submission: str, name: str, kind: str, content: bytes) -> str:
    """Keeps a file that came after its form; the same once more is no news. Its name is the SHA-256 of its content and an ending,
    and stands among the answers, which are signed: so nobody can hang anything else on a form. Returns one of the above."""
    if hashlib.sha256(content).hexdigest() != name.partition(".")[0]:
        return REFUSED
    with record.store.log.write() as log:
        rows = logged_rows(log, "id = ?", [submission])
        if not rows:
            return AWAITED
        body = bodies(log, record.store.vault, rows, record.shelf)[0]
        key = record.store.vault.get(log, [rows[0].subject]).get(rows[0].subject)
        if body is None or key is None:
            return GONE
        if name not in _texts(body.get("answers")):
            return REFUSED
        if not log.rows("SELECT 1 FROM attachment WHERE seq = ? AND name = ?", [rows[0].seq, name]):
            sealed = seal(key, f"{submission}/file/{name}", content)
            log.insert(
                "attachment", ("seq", "name", "subject", "type", "size", "sealed"),
                [(rows[0].seq, name, rows[0].subject, kind[:100], len(content), sealed)],
            )  # fmt: skip
    return KEPT


def _texts(answers: Any) -> Iterator[str]:
    if isinstance(answers, str):
        yield answers
    elif isinstance(answers, dict | list):
        for inner in answers.values() if isinstance(answers, dict) else answers:
            yield from _texts(inner)
