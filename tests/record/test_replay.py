"""Replay beside the real register: it finds what differs, and touches nothing."""

from __future__ import annotations

import pytest

from doorstep.record import replay
from tests.record.cast import MAI, body, born, registered
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
