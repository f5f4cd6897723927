"""The functions of the rule language (docs/pathway-language.md, 3): each reads its arguments and gives a term."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from lark import Tree

from doorstep.content.names import ONE_EVENT, InFilter, Names
from doorstep.content.problems import one_of, quoted
from doorstep.content.terms import Term, arith_expected, mistaken, moment_type, of_day
from doorstep.content.tree import (
    And,
    Arith,
    Clock,
    Compare,
    Count,
    Expr,
    Filter,
    First,
    FirstDay,
    Greater,
    Known,
    Latest,
    LatestDay,
    Lesser,
    Moment,
    Or,
    Stream,
    Type,
)
from doorstep.content.tree import Any as AnyOf

OVER_EVENTS = ("any", "count", "latest", "first", "day", "first_day", "at", "first_at")
FUNCTIONS = (*OVER_EVENTS, "known", "weeks_since", "age", "within", "differs", "later_of", "earlier_of")
ORDERED = (Type.NUMBER, Type.DAY, Type.TIME, Type.SPAN)
ARITY = {"known": (1, 1), "weeks_since": (1, 2), "age": (0, 1), "within": (3, 3), "differs": (3, 3),
         "later_of": (2, 2), "earlier_of": (2, 2)}  # fmt: skip


class Functions(Names):
    """Reads calls. Operators are added by the class that stands on it."""

    @abstractmethod
    def term(self, tree: Tree[Any]) -> Term: ...

    @abstractmethod
    def condition(self, tree: Tree[Any]) -> Term: ...

    def _call(self, tree: Tree[Any]) -> Term:
        children: list[Any] = tree.children
        *before, token, arguments = children
        name, index = str(token), token.start_pos
        relation = str(before[0]) if before else None
        if self.filtering is not None:
            found = f"{name}(...) inside a filter"
            return self.mistake("rule-filter", index, found, ONE_EVENT)
        if name not in FUNCTIONS:
            expected = one_of(name, FUNCTIONS, "a function", len(FUNCTIONS))
            return self.mistake("rule-unknown-function", index, quoted(name), expected)
        if relation is not None:
            if not self.relation(relation, tree.meta.start_pos):
                return mistaken(index)
            if name not in (*OVER_EVENTS, "age"):
                expected = "over a relation: " + ", ".join((*OVER_EVENTS, "age"))
                return self.mistake("rule-unknown-function", index, f"{relation}.{name}", expected)
        least, most = ARITY.get(name, (1, 1))
        given = arguments.children
        if not least <= len(given) <= most:
            wanted = str(least) if least == most else f"{least} or {most}"
            return self.mistake("rule-arguments", index, f"{name} with {len(given)} arguments", wanted)
        if name in OVER_EVENTS:
            return self._over_events(name, given[0], relation, index)
        reader: Callable[..., Term] = getattr(self, f"_f_{name}")
        if name == "age":
            return reader(given, relation, index)
        return reader(given, index)

    def _over_events(self, name: str, tree: Tree[Any], relation: str | None, index: int) -> Term:
        clock = self.scope.clock
        if name in ("at", "first_at") and clock is Clock.DAY:
            expected = f"{'day' if name == 'at' else 'first_day'}(...), or clock: minute"
            return self.mistake("rule-clock", index, f"{name}(...) on a day clock", expected)
        stream = self.filter(tree, relation)
        if not stream.filters:
            return mistaken(index)
        if name == "any":
            return Term(AnyOf(stream), Type.BOOL, index)
        if name == "count":
            return Term(Count(stream), Type.NUMBER, index)
        if name in ("latest", "first"):
            return self._value(name, stream, index, tree)
        node = LatestDay if name in ("day", "at") else FirstDay
        if name in ("at", "first_at"):
            return Term(node(stream, Clock.MINUTE), Type.TIME, index)
        return Term(*of_day(node(stream, Clock.DAY), clock), index)

    def _value(self, name: str, stream: Stream, index: int, tree: Tree[Any]) -> Term:
        codes = {item.code for item in stream.filters}
        if len(codes) > 1:
            found = f"{name}() of {len(codes)} codes"
            return self.mistake("rule-filter", tree.meta.start_pos, found, f"one code in {name}(...)")
        code = self.scope.dictionary[codes.pop()]
        node = Latest if name == "latest" else First
        return self.value_of(code, node(stream, code.type), index)

    def filter(self, tree: Tree[Any], relation: str | None) -> Stream:
        """The events that a filter stands for; no filters when there was a mistake."""
        index = tree.meta.start_pos
        while tree.data == "group":
            tree = tree.children[0]
        bare = str(tree.children[-1]) if tree.data == "name" else None
        if bare is not None and len(tree.children) == 1 and bare in self.scope.signs:
            return self._sign(bare, relation, index)
        outer, self.filtering = self.filtering, InFilter(relation)
        try:
            where = self.term(tree) if bare is not None else self.condition(tree)
            here = self.filtering
        finally:
            self.filtering = outer
        if where.type is None or where.weeks:
            return Stream(())
        if here.code is None:
            expected = "a code of the dictionary, such as hb < 110"
            self.mistake("rule-filter", index, "a filter that names no code", expected)
            return Stream(())
        return Stream((Filter(here.code, None if bare is not None else where.expr, here.relation),))

    def _sign(self, name: str, relation: str | None, index: int) -> Stream:
        stream = self.scope.signs[name]
        if relation is None:
            return stream
        if any(item.relation not in (None, relation) for item in stream.filters):
            self.mistake("rule-filter", index, f"a second hop in {quoted(name)}", "one hop along a relation")
            return Stream(())
        return Stream(tuple(Filter(f.code, f.where, relation) for f in stream.filters), stream.distinct)

    def _f_known(self, given: list[Tree[Any]], index: int) -> Term:
        part = self.term(given[0])
        if part.type is None:
            return mistaken(index)
        if part.type is Type.BOOL or part.weeks:
            return self.mistake("rule-type", part.index, f"known() of {part.what}", "a value, such as known(hb)")
        return Term(Known(part.expr), Type.BOOL, index)

    def _moments(self, trees: list[Tree[Any]]) -> list[Expr] | None:
        """Arguments that are days (moments in seconds on a minute clock)."""
        want, found = moment_type(self.scope.clock), []
        for tree in trees:
            term = self.term(tree)
            if term.type is not None and term.type is not want:
                self.mistake("rule-type", term.index, term.what, "a day, such as lmp or day(birth)")
            elif term.type is not None:
                found.append(term.expr)
        return found if len(found) == len(trees) else None

    def _f_weeks_since(self, given: list[Tree[Any]], index: int) -> Term:
        days = self._moments(given)
        if days is None:
            return mistaken(index)
        start, end = days[0], days[1] if len(days) > 1 else Moment()
        return Term(start, Type.NUMBER, index, weeks=(start, end))

    def _f_age(self, given: list[Tree[Any]], relation: str | None, index: int) -> Term:
        days = self._moments(given)
        if days is None or self.code("birthday", index) is None:
            return mistaken(index)
        birthday = Latest(Stream((Filter("birthday", None, relation),)), Type.DAY)
        born, _ = of_day(birthday, self.scope.clock)
        return Term(Arith("-", days[0] if days else Moment(), born, Type.SPAN), Type.SPAN, index)

    def _pair(self, trees: list[Tree[Any]], name: str) -> tuple[Term, Term] | None:
        """Two terms of one ordered type."""
        left, right = self.term(trees[0]), self.term(trees[1])
        if left.type is None or right.type is None:
            return None
        if left.type is not right.type or left.type not in ORDERED or left.weeks or right.weeks:
            found = f"{name}() of {left.what} and {right.what}"
            self.mistake("rule-type", right.index, found, arith_expected(",", left, right))
            return None
        return left, right

    def _f_later_of(self, given: list[Tree[Any]], index: int) -> Term:
        return self._extreme(given, index, "later_of", Greater)

    def _f_earlier_of(self, given: list[Tree[Any]], index: int) -> Term:
        return self._extreme(given, index, "earlier_of", Lesser)

    def _extreme(self, given: list[Tree[Any]], index: int, name: str, node: type[Greater] | type[Lesser]) -> Term:
        pair = self._pair(given, name)
        if pair is None:
            return mistaken(index)
        left, right = pair
        assert left.type is not None
        return Term(node(left.expr, right.expr, left.type), left.type, index)

    def _apart(self, given: list[Tree[Any]], name: str) -> tuple[Expr, Expr, Expr] | None:
        """a - b, b - a and the length they are compared with."""
        pair, length = self._pair(given[:2], name), self.term(given[2])
        if pair is None or length.type is None:
            return None
        left, right = pair
        apart = Type.SPAN if left.type in (Type.DAY, Type.TIME) else left.type
        if length.type is not apart or apart is None or length.weeks:
            wanted = "a length of time, such as 14d" if apart is Type.SPAN else "a number"
            self.mistake("rule-type", length.index, length.what, wanted)
            return None
        there = Arith("-", left.expr, right.expr, apart)
        back = Arith("-", right.expr, left.expr, apart)
        return there, back, length.expr

    def _f_within(self, given: list[Tree[Any]], index: int) -> Term:
        sides = self._apart(given, "within")
        if sides is None:
            return mistaken(index)
        there, back, length = sides
        return Term(And((Compare("<=", there, length), Compare("<=", back, length))), Type.BOOL, index)

    def _f_differs(self, given: list[Tree[Any]], index: int) -> Term:
        sides = self._apart(given, "differs")
        if sides is None:
            return mistaken(index)
        there, back, length = sides
        return Term(Or((Compare(">", there, length), Compare(">", back, length))), Type.BOOL, index)
