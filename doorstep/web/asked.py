"""What an address asks for: place, day, what was known when, and filters. Only words that mean something get through."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from doorstep.accounts.roles import ROLES
from doorstep.web.days import NotUnderstood, read_day
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


def read_asked(query: Mapping[str, str], pathways: Collection[str]) -> Asked:
    """Raises NoSuchDay, and NotUnderstood for a status, pathway or role that does not exist: a list that answered as if it
    had not been asked would be believed. An unknown order changes nobody; an unknown place is found out later."""
    on, known = query.get("on", ""), query.get("known", "")
    order = query.get("sort", "")
    status = _one_of(query, "status", CHOICES)
    return Asked(
        place=query.get("place", "").strip()[:64],
        day=read_day(on) if on else None,
        known_on=read_day(known) if known else None,
        statuses=(status,) if status else (),
        pathway=_one_of(query, "pathway", pathways),
        owner=_one_of(query, "who", ROLES),
        order=order if order in ORDERS else ORDERS[0],
    )


def _one_of(query: Mapping[str, str], name: str, known: Collection[str]) -> str:
    """What is asked for under a name, '' when nothing is."""
    asked = query.get(name, "").strip()
    if asked and asked not in known:
        raise NotUnderstood(name)
    return asked
