"""How hard Hypothesis looks. The same stories in every run, so that a failure stays one.

DOORSTEP_EXPLORE=500 tells five hundred new stories; DOORSTEP_SHRINK=1 tells stories that are made smaller when one fails.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

EXPLORE = int(os.environ.get("DOORSTEP_EXPLORE") or 0)
SHRINK = bool(os.environ.get("DOORSTEP_SHRINK"))
SEARCH = settings(
    max_examples=EXPLORE or 60, derandomize=not EXPLORE, deadline=None, database=None, report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate, *([Phase.shrink] if SHRINK else [])],
)  # fmt: skip


def finds_a_counterexample(law: Callable[[Any, Any], None], world: Any, stories: st.SearchStrategy[Any], most: int = 300) -> None:
    """The law must fail on this world for some story; a law that no sabotage breaks would say nothing."""

    @settings(SEARCH, max_examples=most, derandomize=True, phases=[Phase.generate])
    @given(story=stories)
    def holds(story: Any) -> None:
        law(world, story)

    with pytest.raises(AssertionError):
        holds()
