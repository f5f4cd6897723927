"""Times as people tell them: a minute, a day, a month, a season, a year. Integers inside, ISO 8601 outside.

Days count from 1970-01-01 (civil days); seconds are UTC. Source: docs/pathway-language.md, 1.
Accepted: 2026-03-30 · 2026-03 · 2026 · 2026-21 to 2026-24 (spring to winter as in ISO 8601-2, northern months)
· 2026-03-01/2026-04-10 (from/to) · 2026-03-30T08:15[:00[.000]][Z|+07:00].
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

EPOCH = date(1970, 1, 1).toordinal()
DAY = 86400

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r" ?(Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_OFFSET = re.compile(r"([+-])([0-9]{2})(?::?([0-9]{2}))?")
_SEASONS = {21: 3, 22: 6, 23: 9, 24: 12}
"""Season of ISO 8601-2 -> its first month; three months each."""


@dataclass(frozen=True)
class When:
    """A time and how well it is known. `at` is UTC seconds, None when only the day (or less) is known."""

    day: int
    day_last: int
    at: int | None
    precision: str
    """minute, day, month, season or year."""

    def ts(self, offset: int) -> int:
        """Seconds for ordering: `at`, or the last second of the civil day at `offset` (seconds east of UTC)."""
        return self.at if self.at is not None else (self.day + 1) * DAY - 1 - offset


def day_number(iso: str) -> int:
    """2026-03-30 -> days since 1970-01-01. ValueError when there is no such day."""
    return date.fromisoformat(iso).toordinal() - EPOCH


def iso_day(day: int) -> str:
    """Days since 1970-01-01 -> 2026-03-30."""
    return date.fromordinal(day + EPOCH).isoformat()


def parse_offset(text: str) -> int:
    """'+07:00', '+0700', '+07' or 'Z' -> seconds east of UTC. ValueError otherwise, and beyond 14 hours."""
    if text in ("Z", "z"):
        return 0
    found = _OFFSET.fullmatch(text)
    if not found:
        raise ValueError("not an offset")
    hours, minutes = int(found[2]), int(found[3] or 0)
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        raise ValueError("no such offset")
    seconds = hours * 3600 + minutes * 60
    return -seconds if found[1] == "-" else seconds


def offset_of(text: str) -> int | None:
    """The offset written at the end of a date-time, in seconds; None when there is none."""
    found = _TIME.fullmatch(text.strip())
    return parse_offset(found[5]) if found and found[5] else None


def parse_when(text: str, offset: int) -> When:
    """Any accepted form -> When. ValueError otherwise.

    `offset` (seconds east of UTC) stands for a date-time that has none, and gives the civil day of one in `Z`.
    """
    text = text.strip()
    timed = _TIME.fullmatch(text)
    if timed:
        return _moment(timed, offset)
    first, slash, last = text.partition("/")
    start_day, start_last, precision = _civil(first)
    if not slash:
        return When(start_day, start_last, None, precision)
    _, end, _ = _civil(last)
    if end < start_day:
        raise ValueError("the range ends before it begins")
    return When(start_day, end, None, _width(end - start_day + 1))


def _moment(found: re.Match[str], offset: int) -> When:
    hour, minute, second = int(found[2]), int(found[3]), int(found[4] or 0)
    if hour > 23 or minute > 59 or second > 60:
        raise ValueError("no such time of day")
    day = day_number(found[1])
    east = parse_offset(found[5]) if found[5] else offset
    at = day * DAY + hour * 3600 + minute * 60 + min(second, 59) - east
    if found[5] in ("Z", "z"):  # an instant, told in no place's time: its civil day is that of the place
        day = (at + offset) // DAY
    return When(day, day, at, "minute")


def _civil(text: str) -> tuple[int, int, str]:
    """First day, last day and precision of 2026-03-30, 2026-03, 2026-22 or 2026."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        raise ValueError("not a date")
    year, month = int(found[1]), int(found[2] or 0)
    if found[3]:
        day = date(year, month, int(found[3])).toordinal() - EPOCH
        return day, day, "day"
    if not found[2]:
        return _span(year, 1, 12, "year")
    if month in _SEASONS:
        return _span(year, _SEASONS[month], 3, "season")
    return _span(year, month, 1, "month")


def _span(year: int, month: int, months: int, precision: str) -> tuple[int, int, str]:
    first = date(year, month, 1)
    after = (month - 1 + months) % 12 + 1
    last = date(year + (month - 1 + months) // 12, after, 1) - timedelta(days=1)
    return first.toordinal() - EPOCH, last.toordinal() - EPOCH, precision


def _width(days: int) -> str:
    """Precision of a range of that many days."""
    for longest, precision in ((1, "day"), (31, "month"), (184, "season")):
        if days <= longest:
            return precision
    return "year"
