"""The first pull: everything that a phone may hold, as one SQLite file: integer ids, no indexes; packed it goes out.

meta(name, value): cursor, as_of. word(n, text): every text once. worded(tbl, col): the columns that hold numbers of words.
Then tables named and written as in the register; `answer` is a view of `fact`, whose rows it shares.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence

import apsw

from doorstep.record import schema
from doorstep.record.database import Connection, Row, among
from doorstep.record.folding import meta
from doorstep.record.lists import today
from doorstep.record.record import Record
from doorstep.record.whereabouts import residents
from doorstep.sync.cursor import Cursor
from doorstep.sync.holding import Holding
from doorstep.sync.pull import holds
from doorstep.sync.rows import ANSWER, COLUMNS, Seen, rows_of

MOST_PEOPLE = 20_000
"""More than one phone can hold: whoever works everywhere has the pages."""
PLACE_TABLES: Mapping[str, tuple[str, ...]] = {
    "place_unit": (
        "id", "tree", "kind", "code", "name", "names", "valid_from", "valid_to", "lat", "lon", "approximate", "invented", "zone",
    ),
    "place_link": ("child", "parent", "tree", "valid_from", "valid_to"),
}  # fmt: skip
PAGE = 32_768
TEXTS = {("opened", "subject"), ("opened", "programme"), ("opened", "compartment"), *(
    ("conflict", name) for name in ("subject", "kind", "what", "values")
)}  # fmt: skip
"""Columns of texts of the two tables that the register does not have."""


class TooMany(ValueError):
    """The areas hold more people than a phone."""


def snapshot(record: Record, holding: Holding, pack: str) -> bytes:
    """A gzipped SQLite file. Raises TooMany."""
    with record.reading() as register:
        cursor = Cursor.now(record, register, holding, pack)
        as_of = meta(register, "folded", "0")
        tables: dict[str, list[Row]] = rows_of(record, register, holding, everybody(register, holding), steps=True)
        for name, rows in places(register, holding).items():
            tables[name] = rows
    columns = {**COLUMNS, **PLACE_TABLES}
    content = _file({name: (columns[name], rows) for name, rows in tables.items()}, {"cursor": str(cursor), "as_of": as_of})
    return gzip.compress(content, 6, mtime=0)


def everybody(register: Connection, holding: Holding) -> Seen:
    """All whom the phone may hold. Raises TooMany."""
    if holding.everywhere:
        found = {row[0] for row in register.rows("SELECT subject FROM subject LIMIT ?", [MOST_PEOPLE + 1])}
    else:
        found = {subject for area in holding.areas for subject in residents(register, area, today())}
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


def texts_of(table: str, columns: Sequence[str]) -> list[int]:
    """Which columns hold texts."""
    kinds = schema.column_types()
    return [n for n, name in enumerate(columns) if kinds.get((table, name)) == "text" or (table, name) in TEXTS]


class _Words:
    """Every text once, numbered by how it comes."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, text: str | None) -> int | None:
        return None if text is None else self.numbers.setdefault(text, len(self.numbers) + 1)

    def worded(self, rows: Iterable[Row], at: Sequence[int]) -> Iterable[Row]:
        for row in rows:
            changed = list(row)
            for n in at:
                changed[n] = self.number(changed[n])
            yield tuple(changed)


def _file(tables: Mapping[str, tuple[Sequence[str], list[Row]]], told: Mapping[str, str]) -> bytes:
    """In memory alone: it is never written to a disk."""
    words, file = _Words(), apsw.Connection(":memory:")
    file.execute(f"PRAGMA page_size={PAGE}; PRAGMA journal_mode=OFF")
    with file:
        file.execute(
            "CREATE TABLE meta (name TEXT, value TEXT); CREATE TABLE word (n INTEGER PRIMARY KEY, text TEXT); "
            "CREATE TABLE worded (tbl TEXT, col TEXT)"
        )
        file.executemany("INSERT INTO meta VALUES (?, ?)", told.items())
        for table, (columns, rows) in tables.items():
            listed = ", ".join(f'"{name}"' for name in columns)
            at = texts_of(table, columns)
            file.execute(f"CREATE TABLE {table} ({listed})")
            file.executemany("INSERT INTO worded VALUES (?, ?)", [(table, columns[n]) for n in at])
            file.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", words.worded(rows, at))
        listed = ", ".join(f'"{name}"' for name in ANSWER)
        file.execute(f"CREATE VIEW answer AS SELECT {listed} FROM fact")
        file.execute("INSERT INTO worded SELECT 'answer', col FROM worded WHERE tbl = 'fact' AND col <> 'episode'")
        file.executemany("INSERT INTO word VALUES (?, ?)", ((n, text) for text, n in words.numbers.items()))
    found = file.serialize("main")
    file.close()
    return bytes(found)
