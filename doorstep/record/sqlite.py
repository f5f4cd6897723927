"""SQLite as a store: a file in WAL mode, one writer, a reader per thread; deleted content is overwritten with zeros."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw

from doorstep.record.database import DatabaseAway, Row
from doorstep.record.pool import Pooled

logger = logging.getLogger("doorstep.record")
WAIT = 30_000
"""Milliseconds to wait for another process that writes."""
AGAIN = 0.01
"""Seconds until a new file is tried again that another process is making at this moment."""
SETTINGS = ("secure_delete=ON", "temp_store=MEMORY", "cache_size=-16384", "wal_autocheckpoint=4000")
"""Of every connection. What is deleted is overwritten, and nothing is sorted in files."""
STATEMENTS = 400
"""Statements kept prepared for a connection: all those of the fold, and of the lists."""


class SqliteConnection:
    """One open connection, inside a transaction while it is handed out."""

    dialect = "sqlite"

    def __init__(self, path: Path, attach: Sequence[tuple[str, Path]], durable: bool, setup: str) -> None:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
        self.raw = apsw.Connection(f"file:{quote(str(path))}", flags=flags, statementcachesize=STATEMENTS)
        self.raw.set_busy_timeout(WAIT)
        level = "FULL" if durable else "NORMAL"
        self._as_wal()
        for setting in (f"synchronous={level}", *SETTINGS):  # one by one: what answers with a row ends a text of several
            self.raw.execute(f"PRAGMA {setting}").fetchall()
        for name, other in attach:
            # Read-only: a transaction that writes here must not lock the other file.
            self.raw.execute("ATTACH DATABASE ? AS " + name, (f"file:{quote(str(other))}?mode=ro",))
        self.raw.execute(setup)
        self._views: set[str] = set()

    def _as_wal(self) -> None:
        """A file has one journal. Of two that open a new one at once, SQLite turns one away without waiting."""
        until = time.monotonic() + WAIT / 1000
        while True:
            try:
                self.raw.execute("PRAGMA journal_mode=WAL")
                return
            except apsw.BusyError:
                if time.monotonic() > until:
                    raise
                time.sleep(AGAIN)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return self.raw.execute(sql, values or None).fetchall()

    def stream(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        yield from self.raw.execute(sql, values or None)

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        self.raw.execute(sql, values or None)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self.raw.executemany(sql, rows)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        marks = ", ".join("?" * len(columns))
        names = ", ".join(f'"{column}"' for column in columns)
        self.raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608

    def append(self, tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Any]]]]) -> None:
        for table, columns, rows in tables:
            if rows:
                self.insert(table, columns, rows)

    def clear(self, tables: Sequence[str], subjects: Sequence[str]) -> None:
        listed = json.dumps(list(subjects))
        for table in tables:
            self.raw.execute(f"DELETE FROM {table} WHERE subject IN (SELECT value FROM json_each(?))", (listed,))  # noqa: S608

    def fill(self, name: str, into: str, select: str) -> None:
        if name not in self._views:
            # A long statement is not kept prepared, and preparing it takes far longer than running it. Its view is short.
            self.raw.execute(f"CREATE TEMPORARY VIEW {name} AS {select}")
            self._views.add(name)
        self.raw.execute(f"INSERT INTO {into} SELECT * FROM {name}")

    def script(self, sql: str) -> None:
        self.raw.execute(sql)

    @property
    def usable(self) -> bool:
        return True

    def begin(self, lock: bool) -> None:
        self.raw.execute("BEGIN IMMEDIATE" if lock else "BEGIN")

    def commit(self) -> None:
        self.raw.execute("COMMIT")

    def rollback(self) -> None:
        if not self.raw.get_autocommit():
            self.raw.execute("ROLLBACK")

    def close(self) -> None:
        self.raw.close()


class Sqlite(Pooled[SqliteConnection]):
    """A file (see `Database`). attach: (name, file) of others that are read along, read-only. setup: run in every connection."""

    dialect = "sqlite"

    def __init__(
        self, path: Path, attach: Sequence[tuple[str, Path]] = (), durable: bool = True, setup: str = ""
    ) -> None:
        super().__init__()
        self.path, self.attach, self.durable, self.setup = path, attach, durable, setup

    def _open(self) -> SqliteConnection:
        return SqliteConnection(self.path, self.attach, self.durable, self.setup)

    def _told(self) -> AbstractContextManager[None]:
        return _told()

    def purge(self, tables: Sequence[str], full: bool = True) -> None:
        """Zeros are written at once (secure_delete); what is left in the write-ahead file goes here. full: the file is
        written anew, since a page that was once split may hold a copy of what was deleted from its other half.

        A reader that stays longer than WAIT keeps it: it goes when that reader ends and the next purge comes, or at the end.
        """
        with self._lock, _told():
            if full and tables:
                self.writer().run("VACUUM")
            busy = self.writer().rows("PRAGMA main.wal_checkpoint(TRUNCATE)")[0][0]  # the attached ones are only read
        if busy:
            logger.warning("%s was being read for long: what was deleted stays in its write-ahead file for now", self.path.name)


@contextmanager
def _told() -> Iterator[None]:
    """What a person can do about it, instead of the library's word."""
    try:
        yield
    except (apsw.BusyError, apsw.LockedError) as error:
        raise DatabaseAway("Another program was writing for too long. Nothing was changed; try again.") from error
    except (apsw.FullError, apsw.IOError) as error:
        raise DatabaseAway("The disk is full or does not answer. Nothing was changed; make room and try again.") from error
    except apsw.CantOpenError as error:
        raise DatabaseAway("The database file cannot be opened. Nothing was changed; check DOORSTEP_DATA.") from error
