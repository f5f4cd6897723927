"""One invented province for all tests of this folder, told once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from doorstep.content.dates import day_number
from doorstep.content.model import Programme
from doorstep.content.read import read_programme
from doorstep.record.places import Places
from doorstep.simulation.stream import simulate

SHELF = Path(__file__).parents[2] / "programmes"
UNTIL = day_number("2026-06-30")
PEOPLE = 9000


@pytest.fixture(scope="session")
def maternal() -> Programme:
    programme, problems = read_programme(SHELF / "maternal")
    assert programme is not None, "\n".join(str(problem) for problem in problems)
    return programme


@pytest.fixture(scope="session")
def atlas() -> Places:
    return Places.load()


@pytest.fixture(scope="session")
def told(maternal: Programme, atlas: Places) -> list[dict[str, Any]]:
    """What the server of Ratanakiri receives in three years."""
    return list(simulate(maternal, atlas, "KH-16", PEOPLE, "tests", UNTIL))
