"""Can a condition ever be true? Interval reasoning over its comparisons; never wrong when it says no.

A condition is brought to a choice of conjunctions (negations pushed inwards, which is right for "is true" in
three-valued logic), and each conjunction is asked whether its parts exclude each other. What is not understood is
taken as possible.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from doorstep.content import trees
from doorstep.content.tree import (
    And,
    Any,
    Arith,
    Compare,
    Count,
    Expr,
    Filter,
    First,
    FirstDay,
    Greater,
    In,
    Known,
    Latest,
    LatestDay,
    Lesser,
    Lit,
    Not,
    Or,
    Ref,
    Stream,
    Type,
    WeeksCompare,
)

MOST = 512
"""Conjunctions looked at; a rule with more is taken as possible."""
NEGATED = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
FLIPPED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
ALLOWS = {"<": "<", "<=": "<=", "=": "=", ">=": ">=", ">": ">", "!=": "<>"}
Choices = Callable[[Expr], tuple[str, ...]]
"""Texts that an expression can be; () when any."""


class TooMany(Exception):
    """More conjunctions than are looked at."""


def possible(expr: Expr, choices: Choices = lambda _: (), unless: Sequence[Expr] = ()) -> bool:
    """False only when no history makes the condition true while none of `unless` is true (false or unknown will do)."""
    try:
        found = _conjunctions(expr, Wanted.TRUE)
        for other in unless:
            found = _product([found, _conjunctions(other, Wanted.UNTRUE)])
        return any(_Conjunction(choices).holds(parts) for parts in found)
    except TooMany:
        return True


class Wanted(Enum):
    """What an expression must come to; unknown is neither true nor false, so it is both untrue and unfalse."""

    TRUE = "true"
    FALSE = "false"
    UNTRUE = "untrue"
    UNFALSE = "unfalse"


OPPOSITE = {
    Wanted.TRUE: Wanted.FALSE,
    Wanted.FALSE: Wanted.TRUE,
    Wanted.UNTRUE: Wanted.UNFALSE,
    Wanted.UNFALSE: Wanted.UNTRUE,
}
Parts = tuple[tuple[Expr, Wanted], ...]
"""Atoms that must all come to what is wanted of them."""


def _conjunctions(expr: Expr, wanted: Wanted) -> list[Parts]:
    """Conjunctions of atoms, one of which must hold."""
    if isinstance(expr, Not):
        return _conjunctions(expr.part, OPPOSITE[wanted])
    if isinstance(expr, And | Or):
        branches = [_conjunctions(part, wanted) for part in expr.parts]
        if isinstance(expr, Or) is (wanted in (Wanted.TRUE, Wanted.UNFALSE)):
            return _bounded([one for branch in branches for one in branch])
        return _product(branches)
    if isinstance(expr, Any | Known | Lit):  # never unknown
        wanted = Wanted.TRUE if wanted in (Wanted.TRUE, Wanted.UNFALSE) else Wanted.FALSE
    return [((expr, wanted),)]


def _product(branches: list[list[Parts]]) -> list[Parts]:
    found: list[Parts] = [()]
    for branch in branches:
        found = _bounded([left + right for left in found for right in branch])
    return found


def _bounded(found: list[Parts]) -> list[Parts]:
    if len(found) > MOST:
        raise TooMany
    return found


@dataclass
class Bounds:
    """What is left of a number: an interval without some points. `whole`: only whole numbers count."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False
    without: set[float] = field(default_factory=set)
    whole: bool = False

    def narrow(self, op: str, value: float) -> None:
        if op == "!=":
            self.without.add(value)
        if op in ("=", ">=", ">") and (value, op == ">") > (self.low, self.low_open):
            self.low, self.low_open = value, op == ">"
        if op in ("=", "<=", "<") and (value, op != "<") < (self.high, not self.high_open):
            self.high, self.high_open = value, op == "<"

    @property
    def empty(self) -> bool:
        low, high = float(self.low), float(self.high)
        if self.whole:
            low = math.floor(low) + 1 if self.low_open and low.is_integer() else _ceil(low)
            high = math.ceil(high) - 1 if self.high_open and high.is_integer() else _floor(high)
            if high - low < 64:
                return all(point in self.without for point in range(int(low), int(high) + 1))
            return low > high
        if low == high:
            return self.low_open or self.high_open or low in self.without
        return low > high


def _ceil(value: float) -> float:
    return value if math.isinf(value) else math.ceil(value)


def _floor(value: float) -> float:
    return value if math.isinf(value) else math.floor(value)


