"""The list of one day straight from facts: which rows are open, without the story of how they came to be.

What is open on a day depends on the last state by that day alone (docs/pathway-language.md, 6). For contact chains that is
read by grouping, without a sort of all events: for a country's registers, where nothing is stored. Other steps go the whole way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlglot import exp

from doorstep.content import tree as t
from doorstep.content.model import Programme
from doorstep.pathways.chain import Chains, add_dues
from doorstep.pathways.compiler import Compiled, add_steps
from doorstep.pathways.contacts import Gaps, add_contacts
from doorstep.pathways.done import add_events
from doorstep.pathways.judged import Judge
from doorstep.pathways.leaves import COUNT, FIRST, LATEST, MIN, START, Column, Leaves, aggregate, chosen
from doorstep.pathways.plan import Group, Plan, Variant, asks_moment, make_plan, read_by
from doorstep.pathways.rows import SERIES, keep
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
    flag,
    is_null,
    lit,
    name,
    negated,
    null,
    op,
    select,
    union,
)
from doorstep.pathways.state import add_states
from doorstep.pathways.stream import KEYS, Source, Stream, add_stream, facts, home, in_kind, own_events
from doorstep.pathways.tables import Attributes, rule_tables, table_name

COLUMNS = (
    "subject", "episode", "pathway", "step", "n", "opens", "due", "overdue", "closes", "status", "rule", "urgency", "compartment",
)  # fmt: skip


def compile_due(
    programme: Programme,
    dialect: str,
    *,
    day: int,
    second: int | None = None,
    pathways: Collection[str] | None = None,
    steps: Collection[str] | None = None,
    touched: str | None = None,
    fact: str = "fact",
    relation: str = "relation",
) -> Compiled:
    """The open rows of a day, by all facts: (subject, episode, pathway, step, n, opens, due, overdue, closes, status, ...).

    Status is later, due, late or missed; rows that wait for another are left out. `second` is the moment for steps on a
    minute clock (default: the last second of the day in UTC). Rule tables and CannotCompile as in `compile_steps`.
    """
    plan = make_plan(programme, pathways, steps)
    statement = Statement(dialect)
    source = Source(fact, relation, touched)
    if plan.groups and all(_by_last_state(programme, variant) for variant in plan.chosen):
        parts = [_open_chains(statement, plan, group, source, day) for group in plan.groups]
        tree = statement.finish(union(parts))
    else:
        rows = statement.add("step_row", add_steps(statement, plan, source, projected=False))
        tree = statement.finish(_open_rows(rows, day, day * 86_400 + 86_399 if second is None else second))
    return Compiled(tree.sql(dialect=dialect, copy=False), rule_tables(plan), COLUMNS)


def _by_last_state(programme: Programme, variant: Variant) -> bool:
    """Whether the open row follows from the last state: a table's chain on a day clock that reads facts of her alone."""
    nodes = read_by(variant)
    kind, filters = variant.pathway.episode, [node for node in nodes if isinstance(node, t.Filter)]
    own = all(f.relation is None and home(programme, f.code) in (kind, "") for f in filters)
    own = own and all(home(programme, f.code) == kind for f in (variant.step.done.filters if variant.step.done else ()))
    counted_times = any(isinstance(node, t.Count) and node.stream.distinct for node in nodes)
    chain = variant.step.chain
    return bool(
        chain and chain.table and not variant.own_series and variant.step.clock is t.Clock.DAY and own
        and not counted_times and not asks_moment(variant) and variant.step.done
    )


# --- the whole way --------------------------------------------------------------------------------------------------


def _open_rows(rows: str, day: int, second: int) -> Sql:
    moment = case((op("=", col("clock"), "minute"), lit(second)), other=lit(day))
    open_ = all_of(
        op("<=", col("since"), moment),
        any_of(is_null(col("until")), op(">", col("until"), moment.copy())),
        any_of(is_null(col("done_on")), op(">", col("done_on"), moment.copy())),
    )
    values = [name(_status(moment) if column == "status" else col(column), column) for column in COLUMNS]
    return select(values, rows, open_)


