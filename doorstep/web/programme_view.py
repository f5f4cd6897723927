"""A programme as a page: its steps drawn on lines of weeks, its rules in words, who signed what, its cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext

from doorstep.content.model import Origin, Pathway, Programme, Step, Table, Words
from doorstep.content.printer import Printer
from doorstep.content.tree import Case, Clock, EpisodeStart, Expr, Moment
from doorstep.web.drawing import Bar, Dot, Lane, Picture, Scale
from doorstep.web.names import country_word, in_words
from doorstep.web.step_words import SourceView, StepView, StepWords, Told, source_view
from doorstep.web.windows import Timing, contact_weeks, timing
from doorstep.web.wording import Wording

HOUR, DAY = 3600, 86400


@dataclass(frozen=True)
class ValueView:
    """A named value: the ways to know it, best first, each with its source."""

    name: str
    ways: tuple[tuple[Told, SourceView], ...]


@dataclass(frozen=True)
class SignView:
    """A sign: what it is called and any of which makes it."""

    name: str
    any_of: tuple[Told, ...]


@dataclass(frozen=True)
class TableView:
    """A schedule, printed: first contact in week, and the weeks of those that follow when each is on time."""

    name: str
    origin: SourceView
    rows: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class CountryReview:
    """How many of the rules somebody signed for one country."""

    country: str
    signed: int
    rules: int


class PathwayView:
    """One pathway, drawn and told."""

    def __init__(self, programme: Programme, pathway: Pathway) -> None:
        self.programme, self.pathway = programme, pathway
        self.words = StepWords(programme, pathway)

    @property
    def name(self) -> str:
        return self.pathway.name

    @property
    def title(self) -> Words:
        return self.pathway.title

    @cached_property
    def ends(self) -> tuple[Told, ...]:
        """What ends every step of it."""
        return self.words.ends(self.pathway.ends, self.pathway.clock)

    @cached_property
    def planned(self) -> tuple[StepView, ...]:
        """Steps that the calendar calls for."""
        return tuple(self.words.view(step) for step in self.pathway.steps if step.each is None)

    @cached_property
    def answers(self) -> tuple[StepView, ...]:
        """Steps that answer to something that happened."""
        return tuple(self.words.view(step) for step in self.pathway.steps if step.each is not None)

    @cached_property
    def pictures(self) -> list[Picture]:
        """One line for each day that steps are counted from, the longest first."""
        groups: dict[str, list[tuple[Step, Timing]]] = {}
        for step in self.pathway.steps:
            when = timing(self.programme, self.pathway, step)
            if when.base is not None:
                groups.setdefault(self._base(when.base, step.clock), []).append((step, when))
        drawn = [(words, steps) for words, steps in groups.items() if _worth_drawing(steps)]
        drawn.sort(key=lambda group: -max(_last(when) for _, when in group[1]))
        return [picture(words, steps, self.words) for words, steps in drawn]

    def _base(self, base: Expr, clock: Clock) -> str:
        if base == EpisodeStart():
            return gettext("the day she or he is first known to us")
        if base == Moment():
            return gettext("the time it is first called for")
        return self.words.wording(clock).thing(base)

    @cached_property
    def signs(self) -> tuple[SignView, ...]:
        wording, printer = self.words.wording(self.pathway.clock), Printer(self.pathway.clock)
        return tuple(
            SignView(
                wording.called(name),
                tuple(Told(wording.filter(item), printer.stream(type(sign)((item,)))) for item in sign.filters),
            )
            for name, sign in self.pathway.signs.items()
        )

    @cached_property
    def values(self) -> tuple[ValueView, ...]:
        return tuple(value_view(self.words.wording(self.pathway.clock), self.pathway, name) for name in self.pathway.values)

    @cached_property
    def tables(self) -> tuple[TableView, ...]:
        used = dict.fromkeys(step.chain.table for step in self.pathway.steps if step.chain and step.chain.table)
        return tuple(table_view(self.programme.tables[name]) for name in used)


def value_view(wording: Wording, pathway: Pathway, name: str) -> ValueView:
    """The branches of a value, each told and exact."""
    value, printer = pathway.values[name], Printer(wording.clock, pathway.signs)
    branches = value.expr.branches if isinstance(value.expr, Case) else ()
    origins = value.origins or tuple(Origin("") for _ in branches)
    ways = tuple(
        (Told(wording.branch(b.value, b.when), f"{printer.text(b.value)} when {printer.text(b.when)}"), source_view(origin))
        for b, origin in zip(branches, origins, strict=False)
    )
    return ValueView(wording.called(name), ways)


def table_view(table: Table) -> TableView:
    """Every first week from 4 to 40, as the schedule has it."""
    rows = tuple(
        (first, ", ".join(str(week) for week in contact_weeks(table, first)[1:]) or "-") for first in range(4, 41)
    )
    return TableView(table.name, source_view(table.origin), rows)


def _worth_drawing(steps: Sequence[tuple[Step, Timing]]) -> bool:
    """Whether there is something to see: a window with a length, or a time to wait."""
    windows = [window for _, when in steps for window in when.windows]
    return len({edge for w in windows for edge in (w.opens, w.due, w.overdue, w.closes) if edge is not None}) > 1


def _last(when: Timing) -> float:
    return max(w.closes or w.overdue or w.due for w in when.windows)


def picture(base: str, steps: Sequence[tuple[Step, Timing]], words: StepWords) -> Picture:
    """The windows of these steps over the time since `base`."""
    edges = [edge for _, when in steps for w in when.windows for edge in (w.opens, w.due, w.overdue or w.due, w.closes or w.due)]
    in_seconds = steps[0][0].clock is Clock.MINUTE
    day = DAY if in_seconds else 1
    span = max(edges) - min(0, *edges)
    unit, caption = _unit(span, day, in_seconds, base)
    margin = span * 0.06
    scale = Scale(min(0, *edges), max(edges) + margin)
    lanes = tuple(_lane(step, when, words, scale, unit, day) for step, when in sorted(steps, key=_begins))
    ticks = tuple((n * unit, str(n)) for n in scale.ticks(unit, 12))
    return Picture(scale, lanes, ticks, caption)


def _begins(entry: tuple[Step, Timing]) -> tuple[int, int]:
    windows = entry[1].windows
    return (min((w.due for w in windows), default=0), min((w.opens for w in windows), default=0))


def _unit(span: float, day: int, in_seconds: bool, base: str) -> tuple[float, str]:
    if in_seconds and span < 2 * HOUR:
        return 60, gettext("Minutes after %(start)s") % {"start": base}
    if in_seconds and span <= 4 * DAY:
        return HOUR, gettext("Hours after %(start)s") % {"start": base}
    if span <= 28 * day:
        return day, gettext("Days after %(start)s") % {"start": base}
    return 7 * day, gettext("Completed weeks after %(start)s") % {"start": base}


def _lane(step: Step, when: Timing, words: StepWords, scale: Scale, unit: float, day: int) -> Lane:
    bars: list[Bar] = []
    for window in when.windows:
        last = window.overdue if window.overdue is not None else window.closes
        bars.append(Bar(window.opens, last if last is not None else max(window.due, window.opens)))
        if last is None:
            bars[-1] = Bar(window.opens, scale.end, "window")
        elif window.closes is not None and window.closes > last:
            bars.append(Bar(last, window.closes, "lateness"))
    shape = "danger" if step.urgency == "danger" else "due"
    dots = tuple(Dot(window.due, shape, shape) for window in when.windows)
    told = "; ".join(_says(window.due, unit) for window in when.windows)
    view_key = f"#{words.pathway.name}.{step.rule}"
    return Lane(in_words(step.title), gettext("%(step)s: due at %(when)s") % {"step": in_words(step.title), "when": told},
                view_key, tuple(bars), dots)  # fmt: skip


def _says(due: int, unit: float) -> str:
    return f"{due / unit:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class ProgrammeView:
    """Everything that the pages of one programme show."""

    programme: Programme

    @cached_property
    def pathways(self) -> list[PathwayView]:
        return [PathwayView(self.programme, pathway) for pathway in self.programme.pathways.values()]

    @property
    def title(self) -> Words:
        return self.programme.names

    @cached_property
    def review(self) -> list[CountryReview]:
        """Rules signed, per country of the programme."""
        origins = list(self._origins())
        return [
            CountryReview(country_word(c), sum(origin.review.get(c) is not None for origin in origins), len(origins))
            for c in self.programme.countries
        ]

    def _origins(self) -> Iterator[Origin]:
        for pathway in self.programme.pathways.values():
            yield from (step.origin for step in pathway.steps)
            yield from (origin for value in pathway.values.values() for origin in value.origins)
        yield from (table.origin for table in self.programme.tables.values())

    @property
    def unreviewed_languages(self) -> tuple[str, ...]:
        """Languages whose words wait for a speaker."""
        said = (self.programme.tree.get("programme.yaml") or {}).get("translations") or {}
        return tuple(str(language) for language in said)

    @property
    def counts(self) -> dict[str, int]:
        """How much of everything there is."""
        return {
            "steps": sum(len({step.name for step in path.steps}) for path in self.programme.pathways.values()),
            "forms": len(self.programme.forms), "messages": len(self.programme.messages), "cases": len(self.programme.cases),
        }  # fmt: skip