class _Conjunction:
    """What a list of atoms that must all hold says of each expression in it."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.numbers: dict[object, Bounds] = {}
        self.texts: dict[Expr, set[str]] = {}
        self.not_texts: dict[Expr, set[str]] = {}
        self.orders: dict[tuple[Expr, Expr], set[str]] = {}
        self.known: set[Expr] = set()
        self.unknown: set[Expr] = set()
        self.some: list[Stream] = []
        self.none: list[Stream] = []

    def holds(self, parts: Parts) -> bool:
        """False when the atoms exclude each other."""
        decided = [(atom, wanted) for atom, wanted in parts if wanted in (Wanted.TRUE, Wanted.FALSE)]
        if not all(self._take(atom, wanted is Wanted.TRUE) for atom, wanted in decided):
            return False
        for atom, wanted in parts:  # what is known must be false where it may not be true
            if wanted not in (Wanted.TRUE, Wanted.FALSE) and self._is_known(atom):
                self._take(atom, wanted is Wanted.UNFALSE)
        return self._consistent()

    def _is_known(self, atom: Expr) -> bool:
        """Whether the rest of the conjunction makes both sides of a comparison known."""
        sides = trees.children(atom)
        return all(isinstance(side, Lit) or side in self.known for side in sides)

    def _take(self, atom: Expr, wanted: bool) -> bool:
        if isinstance(atom, Lit):
            return atom.value is wanted
        if isinstance(atom, Compare):
            return self._compare(atom.op if wanted else NEGATED[atom.op], atom.left, atom.right)
        if isinstance(atom, WeeksCompare):
            bounds = self.numbers.setdefault(("weeks", atom.start, atom.end), Bounds(whole=True))
            bounds.narrow(atom.op if wanted else NEGATED[atom.op], atom.weeks)
            self._needs(atom.start, atom.end)
        elif isinstance(atom, In):
            self._needs(atom.item)
            self._text(atom.item, set(atom.options), wanted)
        elif isinstance(atom, Known):
            if wanted:
                self._needs(atom.part)
            else:
                self.unknown.add(atom.part)
        elif isinstance(atom, Any):
            (self.some if wanted else self.none).append(atom.stream)
        return True

    def _compare(self, op: str, left: Expr, right: Expr) -> bool:
        if isinstance(left, Lit) and isinstance(right, Lit):
            return _constant(op, left.value, right.value)
        if isinstance(left, Lit):
            op, left, right = FLIPPED[op], right, left
        self._needs(left, right)
        if isinstance(right, Lit) and right.type is Type.TEXT:
            self._text(left, {str(right.value)}, op == "=")
        elif isinstance(right, Lit):
            self._number(left, op, float(right.value))
        else:
            allowed = set(ALLOWS[op])
            if (right, left) in self.orders:
                left, right, allowed = right, left, {FLIPPED[sign] for sign in allowed}
            self.orders.setdefault((left, right), set("<=>")).intersection_update(allowed)
        return True

    def _number(self, expr: Expr, op: str, value: float) -> None:
        if isinstance(expr, Count):
            bounds = self.numbers.setdefault(expr, Bounds(low=0.0, whole=True))
            bounds.narrow(op, value)
            if bounds.low > 0 or (bounds.low == 0 and bounds.low_open):
                self.some.append(expr.stream)
        else:
            self.numbers.setdefault(expr, Bounds()).narrow(op, value)

    def _text(self, expr: Expr, options: set[str], wanted: bool) -> None:
        if wanted:
            self.texts[expr] = self.texts[expr] & options if expr in self.texts else options
        else:
            self.not_texts.setdefault(expr, set()).update(options)

    def _needs(self, *exprs: Expr) -> None:
        """A comparison that is true has known sides, and so has everything that they are made of."""
        for expr in exprs:
            for leaf in _leaves(expr):
                self.known.add(leaf)
                if isinstance(leaf, Latest | First | LatestDay | FirstDay):
                    self.some.append(leaf.stream)
            self.known.add(expr)

    def _consistent(self) -> bool:
        if any(bounds.empty for bounds in self.numbers.values()) or self.known & self.unknown:
            return False
        if any(not signs for signs in self.orders.values()):
            return False
        for expr in {*self.texts, *self.not_texts}:
            all_texts = set(self.choices(expr)) or None
            left = self.texts.get(expr, all_texts)
            if left is not None and not (left & all_texts if all_texts else left) - self.not_texts.get(expr, set()):
                return False
        return not any(_implies(some, none) for some in self.some for none in self.none)


def _leaves(expr: Expr) -> Iterator[Expr]:
    if isinstance(expr, Arith | Greater | Lesser):
        yield from _leaves(expr.left)
        yield from _leaves(expr.right)
    elif isinstance(expr, Latest | First | LatestDay | FirstDay | Ref):
        yield expr


def _implies(some: Stream, none: Stream) -> bool:
    """Whether an event of `some` is always one of `none` too."""
    return all(any(_covers(wide, narrow) for wide in none.filters) for narrow in some.filters)


def _covers(wide: Filter, narrow: Filter) -> bool:
    same = (wide.code, wide.relation) == (narrow.code, narrow.relation)
    return same and (wide.where is None or wide.where == narrow.where)


def _constant(op: str, left: object, right: object) -> bool:
    if op in ("=", "!="):
        return (left == right) is (op == "=")
    assert isinstance(left, int | float)
    assert isinstance(right, int | float)
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op]
