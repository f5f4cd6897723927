"""The first pull: everything that a phone may hold, as one SQLite file: integer ids, no indexes; packed it goes out.

meta(name, value): cursor, as_of. word(n, text): every text once. worded(tbl, col): the columns that hold numbers of words.
Then tables and views named as in the register. The large ones are views: what one submission says of one person in one row,
her steps of one pathway in one, is half as large on the way, and one statement copies it all the same.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping

from doorstep.record.database import Connection, Row, among
from doorstep.record.folding import meta
from doorstep.record.lists import today
from doorstep.record.record import Record
from doorstep.record.whereabouts import residents, with_children
from doorstep.sync.cursor import Cursor
from doorstep.sync.holding import Holding
from doorstep.sync.pull import still_waiting
from doorstep.sync.rows import COLUMNS, Seen, holds, rows_of
from doorstep.sync.snapshot_file import written

MOST_PEOPLE = 20_000
"""More than one phone can hold: whoever works everywhere has the pages."""
PLACE_TABLES: Mapping[str, tuple[str, ...]] = {
    "place_unit": (
        "id", "tree", "kind", "code", "name", "names", "valid_from", "valid_to", "lat", "lon", "approximate", "invented", "zone",
    ),
    "place_link": ("child", "parent", "tree", "valid_from", "valid_to"),
}  # fmt: skip
class TooMany(ValueError):
    """The areas hold more people than a phone."""


def snapshot(record: Record, holding: Holding, pack: str) -> bytes:
    """A gzipped SQLite file. Raises TooMany."""
    with record.reading() as register:
        cursor = Cursor.now(record, register, holding, pack)
        as_of = "0" if still_waiting(register) else meta(register, "folded", "0")
        tables: dict[str, list[Row]] = rows_of(record, register, holding, everybody(register, holding), steps=True)
        for name, rows in places(register, holding).items():
            tables[name] = rows
    columns = {**COLUMNS, **PLACE_TABLES}
    content = written({name: (columns[name], rows) for name, rows in tables.items()}, {"cursor": str(cursor), "as_of": as_of})
    return gzip.compress(content, 9, mtime=0)


def everybody(register: Connection, holding: Holding) -> Seen:
    """All whom the phone may hold. Raises TooMany."""
    if holding.everywhere:
        found = {row[0] for row in register.rows("SELECT subject FROM subject LIMIT ?", [MOST_PEOPLE + 1])}
    else:
        found = {subject for area in holding.areas for subject in residents(register, area, today())}
        found |= with_children(register, holding.scope.opened)
    if len(found) > MOST_PEOPLE:
        raise TooMany
    return holds(register, holding, found)


def places(register: Connection, holding: Holding) -> dict[str, list[Row]]:
    """The units of the areas, what they are inside of, and the links between these."""
    units = holding.units(register, today())
    condition, values = among(register, "id", units)
    names = ", ".join(PLACE_TABLES["place_unit"])
    found = {"place_unit": register.rows(f"SELECT {names} FROM place_unit WHERE {condition} ORDER BY id", values)}
    child, one = among(register, "child", units)
    parent, two = among(register, "parent", units)
    names = ", ".join(PLACE_TABLES["place_link"])
    rows = register.rows(f"SELECT {names} FROM place_link WHERE {child} AND {parent} ORDER BY child, parent", [*one, *two])
    return {**found, "place_link": rows}
