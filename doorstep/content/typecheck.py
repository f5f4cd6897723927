"""Syntax tree -> typed tree: every name found, every type right, or a problem at the very character.

Source: docs/pathway-language.md, 3. One `Typer` reads one rule and goes on after a mistake, so that all are told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from lark import Token, Tree

from doorstep.content import terms
from doorstep.content.functions import Functions
from doorstep.content.grammar import SyntaxMistake, syntax_tree
from doorstep.content.problems import Problem
from doorstep.content.scope import Located, RuleError, Scope
from doorstep.content.spans import NotThis, span_units
from doorstep.content.terms import Term, mistaken
from doorstep.content.tree import And, Arith, Compare, In, Lit, Not, Or, Stream, Type, WeeksCompare
from doorstep.content.yamlpos import Scalar

MAX_DEPTH = 60
Read = TypeVar("Read")
FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


class Typer(Functions):
    """Names and functions are in the classes it stands on; here are operators and literals."""

    def term(self, tree: Tree[Any]) -> Term:
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                index = tree.meta.start_pos
                raise SyntaxMistake("rule-too-long", index, f"more than {MAX_DEPTH} levels", "a shorter rule")
            return getattr(self, f"_{tree.data}")(tree)  # type: ignore[no-any-return]
        finally:
            self.depth -= 1

    def condition(self, tree: Tree[Any]) -> Term:
        """A term that must be true or false."""
        term = self.term(tree)
        if term.type in (None, Type.BOOL) and not term.weeks:
            return term
        found = f"{term.what} where a condition should be"
        if "yes" in term.choices:
            return self.mistake("rule-type", term.index, found, f"a comparison, such as {term.code or 'it'} = 'yes'")
        what = f"any({term.code}) or {term.code} compared with something" if term.code else "a comparison"
        return self.mistake("rule-type", term.index, found, what)

    def _group(self, tree: Tree[Any]) -> Term:
        return self.term(tree.children[0])

    def _disjunction(self, tree: Tree[Any]) -> Term:
        return self._logic(tree, Or)

    def _conjunction(self, tree: Tree[Any]) -> Term:
        return self._logic(tree, And)

    def _logic(self, tree: Tree[Any], node: type[And] | type[Or]) -> Term:
        parts = [self.condition(child) for child in tree.children]
        if any(part.type is None for part in parts):
            return mistaken(tree.meta.start_pos)
        return Term(node(tuple(part.expr for part in parts)), Type.BOOL, tree.meta.start_pos)

    def _negated(self, tree: Tree[Any]) -> Term:
        part = self.condition(tree.children[0])
        return Term(Not(part.expr), part.type, tree.meta.start_pos)

    def _compare(self, tree: Tree[Any]) -> Term:
        first, op, second = _children(tree)
        left, right = self.term(first), self.term(second)
        index = tree.meta.start_pos
        if left.type is None or right.type is None:
            return mistaken(index)
        if left.weeks or right.weeks:
            return self._weeks(left, op, right, index)
        if left.type is not right.type:
            found = f"{left.what} compared with {right.what}"
            return self.mistake("rule-type", op.start_pos, found, terms.compare_expected(str(op), left, right))
        if left.type is Type.BOOL:
            return self.mistake("rule-type", op.start_pos, "two conditions compared", "and, or, not")
        if left.type is Type.TEXT and op not in ("=", "!="):
            return self.mistake("rule-type", op.start_pos, f"texts compared with '{op}'", "= or !=, or in ('a', 'b')")
        self.among_choices(left, right)
        self.among_choices(right, left)
        return Term(Compare(str(op), left.expr, right.expr), Type.BOOL, index)

    def _weeks(self, left: Term, op: Token, right: Term, index: int) -> Term:
        weeks, number, sign = (left, right, str(op)) if left.weeks else (right, left, FLIPPED[op])
        whole = number.expr.value if isinstance(number.expr, Lit) else None
        if number.weeks or not isinstance(whole, int) or isinstance(whole, bool) or number.type is not Type.NUMBER:
            found = f"completed weeks compared with {number.what}"
            return self.mistake("rule-weeks", number.index, found, "a whole number, such as 12")
        if sign == "!=":
            return self.mistake("rule-weeks", op.start_pos or 0, "'!='", "not (weeks_since(...) = number)")
        assert weeks.weeks
        return Term(WeeksCompare(sign, *weeks.weeks, whole), Type.BOOL, index)

    def _among(self, tree: Tree[Any]) -> Term:
        item = self.term(tree.children[0])
        texts = {token.start_pos or 0: str(token)[1:-1] for token in _children(tree)[1:]}
        options = [Term(Lit(text, Type.TEXT), Type.TEXT, at) for at, text in texts.items()]
        index = tree.meta.start_pos
        if item.type is None:
            return mistaken(index)
        if item.type is not Type.TEXT or item.weeks:
            expected = "a text, such as a code of choices"
            return self.mistake("rule-type", item.index, f"{item.what} before 'in'", expected)
        for option in options:
            self.among_choices(item, option)
        return Term(In(item.expr, tuple(texts.values())), Type.BOOL, index)

    def _arith(self, tree: Tree[Any]) -> Term:
        first, op, second = _children(tree)
        left, right = self.term(first), self.term(second)
        index = tree.meta.start_pos
        if left.type is None or right.type is None:
            return mistaken(index)
        kind = None if left.weeks or right.weeks else terms.arith_type(op, left, right)
        if kind is None:
            code, expected = "rule-type", terms.arith_expected(str(op), left, right)
            if left.weeks or right.weeks:
                code, expected = "rule-weeks", "weeks_since compared with a whole number"
            return self.mistake(code, op.start_pos, f"{left.what} {op} {right.what}", expected)
        return Term(Arith(str(op), terms.whole(left, kind), terms.whole(right, kind), kind), kind, index)

    def _number(self, tree: Tree[Any]) -> Term:
        return Term(Lit(_number(str(tree.children[0])), Type.NUMBER), Type.NUMBER, tree.meta.start_pos)

    def _negative(self, tree: Tree[Any]) -> Term:
        return Term(Lit(-_number(str(tree.children[1])), Type.NUMBER), Type.NUMBER, tree.meta.start_pos)

    def _text(self, tree: Tree[Any]) -> Term:
        return Term(Lit(str(tree.children[0])[1:-1], Type.TEXT), Type.TEXT, tree.meta.start_pos)

    def _boolean(self, tree: Tree[Any]) -> Term:
        return Term(Lit(tree.children[0] == "true", Type.BOOL), Type.BOOL, tree.meta.start_pos)

    def _span(self, tree: Tree[Any]) -> Term:
        index = tree.meta.start_pos
        try:
            size = span_units(str(tree.children[0]), self.scope.clock)
        except NotThis as error:
            return self.mistake("span-unit", index, error.found, error.expected)
        return Term(Lit(size, Type.SPAN), Type.SPAN, index)


def _children(tree: Tree[Any]) -> list[Any]:
    """The library types a child as a tree or a token; which one it is follows from the grammar."""
    return tree.children


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def typed(text: str | Scalar, scope: Scope, want: Type | None = None) -> Term:
    """The typed term of a rule. Raises RuleError with every mistake in it."""
    return _run(text, scope, lambda typer, tree: _wanted(typer, tree, want))


def stream(text: str | Scalar, scope: Scope) -> Stream:
    """The events that a filter or the name of a sign stands for. Raises RuleError."""
    return _run(text, scope, lambda typer, tree: typer.filter(tree, None))


def _wanted(typer: Typer, tree: Tree[Any], want: Type | None) -> Term:
    if want is Type.BOOL:
        return typer.condition(tree)
    term = typer.term(tree)
    if term.weeks:
        return typer.mistake("rule-weeks", term.index, "weeks_since alone", "weeks_since compared with a whole number")
    if want and term.type and term.type is not want:
        return typer.mistake("rule-type", term.index, term.what, terms.NAMES[want])
    return term


def _run(text: str | Scalar, scope: Scope, read: Callable[[Typer, Tree[Any]], Read]) -> Read:
    located = Located(text, scope.place)
    typer = Typer(located, scope)
    try:
        result = read(typer, syntax_tree(located.text))
    except SyntaxMistake as error:
        problem: Problem = located.problem(error.code, error.index, error.found, error.expected)
        raise RuleError([problem]) from None
    if typer.problems or (isinstance(result, Term) and result.type is None) or result == Stream(()):
        raise RuleError(typer.problems)  # without problems when a sign that it uses was mistaken: told there already
    return result
