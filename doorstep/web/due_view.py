"""Who needs a visit? The rows of the due list, gathered by person, counted by status, drawn by place or by pathway."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from doorstep.content.model import Words
from doorstep.web.days import civil_day, hours_length, length, moment, short_day
from doorstep.web.meanings import MEANINGS, meaning_key, rank

SHOWN = ("danger", "late", "due")
"""What needs a visit; the others can be asked for."""
CHOICES = (*SHOWN, "later", "missed")
URGENT = {"danger": 0, "urgent": 1}
"""The order of urgencies; routine comes after them."""
Row = Mapping[str, Any]
"""A row of the due list: the columns of a step row, and status, title, form, owner, programme."""


@dataclass(frozen=True)
class Person:
    """Somebody in a list. called: None where no name was told, or the role does not open it; mother: what her or his mother
    is called, of those who have no name yet. place: the village, in words."""

    subject: str
    called: str | None
    mother: str | None = None
    place: str = ""
    place_id: str = ""

    @property
    def short(self) -> str:
        """What stands for a name that is not shown: the end of the record's id."""
        return self.subject.rpartition("-")[2][-6:]


@dataclass(frozen=True)
class Item:
    """One open step of a person."""

    meaning: str
    title: Words
    n: int
    when: str
    pathway: str
    programme: str
    form: str
    owner: tuple[str, ...]
    row: Row = field(repr=False)

    @property
    def pressing(self) -> tuple[int, int]:
        """Sorts what is most urgent first: by meaning, then by the urgency of its rule."""
        return rank(self.meaning), URGENT.get(self.row["urgency"], len(URGENT))

    def placed(self, second: int) -> tuple[Any, ...]:
        """Sorts a list: the most urgent first. Of what is late, what is late longest; of everything else, what is nearest to
        this moment. As the phone sorts (app/src/core/steps.ts): tests/vectors/pressing.json holds both to one order."""
        return (*self.pressing, late_second(self.row) if self.meaning == "late" else abs(due_second(self.row) - second))


@dataclass(frozen=True)
class PersonDue:
    """A person with what is open for her; most urgent first."""

    person: Person
    items: tuple[Item, ...]

    @property
    def meaning(self) -> str:
        """The most urgent of her items."""
        return min((item.meaning for item in self.items), key=rank)


@dataclass(frozen=True)
class BarRow:
    """One bar of the picture: people by meaning. href: the same page, narrowed."""

    name: str
    href: str
    counts: Mapping[str, int]
    most: int

    @property
    def keys(self) -> list[str]:
        """The meanings that it has people of."""
        return [key for key in CHOICES if self.counts.get(key)]

    def drawn(self) -> SafeString:
        """Segments side by side; hatched where it is late, so that it also reads without colour."""
        at, parts = 0.0, []
        for key in SHOWN:
            width = 100 * self.counts.get(key, 0) / (self.most or 1)
            if width:
                parts.append((f"bar-{key}", round(at, 2), round(max(width, 0.8), 2)))
            at += width
        bars = format_html_join("", '<rect class="{}" x="{}%" y="2" width="{}%" height="18"/>', parts)
        return format_html('<svg aria-hidden="true">{}</svg>', bars)


def items_of(rows: Iterable[Row], day: int, second: int, zone: str) -> dict[str, list[Item]]:
    """Rows by subject, as items: the most urgent first."""
    found: dict[str, list[Item]] = {}
    for row in rows:
        key = meaning_key(row["status"], row["urgency"])
        found.setdefault(row["subject"], []).append(
            Item(key, row["title"], row["n"], when_words(row, key, day, second, zone), row["pathway"], row["programme"],
                 row["form"], tuple(row["owner"]), row)
        )  # fmt: skip
    for items in found.values():
        items.sort(key=lambda item: (item.placed(second), item.row["step"], item.n))
    return found


def due_second(row: Row) -> int:
    """Something to sort by, for both clocks: UTC seconds."""
    due = row["due"]
    if due is None:
        return 2**62
    return due if row["clock"] == "minute" else due * 86400


def late_second(row: Row) -> int:
    """The moment from which on it is late: UTC seconds. An episode ends by itself (`ends` of its pathway), so that nothing stays
    on top for ever."""
    edge = row["due"] if row["overdue"] is None else row["overdue"]
    if edge is None:
        return 2**62
    return int(edge) if row["clock"] == "minute" else int(edge) * 86400


def when_words(row: Row, key: str, day: int, second: int, zone: str) -> str:
    """How it stands with a row: "2 days late; in time until 20 Nov 2026"; "due 20 Nov 2026, in time until 27 Nov 2026"."""
    minute = row["clock"] == "minute"
    say: Callable[[int], str] = (lambda at: moment(at, zone)) if minute else short_day
    today = second if minute else day
    if row["status"] == "late":
        over = today - row["overdue"]
        long = hours_length(over) if minute else length(over)
        return gettext("%(long)s late; in time until %(last)s") % {"long": long, "last": say(row["overdue"])}
    if row["waits_for"] is not None and key == "later":
        if row["due"] < today:  # planned from the one before as if that had been in time: a past day is no plan any more
            return gettext("waits for the one before")
        return gettext("after the one before; planned for %(when)s") % {"when": say(row["due"])}
    if key == "later":
        return gettext("from %(when)s") % {"when": say(row["opens"])}
    if key == "missed":
        return gettext("was possible until %(when)s") % {"when": say(row["closes"])}
    last = row["overdue"] if row["overdue"] is not None else row["closes"]
    if last is None or key == "danger":  # what cannot wait is not told to be in time
        since = civil_day(row["due"], zone) if minute else row["due"]
        return gettext("since %(when)s") % {"when": say(row["due"])} if since < day else gettext("today")
    return gettext("due %(when)s, in time until %(last)s") % {"when": say(row["due"]), "last": say(last)}


