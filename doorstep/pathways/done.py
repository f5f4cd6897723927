"""Which rows are done, by which event; and which versions remain.

Source: docs/pathway-language.md, *Done* and *Versions*.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from doorstep.pathways.emit import condition
from doorstep.pathways.leaves import accepts, event_context
from doorstep.pathways.plan import EACH, PLAIN, Group, Plan, Variant
from doorstep.pathways.rows import SERIES, keep
from doorstep.pathways.sql import (
    FAR,
    Over,
    Sql,
    Statement,
    aliased,
    all_of,
    any_of,
    case,
    col,
    is_null,
    lit,
    name,
    not_null,
    null,
    op,
    select,
    union,
    when,
)
from doorstep.pathways.stream import KEYS, Stream
from doorstep.pathways.tables import Attributes, done_parts, table_name

ORDER = ("t", "day", "ts", "submission", "row", "code")
ASKED = (*SERIES, "n", "since", "fcd", "base", "until", "why", "waits", "key", "side", "upto", "chained")
"""Columns of a row that asks for its event: the first from `key` on, if it comes by `upto`."""
FROM, EVENT, AFTER = 0, 1, 2
"""At the same moment a row that may be completed by an event of that moment stands before it, one that may not, after it."""


def add_events(
    statement: Statement, plan: Plan, streams: Mapping[int, Stream], alias: str = "done", only: Group | None = None
) -> str | None:
    """Adds the events that complete steps, with `sid`; None when no step can be completed. `only`: of one group."""
    groups = plan.groups if only is None else (only,)
    parts = [part for group in groups for part in _events(plan, group, streams[group.gid], statement.dialect)]
    return statement.add(alias, union(parts)) if parts else None


def _events(plan: Plan, group: Group, stream: Stream, dialect: str) -> list[Sql]:
    mine = {variant.sid for variant in group.variants}
    filters = [entry for entry in done_parts(plan.every) if entry[0] in mine]
    if not filters:
        return []
    if len(filters) == 1:
        sid, _, _, only = filters[0]
        one = [*keep(*KEYS), name(lit(sid), "sid"), *keep(*ORDER)]
        return [select(one, stream.events, accepts((only,), dialect))]
    ctx = event_context(dialect)
    strict = [(part, f.where) for _, part, _, f in filters if f.where is not None]
    query = select(
        [*(name(col(key, "v"), key) for key in KEYS), name(col("sid", "d"), "sid"),
         *(name(col(key, "v"), key) for key in ORDER)],
        aliased(stream.events, "v"),
    )
    query = query.join(
        aliased(table_name(plan, "done"), "d"), on=op("=", col("code", "d"), col("code", "v")), copy=False
    )
    query = query.where(any_of(*(op("=", col("sid", "d"), sid) for sid in sorted(mine))), copy=False)
    if strict:
        branches = [(all_of(op("=", col("part"), part), condition(where, ctx)), lit(1)) for part, where in strict]
        free = [op("=", col("part"), part) for _, part, _, f in filters if f.where is None]
        branches += [(any_of(*free), lit(1))] if free else []
        query = query.where(op("=", case(*branches, other=lit(0)), 1), copy=False)
    return [query]


def add_outcomes(statement: Statement, plan: Plan, versions: str | None, chains: str | None, events: str | None) -> str:
    """Adds all rows with what completed them; of each n of `while` and `each` the first version that is done, or all.

    Rows and events stand in one list, ordered by time, each row at the first moment that could complete it: the event that
    comes next is the one. So nothing is joined by a range, and no engine can choose a slow way to do it.
    """
    parts = []
    if versions is not None:
        parts.append(_asking(statement, plan, versions))
    if chains is not None:
        parts.append(select(keep(*ASKED), chains))
    asking = statement.add("asking", union(parts))
    if events is None:
        met = statement.add("met", select([exp.Star(), name(null(), "done_on"), name(null("text"), "done_by")], asking))
    else:
        met = _met(statement, asking, events)
    return _settled(statement, met) if versions is not None else met


def _asking(statement: Statement, plan: Plan, versions: str) -> Sql:
    """Versions with the time from which (`key`, by `side` including it or not) to which (`upto`) an event completes them."""
    steps = Attributes(plan.of(PLAIN, EACH))
    opens = op("+", col("base"), steps.by_number(lambda v: lit(v.edge(v.step.opens, 0) or 0)))
    starts = {"window": opens, "since": col("first"), "after": col("first"), "episode": lit(-FAR)}
    closes = steps.by_number(lambda v: _closing(v) or lit(FAR), lit(FAR))
    asked = statement.add("asked", select([
        *keep(*SERIES, "n", "since", "fcd", "base", "until", "why"),
        name(steps.by_number(lambda v: starts[v.step.counts]), "key"),
        name(steps.by_number(lambda v: lit(AFTER if v.step.counts == "after" else FROM)), "side"),
        name(closes, "closes"),
    ], versions))
    sooner = any_of(is_null(col("until")), op("<", col("closes"), col("until")))
    return select([
        *keep(*SERIES, "n", "since", "fcd", "base", "until", "why"), name(null(), "waits"),
        *keep("key", "side"), name(case((sooner, col("closes")), other=col("until")), "upto"), name(lit(0), "chained"),
    ], asked)


def _closing(variant: Variant) -> Sql | None:
    """The last moment of a window, for steps whose window decides."""
    closes = variant.edge(variant.step.closes, None)
    return op("+", col("base"), closes) if closes is not None and variant.step.counts == "window" else None


def _met(statement: Statement, asking: str, events: str) -> str:
    place = Over((*SERIES, "t"), ORDER[1:])(exp.RowNumber())
    ordered = statement.add("done_order", select([*keep(*SERIES, "t", "submission"), name(place, "place")], events))
    nothing = [name(null(), column) for column in ASKED if column not in (*SERIES, "key", "side")]
    event = select([
        *keep(*SERIES), *nothing, name(col("t"), "key"), name(lit(EVENT), "side"), name(col("submission"), "by"),
    ], ordered, op("=", col("place"), 1))
    rows = select([
        *keep(*SERIES, *(column for column in ASKED if column not in (*SERIES, "key", "side")), "key", "side"),
        name(null("text"), "by"),
    ], asking)
    line = statement.add("line", union([rows, event]))
    is_event = op("=", col("side"), EVENT)
    before = Over(SERIES, ("key", "side")).running(exp.Count(this=when(is_event, lit(1))))
    numbered = statement.add("line_numbered", select([exp.Star(), name(before, "events")], line))
    following = case((is_event.copy(), col("events")), other=op("+", col("events"), 1))
    paired = statement.add("line_paired", select([exp.Star(), name(following, "event")], numbered))
    pair = Over((*SERIES, "event"))
    found = statement.add("found", select([
        exp.Star(), name(pair(exp.Max(this=when(is_event.copy(), col("key")))), "event_on"),
        name(pair(exp.Max(this=col("by"))), "event_by"),
    ], paired))
    hit = op("<=", col("event_on"), col("upto"))
    return statement.add("met", select([
        *keep(*ASKED), name(when(hit, col("event_on")), "done_on"), name(when(hit.copy(), col("event_by")), "done_by"),
    ], found, op("!=", col("side"), EVENT)))


def _settled(statement: Statement, met: str) -> str:
    by_n = Over((*SERIES, "n"))
    done = not_null(col("done_on"))
    first = statement.add("settled", select([
        exp.Star(), name(by_n(exp.Min(this=when(done, col("since")))), "first_done"),
    ], met))
    open_ = any_of(is_null(col("done_on")), op("=", col("chained"), 1))
    stays = any_of(op("=", col("chained"), 1), is_null(col("first_done")), op("<=", col("since"), col("first_done")))
    return statement.add("outcome", select([
        *keep(*SERIES, "n", "since", "fcd", "base"), name(when(open_, col("until")), "until"),
        name(when(open_.copy(), col("why")), "why"), *keep("waits", "done_on", "done_by"),
    ], first, stays))
