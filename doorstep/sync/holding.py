"""What a worker's phone may hold today: areas, the compartments that each role opens there, and one hash of it all.

When the hash differs from that of a cursor, something about the worker or the places changed, and the phone takes everything
anew: what it may no longer hold goes, what it may hold from now on comes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import Any

from doorstep.accounts.access import Viewer
from doorstep.accounts.openings import Open
from doorstep.accounts.roles import EVERYWHERE
from doorstep.content.model import Programme
from doorstep.content.tree import Filter
from doorstep.record import people
from doorstep.record.database import Connection, among
from doorstep.record.scope import Scope
from doorstep.record.whereabouts import visible, with_children


@dataclass(frozen=True)
class Holding:
    """A worker's scope, seen through the programmes in force."""

    username: str
    scope: Scope
    programmes: Collection[Programme]
    openings: Collection[Open] = ()
    """Everybody of another area who is, or ever was, open to the worker for a time."""

    @classmethod
    def of(cls, who: Viewer, programmes: Mapping[str, Programme], openings: Collection[Open] = ()) -> Holding:
        return cls(who.username, who.scope, tuple(programmes[name] for name in sorted(programmes)), openings)

    @cached_property
    def areas(self) -> tuple[str, ...]:
        """Ids of the units that the worker works in; '*' for everywhere."""
        return tuple(sorted({grant.place for grant in self.scope.grants or ()}))

    @cached_property
    def ruled(self) -> tuple[Programme, ...]:
        """Programmes that have rules. A form that somebody uploaded has none: another one changes nothing of what is open."""
        return tuple(one for one in self.programmes if one.pathways)

    @cached_property
    def reads_others(self) -> frozenset[str]:
        """Pathways with a rule that reads facts of somebody else, over a relation."""
        return frozenset(name for one in self.ruled for name, pathway in one.pathways.items() if _over_a_relation(pathway))

    @property
    def everywhere(self) -> bool:
        return EVERYWHERE in self.areas

    @cached_property
    def opens(self) -> dict[str, dict[str, list[str]]]:
        """Area -> programme -> compartments that are open there."""
        found: dict[str, dict[str, list[str]]] = {}
        for area in self.areas:
            roles = frozenset(g.role for g in self.scope.grants or () if g.place in (area, EVERYWHERE))
            found[area] = {one.id: sorted(self.compartments(roles, one)) for one in self.ruled}
        return found

    def compartments(self, roles: Collection[str], programme: Programme) -> set[str]:
        """What these roles open of a programme."""
        return {name for role in roles for name in programme.roles.get(role, ())}

    def anything(self, roles: Collection[str]) -> bool:
        """Whether these roles open anything of any programme."""
        return any(self.compartments(roles, one) for one in self.ruled)

    @cached_property
    def _codes(self) -> dict[frozenset[str], dict[str, bool]]:
        return {}

    def opened(self, roles: frozenset[str], code: str) -> bool:
        """Whether these roles open what is kept under a code."""
        known = self._codes.setdefault(roles, {})
        if code not in known:
            known[code] = people.opened(self.programmes, self.scope, roles, code)
        return known[code]

    @cached_property
    def _steps(self) -> dict[str, list[tuple[Programme, str]]]:
        """'pathway.step' -> the programme and compartment of each of its rules."""
        found: dict[str, list[tuple[Programme, str]]] = {}
        for programme in self.programmes:
            for pathway in programme.pathways.values():
                for step in pathway.steps:
                    found.setdefault(f"{pathway.name}.{step.name}", []).append((programme, step.compartment))
        return found

    @cached_property
    def _of_pathway(self) -> dict[str, Programme]:
        return {pathway: programme for programme in self.programmes for pathway in programme.pathways}

    def row_opened(self, roles: frozenset[str], pathway: str, compartment: str) -> bool:
        """Whether these roles open a step row: its compartment covers every code that its rule reads."""
        programme = self._of_pathway.get(pathway)
        return programme is not None and self.scope.opens(roles, programme, compartment)

    def step_opened(self, roles: frozenset[str], name: str) -> bool:
        """Whether these roles may hear of a step ('pathway.step'), by every one of its rules. Nobody may of an unknown one."""
        rules = self._steps.get(name)
        return bool(rules) and all(self.scope.opens(roles, *rule) for rule in rules or ())

    def hash(self, register: Connection, day: int) -> str:
        """Of the roles, what they open, and the units inside the areas on this day."""
        grants = sorted((grant.role, grant.place) for grant in self.scope.grants or ())
        inside = sorted(self._inside(register, day))
        told: Any = [self.username, grants, self.opens, inside]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]

    def _inside(self, register: Connection, day: int) -> list[list[str]]:
        condition, values = among(register, "ancestor", [area for area in self.areas if area != EVERYWHERE])
        rows = register.rows(
            f"SELECT DISTINCT ancestor, descendant FROM place_closure WHERE {condition} AND valid_from <= ? AND ? < valid_to",
            [*values, day, day],
        )
        return [list(row) for row in rows]

    def units(self, register: Connection, day: int) -> list[str]:
        """Ids of the units inside the areas on this day, and of all that these are inside of."""
        if self.everywhere:
            rows = register.rows("SELECT id FROM place_unit WHERE valid_from <= ? AND ? < valid_to", [day, day])
            return sorted(row[0] for row in rows)
        below = {descendant for _, descendant in self._inside(register, day)}
        condition, values = among(register, "descendant", below)
        rows = register.rows(
            f"SELECT DISTINCT ancestor FROM place_closure WHERE {condition} AND valid_from <= ? AND ? < valid_to",
            [*values, day, day],
        )
        return sorted(below | {row[0] for row in rows})

    def turned(self, register: Connection, before: int, day: int) -> list[str]:
        """Whoever began or ceased to be open to the worker from the day `before` on, up to this day. A phone that asks twice on
        one day is told twice: to put in or forget the same person again changes nothing."""
        days = range(before, day + 1)
        return sorted(with_children(register, {one.subject for one in self.openings if one.since in days or one.until in days}))

    def guests(self, register: Connection, day: int) -> list[tuple[Open, set[str]]]:
        """What is open to the worker on this day: with whom of it nothing but the opening shows."""
        found = []
        for one in self.openings:
            if one.since <= day < one.until:
                people = with_children(register, {one.subject})
                found.append((one, people - visible(register, people, replace(self.scope, opened=frozenset()), day).keys()))
        return found

    def ever_inside(self, register: Connection, subjects: Collection[str]) -> set[str]:
        """Those of these subjects who were at some time known to live inside one of the areas, who were open to the worker, or of
        whom the worker wrote: her phone may hold them."""
        if self.everywhere:
            return set(subjects)
        mine, by_subject = among(register, "w.subject", subjects)
        here, by_area = among(register, "c.ancestor", self.areas)
        found = {
            row[0]
            for by in ("id", "code")
            for row in register.rows(
                f"SELECT DISTINCT w.subject FROM lived AS w JOIN place_unit AS u ON u.{by} = w.place "
                f"JOIN place_closure AS c ON c.descendant = u.id WHERE {mine} AND {here}",
                [*by_subject, *by_area],
            )
        }
        wrote, by_subject = among(register, "subject", subjects)
        sql = f"SELECT DISTINCT subject FROM submission WHERE {wrote} AND author = ?"
        rows = register.rows(sql, [*by_subject, self.username])
        spoke, by_subject = among(register, "o.subject", subjects)
        more = register.rows(
            f"SELECT DISTINCT o.subject FROM speaks_of AS o JOIN sub AS s ON s.submission = o.submission "
            f"WHERE {spoke} AND s.author = ?",
            [*by_subject, self.username],
        )
        opened = with_children(register, {one.subject for one in self.openings}).intersection(subjects)
        return found | opened | {row[0] for row in (*rows, *more)}


def _over_a_relation(node: Any) -> bool:
    """Whether a part of a rule, at any depth, filters events of a relation's target."""
    if isinstance(node, Filter):
        return bool(node.relation)
    if isinstance(node, Mapping):
        return any(map(_over_a_relation, node.values()))
    if isinstance(node, tuple | list | frozenset):
        return any(map(_over_a_relation, node))
    return is_dataclass(node) and any(_over_a_relation(getattr(node, one.name)) for one in fields(node))
