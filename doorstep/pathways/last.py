"""The last state of every episode, by grouping facts instead of following them one by one.

Counts, and first and last days, do not depend on the order of facts. A latest or first value does, but only where an episode
has two different ones: those few episodes are sorted. For lists of one day and for indicators, over whole registers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlglot import exp

from doorstep.content import tree as t
from doorstep.content.model import Programme
from doorstep.pathways.leaves import COUNT, LATEST, TIMES, Column, Leaves, accepts, chosen
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
    flag,
    is_null,
    lit,
    name,
    not_null,
    op,
    paired,
    select,
    when,
)
from doorstep.pathways.stream import KEYS, Source, facts, home, in_kind

OWN, PERSON = "own", "person"
"""Facts of the episode itself, and of the person as such."""
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
    hers = [c for c in named if kind != "" and c.filters and home(programme, c.filters[0].code) == ""]
    parts = {OWN: [c for c in named if c not in hers], PERSON: hers}
    values = [*(name(col(key, "f"), key) for key in KEYS), *_aggregates(statement, leaves, parts[OWN], OWN)]
    query = facts(statement, source, values).where(all_of(in_kind(statement, kind), source.told()), copy=False)
    grouped = statement.add(f"grouped{gid}", query.group_by(col("subject", "f"), col("episode", "f"), copy=False))
    if hers:
        grouped = _with_person(statement, leaves, source, grouped, parts)
    ordered = {what: [c for c in columns if c.ordered_values] for what, columns in parts.items()}
    several = [name(flag(_several(named, columns, what)), f"several_{what}") for what, columns in ordered.items() if columns]
    if not several:
        kept = [name(col(alias), alias) for alias in named.values()]
        return statement.add(f"last{gid}", select([*_keys(), name(moment, "m"), *kept], grouped))
    grouped = statement.add(f"counted{gid}", select([exp.Star(), *several], grouped), keep=True, fence=True)
    query = select([], aliased(grouped, "g"))
    found: dict[Column, Sql] = {}
    for what, columns in ordered.items():
        if not columns:
            continue
        keys = KEYS if what == OWN else KEYS[:1]
        table = _sorted(statement, leaves, source, _few(statement, grouped, what, keys, gid), what, keys, columns)
        query = query.join(aliased(table, table), on=equal(table, "g", keys), join_type="LEFT", copy=False)
        which = op("=", col(f"several_{what}", "g"), 1)
        found |= {c: case((which.copy(), col(named[c], table)), other=col(named[c], "g")) for c in columns}
    last = [*_keys("g"), name(moment, "m"), *(name(found.get(c, col(alias, "g")), alias) for c, alias in named.items())]
    return statement.add(f"last{gid}", query.select(*last, copy=False))


def _keys(table: str | None = None) -> list[Sql]:
    return [name(col(key, table), key) for key in KEYS]


def _read(columns: Iterable[Column]) -> list[Column]:
    """What latest and first values are taken from: each once."""
    return list({(c.filters, c.what): c for c in columns if c.ordered_values}.values())


def _several(named: Mapping[Column, str], columns: Iterable[Column], what: str) -> Sql:
    """There are more values than columns that have one: some column has two, and their order matters."""
    total: Sql = lit(0)
    for column in _read(columns):
        total = op("+", total, case((is_null(col(named[column])), lit(0)), other=lit(1)))
    return op(">", col(f"values_{what}"), total)


def _aggregates(statement: Statement, leaves: Leaves, columns: list[Column], what: str) -> list[Sql]:
    """Leaves over facts in no order, and the count of values that have one: of one value the greatest is the latest."""
    values: list[Sql] = []
    for column in columns:
        values.append(name(_aggregate(statement, column), leaves.named[column]))
    read = _read(columns)
    if read:
        values.append(name(_values(statement, read), f"values_{what}"))
    return values


def _aggregate(statement: Statement, column: Column) -> Sql:
    accepted = accepts(column.filters, statement.dialect)
    match column.kind:
        case "start":
            return exp.Min(this=col("day", "f"))
        case "times":
            return _times(statement, column)
        case "days":
            return _list(statement, column, "day")
        case "count":
            return _of(exp.Count(this=exp.Star()), accepted)
        case "min":
            return _of(exp.Min(this=col(column.what, "f")), accepted)
        case "max" | "latest" | "first":
            return _of(exp.Max(this=col(column.what, "f")), accepted)
    raise TypeError(f"no aggregate for {column.kind}")


def _of(function: Sql, condition: Sql) -> Sql:
    """The aggregate of the facts that fulfil a condition."""
    return exp.Filter(this=function, expression=exp.Where(this=condition))


def _values(statement: Statement, read: list[Column]) -> Sql:
    """How many values were told for these columns."""
    told = [all_of(accepts(c.filters, statement.dialect), not_null(col(c.what, "f"))) for c in read]
    codes = [code for c in read for code in {f.code for f in c.filters}]
    if len(codes) == len(set(codes)):  # no event is read by two
        return _of(exp.Count(this=exp.Star()), any_of(*told))
    total = flag(told[0])
    for one in told[1:]:
        total = op("+", total, flag(one))
    return exp.Sum(this=total)


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
    return _of(exp.Anonymous(this="LIST", expressions=[col(what, "f")]), accepts(column.filters, statement.dialect))


def _with_person(
    statement: Statement, leaves: Leaves, source: Source, grouped: str, parts: Mapping[str, list[Column]]
) -> str:
    """Adds the leaves of the person's own facts to each of her episodes."""
    gid, named, own, person = leaves.group.gid, leaves.named, parts[OWN], parts[PERSON]
    codes = sorted({f.code for column in person for f in column.filters})
    query = facts(statement, source, [name(col("subject", "f"), "subject"), *_aggregates(statement, leaves, person, PERSON)])
    query = query.where(all_of(op("=", col("episode", "f"), ""), among(col("code", "f"), codes), source.told()), copy=False)
    hers = statement.add(f"hers{gid}", query.group_by(col("subject", "f"), copy=False), keep=True)
    values = [name(col(named[column], "o"), named[column]) for column in own]
    values += [name(col(f"values_{OWN}", "o"), f"values_{OWN}")] if _read(own) else []
    zero = [*(named[c] for c in person if c.kind in (COUNT, TIMES)), *([f"values_{PERSON}"] if _read(person) else [])]
    values += [name(exp.Coalesce(this=col(alias, "p"), expressions=[lit(0)]), alias) for alias in zero]
    values += [name(col(named[c], "p"), named[c]) for c in person if named[c] not in zero]
    both = select([*_keys("o"), *values], aliased(grouped, "o"))
    both = both.join(aliased(hers, "p"), on=equal("p", "o", KEYS[:1]), join_type="LEFT", copy=False)
    return statement.add(f"joint{gid}", both)


