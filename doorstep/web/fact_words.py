"""A fact in words: what was asked, what was answered, how it is known, and how exactly its time is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from doorstep.content.dates import parse_when
from doorstep.content.model import Programme
from doorstep.record.story import Told
from doorstep.web.days import moment, precisely, short_day
from doorstep.web.names import Names


@dataclass(frozen=True)
class FactView:
    """A fact, ready for the page. subject: id of another record that it points to, '' when it does not."""

    code: str
    label: str
    value: str
    when: str
    how: str
    subject: str = ""


class FactWords:
    """Says facts in the reader's language; codes are one namespace for all programmes. places: what the codes of places that
    may stand in answers are called."""

    def __init__(self, programmes: Mapping[str, Programme], zone: str, places: Mapping[str, str] | None = None) -> None:
        self.names = [Names(programme) for programme in programmes.values()]
        self.zone, self.places = zone, places or {}

    def view(self, fact: Told) -> FactView:
        """A fact in words."""
        names = self._names(fact.code)
        row = names.code(fact.code) if names else None
        kind = row.kind if row else "text"
        label = names.label(fact.code) if names else fact.code
        pointed = (fact.txt or "") if kind == "subject" else ""
        how = names.how(fact.how) if names else ""
        return FactView(fact.code, label, self.value(fact, kind, names), self.when(fact), how, pointed)

    def _names(self, code: str) -> Names | None:
        return next((names for names in self.names if names.code(code)), None)

    def value(self, fact: Told, kind: str, names: Names | None) -> str:
        """The answer."""
        if kind == "subject":
            return ""
        if kind in ("yesno", "choice", "choices"):
            return names.choice(fact.code, fact.txt or "") if names and fact.txt else (fact.txt or "")
        if fact.num is not None:
            return self._number(fact, kind, names)
        if fact.txt is None:
            return gettext("cannot be read any more")
        return self.places.get(fact.txt, fact.txt)

    def _number(self, fact: Told, kind: str, names: Names | None) -> str:
        assert fact.num is not None
        if kind == "date":
            return told_day(fact.txt) if fact.txt else short_day(int(fact.num))
        if kind == "time":
            return moment(int(fact.num), self.zone)
        told = f"{fact.num:g}" if abs(fact.num) < 1e6 else str(int(fact.num))
        return f"{told} {names.unit(fact.code) if names else ''}".strip()

    def when(self, fact: Told) -> str:
        """When it was so, as exactly as it is known."""
        if fact.at is not None and fact.precision == "minute":
            return moment(fact.at, self.zone)
        return precisely(fact.day, fact.day_last, fact.precision)


def told_day(text: str) -> str:
    """A date as it was told, no more exact than that: 2005-08 is August 2005. Text that is no date stays as it is."""
    try:
        when = parse_when(text, 0)
    except ValueError:
        return text
    return precisely(when.day, when.day_last, when.precision)
