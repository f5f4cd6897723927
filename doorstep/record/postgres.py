"""PostgreSQL as a store: one writer connection per process under an advisory lock, a reader per thread.

Inside a transaction nothing waits for the server but a query: what is written goes along with the next query, or with the commit.
A write that fails is told there. (libpq's pipeline mode.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import sql as names
from psycopg.pq import TransactionStatus

from doorstep.record.database import DatabaseAway, Row
from doorstep.record.pool import Pooled
from doorstep.record.schema import column_types

COPY_FROM = 1000
"""From this many rows on COPY is faster than a statement that goes along with others."""


@lru_cache(maxsize=4096)
def _marks(sql: str) -> bytes:
    """`?` as psycopg writes it. No statement of ours holds a `?` or `%` that means something else."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


@lru_cache(maxsize=256)
def _appending(tables: tuple[tuple[str, tuple[str, ...]], ...]) -> bytes:
    """One INSERT per table, all in one statement, from an array per column."""
    types = column_types()
    made = []
    for table, columns in tables:
        listed = ", ".join(f'"{column}"' for column in columns)
        arrays = ", ".join(f"%b::{ARRAYS[types[table, column]]}" for column in columns)
        made.append(f"INSERT INTO {table} ({listed}) SELECT * FROM unnest({arrays})")
    *before, last = made
    listed = ", ".join(f"i{n} AS ({statement})" for n, statement in enumerate(before))
    return f"{f'WITH {listed} ' if listed else ''}{last}".encode()


def _array(values: list[Any], kind: str) -> list[Any]:
    """The values of one column: of one type, as an array has it."""
    return [None if value is None else float(value) for value in values] if kind == "double" else values


ARRAYS = {"text": "text[]", "bigint": "bigint[]", "serial": "bigint[]", "double": "float8[]", "bytes": "bytea[]"}


class PostgresConnection:
    """One open connection, inside a transaction while it is handed out."""

    dialect = "postgres"

    def __init__(self, url: str, durable: bool, setup: str, lock: int) -> None:
        self.lock = lock
        self._sending: ExitStack | None = None
        self.raw = psycopg.connect(url, autocommit=True, connect_timeout=10)
        self.raw.prepared_max = 500
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
        self._settle()  # such a cursor wants its answers one by one
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
        if rows and len(rows) < COPY_FROM and all((table, column) in column_types() for column in columns):
            self._unnest([(table, columns, rows)])
            return
        listed = names.SQL(", ").join(names.Identifier(column) for column in columns)
        copying = names.SQL("COPY {} ({}) FROM STDIN").format(names.Identifier(table), listed)
        with self._alone(), self.raw.cursor() as cursor, cursor.copy(copying) as copy:
            for row in rows:
                copy.write_row(row)

    def append(self, tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Any]]]]) -> None:
        filled = [one for one in tables if one[2]]
        if sum(len(rows) for _, _, rows in filled) >= COPY_FROM:
            for one in filled:
                self.insert(*one)
        elif filled:
            self._unnest(filled)

    def _unnest(self, filled: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Any]]]]) -> None:
        sql = _appending(tuple((table, tuple(columns)) for table, columns, _ in filled))
        arrays: list[list[Any]] = []
        for table, columns, rows in filled:
            arrays += (
                _array(list(values), column_types()[table, column])
                for column, values in zip(columns, zip(*rows, strict=True), strict=True)
            )
        self.raw.execute(sql, arrays)

    def clear(self, tables: Sequence[str], subjects: Sequence[str]) -> None:
        *before, last = [f"DELETE FROM {table} WHERE subject = ANY(%(subjects)s)" for table in tables]  # noqa: S608
        listed = ", ".join(f"d{n} AS ({statement})" for n, statement in enumerate(before))
        self.raw.execute(f"{f'WITH {listed} ' if listed else ''}{last}".encode(), {"subjects": list(subjects)})

    def fill(self, name: str, into: str, select: str) -> None:
        self.raw.execute(f"INSERT INTO {into} {select}".encode(), prepare=True)

    def script(self, sql: str) -> None:
        with self._alone():
            self.raw.execute(sql.encode())

    @property
    def usable(self) -> bool:
        return not self.raw.closed

    def begin(self, lock: bool) -> None:
        self._send()
        self.raw.execute(b"BEGIN" if lock else b"BEGIN ISOLATION LEVEL REPEATABLE READ")
        if lock:
            self.raw.execute(f"SELECT pg_advisory_xact_lock({self.lock:d})".encode())

    def commit(self) -> None:
        self.raw.execute(b"COMMIT")
        self._settle()

    def rollback(self) -> None:
        with suppress(psycopg.Error):  # it is told by whoever asked for this
            self._settle()
            if self.raw.info.transaction_status == TransactionStatus.INTRANS:
                self.raw.execute(b"ROLLBACK")
                return
        # After a failure the server does not know what was to be prepared behind it: a new connection does.
        self.raw.close()

    def close(self) -> None:
        self.raw.close()

    def _send(self) -> None:
        """From here on nothing waits but a query."""
        if self._sending is None:
            self._sending = ExitStack()
            self._sending.enter_context(self.raw.pipeline())

    def _settle(self) -> None:
        """Waits for all that was sent; raises what the first of it that failed has to say."""
        sending, self._sending = self._sending, None
        if sending is not None:
            sending.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """For what cannot go along with others."""
        sending = self._sending is not None
        self._settle()
        yield
        if sending:
            self._send()


class Postgres(Pooled[PostgresConnection]):
    """A database by URL (see `Database`). lock: the advisory lock that all writers of this store share.

    setup: run in every connection.
    """

    dialect = "postgres"

    def __init__(self, url: str, lock: int, durable: bool = True, setup: str = "") -> None:
        super().__init__()
        self.url, self.lock, self.durable, self.setup = url, lock, durable, setup

    def _open(self) -> PostgresConnection:
        return PostgresConnection(self.url, self.durable, self.setup, self.lock)

    def _told(self) -> AbstractContextManager[None]:
        return _told()

    def purge(self, tables: Sequence[str], full: bool = True) -> None:
        """Writes the tables anew, so that no deleted row is left in their files; or clears deleted rows out of their pages."""
        how = names.SQL("VACUUM (FULL) {}" if full else "VACUUM {}")
        with self._lock, _told():
            for table in tables:
                self.writer().raw.execute(how.format(names.Identifier(table)))


@contextmanager
def _told() -> Iterator[None]:
    """What a person can do about it, instead of the library's word."""
    try:
        yield
    except psycopg.errors.DiskFull as error:
        raise DatabaseAway("The database's disk is full. Nothing was changed; make room and try again.") from error
    except psycopg.OperationalError as error:
        raise DatabaseAway("The database does not answer. Nothing was changed; try again in a moment.") from error
