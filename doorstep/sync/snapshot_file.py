"""How the file of a snapshot is written: small, and copied by plain statements.

`said` holds what one submission says of one person at one moment, `worked` her steps of one pathway, `head` what she is called
and what it was called before; views give the rows that the register has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import apsw

from doorstep.record import schema
from doorstep.record.database import Row
from doorstep.sync.rows import ANSWER, COLUMNS

PAGE = 1024
"""Small pages have small numbers in them, and pack better."""
TEXTS = {("opened", "subject"), ("opened", "programme"), ("opened", "compartment"), *(
    ("conflict", name) for name in ("subject", "kind", "what", "values")
)}  # fmt: skip
"""Columns of texts of the two tables that the register does not have."""
SAID = ("subject", "submission", "episode", "day", "day_last", "at", "ts", "precision", "how", "row")
TOLD = ("code", "num", "txt")
WORKED = ("subject", "episode", "pathway")
HEAD = ("subject", "name", "value", "submission", "shown", "base", "has_base")
Tables = Mapping[str, tuple[Sequence[str], list[Row]]]


def written(tables: Tables, told: Mapping[str, str]) -> bytes:
    """The bytes of the file. Made in memory alone: it is never on a disk. told: rows of meta."""
    words, file = _Words(), apsw.Connection(":memory:")
    file.execute(f"PRAGMA page_size={PAGE}; PRAGMA journal_mode=OFF")
    with file:
        file.execute(
            "CREATE TABLE meta (name TEXT, value TEXT); CREATE TABLE word (n INTEGER PRIMARY KEY, text TEXT); "
            "CREATE TABLE worded (tbl TEXT, col TEXT)"
        )
        file.executemany("INSERT INTO meta VALUES (?, ?)", told.items())
        numbered = {name: (columns, words.numbered(name, columns, rows)) for name, (columns, rows) in tables.items()}
        for name, (columns, _) in tables.items():
            file.executemany("INSERT INTO worded VALUES (?, ?)", [(name, columns[n]) for n in texts_of(name, columns)])
        file.execute("INSERT INTO worded SELECT 'answer', col FROM worded WHERE tbl = 'fact' AND col <> 'episode'")
        _said(file, numbered.pop("fact"))
        _worked(file, numbered.pop("step"))
        _heads(file, numbered.pop("attribute"), numbered.pop("attribute_write"))
        del numbered["speaks_of"]
        for name, (columns, rows) in numbered.items():
            _table(file, name, columns, rows)
        file.executemany("INSERT INTO word VALUES (?, ?)", ((n, text) for text, n in words.numbers.items()))
    found = file.serialize("main")
    file.close()
    return bytes(found)


def texts_of(table: str, columns: Sequence[str]) -> list[int]:
    """Which columns hold texts."""
    kinds, table = schema.column_types(), table.removesuffix("_sent")
    return [n for n, name in enumerate(columns) if kinds.get((table, name)) == "text" or (table, name) in TEXTS]


class _Words:
    """Every text once, numbered as it comes."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def numbered(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> list[Row]:
        """The rows with numbers of words for texts."""
        at, numbers, found = texts_of(table, columns), self.numbers, []
        for row in rows:
            changed = list(row)
            for n in at:
                if changed[n] is not None:
                    changed[n] = numbers.setdefault(changed[n], len(numbers) + 1)
            found.append(tuple(changed))
        return found


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _table(file: apsw.Connection, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    file.execute(f"CREATE TABLE {name} ({_listed(columns)})")
    file.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)


Numbered = tuple[Sequence[str], list[Row]]


def _groups(numbered: Numbered, by: Sequence[str], inside: Sequence[str]) -> list[tuple[Row, list[Row]]]:
    """Rows that are alike in `by`, each with what differs, in an order in which neighbours are alike."""
    columns, rows = numbered
    own, rest = [columns.index(name) for name in by], [columns.index(name) for name in inside]
    found: dict[Row, list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[n] for n in own), []).append(tuple(map(_short, (row[n] for n in rest))))
    return sorted(found.items(), key=lambda group: repr(group[0]))


def _short(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _json(rows: Iterable[Row]) -> str:
    return json.dumps(list(rows), separators=(",", ":"))


def _unpacked(columns: Sequence[str], own: Sequence[str], inside: Sequence[str], table: str) -> str:
    """A query that gives the rows again."""
    source = {name: f's."{name}"' for name in own}
    source |= {name: f"json_extract(j.value, '$[{n}]')" for n, name in enumerate(inside)}
    listed = ", ".join(f'{source[name]} AS "{name}"' for name in columns)
    return f"SELECT {listed} FROM {table} AS s, json_each(s.rows) AS j"


def _said(file: apsw.Connection, facts: Numbered) -> None:
    groups = _groups(facts, SAID, TOLD)
    when = SAID.index("ts")
    groups.sort(key=lambda group: (group[0][0], group[0][when], group[0][1]))
    _table(file, "said", (*SAID, "rows"), ((*own, _json(rows)) for own, rows in groups))
    for name, columns in (("fact", COLUMNS["fact"]), ("answer", ANSWER)):
        file.execute(f"CREATE VIEW {name} AS {_unpacked(columns, SAID, TOLD, 'said')}")


def _worked(file: apsw.Connection, steps: Numbered) -> None:
    inside = [name for name in COLUMNS["step"] if name not in WORKED]
    groups = _groups(steps, WORKED, inside)
    _table(file, "worked", (*WORKED, "rows"), ((*own, _json(rows)) for own, rows in groups))
    file.execute(f"CREATE VIEW step AS {_unpacked(COLUMNS['step'], WORKED, inside, 'worked')}")


def _heads(file: apsw.Connection, attributes: Numbered, writes: Numbered) -> None:
    """Both tables in one, and whom a submission speaks of: it follows from what is said."""
    base = {(row[0], row[1], row[2]): row[4:] for row in writes[1]}
    rows = [
        (subject, name, value, submission, shown, *base[submission, subject, name])
        for subject, name, value, submission, _, shown in attributes[1]
    ]
    _table(file, "head", HEAD, rows)
    file.execute(
        "CREATE VIEW attribute AS SELECT subject, name, value, submission, subject AS written_of, shown FROM head;"
        "CREATE VIEW attribute_write AS SELECT submission, subject, name, value, base, has_base FROM head;"
        "CREATE VIEW speaks_of AS SELECT submission, subject FROM said UNION SELECT submission, subject FROM head"
    )
