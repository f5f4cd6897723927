"""What must have been said of somebody before a pathway can have a row of her: statements that cannot give one need not run.

From the typed tree: a step whose rule is only true when there were events of some codes has no row of anybody without them.
Whatever cannot be told here, may have rows: to leave out too little costs time, to leave out too much would lose a row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from doorstep.content import tree as t
from doorstep.content.model import Pathway, Step

Clauses = tuple[frozenset[str], ...]
"""Of each of these sets of codes there must be one at least."""
COUNTRY = "country"


@dataclass(frozen=True)
class Needs:
    """kind: of the episode. steps: the clauses of each step; rows are possible when all those of one step are met."""

    kind: str
    steps: tuple[Clauses, ...]

    def met(self, codes: Mapping[str, Collection[str]]) -> bool:
        """Whether there may be rows, when facts of these codes are there. codes: by kind of episode, '' for the person's own."""
        own = codes.get(self.kind)
        if own is None:
            return False
        there = {*own, *codes.get("", ())}
        return any(all(clause & there for clause in step) for step in self.steps)


def needs_of(pathway: Pathway) -> Needs:
    """Of all steps of one pathway."""
    return Needs(pathway.episode, tuple(dict.fromkeys(_of_step(pathway, step) for step in pathway.steps)))


def _of_step(pathway: Pathway, step: Step) -> Clauses:
    found: list[frozenset[str]] = []
    if step.each is not None:
        found += _codes(step.each)
    for condition in (step.when, step.while_):
        if condition is not None:
            found += _true(condition, pathway)
    if step.anchor is not None:
        found += _known(step.anchor, pathway)
    if step.countries:
        found.append(frozenset({COUNTRY}))
    return tuple(sorted(set(found), key=sorted))


def _codes(stream: t.Stream) -> list[frozenset[str]]:
    """One of the stream's codes; nothing when some are facts of others, over a relation."""
    if any(one.relation for one in stream.filters):
        return []
    return [frozenset(one.code for one in stream.filters)]


def _one_of(options: Iterable[list[frozenset[str]]]) -> list[frozenset[str]]:
    """What is needed when one of several suffices: the least of each, united."""
    chosen: set[str] = set()
    for clauses in options:
        if not clauses:
            return []
        chosen |= min(clauses, key=lambda clause: (len(clause), sorted(clause)))
    return [frozenset(chosen)] if chosen else []


def _true(node: t.Expr, pathway: Pathway) -> list[frozenset[str]]:
    """What is needed for this condition to be true."""
    match node:
        case t.Any(stream):
            return _codes(stream)
        case t.And(parts):
            return [clause for part in parts for clause in _true(part, pathway)]
        case t.Or(parts):
            return _one_of(_true(part, pathway) for part in parts)
        case t.Known(part):
            return _known(part, pathway)
        case t.Ref(name):
            return _true(pathway.values[name].expr, pathway)
        case t.Case(branches):
            return _one_of(_true(one.when, pathway) + _true(one.value, pathway) for one in branches)
        case _:
            return _known(node, pathway)


def _known(node: t.Expr, pathway: Pathway) -> list[frozenset[str]]:
    """What is needed for this value not to be unknown."""
    match node:
        case t.Latest(stream) | t.First(stream) | t.LatestDay(stream) | t.FirstDay(stream):
            return _codes(stream)
        case t.Compare() | t.Arith() | t.Greater() | t.Lesser():
            return _known(node.left, pathway) + _known(node.right, pathway)
        case t.WeeksCompare():
            return _known(node.start, pathway) + _known(node.end, pathway)
        case t.In(item):
            return _known(item, pathway)
        case t.Not(part):
            return _known(part, pathway)
        case t.Ref(name):
            return _known(pathway.values[name].expr, pathway)
        case t.Case(branches):
            return _one_of(_true(one.when, pathway) + _known(one.value, pathway) for one in branches)
        case _:
            return []
