"""Days and moments for people: written in the reader's language, with the precision they have. Inside, integers.

Days count from 1970-01-01, moments are UTC seconds; a moment is shown in the time zone of the place.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from django.utils.translation import get_language, gettext, ngettext, pgettext

from doorstep.content.dates import EPOCH, day_number

EARLIEST, LATEST = day_number("2000-01-01"), day_number("2099-12-31")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class NotUnderstood(ValueError):
    """What stood in the address asks for something that does not exist."""


class NoSuchDay(NotUnderstood):
    """What stood in the address is no day that can be asked for."""


def locale() -> Locale:
    """Babel's locale of the language in use; English as it is written outside America, the day before the month."""
    language = (get_language() or "en").replace("-", "_")
    return Locale.parse("en_GB" if language == "en" else language)


def read_day(text: str) -> int:
    """2026-11-12 -> days since 1970-01-01. NoSuchDay for anything else, and outside 2000 to 2099."""
    try:
        day = day_number(text.strip()) if _ISO.fullmatch(text.strip()) else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise NoSuchDay(text)
    return day


def as_date(day: int) -> date:
    """The civil date of a day number."""
    return date.fromordinal(day + EPOCH)


def long_day(day: int) -> str:
    """Thursday, 12 November 2026, as the language writes it."""
    return format_date(as_date(day), format="full", locale=locale())


def short_day(day: int) -> str:
    """12 Nov 2026."""
    return format_date(as_date(day), format="medium", locale=locale())


def month_words(first: date) -> str:
    """November 2026."""
    said = format_skeleton("yMMMM", first, locale=locale())
    return said[:1].upper() + said[1:]


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name; UTC when nobody knows it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def moment(seconds: int, zone: str) -> str:
    """12 Nov 2026, 14:05 at the place. The last second of a day stands for a day whose hour nobody knows: 12 Nov 2026."""
    told = datetime.fromtimestamp(seconds, UTC).astimezone(zone_of(zone))
    if (told.hour, told.minute, told.second) == (23, 59, 59):
        return short_day(told.toordinal() - EPOCH)
    return format_datetime(told, format="medium", tzinfo=told.tzinfo, locale=locale()).replace(told.strftime(":%S"), "", 1)


def civil_day(seconds: int, zone: str) -> int:
    """The day number of a moment at a place."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone_of(zone)).toordinal() - EPOCH


def precisely(day: int, day_last: int, precision: str) -> str:
    """A time as it was told: a day, a month, a season (by its months) or a year; a range when it is none of these."""
    start, end = as_date(day), as_date(day_last)
    if day == day_last:
        return short_day(day)
    if precision == "month" and (start.year, start.month) == (end.year, end.month):
        return format_skeleton("yMMMM", start, locale=locale())
    if precision == "year" and start.year == end.year:
        return str(start.year)
    return gettext("%(first)s to %(last)s") % {"first": short_day(day), "last": short_day(day_last)}


def length(days: int) -> str:
    """How long, as people say it: days up to two weeks, weeks up to two years, then years; rounded down."""
    days = abs(days)
    if days >= 731:
        return ngettext("%(n)d year", "%(n)d years", int(days / 365.25)) % {"n": int(days / 365.25)}
    if days < 14 or (days < 56 and days % 7):
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    weeks = days // 7
    return ngettext("%(n)d week", "%(n)d weeks", weeks) % {"n": weeks}


def exact_length(days: float) -> str:
    """How long, without rounding: content is proof-read by it."""
    years = round(days / 365.25)
    if years and abs(days - years * 365.25) < 1 and days % 7:
        return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}
    whole = int(days)
    if whole < 14 or (whole < 56 and whole % 7):
        return ngettext("%(n)d day", "%(n)d days", whole) % {"n": whole}
    return length(whole) if whole % 7 == 0 else weeks_and_days(whole)


def exact_hours(seconds: float) -> str:
    """How long, without rounding, for steps whose clock counts minutes."""
    whole = int(seconds)
    if whole % 86400 == 0 and whole > 72 * 3600:
        return exact_length(whole // 86400)
    if whole % 3600 == 0:
        return ngettext("%(n)d hour", "%(n)d hours", whole // 3600) % {"n": whole // 3600}
    return ngettext("%(n)d minute", "%(n)d minutes", whole // 60) % {"n": whole // 60}


def hours_length(seconds: int) -> str:
    """How long, in minutes under two hours, in hours up to three days, then in days."""
    seconds = abs(seconds)
    if seconds < 7200:
        return ngettext("%(n)d minute", "%(n)d minutes", seconds // 60) % {"n": seconds // 60}
    if seconds <= 72 * 3600:
        return ngettext("%(n)d hour", "%(n)d hours", seconds // 3600) % {"n": seconds // 3600}
    return length(seconds // 86400)


def weeks_and_days(days: int) -> str:
    """29 weeks and 3 days, as pregnancies are counted: completed weeks."""
    return pgettext("age of a pregnancy", "%(weeks)s and %(days)s") % {
        "weeks": ngettext("%(n)d week", "%(n)d weeks", days // 7) % {"n": days // 7},
        "days": ngettext("%(n)d day", "%(n)d days", days % 7) % {"n": days % 7},
    }
