"""The four engines behind one small door: load tables, run SQL, get rows.

For worked cases, tests and benches. The register itself lives in SQLite or PostgreSQL through `doorstep.record`;
these engines hold copies of facts in memory, in a temporary database, or in Parquet files.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from doorstep.pathways.sql import DEEP

NAMES = ("sqlite", "postgres", "duckdb", "spark")
Columns = Sequence[tuple[str, str]]
"""(name, type) with type one of text, bigint, double."""
Row = tuple[Any, ...]

ANSWER: Columns = (
    ("submission", "text"), ("subject", "text"), ("code", "text"), ("day", "bigint"), ("day_last", "bigint"),
    ("at", "bigint"), ("ts", "bigint"), ("precision", "text"), ("num", "double"), ("txt", "text"), ("how", "text"),
    ("row", "text"),
)
SUB: Columns = (
    ("submission", "text"), ("kind", "text"), ("form", "text"), ("subject", "text"), ("replaces", "text"),
    ("stamp", "bigint"),
)
ALIAS: Columns = (("subject", "text"), ("canonical", "text"))
FACT: Columns = (
    ("subject", "text"), ("episode", "text"), ("code", "text"), ("day", "bigint"), ("day_last", "bigint"),
    ("at", "bigint"), ("ts", "bigint"), ("precision", "text"), ("num", "double"), ("txt", "text"), ("how", "text"),
    ("row", "text"), ("submission", "text"),
)
RELATION: Columns = (
    ("subject", "text"), ("episode", "text"), ("name", "text"), ("target", "text"), ("target_episode", "text"),
)
STEP: Columns = (
    ("subject", "text"), ("episode", "text"), ("pathway", "text"), ("step", "text"), ("n", "bigint"),
    ("since", "bigint"), ("until", "bigint"), ("until_why", "text"), ("rule", "text"), ("clock", "text"),
    ("opens", "bigint"), ("due", "bigint"), ("overdue", "bigint"), ("closes", "bigint"), ("done_on", "bigint"),
    ("done_by", "text"), ("waits_for", "text"), ("urgency", "text"), ("compartment", "text"),
)


class Engine(Protocol):
    """One engine. `load` replaces the table. Identifiers are quoted by the engine's own rule."""

    name: str

    def load(self, table: str, columns: Columns, rows: Iterable[Sequence[Any]]) -> None: ...
    def execute(self, sql: str) -> None: ...
    def query(self, sql: str) -> list[Row]: ...
    def store(self, table: str, sql: str) -> None:
        """Keeps the rows of a SELECT as a table of this name."""

    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class _Closing:
    """`with` for engines."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        raise NotImplementedError  # every engine below has its own


def _ddl(table: str, columns: Columns, types: Mapping[str, str], quote: str = '"') -> str:
    inner = ", ".join(f"{quote}{name}{quote} {types[kind]}" for name, kind in columns)
    return f"CREATE TABLE {quote}{table}{quote} ({inner})"


def _indexes(table: str, columns: Columns) -> list[str]:
    """What facts and rules are looked up by: the subject; a rule table's first columns."""
    names = [name for name, _ in columns]
    if table.startswith("rule_"):
        by = names[:4] if names[0] == "series" else names[:1]
    else:
        by = [name for name in ("subject", "episode") if name in names]
    listed = ", ".join(f'"{name}"' for name in by)
    return [f'CREATE INDEX "{table}_by" ON "{table}" ({listed})'] if by else []


class Sqlite(_Closing):
    """SQLite in memory, or in a file: the one that the record uses."""

    name = "sqlite"

    def __init__(self, path: str = ":memory:") -> None:
        import apsw

        self.connection = apsw.Connection(path)

    def load(self, table: str, columns: Columns, rows: Iterable[Sequence[Any]]) -> None:
        with self.connection:
            self.execute(f'DROP TABLE IF EXISTS "{table}"')
            self.execute(_ddl(table, columns, {"text": "TEXT", "bigint": "INTEGER", "double": "REAL"}))
            marks = ", ".join("?" * len(columns))
            self.connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
            for index in _indexes(table, columns):
                self.execute(index)

    def execute(self, sql: str) -> None:
        for _ in self.connection.execute(sql):
            pass

    def query(self, sql: str) -> list[Row]:
        return self.connection.execute(sql).fetchall()

    def store(self, table: str, sql: str) -> None:
        with self.connection:
            self.execute(f'DROP TABLE IF EXISTS "{table}"')
            self.execute(f'CREATE TABLE "{table}" AS {sql}')

    def close(self) -> None:
        self.connection.close()


