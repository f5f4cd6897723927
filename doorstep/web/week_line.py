"""The line of weeks of one person: which steps are dots on it, and what the weeks are counted from.

Nothing is worked out anew here: what a step is counted from is read back from its stored row, as the row's due day less
the offset that its rule adds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from doorstep.content.model import Pathway, Programme, Step
from doorstep.content.tree import Expr, Ref
from doorstep.web.days import civil_day, long_day, short_day
from doorstep.web.drawing import Bar, Dot, Lane, Picture, Scale, week_line
from doorstep.web.meanings import MEANINGS, meaning_key
from doorstep.web.names import in_words
from doorstep.web.windows import timing

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Counted:
    """What the weeks of an episode are counted from: the day, and the name of the value (`lmp`), '' for its beginning."""

    day: int
    value: str


def step_of(programme: Programme, row: Row) -> Step | None:
    """The variant of the step that this row was judged by."""
    named = [step for step in programme.pathways[row["pathway"]].steps if step.name == row["step"]]
    exact = [step for step in named if step.rule == row["rule"]]
    return (exact or named or [None])[0]


def counted_from(programme: Programme, rows: Iterable[Row], zone: str) -> Counted | None:
    """The day that most of these rows agree to be counted from; None when no row tells."""
    votes: dict[Counted, int] = {}
    for row in rows:
        found = _origin(programme, row, zone)
        if found is not None:
            votes[found] = votes.get(found, 0) + 1
    return max(votes, key=lambda one: (votes[one], one.day), default=None)


def _origin(programme: Programme, row: Row, zone: str) -> Counted | None:
    """From a row of now: a done one keeps what was known when it was done, a re-dated one what is no longer believed."""
    step = step_of(programme, row)
    if step is None or row["due"] is None or row["done_on"] is not None or row["until_why"] == "redated":
        return None
    if step.chain and step.chain.table and row["n"] > 1:
        return None
    when = timing(programme, programme.pathways[row["pathway"]], step)
    if not isinstance(when.base, Ref) or len(when.windows) == 0:
        return None
    at = row["due"] - when.windows[0].due
    return Counted(civil_day(at, zone) if row["clock"] == "minute" else at, when.base.name)


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
    dots = [_dot(row, counted, zone) for row in shown_on_line(programme, rows)]
    for at, words, birth in ends:
        says = gettext("%(what)s, %(day)s") % {"what": words, "day": long_day(at)}
        dots.append(Dot(float(at), "star" if birth else "ended", "", says, _label(at, counted)))
    dots = sorted(dots, key=lambda dot: dot.at)
    if not dots:
        return None
    first = min(dots[0].at, float(counted.day if counted else dots[0].at))
    last = max(dot.at for dot in dots)
    margin = max((last - first) * 0.03, 1)
    now = day if first - margin <= day <= last + max(60.0, margin) else None
    scale = Scale(first, max(last, now or last) + margin)
    told = "; ".join(dot.says for dot in dots)
    return week_line(dots, scale, now, short_day(day), gettext("Line of weeks: %(steps)s") % {"steps": told})


def _dot(row: Row, counted: Counted | None, zone: str) -> Dot:
    key = meaning_key(row["status"], row["urgency"])
    at = day_of(row, "done_on", zone) if row["status"] == "done" else day_of(row, "due", zone)
    at = at if at is not None else 0
    title = in_words(row["title"]) + (f" {row['n']}" if row["n"] > 1 else "")
    says = gettext("%(step)s: %(status)s, %(day)s") % {"step": title, "status": MEANINGS[key].word, "day": long_day(at)}
    return Dot(float(at), "done-dot" if key == "done" else key, key, says, _label(at, counted))


def _label(at: int, counted: Counted | None) -> str:
    return str((at - counted.day) // 7) if counted else short_day(at)


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
    """Completed weeks where they can be counted, else days."""
    origin = counted.day if counted else scale.start
    moved = Scale(scale.start - origin, scale.end - origin)
    if counted:
        return tuple((origin + 7 * n, str(n)) for n in moved.ticks(7, 12))
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


def value_words(pathway: Pathway, name: str) -> str:
    """What the weeks are counted from, as its author calls it."""
    return in_words(pathway.words.get(name, {})) or name


__all__ = ["Counted", "Expr", "all_steps", "counted_from", "day_of", "line_of", "shown_on_line", "step_of", "value_words"]
