"""Where a step stands on a line: its window as offsets from the day (or moment) that it is counted from.

Pure arithmetic on content; the offsets are in the unit of the step's clock (days, or seconds).
"""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.content.model import Offset, Pathway, Programme, Step, Table
from doorstep.content.tree import Arith, EpisodeStart, Expr, Lit, Moment, Ref, Type

SHOWN = 3
"""Occurrences drawn of a chain that goes on without an end."""


@dataclass(frozen=True)
class Window:
    """Offsets from `base`. `overdue` and `closes` are the last moment in time; None: no edge there."""

    opens: int
    due: int
    overdue: int | None = None
    closes: int | None = None


@dataclass(frozen=True)
class Timing:
    """What a step is counted from, and its windows in order. `endless`: more follow in the same way."""

    base: Expr | None
    """None: the event that gives rise to the row. Moment(): whenever the step begins to be called for."""
    windows: tuple[Window, ...]
    endless: bool = False


def timing(programme: Programme, pathway: Pathway, step: Step) -> Timing:
    """Everything that can be drawn of a step."""
    if step.chain is not None and step.chain.table is not None:
        base, offset = _split(Ref(step.chain.dated_by or "", Type.DAY), pathway)
        dues = [offset + 7 * week for week in contact_weeks(programme.tables[step.chain.table], step.chain.first // 7)]
        return Timing(base, tuple(_window(step, due, due) for due in dues))
    base, offset = _split(step.anchor, pathway) if step.anchor is not None else (_default_base(step), 0)
    if step.chain is not None:
        first = offset + step.chain.first
        count = step.chain.times or SHOWN
        dues = [first + k * (step.chain.every or 0) for k in range(count)]
        return Timing(base, tuple(_window(step, offset, due) for due in dues), step.chain.times is None)
    due = _edge(step.due, offset, offset)
    return Timing(base, (_window(step, offset, due),))


def _default_base(step: Step) -> Expr | None:
    """What a step without `from` is counted from."""
    if step.each is not None:
        return None
    return Moment() if step.chain is not None and step.while_ is not None else EpisodeStart()


def contact_weeks(table: Table, first: int) -> list[int]:
    """The completed weeks of all contacts when the first takes place in week `first` and the others when due."""
    cls = table.classes[first]
    following = sorted((row.k, row.week) for row in table.rows if row.cls == cls and row.last == first)
    return [first, *(week for _, week in following)]


def _split(expr: Expr, pathway: Pathway) -> tuple[Expr | None, int]:
    """`lmp + 28w` as lmp and 28 weeks; the moment of the event itself has no base."""
    match expr:
        case Moment():
            return None, 0
        case Arith("+", left, Lit(int(by), Type.SPAN)):
            base, offset = _split(left, pathway)
            return base, offset + by
        case Arith("-", left, Lit(int(by), Type.SPAN)):
            base, offset = _split(left, pathway)
            return base, offset - by
    return expr, 0


def _window(step: Step, anchor: int, due: int) -> Window:
    opens = _edge(step.opens, anchor, due) if step.opens else (due if step.chain else anchor)
    return Window(
        opens, due,
        _edge(step.overdue, anchor, due) if step.overdue else None,
        _edge(step.closes, anchor, due) if step.closes else None,
    )  # fmt: skip


def _edge(edge: Offset, anchor: int, due: int) -> int:
    return (due if edge.base == "due" else anchor) + edge.by
