"""Times as people tell them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.content.dates import DAY, When, day_number, iso_day, parse_offset, parse_when

FEB_1 = day_number("2026-02-01")


@pytest.mark.parametrize(
    ("text", "day", "last", "precision"),
    [
        ("2026-02-01", 0, 0, "day"),
        ("2026-02", 0, 27, "month"),
        ("2026", -31, 333, "year"),
        ("2025-24", -62, 27, "season"),
        ("2026-21", 28, 119, "season"),
        ("2026-02-01/2026-02-01", 0, 0, "day"),
        ("2026-01/2026-02", -31, 27, "season"),
        ("2025/2026", -396, 333, "year"),
    ],
)
def test_a_time_is_as_wide_as_it_was_told(text: str, day: int, last: int, precision: str) -> None:
    assert parse_when(text, 0) == When(FEB_1 + day, FEB_1 + last, None, precision)


@pytest.mark.parametrize(
    "text",
    ["", "today", "2026-2-1", "2026-02-30", "2026-13", "2026-25", "26", "2026-02-01T24:00", "2026-02-01T10:61", "2026-02-01T10",
     "2026-02-01T10:00+15:00", "2026-02-01T10:00+07:99", "២០២៦-០២-០១", "2026/2025", "2026-02-01/", "0000-01-01", "9999"],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which words it uses is nobody's concern
        parse_when(text, 0)


@given(day=st.integers(-100_000, 100_000), second=st.integers(0, DAY - 1), east=st.integers(-14 * 60, 14 * 60))
def test_a_minute_in_any_offset_keeps_its_civil_day_and_its_instant(day: int, second: int, east: int) -> None:
    hours, minutes = divmod(abs(east), 60)
    offset = f"{'-' if east < 0 else '+'}{hours:02d}:{minutes:02d}"
    assert parse_offset(offset) == east * 60
    clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    when = parse_when(f"{iso_day(day)}T{clock}{offset}", 0)
    assert (when.day, when.at) == (day, day * DAY + second - east * 60)
    assert parse_when(f"{iso_day(day)}T{clock}", east * 60) == when


@given(day=st.integers(-100_000, 100_000), east=st.integers(-14 * 60, 14 * 60))
def test_a_day_ends_where_it_is_lived(day: int, east: int) -> None:
    when = When(day, day, None, "day")
    assert when.ts(east * 60) + 1 + east * 60 == (day + 1) * DAY
