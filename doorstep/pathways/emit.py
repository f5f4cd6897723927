"""The one emitter: a typed tree becomes SQL that means the same on four engines.

`emit` gives a value, `condition` something for CASE WHEN. A truth as a value is 1, 0 or null (unknown).
Where the numbers come from is the context's business: columns of a state, or one event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import get_args

from sqlglot import exp

from doorstep.content import tree as t
from doorstep.content.model import Value
from doorstep.pathways.sql import (
    BIGINT,
    DOUBLE,
    FAR,
    Sql,
    all_of,
    among,
    any_of,
    case,
    col,
    data_type,
    lit,
    negated,
    no,
    not_null,
    null,
    op,
    when,
    yes,
)

DAY_SECONDS = 86_400
LEAVES = get_args(t.Leaf)
TRUTHS = (t.Compare, t.WeeksCompare, t.In, t.And, t.Or, t.Not, t.Known, t.Any)

@dataclass(frozen=True)
class Context:
    """What an expression reads: `leaf` gives the column of a leaf, `named` that of a named value; `values` what these are."""

    clock: t.Clock
    leaf: Callable[[t.Leaf], Sql]
    values: Mapping[str, Value]
    named: Mapping[str, str]
    dialect: str

def emit(node: t.Expr, ctx: Context) -> Sql:
    """The value of an expression; of a condition 1, 0 or null."""
    if is_truth(node):
        if isinstance(node, t.Lit):
            return lit(int(bool(node.value)))
        holds = condition(node, ctx)
        return case((holds, lit(1)), (negated(holds.copy()), lit(0)))
    if isinstance(node, LEAVES):
        return ctx.leaf(node)
    return _value(node, ctx)

def condition(node: t.Expr, ctx: Context) -> Sql:
    """A condition, true, false or unknown as the expression is."""
    if not isinstance(node, TRUTHS):
        if isinstance(node, t.Lit):
            return yes() if node.value else no()
        return op("=", emit(node, ctx), 1)
    return _condition(node, ctx)

def is_truth(node: t.Expr) -> bool:
    """Whether it is a condition that SQL would give as a boolean."""
    return isinstance(node, TRUTHS) or (isinstance(node, t.Lit) and isinstance(node.value, bool))

# --- values ---------------------------------------------------------------------------------------------------------

@singledispatch
def _value(node: t.Expr, ctx: Context) -> Sql:
    raise TypeError(f"no SQL for {node!r}")

@_value.register
def _(node: t.Lit, ctx: Context) -> Sql:
    return lit(node.value)

@_value.register
def _(node: t.Ref, ctx: Context) -> Sql:
    return col(ctx.named[node.name])

@_value.register(t.EventNum)
def _(node: t.EventNum, ctx: Context) -> Sql:
    return col("num")

@_value.register(t.EventTxt)
def _(node: t.EventTxt, ctx: Context) -> Sql:
    return col("txt")

@_value.register(t.EventHow)
def _(node: t.EventHow, ctx: Context) -> Sql:
    return col("how")

@_value.register
def _(node: t.Arith, ctx: Context) -> Sql:
    known = folded(node)
    return lit(known) if known is not None else op(node.op, emit(node.left, ctx), emit(node.right, ctx))

def folded(node: t.Expr) -> int | float | None:
    """The number that literals alone come to: engines count with literals in different widths."""
    if isinstance(node, t.Lit):
        return None if isinstance(node.value, str | bool) else node.value
    if not isinstance(node, t.Arith):
        return None
    left, right = folded(node.left), folded(node.right)
    if left is None or right is None:
        return None
    return {"+": left + right, "-": left - right, "*": left * right}[node.op]

@_value.register
def _(node: t.Case, ctx: Context) -> Sql:
    branches = [(condition(b.when, ctx), emit(b.value, ctx)) for b in node.branches]
    if not branches:
        kind = {t.Type.TEXT: "text", t.Type.BOOL: BIGINT}.get(node.type, DOUBLE)
        return null(kind)
    return case(*branches)

@_value.register
def _(node: t.Greater, ctx: Context) -> Sql:
    return _extreme(node, ">=", ctx)

@_value.register
def _(node: t.Lesser, ctx: Context) -> Sql:
    return _extreme(node, "<=", ctx)

def _extreme(node: t.Greater | t.Lesser, sign: str, ctx: Context) -> Sql:
    left, right = emit(node.left, ctx), emit(node.right, ctx)
    kept = op(sign, left, right)
    return case((kept, left.copy()), (negated(kept.copy()), right.copy()))

# --- conditions -----------------------------------------------------------------------------------------------------

@singledispatch
def _condition(node: t.Expr, ctx: Context) -> Sql:
    raise TypeError(f"no condition for {node!r}")

@_condition.register
def _(node: t.Compare, ctx: Context) -> Sql:
    return op(node.op, emit(node.left, ctx), emit(node.right, ctx))

@_condition.register
def _(node: t.WeeksCompare, ctx: Context) -> Sql:
    unit = 7 if ctx.clock is t.Clock.DAY else 7 * DAY_SECONDS
    low, high = node.weeks * unit, (node.weeks + 1) * unit

    def apart() -> Sql:
        return op("-", emit(node.end, ctx), emit(node.start, ctx))

    match node.op:
        case ">=":
            return op(">=", apart(), low)
        case ">":
            return op(">=", apart(), high)
        case "<=":
            return op("<", apart(), high)
        case "<":
            return op("<", apart(), low)
        case "=":
            return all_of(op(">=", apart(), low), op("<", apart(), high))
        case "!=":
            return any_of(op("<", apart(), low), op(">=", apart(), high))
    raise ValueError(f"no comparison {node.op!r}")

@_condition.register
def _(node: t.In, ctx: Context) -> Sql:
    return among(emit(node.item, ctx), node.options)

@_condition.register
def _(node: t.And, ctx: Context) -> Sql:
    return all_of(*(condition(part, ctx) for part in node.parts))

@_condition.register
def _(node: t.Or, ctx: Context) -> Sql:
    return any_of(*(condition(part, ctx) for part in node.parts))

@_condition.register
def _(node: t.Not, ctx: Context) -> Sql:
    return negated(condition(node.part, ctx))

@_condition.register
def _(node: t.Known, ctx: Context) -> Sql:
    return not_null(emit(node.part, ctx))

@_condition.register
def _(node: t.Any, ctx: Context) -> Sql:
    return op(">", ctx.leaf(node), 0)

# --- whole days and seconds -----------------------------------------------------------------------------------------

def is_whole(node: t.Expr, values: Mapping[str, Value]) -> bool:
    """Whether its SQL value is an integer already (facts keep numbers and dates as doubles)."""
    match node:
        case t.Lit():
            return isinstance(node.value, int)
        case t.LatestDay() | t.FirstDay() | t.Count() | t.Any() | t.EpisodeStart() | t.Moment():
            return True
        case t.Arith() | t.Greater() | t.Lesser():
            return is_whole(node.left, values) and is_whole(node.right, values)
        case t.Case():
            return all(is_whole(branch.value, values) for branch in node.branches)
        case t.Ref():
            return node.type in (t.Type.DAY, t.Type.TIME) or is_whole(values[node.name].expr, values)
    return is_truth(node)

def whole(node: t.Expr, ctx: Context) -> Sql:
    """A day or second as a 64-bit integer, rounded down; unknown when it is out of all bounds."""
    value = emit(node, ctx)
    return value if is_whole(node, ctx.values) else floor(value, ctx.dialect)

def floor(value: Sql, dialect: str) -> Sql:
    """The greatest integer that is not above a double.

    Engines round a cast in three ways; each gives the floor or the ceiling, so one comparison makes them equal.
    """
    maker = exp.TryCast if dialect in ("duckdb", "spark") else exp.Cast

    def rounded() -> Sql:
        return maker(this=value.copy(), to=data_type(BIGINT))

    near = case((op(">", rounded(), value.copy()), op("-", rounded(), 1)), other=rounded())
    return when(all_of(op(">", value.copy(), -FAR), op("<", value.copy(), FAR)), near)
