"""Typed tree -> text of a rule: for pages, for messages, and for the law that printing and parsing are inverse.

What the parser adds on the way (units of the dictionary, a date's first second on a minute clock) is left out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorstep.content.spans import DAY_SECONDS
from doorstep.content.tree import (
    And,
    Any,
    Arith,
    Case,
    Clock,
    Compare,
    Count,
    EpisodeStart,
    EventHow,
    EventNum,
    EventTxt,
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
    Moment,
    Not,
    Or,
    Ref,
    Stream,
    Type,
    WeeksCompare,
)

LEVELS = {Or: 1, And: 2, Not: 3, Compare: 4, In: 4, WeeksCompare: 4, Arith: 5}
_PRODUCT, _ATOM = 6, 7


@dataclass(frozen=True)
class Printer:
    """`signs` gives streams their names back; a stream of several filters without a name is a list of filters."""

    clock: Clock = Clock.DAY
    signs: Mapping[str, Stream] = field(default_factory=dict)

    def text(self, expr: Expr, event: Filter | None = None) -> str:
        """The rule as its author could have written it. `event` is the filter that it stands in."""
        return self._at(expr, 0, event)

    def stream(self, stream: Stream) -> str:
        """A filter, or the name of a sign."""
        for name, sign in self.signs.items():
            if sign == stream:
                return name
        return ", ".join(self._filter(item) for item in stream.filters)

    def _call(self, function: str, stream: Stream) -> str:
        """`any(pale)`, `mother.any(pale)`: a sign is carried over a relation as a whole."""
        relations = {item.relation for item in stream.filters}
        relation = relations.pop() if len(relations) == 1 else None
        own = Stream(tuple(Filter(item.code, item.where) for item in stream.filters), stream.distinct)
        if relation and own in self.signs.values():
            return f"{relation}.{function}({self.stream(own)})"
        return f"{function}({self.stream(stream)})"

    def _filter(self, item: Filter) -> str:
        return self._code(item) if item.where is None else self._at(item.where, 0, item)

    def _code(self, item: Filter) -> str:
        return f"{item.relation}.{item.code}" if item.relation else item.code

    def _at(self, expr: Expr, level: int, event: Filter | None) -> str:
        """The text, in parentheses when it binds less tightly than its place asks."""
        own = LEVELS.get(type(expr), _ATOM)
        if isinstance(expr, Arith) and expr.op == "*":
            own = _PRODUCT
            inner = _undone(expr)
            if inner is not None:
                return self._at(inner, level, event)
        text = self._bare(expr, event)
        return f"({text})" if own < level else text

    def _bare(self, expr: Expr, event: Filter | None) -> str:  # noqa: C901 - one case for each kind of node
        match expr:
            case Or(parts):
                return " or ".join(self._at(part, 2, event) for part in parts)
            case And(parts):
                return " and ".join(self._at(part, 3, event) for part in parts)
            case Not(part):
                return "not " + self._at(part, 3, event)
            case Compare(op, left, right):
                return f"{self._at(left, 5, event)} {op} {self._at(right, 5, event)}"
            case WeeksCompare(op, start, end, weeks):
                ends = "" if end == Moment() else ", " + self._at(end, 0, event)
                return f"weeks_since({self._at(start, 0, event)}{ends}) {op} {weeks}"
            case In(item, options):
                return f"{self._at(item, 5, event)} in ({', '.join(repr_text(text) for text in options)})"
            case Arith("*", left, right):
                return f"{self._at(left, _PRODUCT, event)} * {self._at(right, _ATOM, event)}"
            case Arith(op, left, right):
                return f"{self._at(left, 5, event)} {op} {self._at(right, _PRODUCT, event)}"
            case Known(part):
                return f"known({self._at(part, 0, event)})"
            case Greater(left, right):
                return f"later_of({self._at(left, 0, event)}, {self._at(right, 0, event)})"
            case Lesser(left, right):
                return f"earlier_of({self._at(left, 0, event)}, {self._at(right, 0, event)})"
            case Case(branches):
                return "; ".join(f"{self.text(b.value)} when {self.text(b.when)}" for b in branches)
            case Lit():
                return self._literal(expr)
            case _:
                return self._leaf(expr, event)

    def _leaf(self, expr: Expr, event: Filter | None) -> str:  # noqa: C901 - likewise
        match expr:
            case EventHow():
                return "how"
            case EventNum() | EventTxt():
                assert event is not None
                return self._code(event)
            case Ref(name):
                return name
            case Moment():
                return "moment"
            case EpisodeStart():
                return "episode_start"
            case Any(stream):
                return self._call("any", stream)
            case Count(stream):
                return self._call("count", stream)
            case Latest(Stream((Filter(_, None) as item,), False)):
                return self._code(item)
            case Latest(stream):
                return self._call("latest", stream)
            case First(stream):
                return self._call("first", stream)
            case LatestDay(stream, clock):
                return self._call("day" if clock is Clock.DAY else "at", stream)
            case FirstDay(stream, clock):
                return self._call("first_day" if clock is Clock.DAY else "first_at", stream)
        raise TypeError(type(expr).__name__)

    def _literal(self, literal: Lit) -> str:
        value = literal.value
        if literal.type is Type.TEXT:
            return repr_text(str(value))
        if literal.type is Type.BOOL:
            return "true" if value else "false"
        if literal.type is not Type.SPAN:
            return str(value)
        assert isinstance(value, int | float)
        return span_text(value, self.clock)


def span_text(value: int | float, clock: Clock) -> str:
    """A length in the clock's unit, in the largest unit that it is a whole number of."""
    seconds = value * (DAY_SECONDS if clock is Clock.DAY else 1)
    for unit, size in (("y", 31_557_600), ("w", 604_800), ("d", DAY_SECONDS), ("h", 3_600), ("min", 60)):
        if seconds and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return "0d" if not seconds else f"{seconds}s"


def repr_text(text: str) -> str:
    return f"'{text}'"


def _undone(product: Arith) -> Expr | None:
    """The factor itself, where the parser multiplied it: by a dictionary's unit, or a date by the seconds of a day."""
    right = product.right
    added = isinstance(right, Lit) and right.type is Type.NUMBER and product.type in (Type.SPAN, Type.TIME)
    return product.left if added else None