class Postgres(_Closing):
    """PostgreSQL: the given database, in a schema of its own that is dropped at the end; or a temporary server."""

    name = "postgres"

    def __init__(self, dsn: str | None = None) -> None:
        import secrets

        import psycopg

        from doorstep.pathways.engines_env import temporary_postgres

        self._stack = contextlib.ExitStack()
        if dsn is None:
            dsn = self._stack.enter_context(temporary_postgres()).dsn
        self.connection = psycopg.connect(dsn, autocommit=True)
        self._schema = f"doorstep_{secrets.token_hex(6)}"
        self.execute(f"CREATE SCHEMA {self._schema}")
        self.execute(f"SET search_path TO {self._schema}")

    def load(self, table: str, columns: Columns, rows: Iterable[Sequence[Any]]) -> None:
        from psycopg import sql

        self.execute(f'DROP TABLE IF EXISTS "{table}"')
        types = {"text": 'TEXT COLLATE "C"', "bigint": "BIGINT", "double": "DOUBLE PRECISION"}
        self.execute(_ddl(table, columns, types))
        with self.connection.cursor() as cursor, cursor.copy(
            sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
        ) as copy:
            for row in rows:
                copy.write_row(row)
        for index in _indexes(table, columns):
            self.execute(index)
        self.execute(f'ANALYZE "{table}"')

    def execute(self, sql: str) -> None:
        self.connection.execute(sql.encode())

    def query(self, sql: str) -> list[Row]:
        return self.connection.execute(sql.encode()).fetchall()

    def store(self, table: str, sql: str) -> None:
        self.execute(f'DROP TABLE IF EXISTS "{table}"')
        self.execute(f'CREATE TABLE "{table}" AS {sql}')
        self.execute(f'ANALYZE "{table}"')

    def close(self) -> None:
        with contextlib.suppress(Exception):  # a server that is gone has no schema left to drop
            self.execute(f"DROP SCHEMA {self._schema} CASCADE")
        self.connection.close()
        self._stack.close()


class DuckDb(_Closing):
    """DuckDB in memory."""

    name = "duckdb"

    def __init__(self, path: str = ":memory:") -> None:
        import duckdb

        self.connection = duckdb.connect(path)

    def load(self, table: str, columns: Columns, rows: Iterable[Sequence[Any]]) -> None:
        arrow = _arrow(columns, rows)
        self.connection.register("incoming", arrow)
        self.connection.execute(f'CREATE OR REPLACE TABLE "{table}" AS SELECT * FROM incoming')
        self.connection.unregister("incoming")

    def execute(self, sql: str) -> None:
        # Conditions pushed through many projections that nest values are copied each time: planning took a minute.
        self.connection.execute(f"SET disabled_optimizers = '{'filter_pushdown' if DEEP in sql else ''}'")
        self.connection.execute(sql)

    def query(self, sql: str) -> list[Row]:
        self.execute(sql)
        return self.connection.fetchall()

    def store(self, table: str, sql: str) -> None:
        self.execute(f'CREATE OR REPLACE TABLE "{table}" AS {sql}')

    def close(self) -> None:
        self.connection.close()


class Spark(_Closing):
    """Spark over Parquet files in a temporary folder. The session is the process's own and outlives this engine."""

    name = "spark"

    def __init__(self) -> None:
        from doorstep.pathways.engines_env import spark_session

        self.session = spark_session()
        self._folder = Path(tempfile.mkdtemp(prefix="doorstep-spark-"))
        self._count = 0

    def load(self, table: str, columns: Columns, rows: Iterable[Sequence[Any]]) -> None:
        import pyarrow.parquet as parquet

        self._count += 1
        path = self._folder / f"{table}-{self._count}.parquet"
        parquet.write_table(_arrow(columns, rows), path)
        self.session.read.parquet(str(path)).createOrReplaceTempView(table)

    def execute(self, sql: str) -> None:
        self.session.sql(sql)

    def query(self, sql: str) -> list[Row]:
        return [tuple(row) for row in self.session.sql(sql).collect()]

    def store(self, table: str, sql: str) -> None:
        self._count += 1
        path = str(self._folder / f"{table}-{self._count}.parquet")
        self.session.sql(sql).write.parquet(path)
        self.session.read.parquet(path).createOrReplaceTempView(table)

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _arrow(columns: Columns, rows: Iterable[Sequence[Any]]) -> Any:
    """Rows as an Arrow table with exactly the declared types."""
    import pyarrow as pa

    types = {"text": pa.string(), "bigint": pa.int64(), "double": pa.float64()}
    values = list(rows)
    arrays = [pa.array([row[i] for row in values], types[kind]) for i, (_, kind) in enumerate(columns)]
    return pa.table(arrays, names=[name for name, _ in columns])


def open_engine(name: str, **options: Any) -> Engine:
    """An engine by name. Raises `EngineAbsent` when this machine cannot start it, `ValueError` for an unknown name."""
    makers: dict[str, type[Sqlite | Postgres | DuckDb | Spark]] = {
        "sqlite": Sqlite, "postgres": Postgres, "duckdb": DuckDb, "spark": Spark,
    }
    if name not in makers:
        raise ValueError(f"no engine is called {name!r}; the engines are {', '.join(NAMES)}")
    return makers[name](**options)
