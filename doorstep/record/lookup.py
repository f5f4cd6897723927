"""What became of a submission, by its id."""

from __future__ import annotations

from doorstep.record.database import first
from doorstep.record.intake import Receipt
from doorstep.record.reasons import ACCEPTED, HELD, REFUSED
from doorstep.record.record import Record


def outcome_of(record: Record, id: str) -> Receipt | None:
    """The receipt of a submission that is here, accepted or kept aside; None when nobody knows of it."""
    with record.store.log.read() as log:
        if found := first(log, "SELECT seq FROM submission WHERE id = ?", [id]):
            return Receipt(id, ACCEPTED, seq=found[0])
        row = first(log, "SELECT outcome, reason, detail, decision FROM aside WHERE id = ? ORDER BY n LIMIT 1", [id])
    if row is None:
        return None
    outcome, reason, detail, decision = row
    if decision == "refused":
        return Receipt(id, REFUSED, "refused_by_person")
    if decision == "erased":
        return Receipt(id, REFUSED, "subject_erased")
    return Receipt(id, HELD if outcome == HELD else REFUSED, reason, detail)
