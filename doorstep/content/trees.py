"""Walks over typed trees: every node, every filter, every code that a rule reads."""

from __future__ import annotations

from collections.abc import Iterator

from doorstep.content.tree import (
    And,
    Any,
    Arith,
    Branch,
    Case,
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
    Not,
    Or,
    Ref,
    Stream,
    WeeksCompare,
)

Tree = Expr | Stream | Filter | Branch


def children(node: Tree) -> tuple[Tree, ...]:
    """What stands directly inside a node."""
    match node:
        case Stream(filters):
            return filters
        case Filter(_, where):
            return () if where is None else (where,)
        case Latest(stream) | First(stream) | LatestDay(stream) | FirstDay(stream) | Count(stream) | Any(stream):
            return (stream,)
        case And(parts) | Or(parts):
            return parts
        case Not(part) | Known(part) | In(part, _):
            return (part,)
        case Compare(_, left, right) | Arith(_, left, right) | Greater(left, right) | Lesser(left, right):
            return (left, right)
        case WeeksCompare(_, start, end):
            return (start, end)
        case Case(branches):
            return branches
        case Branch(when, value):
            return (when, value)
    return ()


def walk(node: Tree) -> Iterator[Tree]:
    """The node and everything inside it."""
    yield node
    for child in children(node):
        yield from walk(child)


def filters(node: Tree) -> Iterator[Filter]:
    return (item for item in walk(node) if isinstance(item, Filter))


def codes(node: Tree) -> set[str]:
    """Codes that it reads, relations included: to follow one is to read it."""
    found = set()
    for item in filters(node):
        found.add(item.code)
        if item.relation:
            found.add(item.relation)
    return found


def refs(node: Tree) -> set[str]:
    """Names of values that it reads directly."""
    return {item.name for item in walk(node) if isinstance(item, Ref)}
