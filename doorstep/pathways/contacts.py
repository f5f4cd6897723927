"""Contacts of a chain: events grouped greedily, without recursion.

Source: docs/pathway-language.md, *chain*. An event nearer than `gap` to the last contact belongs to it. Where consecutive events
are at least `gap` apart, each is a contact. Only in clusters of nearer events that together last `gap` or longer must the
contacts be followed one by one; there the next contact after each event is looked up and the jumps are doubled.
"""

from __future__ import annotations

from sqlglot import exp

from doorstep.pathways.rows import SERIES, keep
from doorstep.pathways.sql import (
    Over,
    Sql,
    Statement,
    aliased,
    all_of,
    any_of,
    cast,
    col,
    equal,
    flag,
    is_null,
    name,
    not_null,
    op,
    select,
    when,
)

DOUBLINGS = 6
"""63 contacts within one cluster can be followed: 44 weeks of events, each less than 7 days after the one before, have 45."""
RUN = (*SERIES, "run")
CLUSTER = (*RUN, "cluster")


def add_contacts(statement: Statement, source: str, gap: Sql | None) -> str:
    """Adds to rows (…, run, m, cq) the column `ct`: 1 where the event of `cq` is a contact. Contacts count within a `run`.

    `gap` reads the column `sid`; None: every event is a contact.
    """
    if gap is None:
        return statement.add("contact", select([exp.Star(), name(col("cq"), "ct")], source))
    if statement.dialect == "spark":
        return _folded(statement, source, gap)
    over = Over(RUN, ("m",))
    event = op("=", col("cq"), 1)
    before = over.before(exp.Max(this=when(event, col("m"))))
    first = statement.add("candidate", select([exp.Star(), name(before, "before")], source))
    begins = all_of(
        op("=", col("cq"), 1), any_of(is_null(col("before")), op(">=", op("-", col("m"), col("before")), gap.copy()))
    )
    second = statement.add("clustered", select(
        [exp.Star(), name(flag(begins), "begins"),
         name(over.running(exp.Max(this=when(begins.copy(), col("m")))), "cluster")], first,
    ), keep=True)
    followed = _followed(statement, second, gap)
    known = select([*(name(col(key, "c"), key) for key in (*SERIES, "m"))], aliased(followed, "c"), op("=", col("mark", "c"), 1))
    statement.add("later_contact", known)
    columns = [exp.Column(this=exp.Star(), table=exp.to_identifier("a", quoted=True))]
    is_contact = flag(any_of(op("=", col("begins", "a"), 1), not_null(col("m", "b"))))
    query = select([*columns, name(is_contact, "ct")], aliased(second, "a"))
    query = query.join(aliased("later_contact", "b"), on=equal("a", "b", (*SERIES, "m")), join_type="LEFT", copy=False)
    return statement.add("contact", query)


def _followed(statement: Statement, clustered: str, gap: Sql) -> str:
    """Adds (cluster, m, mark): the events of long clusters, marked where they are contacts."""
    event = op("=", col("cq"), 1)
    far = op(">=", op("-", col("m"), col("cluster")), gap.copy())
    long_ = select(keep(*CLUSTER), clustered, all_of(event, op("=", col("begins"), 0), far))
    statement.add("long_cluster", long_.distinct(copy=False), keep=True)
    members = select(
        [name(col(key, "a"), key) for key in (*CLUSTER, "m")], aliased(clustered, "a")
    ).join(aliased("long_cluster", "b"), on=equal("a", "b", CLUSTER), copy=False)
    statement.add("member", members.where(op("=", col("cq", "a"), 1), copy=False), keep=True)
    reach = gap.transform(lambda node: col("sid", "a") if isinstance(node, exp.Column) else node)
    later = all_of(equal("a", "b", CLUSTER), op(">=", col("m", "b"), op("+", col("m", "a"), reach)))
    following = select(
        [*(name(col(key, "a"), key) for key in (*CLUSTER, "m")), name(exp.Min(this=col("m", "b")), "after")],
        aliased("member", "a"),
    ).join(aliased("member", "b"), on=later, join_type="LEFT", copy=False)
    statement.add("following", following.group_by(*(col(key, "a") for key in (*CLUSTER, "m")), copy=False))
    marked = [*keep(*CLUSTER, "m", "after"), name(flag(op("=", col("m"), col("cluster"))), "mark")]
    source = statement.add("jump0", select(marked, "following"), keep=True)
    for number in range(1, DOUBLINGS + 1):
        source = statement.add(f"jump{number}", _doubled(source), keep=True)
    return source


def _doubled(source: str) -> Sql:
    """Jumps twice as long; what a marked event jumps to is marked."""
    mark = flag(any_of(op("=", col("mark", "a"), 1), not_null(col("m", "c"))))
    query = select(
        [*(name(col(key, "a"), key) for key in (*CLUSTER, "m")), name(col("after", "b"), "after"), name(mark, "mark")],
        aliased(source, "a"),
    )
    onward = all_of(equal("a", "b", CLUSTER), op("=", col("m", "b"), col("after", "a")))
    reached = all_of(
        equal("a", "c", CLUSTER), op("=", col("after", "c"), col("m", "a")), op("=", col("mark", "c"), 1)
    )
    query = query.join(aliased(source, "b"), on=onward, join_type="LEFT", copy=False)
    return query.join(aliased(source, "c"), on=reached, join_type="LEFT", copy=False)


def _folded(statement: Statement, source: str, gap: Sql) -> str:
    """Spark inlines table expressions, so that doubling would grow without bounds; but it can fold an array."""
    moments = exp.Anonymous(this="COLLECT_LIST", expressions=[when(op("=", col("cq"), 1), col("m"))])
    ordered = exp.Anonymous(this="ARRAY_SORT", expressions=[Over(RUN)(moments)])
    gathered = statement.add("gathered", select([exp.Star(), name(ordered, "moments")], source))
    so_far, moment = exp.column("so_far"), exp.column("moment")
    empty = cast(exp.Anonymous(this="ARRAY", expressions=[]), "array<bigint>")
    last = exp.Anonymous(this="ELEMENT_AT", expressions=[so_far.copy(), exp.Literal.number(-1)])
    size = exp.Anonymous(this="SIZE", expressions=[so_far.copy()])
    apart = op(">=", op("-", moment.copy(), last), gap.copy())
    longer = exp.Anonymous(this="CONCAT", expressions=[
        so_far.copy(), exp.Anonymous(this="ARRAY", expressions=[moment.copy()])
    ])
    step = exp.Case(
        ifs=[exp.If(this=op("=", size, 0), true=longer), exp.If(this=apart, true=longer.copy())], default=so_far.copy()
    )
    body = exp.Lambda(this=step, expressions=[exp.to_identifier("so_far"), exp.to_identifier("moment")])
    contacts = exp.Anonymous(this="AGGREGATE", expressions=[col("moments"), empty, body])
    among = exp.Anonymous(this="ARRAY_CONTAINS", expressions=[contacts, col("m")])
    return statement.add("contact", select(
        [exp.Star(), name(flag(all_of(op("=", col("cq"), 1), among)), "ct")], gathered))
