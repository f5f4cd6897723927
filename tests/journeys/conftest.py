"""Journeys go through a running server, in a real browser."""

from tests.support.console import console  # noqa: F401 - a fixture
