"""What was held can be listed, looked at, released with the right day, or refused for good: once, by a person."""

from __future__ import annotations

from typing import Any

import pytest

from doorstep.record import held
from doorstep.record.held import CannotDecide
from doorstep.record.prepare import item_of
from doorstep.record.reasons import ACCEPTED, DUPLICATE, HELD, REFUSED
from tests.record.cast import AREAS, ATTENDANT, BABY, FAR_VILLAGE, MAI, OTHER, SOK, VILLAGE, Area, body, born, registered
from tests.record.world import NOW, World


def keep(world: World, sent: dict[str, Any]) -> held.Aside:
    """Sends what will be held; the one thing that waits afterwards."""
    assert world.send(sent, authority=AREAS, sender=ATTENDANT)[0].outcome == HELD
    [aside] = held.kept_aside(world.record)
    return aside


def keep_by(world: World, sent: dict[str, Any], authority: Area) -> held.Aside:
    """The same, for somebody else."""
    assert world.send(sent, authority=authority, sender=sent["author"])[0].outcome == HELD
    [aside] = held.kept_aside(world.record)
    return aside


def secrets_of(world: World) -> list[tuple[Any, ...]]:
    """Every key that there is."""
    with world.store.keys.read() as keys:
        return keys.rows("SELECT id FROM secret")


def test_what_is_held_acts_on_nothing_until_it_is_released_and_is_known_from_then_on(world: World) -> None:
    aside = keep(world, body(place=FAR_VILLAGE, answers={"hb": 81}))
    world.catch_up()
    assert world.rows("fact") == []
    assert held.content(world.record, aside)[0]["answers"] == {"hb": 81}
    assert held.release(world.record, aside.n, "supervisor", note="leave cover").outcome == ACCEPTED
    world.catch_up()
    assert world.rows("fact", "code, num", "code = 'hb'") == [("hb", 81.0)]
    received, admitted = world.rows("submission", "received_at, admitted_at")[0]
    assert received == NOW
    assert admitted > NOW - 1 or admitted < NOW, "received when it came, known when it was released"
    assert admitted != received
    decided = held.one_aside(world.record, aside.n)
    assert decided is not None
    assert (decided.decision, decided.decided_by, decided.note) == ("released", "supervisor", "leave cover")
    assert held.kept_aside(world.record) == []


def test_a_wrong_day_is_put_right_at_the_release_and_the_body_stays_what_was_sent(world: World) -> None:
    sent = body(id="late", made_at="2099-03-01T08:30:00+07:00", answers={"hb": 81})
    aside = keep(world, sent)
    with pytest.raises(CannotDecide, match="dated later than tomorrow"):
        held.release(world.record, aside.n, "supervisor")
    assert held.kept_aside(world.record), "nothing was changed by the attempt"
    held.release(world.record, aside.n, "supervisor", made_at="2026-03-01T08:30:00+07:00")
    world.catch_up()
    from doorstep.content.dates import day_number

    assert world.rows("fact", "day", "code = 'hb'") == [(day_number("2026-03-01"),)]
    # The phone sends it again as it wrote it: that is the same thing.
    assert world.send(sent)[0].outcome == DUPLICATE


def test_a_form_that_arrives_with_the_programme_is_released_as_another_version(world: World) -> None:
    aside = keep(world, body("visit", version="0", answers={"hb": 81}))
    with pytest.raises(CannotDecide, match="not in this version"):
        held.release(world.record, aside.n, "supervisor")
    held.release(world.record, aside.n, "supervisor", version="1")
    world.catch_up()
    assert world.rows("fact", "num", "code = 'hb'") == [(81.0,)]


def test_refused_for_good_it_stays_refused_and_readable(world: World) -> None:
    sent = body(id="no", place=FAR_VILLAGE)
    aside = keep(world, sent)
    held.refuse(world.record, aside.n, "supervisor", "not ours")
    receipt = world.send(sent, authority=AREAS, sender=ATTENDANT)[0]
    assert (receipt.outcome, receipt.reason) == (REFUSED, "refused_by_person")
    assert held.content(world.record, aside)[0]["id"] == "no"
    with pytest.raises(CannotDecide, match="was refused before"):
        held.release(world.record, aside.n, "supervisor")


def test_what_waits_is_not_kept_twice(world: World) -> None:
    sent = body(place=FAR_VILLAGE)
    keep(world, sent)
    receipt = world.send(sent, authority=AREAS, sender=ATTENDANT)[0]
    assert (receipt.outcome, receipt.detail) == (DUPLICATE, "waiting")
    assert len(held.kept_aside(world.record)) == 1


def test_nothing_is_decided_under_a_number_that_there_is_not(world: World) -> None:
    with pytest.raises(CannotDecide, match="Nothing is kept aside under number 7"):
        held.release(world.record, 7, "supervisor")


