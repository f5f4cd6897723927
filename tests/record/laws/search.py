"""How hard Hypothesis looks. The same stories in every run, so that a failure stays a failure; DOORSTEP_EXPLORE=1 looks for new ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

EXPLORE = os.environ.get("DOORSTEP_EXPLORE", "")
SEARCH = settings(
    max_examples=int(EXPLORE) if EXPLORE.isdigit() and int(EXPLORE) > 1 else 40,
    derandomize=not EXPLORE, deadline=None, database=None, suppress_health_check=list(HealthCheck),
    # A story is slow to shrink: only who is looking waits for that.
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if EXPLORE else [])], report_multiple_bugs=False,
)  # fmt: skip


def finds_a_counterexample(law: Callable[[Any, Any], None], world: Any, stories: st.SearchStrategy[Any], most: int = 300) -> None:
    """The law must fail on this world for some story; a law that no sabotage breaks would say nothing."""

    @settings(SEARCH, max_examples=most, phases=[Phase.generate])
    @given(story=stories)
    def holds(story: Any) -> None:
        law(world, story)

    with pytest.raises(AssertionError):
        holds()