def _status(moment: Sql) -> Sql:
    return case(
        (op("<", moment.copy(), col("opens")), lit("later")), (op(">", moment.copy(), col("closes")), lit("missed")),
        (op(">", moment.copy(), col("overdue")), lit("late")), other=lit("due"),
    )


# --- by the last state ----------------------------------------------------------------------------------------------


def _open_chains(statement: Statement, plan: Plan, group: Group, source: Source, day: int) -> Sql:
    told = Source(source.fact, source.relation, source.touched, upto=day)
    judge = Judge(plan, group, statement.dialect, last=True)
    emitted = judge.emitted()
    emitted.columns.append(name(judge.leaves(t.EpisodeStart()), "zero"))
    states = _last_states(statement, plan.programme, judge.leaves, told, day)
    needed = {"subject", "episode", "sid", "ex", "an", "zero"}
    emitted = emitted._replace(columns=[column for column in emitted.columns if column.alias in needed])
    judged = judge.build(statement, emitted, states)
    chains = Chains(plan, Attributes(group.variants))
    met = _met(statement, group, judged, _contacts(statement, plan, group, chains, told))
    dated = add_dues(statement, met, chains, f"_{group.gid}")
    return _listed(plan, group, dated, day)


def _last_states(statement: Statement, programme: Programme, leaves: Leaves, source: Source, day: int) -> str:
    """One state per episode. Where all values of a leaf are one, order does not matter; the few others are sorted."""
    gid = leaves.group.gid
    grouped = _grouped(statement, programme, leaves, source)
    ordered = [alias for column, alias in leaves.named.items() if column.kind in (LATEST, FIRST)]
    kept = [*keep(*KEYS), name(lit(day), "m"), *keep(*leaves.named.values())]
    if not ordered:
        return statement.add(f"last{gid}", select(kept, grouped))
    differ = any_of(*(op("!=", col(_low(alias)), col(alias)) for alias in ordered))
    several = statement.add(f"several{gid}", select(keep(*KEYS), grouped, differ))
    few = Source(source.fact, source.relation, episodes=several, upto=source.upto)
    stream = add_stream(statement, leaves.group, programme, leaves.filters, few)
    sorted_ = add_states(statement, stream, leaves, last=True)
    alike = op("=", flag(differ.copy()), 0)
    return statement.add(f"last{gid}", union([select(kept, grouped, alike), select([k.copy() for k in kept], sorted_)]))


def _grouped(statement: Statement, programme: Programme, leaves: Leaves, source: Source) -> str:
    """Adds each episode's leaves, in no order: from its beginning, from its own facts and from those of the person."""
    gid, kind = leaves.group.gid, leaves.group.episode
    codes = {f.code: home(programme, f.code) for f in leaves.filters}
    own = {c: a for c, a in leaves.named.items() if any(codes[f.code] == kind for f in c.filters)}
    person = {c: a for c, a in leaves.named.items() if any(codes[f.code] == "" for f in c.filters)}
    first = {c: a for c, a in leaves.named.items() if c.kind == START}
    keys = [name(col(key, "f"), key) for key in KEYS]
    here = all_of(in_kind(statement, kind), source.told())
    parts = [(first, _by_episode(facts(statement, source, [*keys, *_aggregates(first, statement.dialect)]).where(here, copy=False)))]
    if own:
        mine = among(col("code", "f"), sorted(code for code, at in codes.items() if at == kind))
        query = facts(statement, source, [k.copy() for k in keys] + _aggregates(own, statement.dialect))
        parts.append((own, _by_episode(query.where(all_of(here.copy(), mine), copy=False))))
    begun = statement.add(f"begun{gid}", parts[0][1], keep=True, fence=True)
    parts[0] = (first, select([exp.Star()], begun))
    if person:
        listed = sorted(code for code, at in codes.items() if at == "")
        parts.append((person, _of_person(begun, person, listed, source, statement.dialect)))
    return _merged(statement, leaves, parts)


def _by_episode(query: exp.Select) -> exp.Select:
    return query.group_by(col("subject", "f"), col("episode", "f"), copy=False)


