"""The story through the real intake: what is worked out is the fold of the log, in whatever order the log is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from doorstep.content.model import Programme
from doorstep.record import replay
from doorstep.record.authority import Operator
from doorstep.record.conflicts import conflicts
from doorstep.record.database import value
from doorstep.record.intake import Receipt
from doorstep.record.places import Places
from doorstep.record.prepare import items_of
from doorstep.record.record import Record
from doorstep.record.store import Config, now_ms
from doorstep.simulation.stream import simulate
from tests.simulation.conftest import SHELF, UNTIL

Taken = tuple[Record, list[Receipt]]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory, maternal: Programme, atlas: Places) -> Iterator[Taken]:
    """Three years of a few villages, taken in as `doorstep submit` does."""
    with Record.open(Config(tmp_path_factory.mktemp("story")), SHELF) as record:
        story = simulate(maternal, atlas, "KH-16", 2500, "replay", UNTIL)
        items = list(items_of(story, Operator(), now_ms(), believe=True))
        receipts = [one for start in range(0, len(items), 500) for one in record.submit(items[start : start + 500], Operator())]
        record.catch_up()
        yield record, receipts


def test_nothing_is_refused_and_only_what_a_clock_spoiled_is_held(taken: Taken) -> None:
    _, receipts = taken
    outcomes = Counter(one.outcome for one in receipts)
    assert outcomes["refused"] == 0
    assert outcomes["duplicate"] > 10
    assert outcomes["accepted"] > 0.9 * len(receipts)
    assert {one.reason for one in receipts if one.outcome == "held"} <= {"day_too_early", "day_in_future"}


def test_every_submission_was_understood(taken: Taken) -> None:
    record, _ = taken
    with record.store.register.read() as register:
        assert value(register, "SELECT COUNT(*) FROM unread") == 0


@pytest.mark.parametrize("seed", [None, 3, 4])
def test_worked_out_again_from_the_log_in_any_order_it_is_the_same(taken: Taken, seed: int | None) -> None:
    record, _ = taken
    assert replay.check(record, seed) == []
    with record.store.register.read() as register:
        assert value(register, "SELECT COUNT(*) FROM step") > 3000


def test_the_story_has_conflicts_and_people_made_one(taken: Taken) -> None:
    record, _ = taken
    assert "attribute" in {one.kind for one in conflicts(record)}
    with record.store.register.read() as register:
        assert value(register, "SELECT COUNT(*) FROM alias") > 0


def test_everybody_lives_in_a_real_village(taken: Taken, atlas: Places) -> None:
    record, _ = taken
    with record.store.register.read() as register:
        homes = {row[0] for row in register.rows("SELECT DISTINCT place FROM home")}
        nowhere = value(register, "SELECT COUNT(*) FROM subject WHERE subject NOT IN (SELECT subject FROM home)")
    assert nowhere == 0
    assert all(atlas.get(place) for place in homes)
    assert sum(atlas.get(place).kind == "village" for place in homes) > 0.5 * len(homes)