def count_words(counts: Mapping[str, int]) -> str:
    """3 must go now, 12 late, 26 due now: the words of the signs."""
    said = {
        "danger": lambda n: ngettext("%(n)d must go now", "%(n)d must go now", n),
        "late": lambda n: ngettext("%(n)d late", "%(n)d late", n),
        "due": lambda n: ngettext("%(n)d due now", "%(n)d due now", n),
    }
    return ", ".join(said[key](counts[key]) % {"n": counts[key]} for key in SHOWN if counts.get(key))


ORDERS = ("urgent", "waiting", "place", "name")
"""How the list can be sorted; the first unless another is asked for."""


@dataclass(frozen=True)
class DueView:
    """The page: everybody, and those that the filters leave. second: the moment of the list; order: one of ORDERS.

    One unit throughout: people, each counted once, under the most urgent thing that is open for them.
    """

    everybody: Sequence[PersonDue]
    statuses: tuple[str, ...]
    second: int
    pathway: str = ""
    owner: str = ""
    order: str = ORDERS[0]

    @cached_property
    def people(self) -> list[PersonDue]:
        """Whom the filters leave, with what the filters leave of theirs."""
        open_ones = [entry for entry in self._left(SHOWN) if entry.meaning in self.statuses]
        return sorted([*open_ones, *self._left([key for key in self.statuses if key not in SHOWN])], key=self._key)

    def _left(self, meanings: Collection[str]) -> list[PersonDue]:
        """People with what they have of these meanings."""
        left = []
        for entry in self.everybody:
            items = tuple(i for i in entry.items if i.meaning in meanings and self._asked(i))
            if items:
                left.append(PersonDue(entry.person, items))
        return left

    def _key(self, entry: PersonDue) -> tuple[Any, ...]:
        waits = min(due_second(item.row) for item in entry.items if item.meaning == entry.meaning)
        first: tuple[Any, ...] = {
            "waiting": (rank(entry.meaning), waits), "place": (entry.person.place.casefold(),),
            "name": ((entry.person.called or entry.person.mother or "").casefold(), entry.person.called is None),
        }.get(self.order, ())  # fmt: skip
        return (*first, entry.items[0].placed(self.second), entry.items[0].row["step"], entry.items[0].n, entry.person.subject)

    def _asked(self, item: Item) -> bool:
        return self.pathway in ("", item.pathway) and (not self.owner or self.owner in item.owner)

    @cached_property
    def counts(self) -> Counter[str]:
        """People by the most urgent thing that is open for them, whatever status is asked for; and of whom something is
        still to come, or missed, if that is asked for."""
        counted = Counter(entry.meaning for entry in self._left(SHOWN))
        counted.update({key: len(self._left([key])) for key in self.statuses if key not in SHOWN})
        return counted

    @property
    def summary(self) -> str:
        """How many of whom are shown must go now, are late, are due now."""
        return count_words(Counter(entry.meaning for entry in self.people))

    @property
    def chips(self) -> list[tuple[str, str, int | None]]:
        """(status, word, people) to filter by; None where nobody counted, since it was not asked for."""
        return [(key, str(MEANINGS[key].word), self.counts[key] if key in (*SHOWN, *self.statuses) else None) for key in CHOICES]


Groups = Callable[[PersonDue], Iterable[tuple[str, str]]]
"""The groups that somebody counts in, with the meaning that it has there."""


def bars(people: Iterable[PersonDue], groups_of: Groups, names: Mapping[str, tuple[str, str]]) -> list[BarRow]:
    """People by group and meaning, the group with most danger first, then most late. names: group to (word, href)."""
    counted: dict[str, Counter[str]] = {}
    for entry in people:
        for group, meaning in groups_of(entry):
            counted.setdefault(group, Counter())[meaning] += 1
    most = max((sum(counts[key] for key in SHOWN) for counts in counted.values()), default=0)
    order = sorted(counted, key=lambda g: (-counted[g]["danger"], -counted[g]["late"], -sum(counted[g].values()), g))
    return [BarRow(*names.get(group, (group, "")), counted[group], most) for group in order]


def by_pathway(entry: PersonDue) -> dict[str, str]:
    """The pathways of what is open for somebody, each with the most urgent thing of it."""
    found: dict[str, str] = {}
    for item in entry.items:
        if rank(item.meaning) < rank(found.get(item.pathway, "ended")):
            found[item.pathway] = item.meaning
    return found
