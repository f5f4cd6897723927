"""What is her story? Where she is on her line of weeks, what is open for her today, what happened, who said so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from doorstep.content.model import Form, Programme, Step, Words
from doorstep.content.trees import codes
from doorstep.record.people import Attribute
from doorstep.record.story import Sent, Story, Told
from doorstep.web.days import short_day, weeks_and_days
from doorstep.web.drawing import Picture
from doorstep.web.due_view import Item, items_of
from doorstep.web.fact_words import FactView, FactWords, told_day
from doorstep.web.meanings import OPEN
from doorstep.web.names import country_word, role_word
from doorstep.web.step_words import SourceView, source_view, why_words
from doorstep.web.week_line import Counted, all_steps, base_words, counted_from, day_of, line_of, step_of

Row = Mapping[str, Any]
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "audio/webm", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/wav"})
"""Media types that a page shows or plays; anything else is only saved."""


@dataclass(frozen=True)
class OpenStep:
    """An open step with its advice and its source, and whether anybody of her country has signed the rule."""

    item: Item
    signs: tuple[str, ...]
    """Of a step that answers an event: what was told or measured then, in words."""
    advice: Words
    form: Words
    owner: tuple[str, ...]
    origin: SourceView
    unsigned_for: str
    key: str


@dataclass(frozen=True)
class FileView:
    """A picture or a recording that came with a form. kind: image, audio, or file."""

    name: str
    kind: str
    size: int


@dataclass(frozen=True)
class Entry:
    """One submission in the timeline: what it told of her, in the order of its form. form: its title, empty for one that
    is no form's. no: what was asked and answered with no. how: how all of it is known; '' when that differs."""

    sent: Sent
    form: Words
    day: str
    made: str
    received: str
    facts: tuple[FactView, ...]
    no: tuple[str, ...]
    how: str
    files: tuple[FileView, ...] = ()


@dataclass(frozen=True)
class Happened:
    """A step that was done, ended or missed."""

    meaning: str
    title: Words
    n: int
    day: str
    why: str


@dataclass(frozen=True)
class AttributeView:
    """An attribute: what is shown, and what contradicts it."""

    label: str
    value: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """The day of the story, the moment at which minute clocks are read, and where: zone and country (ISO 3166)."""

    day: int
    second: int
    zone: str
    country: str


