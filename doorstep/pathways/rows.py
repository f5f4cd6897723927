"""From steps judged at moments to versions of rows: stretches of existence, and what happens within them.

Source: docs/pathway-language.md, *Existence*, *while*, *each*. A version is (subject, episode, sid, n, since, first, fcd, base,
until, why): `first` is the `since` of the first version of this n, `fcd` its civil day, `base` the anchor.
"""

from __future__ import annotations

from sqlglot import exp

from doorstep.pathways.plan import EACH, PLAIN, REDATED, Plan, Variant
from doorstep.pathways.sql import (
    Over,
    Sql,
    Statement,
    all_of,
    among,
    any_of,
    case,
    col,
    flag,
    is_null,
    lit,
    name,
    no,
    op,
    select,
    when,
)
from doorstep.pathways.stream import KEYS

SERIES = (*KEYS, "sid")
MOMENTS = Over(SERIES, ("m",))
VERSION = (*SERIES, "n", "since", "first", "fcd", "base", "until", "why")


def is_one(column: str) -> Sql:
    return op("=", col(column), 1)


def keep(*columns: str) -> list[Sql]:
    return [name(col(column), column) for column in columns]


def of_kind(variants: tuple[Variant, ...], chosen: tuple[Variant, ...]) -> Sql | None:
    """Rows of these steps among all chosen ones; None when they are all."""
    return None if len(variants) == len(chosen) else among(col("sid"), [variant.sid for variant in variants])


def add_flow(statement: Statement, judged: str) -> str:
    """Adds to each judged moment: it `opens` a stretch, `renews` the version, is the `last` of its stretch, which stops at `e`
    for the reason `ew`."""
    beside = [
        name(MOMENTS.lag(col(column)), f"was_{column}") for column in ("ex", "ea", "an")
    ] + [name(MOMENTS.lead(col(column)), f"next_{column}") for column in ("m", "ex", "why")]
    near = statement.add("near", select([exp.Star(), *beside], judged))
    gap = any_of(is_null(col("was_ex")), op("=", col("was_ex"), 0), op("<", col("was_ea"), col("m")))
    cut = any_of(is_null(col("next_m")), op("<", col("ea"), col("next_m")))
    stops = any_of(cut, op("=", col("next_ex"), 0))
    values = [
        *keep(*SERIES, "m", "cd", "ex", "an", "q"),
        name(flag(all_of(is_one("ex"), gap)), "opens"),
        name(flag(all_of(is_one("ex"), any_of(gap.copy(), op("!=", col("was_an"), col("an"))))), "renews"),
        name(flag(all_of(is_one("ex"), stops)), "last"),
        name(when(is_one("ex"), case((cut.copy(), col("ea")), other=col("next_m"))), "e"),
        name(when(is_one("ex"), case((cut.copy(), col("ew")), other=col("next_why"))), "ew"),
    ]
    return statement.add("flow", select(values, near), keep=True)


def add_stretches(statement: Statement, flow: str, alias: str, where: Sql | None) -> str:
    """Adds to these moments: the number of their `stretch`, where it `begun` (and its civil day), where it is to `stop` and why.

    `origin` is the first of the moments: where all of them are given, the beginning of the episode. `hits` counts the events
    that made a row so far; `next_m` and `next_renews` are of the next of these moments.
    """
    opened = is_one("opens")
    counted = statement.add(f"{alias}_counted", select([
        *keep(*SERIES, "m", "cd", "ex", "an", "q", "opens", "renews", "last", "e", "ew"),
        name(MOMENTS.running(exp.Sum(this=col("opens"))), "stretch"),
        name(MOMENTS.running(exp.Sum(this=col("q"))), "hits"),
        name(MOMENTS.running(exp.Max(this=when(opened, col("m")))), "begun"),
        name(MOMENTS.running(exp.Max(this=when(opened.copy(), col("cd")))), "begun_cd"),
        name(MOMENTS.running(exp.Min(this=col("m"))), "origin"), name(MOMENTS.running(exp.Min(this=col("cd"))), "origin_cd"),
        name(MOMENTS.lead(col("m")), "next_m"), name(MOMENTS.lead(col("renews")), "next_renews"),
    ], flow, where))
    whole = Over((*SERIES, "stretch"))
    return statement.add(alias, select([
        *keep(*SERIES, "m", "cd", "ex", "an", "q", "opens", "renews", "last", "stretch", "hits", "begun", "begun_cd"),
        *keep("origin", "origin_cd", "next_m", "next_renews"),
        name(whole(exp.Max(this=when(is_one("last"), col("e")))), "stop"),
        name(whole(exp.Max(this=when(is_one("last"), col("ew")))), "stop_why"),
    ], counted))


def add_versions(statement: Statement, flow: str, plan: Plan) -> str | None:
    """Adds the versions of all `while` and `each` rows; None when there are no such steps.

    A stretch is one row of `while`, renewed when the anchor changes. An event that qualifies is one row of `each`, until its
    stretch ends. Only moments where something begins or ends are looked at.
    """
    mine, each = plan.of(PLAIN, EACH), plan.of(EACH)
    if not mine:
        return None
    kind = of_kind(mine, plan.chosen)
    source = add_stretches(
        statement, flow, "stretch", all_of(kind, any_of(is_one("renews"), is_one("last"), is_one("q")))
    )
    by_event = among(col("sid"), [variant.sid for variant in each]) if each else no()

    def either(event: Sql, plain: Sql) -> Sql:
        """For `each` and for `while`."""
        return event if len(each) == len(mine) else plain if not each else case((by_event.copy(), event), other=plain)

    redated = all_of(op("=", col("last"), 0), is_one("next_renews"))
    return statement.add("version", select([
        *keep(*SERIES), name(either(col("hits"), col("stretch")), "n"), name(col("m"), "since"),
        name(either(col("m"), col("begun")), "first"), name(either(col("cd"), col("begun_cd")), "fcd"),
        name(col("an"), "base"),
        name(either(col("stop"), case((redated, col("next_m")), other=col("stop"))), "until"),
        name(either(col("stop_why"), case((redated.copy(), lit(REDATED)), other=col("stop_why"))), "why"),
    ], source, op("=", either(col("q"), col("renews")), 1)), keep=True)
