"""Lines and bars: what is drawn stands where it belongs, and every status has a shape of its own."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.content.tree import Moment, Ref
from doorstep.web.drawing import LEFT, RIGHT, Dot, Scale, between, spread, week_line
from doorstep.web.meanings import KEYS, MEANINGS, meaning_key
from doorstep.web.programme_view import PathwayView
from doorstep.web.shapes import NAMES, shape
from doorstep.web.windows import contact_weeks, timing
from tests.support.pages import maternal


def test_no_two_statuses_share_a_shape_or_a_word() -> None:
    assert len({str(shape(key)) for key in KEYS}) == len(KEYS)
    assert len({str(meaning.word) for meaning in MEANINGS.values()}) == len(KEYS)
    assert set(KEYS) < set(NAMES)


def test_only_an_open_danger_says_go_now() -> None:
    assert meaning_key("due", "danger") == meaning_key("late", "danger") == "danger"
    assert meaning_key("done", "danger") == "done"
    assert meaning_key("later", "danger") == "later"
    assert meaning_key("late", "urgent") == "late"
    with pytest.raises(KeyError):
        meaning_key("overdue", "routine")


@given(st.lists(st.floats(LEFT, RIGHT), max_size=40).map(sorted))
def test_dots_keep_their_order_and_never_hide_each_other(places: list[float]) -> None:
    moved = spread(places)
    assert moved == sorted(moved)
    assert all(LEFT - 0.01 <= place <= RIGHT + 0.01 for place in moved)
    if len(places) <= 13:
        assert all(b - a >= 7.49 for a, b in pairwise(moved))


@given(st.lists(st.floats(LEFT, RIGHT), min_size=1, max_size=13).map(sorted), st.floats(LEFT, RIGHT))
def test_today_stays_between_the_steps_that_it_lies_between(places: list[float], today: float) -> None:
    moved = spread(places)
    at = between(places, moved, today)
    for place, seen in zip(places, moved, strict=True):
        assert seen <= at + 0.02 if place <= today else seen >= at - 0.02


def test_in_her_forty_second_week_today_stands_after_the_dot_of_week_40() -> None:
    weeks = (12, 20, 26, 30, 34, 36, 38, 40)
    dots = [Dot(week * 7, "due", "due", "", str(week)) for week in weeks]
    drawn = str(week_line(dots, Scale(0, 41 * 7 + 12), 41 * 7 + 3, "today", ""))
    last = float(re.findall(r'x="([0-9.]+)%" y="76"', drawn)[-1])
    today = re.search(r'class="now" x1="([0-9.]+)%"', drawn)
    walked = re.search(r'class="rail walked" x1="[0-9.]+%" x2="([0-9.]+)%"', drawn)
    assert today
    assert walked
    assert float(today[1]) == float(walked[1]) > last


@given(st.floats(-1000, 1000), st.floats(0.5, 1000), st.floats(-3000, 3000))
def test_whatever_is_drawn_stays_on_the_line(start: float, width: float, value: float) -> None:
    assert LEFT <= Scale(start, start + width).at(value) <= RIGHT


def test_ticks_are_whole_weeks_and_not_too_many() -> None:
    ticks = Scale(0, 44 * 7).ticks(7, 12)
    assert ticks == list(range(0, 45, 4))
    assert Scale(-3, 10).ticks(1, 5)[0] >= -3


def test_a_line_tells_a_screen_reader_what_a_picture_tells_the_eye() -> None:
    drawn = str(week_line([Dot(10, "late", "late", "Contact 2: Late, 25 May", "20")], Scale(0, 40), 12, "today", "Line of weeks"))
    assert 'aria-label="Line of weeks"' in drawn
    assert "<title>Contact 2: Late, 25 May</title>" in drawn
    assert "style=" not in drawn


def test_a_name_in_a_picture_is_never_taken_for_markup() -> None:
    drawn = str(week_line([Dot(1, "due", "due", "<script>", "<b>")], Scale(0, 2), None, "", '"><script>'))
    assert "<script>" not in drawn
    assert "<b>" not in drawn


def test_the_contacts_of_the_schedule_are_drawn_in_their_weeks() -> None:
    programme = maternal()
    table = programme.tables["who_2016"]
    assert contact_weeks(table, 12) == [12, 20, 26, 30, 34, 36, 38, 40]
    assert contact_weeks(table, 22) == [22, 28, 32, 34, 36, 38, 40]
    assert contact_weeks(table, 39) == [39, 40]
    antenatal = programme.pathways["antenatal"]
    contact = next(step for step in antenatal.steps if step.name == "contact")
    when = timing(programme, antenatal, contact)
    assert isinstance(when.base, Ref)
    assert when.base.name == "lmp"
    assert [window.due // 7 for window in when.windows] == [12, 20, 26, 30, 34, 36, 38, 40]
    assert all((window.opens, window.overdue) == (window.due - 7, window.due + 7) for window in when.windows)


def test_a_step_that_repeats_is_counted_from_when_it_is_first_called_for() -> None:
    programme = maternal()
    antenatal = programme.pathways["antenatal"]
    check = next(step for step in antenatal.steps if step.name == "bp_check")
    when = timing(programme, antenatal, check)
    assert when.base == Moment()
    assert [window.due for window in when.windows] == [0, 7, 14]
    assert when.endless


@pytest.mark.parametrize("name", list(maternal().pathways))
def test_every_pathway_can_be_drawn_and_told(name: str) -> None:
    view = PathwayView(maternal(), maternal().pathways[name])
    for picture in view.pictures:
        assert picture.lanes
        for _, drawing in picture.drawn():
            places = [float(found) for found in re.findall(r' x1?="(-?[0-9.]+)%"', str(drawing))]
            assert places
            assert all(0 <= place <= 100 for place in places)
    for step in (*view.planned, *view.answers):
        assert all(told.words.strip() for line in step.lines for told in line.told)
