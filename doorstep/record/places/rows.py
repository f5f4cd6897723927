"""The trees as rows of four tables, for a database; and the loader that writes them.

`place_closure` answers "who is inside this place on that day" with one join, successions included:

    SELECT descendant FROM place_closure
    WHERE ancestor = 'KH-16' AND tree = 'administrative' AND valid_from <= :day AND :day < valid_to
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from doorstep.record.places.atlas import Places
from doorstep.record.places.model import FIRST_DAY, HEALTH, LAST_DAY, TREES

if TYPE_CHECKING:
    from doorstep.record.database import Connection

# Open ends are FIRST_DAY and LAST_DAY (1 January of year 1, 31 December of year 9999): no NULL in a comparison.
# Flags are 0 and 1.
TABLES: dict[str, tuple[str, ...]] = {
    "place_unit": (
        "id", "tree", "kind", "code", "name", "names", "valid_from", "valid_to",
        "lat", "lon", "approximate", "invented", "zone",
    ),
    "place_link": ("child", "parent", "tree", "valid_from", "valid_to"),
    "place_succession": ("old", "new", "day", "is_default"),
    "place_closure": ("ancestor", "descendant", "tree", "valid_from", "valid_to"),
}  # fmt: skip
BATCH = 5000  # rows written at once


def rows(places: Places, within: Iterable[str] | None = None) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """(table, row) of everything, or of what was ever inside some units (and above them); columns as in TABLES."""
    chosen = set(places.units) if within is None else _chosen(places, within)
    for own in chosen if within is None else sorted(chosen):
        unit = places.units[own]
        yield "place_unit", (
            unit.id, unit.tree, unit.kind, unit.code, unit.name("en"), json.dumps(dict(unit.names), ensure_ascii=False),
            *_days(unit.valid_from, unit.valid_to), unit.lat, unit.lon, int(unit.approximate), int(unit.invented), unit.zone,
        )  # fmt: skip
    for link in places.index.links:
        if link.child in chosen and link.parent in chosen:
            yield "place_link", (link.child, link.parent, link.tree, *_days(link.valid_from, link.valid_to))
    for step in places.index.successions:
        if step.old in chosen and step.new in chosen:
            yield "place_succession", (step.old, step.new, step.day, int(step.default))
    for tree, closure in places.closures.items():
        for own in places.units:
            for above in closure.above(own) if own in chosen else ():
                if above.unit in chosen:
                    yield "place_closure", (above.unit, own, tree, above.start, above.end)


def load(connection: Connection, places: Places, within: Iterable[str] | None = None) -> dict[str, int]:
    """Empty the four tables, write them anew, and return how many rows each has.

    Inside the connection's transaction: until it commits, everybody else sees what was there before.
    """
    for table in reversed(TABLES):
        connection.run(f"DELETE FROM {table}")
    counts = dict.fromkeys(TABLES, 0)
    for table, some in _batches(rows(places, within)):
        connection.insert(table, TABLES[table], some)
        counts[table] += len(some)
    return counts


def _batches(all_rows: Iterator[tuple[str, tuple[Any, ...]]]) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Rows of one table together, at most BATCH at once; they come sorted by table."""
    waiting: list[tuple[Any, ...]] = []
    current = ""
    for table, row in all_rows:
        if waiting and (table != current or len(waiting) == BATCH):
            yield current, waiting
            waiting = []
        current = table
        waiting.append(row)
    if waiting:
        yield current, waiting


def _chosen(places: Places, within: Iterable[str]) -> set[str]:
    """What was ever inside some units in either tree, what stands above all that, and the facilities that are with it."""
    inside: set[str] = set()
    for own in within:
        places.get(own)
        for tree in TREES:
            inside |= {own} | _below(places, own, tree)
    above = {stretch.unit for tree in TREES for own in inside for stretch in places.closures[tree].above(own)}
    beside = {
        other for own in above if places.units[own].tree == HEALTH
        for other in _below(places, own, HEALTH) if places.units[other].tree == HEALTH
    }  # fmt: skip
    return inside | above | beside


def _below(places: Places, own: str, tree: str) -> set[str]:
    return {stretch.unit for stretch in places.closures[tree].below.get(own, ())}


def _days(start: int | None, end: int | None) -> tuple[int, int]:
    return FIRST_DAY if start is None else start, LAST_DAY if end is None else end
