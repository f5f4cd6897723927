"""How was her month? A worker's figures and work of a month, as her phone shows them, for whoever answers for her."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from doorstep.content.model import Programme, Words
from doorstep.record.figures import Month
from doorstep.sync.month import NOT_DONE_REASON, FigureOfMonth, MonthOf
from doorstep.web.due_view import Person
from doorstep.web.names import Names


@dataclass(frozen=True)
class MonthAsked:
    """A month in the address: `2026-11`."""

    year: int
    month: int

    @classmethod
    def read(cls, text: str, today: date) -> MonthAsked:
        """This month where none is asked for. Raises ValueError for one that there is not."""
        if not text:
            return cls(today.year, today.month)
        year, _, month = text.partition("-")
        asked = cls(int(year), int(month))
        date(asked.year, asked.month, 1)
        if not 2000 <= asked.year < 2100:
            raise ValueError(text)
        return asked

    @property
    def days(self) -> Month:
        """Its first and its last day."""
        return Month.of(self.year, self.month)

    @property
    def before(self) -> str:
        """The month before, for an address."""
        return f"{self.year - (self.month == 1)}-{(self.month - 2) % 12 + 1:02d}"

    @property
    def after(self) -> str:
        """The month after, for an address."""
        return f"{self.year + (self.month == 12)}-{self.month % 12 + 1:02d}"

    def is_now(self, today: date) -> bool:
        """Whether today lies in it."""
        return (today.year, today.month) == (self.year, self.month)


@dataclass(frozen=True)
class Group:
    """People behind a number. hidden: how many there are besides, whom the viewer may not see."""

    word: str
    people: tuple[Person, ...]
    hidden: int


@dataclass(frozen=True)
class Number:
    """One line: words, its number, and who is behind it. of: None where it is a plain count. closed: the viewer's role does not
    open what it counts, so that it is not told."""

    title: Words
    n: int
    of: int | None
    groups: tuple[Group, ...]
    closed: bool = False
    confirmed: bool = True


@dataclass(frozen=True)
class MonthView:
    """The page. opened: programme and compartment that the viewer's roles open; seen: whom she may see."""

    told: MonthOf
    programmes: Mapping[str, Programme]
    opened: frozenset[tuple[str, str]]
    seen: Mapping[str, Person]
    country: str
    yes: str
    no: str

    @property
    def people(self) -> int:
        """How many people she wrote of."""
        return len(self.told.seen)

    @property
    def everybody(self) -> Group:
        """Of whom she wrote."""
        return self._group("", self.told.seen)

    @property
    def work(self) -> list[Number]:
        """What she wrote, by form."""
        titles = {form.id: form.title for one in self.programmes.values() for form in one.forms.values()}
        return [
            Number(titles.get(one.form, {"en": one.form}), one.times, None, (self._group("", {who for _, who in one.pairs}),))
            for one in self.told.work
        ]

    @property
    def reasons(self) -> list[tuple[str, int, Group]]:
        """Why something was not done, the most frequent first."""
        names = next((Names(one) for one in self.programmes.values() if NOT_DONE_REASON in one.dictionary), None)
        found = [
            (names.choice(NOT_DONE_REASON, why) if names else why, len(whom), self._group("", set(whom)))
            for why, whom in self.told.reasons.items()
        ]
        return sorted(found, key=lambda one: (-one[1], one[0]))

    @property
    def figures(self) -> list[Number]:
        """Those that anybody counts for."""
        return [self._figure(one) for one in self.told.figures if one.counted]

    @property
    def unconfirmed(self) -> bool:
        """Whether a figure stands there that no clinician of the country has signed."""
        return any(not one.confirmed for one in self.figures)

    def _figure(self, one: FigureOfMonth) -> Number:
        figure = one.figure
        if not all((figure.programme, compartment) in self.opened for compartment in figure.compartments):
            return Number(figure.title, 0, 0, (), closed=True)
        groups = (
            self._group(self.no, {each.subject for each in one.counted if not each.yes}),
            self._group(self.yes, {each.subject for each in one.counted if each.yes}),
        )
        shown = tuple(group for group in groups if group.people or group.hidden)
        confirmed = figure.confirmed.get(self.country, False)
        return Number(figure.title, one.yes, len(one.counted), shown, confirmed=confirmed)

    def _group(self, word: str, subjects: Collection[str]) -> Group:
        people = tuple(sorted((self.seen[one] for one in subjects if one in self.seen), key=_by_name))
        return Group(word, people, len(subjects) - len(people))


def _by_name(person: Person) -> tuple[str, str]:
    return (person.called or person.mother or "").casefold(), person.subject


def behind(told: MonthOf) -> set[str]:
    """Everybody who is behind some number."""
    counted: Iterable[str] = (one.subject for own in told.figures for one in own.counted)
    wrote = (who for one in told.work for _, who in one.pairs)
    return {*counted, *wrote}
