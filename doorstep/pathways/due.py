"""The list of one day straight from facts: which rows are open, without the story of how they came to be.

What is open on a day depends on the last state by that day alone (docs/pathway-language.md, 6). For contact chains that is
read by grouping, without a sort of all events: for a country's registers, where nothing is stored. Other steps go the whole way.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlglot import exp

from doorstep.content import tree as t
from doorstep.content.model import Programme
from doorstep.pathways.chain import Chains, add_dues
from doorstep.pathways.compiler import Compiled, add_steps
from doorstep.pathways.done import add_events
from doorstep.pathways.judged import Judge
from doorstep.pathways.last import add_last, groups
from doorstep.pathways.plan import Group, Plan, Variant, asks_moment, make_plan, read_by
from doorstep.pathways.rows import SERIES, keep
from doorstep.pathways.sql import (
    Sql,
    Statement,
    aliased,
    all_of,
    any_of,
    case,
    col,
    flag,
    is_null,
    lit,
    name,
    null,
    op,
    select,
    union,
)
from doorstep.pathways.stream import Source, Stream, home, own_events
from doorstep.pathways.tables import Attributes, rule_tables, table_name
from doorstep.pathways.tally import add_tally, folded, folds, least, unpacked

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
        parts = [_open_chains(statement, plan, group, replace(source, upto=day), day) for group in plan.groups]
        query = union(parts)
    else:
        rows = statement.add("step_row", add_steps(statement, plan, source, projected=False))
        query = _open_rows(rows, day, day * 86_400 + 86_399 if second is None else second)
    return Compiled(statement.printed(query), rule_tables(plan), COLUMNS)


def _by_last_state(programme: Programme, variant: Variant) -> bool:
    """Whether the open row follows from the last state: a table's chain on a day clock that reads facts of her alone."""
    kind, chain, done = variant.pathway.episode, variant.step.chain, variant.step.done
    own = all(home(programme, f.code) == kind for f in (done.filters if done else ()))
    return bool(
        chain and chain.table and not variant.own_series and own and not asks_moment(variant) and done
        and groups(programme, kind, variant.step.clock, read_by(variant))
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
    opened = Opened(plan, group, statement.dialect)
    last = add_last(statement, plan.programme, opened.judge.leaves, source, lit(day))
    return opened.rows(statement, source, last, day)


class Opened:
    """What must be known of the last states of one group of chains: its rules, and in engines that fold lists its events."""

    def __init__(self, plan: Plan, group: Group, dialect: str) -> None:
        self.plan, self.group, self.dialect = plan, group, dialect
        self.judge = Judge(plan, group, dialect, last=True)
        variants, gaps = Attributes(group.variants), dict(Chains(plan, Attributes(group.variants)).gaps.least_one().by_sid)
        emitted, leaves = self.judge.emitted(), self.judge.leaves
        kept = [column for column in emitted.columns if column.alias in (*SERIES, "ex", "an")]
        kept.append(name(leaves(t.EpisodeStart()), "zero"))
        if folds(dialect):
            kept.append(name(variants.by_number(lambda v: folded(leaves.days(_done(v)), gaps[v.sid], dialect)), "packed"))
            kept.append(name(variants.by_number(lambda v: least(leaves.days(_done(v)), dialect)), "first_contact"))
        self.emitted = emitted._replace(columns=kept)

    def rows(self, statement: Statement, source: Source, states: str, day: int) -> Sql:
        """The open rows of a day, from a table of last states."""
        judged = self.judge.build(statement, self.emitted, states)
        chains = Chains(self.plan, Attributes(self.group.variants))
        if folds(self.dialect):
            many, last = unpacked("packed")
            met = statement.add(f"met{self.group.gid}", select([
                *keep(*SERIES, "ex", "an", "zero", "first_contact"), name(op("+", many, 1), "n"), name(last, "from_contact"),
            ], judged))
        else:
            met = _met(statement, self.group, judged, _contacts(statement, self.plan, self.group, chains, source))
        return _listed(self.plan, self.group, add_dues(statement, met, chains, f"_{self.group.gid}"), day)


def _done(variant: Variant) -> tuple[t.Filter, ...]:
    assert variant.step.done is not None
    return variant.step.done.filters


def _contacts(statement: Statement, plan: Plan, group: Group, chains: Chains, source: Source) -> str:
    """Adds (subject, episode, sid, contacts, first_contact, from_contact): how many there were, the first and the last."""
    gid = group.gid
    codes = sorted({f.code for v in group.variants for f in _done(v)})
    visit = statement.add(f"visit{gid}", own_events(statement, group.episode, codes, "day", source))
    events = add_events(statement, plan, {gid: Stream(visit, visit, True, False)}, f"contact_event{gid}", only=group)
    assert events is not None
    return add_tally(statement, events, chains.gaps.least_one(), f"_{gid}")


def _met(statement: Statement, group: Group, judged: str, contacts: str) -> str:
    """Judged states with their contacts: put together and grouped, since SQLite may join two such tables row by row."""
    gid, own, theirs = group.gid, ("ex", "an", "zero"), ("contacts", "first_contact", "from_contact")
    state = select([*keep(*SERIES, *own), *(name(null(), key) for key in theirs)], judged)
    contact = select([*keep(*SERIES), *(name(null(), key) for key in own), *keep(*theirs)], contacts)
    both = statement.add(f"both{gid}", union([state, contact]))
    largest = {key: exp.Max(this=col(key)) for key in (*own, *theirs)}
    many = exp.Coalesce(this=largest.pop("contacts"), expressions=[lit(0)])
    query = select([
        *keep(*SERIES), name(op("+", many, 1), "n"), *(name(value, key) for key, value in largest.items()),
    ], both)
    return statement.add(f"met{gid}", query.group_by(*(col(key) for key in SERIES), copy=False), keep=True)


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

