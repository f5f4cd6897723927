"""Openings: somebody who lives in another area is here now, and open to the worker who looks after her, for some days.

Nothing has to happen for an opening to end: the day does it. The audit log says who opened whom, and why.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from doorstep.accounts import audit
from doorstep.accounts.models import Opening, Worker
from doorstep.record.lists import today

REASONS = ("birth_here", "staying", "moved", "sent_here", "urgent", "other")
"""Why somebody is looked for: she gives birth here, stays here for a time, moved here, was sent here, needs help now."""
USUAL, MOST = 14, 42
"""Days that an opening lasts: when nobody says, and at most (a birth and the six weeks after it)."""


@dataclass(frozen=True)
class Open:
    """An opening as a phone hears of it. until: the first day on which it is over."""

    subject: str
    since: int
    until: int
    reason: str


def open_for(worker: Worker, subject: str, reason: str, days: int = USUAL) -> Open:
    """Opens her to this worker from today on; one that was open already lasts as long as the longer of the two."""
    if reason not in REASONS:
        raise ValueError(f"no such reason: {reason}")
    day, days = today(), max(1, min(days, MOST))
    with transaction.atomic():
        row = worker.openings.filter(subject=subject, valid_from__lte=day, valid_to__gt=day).first()
        if row is None:
            row = Opening.objects.create(worker=worker, subject=subject, reason=reason, valid_from=day, valid_to=day + days)
        elif row.valid_to < day + days:
            row.valid_to = day + days
            row.save(update_fields=["valid_to"])
        audit.note(worker.username, "opened", subject=subject, about=f"{reason} {days} days")
    return _told(row)


def close(worker: Worker, subject: str) -> bool:
    """Ends what is open of her to this worker, now; whether anything was."""
    day = today()
    with transaction.atomic():
        ended = worker.openings.filter(subject=subject, valid_from__lte=day, valid_to__gt=day).update(valid_to=day)
        if ended:
            audit.note(worker.username, "closed", subject=subject)
    return bool(ended)


def of(worker: Worker, day: int | None = None) -> list[Open]:
    """What is open to this worker on a day (today)."""
    day = today() if day is None else day
    return [_told(row) for row in worker.openings.filter(valid_from__lte=day, valid_to__gt=day).order_by("pk")]


def ever(worker: Worker) -> list[Open]:
    """Every opening that this worker ever had."""
    return [_told(row) for row in worker.openings.order_by("pk")]


def on(username: str, days: Collection[int]) -> set[str]:
    """Whoever was open to this worker on one of these days. An opening that was ended early counts to the end of that day."""
    rows = Opening.objects.filter(worker__username=username, worker__is_active=True)
    return {row.subject for row in rows if any(row.valid_from <= day < max(row.valid_to, row.valid_from + 1) for day in days)}


def _told(row: Opening) -> Open:
    return Open(row.subject, row.valid_from, row.valid_to, row.reason)
