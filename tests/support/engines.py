"""Fixtures: a PostgreSQL server and a Spark session per test process, and a database of its own per test.

Nothing here is skipped: what cannot start raises `EngineAbsent`, and the test fails with its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

import psycopg
import pytest

from doorstep.pathways.engines_env import PostgresServer, spark_session, temporary_postgres

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real server with its default durability; `.dsn`, `.dsn_of(database)`, `.kill()`, `.start()`."""
    with temporary_postgres() as server:
        yield server


@pytest.fixture
def postgres_dsn(postgres: PostgresServer) -> Iterator[str]:
    """The URL of an empty database that is dropped after the test."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres.dsn, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    yield postgres.dsn_of(name)
    with psycopg.connect(postgres.dsn, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """A real Spark session, tuned for small data."""
    session = spark_session()
    yield session
    session.stop()
