"""A person's story on a day is of that day where she lives."""

from __future__ import annotations

import time

from doorstep.cli.timeline import moment
from doorstep.content.dates import day_number
from doorstep.record.scope import EVERYTHING
from doorstep.record.story import story
from tests.record.cast import MAI, registered, villages
from tests.record.world import World

MARCH = day_number("2026-03-20")


def test_her_day_ends_at_midnight_where_she_lives(world: World) -> None:
    villages(world)
    world.send(registered(id="r"))
    homes = story(world.record, MAI, frozenset(), EVERYTHING).homes
    assert moment(world.record, homes, MARCH) == (MARCH, (MARCH + 1) * 86_400 - 7 * 3_600 - 1), "seven hours before UTC"


def test_of_somebody_without_a_home_it_is_the_day_in_utc(world: World) -> None:
    assert moment(world.record, [], MARCH) == (MARCH, (MARCH + 1) * 86_400 - 1)


def test_today_is_there_up_to_now(world: World) -> None:
    villages(world)
    world.send(registered(id="r"))
    homes = story(world.record, MAI, frozenset(), EVERYTHING).homes
    before = int(time.time())
    day, second = moment(world.record, homes, None)
    assert before <= second <= time.time()
    assert (before + 7 * 3_600) // 86_400 <= day <= (second + 7 * 3_600) // 86_400, "the day in Cambodia"
    assert moment(world.record, homes, day)[1] >= before, "asked by its date too"
