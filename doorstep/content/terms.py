"""What a piece of a rule comes to: an expression with its type, and how types go together.

On a day clock days are days and lengths are days. On a minute clock everything is seconds: a date counts as
its first second in UTC, so that nothing of type `day` is left.
"""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.content.spans import DAY_SECONDS
from doorstep.content.tree import Arith, Clock, Expr, Lit, Type

NAMES = {
    Type.NUMBER: "a number",
    Type.TEXT: "a text",
    Type.BOOL: "a condition",
    Type.DAY: "a day",
    Type.TIME: "a moment in seconds",
    Type.SPAN: "a length of time",
}


@dataclass(frozen=True)
class Term:
    """`type` None: a mistake was found inside and reported; nothing more is said about it.

    `choices` are the texts that it can be, `()` when any; `weeks` the two days of a `weeks_since`.
    `index` is where it stands in the rule's text; `code` the dictionary code when it is one, bare.
    """

    expr: Expr
    type: Type | None
    index: int
    choices: tuple[str, ...] = ()
    weeks: tuple[Expr, Expr] | None = None
    code: str = ""

    @property
    def what(self) -> str:
        """Its type in words."""
        if self.weeks:
            return "completed weeks"
        return NAMES[self.type] if self.type else "a mistake"


UNKNOWN = Lit(False, Type.BOOL)


def mistaken(index: int) -> Term:
    """Stands where a mistake was reported."""
    return Term(UNKNOWN, None, index)


def of_day(expr: Expr, clock: Clock) -> tuple[Expr, Type]:
    """A day number in the clock's unit, with its type."""
    if clock is Clock.DAY:
        return expr, Type.DAY
    return Arith("*", expr, Lit(DAY_SECONDS, Type.NUMBER), Type.TIME), Type.TIME


def scaled(expr: Expr, size: int | float) -> Expr:
    """A number of units of `size` as a length of time."""
    return expr if size == 1 else Arith("*", expr, Lit(size, Type.NUMBER), Type.SPAN)


def moment_type(clock: Clock) -> Type:
    return Type.DAY if clock is Clock.DAY else Type.TIME


def arith_type(op: str, left: Term, right: Term) -> Type | None:
    """Type of `left op right`; None when the two do not go together."""
    pair = (left.type, right.type)
    if op == "*":
        if pair == (Type.NUMBER, Type.NUMBER):
            return Type.NUMBER
        if Type.SPAN in pair and Type.NUMBER in pair:
            span = left if left.type is Type.SPAN else right
            return Type.SPAN if isinstance(span.expr, Lit) else None
        return None
    if left.type is right.type and left.type in (Type.NUMBER, Type.SPAN):
        return left.type
    if left.type in (Type.DAY, Type.TIME):
        if right.type is Type.SPAN:
            return left.type
        return Type.SPAN if op == "-" and right.type is left.type else None
    return right.type if op == "+" and left.type is Type.SPAN and right.type in (Type.DAY, Type.TIME) else None


def arith_expected(op: str, left: Term, right: Term) -> str:
    """What to write instead of `left op right`."""
    kinds = {left.type, right.type}
    if kinds & {Type.DAY, Type.TIME} and Type.NUMBER in kinds:
        return "a length of time: 7d, a number times 1d, or a code whose unit in the dictionary is d or wk"
    if op == "*" and Type.SPAN in kinds:
        return "the length of time alone: its unit in the dictionary is counted already"
    if kinds & {Type.DAY, Type.TIME} == {Type.DAY, Type.TIME}:
        return "two days, or two moments in seconds"
    if Type.SPAN in kinds and Type.NUMBER in kinds:
        return "two lengths of time (give the number a unit, as in 7d) or two numbers"
    if len(kinds & {Type.DAY, Type.TIME}) == 1 and left.type is right.type:
        return "the difference of two days, or a day and a length of time"
    return "numbers, lengths of time, or a day and a length of time"


def compare_expected(op: str, left: Term, right: Term) -> str:
    """What to write instead of `left op right`, a comparison of different types."""
    for one, other in ((left, right), (right, left)):
        if one.choices:
            return f"a choice of {one.code or 'it'} in quotes: " + ", ".join(f"'{choice}'" for choice in one.choices)
        if one.type is Type.TEXT and one.code:
            return f"a text in quotes, such as {one.code} {op} 'words'"
        if one.type is Type.SPAN and other.type is Type.NUMBER:
            return "a length of time, such as 7d or 12w"
        if one.type in (Type.DAY, Type.TIME) and other.type is not Type.TEXT:
            return f"two days, such as day(...), or the length of time between two: {one.code or 'a day'} - a day"
    return "two values of one type"


def whole(term: Term, of: Type | None) -> Expr:
    """A literal length with a fraction of a day (18y), rounded down where it moves a day."""
    expr = term.expr
    if of in (Type.DAY, Type.TIME) and isinstance(expr, Lit) and isinstance(expr.value, float):
        return Lit(int(expr.value), expr.type)
    return expr