def test_what_was_refused_is_kept_to_compare_and_cannot_be_released(world: World) -> None:
    world.send(body(id="a", answers={"hb": 90}), body(id="a", answers={"hb": 60}))
    [aside] = held.kept_aside(world.record, None)
    with pytest.raises(CannotDecide, match="was refused when it came"):
        held.release(world.record, aside.n, "supervisor")


def test_an_erasure_takes_what_was_held_with_it(world: World) -> None:
    world.send(registered())
    aside = keep(world, body(place=FAR_VILLAGE, answers={"remark": "words"}))
    world.send(body(kind="erase", form="", place=""))
    assert held.kept_aside(world.record) == []
    with pytest.raises(CannotDecide, match="erased"):
        held.content(world.record, aside)
    with pytest.raises(CannotDecide, match="was erased before"):
        held.release(world.record, aside.n, "supervisor")


def test_a_release_speaks_of_everybody_whom_the_form_speaks_of(world: World) -> None:
    aside = keep(world, born(place=FAR_VILLAGE))
    held.release(world.record, aside.n, "supervisor")
    world.catch_up()
    assert world.rows("relation", "subject, name, target") == [("mai-baby", "mother", MAI)]
    assert {row[0] for row in world.rows("part", "subject")} == {"mai-baby", MAI}


def test_a_correction_of_what_was_said_of_somebody_elsewhere_is_held(world: World) -> None:
    hers = registered(id="hers", subject=SOK, author=OTHER, place=FAR_VILLAGE, answers={"called": "Sok", "residence": FAR_VILLAGE})
    mine = registered(id="mine", kind="correction", replaces="hers", answers={"called": "Mai"})
    assert world.send(hers, authority=AREAS, sender=OTHER)[0].outcome == ACCEPTED
    receipt = world.send(mine, authority=AREAS, sender=ATTENDANT)[0]
    assert (receipt.outcome, receipt.reason) == (HELD, "subject_of_another_area")
    # In one batch with what it corrects, too; and her own worker corrects her as before.
    world.empty()
    both = world.record.submit([item_of(hers, AREAS, NOW, sender=OTHER), item_of(mine, AREAS, NOW, sender=ATTENDANT)], AREAS)
    assert [(one.outcome, one.reason) for one in both] == [(ACCEPTED, ""), (HELD, "subject_of_another_area")]
    own = {**hers, "id": "own", "kind": "correction", "replaces": "hers"}
    assert world.send(own, authority=AREAS, sender=OTHER)[0].outcome == ACCEPTED


def test_what_is_held_of_a_birth_loses_the_words_of_a_baby_who_was_erased(world: World) -> None:
    twins = [{"baby_id": BABY, "called": "Little Keo", "weight": 3100}, {"baby_id": "twin", "called": "Nang", "weight": 2.5}]
    sent = born(place=FAR_VILLAGE, answers={"birth_day": "2026-09-30", "pregnancy_end": "birth", "babies": twins})
    aside = keep(world, sent)
    assert held.content(world.record, aside)[0] == sent, "whole, until then"
    world.send(registered(id="r"), registered(id="r", subject=BABY), registered(subject=BABY))
    world.send(body(kind="erase", form="", place="", subject=BABY))
    read = held.content(world.record, aside)[0]
    assert "Little Keo" not in str(read)
    assert "3100" not in str(read)
    assert read["answers"]["babies"][1] == twins[1]
    assert held.release(world.record, aside.n, "supervisor").outcome == ACCEPTED
    world.catch_up()
    assert world.rows("fact", "subject", "code = 'weight'") == [("twin",)]
    assert world.rows("subject", "subject", "subject = ?", [BABY]) == []
    assert world.send(sent)[0].outcome == DUPLICATE, "the phone sends what it wrote"


def test_an_erasure_that_was_held_destroys_the_key_when_it_is_released(world: World) -> None:
    world.send(registered(subject=SOK, place=FAR_VILLAGE))
    keys = len(secrets_of(world))
    erase = body(kind="erase", form="", subject=SOK, place=FAR_VILLAGE, author="administrator")
    aside = keep_by(world, erase, Area({"administrator": {VILLAGE}}))
    assert held.release(world.record, aside.n, "supervisor").outcome == ACCEPTED
    assert len(secrets_of(world)) == keys - 1


