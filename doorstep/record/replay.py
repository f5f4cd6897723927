"""Replay: the register worked out from the log alone. It must be what is there, whatever the order in which it is read.

A check compares one moment: the register as it stood, and the log up to the last submission that it then knew. What arrives
meanwhile is taken in as ever and makes no difference.
"""

from __future__ import annotations

import random
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from doorstep.record import folding, schema
from doorstep.record.database import Connection, Database, value
from doorstep.record.postgres import Postgres
from doorstep.record.reading import Logged, logged_rows
from doorstep.record.record import Record
from doorstep.record.sqlite import Sqlite
from doorstep.record.store import LOCKS, Store

COMPARED = (
    "sub", "answer", "attribute_write", "speaks_of", "made", "points_at", "unread", "merge_edge", "corrected", "alias",
    "fact", "attribute", "subject", "relation", "home", "step",
)  # fmt: skip
"""Every table of the register whose rows follow from the log."""
ATTEMPTS = 20
"""Moments that are tried, while others work at the register or somebody is erased, before a check gives up."""


class CannotCheck(RuntimeError):
    """Nothing was changed; the message says why and what to do."""


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


@dataclass(frozen=True)
class Moment:
    """A snapshot of the register: seq of the last submission in it, and how many had been erased."""

    seq: int
    erasures: int


def check(record: Record, seed: int | None = None, progress: folding.Progress = folding._silent) -> list[Difference]:
    """Works the register out a second time, beside, and compares. seed: reads the log in a random order; None: as it came.

    Raises CannotCheck when no moment could be had.
    """
    with scratch(record.store) as beside:
        done = replay_into(beside, record, seed, progress)
        for _ in range(ATTEMPTS):
            record.catch_up(progress)
            # Held no longer than it takes to go on to it and to compare: whoever is erased meanwhile waits for it.
            with record.store.register.read() as live:
                moment = _moment(live, record)
                if moment is None:
                    continue
                _as_it_came(beside, record, done, moment.seq, progress)
                done = moment.seq
                with beside.register.read() as replayed:
                    found = [one for table in COMPARED if (one := _compare(live, replayed, table))]
            # Whoever is erased is gone at once, for the replay too: it then shows another moment than the snapshot.
            with record.store.log.read() as log:
                if _erasures(log) == moment.erasures:
                    return found
    raise CannotCheck(
        "The register was being worked out by another process, or somebody was erased, at every moment that was tried. "
        "Nothing was changed. Try again when less arrives."
    )


def _moment(live: Connection, record: Record) -> Moment | None:
    """What this snapshot knows; None when another process is in the middle of working it out."""
    if folding.meta(live, "pack") != record.rules.pack.rules:
        return None
    if value(live, "SELECT COUNT(*) FROM dirty"):
        return None
    return Moment(int(folding.meta(live, "folded", "0")), _erasures(live))


def _erasures(log: Connection) -> int:
    return int(value(log, "SELECT COALESCE(MAX(n), 0) FROM erasure"))


def replay_into(beside: Store, record: Record, seed: int | None, progress: folding.Progress = folding._silent) -> int:
    """Fills an empty register from the log; the seq of the last submission in it."""
    with beside.register.write() as register:
        record.rules.install(register)
        folding.set_meta(register, "pack", record.rules.pack.rules)
        last = int(value(register, "SELECT COALESCE(MAX(seq), 0) FROM submission"))
        rows = logged_rows(register, "seq <= ?", [last]) if seed is not None else []
    if seed is None:
        _as_it_came(beside, record, 0, last, progress)
    else:
        _in_random_order(beside, record, rows, seed, progress)
    return last


def _as_it_came(beside: Store, record: Record, after: int, last: int, progress: folding.Progress) -> None:
    for start in range(after, last, folding.READ_AT_ONCE):
        with beside.register.write() as register:
            rows = logged_rows(register, "seq > ? AND seq <= ?", [start, min(start + folding.READ_AT_ONCE, last)])
            folding.take_in(beside, record.shelf, register, rows)
            folding.set_meta(register, "folded", str(rows[-1].seq))
        progress("replayed", len(rows))
    folding.work_out(beside, record.rules, progress)


def _in_random_order(beside: Store, record: Record, rows: list[Logged], seed: int, progress: folding.Progress) -> None:
    random.Random(seed).shuffle(rows)  # noqa: S311 - an order, not a secret
    step = max(1, min(folding.READ_AT_ONCE, len(rows) // 7))
    for start in range(0, len(rows), step):
        with beside.register.write() as register:
            folding.take_in(beside, record.shelf, register, rows[start : start + step])
        progress("replayed", step)
        if start % (3 * step) == 0:  # what is worked out in between must not matter
            folding.work_out(beside, record.rules, progress)
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
