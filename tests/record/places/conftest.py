"""The real places, read once: the packages and the project's own tables."""

import pytest

from doorstep.content.dates import day_number
from doorstep.record.places import Places

LAST_OLD_DAY = day_number("2025-06-30")
FIRST_NEW_DAY = day_number("2025-07-01")


@pytest.fixture(scope="session")
def places() -> Places:
    return Places.load()


@pytest.fixture
def before() -> int:
    """The last day of Viet Nam's 63 provinces."""
    return LAST_OLD_DAY


@pytest.fixture
def since() -> int:
    """The first day of Viet Nam's 34 provinces."""
    return FIRST_NEW_DAY
