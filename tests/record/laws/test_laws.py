"""The laws of the fold, each on both databases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.record.laws import laws, more_laws
from tests.record.laws.search import SEARCH
from tests.record.stories import ALL, Story, stories
from tests.record.world import World

DATA = ("data", "data", "data", "correction", "again")
MERGES = (*DATA, "merge")
REFERENCES = ("data", "correction", "correction", "again")
LAWS: list[tuple[laws.Law, tuple[str, ...]]] = [
    (laws.replay_is_live, ALL),
    (laws.duplicates_change_nothing, ALL),
    (laws.another_body_is_refused_and_kept, ALL),
    (laws.facts_are_what_counts, ALL),
    (laws.heads_are_what_nobody_overwrote, ALL),
    (laws.touched_is_everybody, ALL),
    (laws.what_is_erased_stays_erased, ALL),
    (more_laws.clocks_are_put_right, REFERENCES),
    (more_laws.what_does_not_fit_is_listed, ALL),
    (more_laws.a_merge_undone_never_was, MERGES),
    (more_laws.merged_people_are_one_person, DATA),
    (more_laws.a_gap_is_shown_and_delays_nothing, ("data",)),
    (more_laws.held_and_released_is_accepted, ("data", "merge")),
    (more_laws.refused_for_good_stays_refused, ("data", "merge")),
]


def told_by(law: laws.Law) -> st.SearchStrategy[Story]:
    """The stories that put this law to the test."""
    return stories({known.__name__: kinds for known, kinds in LAWS}[law.__name__])


@pytest.mark.parametrize("law", [law for law, _ in LAWS], ids=lambda law: law.__name__)
def test_law(world: World, law: laws.Law) -> None:
    @SEARCH
    @given(story=told_by(law))
    def holds(story: Story) -> None:
        law(world, story)

    holds()
