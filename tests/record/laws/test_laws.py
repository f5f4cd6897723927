"""The laws of the fold, each on both databases."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.record.laws import admission_laws, laws, more_laws, pack_laws
from tests.record.laws.search import EXPLORE, SEARCH
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
    (admission_laws.admission_is_recorded, ALL),
    (admission_laws.a_signature_covers_everything, ("data",)),
    (pack_laws.old_answers_keep_their_mapping, DATA),
]
EXAMPLES: dict[laws.Law, int] = {pack_laws.old_answers_keep_their_mapping: 15}
"""Stories told where each takes long: every one releases three packs."""
SENTENCES: dict[str, tuple[laws.Law, ...]] = {
    "admission decides accepted, duplicate, held, refused, and is recorded": (admission_laws.admission_is_recorded,),
    "replay of what was admitted is what is there, in any order": (laws.replay_is_live,),
    "with duplicates": (laws.duplicates_change_nothing,),
    "and corrections; a correction replaces a submission of the same form": (laws.facts_are_what_counts,),
    "heads are writes that no live write names as base; shown is the greatest": (laws.heads_are_what_nobody_overwrote,),
    "more than one head is a conflict; what is not earlier is ignored, and listed": (more_laws.what_does_not_fit_is_listed,),
    "the stamp is corrected at admission: a phone in 2099 neither wins nor loses its corrections": (more_laws.clocks_are_put_right,),
    "an erasure is never replaced; what is erased does not come back, what is late is dropped": (laws.what_is_erased_stays_erased,),
    "the same id with another body is refused and kept aside": (laws.another_body_is_refused_and_kept,),
    "a merge is an edge; undoing it is dropping the edge": (more_laws.a_merge_undone_never_was,),
    "the canonical id is the smallest; overlapping episodes fuse": (more_laws.merged_people_are_one_person, laws.facts_are_what_counts),
    "packs are immutable, each with its own mapping; a release refolds everything": (pack_laws.old_answers_keep_their_mapping,),
    "what is held can be released": (more_laws.held_and_released_is_accepted,),
    "or refused for good": (more_laws.refused_for_good_stays_refused,),
    "each worker on each device has an own key, which covers salt and body": (admission_laws.a_signature_covers_everything,),
    "a gap in a chain is shown, and never delays admission": (more_laws.a_gap_is_shown_and_delays_nothing,),
    "whom a submission touches is a closure": (laws.touched_is_everybody,),
}
"""The laws of the fold, sentence by sentence as the design has them, and what holds each."""


def told_by(law: laws.Law) -> st.SearchStrategy[Story]:
    """The stories that put this law to the test."""
    return stories({known.__name__: kinds for known, kinds in LAWS}[law.__name__])


@pytest.mark.parametrize("law", [law for law, _ in LAWS], ids=lambda law: law.__name__)
def test_law(world: World, law: laws.Law) -> None:
    @settings(SEARCH, max_examples=EXPLORE or EXAMPLES.get(law, SEARCH.max_examples))
    @given(story=told_by(law))
    def holds(story: Story) -> None:
        law(world, story)

    holds()


def test_every_sentence_of_the_design_is_held_by_a_law() -> None:
    assert {law for several in SENTENCES.values() for law in several} == {law for law, _ in LAWS}