def _of_person(begun: str, person: Mapping[Column, str], codes: list[str], source: Source, dialect: str) -> exp.Select:
    """Leaves of the person's own facts, for each of her episodes."""
    values = [*(name(col(key, "s"), key) for key in KEYS), *_aggregates(person, dialect)]
    query = select(values, aliased(begun, "s")).join(aliased(source.fact, "f"), join_type="CROSS", copy=False)
    query = query.where(all_of(
        op("=", col("subject", "f"), col("subject", "s")), op("=", col("episode", "f"), ""), among(col("code", "f"), codes),
        source.told(),
    ), copy=False)
    return query.group_by(col("subject", "s"), col("episode", "s"), copy=False)


def _merged(statement: Statement, leaves: Leaves, parts: list[tuple[dict[Column, str], exp.Select]]) -> str:
    """One row per episode from several that know different leaves."""
    gid, named = leaves.group.gid, leaves.named
    types = {alias: {"num": "double", "txt": "text"}.get(column.what, "bigint") for column, alias in named.items()}
    types |= {_low(alias): types[alias] for column, alias in named.items() if column.kind in (LATEST, FIRST)}
    padded = []
    for number, (columns, query) in enumerate(parts):
        there = {name_of for alias in columns.values() for name_of in (alias, _low(alias))}
        values = [name(col(alias) if alias in there else null(kind), alias) for alias, kind in types.items()]
        padded.append(select([*keep(*KEYS), *values], statement.add(f"part{gid}_{number}", query)))
    told = statement.add(f"told{gid}", union(padded))
    values = []
    for column, alias in named.items():
        least = column.kind in (MIN, START)
        function = exp.Sum if column.kind == COUNT else exp.Min if least else exp.Max
        value: Sql = function(this=col(alias))
        if column.kind == COUNT:
            value = exp.Coalesce(this=value, expressions=[lit(0)])
        values.append(name(value, alias))
        if column.kind in (LATEST, FIRST):
            values.append(name(exp.Min(this=col(_low(alias))), _low(alias)))
    query = select([*keep(*KEYS), *values], told).group_by(*(col(key) for key in KEYS), copy=False)
    return statement.add(f"grouped{gid}", query, keep=True, fence=True)


def _low(alias: str) -> str:
    """The least of the values of which `alias` is the greatest."""
    return f"low_{alias}"


def _aggregates(named: Mapping[Column, str], dialect: str) -> list[Sql]:
    """Leaves over facts in no order: a moment is a day, and the first of all facts the beginning."""
    values: list[Sql] = []
    for column, alias in named.items():
        if column.kind in (LATEST, FIRST):
            value = chosen(column, dialect, col(column.what, "f"))
            values += [name(exp.Min(this=value), _low(alias)), name(exp.Max(this=value.copy()), alias)]
        elif column.kind == START:
            values.append(name(exp.Min(this=col("day", "f")), alias))
        else:
            moved = Column(column.kind, column.filters, "day") if column.what == "t" else column
            values.append(name(aggregate(moved, dialect), alias))
    return values


def _contacts(statement: Statement, plan: Plan, group: Group, chains: Chains, source: Source) -> str:
    """(subject, episode, sid, m) of every contact. Only where three events are near each other they are followed one by one."""
    gid = group.gid
    codes = sorted({f.code for v in group.variants for f in (v.step.done.filters if v.step.done else ())})
    visit = statement.add(f"visit{gid}", own_events(statement, group.episode, codes, "day", source))
    events = add_events(statement, plan, {gid: Stream(visit, visit, True, False)}, f"contact_event{gid}", only=group)
    assert events is not None
    gaps, suffix = chains.gaps.least_one(), f"_{gid}"
    if statement.dialect == "spark":  # which folds all of them faster than it looks up which are in a crowd
        return _followed(statement, events, "t", gaps, suffix)
    over = Over(SERIES, ("t",))
    line = statement.add(f"visit_line{gid}", select([
        *keep(*SERIES), name(col("t"), "m"), name(over.lag(col("t")), "before"),
        name(over(exp.Lag(this=col("t"), offset=lit(2))), "before_that"),
    ], events), keep=True)
    near = op("<", op("-", col("m"), col("before")), gaps.sql())
    crowd = all_of(near, op("<", op("-", col("before"), col("before_that")), gaps.sql()))
    crowded = statement.add(f"crowded{gid}", select(keep(*SERIES), line, crowd), fence=True)
    listed = exp.Subquery(this=select(keep(*SERIES), crowded))
    inside = exp.In(this=exp.Tuple(expressions=[col(key) for key in SERIES]), query=listed)
    begins = any_of(is_null(col("before")), negated(near.copy()))
    # As a number: of a condition that fails, SQLite would look through the whole list whether it is unknown.
    alone = op("=", flag(inside), 0)
    plain = select(keep(*SERIES, "m"), line, all_of(begins, alone))
    crowd_line = statement.add(f"crowd{gid}", select(keep(*SERIES, "m"), line, inside.copy()))
    exact = select(keep(*SERIES, "m"), _followed(statement, crowd_line, "m", gaps, suffix))
    return statement.add(f"contacts{gid}", union([plain, exact]))


