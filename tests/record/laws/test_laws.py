"""The laws of the fold, each on both databases."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.record.laws import laws
from tests.record.laws.search import SEARCH
from tests.record.stories import Story, stories
from tests.record.world import World


@pytest.mark.parametrize("law", [
    laws.replay_is_live,
    laws.duplicates_change_nothing,
    laws.another_body_is_refused_and_kept,
    laws.facts_are_what_counts,
    laws.heads_are_what_nobody_overwrote,
    laws.touched_is_everybody,
    laws.what_is_erased_stays_erased,
], ids=lambda law: law.__name__)  # fmt: skip
def test_law(world: World, law: laws.Law) -> None:
    @SEARCH
    @given(story=stories())
    def holds(story: Story) -> None:
        law(world, story)

    holds()
