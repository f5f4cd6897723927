"""Who lives in a place on a day, in either tree, through every change of the places; and what a code means on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from doorstep.record.database import Connection, among
from doorstep.record.places.model import PlaceError
from doorstep.record.scope import Scope

EPOCH = date(1970, 1, 1)
MOTHER = "mother"
"""The relation of a baby to whoever bore it."""


@dataclass(frozen=True)
class PlaceThen:
    """One life of a place. zone: IANA time zone."""

    id: str
    tree: str
    kind: str
    code: str
    name: str
    zone: str

    def today(self) -> int:
        """Today's day number there."""
        return (datetime.now(self._zone()).date() - EPOCH).days

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    def last_second(self, day: int) -> int:
        """UTC seconds of the end of a civil day there."""
        midnight = datetime.combine(EPOCH + timedelta(days=day + 1), time.min, self._zone())
        return int(midnight.astimezone(UTC).timestamp()) - 1


def place_then(register: Connection, code: str, day: int) -> PlaceThen:
    """The unit that has this code or id on this day. PlaceError when there is not exactly one."""
    wanted = code.strip()
    rows = register.rows(
        "SELECT id, tree, kind, code, name, zone, valid_from, valid_to FROM place_unit WHERE id = ? OR code = ? ORDER BY id",
        [wanted, wanted],
    )
    exact = [row for row in rows if row[0] == wanted and "@" in wanted]
    alive = exact or [row for row in rows if row[6] <= day < row[7]]
    if len(alive) == 1:
        return PlaceThen(*alive[0][:6])
    said = EPOCH + timedelta(days=day)
    if not rows:
        raise PlaceError(f"No place here has the code {wanted[:60]!r}.", "Look it up: doorstep places search NAME")
    if not alive:
        names = "; ".join(f"{row[0]} {row[4]}" for row in rows[:5])
        raise PlaceError(f"{wanted} names no place on {said}.", f"It did on other days: {names}")
    raise PlaceError(f"{wanted} names several places on {said}.", "Say which: " + "; ".join(f"{r[0]} {r[4]}" for r in alive[:5]))


RESIDENTS = """
    SELECT DISTINCT h.subject
    FROM place_closure AS c
    JOIN place_unit AS u ON u.id = c.descendant
    JOIN home AS h ON h.place = u.{by}
    WHERE c.ancestor = ? AND c.valid_from <= ? AND ? < c.valid_to AND h.valid_from <= ? AND ? < h.valid_to{life}
"""
LIFE = """
      AND ((u.valid_from <= h.told_on AND h.told_on < u.valid_to) OR NOT EXISTS (
        SELECT 1 FROM place_unit AS x
        WHERE x.code = h.place AND x.valid_from <= h.told_on AND h.told_on < x.valid_to))
"""


def residents_sql() -> str:
    """Subjects who live inside a unit on a day; values: (unit, day, day, day, day) twice.

    A code means what it meant on the day it was told.
    """
    return f"{RESIDENTS.format(by='id', life='')} UNION {RESIDENTS.format(by='code', life=LIFE)}"


def residents(register: Connection, unit: str, day: int) -> set[str]:
    """Canonical subjects who live inside this unit on this day, in either tree."""
    return {row[0] for row in register.rows(residents_sql(), [unit, day, day, day, day] * 2)}


def units_of(register: Connection, subjects: Iterable[str], day: int) -> dict[str, set[str]]:
    """Subject -> ids of the unit she lives in on that day and of all that it is inside of, in both trees."""
    condition, values = among(register, "h.subject", subjects)
    found: dict[str, set[str]] = {}
    for by, life in (("id", ""), ("code", LIFE)):
        sql = f"""
            SELECT h.subject, c.ancestor FROM home AS h JOIN place_unit AS u ON u.{by} = h.place
            JOIN place_closure AS c ON c.descendant = u.id
            WHERE {condition} AND h.valid_from <= ? AND ? < h.valid_to AND c.valid_from <= ? AND ? < c.valid_to{life}
        """  # noqa: S608 - our own words
        for subject, ancestor in register.rows(sql, [*values, day, day, day, day]):
            found.setdefault(subject, set()).add(ancestor)
    return found


def visible(register: Connection, subjects: Collection[str], scope: Scope, today: int) -> dict[str, frozenset[str]]:
    """Of these subjects, those who live inside the scope's areas today, with the roles that hold there.

    Whoever lives nowhere known is seen by those alone whose area is everywhere.
    """
    if scope.everything:
        return dict.fromkeys(subjects, frozenset[str]())
    if not scope.grants or not subjects:
        return {}
    lives = units_of(register, subjects, today)
    roles = {subject: scope.roles_at(lives.get(subject, ())) for subject in subjects}
    for subject in with_children(register, scope.opened).intersection(subjects):
        roles[subject] |= scope.by
    return {subject: held for subject, held in roles.items() if held}


def with_children(register: Connection, subjects: Collection[str]) -> set[str]:
    """These people, under the ids that count, and those who have one of them for a mother: where she is, her baby is."""
    if not subjects:
        return set()
    condition, values = among(register, "subject", subjects)
    known = dict(register.rows(f"SELECT subject, canonical FROM alias WHERE {condition}", values))
    found = {known.get(subject, subject) for subject in subjects}
    condition, values = among(register, "target", found)
    rows = register.rows(f"SELECT subject FROM relation WHERE name = ? AND {condition}", [MOTHER, *values])
    return found | {row[0] for row in rows}


def ancestors_of(register: Connection, place: str, day: int) -> frozenset[str]:
    """Ids of the unit that this code or id names on that day and of all that it is inside of, in both trees; empty for none."""
    if not place:
        return frozenset()
    rows = register.rows(
        "SELECT c.ancestor FROM place_unit AS u JOIN place_closure AS c ON c.descendant = u.id "
        "WHERE (u.id = ? OR u.code = ?) AND c.valid_from <= ? AND ? < c.valid_to "
        "AND (u.id = ? OR (u.valid_from <= ? AND ? < u.valid_to))",
        [place, place, day, day, place, day, day],
    )
    return frozenset(row[0] for row in rows)
