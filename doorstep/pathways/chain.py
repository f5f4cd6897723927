"""Chains: one open row, dated by what happened before, and the rows that would follow it.

Source: docs/pathway-language.md, *chain*. At every moment the number of contacts so far says which row is open; a version of
it begins where its due day changes. Everything is read from the moments themselves, so that nothing is joined by a range.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from doorstep.content.model import Chain
from doorstep.pathways.contacts import RUN, Gaps, add_contacts
from doorstep.pathways.done import FROM
from doorstep.pathways.plan import ANEW, CHAIN, REDATED, Plan, Variant
from doorstep.pathways.rows import SERIES, add_stretches, is_one, keep, of_kind
from doorstep.pathways.sql import (
    FAR,
    Over,
    Sql,
    Statement,
    aliased,
    all_of,
    any_of,
    both_sides,
    case,
    col,
    flag,
    identifier,
    is_null,
    lit,
    name,
    not_null,
    null,
    op,
    select,
    when,
)
from doorstep.pathways.tables import Attributes, class_ranges, table_name, unit

OPEN = (*SERIES, "stretch", "twice")
"""Rows of the list of openings; `twice` 1 for a row that was done on the moment at which it began."""


def add_chains(statement: Statement, plan: Plan, flow: str, projected: bool) -> str | None:
    """Adds the rows of all chains, with the columns `done.ASKED`; None when there are no chains."""
    variants = plan.of(CHAIN)
    if not variants:
        return None
    chains = Chains(plan, Attributes(variants))
    linked = _linked(statement, flow, of_kind(variants, plan.chosen), chains)
    counted = _counted(statement, add_contacts(statement, linked, chains.gaps))
    turned = _turned(statement, _dated(statement, counted, chains))
    numbered = _numbered(statement, turned, chains)
    if projected:
        rows = statement.add("chain_dated", _later(plan, numbered))
    else:
        rows = statement.add("chain_dated", select([exp.Star(), name(null(), "k"), name(null(), "shift")], numbered))
    return statement.add("chain_row", _shaped(rows))


@dataclass(frozen=True)
class Chains:
    """What the chosen chains are, as SQL that reads the column `sid`."""

    plan: Plan
    variants: Attributes

    def by(self, read: object, other: Sql | None = None) -> Sql:
        """What each chain has: `read` takes the variant and its chain."""
        assert callable(read)
        return self.variants.by_number(lambda v: read(v, _chain(v)), other)

    @property
    def own_series(self) -> bool:
        """Whether some chain counts its contacts stretch by stretch."""
        return any(variant.own_series for variant in self.variants.variants)

    @property
    def dated(self) -> bool:
        """Whether some chain follows a table."""
        return any(_chain(variant).table for variant in self.variants.variants)

    @property
    def gaps(self) -> Gaps:
        return Gaps(tuple((variant.sid, _chain(variant).gap) for variant in self.variants.variants))


def _chain(variant: Variant) -> Chain:
    assert variant.step.chain is not None
    return variant.step.chain


def _linked(statement: Statement, flow: str, kind: Sql | None, chains: Chains) -> str:
    """Adds the moments of chains with their stretch, and whether a moment's event may be a contact (`cq`) of which `run`."""
    stretches = add_stretches(statement, flow, "link", kind)
    inside = flag(all_of(
        is_one("q"), op(">=", col("stretch"), 1), any_of(is_null(col("stop")), op("<=", col("m"), col("stop")))
    ))
    return statement.add("linked", select([
        *keep(*SERIES, "m", "cd", "ex", "an", "opens", "stretch", "begun", "stop", "stop_why"),
        name(chains.by(lambda v, chain: col("begun") if v.own_series else col("origin")), "zero"),
        name(chains.by(lambda v, chain: col("begun_cd") if v.own_series else col("origin_cd")), "zero_cd"),
        name(chains.by(lambda v, chain: col("stretch") if v.own_series else lit(0)), "run"),
        name(chains.by(lambda v, chain: inside.copy() if v.own_series else col("q")), "cq"),
    ], stretches))


def _counted(statement: Statement, contact: str) -> str:
    """Adds how many contacts there were by each moment, the first, the last, and the last before the moment."""
    over = Over(RUN, ("m",))
    at, day = when(is_one("ct"), col("m")), when(is_one("ct"), col("cd"))
    relevant = select([exp.Star()], contact, any_of(is_one("ex"), is_one("ct")))
    source = statement.add("relevant", relevant)
    return statement.add("counted", select([
        *keep(*SERIES, "m", "ex", "an", "opens", "stretch", "begun", "stop", "stop_why", "zero", "zero_cd", "ct"),
        name(over.running(exp.Sum(this=col("ct"))), "contacts"),
        name(over.running(exp.Min(this=at)), "first_contact"),
        name(over.running(exp.Max(this=at.copy())), "last_contact"),
        name(over.before(exp.Max(this=at.copy())), "contact_before"),
        name(over.running(exp.Max(this=day)), "last_cd"), name(over.before(exp.Max(this=day.copy())), "cd_before"),
    ], source))


