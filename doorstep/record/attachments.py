"""Photographs and recordings that came with a submission, sealed under its person's key."""

from __future__ import annotations

from doorstep.record.database import first
from doorstep.record.record import Record
from doorstep.record.vault import unseal


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
