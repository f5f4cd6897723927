"""For whom an uploaded form is: who may release it, who is offered it, who may read its answers."""

from __future__ import annotations

from collections.abc import Iterable

from doorstep.content.uploaded import ANSWERS, PERSON, Uploaded, names_its_person
from doorstep.record.database import Connection
from doorstep.record.lists import today
from doorstep.record.scope import Scope
from doorstep.record.uploaded import InForce
from doorstep.record.whereabouts import ancestors_of

EVERYWHERE = "*"


def may_release(register: Connection, places: Iterable[str], scope: Scope, roles: frozenset[str]) -> bool:
    """Whether one of these roles holds for every one of the places."""
    if scope.everything:
        return True
    wanted = list(places)
    return bool(wanted) and all(_above(register, place) & _areas(scope, roles) for place in wanted)


def concerns(register: Connection, told: Uploaded, scope: Scope) -> bool:
    """Whether somebody's areas meet the form's: inside it, or around a part of it."""
    areas = {grant.place for grant in scope.grants or ()}
    if scope.everything or EVERYWHERE in areas or (areas and EVERYWHERE in told.places):
        return True
    return any(_meet(register, area, place) for area in areas for place in told.places)


def offered(register: Connection, told: Uploaded, scope: Scope) -> bool:
    """Whether somebody is asked to fill it in: with a role that does, in an area that meets the form's."""
    mine = Scope(tuple(grant for grant in scope.grants or () if grant.role in told.roles))
    return scope.everything or concerns(register, told, mine)


def for_collect(held: InForce) -> bool:
    """Whether ODK Collect can fill it in: it cannot choose of whom a form speaks, unless the form asks."""
    return held.told.subject != PERSON or names_its_person(held.form)


def reads(held: InForce, scope: Scope, roles: frozenset[str]) -> bool:
    """Whether these roles may read what was answered."""
    return scope.opens(roles, held.programme, ANSWERS)


def _areas(scope: Scope, roles: frozenset[str]) -> set[str]:
    return {grant.place for grant in scope.grants or () if grant.role in roles}


def _above(register: Connection, place: str) -> set[str]:
    """The place, all that it is inside of, and everywhere."""
    return {EVERYWHERE} if place == EVERYWHERE else {EVERYWHERE, place, *ancestors_of(register, place, today())}


def _meet(register: Connection, one: str, other: str) -> bool:
    return one in _above(register, other) or other in _above(register, one)


