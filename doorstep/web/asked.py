"""What an address asks for: place, day, what was known when, and filters. Only words that mean something get through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from doorstep.accounts.access import Viewer
from doorstep.accounts.roles import ROLES
from doorstep.web.days import read_day
from doorstep.web.due_view import CHOICES, ORDERS, SHOWN


@dataclass(frozen=True)
class Asked:
    """A question to the due list. statuses: those chosen, none for all that need a visit."""

    place: str
    day: int | None
    known_on: int | None
    statuses: tuple[str, ...]
    pathway: str
    owner: str
    order: str

    @property
    def shown(self) -> tuple[str, ...]:
        """The meanings that the list shows."""
        return self.statuses or SHOWN

    @property
    def filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.statuses or self.pathway or self.owner)


def read_asked(query: Mapping[str, str], who: Viewer) -> Asked:
    """Raises NoSuchDay. An unknown status, pathway or role narrows nothing; an unknown place is found out later."""
    on, known = query.get("on", ""), query.get("known", "")
    status, owner, order = query.get("status", ""), query.get("who", ""), query.get("sort", "")
    return Asked(
        place=query.get("place", "").strip()[:64],
        day=read_day(on) if on else None,
        known_on=read_day(known) if known else None,
        statuses=(status,) if status in CHOICES else (),
        pathway=query.get("pathway", "").strip()[:64],
        owner=owner if owner in ROLES else "",
        order=order if order in ORDERS else ORDERS[0],
    )
