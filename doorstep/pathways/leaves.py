"""What rules read of a history (counts, first and last days, latest values) as columns of running windows.

Equal leaves become one column. All share one PARTITION BY and ORDER BY, so that an engine sorts the events once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from doorstep.content import tree as t
from doorstep.content.model import Value
from doorstep.pathways.emit import Context, condition
from doorstep.pathways.plan import Group
from doorstep.pathways.sql import Sql, all_of, any_of, col, lit, not_null, op, when

Filters = tuple[t.Filter, ...]
COUNT, TIMES, MAX, MIN, LATEST, FIRST, START = "count", "times", "max", "min", "latest", "first", "start"
DAY, DAYS = "day", "days"


@dataclass(frozen=True)
class Column:
    """One running column. `what` is the column of the event that it reads: t, day, ts, num or txt.

    DAYS is a list of the days of all events, in no order; only last states have it, in engines that fold lists.
    """

    kind: str
    filters: Filters
    what: str = ""

    @property
    def ordered(self) -> bool:
        """Whether events of the same moment must be in their exact order."""
        return self.kind == TIMES or self.ordered_values

    @property
    def ordered_values(self) -> bool:
        """Whether it is one of several values, by their order."""
        return self.kind in (LATEST, FIRST)


@dataclass
class Leaves:
    """Columns by what they mean; asked for while rules are emitted, built afterwards."""

    group: Group
    dialect: str
    named: dict[Column, str] = field(default_factory=dict)

    def ask(self, column: Column) -> Sql:
        return col(self.named.setdefault(column, f"c{len(self.named) + 1}"))

    def __call__(self, leaf: t.Leaf) -> Sql:
        match leaf:
            case t.Moment():
                return col("m")
            case t.EpisodeStart():
                return self.ask(Column(START, ()))
            case t.Count():
                return self.ask(Column(TIMES if leaf.stream.distinct else COUNT, leaf.stream.filters))
            case t.Any():
                return self.ask(Column(COUNT, leaf.stream.filters))
            case t.LatestDay() | t.FirstDay():
                what = "ts" if leaf.clock is t.Clock.MINUTE else "day"
                return self.ask(Column(MAX if isinstance(leaf, t.LatestDay) else MIN, leaf.stream.filters, what))
            case t.Latest() | t.First():
                what = "txt" if leaf.type is t.Type.TEXT else "num"
                return self.ask(Column(LATEST if isinstance(leaf, t.Latest) else FIRST, leaf.stream.filters, what))
        raise TypeError(f"no column for {leaf!r}")

    def last_moment(self, filters: Filters) -> Sql:
        """The last moment on which there was one of these events."""
        return self.ask(Column(MAX, filters, "t"))

    def civil_day(self) -> Sql:
        """The civil day of the moment: the latest `day` among the events up to it."""
        return col("m") if self.group.clock is t.Clock.DAY else self.ask(Column(DAY, (), "day"))

    def days(self, filters: Filters) -> Sql:
        """The days of all these events, as a list."""
        return self.ask(Column(DAYS, filters, "day"))

    @property
    def filters(self) -> set[t.Filter]:
        return {f for column in self.named for f in column.filters}


def accepts(filters: Filters, dialect: str) -> Sql:
    """The condition that an event is one of these."""
    return any_of(*(_accepts(f, dialect) for f in filters))


def _accepts(f: t.Filter, dialect: str) -> Sql:
    code = op("=", col("code"), f"{f.relation}.{f.code}" if f.relation else f.code)
    return code if f.where is None else all_of(code, condition(f.where, event_context(dialect)))


def event_context(dialect: str) -> Context:
    """For conditions on one event: it has no leaves but its own value."""

    def none(leaf: t.Leaf) -> Sql:
        raise TypeError(f"{leaf!r} cannot be read from one event")

    values: dict[str, Value] = {}
    return Context(t.Clock.DAY, none, values, {}, dialect)


def chosen(column: Column, dialect: str, value: Sql) -> Sql:
    """The value where the event is one that the column reads."""
    match column.kind:
        case "start":
            return when(op("=", col("code"), ""), value)
        case "day":
            return value
        case "latest" | "first":
            return when(all_of(accepts(column.filters, dialect), not_null(col(column.what))), value)
    return when(accepts(column.filters, dialect), value)


def aggregate(column: Column, dialect: str, new: Sql | None = None) -> Sql:
    """The aggregate whose running value is the column. For TIMES, `new` marks the events that are not repeats."""
    match column.kind:
        case "count":
            return exp.Count(this=chosen(column, dialect, lit(1)))
        case "times":
            assert new is not None
            return exp.Count(this=when(new, lit(1)))
        case "start":
            return exp.Max(this=chosen(column, dialect, col("t")))
        case "max" | "day":
            return exp.Max(this=chosen(column, dialect, col(column.what)))
        case "min":
            return exp.Min(this=chosen(column, dialect, col(column.what)))
    raise TypeError(f"no aggregate for {column.kind}")