class EpisodeView:
    """One pregnancy, or one newborn's first weeks."""

    def __init__(
        self, programme: Programme, name: str, rows: Sequence[Row], asked: Asked, facts: Sequence[Told], words: FactWords
    ) -> None:
        self.programme, self.name, self.rows, self.asked = programme, name, rows, asked
        self.kind, _, self.number = name.partition(":")
        self.facts = [fact for fact in facts if fact.episode == name and fact.day <= asked.day]
        self.words = words

    @property
    def title(self) -> str:
        """Which one it is, in words."""
        told = {
            "pregnancy": gettext("Pregnancy %(n)s"), "newborn": gettext("The first weeks of life"),
        }.get(self.kind, self.kind.replace("_", " ").capitalize())  # fmt: skip
        return told % {"n": self.number} if "%(n)s" in told else told

    @cached_property
    def _counted(self) -> Counted | None:
        return counted_from(self.programme, self.rows, self.asked.zone)

    @cached_property
    def age(self) -> str:
        """How far it is on the day asked for, counted from what its rules count from; '' when that is not known or long over."""
        counted = self._counted
        over = not self.is_open or (self.kind == "pregnancy" and self._ends)
        if counted is None or counted.worth < 1 or over or not 0 <= self.asked.day - counted.day <= 44 * 7:
            return ""
        return weeks_and_days(self.asked.day - counted.day)

    @property
    def is_open(self) -> bool:
        """Whether anything in it is still open or to come."""
        return any(row["status"] in (*OPEN, "later") for row in self.rows)

    @cached_property
    def caption(self) -> str:
        """What the weeks of the line are counted from."""
        counted = self._counted
        if counted is None:
            return gettext("When it took place, or is due")
        span = {"start": base_words(self.programme, counted), "day": short_day(counted.day)}
        if counted.unit == 1:
            return gettext("Days after %(start)s (%(day)s)") % span
        return gettext("Completed weeks after %(start)s (%(day)s)") % span

    @cached_property
    def line(self) -> SafeString | None:
        """The line of weeks."""
        return line_of(self.programme, self.rows, self._ends, self.asked.day, self.asked.zone)

    @property
    def _ends(self) -> list[tuple[int, str, bool]]:
        """What ended it, as it was told: (day, words, whether it is a birth)."""
        known = self.programme.episodes.get(self.kind)
        told = [fact for fact in self.facts if known and fact.code in known.ends]
        return [(fact.day, self.words.view(fact).value, fact.txt == "birth") for fact in told]

    @cached_property
    def everything(self) -> Picture | None:
        return all_steps(self.programme, self.rows, self.asked.day, self.asked.zone, self.caption)

    @cached_property
    def open(self) -> list[OpenStep]:
        """What is to be done now, most urgent first."""
        return [self._open(item) for item in self._items if item.row["status"] in OPEN]

    @cached_property
    def later(self) -> list[Item]:
        """What is still to come."""
        return [item for item in self._items if item.row["status"] == "later"]

    @cached_property
    def _items(self) -> list[Item]:
        found = items_of(self.rows, self.asked.day, self.asked.second, self.asked.zone)
        return [item for items in found.values() for item in items]

    @cached_property
    def over(self) -> list[Happened]:
        """What was done, missed or ended, latest first."""
        planned = [row for row in self.rows if row["waits_for"] is not None]
        rows = [row for row in self.rows if row["status"] in ("done", "missed", "ended") and row not in planned]
        dated = [(self._over_day(row), row) for row in rows]
        return [self._happened(row, day) for day, row in sorted(dated, key=lambda one: -one[0])]

    def _over_day(self, row: Row) -> int:
        key = {"done": "done_on", "missed": "closes", "ended": "until"}[row["status"]]
        return day_of(row, key, self.asked.zone) or 0

    def _happened(self, row: Row, day: int) -> Happened:
        path = self.programme.pathways[row["pathway"]]
        why = why_words(row["until_why"], path.words) if row["status"] == "ended" else ""
        return Happened(row["status"], row["title"], row["n"], short_day(day), why)

    def _open(self, item: Item) -> OpenStep:
        step = step_of(self.programme, item.row)
        assert step is not None
        form = self.programme.forms.get(step.form)
        unsigned = self.asked.country in step.origin.review and step.origin.review[self.asked.country] is None
        return OpenStep(
            item, self._signs(step, item.row), step.advice, form.title if form else {},
            tuple(role_word(role) for role in step.owner), source_view(step.origin),
            country_word(self.asked.country) if unsigned else "", f"{item.pathway}.{step.rule}",
        )  # fmt: skip

    def _signs(self, step: Step, row: Row) -> tuple[str, ...]:
        """What called for the step: the answers, other than no, of the day it counts from, to whatever its rule asks for."""
        if step.each is None or (day := day_of(row, "since", self.asked.zone)) is None:
            return ()
        asked = codes(step.each)
        told = [fact for fact in self.facts if fact.code in asked and fact.day == day and fact.txt != "no"]
        views = [self.words.view(fact) for fact in told]
        return tuple(dict.fromkeys(view.label if fact.txt == "yes" else f"{view.label}: {view.value}"
                                   for fact, view in zip(told, views, strict=True)))  # fmt: skip


def _file(name: str, kind: str, size: int) -> FileView:
    main = kind.partition("/")[0] if kind in SHOWN else "file"
    return FileView(name, main, size)


