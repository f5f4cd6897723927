"""Replay: the register worked out from the log alone. It must be what is there, whatever the order in which it is read."""

from __future__ import annotations

import random
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from doorstep.record import folding, schema
from doorstep.record.database import Connection, Database
from doorstep.record.postgres import Postgres
from doorstep.record.reading import logged_rows
from doorstep.record.record import Record
from doorstep.record.sqlite import Sqlite
from doorstep.record.store import LOCKS, Store

COMPARED = (
    "sub", "answer", "attribute_write", "speaks_of", "made", "points_at", "unread", "merge_edge", "corrected", "alias",
    "fact", "attribute", "subject", "relation", "home", "step",
)  # fmt: skip
"""Every table of the register whose rows follow from the log."""


@dataclass(frozen=True)
class Difference:
    """One table in which replay and what is there differ. Rows may hold coded facts; they hold no words."""

    table: str
    only_live: int
    only_replayed: int

    def __str__(self) -> str:
        return f"{self.table}: {self.only_live} rows only in what is there, {self.only_replayed} only in the replay"


def rebuild(record: Record, progress: folding.Progress = folding._silent) -> None:
    """Throws the register away and works it out anew. Readers wait; the log is only read."""
    with record.store.register.write() as register:
        schema.drop(register, "register")
        schema.make(register, "register")
    record.catch_up(progress)


def check(record: Record, seed: int | None = None, progress: folding.Progress = folding._silent) -> list[Difference]:
    """Works the register out a second time, beside, and compares. seed: reads the log in a random order; None: as it came."""
    record.catch_up(progress)
    with scratch(record.store) as beside:
        replay_into(beside, record, seed, progress)
        with record.store.register.read() as live, beside.register.read() as replayed:
            return [found for table in COMPARED if (found := _compare(live, replayed, table))]


def replay_into(beside: Store, record: Record, seed: int | None, progress: folding.Progress = folding._silent) -> None:
    """Fills an empty register from the log."""
    if seed is None:
        folding.catch_up(beside, record.shelf, record.rules, progress)
        return
    with beside.register.write() as register:
        record.rules.install(register)
        folding.set_meta(register, "pack", record.rules.pack.hash)
        rows = logged_rows(register, "seq > ?", [0])
    random.Random(seed).shuffle(rows)  # noqa: S311 - an order, not a secret
    step = max(1, min(folding.READ_AT_ONCE, len(rows) // 7))
    for start in range(0, len(rows), step):
        with beside.register.write() as register:
            folding.take_in(beside, record.shelf, register, rows[start : start + step])
        progress("replayed", step)
        if start % (3 * step) == 0:  # what is worked out in between must not matter
            folding.work_out(beside, record.rules, progress)
    with beside.register.write() as register:
        last = max((row.seq for row in rows), default=0)
        folding.set_meta(register, "folded", str(last))
    folding.work_out(beside, record.rules, progress)


@contextmanager
def scratch(store: Store) -> Iterator[Store]:
    """The same log and keys with an empty register beside the real one, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="replay-", dir=store.config.data) as folder:
        name = f"replay_{secrets.token_hex(6)}"
        register = _register(store, Path(folder), name)
        beside = Store(store.config, store.log, register, store.keys, store.vault)
        try:
            with register.write() as connection:
                schema.make(connection, "register")
                schema.make(connection, "places")
            yield beside
        finally:
            register.close()
            if store.config.database:
                with store.register.write() as connection:
                    connection.run(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def _register(store: Store, folder: Path, name: str) -> Database:
    setup = schema.temporary(store.register.dialect)
    if not store.config.database:
        return Sqlite(folder / "register.sqlite3", [("log", store.config.data / "log.sqlite3")], False, setup)
    with store.register.write() as connection:
        connection.run(f"CREATE SCHEMA {name}")
    # Its own tables first, the log's tables behind them.
    path = f"SELECT set_config('search_path', '{name}, ' || current_setting('search_path'), false);"
    return Postgres(store.config.database, LOCKS["register"] + 100, False, path + setup)


def _compare(live: Connection, replayed: Connection, table: str) -> Difference | None:
    """None when the table holds the same rows, each as often."""
    ours, theirs = _sorted_rows(live, table), _sorted_rows(replayed, table)
    only_live = only_replayed = 0
    a, b = next(ours, None), next(theirs, None)
    while a is not None or b is not None:
        if a == b:
            a, b = next(ours, None), next(theirs, None)
        elif b is None or (a is not None and a < b):
            only_live += 1
            a = next(ours, None)
        else:
            only_replayed += 1
            b = next(theirs, None)
    return Difference(table, only_live, only_replayed) if only_live or only_replayed else None


def _sorted_rows(connection: Connection, table: str) -> Iterator[tuple[str, ...]]:
    """Rows as text, in one order on both databases."""
    rows = connection.rows(f"SELECT * FROM {table}")  # noqa: S608 - our own table
    yield from sorted(tuple("" if value is None else f"={value}" for value in row) for row in rows)
