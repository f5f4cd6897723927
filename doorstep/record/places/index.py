"""Looks up units, links and successions by id, code and day; and walks a tree upwards on one day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from doorstep.record.places.model import ParentLink, Parts, Succession, Unit


class Index:
    """Units, links and successions, each found in one step. Everything else about places stands on this."""

    def __init__(self, parts: Parts) -> None:
        self.units: dict[str, Unit] = {unit.id: unit for unit in parts.units}
        self.links, self.successions = parts.links, parts.successions
        self.by_code: dict[str, list[Unit]] = defaultdict(list)
        self.above: dict[tuple[str, str], list[ParentLink]] = {}  # (tree, child) to its links upwards
        self.below: dict[tuple[str, str], list[ParentLink]] = {}  # (tree, parent) to its links downwards
        self.became: dict[str, list[Succession]] = defaultdict(list)
        self.came_from: dict[str, list[Succession]] = defaultdict(list)
        for unit in parts.units:
            self.by_code[unit.code.upper()].append(unit)
        for link in parts.links:
            self.above.setdefault((link.tree, link.child), []).append(link)
            self.below.setdefault((link.tree, link.parent), []).append(link)
        for step in parts.successions:
            self.became[step.old].append(step)
            self.came_from[step.new].append(step)

    def mistakes(self, parts: Parts) -> list[str]:
        """What makes these parts unusable, in words; nothing when they are sound."""
        found = [f"{unit} appears twice" for unit in _repeated(unit.id for unit in parts.units)]
        named = {end for link in parts.links for end in (link.child, link.parent)}
        named |= {end for step in parts.successions for end in (step.old, step.new)}
        found += [f"{end} is in a link or a succession, and is no place" for end in sorted(named - set(self.units))]
        for (tree, child), links in self.above.items():
            dated = sorted(links, key=lambda link: _start(link.valid_from))
            found += [
                f"{child} has two parents in the {tree} tree at once: {first.parent} and {second.parent}"
                for first, second in pairwise(dated)
                if first.valid_to is None or first.valid_to > _start(second.valid_from)
            ]
        return found

    def parent(self, unit: str, day: int, tree: str) -> str | None:
        """The id of the unit that this one belongs to on this day, by its own link."""
        return next((link.parent for link in self.above.get((tree, unit), ()) if link.holds(day)), None)

    def heirs(self, unit: str, tree: str) -> list[str]:
        """What a unit that ended lives on in: its default successor, else all successors, else what was in it last."""
        steps = self.became[unit]
        default = [step.new for step in steps if step.default]
        return default[:1] or [step.new for step in steps] or self.last_inside(unit, tree)

    def forebears(self, unit: str) -> list[str]:
        """What a unit was before its life began."""
        return [step.old for step in self.came_from[unit]]

    def last_inside(self, unit: str, tree: str) -> list[str]:
        """What was directly inside a unit until it ended."""
        end = self.units[unit].valid_to
        return [link.child for link in self.below.get((tree, unit), ()) if end is not None and link.valid_to == end]

    def stands_in(self, unit: str, tree: str) -> bool:
        """Whether others can be inside it in this tree: one of the tree's own units, or a root that they share."""
        return self.units[unit].tree == tree or (tree, unit) in self.below

    def chain(self, unit: str, day: int, tree: str) -> list[str]:
        """The unit (if it exists on this day, and stands in this tree) and everything above it then, nearest first.

        A unit that ended stands where its heirs stand, one not yet begun where all its forebears stood; where these
        are several, only what is above all of them is certain, and told.
        """
        own = self.units[unit]
        line = [unit] if own.alive(day) and self.stands_in(unit, tree) else []
        parent = self.parent(unit, day, tree)
        if parent is not None:
            return line + self.chain(parent, day, tree)
        if own.ended(day):
            return line + shared([self.chain(heir, day, tree) for heir in self.heirs(unit, tree)])
        if own.unborn(day):
            return line + shared([self.chain(old, day, tree) for old in self.forebears(unit)])
        return line


def shared(chains: Sequence[Sequence[str]]) -> list[str]:
    """What is in every chain, in the order of the first."""
    if not chains:
        return []
    rest = [set(chain) for chain in chains[1:]]
    return [unit for unit in chains[0] if all(unit in chain for chain in rest)]


def _repeated(ids: Iterable[str]) -> list[str]:
    return sorted(own for own, count in Counter(ids).items() if count > 1)


def _start(day: int | None) -> float:
    return float("-inf") if day is None else day
