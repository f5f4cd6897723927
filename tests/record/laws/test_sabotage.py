"""Every law is seen to fail on a fold that was sabotaged for it: a law that nothing breaks would say nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from doorstep.pathways import fold
from doorstep.record import admission, attributes, conflicts, folding, held, intake, merges, packs, prepare, reading, touch
from doorstep.record.admission import Context, Decision, Item
from doorstep.record.database import Connection
from doorstep.record.envelope import Envelope
from doorstep.record.reasons import ACCEPTED, DUPLICATE
from doorstep.record.rules import Rules
from tests.record.laws import admission_laws, laws, more_laws, pack_laws
from tests.record.laws.search import finds_a_counterexample
from tests.record.laws.test_laws import LAWS, told_by
from tests.record.stories import stories
from tests.record.world import World

Patch = pytest.MonkeyPatch
Sabotage = Callable[[Patch], None]


def reworded(patch: Patch, module: Any, name: str, before: str, after: str) -> None:
    """A function that gives SQL gives other SQL."""
    original = getattr(module, name)

    def other(*given: Any, **named: Any) -> str:
        text: str = original(*given, **named)
        if before not in text:  # no AssertionError: that would pass for a law that was broken
            raise RuntimeError(f"the sabotage of {name} no longer finds its words")
        return text.replace(before, after)

    patch.setattr(module, name, other)


# --- who is touched ------------------------------------------------------------------------------------------------


def only_the_subject(patch: Patch) -> None:
    """Whoever a correction or its target speaks of is not worked out anew."""
    original = touch._of_corrections

    def nobody(register: Connection, rows: Any) -> set[str]:
        original(register, rows)
        return set()

    patch.setattr(touch, "_of_corrections", nobody)


def not_the_merged(patch: Patch) -> None:
    """A merge touches nobody."""
    original = touch.refresh_aliases

    def nobody(register: Connection) -> set[str]:
        original(register)
        return set()

    patch.setattr(folding, "refresh_aliases", nobody)


def not_her_child(patch: Patch) -> None:
    """What is told of a mother does not touch her child."""
    patch.setattr(touch, "_pointing_at", lambda register, subjects: set())


def not_the_late_target(patch: Patch) -> None:
    """A correction is looked at when it comes, and not again when what it corrects comes after it."""
    original = touch._of_corrections
    patch.setattr(touch, "_of_corrections", lambda register, rows: original(register, [r for r in rows if r.kind == "correction"]))


def erased_but_not_read_again(patch: Patch) -> None:
    """What spoke of an erased person is left as it was read before."""
    patch.setattr(folding, "_take_back", lambda register, erased: ([], set()))


# --- what counts ---------------------------------------------------------------------------------------------------


def first_correction_wins(patch: Patch) -> None:
    reworded(patch, fold, "_trees", "ORDER BY s.stamp DESC, s.submission DESC", "ORDER BY s.stamp, s.submission")


def any_form_corrects(patch: Patch) -> None:
    reworded(patch, fold, "_trees", "AND t.form = c.form", "")


def later_targets_count(patch: Patch) -> None:
    earlier = "AND (t.stamp < c.stamp OR (t.stamp = c.stamp AND t.submission < c.submission))"
    reworded(patch, fold, "_trees", earlier, "AND t.submission <> c.submission")


def the_greatest_is_canonical(patch: Patch) -> None:
    original = merges.components

    def greatest(pairs: Any) -> dict[str, str]:
        smallest = original(pairs)
        return {who: max(other for other, one in smallest.items() if one == whose) for who, whose in smallest.items()}

    patch.setattr(touch, "components", greatest)


def unmerging_does_nothing(patch: Patch) -> None:
    original = merges.live_pairs
    patch.setattr(touch, "live_pairs", lambda edges: original(edge for edge in edges if edge[1] == "merge"))


def no_base_is_no_last_word(patch: Patch) -> None:
    """A change without a base overwrites nothing."""
    reworded(patch, attributes, "heads_sql", "v.has_base = 0 OR v.base = h.submission", "v.base = h.submission")


def the_first_head_is_shown(patch: Patch) -> None:
    order = "ORDER BY stamp DESC, submission DESC, subject DESC"
    reworded(patch, attributes, "heads_sql", order, "ORDER BY stamp, submission, subject")


def episodes_keep_to_their_record(patch: Patch) -> None:
    """After a merge each of the old records keeps an episode of its own."""
    whose = "(SELECT o.subject FROM sub AS o WHERE o.submission = f.submission)"
    reworded(patch, fold, "_segments", "PARTITION BY f.subject, m.kind", f"PARTITION BY f.subject, m.kind, {whose}")


# --- admission -----------------------------------------------------------------------------------------------------


def ids_are_not_looked_at(patch: Patch) -> None:
    patch.setattr(admission, "_again", lambda sent, hash, context: None)


def bodies_are_not_compared(patch: Patch) -> None:
    original = admission._again

    def same_id(sent: Envelope, hash: str, context: Context) -> Decision | None:
        return Decision(DUPLICATE) if sent.id in context.seen else original(sent, hash, context)

    patch.setattr(admission, "_again", same_id)


def the_erased_may_be_added_to(patch: Patch) -> None:
    patch.setattr(admission, "_erased", lambda sent, context: None)


def erasures_can_be_corrected(patch: Patch) -> None:
    patch.setattr(admission, "_target", lambda sent, context: None)


def clocks_are_believed(patch: Patch) -> None:
    def believed(sent: Envelope, item: Item, seen: Mapping[str, Any]) -> tuple[int, int | None]:
        return (sent.clock if sent.clock is not None else sent.made_ms * 1000), None

    patch.setattr(admission, "corrected_stamp", believed)


def gaps_delay(patch: Patch) -> None:
    """A submission waits for the one before it."""
    original = intake.decide

    def waits(item: Item, hash: str, subjects: Any, context: Context) -> Decision:
        decision = original(item, hash, subjects, context)
        missing = item.envelope is not None and item.envelope.prev not in ("", *(seen.hash for seen in context.seen.values()))
        return replace(decision, outcome="held", reason="not_understood") if missing and decision.outcome == ACCEPTED else decision

    patch.setattr(intake, "decide", waits)


def gaps_are_not_listed(patch: Patch) -> None:
    patch.setattr(conflicts, "_gaps", lambda register: [])


def wrong_references_are_not_listed(patch: Patch) -> None:
    patch.setattr(conflicts, "_corrections_ignored", lambda register: [])


def released_when_it_was_released(patch: Patch) -> None:
    """What was released is stamped by the day of the release."""
    original = held.content

    def now(record: Any, aside: Any) -> tuple[Any, Item]:
        sent, item = original(record, aside)
        if item.envelope is None:
            raise RuntimeError("what was held has no envelope")
        return sent, replace(item, envelope=replace(item.envelope, made_at="2026-11-29T10:00:00Z", made_ms=1_795_946_400_000))

    patch.setattr(held, "content", now)


def refusals_are_forgotten(patch: Patch) -> None:
    original = admission._again

    def forgets(sent: Envelope, hash: str, context: Context) -> Decision | None:
        seen = context.seen.get(sent.id)
        return None if seen and seen.state == "refused" else original(sent, hash, context)

    patch.setattr(admission, "_again", forgets)


def offsets_are_not_recorded(patch: Patch) -> None:
    original = intake.decide
    patch.setattr(intake, "decide", lambda *given: replace(original(*given), offset=None))


def a_signature_is_believed(patch: Patch) -> None:
    """Whatever is signed is good where a key is enrolled."""
    original = prepare.as_signed

    def believed(sent: Envelope, authority: Any) -> tuple[str, Envelope]:
        found, read = original(sent, authority)
        return ("good" if found == "bad" else found), read

    patch.setattr(prepare, "as_signed", believed)


def a_phone_has_one_key_for_all(patch: Patch) -> None:
    """Whoever works on a phone signs for everybody who does."""
    original = prepare.as_signed

    def of_anybody(sent: Envelope, authority: Any) -> tuple[str, Envelope]:
        found = {original(replace(sent, author=author), authority)[0] for author in admission_laws.WORKERS}
        return ("good", sent) if "good" in found else original(sent, authority)

    patch.setattr(prepare, "as_signed", of_anybody)


# --- content packs -------------------------------------------------------------------------------------------------


def everything_is_read_with_the_newest_form(patch: Patch) -> None:
    def newest(row: Any, shelf: Any) -> Any:
        found = shelf.form(row.form) if row.form else None
        return found.form if found else None

    patch.setattr(reading, "form_of", newest)


def a_release_works_nobody_out_anew(patch: Patch) -> None:
    def only_the_rules(store: Any, rules: Rules) -> None:
        with store.register.write() as register:
            rules.install(register)
            folding.set_meta(register, "pack", rules.pack.hash)

    patch.setattr(folding, "_adopt", only_the_rules)


def a_release_replaces_the_pack_before(patch: Patch) -> None:
    original = packs.load_shelf

    def newest(store: Any) -> Any:
        shelf = original(store)
        return type(shelf)(shelf.packs[-1:])

    from doorstep.record import record

    patch.setattr(record, "load_shelf", newest)


BROKEN_BY: dict[laws.Law, tuple[Sabotage, ...]] = {
    laws.replay_is_live: (not_the_merged, not_the_late_target, erased_but_not_read_again, only_the_subject),
    laws.duplicates_change_nothing: (ids_are_not_looked_at,),
    laws.another_body_is_refused_and_kept: (bodies_are_not_compared,),
    laws.facts_are_what_counts: (
        first_correction_wins, any_form_corrects, later_targets_count, the_greatest_is_canonical, unmerging_does_nothing,
    ),
    laws.heads_are_what_nobody_overwrote: (no_base_is_no_last_word, the_first_head_is_shown, first_correction_wins),
    laws.touched_is_everybody: (only_the_subject, not_the_merged, not_her_child),
    laws.what_is_erased_stays_erased: (the_erased_may_be_added_to, erasures_can_be_corrected, erased_but_not_read_again),
    more_laws.clocks_are_put_right: (clocks_are_believed,),
    more_laws.what_does_not_fit_is_listed: (wrong_references_are_not_listed,),
    more_laws.a_merge_undone_never_was: (unmerging_does_nothing, not_the_merged),
    more_laws.merged_people_are_one_person: (episodes_keep_to_their_record, the_greatest_is_canonical),
    more_laws.a_gap_is_shown_and_delays_nothing: (gaps_delay, gaps_are_not_listed),
    more_laws.held_and_released_is_accepted: (released_when_it_was_released,),
    more_laws.refused_for_good_stays_refused: (refusals_are_forgotten,),
    admission_laws.admission_is_recorded: (offsets_are_not_recorded, ids_are_not_looked_at),
    admission_laws.a_signature_covers_everything: (a_signature_is_believed, a_phone_has_one_key_for_all),
    pack_laws.old_answers_keep_their_mapping: (
        everything_is_read_with_the_newest_form, a_release_works_nobody_out_anew, a_release_replaces_the_pack_before,
    ),
}  # fmt: skip


CORRECTIONS = ("data", "correction", "correction")
TOLD_BY: dict[Sabotage, tuple[str, ...]] = {
    not_the_merged: ("data", "merge", "merge"),
    unmerging_does_nothing: ("data", "merge", "merge"),
    the_greatest_is_canonical: ("data", "merge"),
    not_the_late_target: CORRECTIONS,
    only_the_subject: CORRECTIONS,
    first_correction_wins: CORRECTIONS,
    any_form_corrects: CORRECTIONS,
    later_targets_count: CORRECTIONS,
}
"""Stories in which the harm soon shows, where those of the law say much else."""


@pytest.fixture
def sabotaged(world: World, monkeypatch: Patch) -> Iterator[Callable[[Sabotage], World]]:
    """Does the harm to this world; it is whole again afterwards."""
    whole = world.record.rules

    def harm(sabotage: Sabotage) -> World:
        sabotage(monkeypatch)
        world.record.rules = Rules(whole.pack, whole.dialect)  # its statements are worded anew
        return world

    yield harm
    world.record.rules = whole
    monkeypatch.undo()
    world.record.catch_up()


@pytest.mark.parametrize(
    ("law", "sabotage"), [(law, sabotage) for law, several in BROKEN_BY.items() for sabotage in several],
    ids=lambda one: one.__name__,
)  # fmt: skip
def test_a_sabotaged_fold_breaks_the_law(
    sabotaged: Callable[[Sabotage], World], law: laws.Law, sabotage: Sabotage
) -> None:
    told = stories(TOLD_BY[sabotage]) if sabotage in TOLD_BY and law is not more_laws.merged_people_are_one_person else told_by(law)
    finds_a_counterexample(law, sabotaged(sabotage), told)


def test_every_law_has_a_sabotage() -> None:
    assert set(BROKEN_BY) == {law for law, _ in LAWS}
