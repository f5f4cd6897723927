"""The line of weeks of one person: which steps are dots on it, and what the weeks are counted from.

Nothing is worked out anew here: what a step is counted from is read back from its stored row, as the row's due day less
the offset that its rule adds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from doorstep.content.model import Programme, Step
from doorstep.content.tree import Clock, EpisodeStart, Expr, FirstDay, LatestDay, Ref
from doorstep.web.days import civil_day, long_day, short_day
from doorstep.web.drawing import Bar, Dot, Lane, Picture, Scale, week_line
from doorstep.web.meanings import MEANINGS, meaning_key
from doorstep.web.names import in_words
from doorstep.web.windows import timing
from doorstep.web.wording import Wording

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Counted:
    """What an episode is counted from: the day, and the rule that gives it, in its pathway and clock. unit: 7 for weeks,
    1 for days, where all of it lies within twelve weeks. done: the row that tells so is a done one, which keeps what was
    known when it was done. dates: whether it is what a schedule is dated by."""

    day: int
    base: Expr
    pathway: str
    clock: Clock
    done: bool = False
    unit: int = 7
    dates: bool = False

    @property
    def worth(self) -> int:
        """What dates a schedule (her last period) tells more than an event (a birth), and that more than a beginning; a value
        that is there for one step only (the day of a first dose) tells least. From 1 on it tells how old something is."""
        if self.dates:
            return 2
        return 1 if isinstance(self.base, LatestDay | FirstDay) else -1 if isinstance(self.base, Ref) else 0


def step_of(programme: Programme, row: Row) -> Step | None:
    """The variant of the step that this row was judged by."""
    named = [step for step in programme.pathways[row["pathway"]].steps if step.name == row["step"]]
    exact = [step for step in named if step.rule == row["rule"]]
    return (exact or named or [None])[0]


def counted_from(programme: Programme, rows: Sequence[Row], zone: str) -> Counted | None:
    """The day that most of the rows which tell most agree to be counted from; None when no row tells."""
    living = [row for row in rows if row["status"] != "ended"]
    ends = [end for row in living for key in ("due", "done_on") if (end := day_of(row, key, zone)) is not None]
    # What lies after the first step (the day from which a birth is overdue) is a goal, and nothing is counted from it.
    found = [one for row in rows if (one := _origin(programme, row, zone)) is not None and one.day <= min(ends, default=one.day)]
    votes = Counter((one.worth, not one.done, one.day) for one in found)
    best = max(votes, key=lambda key: (*key[:2], votes[key], key[2]), default=None)
    if best is None:
        return None
    chosen = next(one for one in found if (one.worth, not one.done, one.day) == best)
    return replace(chosen, unit=1 if max(ends, default=0) - chosen.day <= 84 else 7)


def _origin(programme: Programme, row: Row, zone: str) -> Counted | None:
    """From a row that nothing has re-dated."""
    step = step_of(programme, row)
    if step is None or row["due"] is None or row["until_why"] == "redated" or (step.chain and row["n"] > 1):
        return None
    if step.chain and step.chain.table and row["due"] == row["since"]:
        return None  # the first contact of a pregnancy that nothing dates is due at once: it tells no week
    when = timing(programme, programme.pathways[row["pathway"]], step)
    if not isinstance(when.base, Ref | LatestDay | FirstDay | EpisodeStart) or not when.windows:
        return None
    at = row["due"] - when.windows[0].due
    day = civil_day(at, zone) if row["clock"] == "minute" else at
    dates = isinstance(when.base, Ref) and when.base.name in _dating(programme)
    return Counted(day, when.base, row["pathway"], step.clock, row["done_on"] is not None, dates=dates)


def _dating(programme: Programme) -> set[str]:
    """The values by which a schedule of the programme is dated."""
    steps = (step for path in programme.pathways.values() for step in path.steps)
    return {step.chain.dated_by for step in steps if step.chain and step.chain.dated_by}


def day_of(row: Row, key: str, zone: str) -> int | None:
    """A moment of a row as a civil day."""
    at = row[key]
    return None if at is None else civil_day(at, zone) if row["clock"] == "minute" else int(at)


def shown_on_line(programme: Programme, rows: Sequence[Row]) -> list[Row]:
    """The rows that are dots: the contacts of the schedule where there is one, else what the calendar calls for."""
    living = [row for row in rows if row["status"] != "ended" and (row["done_on"] is not None or row["due"] is not None)]
    steps = {(row["pathway"], row["step"]): step_of(programme, row) for row in living}
    tabled = {key for key, step in steps.items() if step and step.chain and step.chain.table}
    planned = {key for key, step in steps.items() if step and step.each is None and step.chain is None}
    wanted = tabled or planned
    return [row for row in living if (row["pathway"], row["step"]) in wanted]


def line_of(programme: Programme, rows: Sequence[Row], ends: Sequence[tuple[int, str, bool]], day: int, zone: str
            ) -> SafeString | None:  # fmt: skip
    """The line of weeks of one episode, None when there is nothing to draw. ends: (day, words, whether it is a birth)."""
    counted = counted_from(programme, rows, zone)
    dots = [_dot(row, zone) for row in shown_on_line(programme, rows)]
    for at, words, birth in ends:
        says = gettext("%(what)s, %(day)s") % {"what": words, "day": long_day(at)}
        dots.append(Dot(float(at), "star" if birth else "ended", "", says))
    dots = sorted(dots, key=lambda dot: dot.at)
    if not dots:
        return None
    first = min(dots[0].at, float(counted.day if counted else dots[0].at))
    last = max(dot.at for dot in dots)
    margin = max((last - first) * 0.03, 1)
    now = day if first - margin <= day <= last + max(60.0, margin) else None
    scale = Scale(first, max(last, now or last) + margin)
    told = "; ".join(dot.says for dot in dots)
    drawn = _labelled(dots, counted, scale)
    return week_line(drawn, scale, now, short_day(day), gettext("Line of weeks: %(steps)s") % {"steps": told})


def _dot(row: Row, zone: str) -> Dot:
    key = meaning_key(row["status"], row["urgency"])
    at = day_of(row, "done_on", zone) if row["status"] == "done" else day_of(row, "due", zone)
    at = at if at is not None else 0
    title = in_words(row["title"]) + (f" {row['n']}" if row["n"] > 1 else "")
    says = gettext("%(step)s: %(status)s, %(day)s") % {"step": title, "status": MEANINGS[key].word, "day": long_day(at)}
    return Dot(float(at), "done-dot" if key == "done" else key, key, says)


DATE_WIDTH = 34.0
"""Room for a date under a line, in per cent of a narrow screen."""


def _labelled(dots: Sequence[Dot], counted: Counted | None, scale: Scale) -> list[Dot]:
    """The dots with their week or day under them; a label is not said twice in a row. Without anything to count from,
    dates stand under as many as there is room for."""
    drawn, said, room = [], "", -DATE_WIDTH
    for dot in dots:
        if counted is not None:
            label = str(int(dot.at - counted.day) // counted.unit)
            label, said = ("" if label == said else label), label
        else:
            fits = scale.at(dot.at) - room >= DATE_WIDTH
            label = short_day(int(dot.at)) if fits else ""
            room = scale.at(dot.at) if fits else room
        drawn.append(replace(dot, label=label))
    return drawn


def all_steps(programme: Programme, rows: Sequence[Row], day: int, zone: str, caption: str) -> Picture | None:
    """Every step of an episode on one line: its window as a bar, its status as a shape."""
    lanes: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["status"] != "ended" and row["due"] is not None:
            lanes.setdefault((row["pathway"], row["step"]), []).append(row)
    if not lanes:
        return None
    ends = [day_of(row, key, zone) for own in lanes.values() for row in own for key in ("opens", "due", "overdue", "done_on")]
    known = [end for end in ends if end is not None]
    counted = counted_from(programme, rows, zone)
    start, end = min([*known, counted.day if counted else known[0]]), max([*known, min(day, max(known) + 30)])
    scale = Scale(start, end + max((end - start) * 0.03, 2))
    in_order = sorted(lanes.values(), key=lambda own: min(row["due"] / _unit(row) for row in own))
    drawn = tuple(_lane(own, zone, scale) for own in in_order)
    return Picture(scale, drawn, _ticks(scale, counted), caption, now=day if start <= day <= scale.end else None)


def _unit(row: Row) -> int:
    return 86400 if row["clock"] == "minute" else 1


def _ticks(scale: Scale, counted: Counted | None) -> tuple[tuple[float, str], ...]:
    """Completed weeks (or days) where they can be counted, else dates."""
    origin = counted.day if counted else scale.start
    moved = Scale(scale.start - origin, scale.end - origin)
    if counted:
        return tuple((origin + counted.unit * n, str(n)) for n in moved.ticks(counted.unit, 12))
    return tuple((origin + n, short_day(int(origin + n))) for n in moved.ticks(1, 5))


def _lane(rows: Sequence[Row], zone: str, scale: Scale) -> Lane:
    bars, dots = [], []
    for row in rows:
        key = meaning_key(row["status"], row["urgency"])
        start, due = day_of(row, "opens", zone), day_of(row, "due", zone)
        last = day_of(row, "overdue", zone) or day_of(row, "closes", zone)
        done = day_of(row, "done_on", zone)
        if start is not None:
            bars.append(Bar(start, last if last is not None else max(done or 0, due or 0, start)))
        at = done if done is not None else due
        if at is not None:
            dots.append(Dot(at, key, key, f"{MEANINGS[key].word}: {short_day(at)}"))
    title = in_words(rows[0]["title"])
    says = "; ".join(dot.says for dot in dots)
    return Lane(title, f"{title}: {says}", bars=tuple(bars), dots=tuple(dots))


def base_words(programme: Programme, counted: Counted) -> str:
    """What is counted from, in words."""
    if isinstance(counted.base, EpisodeStart):
        return gettext("the day she or he is first known to us")
    wording = Wording.of(programme, counted.pathway, counted.clock)
    if isinstance(counted.base, LatestDay | FirstDay):
        return wording.stream(counted.base.stream)
    return wording.thing(counted.base)