class TestACorrectionBeforeWhatItCorrects:
    """Nobody knows yet whom it takes words from."""

    def test_it_waits_and_counts_by_itself_when_that_has_come(self, world: World) -> None:
        correction = body(id="c", kind="correction", replaces="t", answers={"hb": 95})
        receipt = world.send(correction, authority=AREAS, sender=ATTENDANT)[0]
        assert (receipt.outcome, receipt.reason, receipt.detail) == (HELD, "target_awaited", "t")
        world.catch_up()
        assert world.rows("fact") == []
        assert world.send(correction, authority=AREAS, sender=ATTENDANT)[0].detail == "waiting"
        assert world.send(body(id="t", answers={"hb": 70}), authority=AREAS, sender=ATTENDANT)[0].outcome == ACCEPTED
        world.catch_up()
        assert world.rows("fact", "num", "code = 'hb'") == [(95.0,)]
        assert held.kept_aside(world.record) == []
        assert world.send(correction, authority=AREAS, sender=ATTENDANT)[0].outcome == DUPLICATE

    def test_what_takes_words_from_somebody_elsewhere_is_held_for_a_person(self, world: World) -> None:
        """Her own worker's words stay what they were."""
        mine = registered(id="mine", kind="correction", replaces="hers", answers={"called": "Mai"})
        hers = registered(id="hers", subject=SOK, author=OTHER, place=FAR_VILLAGE, answers={"called": "Sok"})
        assert world.send(mine, authority=AREAS, sender=ATTENDANT)[0].reason == "target_awaited"
        assert world.send(hers, authority=AREAS, sender=OTHER)[0].outcome == ACCEPTED
        world.catch_up()
        assert world.rows("attribute", "subject, submission") == [(SOK, "hers")]
        [aside] = held.kept_aside(world.record)
        assert (aside.id, aside.reason) == ("mine", "subject_of_another_area")
        assert held.release(world.record, aside.n, "supervisor").outcome == ACCEPTED, "on a person's word it counts"
        world.catch_up()
        assert world.rows("attribute", "subject, submission") == [(MAI, "mine")]

    def test_in_one_batch_and_one_upon_another(self, world: World) -> None:
        first = body(id="t", answers={"hb": 70})
        second = body(id="c1", kind="correction", replaces="t", answers={"hb": 80})
        third = body(id="c2", kind="correction", replaces="c1", answers={"hb": 90})
        items = [item_of(sent, AREAS, NOW, sender=ATTENDANT) for sent in (third, second, first)]
        assert [one.outcome for one in world.record.submit(items, AREAS)] == [HELD, HELD, ACCEPTED]
        assert world.rows("submission", "id, seq") == [("c1", 2), ("c2", 3), ("t", 1)]
        world.catch_up()
        assert world.rows("fact", "num", "code = 'hb'") == [(90.0,)]

    def test_of_another_form_or_of_an_erasure(self, world: World) -> None:
        world.send(body(id="a", kind="correction", replaces="t"), authority=AREAS, sender=ATTENDANT)
        world.send(body(id="b", kind="correction", replaces="e"), authority=AREAS, sender=ATTENDANT)
        world.send(registered(id="t"), authority=AREAS, sender=ATTENDANT)
        world.send(registered(id="s", subject=SOK, author="administrator"), authority=AREAS, sender="administrator")
        erase = body(id="e", kind="erase", form="", subject=SOK, author="administrator")
        assert world.send(erase, authority=AREAS, sender="administrator")[0].outcome == ACCEPTED
        found = {one.id: (one.outcome, one.reason) for one in held.kept_aside(world.record, None)}
        assert found == {"a": (HELD, "corrects_another_form"), "b": (REFUSED, "erasure_stands")}

    def test_what_is_erased_meanwhile_is_not_waited_for(self, world: World) -> None:
        world.send(registered(id="r"), authority=AREAS, sender=ATTENDANT)
        world.send(body(id="c", kind="correction", replaces="t", subject=MAI), authority=AREAS, sender=ATTENDANT)
        world.send(body(kind="erase", form="", place=""))
        assert world.send(body(id="t", subject=SOK), authority=AREAS, sender=ATTENDANT)[0].outcome == ACCEPTED
        assert held.kept_aside(world.record) == []
        assert [row[0] for row in world.rows("submission", "id")].count("c") == 0

    def test_what_it_corrects_was_held_itself_and_is_released(self, world: World) -> None:
        for id, replaces in (("c", "t"), ("d", "u")):
            world.send(body(id=id, kind="correction", replaces=replaces, answers={"hb": 95}), authority=AREAS, sender=ATTENDANT)
        for id in ("t", "u"):
            world.send(body(id=id, place=FAR_VILLAGE, answers={"hb": 70}), authority=AREAS, sender=ATTENDANT)
        waiting = {one.id: one.n for one in held.kept_aside(world.record)}
        held.release(world.record, waiting["t"], "supervisor", authority=AREAS)
        left = {one.id: one.reason for one in held.kept_aside(world.record)}
        # The release said where she was seen: outside the corrector's area.
        assert left == {"c": "subject_of_another_area", "d": "target_awaited", "u": "place_outside_area"}
        held.release(world.record, waiting["u"], "supervisor")
        assert "d" in {one.id for one in held.kept_aside(world.record)}, "nobody is here who could say: a person decides"
        assert held.release(world.record, waiting["d"], "supervisor").outcome == ACCEPTED

    def test_a_supervisor_need_not_wait(self, world: World) -> None:
        correction = body(id="c", kind="correction", replaces="lost", answers={"hb": 95})
        world.send(correction, authority=AREAS, sender=ATTENDANT)
        [aside] = held.kept_aside(world.record)
        assert held.release(world.record, aside.n, "supervisor").outcome == ACCEPTED
        world.catch_up()
        assert world.rows("fact", "num", "code = 'hb'") == [(95.0,)]
