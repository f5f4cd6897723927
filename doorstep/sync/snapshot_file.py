"""How the file of a snapshot is written: small, and copied by plain statements.

`said` holds what one submission says of one person, `worked` her steps of one pathway, `head` her attributes; days are counted
from the first of them, which makes them small. Views give the rows that the register has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
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
SAID = ("subject", "submission")
MOMENT = ("episode", "day", "day_last", "at", "ts", "precision", "how", "row")
"""What the answers of one moment share; days and seconds are counted from `day`."""
TOLD = ("code", "num", "txt")
WORKED = ("subject", "episode", "pathway")
RULE = ("pathway", "step", "rule", "clock", "urgency", "compartment")
"""What all rows of one rule share."""
WHEN = ("until", "opens", "due", "overdue", "closes", "done_on")
"""Counted from `since`."""
ROW = ("n", "since", *WHEN, "until_why", "done_by", "waits_for")
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
        _spoken(file, numbered.pop("speaks_of"), numbered["fact"], numbered["attribute_write"])
        _said(file, numbered.pop("fact"))
        _worked(file, numbered.pop("step"))
        _heads(file, numbered.pop("attribute"), numbered.pop("attribute_write"))
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


def _json(rows: Iterable[Any]) -> str:
    return json.dumps(list(rows), separators=(",", ":"))


def _chooser(columns: Sequence[str], names: Sequence[str]) -> Callable[[Row], Row]:
    """Takes the columns of these names from a row."""
    chosen = itemgetter(*(columns.index(name) for name in names))
    return chosen if len(names) > 1 else lambda row: (chosen(row),)


def _short(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _said(file: apsw.Connection, facts: Numbered) -> None:
    """A row for what one submission says of one person: [[moment ..., [[code, num, txt], ...]], ...]."""
    columns, rows = facts
    whose, moment, told = (_chooser(columns, names) for names in (SAID, MOMENT, TOLD))
    found: dict[Row, dict[Row, list[Row]]] = {}
    for row in rows:
        code, num, txt = told(row)
        found.setdefault(whose(row), {}).setdefault(moment(row), []).append((code, _short(num), txt))
    packed = (
        (*own, _json([*_from_its_day(at), sorted(codes, key=repr)] for at, codes in sorted(moments.items(), key=repr)))
        for own, moments in sorted(found.items())
    )
    _table(file, "said", (*SAID, "rows"), packed)
    shared = ", ".join(f"{_moment(name, n)} AS \"{name}\"" for n, name in enumerate(MOMENT))
    source = {name: f'm."{name}"' for name in (*SAID, *MOMENT)}
    source |= {name: f"json_extract(k.value, '$[{n}]')" for n, name in enumerate(TOLD)}
    for name, wanted in (("fact", COLUMNS["fact"]), ("answer", ANSWER)):
        listed = ", ".join(f'{source[one]} AS "{one}"' for one in wanted)
        file.execute(
            f"CREATE VIEW {name} AS WITH m AS MATERIALIZED (SELECT s.subject, s.submission, {shared}, "
            f"json_extract(j.value, '$[{len(MOMENT)}]') AS told FROM said AS s, json_each(s.rows) AS j) "
            f"SELECT {listed} FROM m, json_each(m.told) AS k"
        )


def _from_its_day(moment: Row) -> list[Any]:
    episode, day, last, at, ts, *rest = moment
    return [episode, day, last - day, None if at is None else at - day * 86_400, ts - day * 86_400, *rest]


def _moment(name: str, n: int) -> str:
    """The column of a moment as it was."""
    own, day = f"json_extract(j.value, '$[{n}]')", f"json_extract(j.value, '$[{MOMENT.index('day')}]')"
    return {"day_last": f"{day} + {own}", "at": f"{day} * 86400 + {own}", "ts": f"{day} * 86400 + {own}"}.get(name, own)


def _worked(file: apsw.Connection, steps: Numbered) -> None:
    """A row for her steps of one pathway: [[rule, n, since, ...], ...]; and a table of the rules."""
    columns, rows = steps
    whose, rule, read = (_chooser(columns, names) for names in (WORKED, RULE, ROW))
    rules: dict[Row, int] = {}
    found: dict[Row, list[list[Any]]] = {}
    for row in rows:
        n, since, *more = read(row)
        times = [None if one is None else one - (since or 0) for one in more[: len(WHEN)]]
        number = rules.setdefault(rule(row), len(rules) + 1)
        found.setdefault(whose(row), []).append([number, n, since, *times, *more[len(WHEN) :]])
    _table(file, "worked", (*WORKED, "rows"), ((*own, _json(sorted(each, key=repr))) for own, each in sorted(found.items())))
    file.execute(f"CREATE TABLE worked_rule (n INTEGER PRIMARY KEY, {_listed(RULE)})")
    file.executemany(f"INSERT INTO worked_rule VALUES (?{', ?' * len(RULE)})", [(number, *own) for own, number in rules.items()])
    source = {name: f's."{name}"' for name in WORKED} | {name: f'r."{name}"' for name in RULE}
    for n, name in enumerate(ROW, 1):
        own = f"json_extract(j.value, '$[{n}]')"
        source[name] = f"COALESCE(json_extract(j.value, '$[2]'), 0) + {own}" if name in WHEN else own
    listed = ", ".join(f'{source[name]} AS "{name}"' for name in COLUMNS["step"])
    file.execute(
        f"CREATE VIEW step AS SELECT {listed} FROM worked AS s, json_each(s.rows) AS j "
        "JOIN worked_rule AS r ON r.n = json_extract(j.value, '$[0]')"
    )


def _spoken(file: apsw.Connection, spoken: Numbered, facts: Numbered, writes: Numbered) -> None:
    """Whom a submission speaks of: it follows from what is said, but for those of which nothing else is here."""
    told: set[Row] = set()
    for columns, rows in (facts, writes):
        told.update(map(_chooser(columns, ("submission", "subject")), rows))
    _table(file, "spoken", spoken[0], [row for row in spoken[1] if tuple(row) not in told])
    file.execute(
        "CREATE VIEW speaks_of AS SELECT submission, subject FROM said UNION SELECT submission, subject FROM head "
        "UNION SELECT submission, subject FROM spoken"
    )


def _heads(file: apsw.Connection, attributes: Numbered, writes: Numbered) -> None:
    """Both tables in one."""
    base = {(row[0], row[1], row[2]): row[4:] for row in writes[1]}
    rows = [
        (subject, name, value, submission, shown, *base[submission, subject, name])
        for subject, name, value, submission, _, shown in attributes[1]
    ]
    _table(file, "head", HEAD, rows)
    file.execute(
        "CREATE VIEW attribute AS SELECT subject, name, value, submission, subject AS written_of, shown FROM head;"
        "CREATE VIEW attribute_write AS SELECT submission, subject, name, value, base, has_base FROM head"
    )
