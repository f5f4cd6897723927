"""Days and lengths are told as people say them, and never more exactly than they are known."""

from __future__ import annotations

import pytest
from django.utils import translation

from doorstep.content.dates import day_number
from doorstep.web import days


def test_a_day_is_written_in_the_readers_language() -> None:
    day = day_number("2026-11-12")
    told = {}
    for language in ("en", "vi", "km", "bg"):
        with translation.override(language):
            told[language] = days.long_day(day)
    assert told["en"] == "Thursday, 12 November 2026"
    assert told["vi"] == "Thứ Năm, 12 tháng 11, 2026"
    assert told["bg"].startswith("четвъртък, 12 ноември 2026")
    assert "វិច្ឆិកា" in told["km"]


def test_a_month_stays_a_month_and_a_season_a_range() -> None:
    first, last = day_number("2001-05-01"), day_number("2001-05-31")
    assert days.precisely(first, last, "month") == "May 2001"
    assert days.precisely(day_number("2001-01-01"), day_number("2001-12-31"), "year") == "2001"
    assert days.precisely(first, first, "day") == "1 May 2001"
    assert days.precisely(first, day_number("2001-07-31"), "season") == "1 May 2001 to 31 Jul 2001"


@pytest.mark.parametrize("text", ["2026-02-30", "12/11/2026", "tomorrow", "1999-12-31", "2100-01-01", "2026-1-1", "", "2026-11-12x"])
def test_an_address_with_a_day_that_does_not_exist_is_not_understood(text: str) -> None:
    with pytest.raises(days.NoSuchDay):
        days.read_day(text)


@pytest.mark.parametrize(
    ("given", "said"),
    [(0, "0 days"), (1, "1 day"), (13, "13 days"), (14, "2 weeks"), (16, "16 days"), (57, "8 weeks"), (730, "104 weeks"),
     (731, "2 years"), (-3, "3 days")],
)  # fmt: skip
def test_how_late_somebody_is_is_rounded_down(given: int, said: str) -> None:
    assert days.length(given) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [(7, "7 days"), (14, "2 weeks"), (167, "23 weeks and 6 days"), (168, "24 weeks"), (5478.75, "15 years"), (287, "41 weeks")],
)  # fmt: skip
def test_the_length_in_a_rule_is_never_rounded(given: float, said: str) -> None:
    assert days.exact_length(given) == said


@pytest.mark.parametrize(
    ("given", "said"), [(600, "10 minutes"), (7200, "2 hours"), (86400, "24 hours"), (72 * 3600, "72 hours"), (14 * 86400, "2 weeks")]
)
def test_hours_in_a_rule_stay_hours(given: int, said: str) -> None:
    assert days.exact_hours(given) == said


def test_a_moment_is_told_at_the_clock_of_the_place() -> None:
    seconds = day_number("2026-06-07") * 86400 + 21 * 3600 + 600
    assert days.moment(seconds, "Asia/Phnom_Penh") == "8 Jun 2026, 04:10"
    assert days.civil_day(seconds, "Asia/Phnom_Penh") == day_number("2026-06-08")
    assert days.civil_day(seconds, "no such zone") == day_number("2026-06-07")


def test_of_a_day_whose_hour_nobody_knows_only_the_day_is_told() -> None:
    last = day_number("2026-06-08") * 86400 + 17 * 3600 - 1
    assert days.moment(last, "Asia/Phnom_Penh") == "8 Jun 2026"
    assert days.moment(last + 1, "Asia/Phnom_Penh") == "9 Jun 2026, 00:00"
