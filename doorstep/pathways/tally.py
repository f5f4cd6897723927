"""How many contacts of a chain there were in all, the first and the last: contacts without their story.

Source: docs/pathway-language.md, *chain*. Engines that fold lists follow the events of each series one by one. The others count:
an event that is not near the one before it is a contact. Only where three events are near each other one by one, that may be
wrong: those few series are followed as in `contacts`.
"""

from __future__ import annotations

from sqlglot import exp

from doorstep.pathways.contacts import Gaps, add_contacts
from doorstep.pathways.rows import SERIES, keep
from doorstep.pathways.sql import (
    Over,
    Sql,
    Statement,
    aliased,
    all_of,
    any_of,
    case,
    cast,
    col,
    equal,
    is_null,
    lit,
    name,
    op,
    select,
    union,
    when,
)

PACK = 2**32
"""A running contact is one number: how many there were, times this, plus the last of them."""
FLOOR = 1_000_000
"""Added to days, so that none is negative: day -719,162 is the first of year 1."""


def add_tally(statement: Statement, events: str, gaps: Gaps, suffix: str) -> str:
    """Adds (subject, episode, sid, contacts, first_contact, from_contact) of events (subject, episode, sid, t in days).

    `from_contact` is the last. No gap is 0 (`Gaps.least_one`): events of one day may come one by one.
    """
    over = Over(SERIES, ("t",))
    line = statement.add(f"line{suffix}", select([
        *keep(*SERIES), name(col("t"), "m"), name(over.lag(col("t")), "before"),
        name(over(exp.Lag(this=col("t"), offset=lit(2))), "before_that"),
    ], events))
    begins = any_of(is_null(col("before")), op(">=", op("-", col("m"), col("before")), gaps.sql()))
    crowd = all_of(
        op("<", op("-", col("m"), col("before")), gaps.sql()), op("<", op("-", col("before"), col("before_that")), gaps.sql())
    )
    counted = statement.add(f"tally{suffix}", select([
        *keep(*SERIES), name(exp.Count(this=when(begins, lit(1))), "contacts"), name(exp.Min(this=col("m")), "first_contact"),
        name(exp.Max(this=when(begins.copy(), col("m"))), "from_contact"), name(exp.Count(this=when(crowd, lit(1))), "crowds"),
    ], line).group_by(*(col(key) for key in SERIES), copy=False), keep=True)
    columns = keep(*SERIES, "contacts", "first_contact", "from_contact")
    plain = select(columns, counted, op("=", col("crowds"), 0))
    exact = select([column.copy() for column in columns], _followed(statement, events, counted, gaps, suffix))
    return statement.add(f"contacts{suffix}", union([plain, exact]))


def _followed(statement: Statement, events: str, counted: str, gaps: Gaps, suffix: str) -> str:
    """Adds the tally of series in which three events are near each other: which are contacts depends on which were before."""
    crowded = statement.add(f"crowded{suffix}", select(keep(*SERIES), counted, op(">", col("crowds"), 0)), keep=True)
    crowd = select(
        [*(name(col(key, "v"), key) for key in SERIES), name(col("t", "v"), "m"), name(lit(0), "run"), name(lit(1), "cq")],
        aliased(crowded, "w"),
    ).join(aliased(events, "v"), on=equal("v", "w", SERIES), copy=False)
    crowd = crowd.group_by(*(col(key, "v") for key in (*SERIES, "t")), copy=False)
    marked = add_contacts(statement, statement.add(f"crowd{suffix}", crowd), gaps, suffix)
    query = select([
        *keep(*SERIES), name(exp.Count(this=lit(1)), "contacts"), name(exp.Min(this=col("m")), "first_contact"),
        name(exp.Max(this=col("m")), "from_contact"),
    ], marked, op("=", col("ct"), 1))
    return statement.add(f"followed{suffix}", query.group_by(*(col(key) for key in SERIES), copy=False))


def folds(dialect: str) -> bool:
    """Whether an engine can follow the events of a series one by one within a row."""
    return dialect in ("duckdb", "spark")


def folded(days: Sql, gap: int, dialect: str) -> Sql:
    """The packed number of contacts of a list of days (null: of none).

    No column is read within: DuckDB 1.5 takes those of other rows, once some lists have ended.
    """
    duckdb = dialect == "duckdb"
    so_far, day = exp.column("so_far"), exp.column("day")
    moved = op("+", day, FLOOR)
    last = op("%", so_far, PACK)
    apart = any_of(op("<", so_far.copy(), PACK), op(">=", op("-", moved, last), gap))
    longer = op("+", op("+", op("-", so_far.copy(), last.copy()), PACK), moved.copy())
    body = exp.Lambda(
        this=case((apart, longer), other=so_far.copy()), expressions=[exp.to_identifier("so_far"), exp.to_identifier("day")]
    )
    begun = cast(lit(0), "bigint")
    ordered = exp.Anonymous(this="LIST_SORT" if duckdb else "ARRAY_SORT", expressions=[days])
    arguments = [ordered, body, begun] if duckdb else [ordered, begun, body]
    return exp.Anonymous(this="LIST_REDUCE" if duckdb else "AGGREGATE", expressions=arguments)


def least(days: Sql, dialect: str) -> Sql:
    """The first of a list of days."""
    return exp.Anonymous(this="LIST_MIN" if dialect == "duckdb" else "ARRAY_MIN", expressions=[days])


def unpacked(packed: str) -> tuple[Sql, Sql]:
    """How many contacts a packed number says (0 when it is null), and which was the last (null when there was none)."""
    many = cast(exp.IntDiv(this=col(packed), expression=lit(PACK)), "bigint")
    last = when(op(">=", col(packed), PACK), op("-", op("%", col(packed), PACK), FLOOR))
    return exp.Coalesce(this=many, expressions=[lit(0)]), last
