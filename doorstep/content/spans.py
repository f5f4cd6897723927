"""Lengths of time, edges of windows and dates: small texts that stand outside rules.

Source: docs/pathway-language.md, 3 and 4. Units: days on a day clock, seconds on a minute clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from doorstep.content import dates
from doorstep.content.model import Offset
from doorstep.content.tree import Clock

DAY_SECONDS = 86_400

_SECONDS = {"min": 60, "h": 3_600, "d": DAY_SECONDS, "w": 7 * DAY_SECONDS, "y": 31_557_600}
_UNIT_NAMES = {
    "min": ("min", "minute", "minutes"),
    "h": ("h", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("wk", "w", "week", "weeks"),
    "y": ("a", "y", "year", "years"),
}
_UNITS = {name: unit for unit, names in _UNIT_NAMES.items() for name in names}
_SPAN = re.compile(r"([0-9]+)(min|d|w|h|y)")
_OFFSET = re.compile(r"([a-z_]+)\s*(?:([+-])\s*(\S+))?")


@dataclass
class NotThis(Exception):
    """A small text is not what it should be. `index` is where this shows; the rest are for a Problem."""

    found: str
    expected: str
    index: int = 0
    code: str = ""


def examples(clock: Clock) -> str:
    return "7d, 12w or 18y" if clock is Clock.DAY else "30min, 24h, 7d or 12w"


def span_units(text: str, clock: Clock) -> int | float:
    """`12w` in the clock's unit. Raises NotThis, for `h` and `min` on a day clock too."""
    match = _SPAN.fullmatch(text.strip())
    if not match:
        raise NotThis(f"'{text}'", f"a length of time such as {examples(clock)}")
    amount, unit = int(match[1]), match[2]
    if clock is Clock.DAY and unit in ("h", "min"):
        raise NotThis(f"'{text}' on a day clock", f"whole days such as {examples(clock)}, or clock: minute")
    return amount * unit_size(unit, clock)


def unit_size(unit: str, clock: Clock) -> int | float:
    """One `d`, `w` or `y` (and `h`, `min` on a minute clock) in the clock's unit."""
    seconds = _SECONDS[unit]
    if clock is Clock.MINUTE:
        return seconds
    days = seconds / DAY_SECONDS
    return int(days) if days.is_integer() else days


def span_of_unit(unit: str, clock: Clock) -> int | float | None:
    """Size of a dictionary's unit of time in the clock's unit; None when it is none, or finer than a day clock."""
    known = _UNITS.get(unit.strip().lower())
    if known is None or (clock is Clock.DAY and known in ("h", "min")):
        return None
    return unit_size(known, clock)


def whole_span(text: str, clock: Clock) -> int:
    """As `span_units`, rounded down to a whole number of the clock's unit."""
    return int(span_units(text, clock))


def offset(text: str, bases: tuple[str, ...], clock: Clock) -> Offset:
    """`due - 7d`, `from + 24h`, `from`. Raises NotThis."""
    pattern = f"{bases[-1]} + 7d, {bases[-1]} - 7d" if clock is Clock.DAY else f"{bases[-1]} + 24h"
    match = _OFFSET.fullmatch(text.strip())
    if not match:
        raise NotThis(f"'{text}'", f"an edge such as {pattern}")
    if match[1] not in bases:
        raise NotThis(f"'{match[1]}'", " or ".join(bases) + f", as in {pattern}")
    if match[2] is None:
        return Offset(match[1], 0)
    try:
        by = whole_span(match[3], clock)
    except NotThis as error:
        raise NotThis(error.found, error.expected, text.find(match[3]), "span-unit") from None
    return Offset(match[1], by if match[2] == "+" else -by)


def day_number(text: str) -> int:
    """Days since 1970-01-01 of an ISO date. Raises NotThis."""
    try:
        date.fromisoformat(text if len(text) == 10 else "")
        return dates.day_number(text)
    except ValueError:
        raise NotThis(f"'{text}'", "a date such as 2026-03-30") from None


def utc_seconds(text: str) -> int:
    """UTC seconds of an ISO date-time with an offset. Raises NotThis."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or "T" not in text.upper():
            raise ValueError
        return int(moment.timestamp())
    except ValueError:
        raise NotThis(f"'{text}'", "a date-time with its offset, such as 2026-05-02T10:30+07:00") from None
