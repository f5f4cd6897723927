"""Whoever may see her on her list may write of her: it is no matter who wrote of her before."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.record.reasons import ACCEPTED, HELD
from doorstep.record.replay import rebuild
from doorstep.record.whereabouts import residents, units_of
from tests.record.cast import AREAS, ATTENDANT, BABY, FAR, FAR_VILLAGE, MAI, OTHER, SOK, VILLAGE, body, born, registered, villages
from tests.record.world import World

STATION = "KH-160101"
"""The health centre writes as its commune: outside the area of both attendants."""
DAY = 20_780
"""Late in November 2026."""


def by_the_station(subject: str = MAI, lives: str = VILLAGE, **more: Any) -> dict[str, Any]:
    """The station registers somebody who lives in a village."""
    return registered(**{"subject": subject, "author": "midwife", "place": STATION,
                         "answers": {"called": "Sok", "residence": lives, "lmp_told": "2026-01-05"}, **more})  # fmt: skip


def visited(world: World, author: str = ATTENDANT, subject: str = MAI, **more: Any) -> tuple[str, str]:
    """What becomes of a visit to her, made at home."""
    place = VILLAGE if author == ATTENDANT else FAR_VILLAGE
    receipt = world.send(body(subject=subject, author=author, place=place, **more), authority=AREAS, sender=author)[0]
    return receipt.outcome, receipt.reason


def test_the_visit_of_her_own_attendant_counts_though_only_the_station_wrote_of_her_before(world: World) -> None:
    villages(world).send(by_the_station())
    world.catch_up()
    assert visited(world) == (ACCEPTED, "")


def test_somebody_else_who_never_saw_her_on_a_list_is_still_held(world: World) -> None:
    villages(world).send(by_the_station())
    world.catch_up()
    assert visited(world, OTHER) == (HELD, "subject_of_another_area")


def test_a_visit_of_before_she_moved_away_still_counts_and_her_new_attendant_may_write_too(world: World) -> None:
    villages(world).send(by_the_station(id="one"))
    world.catch_up()
    world.send(body("register", id="two", author="midwife", place=STATION, answers={"residence": FAR_VILLAGE}, made_at="2026-06-01T08:00:00+07:00"))
    world.catch_up()
    assert visited(world, made_at="2026-05-30T08:00:00+07:00") == (ACCEPTED, "")
    assert visited(world, OTHER) == (ACCEPTED, "")


def test_a_baby_lives_where_her_mother_does_and_may_be_visited_there(world: World) -> None:
    villages(world).send(by_the_station(), born(author="midwife", place=STATION))
    world.catch_up()
    assert visited(world, subject=BABY) == (ACCEPTED, "")
    assert visited(world, OTHER, BABY) == (HELD, "subject_of_another_area")


def test_under_an_id_that_was_merged_she_is_the_same_woman(world: World) -> None:
    elsewhere = by_the_station(SOK, FAR_VILLAGE, made_at="2026-02-01T08:00:00+07:00")
    villages(world).send(elsewhere, by_the_station(), body("", kind="merge", answers={"other": SOK}, place=""))
    world.catch_up()
    assert visited(world, subject=SOK) == (ACCEPTED, ""), "her phone had not heard of it yet"


def test_a_register_that_was_thrown_away_knows_it_again(world: World) -> None:
    villages(world).send(by_the_station())
    world.catch_up()
    rebuild(world.record)
    assert visited(world) == (ACCEPTED, "")


told = st.lists(
    st.tuples(
        st.sampled_from((MAI, SOK, BABY, "sreymom")), st.sampled_from((VILLAGE, FAR_VILLAGE, STATION, FAR, "nowhere")),
        st.sampled_from((STATION, FAR, VILLAGE, FAR_VILLAGE)), st.integers(1, 28),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@given(told)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_is_on_the_list_of_a_village_may_be_written_of_from_there(world: World, told: list[tuple[str, str, str, int]]) -> None:
    villages(world.empty())
    for n, (subject, lives, place, day) in enumerate(told):
        world.send(by_the_station(subject, lives, id=f"r{n}", place=place, made_at=f"2026-03-{day:02}T08:00:00+07:00"))
    world.catch_up()
    for author, area in ((ATTENDANT, VILLAGE), (OTHER, FAR_VILLAGE)):
        with world.store.register.read() as register:
            on_the_list = residents(register, area, DAY)
            assert all(area in units_of(register, [one], DAY)[one] for one in on_the_list)
        for subject in sorted(on_the_list):
            assert visited(world, author, subject) == (ACCEPTED, ""), (author, subject)
