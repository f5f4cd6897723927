"""PostgreSQL as a store: one writer connection per process under an advisory lock, a reader per thread."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import sql as names

from doorstep.record.database import DatabaseAway, Row

COPY_FROM = 16
"""From this many rows on COPY is faster than a statement for each."""


@lru_cache(maxsize=4096)
def _marks(sql: str) -> bytes:
    """`?` as psycopg writes it. No statement of ours holds a `?` or `%` that means something else."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


class PostgresConnection:
    """One open connection, inside a transaction while it is handed out."""

    dialect = "postgres"

    def __init__(self, url: str, durable: bool, setup: str) -> None:
        self.raw = psycopg.connect(url, autocommit=True, connect_timeout=10)
        self.raw.execute(f"SET synchronous_commit = {'on' if durable else 'off'}".encode())
        self.raw.execute(b"SET jit = off")  # costs more than it saves on statements of a few milliseconds
        self.raw.execute(b"SET client_min_messages = warning")
        if setup:
            self.raw.execute(setup.encode())

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        if values:
            return self.raw.execute(_marks(sql), values, binary=True).fetchall()
        return self.raw.execute(sql.encode(), binary=True).fetchall()

    def stream(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        with self.raw.cursor(name="stream", binary=True) as cursor:
            cursor.itersize = 2000
            cursor.execute(_marks(sql) if values else sql.encode(), values or None)
            yield from cursor

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        if values:
            self.raw.execute(_marks(sql), values)
        else:
            self.raw.execute(sql.encode())

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.raw.cursor() as cursor:
            cursor.executemany(_marks(sql), rows)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        listed = names.SQL(", ").join(names.Identifier(column) for column in columns)
        with self.raw.cursor() as cursor:
            if len(rows) < COPY_FROM:
                marks = names.SQL(", ").join(names.Placeholder() * len(columns))
                cursor.executemany(
                    names.SQL("INSERT INTO {} ({}) VALUES ({})").format(names.Identifier(table), listed, marks), rows
                )
                return
            with cursor.copy(names.SQL("COPY {} ({}) FROM STDIN").format(names.Identifier(table), listed)) as copy:
                for row in rows:
                    copy.write_row(row)

    def script(self, sql: str) -> None:
        self.raw.execute(sql.encode())


class Postgres:
    """A database by URL (see `Database`). lock: the advisory lock that all writers of this store share.

    setup: run in every connection.
    """

    dialect = "postgres"

    def __init__(self, url: str, lock: int, durable: bool = True, setup: str = "") -> None:
        self.url, self.lock, self.durable, self.setup = url, lock, durable, setup
        self._writer: PostgresConnection | None = None
        self._lock = threading.RLock()
        self._local = threading.local()
        self._all: list[PostgresConnection] = []

    def _open(self) -> PostgresConnection:
        connection = PostgresConnection(self.url, self.durable, self.setup)
        with self._lock:
            self._all.append(connection)
        return connection

    @contextmanager
    def write(self) -> Iterator[PostgresConnection]:
        with self._lock, _told():
            if self._writer is None or self._writer.raw.closed:
                self._writer = self._open()
            connection = self._writer
            connection.raw.execute(f"BEGIN; SELECT pg_advisory_xact_lock({self.lock:d})".encode())
            with _transaction(connection):
                yield connection

    @contextmanager
    def read(self) -> Iterator[PostgresConnection]:
        with _told():
            reader = getattr(self._local, "reader", None)
            if reader is None or reader.raw.closed:
                reader = self._local.reader = self._open()
            if reader.raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                yield reader  # a read inside a read sees the same snapshot
                return
            reader.raw.execute(b"BEGIN ISOLATION LEVEL REPEATABLE READ")
            with _transaction(reader):
                yield reader

    def purge(self, tables: Sequence[str]) -> None:
        """Writes the tables anew, so that no deleted row is left in their files."""
        with self._lock, _told():
            if self._writer is None or self._writer.raw.closed:
                self._writer = self._open()
            for table in tables:
                self._writer.raw.execute(names.SQL("VACUUM (FULL) {}").format(names.Identifier(table)))

    def close(self) -> None:
        with self._lock:
            for connection in self._all:
                connection.raw.close()
            self._all.clear()
            self._writer = None
            self._local = threading.local()


@contextmanager
def _transaction(connection: PostgresConnection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        if not connection.raw.closed:
            connection.raw.execute(b"ROLLBACK")
        raise
    connection.raw.execute(b"COMMIT")


@contextmanager
def _told() -> Iterator[None]:
    """What a person can do about it, instead of the library's word."""
    try:
        yield
    except psycopg.errors.DiskFull as error:
        raise DatabaseAway("The database's disk is full. Nothing was changed; make room and try again.") from error
    except psycopg.OperationalError as error:
        raise DatabaseAway("The database does not answer. Nothing was changed; try again in a moment.") from error