def _followed(statement: Statement, events: str, moment: str, gaps: Gaps, suffix: str) -> str:
    """The contacts among events, followed one by one."""
    query = select([*keep(*SERIES), name(col(moment), "m"), name(lit(0), "run"), name(lit(1), "cq")], events)
    query = query.group_by(*(col(key) for key in (*SERIES, moment)), copy=False)
    marked = add_contacts(statement, statement.add(f"moment{suffix}", query), gaps, suffix)
    return statement.add(f"followed{suffix}", select(keep(*SERIES, "m"), marked, op("=", col("ct"), 1)))


def _met(statement: Statement, group: Group, judged: str, contacts: str) -> str:
    """Judged states and contacts, grouped together."""
    state = select([*keep(*SERIES, "ex", "an", "zero"), name(null(), "contact")], judged)
    contact = select([*keep(*SERIES), *(name(null(), key) for key in ("ex", "an", "zero")), name(col("m"), "contact")], contacts)
    both = statement.add(f"both{group.gid}", union([state, contact]))
    largest = [name(exp.Max(this=col(key)), key) for key in ("ex", "an", "zero")]
    query = select([
        *keep(*SERIES), *largest, name(op("+", exp.Count(this=col("contact")), 1), "n"),
        name(exp.Min(this=col("contact")), "first_contact"), name(exp.Max(this=col("contact")), "from_contact"),
    ], both)
    return statement.add(f"met{group.gid}", query.group_by(*(col(key) for key in SERIES), copy=False))


def _listed(plan: Plan, group: Group, dated: str, day: int) -> Sql:
    """The open rows under the rule of the day, with their status."""
    steps = Attributes(group.variants)
    base = col("due")

    def edge(column: str) -> Sql:
        return null() if steps.none(column) else op("+", base.copy(), steps.of(column))

    origin = case((op("=", col("n"), 1), col("zero")), other=col("from_contact"))
    limits = [op("=", col("ex"), 1), op("=", flag(is_null(col("due"))), 0)]
    if not steps.none("valid_from"):
        limits.append(any_of(is_null(steps.of("valid_from")), op(">=", origin, steps.of("valid_from"))))
    if not steps.none("valid_to"):
        limits.append(any_of(is_null(steps.of("valid_to")), op("<", origin.copy(), steps.of("valid_to"))))
    edges = {"opens": "opens_by", "overdue": "overdue_by", "closes": "closes_by"}
    inner = select([
        *keep("subject", "episode", "n", "due"), *(name(edge(by), column) for column, by in edges.items()),
        *(name(steps.of(column), column) for column in ("pathway", "step", "rule", "urgency", "compartment")),
    ], aliased(dated, "o"))
    if steps.joined:
        inner = inner.join(aliased(table_name(plan, "step"), "r"), on=op("=", col("sid", "r"), col("sid", "o")), copy=False)
    inner = inner.where(all_of(*limits), copy=False)
    listed = exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier("listed", quoted=True)))
    values = [name(_status(lit(day)) if column == "status" else col(column), column) for column in COLUMNS]
    return select(values, listed)

