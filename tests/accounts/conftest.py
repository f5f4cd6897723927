"""Accounts in a folder that nobody keeps, empty before each test; and a record beside them, on both databases."""

from __future__ import annotations

import pytest

from tests.record.conftest import config, opened_world, pytest_generate_tests, world
from tests.support.pages import use_django

__all__ = ["config", "opened_world", "pytest_generate_tests", "world"]

use_django()


@pytest.fixture
def accounts(db: None) -> None:
    """Nobody is enrolled; what a test enrols is gone after it."""
