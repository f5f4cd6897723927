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
    op,
    select,
    union,
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


def add_versions(statement: Statement, flow: str, plan: Plan) -> str | None:
    """Adds the versions of all `while` and `each` rows; None when there are no such steps."""
    parts = []
    plain, each = plan.of(PLAIN), plan.of(EACH)
    if plain:
        parts.append(_plain(statement, flow, of_kind(plain, plan.chosen)))
    if each:
        parts.append(_each(statement, flow, of_kind(each, plan.chosen)))
    if not parts:
        return None
    return statement.add("version", union(parts), keep=True) if len(parts) > 1 else statement.add("version", parts[0])


def _plain(statement: Statement, flow: str, kind: Sql | None) -> Sql:
    """One row per stretch, renewed when the anchor changes. Only beginnings and ends of versions are looked at."""
    edges = select([exp.Star()], flow, all_of(kind, any_of(is_one("renews"), is_one("last"))))
    edge = statement.add("edge", edges)
    opened = is_one("opens")
    around = statement.add("around", select([
        *keep(*SERIES, "m", "an", "renews", "last", "e", "ew"),
        name(MOMENTS.running(exp.Sum(this=col("opens"))), "n"),
        name(MOMENTS.running(exp.Max(this=when(opened, col("m")))), "first"),
        name(MOMENTS.running(exp.Max(this=when(opened.copy(), col("cd")))), "fcd"),
        *(name(MOMENTS.lead(col(column)), f"next_{column}") for column in ("m", "renews", "e", "ew")),
    ], edge))

    def ending(own: Sql, renewed: Sql, later: Sql) -> Sql:
        return case((is_one("last"), own), (is_one("next_renews"), renewed), other=later)

    return select([
        *keep(*SERIES, "n"), name(col("m"), "since"), *keep("first", "fcd"), name(col("an"), "base"),
        name(ending(col("e"), col("next_m"), col("next_e")), "until"),
        name(ending(col("ew"), lit(REDATED), col("next_ew")), "why"),
    ], around, is_one("renews"))


def _each(statement: Statement, flow: str, kind: Sql | None) -> Sql:
    """One row per event that qualifies, until its stretch ends."""
    hits = select([exp.Star()], flow, all_of(kind, any_of(is_one("q"), is_one("last"))))
    hit = statement.add("hit", hits)
    numbered = statement.add("hit_numbered", select([
        exp.Star(),
        name(MOMENTS.running(exp.Sum(this=col("q"))), "n"),
        name(exp.Coalesce(this=MOMENTS.before(exp.Sum(this=col("last"))), expressions=[lit(0)]), "stretch"),
    ], hit))
    whole = Over((*SERIES, "stretch"))
    ended = statement.add("hit_ended", select([
        *keep(*SERIES, "n", "m", "cd", "an", "q"),
        name(whole(exp.Max(this=when(is_one("last"), col("e")))), "until"),
        name(whole(exp.Max(this=when(is_one("last"), col("ew")))), "why"),
    ], numbered))
    return select([
        *keep(*SERIES, "n"), name(col("m"), "since"), name(col("m"), "first"), name(col("cd"), "fcd"),
        name(col("an"), "base"), *keep("until", "why"),
    ], ended, is_one("q"))