def _dated(statement: Statement, counted: str, chains: Chains) -> str:
    """Adds the due day of the row that is open at each moment, and the key of the rows that would follow it."""
    kept = (*SERIES, "m", "ex", "an", "stretch", "begun", "stop", "stop_why", "zero", "ct", "first_contact")
    # A row whose contact is on the very moment at which it begins is read beside the one that is open after it.
    again = op("=", col("side"), 1)
    number = op("-", op("+", col("contacts"), 1), col("side"))
    query = select([
        *keep(*kept), name(number, "n"), name(col("side"), "twice"),
        name(case((again, col("contact_before")), other=col("last_contact")), "from_contact"),
        name(case((op("=", number.copy(), 1), col("zero_cd")), (again.copy(), col("cd_before")), other=col("last_cd")), "fcd"),
    ], counted).join(both_sides(), join_type="CROSS", copy=False)
    only = any_of(op("=", col("side"), 0), all_of(is_one("opens"), is_one("ct")))
    source = statement.add("opening", query.where(only, copy=False))
    return add_dues(statement, source, chains)


def add_dues(statement: Statement, source: str, chains: Chains, suffix: str = "") -> str:
    """Adds to openings (n, an, zero, first_contact, from_contact, ...) their due day, and the key of what would follow."""
    keyed = statement.add(f"keyed{suffix}", select([
        exp.Star(),
        name(chains.by(lambda v, chain: _class(chains.plan, v)), "cls"),
        name(chains.by(lambda v, chain: _last(v)), "week"), name(when(op(">", col("n"), 1), lit(1)), "follows"),
    ], source))
    star = exp.Column(this=exp.Star(), table=identifier("o"))
    query = select([star, name(chains.by(lambda v, chain: _due(v)), "due")], aliased(keyed, "o"))
    if chains.dated:
        following = all_of(
            op("=", col("series", "h"), col("sid", "o")), op("=", col("cls", "h"), col("cls", "o")),
            op("=", col("last", "h"), col("week", "o")), op("=", col("k", "h"), col("follows", "o")),
        )
        query = query.join(aliased(table_name(chains.plan, "chain"), "h"), on=following, join_type="LEFT", copy=False)
    return statement.add(f"dated{suffix}", query, keep=True)


def _since_date(contact: str) -> Sql:
    """How long after the date a contact was; what was before the date counts as on it."""
    apart = op("-", col(contact), col("an"))
    return case((op(">", apart, 0), apart.copy()), (op("<=", apart.copy(), 0), lit(0)))


def _class(plan: Plan, variant: Variant) -> Sql:
    """Class of the first contact, null without a date; for row 1 the class of a first contact when it is due."""
    chain = _chain(variant)
    if chain.table is None:
        return lit(0)
    ranges = class_ranges(plan, variant)
    supposed = next((number for low, high, number in ranges if low <= chain.first < high), None)
    branches = [
        (all_of(op(">=", _since_date("first_contact"), low), op("<", _since_date("first_contact"), high)), lit(number))
        for low, high, number in ranges
    ]
    first = null() if supposed is None else when(not_null(col("an")), lit(supposed))
    return case((op("=", col("n"), 1), first), other=case(*branches))


def _last(variant: Variant) -> Sql:
    """Where the week of the last contact begins, from the date."""
    chain = _chain(variant)
    if chain.table is None:
        return lit(0)
    week = 7 * unit(variant)
    since = _since_date("from_contact")
    return case(
        (op("=", col("n"), 1), lit(chain.first - chain.first % week)),
        other=op("-", since, op("%", since.copy(), week)),
    )


def _due(variant: Variant) -> Sql:
    """Due day of the open row; null: no row."""
    chain = _chain(variant)
    known = not_null(col("an"))
    first = op("=", col("n"), 1)
    if chain.table is not None:
        by_table = op("+", col("an"), col("shift", "h"))
        without = null() if chain.otherwise is None else op("+", col("from_contact"), chain.otherwise)
        return case(
            (all_of(first, known), op("+", col("an"), chain.first)), (first.copy(), col("zero")),
            (known.copy(), by_table), other=without,
        )
    assert chain.every is not None
    start = col("begun") if variant.step.anchor is None else col("an")
    following = op("+", col("from_contact"), chain.every)
    if chain.times is not None:
        return case(
            (first, op("+", start, chain.first)), (op("<=", col("n"), chain.times), following), other=null()
        )
    return case((first, op("+", start, chain.first)), other=following)


