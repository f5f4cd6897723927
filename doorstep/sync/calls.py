"""Whom a worker calls when somebody is in danger: who answers for her area, nearest first. Her phone keeps it for when there is
no network."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q

from doorstep.accounts.models import Assignment, Worker
from doorstep.accounts.roles import EVERYWHERE
from doorstep.record.database import Connection
from doorstep.record.lists import today
from doorstep.record.placing import units
from doorstep.record.whereabouts import ancestors_of
from doorstep.sync.holding import Holding

ANSWER = ("midwife", "hospital", "supervisor")
"""Roles that are called, in this order."""
MOST = 4
"""Whoever is in danger has no time for a long list."""
_NUMBER = re.compile(r"\+?[0-9]{3,15}")


def number_of(text: str) -> str | None:
    """A telephone number as it is dialled; '' for none; None when it is no number."""
    plain = re.sub(r"[\s().-]", "", text)
    return plain if plain == "" or _NUMBER.fullmatch(plain) else None


def calls_of(register: Connection, holding: Holding) -> list[dict[str, Any]]:
    """{name, role, number, place: names of the area by language}, by role and then nearest first; each person once."""
    day = today()
    above = {area: ancestors_of(register, area, day) | {area} for area in holding.areas if area != EVERYWHERE}
    rows = (
        Assignment.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day, role__in=ANSWER)
        .exclude(worker__telephone="").exclude(worker__username=holding.username).filter(worker__is_active=True)
        .select_related("worker").order_by("pk")
    )  # fmt: skip
    found: list[tuple[int, int, Assignment]] = []
    for row in rows:
        # How many units lie between: those who answer for the village come before those who answer for the province.
        ways = [len(own) - len(own & ancestors_of(register, row.place, day)) for own in above.values() if row.place in own]
        if row.place == EVERYWHERE:
            ways.append(len(max(above.values(), key=len, default=())) + 1)
        if ways:
            found.append((ANSWER.index(row.role), min(ways), row))
    found.sort(key=lambda one: (one[0], one[1], one[2].pk))
    places = units(register, {row.place for _, _, row in found})
    once: dict[int, dict[str, Any]] = {}
    for _, _, row in found:
        once.setdefault(row.worker_id, _told(row.worker, row, dict(places[row.place].names) if row.place in places else {}))
    return list(once.values())[:MOST]


def _told(worker: Worker, row: Assignment, place: dict[str, str]) -> dict[str, Any]:
    return {"name": worker.called, "role": row.role, "number": worker.telephone, "place": place}
