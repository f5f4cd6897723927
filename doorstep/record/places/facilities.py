"""Makes invented health facilities and their catchments by the rules in `health.yaml`; the same every time.

A facility stands where its seat stands (the first unit it is made for), says in its name that it is invented, and
outlives the reform of the area around it: its parent is found anew for every day on which the area changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from doorstep.content.dates import day_number
from doorstep.record.places.index import Index
from doorstep.record.places.model import ADMINISTRATIVE, FIRST_DAY, HEALTH, ParentLink, Parts, Unit

Labels = Mapping[str, Mapping[str, str]]  # kind to language to word


def make_facilities(rules: Mapping[str, Any], labels: Labels, index: Index) -> Parts:
    """Facilities, the links between them, and the catchments of the administrative places in `index`."""
    return _Maker(rules, labels, index).parts


class _Maker:
    def __init__(self, rules: Mapping[str, Any], labels: Labels, index: Index) -> None:
        self.names, self.labels, self.index = rules["names"], labels, index
        self.parts = Parts()
        self.facilities: dict[str, Unit] = {}
        self.made: dict[str, dict[str, str]] = defaultdict(dict)  # step id -> administrative id -> facility id
        self.served: dict[str, str] = {}  # administrative id -> facility id
        days = {unit.valid_from for unit in index.units.values()} | {unit.valid_to for unit in index.units.values()}
        self.turns = sorted(day for day in days if day is not None)
        for step in rules["steps"]:
            for units in self._areas(step):
                self._make(step, units)
        self._follow_successions()

    def _areas(self, step: Mapping[str, Any]) -> Iterator[list[Unit]]:
        """The units of each facility of a step, its seat first."""
        if "groups" in step:
            for members in step["groups"].values():
                yield [self.index.units[member] for member in members]
            return
        wanted, many = set(step["each"]), step.get("per", 1)
        day = day_number(str(step["as_of"])) if "as_of" in step else None
        for area in step["within"]:
            inside = [unit for unit in self._below(area) if unit.kind in wanted and (day is None or unit.alive(day))]
            for _, neighbours in groupby(inside, key=lambda unit: self.index.above[ADMINISTRATIVE, unit.id][0].parent):
                together = list(neighbours)
                for start in range(0, len(together), many):
                    yield together[start : start + many]

    def _below(self, area: str) -> Iterator[Unit]:
        """The area and all that was ever inside it while it lived, by the first parent of each."""
        yield self.index.units[area]
        for link in self.index.below.get((ADMINISTRATIVE, area), ()):
            if self.index.above[ADMINISTRATIVE, link.child][0].parent == area:
                yield from self._below(link.child)

    def _make(self, step: Mapping[str, Any], units: Sequence[Unit]) -> None:
        for copy in range(1, step.get("copies", 1) + 1):
            facility = self._facility(step, units[0], copy)
            self.facilities[facility.id] = facility
            self.parts.units.append(facility)
            self.parts.links += self._belongs(facility, step["under"], units[0])
            if copy > 1:
                continue
            for unit in units:
                self.made[step["id"]][unit.id] = facility.id
                self._serve(step.get("serves"), unit, facility)

    def _facility(self, step: Mapping[str, Any], seat: Unit, copy: int) -> Unit:
        country, number = seat.code.split("-", 1)
        own = f"{country}-{step['prefix']}-{number}" + (f".{copy}" if step.get("copies", 1) > 1 else "")
        names = {lang: self._named(lang, step["kind"], seat, copy) for lang in self.names}
        life = (seat.valid_from, seat.valid_to) if step.get("ends") else (None, None)
        return Unit(
            own, HEALTH, step["kind"], own, names, *life,
            lat=seat.lat, lon=seat.lon, approximate=True, invented=True, zone=seat.zone,
        )  # fmt: skip

    def _named(self, lang: str, kind: str, seat: Unit, copy: int) -> str:
        word = self.labels[kind][lang]
        name = self.names[lang].format(place=seat.name(lang), kind=f"{word} {copy}" if copy > 1 else word)
        return str(name[0].upper() + name[1:])

    def _belongs(self, facility: Unit, under: str, seat: Unit) -> Iterator[ParentLink]:
        """Dated links to the parent facility. It keeps its parent when the area between them is abolished."""
        dated: list[tuple[int | None, str | None]] = []
        parent: str | None = None
        for start in (None, *self.turns):
            day = FIRST_DAY if start is None else start
            kept = parent if parent and self._exists(parent, day) else None
            found = self._parent(under, seat, day) or kept
            if found != parent:
                dated.append((start, found))
                parent = found
        for (start, parent), (end, _) in pairwise([*dated, (None, None)]):
            if parent is not None:
                first, last = _later(start, facility.valid_from), _earlier(end, facility.valid_to)
                if first is None or last is None or first < last:
                    yield ParentLink(facility.id, parent, HEALTH, first, last)

    def _parent(self, under: str, seat: Unit, day: int) -> str | None:
        if under in self.index.units:
            return under
        above = self.index.chain(seat.id, day, ADMINISTRATIVE)
        made = self.made[under]
        return next((made[unit] for unit in [seat.id, *above] if unit in made and self._exists(made[unit], day)), None)

    def _exists(self, facility: str, day: int) -> bool:
        return facility not in self.facilities or self.facilities[facility].alive(day)

    def _serve(self, how: str | None, unit: Unit, facility: Unit) -> None:
        if how is None:
            return
        for place in self._below(unit.id) if how == "all" else [unit]:
            self.served[place.id] = facility.id
            self.parts.links.append(ParentLink(place.id, facility.id, HEALTH, facility.valid_from, facility.valid_to))

    def _follow_successions(self) -> None:
        """What came out of places with a facility goes to that of the one whose code it took, else of the first."""
        for new, steps in self.index.came_from.items():
            unit = self.index.units[new]
            olds = [step.old for step in steps if step.old in self.served]
            if new in self.served or not olds:
                continue
            lead = next((old for old in olds if self.index.units[old].code == unit.code), olds[0])
            self.parts.links.append(ParentLink(new, self.served[lead], HEALTH, unit.valid_from, unit.valid_to))


def _later(a: int | None, b: int | None) -> int | None:
    return max((day for day in (a, b) if day is not None), default=None)


def _earlier(a: int | None, b: int | None) -> int | None:
    return min((day for day in (a, b) if day is not None), default=None)
