"""Places as pages need them, from the register: a unit, the way up to its country, what is directly inside it, on a day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from doorstep.record.database import Connection, Row, among
from doorstep.record.places.model import ADMINISTRATIVE
from doorstep.record.places.sources import default_shelf, read_csv

COLUMNS = "u.id, u.tree, u.kind, u.code, u.names, u.zone, u.approximate, u.invented"


@dataclass(frozen=True)
class PlaceRow:
    """One life of a place. names: language to name."""

    id: str
    tree: str
    kind: str
    code: str
    names: Mapping[str, str] = field(hash=False)
    zone: str
    approximate: bool
    invented: bool


def _place(row: Row) -> PlaceRow:
    own, tree, kind, code, names, zone, approximate, invented = row
    return PlaceRow(own, tree, kind, code, json.loads(names), zone, bool(approximate), bool(invented))


def units(register: Connection, ids: Iterable[str]) -> dict[str, PlaceRow]:
    """Units by id; those that nobody knows are left out."""
    condition, values = among(register, "u.id", ids)
    return {row[0]: _place(row) for row in register.rows(f"SELECT {COLUMNS} FROM place_unit AS u WHERE {condition}", values)}


def way_up(register: Connection, unit: str, day: int, tree: str = ADMINISTRATIVE) -> list[PlaceRow]:
    """Everything that the unit is inside of on this day in one tree, widest first, the unit itself last if it exists then."""
    inside = register.rows(
        "SELECT ancestor FROM place_closure WHERE descendant = ? AND tree = ? AND valid_from <= ? AND ? < valid_to",
        [unit, tree, day, day],
    )
    ids = [row[0] for row in inside]
    condition, values = among(register, "descendant", ids)
    depth = dict(
        register.rows(
            f"SELECT descendant, COUNT(DISTINCT ancestor) FROM place_closure WHERE {condition} "
            "AND tree = ? AND valid_from <= ? AND ? < valid_to GROUP BY descendant",
            [*values, tree, day, day],
        )
    )
    found = units(register, ids)
    return [found[own] for own in sorted(found, key=lambda own: (depth.get(own, 0), own))]


def inside(register: Connection, unit: str, day: int) -> list[PlaceRow]:
    """What belongs directly to the unit on this day, in either tree, by code."""
    rows = register.rows(
        f"SELECT DISTINCT {COLUMNS} FROM place_link AS l JOIN place_unit AS u ON u.id = l.child "
        "WHERE l.parent = ? AND l.valid_from <= ? AND ? < l.valid_to AND u.valid_from <= ? AND ? < u.valid_to "
        "ORDER BY u.code, u.id",
        [unit, day, day, day, day],
    )
    return [_place(row) for row in rows]


def nested(register: Connection, ids: Iterable[str], day: int) -> set[str]:
    """Those of these units that lie inside another of them on this day, in either tree."""
    ids = list(ids)
    above, one = among(register, "ancestor", ids)
    below, two = among(register, "descendant", ids)
    rows = register.rows(
        f"SELECT descendant FROM place_closure WHERE {above} AND {below} AND ancestor <> descendant "
        "AND valid_from <= ? AND ? < valid_to",
        [*one, *two, day, day],
    )
    return {row[0] for row in rows}


def countries(register: Connection) -> list[PlaceRow]:
    """The units that nothing is above of, among those where people live."""
    rows = register.rows(
        f"SELECT {COLUMNS} FROM place_unit AS u WHERE u.tree = ? AND u.kind = 'country' ORDER BY u.code", [ADMINISTRATIVE]
    )
    return [_place(row) for row in rows]


def as_told(register: Connection, homes: Iterable[tuple[str, int]]) -> list[PlaceRow | None]:
    """The unit that each code or id meant on the day it was told; None for one that nobody knows."""
    return [_as_told(register, place, day) for place, day in homes]


def _as_told(register: Connection, place: str, day: int) -> PlaceRow | None:
    rows = register.rows(
        f"SELECT {COLUMNS} FROM place_unit AS u WHERE u.id = ? OR u.code = ? "
        "ORDER BY CASE WHEN u.valid_from <= ? AND ? < u.valid_to THEN 0 ELSE 1 END, u.id LIMIT 1",
        [place, place, day, day],
    )
    return _place(rows[0]) if rows else None


def unsettled(register: Connection, place: str, told_on: int, day: int) -> bool:
    """Whether the place, as it was told, was split by this day: then somebody has to say which part is meant."""
    unit = _as_told(register, place, told_on)
    if unit is None:
        return False
    parts = register.rows("SELECT DISTINCT new FROM place_succession WHERE old = ? AND day <= ?", [unit.id, day])
    return len(parts) > 1


@cache
def kind_words() -> Mapping[str, Mapping[str, str]]:
    """Kind of place to its word in every language."""
    return {row["kind"]: row for row in read_csv(default_shelf() / "kinds.csv")}
