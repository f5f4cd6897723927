"""Contacts of a chain: events grouped greedily, without recursion.

Source: docs/pathway-language.md, *chain*. An event nearer than `gap` to the last contact belongs to it. Where consecutive events
are at least `gap` apart, each is a contact. Only in clusters of nearer events that together last `gap` or longer must the
contacts be followed one by one; there the next contact after each event is looked up and the jumps are doubled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from doorstep.pathways.rows import SERIES, keep
from doorstep.pathways.sql import (
    Over,
    Sql,
    Statement,
    all_of,
    any_of,
    both_sides,
    case,
    cast,
    choose,
    col,
    flag,
    is_null,
    lit,
    name,
    op,
    select,
    when,
)

DOUBLINGS = 7
"""127 contacts within one cluster can be followed. 44 weeks of events, each less than 7 days after the one before, have 45."""
RUN = (*SERIES, "run")
CLUSTER = (*RUN, "cluster")


@dataclass(frozen=True)
class Gaps:
    """How near a contact takes in what follows, by step number."""

    by_sid: tuple[tuple[int, int], ...]

    def least_one(self) -> Gaps:
        """The same contacts, where events of one moment are not yet one: moments are whole."""
        return Gaps(tuple((sid, max(gap, 1)) for sid, gap in self.by_sid))

    @property
    def none(self) -> bool:
        return not any(gap for _, gap in self.by_sid)

    def sql(self) -> Sql:
        """The gap of the row's step."""
        return choose(col("sid"), [(sid, lit(gap)) for sid, gap in self.by_sid])

    def each(self, make: Callable[[int], Sql]) -> Sql:
        """What is made for the gap of the row's step."""
        return choose(col("sid"), [(sid, make(gap)) for sid, gap in self.by_sid])


def add_contacts(statement: Statement, source: str, gaps: Gaps, suffix: str = "") -> str:
    """Adds to rows (..., run, m, cq) the column `ct`: 1 where the event of `cq` is a contact. Contacts count within a `run`.

    There is one row for each moment of a run.
    """
    if gaps.none:
        return statement.add(f"contact{suffix}", select([exp.Star(), name(col("cq"), "ct")], source))
    if statement.dialect == "spark":
        return _folded(statement, source, gaps, suffix)
    over = Over(RUN, ("m",))
    event = op("=", col("cq"), 1)
    before = over.before(exp.Max(this=when(event, col("m"))))
    first = statement.add(f"candidate{suffix}", select([exp.Star(), name(before, "before")], source))
    begins = all_of(
        op("=", col("cq"), 1), any_of(is_null(col("before")), op(">=", op("-", col("m"), col("before")), gaps.sql()))
    )
    second = statement.add(f"clustered{suffix}", select(
        [exp.Star(), name(flag(begins), "begins"),
         name(over.running(exp.Max(this=when(begins.copy(), col("m")))), "cluster")], first,
    ), keep=True, fence=True)
    followed = _followed(statement, second, gaps, suffix)
    later = statement.add(f"later_contact{suffix}", select(keep(*SERIES, "m"), followed, op("=", col("mark"), 1)))
    # Membership, not a join: every engine keeps such a list indexed.
    listed = exp.In(this=exp.Tuple(expressions=keys()), query=exp.Subquery(this=select(keys(), later)))
    return statement.add(f"contact{suffix}", select(
        [exp.Star(), name(flag(any_of(op("=", col("begins"), 1), listed)), "ct")], second), keep=True)


def keys() -> list[Sql]:
    return [col(key) for key in (*SERIES, "m")]


