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
    reader = _Reader(pathway)
    return Needs(pathway.episode, tuple(dict.fromkeys(reader.of_step(step) for step in pathway.steps)))


Found = list[frozenset[str]]


class _Reader:
    """Reads the rules of one pathway; each of its named values once."""

    def __init__(self, pathway: Pathway) -> None:
        self.pathway = pathway
        self._true: dict[str, Found] = {}
        self._known: dict[str, Found] = {}

    def of_step(self, step: Step) -> Clauses:
        """The clauses of one step."""
        found: Found = []
        if step.each is not None:
            found += _codes(step.each)
        for condition in (step.when, step.while_):
            if condition is not None:
                found += self.true(condition)
        if step.anchor is not None:
            found += self.known(step.anchor)
        if step.countries:
            found.append(frozenset({COUNTRY}))
        return tuple(sorted(set(found), key=sorted))

    def true(self, node: t.Expr) -> Found:
        """What is needed for this condition to be true."""
        match node:
            case t.Any(stream):
                return _codes(stream)
            case t.And(parts):
                return [clause for part in parts for clause in self.true(part)]
            case t.Or(parts):
                return _one_of(self.true(part) for part in parts)
            case t.Known(part):
                return self.known(part)
            case t.Ref(name):
                if name not in self._true:
                    self._true[name] = self.true(self.pathway.values[name].expr)
                return self._true[name]
            case t.Case(branches):
                return _one_of(self.true(one.when) + self.true(one.value) for one in branches)
            case _:
                return self.known(node)

    def known(self, node: t.Expr) -> Found:
        """What is needed for this value not to be unknown."""
        match node:
            case t.Latest(stream) | t.First(stream) | t.LatestDay(stream) | t.FirstDay(stream):
                return _codes(stream)
            case t.Compare() | t.Arith() | t.Greater() | t.Lesser():
                return self.known(node.left) + self.known(node.right)
            case t.WeeksCompare():
                return self.known(node.start) + self.known(node.end)
            case t.In(item):
                return self.known(item)
            case t.Not(part):
                return self.known(part)
            case t.Ref(name):
                if name not in self._known:
                    self._known[name] = self.known(self.pathway.values[name].expr)
                return self._known[name]
            case t.Case(branches):
                return _one_of(self.true(one.when) + self.known(one.value) for one in branches)
            case _:
                return []


def _codes(stream: t.Stream) -> Found:
    """One of the stream's codes; nothing when some are facts of others, over a relation."""
    if any(one.relation for one in stream.filters):
        return []
    return [frozenset(one.code for one in stream.filters)]


def _one_of(options: Iterable[Found]) -> Found:
    """What is needed when one of several suffices: the least of each, united."""
    chosen: set[str] = set()
    for clauses in options:
        if not clauses:
            return []
        chosen |= min(clauses, key=lambda clause: (len(clause), sorted(clause)))
    return [frozenset(chosen)] if chosen else []
