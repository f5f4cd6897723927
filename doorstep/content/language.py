"""The rule language, from text to typed tree: the only door. Nothing is ever evaluated here.

Source: docs/pathway-language.md, 3. A mistake raises RuleError with every Problem found in the text.
"""

from __future__ import annotations

from collections.abc import Sequence

from doorstep.content.problems import Problem
from doorstep.content.scope import RuleError, Scope
from doorstep.content.tree import Expr, Filter, Stream, Type
from doorstep.content.typecheck import stream, typed
from doorstep.content.yamlpos import Scalar

__all__ = ["RuleError", "Scope", "parse", "parse_stream", "parse_typed"]


def parse(text: str | Scalar, scope: Scope, want: Type | None = Type.BOOL) -> Expr:
    """The typed tree of a rule; `want` is the type it must have (a condition, unless told; None: any)."""
    return typed(text, scope, want).expr


def parse_typed(text: str | Scalar, scope: Scope) -> tuple[Expr, Type]:
    """The typed tree of a rule of any type, and its type."""
    term = typed(text, scope)
    assert term.type is not None
    return term.expr, term.type


def parse_stream(text: str | Scalar | Sequence[str | Scalar], scope: Scope) -> Stream:
    """The events that a filter, a sign, or a list of them stands for; each filter once."""
    items = [text] if isinstance(text, str | Scalar) else list(text)
    filters: dict[Filter, None] = {}
    problems: list[Problem] = []
    distinct = False
    for item in items:
        try:
            one = stream(item, scope)
        except RuleError as error:
            problems.extend(error.problems)
            continue
        filters.update(dict.fromkeys(one.filters))
        distinct = distinct or one.distinct
    if problems:
        raise RuleError(problems)
    return Stream(tuple(filters), distinct)
