"""A record on each of the two databases, opened once for a file of tests and emptied for each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest

from doorstep.pathways.engines_env import PostgresServer
from doorstep.record.store import Config
from tests.record.world import World

DATABASES = ("sqlite", "postgres")
_numbers = count(1)


@pytest.fixture(scope="module")
def config(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """Settings of an installation of its own: SQLite, or an empty PostgreSQL database."""
    data = tmp_path_factory.mktemp("data")
    if getattr(request, "param", "sqlite") == "sqlite":
        yield Config(data)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"record_{next(_numbers)}"
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    yield Config(data, server.dsn_of(name))
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="module")
def opened_world(config: Config) -> Iterator[World]:
    world = World(config)
    yield world
    world.close()


@pytest.fixture
def world(opened_world: World) -> World:
    """An empty record with the small programme in force."""
    return opened_world.empty()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whoever asks for a world is asked on both databases."""
    if "config" in metafunc.fixturenames and "opened_world" in metafunc.fixturenames:
        metafunc.parametrize("config", DATABASES, indirect=True, scope="module")
