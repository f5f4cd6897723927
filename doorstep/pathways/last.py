"""The last state of every episode, by grouping facts instead of following them one by one.

Counts, and first and last days, do not depend on the order of facts. A latest or first value does, but only where an episode
has two different ones: those few episodes are sorted. For lists of one day and for indicators, over whole registers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlglot import exp

from doorstep.content import tree as t
from doorstep.content.model import Programme
from doorstep.pathways.leaves import COUNT, DAYS, FIRST, LATEST, START, TIMES, Column, Leaves, accepts, aggregate, chosen
from doorstep.pathways.sql import (
    Over,
    Sql,
    Statement,
    aliased,
    all_of,
    among,
    any_of,
    case,
    col,
    equal,
    lit,
    name,
    op,
    select,
    when,
)
from doorstep.pathways.stream import KEYS, Source, facts, home, in_kind

ORDER = ("day", "ts", "submission", "row", "code")
"""As in a stream: that facts of the person count from the beginning of the episode on does not change their order."""


def groups(programme: Programme, kind: str, clock: t.Clock, nodes: Iterable[Any]) -> bool:
    """Whether the rules of these nodes can be read by grouping: on a day clock, from facts of her alone.

    Each stream must be of the episode's own facts, or of those of the person; no stream of both.
    """
    nodes = list(nodes)
    streams = [node.stream.filters for node in nodes if hasattr(node, "stream")]
    streams += [(node,) for node in nodes if isinstance(node, t.Filter)]
    homes = [{None if f.relation else home(programme, f.code) for f in filters} for filters in streams]
    return clock is t.Clock.DAY and all(one in ({kind}, {""}) for one in homes)


def add_last(statement: Statement, programme: Programme, leaves: Leaves, source: Source, moment: Sql) -> str:
    """Adds one row per episode: its keys, `m` (the given moment) and the leaves that were asked for. See `groups`."""
    gid, kind, named = leaves.group.gid, leaves.group.episode, leaves.named
    person = {c for c in named if kind != "" and c.filters and home(programme, c.filters[0].code) == ""}
    own = [c for c in named if c not in person]
    query = facts(statement, source, [*(name(col(key, "f"), key) for key in KEYS), *_aggregates(statement, leaves, own)])
    query = query.where(all_of(in_kind(statement, kind), source.told()), copy=False)
    grouped = statement.add(f"grouped{gid}", query.group_by(col("subject", "f"), col("episode", "f"), copy=False))
    if person:
        grouped = _with_person(statement, leaves, source, grouped, own, [c for c in named if c in person])
    ordered = [c for c in named if c.kind in (LATEST, FIRST)]
    if not ordered:
        kept = [name(col(alias), alias) for alias in named.values()]
        return statement.add(f"last{gid}", select([*_keys(), name(moment, "m"), *kept], grouped))
    grouped = statement.add(f"counted{gid}", select([exp.Star()], grouped), keep=True, fence=True)
    sorted_ = _sorted(statement, leaves, source, grouped, ordered, person)
    values = []
    for column, alias in named.items():
        plain = col(alias, "g")
        found = sorted_.get(column)
        values.append(name(plain if found is None else case((_differ(alias, "g"), col(alias, found)), other=plain), alias))
    query = select([*_keys("g"), name(moment, "m"), *values], aliased(grouped, "g"))
    for few in dict.fromkeys(sorted_.values()):
        by = ("subject",) if few.startswith("person") else KEYS
        query = query.join(aliased(few, few), on=equal(few, "g", by), join_type="LEFT", copy=False)
    return statement.add(f"last{gid}", query)


def _keys(table: str | None = None) -> list[Sql]:
    return [name(col(key, table), key) for key in KEYS]


def _low(alias: str) -> str:
    """The least of the values of which `alias` is the greatest."""
    return f"low_{alias}"


def _differ(alias: str, table: str | None = None) -> Sql:
    """There are two different values. Of an episode that has none, both are null."""
    return op("!=", col(_low(alias), table), col(alias, table))


def _aggregates(statement: Statement, leaves: Leaves, columns: Iterable[Column]) -> list[Sql]:
    """Leaves over facts in no order: the first of all facts is the beginning."""
    values: list[Sql] = []
    for column in columns:
        alias = leaves.named[column]
        if column.kind in (LATEST, FIRST):
            value = chosen(column, statement.dialect, col(column.what, "f"))
            values += [name(exp.Min(this=value), _low(alias)), name(exp.Max(this=value.copy()), alias)]
        elif column.kind == START:
            values.append(name(exp.Min(this=col("day", "f")), alias))
        elif column.kind == TIMES:
            values.append(name(_times(statement, column), alias))
        elif column.kind == DAYS:
            values.append(name(_list(statement, column, "day"), alias))
        else:
            values.append(name(aggregate(column, statement.dialect), alias))
    return values


def _times(statement: Statement, column: Column) -> Sql:
    """How many different times. DuckDB groups once more for each COUNT(DISTINCT), but has lists."""
    if statement.dialect != "duckdb":
        return exp.Count(this=exp.Distinct(expressions=[chosen(column, statement.dialect, col("ts", "f"))]))
    size = exp.Anonymous(this="LEN", expressions=[
        exp.Anonymous(this="LIST_DISTINCT", expressions=[_list(statement, column, "ts")])
    ])
    return exp.Coalesce(this=size, expressions=[lit(0)])


def _list(statement: Statement, column: Column, what: str) -> Sql:
    """What the column's events have there, as a list; null where there is none."""
    if statement.dialect == "spark":  # whose lists leave out nulls
        return exp.Anonymous(this="COLLECT_LIST", expressions=[chosen(column, statement.dialect, col(what, "f"))])
    listed = exp.Anonymous(this="LIST", expressions=[col(what, "f")])
    return exp.Filter(this=listed, expression=exp.Where(this=accepts(column.filters, statement.dialect)))


