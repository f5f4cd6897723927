"""A record on each of the two databases, accounts beside it, and phones that speak to the server over WSGI."""

from __future__ import annotations

import pytest

from tests.record.conftest import config, opened_world, pytest_generate_tests, world
from tests.record.world import World
from tests.support.pages import use_django

__all__ = ["config", "opened_world", "pytest_generate_tests", "station", "world"]

use_django()


@pytest.fixture
def station(world: World, transactional_db: None):  # type: ignore[no-untyped-def]  # its class needs Django, which is up only now
    """The server of two villages, with an attendant, a midwife and a supervisor."""
    from tests.sync.station import Station

    here = Station(world)
    yield here
    here.close()
