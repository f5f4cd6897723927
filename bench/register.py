"""A register of N pregnancies, on either database: what `touch` puts one submission into.

Ten thousand different histories are put into the register's tables and worked out by the record itself, then copied under
other ids and into other villages until there are N: facts, steps and homes of every woman are right, as if each had been
reported. They live in Cambodia's own villages, `IN_VILLAGE` women in each. The log stays empty: what was reported before
does not change what one more submission costs. Kept in `bench/.data` and used again while nothing it was made from changed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from bench.facts import facts
from bench.histories import DATA
from bench.report import say
from doorstep.pathways.engines_env import PostgresServer, start_postgres
from doorstep.record.database import Connection, value
from doorstep.record.packs import pack_hash
from doorstep.record.places import Places, load
from doorstep.record.record import Record
from doorstep.record.schema import REGISTER
from doorstep.record.store import Config

ROOT = Path(__file__).resolve().parent.parent
SHELF = ROOT / "programmes"
DISTINCT = 10_000
IN_VILLAGE = 100
AUTHOR = "bench"
COPIED = {
    "sub": ("submission", "kind", "form", "subject", "replaces", "stamp", "known_day", "made_day", "place", "author"),
    "answer": ("submission", "subject", "code", "day", "day_last", "at", "ts", "precision", "num", "txt", "how", "row"),
    "speaks_of": ("submission", "subject"),
    "made": ("subject", "submission", "kind"),
    "fact": (
        "subject", "episode", "code", "day", "day_last", "at", "ts", "precision", "num", "txt", "how", "row", "submission",
    ),
    "subject": ("subject", "kind"),
    "home": ("subject", "place", "told_on", "valid_from", "valid_to"),
    "step": (
        "subject", "episode", "pathway", "step", "n", "since", "until", "until_why", "rule", "clock", "opens", "due",
        "overdue", "closes", "done_on", "done_by", "waits_for", "urgency", "compartment",
    ),
}  # fmt: skip
IDS = ("subject", "submission", "done_by")
# Codes that name one village each: some were given twice.
VILLAGES = """
SELECT code FROM place_unit WHERE kind = 'village' AND code LIKE 'KH-%' GROUP BY code HAVING COUNT(*) = 1 ORDER BY code LIMIT 12000
"""
# Of each woman, besides the facts of her history: that she is registered, here, and where she lives.
TOLD = "SELECT subject, MIN(submission) AS submission, MIN(day) AS day FROM f GROUP BY subject"
ANSWERS = f"""
SELECT submission, subject, code, day, day_last, "at", ts, precision, num, txt, how, "row" FROM f
UNION ALL
SELECT t.submission, t.subject, c.code, t.day, t.day, NULL, (t.day + 1) * 86400 - 25201, 'day', NULL,
  COALESCE(c.txt, v.code), 'told', ''
FROM ({TOLD}) AS t
JOIN (VALUES ('pregnancy_registered', 'yes'), ('whereabouts', 'here'), ('residence', NULL)) AS c (code, txt) ON TRUE
JOIN v ON v.number = CAST(right(t.subject, 7) AS BIGINT) // {IN_VILLAGE}
"""
SUBS = f"""
SELECT submission, 'data', CASE WHEN submission LIKE '%-00' THEN 'register' ELSE 'anc_contact' END, f.subject, NULL,
  CAST(MAX(ts) AS BIGINT) * 1000000, MAX(day), MAX(day), MAX(v.code), '{AUTHOR}'
FROM f JOIN v ON v.number = CAST(right(f.subject, 7) AS BIGINT) // {IN_VILLAGE}
GROUP BY submission, f.subject
"""


@dataclass(frozen=True)
class Register:
    """An open register. `villages`: codes, in the order in which they were filled; `making`: seconds, 0 when it was there."""

    record: Record
    n: int
    villages: Sequence[str]
    making: float

    def subject(self, number: int) -> str:
        """Id of a woman, by her number."""
        return f"{number // DISTINCT:03d}-p{number % DISTINCT:07d}"

    def village(self, number: int) -> str:
        """Code of the village that she lives in."""
        return self.villages[number // IN_VILLAGE]


def opened(database: str, n: int, stack: ExitStack) -> Register:
    """The register of `n` pregnancies, made now unless it is there. n: below a million whole villages, above whole copies."""
    if n % DISTINCT and (n > DISTINCT or n % IN_VILLAGE):
        raise ValueError(f"a register has {DISTINCT:,} women or a multiple of that, or fewer in villages of {IN_VILLAGE}: not {n:,}")
    home = DATA / f"register-{database}-{n}"
    done = home / "made"
    server = start_postgres(DATA / "postgres") if database == "postgres" else None
    if server is not None:
        stack.callback(server.stop)
    began = time.monotonic()
    record = _open(home, server, n)
    mark, making = _mark(record, n), 0.0
    if not done.exists() or done.read_text() != mark:
        record.close()
        shutil.rmtree(home)
        record = _open(home, server, n)
        _fill(record, n)
        record.close()  # it was opened for haste
        done.write_text(mark)
        making = time.monotonic() - began
        say(f"register of {n:,} on {database}: made in {making:.0f} s")
        record = _open(home, server, n)
    stack.callback(record.close)
    record.catch_up()
    with record.store.register.read() as register:
        return Register(record, n, _villages(register), making)


def _mark(record: Record, n: int) -> str:
    """Changes with whatever the register is made from: histories, programmes, the fold's statements, the tables, these copies."""
    meaning = record.rules.meaning
    # The words of a statement, sorted: the compiler may write the same one in another order.
    statements = [" ".join(sorted(re.findall(r"\w+", one.select))) for one in (*meaning.facts_all, *meaning.steps_all)]
    copies = [repr(COPIED), ANSWERS, SUBS, VILLAGES, str((DISTINCT, IN_VILLAGE))]
    made_from = [facts(min(n, DISTINCT)).name, pack_hash(SHELF), REGISTER, repr(meaning.tables), *copies, *statements]
    return hashlib.sha256("\n".join(made_from).encode()).hexdigest()