class StoryView:
    """The page of one person. seen: other records that may be opened from here, with what they are called; places: codes of
    homes that were told, with their names; filled, files: see `joint.Opened`."""

    def __init__(
        self, programmes: Mapping[str, Programme], told: Story, rows: Sequence[Row], asked: Asked, seen: Mapping[str, str],
        places: Mapping[str, str], filled: Collection[str], files: Mapping[str, Sequence[tuple[str, str, int]]],
    ) -> None:  # fmt: skip
        self.filled, self.files = filled, files
        self.programmes, self.told, self.rows, self.asked, self.seen = programmes, told, rows, asked, seen
        self.words = FactWords(programmes, asked.zone, places)

    @cached_property
    def episodes(self) -> list[EpisodeView]:
        """Episodes, the ones with something open first, then the latest."""
        keyed = sorted(self.rows, key=lambda row: (row["programme"], row["episode"]))
        found = [
            EpisodeView(self.programmes[programme], name, list(rows), self.asked, self.told.facts, self.words)
            for (programme, name), rows in groupby(keyed, key=lambda row: (row["programme"], row["episode"]))
        ]
        return sorted(found, key=lambda one: (not one.open, not one.is_open, -int(one.number or 0)))

    @property
    def is_child(self) -> bool:
        """Whether it is a newborn's record: the question on top is then another one."""
        return any(name == "mother" for name, _ in self.told.belongs_to)

    @cached_property
    def open(self) -> list[OpenStep]:
        return [step for episode in self.episodes for step in episode.open]

    @property
    def answer(self) -> str:
        """One sentence: how many things are open, and of what kind."""
        urgent = sum(step.item.meaning == "danger" for step in self.open)
        late = sum(step.item.meaning == "late" for step in self.open)
        now = len(self.open) - urgent - late
        said = [
            (urgent, ngettext("%(n)d danger to act on at once", "%(n)d dangers to act on at once", urgent)),
            (late, ngettext("%(n)d thing is late", "%(n)d things are late", late)),
            (now, ngettext("%(n)d thing can be done now", "%(n)d things can be done now", now)),
        ]
        return ", ".join(text % {"n": n} for n, text in said if n) or gettext("nothing is open")

    @cached_property
    def attributes(self) -> list[AttributeView]:
        """What was told of her as such; where several contradict each other, all of them."""
        found: dict[str, list[Attribute]] = {}
        for one in self.told.attributes:
            found.setdefault(one.name, []).append(one)
        return [self._attribute(name, heads) for name, heads in found.items()]

    def _attribute(self, name: str, heads: Sequence[Attribute]) -> AttributeView:
        names = self.words._names(name)
        values = [self._value(name, head.value) for head in heads]
        return AttributeView(names.label(name) if names else name.replace("_", " "), values[0], tuple(values[1:]))

    def _value(self, name: str, value: Any) -> str:
        names = self.words._names(name)
        row = names.code(name) if names else None
        if row and row.kind == "date":
            return told_day(str(value))
        if str(value) in self.words.places:
            return self.words.places[str(value)]
        told = [names.choice(name, str(one)) if names and names.code(name).choices else str(one)  # type: ignore[union-attr]
                for one in (value if isinstance(value, list) else [value])]  # fmt: skip
        return ", ".join(told)

    @cached_property
    def conflicts(self) -> list[AttributeView]:
        """Attributes of which two phones said different things."""
        return [one for one in self.attributes if one.others]

    @cached_property
    def entries(self) -> list[Entry]:
        """What happened, latest first, up to the day asked for. A submission of which nothing may be seen is not there."""
        facts: dict[str, list[Told]] = {}
        for fact in self.told.facts:
            if fact.day <= self.asked.day:
                facts.setdefault(fact.submission, []).append(fact)
        forms = {form.id: form for one in self.programmes.values() for form in one.forms.values()}
        # What was corrected has no facts of its own any more: it is shown where a form like it is, its correction for one.
        open_forms = {sent.form for sent in self.told.sent if facts.get(sent.submission)}
        found = []
        for sent in self.told.sent:
            own = facts.get(sent.submission, [])
            here = sent.form in self.filled and not sent.replaced and sent.made_day <= self.asked.day
            if own or here or (sent.replaced and sent.form in open_forms and sent.made_day <= self.asked.day):
                day = max((fact.day for fact in own), default=sent.made_day)
                found.append((day, sent.stamp, self._entry(sent, own, forms.get(sent.form), day)))
        return [entry for _, _, entry in sorted(found, key=lambda one: (-one[0], -one[1]))]

    def _entry(self, sent: Sent, facts: Sequence[Told], form: Form | None, day: int) -> Entry:
        order = {question.code: n for n, question in enumerate(form.questions)} if form else {}
        facts = sorted(facts, key=lambda fact: (fact.row, order.get(fact.code, len(order)), fact.code))
        views = tuple(self.words.view(fact) for fact in facts if fact.txt != "no")
        no = tuple(self.words.view(fact).label for fact in facts if fact.txt == "no")
        hows = {self.words.view(fact).how for fact in facts}
        return Entry(
            sent, form.title if form else {}, short_day(day), short_day(sent.made_day), short_day(sent.known_day), views, no,
            hows.pop() if len(hows) == 1 else "", tuple(_file(*one) for one in self.files.get(sent.submission, ())),
        )  # fmt: skip

    @property
    def relatives(self) -> list[tuple[str, str, str]]:
        """(relation in words, record, what they are called) of those whom the viewer may see."""
        found = []
        for name, subject in self.told.belongs_to:
            if subject in self.seen:
                names = self.words._names(name)
                found.append((names.label(name) if names else name, subject, self.seen[subject]))
        for name, subject in self.told.others:
            if subject in self.seen:
                found.append((gettext("Child") if name == "mother" else name.replace("_", " "), subject, self.seen[subject]))
        return found
