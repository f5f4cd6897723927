"""Everything that is inside something, and from when to when: one row per ancestor, descendant and stretch of days.

This is what makes "who is inside KH-16 on that day" one join. It says the same as walking the tree on each day
(`Index.chain`), and is worked out another way: by intersecting stretches of days, once for all days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from doorstep.record.places.index import Index
from doorstep.record.places.model import FIRST_DAY, LAST_DAY


class Stretch(NamedTuple):
    """`unit` counts from day `start` until the day before `end`."""

    unit: str
    start: int
    end: int


class Closure:
    """The closure of one tree. Works out each unit once, when it is first asked for."""

    def __init__(self, index: Index, tree: str) -> None:
        self.index, self.tree = index, tree
        self._above: dict[str, list[Stretch]] = {}
        self._lives = {unit: (_first(own.valid_from), _last(own.valid_to)) for unit, own in index.units.items()}
        self._linked: dict[str, list[Stretch]] = {}
        self._after: dict[str, list[Stretch]] = {}
        self._before: dict[str, list[Stretch]] = {}

    def above(self, unit: str) -> list[Stretch]:
        """All that the unit is inside of, with the days on which it is; itself too, where it stands in this tree.

        Sorted, and adjoining stretches joined.
        """
        if unit not in self._above:
            self._above[unit] = joined(self._within(unit, FIRST_DAY, LAST_DAY))
        return self._above[unit]

    @cached_property
    def below(self) -> dict[str, list[Stretch]]:
        """For every unit: what is inside it, with the days."""
        out: dict[str, list[Stretch]] = defaultdict(list)
        for unit in self.index.units:
            for stretch in self.above(unit):
                out[stretch.unit].append(Stretch(unit, stretch.start, stretch.end))
        return out

    def _within(self, unit: str, start: int, end: int) -> list[Stretch]:
        """The unit and all above it, cut to these days."""
        born, died = self._lives[unit]
        found = clipped([Stretch(unit, born, died)], start, end) if self.index.stands_in(unit, self.tree) else []
        linked = self.index.above.get((self.tree, unit), ())
        if any(_first(link.valid_from) < end and _last(link.valid_to) > start for link in linked):
            found += clipped(self._by_links(unit), start, end)
        if died < end:
            found += clipped(self._by_heirs(unit, died), start, end)
        if start < born:
            found += clipped(self._by_forebears(unit, born), start, end)
        return found

    def _by_links(self, unit: str) -> list[Stretch]:
        if unit not in self._linked:
            self._linked[unit] = [
                stretch
                for link in self.index.above.get((self.tree, unit), ())
                for stretch in self._within(link.parent, _first(link.valid_from), _last(link.valid_to))
            ]
        return self._linked[unit]

    def _by_heirs(self, unit: str, died: int) -> list[Stretch]:
        if unit not in self._after:
            heirs = self.index.heirs(unit, self.tree)
            self._after[unit] = [
                stretch for start, end in self._unlinked(unit, died, LAST_DAY)
                for stretch in common(self._within(heir, start, end) for heir in heirs)
            ]  # fmt: skip
        return self._after[unit]

    def _by_forebears(self, unit: str, born: int) -> list[Stretch]:
        if unit not in self._before:
            forebears = self.index.forebears(unit)
            self._before[unit] = [
                stretch for start, end in self._unlinked(unit, FIRST_DAY, born)
                for stretch in common(self._within(old, start, end) for old in forebears)
            ]  # fmt: skip
        return self._before[unit]

    def _unlinked(self, unit: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The days between start and end on which the unit has no link of its own."""
        links = [(_first(link.valid_from), _last(link.valid_to)) for link in self.index.above.get((self.tree, unit), ())]
        for first, last in sorted(links):
            if start < min(first, end):
                yield start, min(first, end)
            start = max(start, last)
        if start < end:
            yield start, end


def clipped(stretches: Iterable[Stretch], start: int, end: int) -> list[Stretch]:
    """The stretches, cut to the days between start and end; what is outside is left out."""
    found = []
    for stretch in stretches:
        unit, first, last = stretch
        if start <= first < last <= end:
            found.append(stretch)  # most are: nothing is made anew, of which there would be half a million
        elif max(first, start) < min(last, end):
            found.append(Stretch(unit, max(first, start), min(last, end)))
    return found


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same days in as few stretches as possible, sorted."""
    out: list[Stretch] = []
    for stretch in sorted(stretches):
        if out and out[-1].unit == stretch.unit and stretch.start <= out[-1].end:
            out[-1] = Stretch(stretch.unit, out[-1].start, max(out[-1].end, stretch.end))
        else:
            out.append(stretch)
    return out


def common(several: Iterable[Iterable[Stretch]]) -> list[Stretch]:
    """What holds in all of them: for each unit, the days on which every one of them has it."""
    lists = [joined(stretches) for stretches in several]
    if not lists:
        return []
    held = lists[0]
    for other in lists[1:]:
        by_unit: dict[str, list[Stretch]] = defaultdict(list)
        for stretch in other:
            by_unit[stretch.unit].append(stretch)
        held = [part for one in held for part in clipped(by_unit[one.unit], one.start, one.end)]
    return held


def _first(day: int | None) -> int:
    return FIRST_DAY if day is None else day


def _last(day: int | None) -> int:
    return LAST_DAY if day is None else day
