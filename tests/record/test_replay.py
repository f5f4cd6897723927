"""Replay beside the real register: it finds what differs, and touches nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from doorstep.record import replay
from doorstep.record.record import Record
from tests.record.cast import MAI, SOK, body, born, registered
from tests.record.test_backup import live
from tests.record.world import World


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_replay_equals_what_is_there_in_any_order_and_touches_nothing(world: World, seed: int | None) -> None:
    live(world)
    was = world.state()
    assert replay.check(world.record, seed) == []
    assert world.state() == was
    # It goes on from there, with the rules in place.
    world.send(body(answers={"hb": 66}))
    world.catch_up()
    assert ("hb", 66.0) in world.rows("fact", "code, num")
    assert list(world.store.config.data.glob("replay-*")) == []


def test_a_register_that_was_tampered_with_is_found_out_and_made_anew(world: World) -> None:
    world.send(registered(), born(), body(answers={"hb": 66}))
    world.catch_up()
    was = world.state()
    with world.store.register.write() as register:
        register.run("UPDATE fact SET num = 120 WHERE code = 'hb'")
        register.run("DELETE FROM step WHERE subject = 'mai-baby'")
        register.run("INSERT INTO home (subject, place, told_on, valid_from, valid_to) VALUES ('ghost', 'KH', 1, 1, 2)")
    found = {one.table: (one.only_live, one.only_replayed) for one in replay.check(world.record)}
    assert found.pop("fact") == (1, 1)
    assert found.pop("home") == (1, 0)
    assert found.pop("step")[0] == 0
    assert found == {}
    replay.rebuild(world.record)
    assert world.state() == was
    assert world.rows("fact", "num", "code = 'hb'") == [(66.0,)]


def test_what_differs_is_said_without_words_about_anybody(world: World) -> None:
    world.send(registered())
    world.catch_up()
    with world.store.register.write() as register:
        register.run("DELETE FROM fact")
    said = [str(one) for one in replay.check(world.record)]
    assert said == ["fact: 0 rows only in what is there, 5 only in the replay"]
    assert MAI not in "".join(said)


class Meanwhile:
    """As another process, does the next of these things whenever the replay says how far it is."""

    def __init__(self, world: World, *things: Callable[[], object], catch_up: bool = True) -> None:
        self.world, self.things, self.catch_up, self.done = world, list(things), catch_up, 0

    def __call__(self, what: str, count: int) -> None:
        if what == "replayed" and self.things:
            thread = threading.Thread(target=self._do, args=[self.things.pop(0)])
            thread.start()
            thread.join()
            self.done += 1

    def _do(self, thing: Callable[[], object]) -> None:
        thing()
        if not self.catch_up:
            return
        with Record.open(self.world.store.config) as other:
            other.rules = self.world.record.rules
            other.catch_up()


@pytest.mark.parametrize("seed", [None, 4])
def test_what_arrives_during_the_check_is_taken_in_and_is_no_difference(
    world: World, seed: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(world)
    monkeypatch.setattr(replay.folding, "READ_AT_ONCE", 3)
    meanwhile = Meanwhile(
        world,
        lambda: world.send(body(id="m1", answers={"hb": 66}), registered(subject="new")),
        lambda: world.send(body(id="m2", kind="correction", replaces="m1", answers={"hb": 77})),
        lambda: world.send(body(kind="merge", form="", subject="new", answers={"other": MAI})),
    )
    assert replay.check(world.record, seed, meanwhile) == []
    assert meanwhile.done == 3
    assert ("hb", 77.0) in world.rows("fact", "code, num"), "and it was taken in"
    assert replay.check(world.record, seed) == []


def test_somebody_erased_during_the_check_is_no_difference_either(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    live(world)
    monkeypatch.setattr(replay.folding, "READ_AT_ONCE", 3)
    meanwhile = Meanwhile(world, lambda: world.send(body(kind="erase", form="", place="", subject=MAI)))
    assert replay.check(world.record, None, meanwhile) == []
    assert meanwhile.done == 1
    # At every moment somebody else, who is not worked out yet.
    always = Meanwhile(world, *(
        lambda n=n: world.send(registered(subject=f"s{n}"), body(kind="erase", form="", place="", subject=f"s{n}")) for n in range(99)
    ), catch_up=False)  # fmt: skip
    monkeypatch.setattr(replay, "ATTEMPTS", 2)
    with pytest.raises(replay.CannotCheck, match="Nothing was changed"):
        replay.check(world.record, None, always)


def test_what_was_tampered_with_is_found_out_also_while_others_submit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.send(registered(), born(), body(answers={"hb": 66}), body(subject=SOK))
    world.catch_up()
    with world.store.register.write() as register:
        register.run("UPDATE fact SET num = 120 WHERE code = 'hb'")
    monkeypatch.setattr(replay.folding, "READ_AT_ONCE", 2)
    meanwhile = Meanwhile(world, lambda: world.send(body(subject=SOK, answers={"hb": 90})))
    assert [str(one) for one in replay.check(world.record, None, meanwhile)] == [
        "fact: 1 rows only in what is there, 1 only in the replay"
    ]
    assert meanwhile.done == 1
