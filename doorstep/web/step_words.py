"""One step of a pathway as a midwife reads it: when it is called for, its window, what completes it, who says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from doorstep.content.model import End, Offset, Origin, Pathway, Programme, Step, Words
from doorstep.content.printer import Printer, span_text
from doorstep.content.tree import Any as AnyOf
from doorstep.content.tree import Clock, Expr, Stream
from doorstep.web.days import short_day
from doorstep.web.names import country_word, in_words, role_word
from doorstep.web.windows import contact_weeks
from doorstep.web.wording import Wording

UNSURE = "(c)"
"""How content marks a number that a clinician must still confirm, inside its source."""


@dataclass(frozen=True)
class Told:
    """A rule: in words, and exactly."""

    words: str
    exact: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a step's description: what it is about, and what is said."""

    about: str
    told: tuple[Told, ...]


@dataclass(frozen=True)
class SourceView:
    """Who says so, since when, and who signed it: (country, name or None)."""

    source: str
    since: str
    until: str
    review: tuple[tuple[str, str | None], ...]
    unsure: bool

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Countries where nobody has signed."""
        return tuple(country for country, who in self.review if who is None)

    @property
    def signed_by(self) -> tuple[tuple[str, str], ...]:
        return tuple((country, who) for country, who in self.review if who is not None)


@dataclass(frozen=True)
class StepView:
    """A step, ready for the page. `key` is its anchor in the page."""

    key: str
    title: Words
    advice: Words
    urgency: str
    lines: tuple[Line, ...]
    owner: tuple[str, ...]
    form: str
    origin: SourceView
    compartment: str
    rule: str


def source_view(origin: Origin) -> SourceView:
    """An origin for the page."""
    return SourceView(
        source=origin.source.replace(f" {UNSURE}", "").replace(UNSURE, "").strip(" ;"),
        since=short_day(origin.valid_from) if origin.valid_from is not None else "",
        until=short_day(origin.valid_to) if origin.valid_to is not None else "",
        review=review_view(origin.review),
        unsure=UNSURE in origin.source,
    )


def review_view(review: Mapping[str, str | None]) -> tuple[tuple[str, str | None], ...]:
    """(country in words, who signed or None)."""
    return tuple((country_word(country), who) for country, who in review.items())


class StepWords:
    """Describes the steps of one pathway."""

    def __init__(self, programme: Programme, pathway: Pathway) -> None:
        self.programme, self.pathway = programme, pathway

    def view(self, step: Step) -> StepView:
        """The description of one variant of a step."""
        return _Described(self.programme, self.pathway, step).view()

    def wording(self, clock: Clock) -> Wording:
        return Wording.of(self.programme, self.pathway.name, clock)

    def ends(self, ends: Iterable[End], clock: Clock) -> tuple[Told, ...]:
        """What ends every step of the pathway, or of one step, each with its reason."""
        wording, printer = self.wording(clock), Printer(clock, self.pathway.signs)
        return tuple(_end(end, wording, printer) for end in ends)


def _end(end: End, wording: Wording, printer: Printer) -> Told:
    why = why_words(end.why, wording.words)
    if end.when is not None:
        text, exact = wording.condition(end.when), printer.text(end.when)
    else:
        assert end.at is not None
        text = gettext("from %(day)s on") % {"day": wording.thing(end.at)}
        exact = printer.text(end.at)
    return Told(gettext("%(why)s: %(when)s") % {"why": why, "when": text}, exact)


def why_words(why: str | None, words: Mapping[str, Words]) -> str:
    """The reason why a row ended, in words; those of the engine are translated here, those of content come with it."""
    own = {
        "redated": gettext("A better date moved it"),
        "contrary": gettext("It is no longer called for"),
        "projected_anew": gettext("It was planned anew"),
    }
    return own.get(why or "") or in_words(words.get(why or "", {})) or (why or "").replace("_", " ").capitalize()


class _Described:
    """The lines of one step."""

    def __init__(self, programme: Programme, pathway: Pathway, step: Step) -> None:
        self.programme, self.pathway, self.step = programme, pathway, step
        self.wording = Wording.of(programme, pathway.name, step.clock)
        self.printer = Printer(step.clock, pathway.signs)

    def view(self) -> StepView:
        step = self.step
        return StepView(
            key=f"{self.pathway.name}.{step.rule}", title=step.title, advice=step.advice, urgency=step.urgency,
            lines=tuple(self._lines()), owner=tuple(role_word(role) for role in step.owner), form=step.form,
            origin=source_view(step.origin), compartment=step.compartment, rule=step.rule,
        )  # fmt: skip

    def _lines(self) -> Iterable[Line]:
        step = self.step
        yield Line(gettext("Called for"), tuple(self._called_for()))
        yield Line(gettext("When"), tuple(self._when()))
        if step.done is not None:
            yield Line(gettext("Done when"), (*self._done(step.done), *self._counts()))
        if step.ends:
            words = StepWords(self.programme, self.pathway)
            yield Line(gettext("No longer called for"), words.ends(step.ends, step.clock))
        if step.escalate is not None:
            text = gettext("The %(role)s is told when it is still open %(when)s") % {
                "role": role_word(step.escalate.to), "when": self._edge(step.escalate.at),
            }  # fmt: skip
            yield Line(gettext("If nothing happens"), (Told(text, self._exact(step.escalate.at)),))

    # --- when it is called for --------------------------------------------------------------------------------------

    def _called_for(self) -> Iterable[Told]:
        step = self.step
        if step.countries:
            yield Told(gettext("Only in: %(countries)s") % {"countries": ", ".join(country_word(c) for c in step.countries)})
        if step.each is not None:
            yield Told(
                gettext("Each time: %(event)s") % {"event": self._recorded(step.each)}, self.printer.stream(step.each)
            )
            if step.when is not None:
                yield self._if(step.when)
        elif step.while_ is not None:
            text = gettext("As long as this holds: %(condition)s") % {"condition": self.wording.condition(step.while_)}
            yield Told(text, self.printer.text(step.while_))
        else:
            yield Told(gettext("Always, in every %(episode)s") % {"episode": self.episode_word()})
        if step.chain is not None and step.chain.table is not None:
            yield Told(gettext("Contact after contact: each one that takes place, early or late, moves the next"))

    def episode_word(self) -> str:
        """What the stretch of life is called that the pathway follows."""
        known = {"pregnancy": pgettext("episode", "pregnancy"), "newborn": pgettext("episode", "newborn's first weeks")}
        return known.get(self.pathway.episode, self.pathway.episode.replace("_", " "))

    def _if(self, condition: Expr) -> Told:
        text = gettext("and only if at that time: %(condition)s") % {"condition": self.wording.condition(condition)}
        return Told(text, self.printer.text(condition))

    # --- its window -------------------------------------------------------------------------------------------------

    def _when(self) -> Iterable[Told]:
        step = self.step
        if step.chain is not None and step.chain.table is not None:
            yield from self._table(step.chain.table, step.chain.dated_by or "", step.chain.first)
        elif step.chain is not None:
            yield from self._every()
        else:
            exact = "" if step.anchor is None else self.printer.text(step.anchor)
            yield Told(gettext("Due: %(when)s") % {"when": self._edge(step.due)}, exact)
        names = (
            (step.opens, gettext("Can be done from: %(when)s")),
            (step.overdue, gettext("In time until: %(when)s")),
            (step.closes, gettext("Possible until: %(when)s; after that it is missed")),
        )
        for edge, sentence in names:
            if edge is not None:
                yield Told(sentence % {"when": self._edge(edge)}, self._exact(edge))
        if step.overdue is None and step.closes is None:
            yield Told(gettext("It stays open until it is done; it is never called late"))

    def _table(self, table: str, dated_by: str, first: int) -> Iterable[Told]:
        weeks = contact_weeks(self.programme.tables[table], first // 7)
        named = self.wording.called(dated_by)
        yield Told(
            gettext("In weeks %(weeks)s after %(start)s, when each takes place in its week") % {
                "weeks": ", ".join(str(week) for week in weeks), "start": named,
            }, f"table {table}, dated_by {dated_by}",
        )  # fmt: skip
        chain = self.step.chain
        if chain is not None and chain.otherwise is not None:
            yield Told(
                gettext("While %(start)s is not known: the first at once, then one every %(length)s")
                % {"start": named, "length": self.wording.span(chain.otherwise)}
            )
        if chain is not None and chain.gap:
            yield Told(
                gettext("A second visit fewer than %(length)s after a contact belongs to it")
                % {"length": self.wording.span(chain.gap)}
            )

    def _every(self) -> Iterable[Told]:
        chain = self.step.chain
        assert chain is not None
        first = gettext("The first is due: %(when)s") % {"when": self._edge(Offset("from", chain.first))}
        yield Told(first, "" if self.step.anchor is None else self.printer.text(self.step.anchor))
        length = self.wording.span(chain.every or 0)
        if chain.times is None:
            yield Told(gettext("then again %(length)s after each one that takes place") % {"length": length})
        else:
            yield Told(
                gettext("%(n)d in all, each %(length)s after the one before") % {"n": chain.times, "length": length}
            )

    def _edge(self, edge: Offset) -> str:
        """An edge of the window, in words."""
        by_days = self.step.clock is Clock.DAY
        if edge.by == 0 and edge.base == "due":
            return gettext("on the day it is due") if by_days else gettext("at the time it is due")
        if edge.by == 0 and edge.base == "overdue":
            return gettext("on the last day in time") if by_days else gettext("at the last moment in time")
        if edge.by == 0:
            return self._anchor_at_once()
        base = {
            "due": gettext("the day it is due") if by_days else gettext("the time it is due"),
            "overdue": gettext("the last day in time") if by_days else gettext("the last moment in time"),
        }.get(edge.base) or self._anchor()
        word = gettext("%(length)s after %(day)s") if edge.by > 0 else gettext("%(length)s before %(day)s")
        return word % {"length": self.wording.span(abs(edge.by)), "day": base}

    def _exact(self, edge: Offset) -> str:
        """The edge as its author wrote it."""
        sign = "+" if edge.by > 0 else "-"
        return edge.base if edge.by == 0 else f"{edge.base} {sign} {span_text(abs(edge.by), self.step.clock)}"

    def _anchor(self) -> str:
        if self.step.anchor is not None:
            return self.wording.thing(self.step.anchor)
        if self.step.each is not None:
            return gettext("that event")
        return gettext("the time it is first called for")

    def _anchor_at_once(self) -> str:
        if self.step.anchor is not None:
            return self.wording.thing(self.step.anchor)
        if self.step.each is not None:
            return gettext("at once, when that happens")
        return gettext("at once, when it is first called for")

    # --- what completes it ------------------------------------------------------------------------------------------

    def _recorded(self, stream: Stream) -> str:
        """Events in words: "recorded" is said where there is no condition that says more."""
        bare = any(item.where is None for item in stream.filters)
        return self.wording.condition(AnyOf(stream)) if bare else self.wording.stream(stream)

    def _done(self, stream: Stream) -> Iterable[Told]:
        yield Told(self._recorded(stream), self.printer.stream(stream))

    def _counts(self) -> Iterable[Told]:
        words = {
            "window": gettext("It counts only inside the window"),
            "after": gettext("It counts only after the moment it is called for"),
            "episode": gettext("It also counts when it happened before it was called for"),
        }.get(self.step.counts)
        if words:
            yield Told(words)


def rule_day(rule: str) -> str:
    """The day in `contact@2016-11-07`, for anchors; '' when the rule has none."""
    return rule.partition("@")[2]


__all__ = ["Line", "SourceView", "StepView", "StepWords", "Told", "review_view", "rule_day", "source_view", "why_words"]