def _open(home: Path, server: PostgresServer | None, n: int) -> Record:
    """The record of this register; empty when its folder is not there."""
    return Record.open(Config(home, _url(server, n, fresh=not home.exists()) if server else ""), SHELF)


def _url(server: PostgresServer, n: int, fresh: bool) -> str:
    """The database of this register on a server of ours."""
    import psycopg

    name = f"register_{n}"
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        if fresh:
            connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchall():
            connection.execute(f"CREATE DATABASE {name}".encode())
    return server.dsn_of(name)


def _fill(record: Record, n: int) -> None:
    with record.store.register.write() as register:
        if not value(register, "SELECT 1 FROM place_unit LIMIT 1"):
            say("register: loading the places")
            load(register, Places.load())
        villages = _villages(register)
        _put_in(register, min(n, DISTINCT), villages)
    say(f"register: working out {min(n, DISTINCT):,} histories")
    record.catch_up()
    if record.store.register.dialect == "sqlite":  # what is half made is made again: nothing waits for the disk
        record.store.register.writer().run("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]
        record.store.register.writer().run("PRAGMA wal_autocheckpoint=50000")  # type: ignore[attr-defined]
    for copy in range(1, n // DISTINCT):
        with record.store.register.write() as register:
            _copy(register, copy, villages)
        if copy % 5 == 0:
            say(f"register: {(copy + 1) * DISTINCT:,} of {n:,}")
    if record.store.register.dialect == "postgres":
        with record.store.register.read() as register:
            register.run("ANALYZE")  # as the server itself does now and then


def _villages(register: Connection) -> list[str]:
    """Codes of villages, a good million women's worth."""
    return [row[0] for row in register.rows(VILLAGES)]


def _put_in(register: Connection, n: int, villages: Sequence[str]) -> None:
    """The answers of the first histories, as if their submissions had been read."""
    with duckdb.connect() as source:
        source.execute(
            "CREATE VIEW f AS SELECT * REPLACE ('000-' || subject AS subject, '000-' || submission AS submission) "
            f"FROM read_parquet('{facts(n)}')"
        )
        source.execute("CREATE TABLE v (number BIGINT, code VARCHAR)")
        source.executemany("INSERT INTO v VALUES (?, ?)", [[i, code] for i, code in enumerate(villages[: n // IN_VILLAGE + 1])])
        for table, sql in (
            ("sub", SUBS), ("answer", ANSWERS), ("speaks_of", "SELECT DISTINCT submission, subject FROM f"),
            ("made", f"SELECT subject, submission, 'person' FROM ({TOLD})"),
        ):  # fmt: skip
            register.insert(table, COPIED[table], source.execute(sql).fetchall())


def _copy(register: Connection, number: int, villages: Sequence[str]) -> None:
    """All histories once more, under other ids, in the next villages."""
    count = DISTINCT // IN_VILLAGE
    moved = [(villages[i], villages[number * count + i]) for i in range(count)]
    register.run("CREATE TEMPORARY TABLE moved (was TEXT, code TEXT)")
    register.insert("moved", ("was", "code"), moved)
    for table, columns in COPIED.items():
        register.run(_copy_sql(table, columns, number, register.dialect))
    register.run("DROP TABLE moved")


def _copy_sql(table: str, columns: Sequence[str], number: int, dialect: str) -> str:
    def read(column: str) -> str:
        if column in IDS:
            return f"'{number:03d}' || substr(t.\"{column}\", 4)"
        if column == "place" or (column == "txt" and table in ("answer", "fact")):
            return f"COALESCE(m.code, t.\"{column}\")"
        return f't."{column}"'

    collate = ' COLLATE "C"' if dialect == "postgres" else ""
    key = next(column for column in columns if column in ("submission", "subject"))
    where = f"t.{key} < '001'{collate} ORDER BY t.{key}"
    placed = "place" if "place" in columns else "txt" if "txt" in columns else None
    join = f" LEFT JOIN moved AS m ON m.was = t.{placed}" if placed else ""
    if placed == "txt":
        join += " AND t.code = 'residence'"
    listed = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table} ({listed}) SELECT {', '.join(map(read, columns))} FROM {table} AS t{join} WHERE {where}"


def size(register: Register) -> list[Any]:
    """Rows of the tables that matter."""
    with register.record.store.register.read() as connection:
        return [int(value(connection, f"SELECT COUNT(*) FROM {table}")) for table in ("fact", "step")]
