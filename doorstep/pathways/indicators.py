"""Indicators: for every episode whether it counts, and whether what is asked holds, judged at its last state.

Source: docs/pathway-language.md, 2 and 3. Shares are made by whoever counts them, by place, day or group.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlglot import exp

from doorstep.content import tree as t
from doorstep.content.model import Indicator, Pathway, Programme
from doorstep.pathways.compiler import Compiled
from doorstep.pathways.emit import Context, condition
from doorstep.pathways.last import add_last, groups
from doorstep.pathways.leaves import Leaves, aggregate
from doorstep.pathways.plan import CannotCompile, Group, closed
from doorstep.pathways.sql import Sql, Statement, aliased, all_of, choose, col, flag, lit, name, null, op, select, union
from doorstep.pathways.state import Values, add_states, columns_of
from doorstep.pathways.stream import KEYS, Source, Stream, add_stream
from doorstep.pathways.tables import RuleTable

COLUMNS = ("indicator", "subject", "episode", "denominator", "numerator")


def compile_indicators(
    programme: Programme,
    dialect: str,
    *,
    indicators: Collection[str] | None = None,
    touched: str | None = None,
    fact: str = "fact",
    relation: str = "relation",
) -> Compiled:
    """(indicator, subject, episode, denominator, numerator) for every episode of the indicator's kind; the last two are 1 or 0.

    The numerator is 1 only where the denominator is. `indicators` are names (all when None). Raises CannotCompile for a name
    that is not there. Rule tables as in `compile_steps`.
    """
    chosen = [(i, one) for i, one in enumerate(programme.indicators, 1) if indicators is None or one.name in indicators]
    absent = sorted(set(indicators or ()) - {one.name for _, one in chosen})
    if absent:
        raise CannotCompile(f"programme {programme.id} has no indicator {', '.join(absent)}")
    statement = Statement(dialect)
    source = Source(fact, relation, touched)
    table = f"rule_indicator_{programme.id}"
    parts = [
        _judged(statement, programme, Group(gid, *_kind(programme, mine), ()), mine, source, table)
        for gid, mine in enumerate(_together(programme, chosen), 1)
    ]
    text = statement.printed(union(parts) if parts else _nothing())
    named = tuple((i, one.name) for i, one in enumerate(programme.indicators, 1))
    rules = RuleTable((("iid", "bigint"), ("indicator", "text")), named)
    return Compiled(text, {table: rules}, COLUMNS)


def _together(programme: Programme, chosen: list[tuple[int, Indicator]]) -> list[dict[int, Indicator]]:
    """Indicators on one kind of episode share a stream; one that asks for the moment has its own, with what it reads alone."""
    shared: dict[tuple[str, t.Clock], dict[int, Indicator]] = {}
    alone = []
    for i, one in chosen:
        if any(isinstance(node, t.Moment) for node in _nodes(programme, one)):
            alone.append({i: one})
        else:
            shared.setdefault(_kind(programme, {i: one}), {})[i] = one
    return [*shared.values(), *alone]


def _nodes(programme: Programme, one: Indicator) -> list[Any]:
    return closed(programme.pathways[one.pathway], [one.denominator, one.numerator])


def _kind(programme: Programme, mine: Mapping[int, Indicator]) -> tuple[str, t.Clock]:
    pathway = programme.pathways[next(iter(mine.values())).pathway]
    return pathway.episode, pathway.clock


def _nothing() -> exp.Select:
    columns = [name(lit(""), c) for c in COLUMNS[:3]] + [name(lit(0), c) for c in COLUMNS[3:]]
    return exp.Select(expressions=columns).where(op("=", lit(1), 0), copy=False)


def _judged(
    statement: Statement, programme: Programme, group: Group, mine: Mapping[int, Indicator], source: Source, table: str
) -> exp.Select:
    nodes = [node for one in mine.values() for node in _nodes(programme, one)]
    grouped = groups(programme, group.episode, group.clock, nodes) and not any(isinstance(node, t.Moment) for node in nodes)
    leaves = Leaves(group, statement.dialect)
    values = Values(leaves)
    contexts: dict[str, Context] = {}
    for pathway in _pathways(programme, mine):
        rules = [rule for one in mine.values() if one.pathway == pathway.name for rule in (one.denominator, one.numerator)]
        read = {node.name for node in closed(pathway, rules) if isinstance(node, t.Ref)}
        contexts[pathway.name] = values.context(pathway, read)

    def asked(rule: t.Expr, indicator: Indicator) -> Sql:
        return condition(rule, contexts[indicator.pathway])

    counts = [(i, flag(asked(one.denominator, one))) for i, one in mine.items()]
    both = [(i, flag(all_of(asked(one.denominator, one), asked(one.numerator, one)))) for i, one in mine.items()]
    if grouped:
        last = add_last(statement, programme, leaves, source, null())
    else:
        stream = add_stream(statement, group, programme, leaves.filters, source)
        last = _last_states(statement, stream, leaves)
    judged = values.add(statement, last, set(KEYS).union(*(columns_of(sql) for _, sql in (*counts, *both))))
    query = select([
        name(col("indicator", "r"), "indicator"), *(name(col(key, "s"), key) for key in KEYS),
        name(choose(col("iid", "r"), counts), "denominator"), name(choose(col("iid", "r"), both), "numerator"),
    ], aliased(judged, "s"))
    query = query.join(aliased(table, "r"), join_type="CROSS", copy=False)
    return query.where(exp.In(this=col("iid", "r"), expressions=[lit(i) for i in mine]), copy=False)


def _pathways(programme: Programme, mine: Mapping[int, Indicator]) -> list[Pathway]:
    return [programme.pathways[key] for key in dict.fromkeys(one.pathway for one in mine.values())]


def _last_states(statement: Statement, stream: Stream, leaves: Leaves) -> str:
    """One row per episode. Where nothing depends on the order of events, they are only grouped."""
    if any(column.ordered for column in leaves.named):
        return add_states(statement, stream, leaves, last=True)
    columns = [name(aggregate(column, statement.dialect), alias) for column, alias in leaves.named.items()]
    keys = [name(col(key), key) for key in KEYS]
    query = select([*keys, name(exp.Max(this=col("t")), "m"), *columns], stream.events)
    return statement.add(f"state{leaves.group.gid}", query.group_by(*(col(key) for key in KEYS), copy=False))

