"""Every test of the pages has Django; those that ask for `console` have a running server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.console import console  # noqa: F401 - a fixture
from tests.support.pages import use_django

use_django()


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A test starts in English, whatever the one before did."""
    from django.utils import translation

    with translation.override("en"):
        yield