def _turned(statement: Statement, dated: str) -> str:
    """Adds the versions: where the due day of the open row changes; and what each leads to."""
    over = Over((*SERIES, "twice"), ("m",))
    was = statement.add("was", select([
        exp.Star(), *(name(over.lag(col(column)), f"was_{column}") for column in ("m", "n", "stretch", "due")),
    ], dated))
    changed = any_of(
        is_null(col("was_m")), op("!=", col("was_n"), col("n")), op("!=", col("was_stretch"), col("stretch")),
        op("!=", col("was_due"), col("due")),
        all_of(is_null(col("was_due")), not_null(col("due"))), all_of(not_null(col("was_due")), is_null(col("due"))),
    )
    change = statement.add("change", select([exp.Star()], was, changed))
    following = statement.add("turning", select([
        *keep(*OPEN, "m", "fcd", "ex", "an", "stop", "stop_why", "n", "cls", "week", "due"),
        *(name(over.lead(col(column)), f"next_{column}") for column in ("m", "ex", "stretch", "ct")),
    ], change))
    completed = all_of(is_one("next_ct"), any_of(is_null(col("stop")), op("<=", col("next_m"), col("stop"))))
    redated = all_of(is_one("next_ex"), op("=", col("next_stretch"), col("stretch")))
    values = [
        *keep(*SERIES, "stretch", "fcd", "an", "n", "cls", "week", "due"), name(col("m"), "since"),
        name(case((is_one("twice"), col("m")), (completed, col("next_m"))), "done_on"),
        name(case((is_one("twice"), col("m")), (completed.copy(), col("next_m")), (redated, col("next_m")), other=col("stop")),
             "ends"),
        name(case((any_of(is_one("twice"), completed.copy()), lit(ANEW)), (redated.copy(), lit(REDATED)), other=col("stop_why")),
             "why"),
    ]
    return statement.add("turned", select(values, following, all_of(is_one("ex"), not_null(col("due")))), keep=True)


def _numbered(statement: Statement, turned: str, chains: Chains) -> str:
    """Adds the final number: a new series goes on from the last row of the stretch before."""
    source = turned
    if chains.own_series:
        stretch = Over((*SERIES, "stretch"))
        first = Over((*SERIES, "stretch"), ("since", "n"))(exp.RowNumber())
        sized = statement.add("sized", select([
            exp.Star(), name(stretch(exp.Max(this=col("n"))), "size"), name(first, "place"),
        ], source))
        upto = Over(SERIES, ("stretch",))(exp.Sum(this=case((op("=", col("place"), 1), col("size")), other=lit(0))))
        before = op("-", upto, col("size"))
        source = statement.add("placed", select([
            exp.Star(), name(chains.by(lambda v, chain: before.copy() if v.own_series else lit(0)), "behind"),
        ], sized))
    total = op("+", col("n"), col("behind")) if chains.own_series else col("n")
    return statement.add("chained", select([
        *keep(*SERIES, "since", "fcd", "an", "cls", "week", "due", "done_on", "ends", "why"),
        name(chains.by(lambda v, chain: null() if chain.times is None else op("-", lit(chain.times), col("n"))), "room"),
        name(chains.by(lambda v, chain: null() if chain.table is None else flag(op(">", col("n"), 1))), "skip"),
        name(total, "n"),
    ], source), keep=True)


def _later(plan: Plan, numbered: str) -> exp.Select:
    """Each row once for itself (k null), and once for each row that would follow it."""
    skipped = case((not_null(col("skip")), col("skip")), other=lit(0))
    on = all_of(
        op("=", col("side"), 1), op("=", col("series", "h"), col("sid", "o")), op("=", col("cls", "h"), col("cls", "o")),
        op("=", col("last", "h"), col("week", "o")), op(">", col("k", "h"), skipped),
        any_of(is_null(col("room", "o")), op("<=", col("k", "h"), col("room", "o"))),
    )
    columns = [exp.Column(this=exp.Star(), table=identifier("o"))]
    query = select([*columns, name(col("k", "h"), "k"), name(col("shift", "h"), "shift")], aliased(numbered, "o"))
    query = query.join(both_sides(), join_type="CROSS", copy=False)
    query = query.join(aliased(table_name(plan, "chain"), "h"), on=on, join_type="LEFT", copy=False)
    lives = any_of(is_null(col("ends", "o")), op(">", col("ends", "o"), col("since", "o")))
    return query.where(any_of(op("=", col("side"), 0), all_of(not_null(col("k", "h")), lives)), copy=False)


def _shaped(rows: str) -> exp.Select:
    """The columns of a row. One that would follow waits for the one before it and ends with the version that it follows."""
    itself, done = is_null(col("k")), not_null(col("done_on"))
    by_table = not_null(col("skip"))
    skipped = case((by_table, col("skip")), other=lit(0))
    number = op("+", col("n"), op("-", col("k"), skipped))
    due = op("+", case((by_table.copy(), col("an")), other=col("due")), col("shift"))
    left = all_of(itself, done)
    anew = any_of(done.copy(), op("=", col("why"), REDATED))
    why = case(
        (any_of(is_null(col("ends")), left), null()), (all_of(not_null(col("k")), anew), lit(ANEW)), other=col("why")
    )
    return select([
        *keep(*SERIES), name(case((itself.copy(), col("n")), other=number), "n"), *keep("since", "fcd"),
        name(case((itself.copy(), col("due")), other=due), "base"),
        name(case((left.copy(), null()), other=col("ends")), "until"), name(why, "why"),
        name(when(not_null(col("k")), op("-", number.copy(), 1)), "waits"),
        name(case((left.copy(), col("done_on")), other=lit(-FAR)), "key"), name(lit(FROM), "side"),
        name(case((left.copy(), col("done_on")), other=lit(-FAR)), "upto"), name(lit(1), "chained"),
    ], rows)
