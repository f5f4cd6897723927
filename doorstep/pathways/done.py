"""Which rows are done, by which event; and which versions remain.

Source: docs/pathway-language.md, *Done* and *Versions*.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from doorstep.pathways.emit import condition
from doorstep.pathways.leaves import event_context
from doorstep.pathways.plan import EACH, PLAIN, Group, Plan
from doorstep.pathways.rows import SERIES, keep
from doorstep.pathways.sql import (
    Over,
    Sql,
    Statement,
    aliased,
    all_of,
    any_of,
    case,
    col,
    equal,
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
from doorstep.pathways.tables import COUNTS, Attributes, done_parts, table_name

ORDER = ("t", "day", "ts", "submission", "row", "code")
ROW = (*SERIES, "n", "since", "fcd", "base", "until", "why", "done_on", "done_by", "waits")


def add_events(statement: Statement, plan: Plan, streams: Mapping[int, Stream]) -> str | None:
    """Adds the events that complete steps, with `sid`; None when no step can be completed."""
    parts = [part for group in plan.groups for part in _events(plan, group, streams[group.gid], statement.dialect)]
    return statement.add("done", union(parts), keep=True) if parts else None


def _events(plan: Plan, group: Group, stream: Stream, dialect: str) -> list[Sql]:
    mine = {variant.sid for variant in group.variants}
    filters = [entry for entry in done_parts(plan.every) if entry[0] in mine]
    if not filters:
        return []
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


def add_outcomes(statement: Statement, plan: Plan, versions: str, events: str | None) -> str:
    """Adds the rows of `while` and `each` steps with what completed them; of each n the first version done, or all."""
    steps = Attributes(plan.of(PLAIN, EACH))
    if events is None:
        nothing = [name(null(), "done_on"), name(null("text"), "done_by"), name(null(), "waits")]
        return statement.add("outcome", select(
            [*keep(*SERIES, "n", "since", "fcd", "base", "until", "why"), *nothing], versions))
    tried = statement.add("tried", _tried(plan, steps, versions, events))
    first = op("=", col("place"), 1)
    by_n = Over((*SERIES, "n"))
    first_done = by_n(exp.Min(this=when(not_null(col("done_on")), col("since"))))
    columns = keep(*SERIES, "n", "since", "fcd", "base", "until", "why", "done_on", "done_by")
    settled = statement.add("settled", select([*columns, name(first_done, "first_done")], tried, first))
    open_ = is_null(col("done_on"))
    return statement.add("outcome", select(
        [
            *keep(*SERIES, "n", "since", "fcd", "base"),
            name(when(open_, col("until")), "until"), name(when(open_.copy(), col("why")), "why"),
            *keep("done_on", "done_by"), name(null(), "waits"),
        ],
        settled, any_of(is_null(col("first_done")), op("<=", col("since"), col("first_done"))),
    ))


def _tried(plan: Plan, steps: Attributes, versions: str, events: str) -> Sql:
    """Every version with every event that completes it, in event order; a version that nothing completes once, without."""
    key = col("sid", "v")
    opens = steps.by_number(lambda v: lit(v.edge(v.step.opens, 0) or 0), key=key)
    closes = steps.by_number(lambda v: _length(v.edge(v.step.closes, None)), key=key.copy())
    counts = steps.by_number(lambda v: lit(COUNTS[v.step.counts]), key=key.copy())
    at, base = col("t", "d"), col("base", "v")

    def within(kind: str, condition: Sql | None) -> Sql:
        return all_of(op("=", counts.copy(), COUNTS[kind]), condition)

    in_time = any_of(
        within("window", all_of(
            op(">=", at, op("+", base, opens)),
            any_of(is_null(closes), op("<=", at.copy(), op("+", base.copy(), closes.copy()))),
        )),
        within("since", op(">=", at.copy(), col("first", "v"))),
        within("after", op(">", at.copy(), col("first", "v"))),
        within("episode", None),
    )
    before_end = any_of(is_null(col("until", "v")), op("<=", at.copy(), col("until", "v")))
    on = all_of(equal("v", "d", SERIES), before_end, in_time)
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[col(key, "v") for key in (*SERIES, "n", "since")],
        order=exp.Order(expressions=[col(key, "d") for key in ORDER]),
    )
    values = [
        *(name(col(key, "v"), key) for key in (*SERIES, "n", "since", "fcd", "base", "until", "why")),
        name(at.copy(), "done_on"), name(col("submission", "d"), "done_by"), name(place, "place"),
    ]
    return select(values, aliased(versions, "v")).join(aliased(events, "d"), on=on, join_type="LEFT", copy=False)


def _length(length: int | None) -> Sql:
    return null() if length is None else lit(length)
