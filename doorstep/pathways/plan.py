"""What is to be compiled: the steps of a programme as numbered variants, grouped by the event stream that they share."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

from doorstep.content import tree as t
from doorstep.content.model import Chain, Offset, Pathway, Programme, Step

PLAIN, EACH, CHAIN = "while", "each", "chain"
CONTRARY, REDATED, ANEW = 0, 1, 2
REASONS = ("contrary", "redated", "projected_anew")
"""Reasons that the law knows by itself; those of the programme follow."""


class CannotCompile(ValueError):
    """A programme that the checker would have refused, with what to do about it."""


@dataclass(frozen=True)
class Variant:
    """One variant of one step. `sid` is its number within the programme, the same whatever is chosen."""

    sid: int
    pathway: Pathway
    step: Step

    @property
    def kind(self) -> str:
        return CHAIN if self.step.chain else EACH if self.step.each else PLAIN

    @property
    def own_series(self) -> bool:
        """Of a chain: whether each stretch counts its own contacts."""
        return self.step.counts != "episode"

    def edge(self, offset: Offset | None, default: int | None) -> int | None:
        """An edge as a distance from the anchor (in a chain from the due day)."""
        if offset is None:
            return default
        by_due = offset.base == "due" and not self.step.chain
        return offset.by + (self.step.due.by if by_due else 0)


@dataclass(frozen=True)
class Group:
    """Steps of all pathways on one kind of episode in one clock: they read one event stream."""

    gid: int
    episode: str
    clock: t.Clock
    variants: tuple[Variant, ...]

    @property
    def pathways(self) -> tuple[Pathway, ...]:
        return tuple({v.pathway.name: v.pathway for v in self.variants}.values())


@dataclass(frozen=True)
class Plan:
    programme: Programme
    every: tuple[Variant, ...]
    """All variants of the programme, chosen or not: the rule tables hold them all."""
    groups: tuple[Group, ...]

    @property
    def chosen(self) -> tuple[Variant, ...]:
        """In the order of their numbers."""
        return tuple(sorted((v for group in self.groups for v in group.variants), key=lambda v: v.sid))

    def of(self, *kinds: str) -> tuple[Variant, ...]:
        return tuple(variant for variant in self.chosen if variant.kind in kinds)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every `until_why`, by its number."""
        ends = [
            *(end for pathway in self.programme.pathways.values() for end in pathway.ends),
            *(end for variant in self.every for end in variant.step.ends),
        ]
        return tuple(dict.fromkeys([*REASONS, *(end.why for end in ends)]))

def make_plan(programme: Programme, pathways: Collection[str] | None, steps: Collection[str] | None) -> Plan:
    """`steps` are names of steps, alone or as 'pathway.step'. Raises CannotCompile when one is not there."""
    every: list[Variant] = []
    for pathway in programme.pathways.values():
        for step in pathway.steps:
            if step.clock is not pathway.clock:
                where = f"step {pathway.name}.{step.name}"
                raise CannotCompile(f"{where} has another clock than its pathway: give it a pathway of its own")
            every.append(Variant(len(every) + 1, pathway, step))
    known = {v.step.name for v in every} | {f"{v.pathway.name}.{v.step.name}" for v in every}
    for wanted, there in ((pathways, set(programme.pathways)), (steps, known)):
        absent = sorted(set(wanted or ()) - there)
        if absent:
            raise CannotCompile(f"programme {programme.id} has no {', '.join(absent)}; it has {', '.join(sorted(there))}")

    def wanted_step(variant: Variant) -> bool:
        if pathways is not None and variant.pathway.name not in pathways:
            return False
        names = {variant.step.name, f"{variant.pathway.name}.{variant.step.name}"}
        return steps is None or not names.isdisjoint(steps)

    chosen = [v for v in every if wanted_step(v)]
    kinds = sorted({(v.pathway.episode, v.pathway.clock) for v in chosen})
    groups = [
        Group(gid, episode, clock, tuple(v for v in chosen if (v.pathway.episode, v.pathway.clock) == (episode, clock)))
        for gid, (episode, clock) in enumerate(kinds, 1)
    ]
    return Plan(programme, tuple(every), tuple(groups))


# --- walking rules --------------------------------------------------------------------------------------------------


def walk(node: Any) -> Iterator[Any]:
    """Every node of a tree (or of a tuple of trees), itself included; not through references."""
    if isinstance(node, tuple | list):
        for part in node:
            yield from walk(part)
    elif is_dataclass(node) and not isinstance(node, type):
        yield node
        for name in _names(type(node)):
            value = getattr(node, name)
            if isinstance(value, tuple) or is_dataclass(value):
                yield from walk(value)


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    """Of the fields of a kind of node."""
    return tuple(field.name for field in fields(kind))


def closed(pathway: Pathway, nodes: Any) -> list[Any]:
    """Every node that these expressions read, through named values too."""
    found: list[Any] = []
    seen: set[str] = set()

    def visit(part: Any) -> None:
        for node in walk(part):
            found.append(node)
            if isinstance(node, t.Ref) and node.name not in seen:
                seen.add(node.name)
                visit(pathway.values[node.name].expr)

    visit(nodes)
    return found


def dating(chain: Chain | None) -> t.Expr | None:
    """The value that dates a chain."""
    return t.Ref(chain.dated_by, t.Type.DAY) if chain and chain.dated_by else None


COUNTRY = t.Latest(t.Stream((t.Filter("country"),)), t.Type.TEXT)


def read_by(variant: Variant) -> list[Any]:
    """Every node that a step reads."""
    step = variant.step
    parts = [step.done, step.each, step.when, step.while_, step.ends, step.anchor, variant.pathway.ends, dating(step.chain)]
    if step.countries:
        parts.append(COUNTRY)
    return closed(variant.pathway, [part for part in parts if part is not None])


def streams_of(nodes: list[Any]) -> tuple[t.Filter, ...]:
    """The bare filters of every code among the nodes."""
    return tuple(sorted(
        {t.Filter(node.code, None, node.relation) for node in nodes if isinstance(node, t.Filter)},
        key=lambda f: (f.relation or "", f.code),
    ))


def asks_moment(variant: Variant) -> bool:
    """Whether its existence or its date changes with the moment itself: then only moments of its own events are judged."""
    step = variant.step
    parts = [step.while_, step.ends, variant.pathway.ends, dating(step.chain), None if step.each else step.anchor]
    nodes = closed(variant.pathway, [part for part in parts if part is not None])
    return any(isinstance(node, t.Moment) for node in nodes)