def _with_person(
    statement: Statement, leaves: Leaves, source: Source, grouped: str, own: Collection[Column], person: list[Column]
) -> str:
    """Adds the leaves of the person's own facts to each of her episodes."""
    gid, named = leaves.group.gid, leaves.named
    codes = sorted({f.code for column in person for f in column.filters})
    query = facts(statement, source, [name(col("subject", "f"), "subject"), *_aggregates(statement, leaves, person)])
    query = query.where(all_of(op("=", col("episode", "f"), ""), among(col("code", "f"), codes), source.told()), copy=False)
    hers = statement.add(f"hers{gid}", query.group_by(col("subject", "f"), copy=False), keep=True)
    values = [name(col(alias, "o"), alias) for column in own for alias in _made(column, named[column])]
    for column in person:
        for alias in _made(column, named[column]):
            value = col(alias, "p")
            none_is_0 = column.kind in (COUNT, TIMES)
            values.append(name(exp.Coalesce(this=value, expressions=[lit(0)]) if none_is_0 else value, alias))
    both = select([*_keys("o"), *values], aliased(grouped, "o"))
    both = both.join(aliased(hers, "p"), on=equal("p", "o", ("subject",)), join_type="LEFT", copy=False)
    return statement.add(f"joint{gid}", both)


def _made(column: Column, alias: str) -> tuple[str, ...]:
    return (_low(alias), alias) if column.kind in (LATEST, FIRST) else (alias,)


# --- the few that must be sorted -------------------------------------------------------------------------------------


def _sorted(
    statement: Statement, leaves: Leaves, source: Source, grouped: str, ordered: list[Column], person: Collection[Column]
) -> dict[Column, str]:
    """Adds a table of the right values for episodes (and persons) with several; gives each column its table."""
    gid, named = leaves.group.gid, leaves.named
    found: dict[Column, str] = {}
    for what, keys, columns in (
        ("own", KEYS, [c for c in ordered if c not in person]), ("person", ("subject",), [c for c in ordered if c in person]),
    ):
        if not columns:
            continue
        wanted = any_of(*(_differ(named[column]) for column in columns))
        few = statement.add(f"{what}_several{gid}", select([name(col(key), key) for key in keys], grouped, wanted), fence=True)
        if what == "person":  # of whom there may be several episodes
            few = statement.add(f"{what}_once{gid}", select([col("subject")], few).group_by(col("subject"), copy=False))
        table = _latest(statement, leaves, source, few, keys, columns)
        found |= dict.fromkeys(columns, table)
    return found


def _latest(
    statement: Statement, leaves: Leaves, source: Source, few: str, keys: tuple[str, ...], columns: list[Column]
) -> str:
    """Adds (keys, values): of the facts of the few, in their order, the latest or first of each column."""
    gid, named, what = leaves.group.gid, leaves.named, "own" if keys == KEYS else "person"
    codes = sorted({f.code for column in columns for f in column.filters})
    read = sorted({"code", "num", "txt", "how", *ORDER})
    told = select([name(col(key, "f"), key) for key in (*KEYS, *read)], aliased(source.fact, "f"))
    kind = in_kind(statement, leaves.group.episode) if what == "own" else op("=", col("episode", "f"), "")
    told = told.where(all_of(among(col("code", "f"), codes), kind, source.told()), copy=False)
    inner = exp.Subquery(this=told, alias=exp.TableAlias(this=exp.to_identifier("e", quoted=True)))
    values = [name(col(key, "e"), key) for key in (*keys, *(c for c in read if c not in keys))]
    query = select(values, aliased(few, "w")).join(inner, join_type="CROSS", copy=False)
    events = statement.add(f"{what}_event{gid}", query.where(equal("e", "w", keys), copy=False))
    over = Over(keys, ORDER)
    placed = statement.add(f"{what}_placed{gid}", select([exp.Star(), name(over(exp.RowNumber()), "place")], events), keep=True)
    at = [
        name(_end(column, chosen(column, statement.dialect, col("place"))), f"at_{named[column]}") for column in columns
    ]
    ends = select([*(name(col(key), key) for key in keys), *at], placed).group_by(*(col(key) for key in keys), copy=False)
    ends_ = statement.add(f"{what}_ends{gid}", ends, keep=True)
    picked = [
        name(exp.Max(this=when(op("=", col("place", "e"), col(f"at_{named[c]}", "p")), col(c.what, "e"))), named[c])
        for c in columns
    ]
    query = select([*(name(col(key, "e"), key) for key in keys), *picked], aliased(placed, "e"))
    query = query.join(aliased(ends_, "p"), on=equal("p", "e", keys), copy=False)
    return statement.add(f"{what}_sorted{gid}", query.group_by(*(col(key, "e") for key in keys), copy=False), keep=True)


def _end(column: Column, place: Sql) -> Sql:
    return exp.Max(this=place) if column.kind == LATEST else exp.Min(this=place)
