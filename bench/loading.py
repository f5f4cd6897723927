"""The facts of N pregnancies in each of the four engines, ready to be asked.

Loading is not timed against the peer, whose loading is not timed either: it is printed apart. What was loaded into a file
of SQLite or a server of PostgreSQL stays in `bench/.data` and is used again while nothing that it was made from has changed.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

import bench.facts
from bench.facts import count, facts, rows
from bench.histories import DATA, SEED, cached
from bench.report import progress
from doorstep.pathways.engines import FACT, DuckDb, Engine, Postgres, Sqlite, open_engine
from doorstep.pathways.engines_env import spark_session, start_postgres

OWN = (Path(bench.facts.__file__), Path(__file__))
SPARK_MEMORY = "8g"
PG_SETTINGS = {"work_mem": "256MB", "max_parallel_workers_per_gather": str(max((os.cpu_count() or 1) - 1, 0)), "jit": "off"}


@contextmanager
def loaded(name: str, n: int, seed: int = SEED) -> Iterator[tuple[Engine, str, float]]:
    """An engine with table `fact` in it, its version and settings in words, and the seconds that loading took now."""
    path = facts(n, seed)
    began = time.monotonic()
    opened = {"sqlite": _sqlite, "postgres": _postgres, "duckdb": _duckdb, "spark": _spark}[name](path)
    engine, words = next(opened)
    try:
        yield engine, words, time.monotonic() - began
    finally:
        engine.close()
        opened.close()


def _duckdb(path: Path) -> Iterator[tuple[Engine, str]]:
    def write(file: Path) -> None:
        part = file.with_suffix(f".{os.getpid()}.part")
        engine = DuckDb(str(part))
        engine.execute(f"CREATE TABLE fact AS SELECT * FROM read_parquet('{path}')")
        engine.close()
        part.replace(file)

    file = cached(path.stem.rsplit("-", 1)[0], "duckdb", write, *OWN)
    engine = DuckDb()
    engine.execute(f"ATTACH '{file}' AS register (READ_ONLY)")
    engine.execute("CREATE VIEW fact AS SELECT * FROM register.fact")
    version, threads = engine.query("SELECT version(), current_setting('threads')")[0]
    yield engine, f"DuckDB {version}, a file, {threads} threads"


def _spark(path: Path) -> Iterator[tuple[Engine, str]]:
    cores = os.cpu_count() or 1
    session = spark_session(tiny=False, memory=SPARK_MEMORY, cores=cores)
    session.read.parquet(str(path)).createOrReplaceTempView("fact")
    yield open_engine("spark"), f"Spark {session.version}, Parquet file, {cores} cores, {SPARK_MEMORY}"


def _sqlite(path: Path) -> Iterator[tuple[Engine, str]]:
    def write(file: Path) -> None:
        part = file.with_suffix(f".{os.getpid()}.part")
        with progress("Loading SQLite", count(path)) as told:
            engine = Sqlite(str(part))
            engine.execute("PRAGMA journal_mode=OFF")
            engine.execute("PRAGMA synchronous=OFF")
            kinds = {"text": "TEXT", "bigint": "INTEGER", "double": "REAL"}
            columns = ", ".join(f'"{name}" {kinds[kind]}' for name, kind in FACT)
            # Kept in the order in which the facts of a person are read, as a register that is made for reading keeps them.
            key = 'subject, episode, day, ts, submission, "row", code'
            engine.execute(f"CREATE TABLE fact ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID")
            with engine.connection:
                marks = ", ".join("?" * len(FACT))
                engine.connection.executemany(f"INSERT INTO fact VALUES ({marks})", told(rows(path)))  # noqa: S608
            engine.execute("ANALYZE")
            engine.close()
        part.replace(file)

    file = cached(path.stem.rsplit("-", 1)[0], "sqlite3", write, *OWN)
    engine = Sqlite(str(file))
    for pragma in ("cache_size=-1048576", "temp_store=MEMORY", f"mmap_size={file.stat().st_size}"):
        engine.execute(f"PRAGMA {pragma}")
    yield engine, f"SQLite {apsw.sqlite_lib_version()}, a file, 1 thread, 1 GiB of cache"


def _postgres(path: Path) -> Iterator[tuple[Engine, str]]:
    server = start_postgres(DATA / "postgres")
    try:
        engine = Postgres(server.dsn)
        schema = "facts_" + hashlib.sha256((path.name + Path(__file__).read_text()).encode()).hexdigest()[:12]
        own = engine.query("SELECT current_schema()")[0][0]
        if engine.query(f"SELECT to_regclass('{schema}.fact') IS NULL")[0][0]:
            _fill_postgres(engine, schema, path)
        engine.execute(f"SET search_path TO {own}, {schema}")
        for setting, value in PG_SETTINGS.items():
            engine.execute(f"SET {setting} = '{value}'")
        version = engine.query("SHOW server_version")[0][0]
        yield engine, f"PostgreSQL {version}, " + ", ".join(f"{key}={value}" for key, value in PG_SETTINGS.items())
    finally:
        server.stop()


def _fill_postgres(engine: Postgres, schema: str, path: Path) -> None:
    """The facts in a schema that stays; those of another time are dropped."""
    for (old,) in engine.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'facts\\_%'"):
        engine.execute(f"DROP SCHEMA {old} CASCADE")
    with progress("Loading PostgreSQL", count(path)) as told:
        engine.load("fact", FACT, told(rows(path)))
        engine.execute('CREATE INDEX "fact_subject" ON "fact" (subject)')
        engine.execute("VACUUM ANALYZE fact")
    engine.execute(f"CREATE SCHEMA {schema}")
    engine.execute(f"ALTER TABLE fact SET SCHEMA {schema}")