# --- the few that must be sorted -------------------------------------------------------------------------------------


def _few(statement: Statement, grouped: str, what: str, keys: tuple[str, ...], gid: int) -> str:
    """Adds the episodes, or the persons, that have several values."""
    listed = select([name(col(key), key) for key in keys], grouped, op("=", col(f"several_{what}"), 1))
    return statement.add(f"{what}_several{gid}", listed.group_by(*(col(key) for key in keys), copy=False), fence=True)


def _sorted(
    statement: Statement, leaves: Leaves, source: Source, few: str, what: str, keys: tuple[str, ...], columns: list[Column]
) -> str:
    """Adds (keys, values): of the facts of the few, in their order, the latest or first of each column."""
    gid, named = leaves.group.gid, leaves.named
    codes = sorted({f.code for column in columns for f in column.filters})
    read = sorted({"code", "num", "txt", "how", *ORDER})
    told = select([name(col(key, "f"), key) for key in (*KEYS, *read)], aliased(source.fact, "f"))
    kind = in_kind(statement, leaves.group.episode) if what == OWN else op("=", col("episode", "f"), "")
    told = told.where(all_of(among(col("code", "f"), codes), kind, source.told()), copy=False)
    inner = exp.Subquery(this=told, alias=exp.TableAlias(this=exp.to_identifier("e", quoted=True)))
    values = [name(col(key, "e"), key) for key in (*keys, *read)]
    query = paired(select(values, aliased(few, "w")), inner, equal("e", "w", keys), statement.dialect)
    events = statement.add(f"{what}_event{gid}", query)
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
