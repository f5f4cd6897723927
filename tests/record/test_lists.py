"""The due list: of any day, by what is known now or could be known then; from stored steps or worked out on an engine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from doorstep.content.dates import day_number
from doorstep.pathways.status import STATUSES
from doorstep.record.lists import Listed, Question, alerts, due, today
from doorstep.record.places.model import PlaceError
from tests.record.cast import FAR_VILLAGE, MAI, SOK, VILLAGE, body, born, registered, villages
from tests.record.laws.search import EXPLORE, SEARCH
from tests.record.stories import ALL, Story, stories, tell
from tests.record.world import World

WITHOUT_ERASURE = tuple(kind for kind in ALL if kind != "erase")
COMPARED = ("subject", "episode", "pathway", "step", "n", "since", "until", "until_why", "due", "done_on", "status")


def rows(found: list[Listed], *columns: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row[column] for column in columns or COMPARED) for row in found), key=repr)


def asked(day: str, place: str = "KH-16", known_on: str | None = None, **more: Any) -> Question:
    known = day_number(known_on) if known_on else None
    return Question(place, day_number(day), known, more.pop("statuses", STATUSES), **more)


def told(world: World) -> World:
    """Registered in January, seen in March, the report of the second visit three weeks late."""
    villages(world)
    world.send(registered(made_at="2026-01-20T09:00:00+07:00"), received=_ms("2026-01-20"))
    late = body(made_at="2026-02-20T09:00:00+07:00", answers={"hb": 80})
    world.send(late, received=_ms("2026-03-13"))
    return world


def _ms(day: str) -> int:
    return (day_number(day) * 86_400 + 6 * 3600) * 1000


def test_what_was_true_and_what_could_be_known_are_two_questions(world: World) -> None:
    told(world)
    true = due(world.record, asked("2026-02-25"))
    known = due(world.record, asked("2026-02-25", known_on="2026-02-25"))
    assert ("contact", 1, "done") in rows(true, "step", "n", "status")
    assert ("contact", 1, "done") not in rows(known, "step", "n", "status")
    assert {row["step"] for row in true} >= {"iron"}
    assert {row["step"] for row in known} == {"contact"}
    assert due(world.record, asked("2026-02-25", known_on="2026-01-19")) == []


def test_what_stays_open_past_its_escalation_is_the_midwifes_too(world: World) -> None:
    told(world)
    row = next(row for row in due(world.record, asked("2026-04-01"))
               if row["step"] == "contact" and row["done_on"] is None and row["waits_for"] is None)
    owners = {}
    for day in (row["overdue"] - 1, row["overdue"], row["overdue"] + 1):
        listed = due(world.record, Question("KH-16", day))
        owners[day - row["overdue"]] = [one["owner"] for one in listed if one["step"] == "contact"]
    assert owners == {-1: [["attendant"]], 0: [["attendant", "midwife"]], 1: [["attendant", "midwife"]]}


def test_she_is_listed_where_she_lives_in_either_tree_and_nowhere_else(world: World) -> None:
    told(world)
    for place in (VILLAGE, "KH-160101", "KH-16", "KH", "HC-1"):
        assert {row["subject"] for row in due(world.record, asked("2026-03-01", place))} == {MAI}, place
    assert due(world.record, asked("2026-03-01", FAR_VILLAGE)) == []


def test_a_baby_lives_with_her_mother_and_moves_with_her(world: World) -> None:
    told(world)
    world.send(born(made_at="2026-10-01T09:00:00+07:00"))
    moved = body("rename", made_at="2026-10-10T09:00:00+07:00", answers={"residence": FAR_VILLAGE})
    world.send(moved)
    assert "mai-baby" in {row["subject"] for row in due(world.record, asked("2026-10-05"))}
    assert {row["subject"] for row in due(world.record, asked("2026-10-12", FAR_VILLAGE))} >= {MAI, "mai-baby"}
    assert due(world.record, asked("2026-10-12")) == []


def test_danger_comes_first_and_is_an_alert_until_somebody_acted(world: World) -> None:
    told(world)
    fetched = {"visit_day": "2026-03-20", "bleeding": "yes", "bleeding_at": "2026-03-20T10:00:00+07:00"}
    world.send(body(made_at="2026-03-20T10:10:00+07:00", answers=fetched))
    question = asked("2026-03-20", statuses=("due", "late"), second=_second("2026-03-20T03:30:00+00:00"))
    assert next(row["step"] for row in due(world.record, question)) == "reach"
    assert rows(alerts(world.record, question), "step", "status") == [("reach", "due")]
    everywhere = asked("2026-03-20", place="", second=_second("2026-03-20T08:00:00+00:00"))
    assert rows(alerts(world.record, everywhere), "step", "status") == [("reach", "late")]
    world.send(body(made_at="2026-03-20T12:00:00+07:00", answers={"reached": "yes", "reached_at": "2026-03-20T11:30:00+07:00"}))
    assert alerts(world.record, asked("2026-03-21")) == []


def _second(text: str) -> int:
    from doorstep.record.envelope import read_moment

    return read_moment(text) // 1000


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_another_engine_gives_the_same_list(world: World, engine: str) -> None:
    told(world)
    world.send(born(), registered(subject=SOK, answers={"called": "Sok", "residence": VILLAGE}))
    stored = due(world.record, asked("2026-10-05"))
    assert stored
    assert rows(due(world.record, asked("2026-10-05", engine=engine))) == rows(stored)


def test_a_place_or_a_status_that_there_is_not_is_said(world: World) -> None:
    told(world)
    with pytest.raises(PlaceError, match="No place here has the code"):
        due(world.record, asked("2026-03-01", "KH-77"))
    with pytest.raises(ValueError, match="there is no status 'forgotten'"):
        due(world.record, Question("KH-16", today(), statuses=("forgotten",)))


def test_known_on_is_what_a_record_would_say_that_had_received_no_more(world: World) -> None:
    """The law, over stories: corrections, merges and moves that came later have not happened yet."""

    @settings(SEARCH, max_examples=max(20, EXPLORE))
    @given(story=stories(kinds=WITHOUT_ERASURE))
    def holds(story: Story) -> None:
        villages(world.empty())
        tell(world, story)
        days = sorted({row[0] for row in world.rows("sub", "known_day")})
        if not days:
            return
        known_on = days[len(days) // 2]
        ids = {row[0] for row in world.rows("sub", "submission", "known_day <= ?", [known_on])}
        questions = [Question("KH-16", day_number(day), known_on, STATUSES) for day in ("2026-02-01", "2026-08-01", "2027-02-01")]
        found = [rows(due(world.record, question)) for question in questions]
        villages(world.empty())
        for one in story.all:
            if one.body["id"] in ids and one.received // 86_400_000 <= known_on + 1:
                world.send(one.body, received=one.received, sent=one.sent)
        world.catch_up()
        now = [Question("KH-16", question.day, None, STATUSES) for question in questions]
        assert found == [rows(due(world.record, question)) for question in now]

    holds()