def _followed(statement: Statement, clustered: str, gaps: Gaps, suffix: str) -> str:
    """Adds (cluster, m, after, mark): events at least `gap` after the first of their cluster, marked where they are contacts.

    The others are contacts only as the first of a cluster. Each table reads the one before it once: SQLite copies what is read.
    """
    far = op(">=", op("-", col("m"), col("cluster")), gaps.sql())
    event = all_of(op("=", col("cq"), 1), op("=", col("begins"), 0), far)
    reached = statement.add(f"far{suffix}", select(keep(*CLUSTER, "m"), clustered, event))
    within = Over(CLUSTER, ("m",))

    def following(gap: int) -> Sql:
        return within(exp.Min(this=col("m")), (str(gap), "FOLLOWING", "UNBOUNDED", "FOLLOWING"), "RANGE")

    first = op("=", Over(CLUSTER)(exp.Min(this=col("m"))), col("m"))
    source = statement.add(f"jump0{suffix}", select(
        [*keep(*CLUSTER, "m"), name(gaps.each(following), "after"), name(flag(first), "mark")], reached
    ), fence=True)
    for number in range(1, DOUBLINGS + 1):
        source = _doubled(statement, source, f"{number}{suffix}")
    return source


def _doubled(statement: Statement, source: str, number: str) -> str:
    """Jumps twice as long; what a marked event jumps to is marked.

    Every event stands in the list twice, as itself (side 0) and as what it jumps to (side 1): where the two meet, the event
    learns from what it jumps to, and the other way round.
    """
    itself = op("=", col("side"), 0)
    here = case((itself, col("m")), other=col("after"))
    query = select([*keep(*CLUSTER, "m", "after", "mark", "side"), name(here, "here")], source)
    query = query.join(both_sides(), join_type="CROSS", copy=False)
    statement.add(f"sides{number}", query)
    meeting = Over((*CLUSTER, "here"))
    met = statement.add(f"met{number}", select([
        *keep(*CLUSTER, "m", "mark", "side"),
        name(meeting(exp.Max(this=when(itself.copy(), col("after")))), "onward"),
        name(meeting(exp.Max(this=case((op("=", col("side"), 1), col("mark")), other=lit(0)))), "reached"),
    ], f"sides{number}"))
    reached = all_of(itself.copy(), op("=", col("reached"), 1))
    query = select([
        *keep(*CLUSTER, "m"),
        name(exp.Max(this=when(op("=", col("side"), 1), col("onward"))), "after"),
        name(exp.Max(this=case((reached, lit(1)), other=col("mark"))), "mark"),
    ], met)
    return statement.add(f"jump{number}", query.group_by(*(col(key) for key in (*CLUSTER, "m")), copy=False), fence=True)


def _folded(statement: Statement, source: str, gaps: Gaps, suffix: str) -> str:
    """Spark inlines table expressions, so that many layers are planned for long; but it can fold an array."""
    moments = exp.Anonymous(this="COLLECT_LIST", expressions=[when(op("=", col("cq"), 1), col("m"))])
    ordered = exp.Anonymous(this="ARRAY_SORT", expressions=[Over(RUN)(moments)])
    gathered = statement.add(f"gathered{suffix}", select([exp.Star(), name(ordered, "moments")], source))
    so_far, moment = exp.column("so_far"), exp.column("moment")
    empty = cast(exp.Anonymous(this="ARRAY", expressions=[]), "array<bigint>")
    last = exp.Anonymous(this="ELEMENT_AT", expressions=[so_far.copy(), exp.Literal.number(-1)])
    size = exp.Anonymous(this="SIZE", expressions=[so_far.copy()])
    apart = op(">=", op("-", moment.copy(), last), gaps.sql())
    longer = exp.Anonymous(this="CONCAT", expressions=[
        so_far.copy(), exp.Anonymous(this="ARRAY", expressions=[moment.copy()])
    ])
    step = exp.Case(
        ifs=[exp.If(this=op("=", size, 0), true=longer), exp.If(this=apart, true=longer.copy())], default=so_far.copy()
    )
    body = exp.Lambda(this=step, expressions=[exp.to_identifier("so_far"), exp.to_identifier("moment")])
    contacts = exp.Anonymous(this="AGGREGATE", expressions=[col("moments"), empty, body])
    among = exp.Anonymous(this="ARRAY_CONTAINS", expressions=[contacts, col("m")])
    return statement.add(f"contact{suffix}", select(
        [exp.Star(), name(flag(all_of(op("=", col("cq"), 1), among)), "ct")], gathered))
