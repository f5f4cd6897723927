"""Places: the two dated trees, read once, asked by code, name and day. No database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache, cached_property
from pathlib import Path

from doorstep.content.dates import iso_day
from doorstep.record.places.closure import Closure
from doorstep.record.places.facilities import make_facilities
from doorstep.record.places.gazetteer import read_gazetteer
from doorstep.record.places.handmade import LANGUAGES, read_handmade, with_better_names
from doorstep.record.places.index import Index
from doorstep.record.places.model import (
    ADMINISTRATIVE,
    TREES,
    AmbiguousPlace,
    Parts,
    PlaceNotThatDay,
    Residence,
    Unit,
    UnknownPlace,
)
from doorstep.record.places.reform import read_reform
from doorstep.record.places.search import NameSearch
from doorstep.record.places.sources import default_shelf, read_csv, read_yaml


class Places:
    """Every unit of both trees. Days are integers since 1970-01-01; ids are those of `Unit.id`."""

    def __init__(self, parts: Parts, kinds: Iterable[dict[str, str]] = ()) -> None:
        self.index = Index(parts)
        mistakes = self.index.mistakes(parts)
        if mistakes:
            raise ValueError("These places contradict each other: " + "; ".join(mistakes[:20]))
        self.kinds = {row["kind"]: row for row in kinds}
        self.closures = {tree: Closure(self.index, tree) for tree in TREES}

    @classmethod
    def load(cls, shelf: Path | None = None) -> Places:
        """All places that the shelf describes, read once per process. SourceMissing without its packages."""
        return _loaded(shelf or default_shelf())

    @property
    def units(self) -> dict[str, Unit]:
        """Id to unit: every life of every place, in both trees."""
        return self.index.units

    def get(self, own: str) -> Unit:
        """The unit with this id. UnknownPlace when there is none."""
        if own in self.units:
            return self.units[own]
        raise UnknownPlace(f"There is no place with the id {own}.", "Look for it: doorstep places search NAME")

    def find(self, code: str, day: int, tree: str | None = None) -> Unit:
        """The unit that has this code (or this id) on this day, in one tree or in either.

        UnknownPlace, PlaceNotThatDay or AmbiguousPlace when there is not exactly one; each names what may be meant.
        """
        wanted = code.strip().upper()
        holders = [self.units[wanted]] if wanted in self.units and "@" in wanted else self.index.by_code.get(wanted, [])
        if not holders and wanted in self.units:
            holders = [self.units[wanted]]
        holders = [unit for unit in holders if tree is None or unit.tree == tree or self._is_root(unit)]
        if not holders:
            raise UnknownPlace(
                f"No place has the code {code.strip()}.",
                "Codes look like KH-16, VN-01906 or BG-SFO39; look for one by name: doorstep places search NAME",
            )
        alive = [unit for unit in holders if unit.alive(day)]
        if len(alive) == 1:
            return alive[0]
        if alive:
            raise AmbiguousPlace(
                f"{len(alive)} places share the code {code.strip()} in the official list.",
                "Use the id of the one you mean: " + "; ".join(f"{unit.id} {unit.name()}" for unit in alive),
                alive,
            )
        raise self._not_that_day(holders, day)

    def lives(self, code: str) -> list[Unit]:
        """Every unit that has or had this code, or this id. UnknownPlace when there is none."""
        wanted = code.strip().upper()
        held = self.index.by_code.get(wanted) or [unit for unit in (self.units.get(wanted),) if unit]
        return held or [self.get(code)]

    def parent(self, unit: Unit | str, day: int, tree: str = ADMINISTRATIVE) -> Unit | None:
        """The unit directly above on this day; None at a root."""
        above = self.ancestors(unit, day, tree)
        return above[0] if above else None

    def ancestors(self, unit: Unit | str, day: int, tree: str = ADMINISTRATIVE) -> tuple[Unit, ...]:
        """All that the unit counts as inside of on this day, nearest first; all of them exist on this day.

        For a unit that ended before: what it became, and what that is in. For one that begins later: what is certain.
        """
        own = unit if isinstance(unit, str) else unit.id
        chain = self.index.chain(self.get(own).id, day, tree)
        return tuple(self.units[above] for above in chain if above != own)

    def descendants(self, ids: Iterable[str], day: int, tree: str = ADMINISTRATIVE) -> set[str]:
        """Ids of all units that count as inside any of these on this day, themselves among them.

        Units whose life ended are there under what they became: who lives in them by record is found.
        """
        below = self.closures[tree].below
        return {
            stretch.unit
            for own in ids
            for stretch in below.get(self.get(own).id, ())
            if stretch.start <= day < stretch.end
        }

    def covers(self, areas: Collection[str], unit: Unit | str, day: int) -> bool:
        """Whether the unit counts as inside one of these areas (ids of either tree) on this day."""
        own = self.get(unit if isinstance(unit, str) else unit.id).id
        return any(above in areas for tree in TREES for above in self.index.chain(own, day, tree))

    def resolve_residence(self, unit: Unit | str, day: int) -> Residence:
        """The unit that stands on this day for a recorded place of residence.

        flagged: it was split, or only a wider place is certain: somebody who knows has to say which part it is.
        """
        own = self.get(unit if isinstance(unit, str) else unit.id)
        flagged = False
        while own.ended(day):
            steps = self.index.became[own.id]
            default = [step.new for step in steps if step.default]
            if not default:
                return self._wider(own, day)
            flagged = flagged or len(steps) > 1
            own = self.units[default[0]]
        while own.unborn(day):
            forebears = self.index.forebears(own.id)
            if len(forebears) != 1:
                return self._wider(own, day)
            own = self.units[forebears[0]]
        return Residence(own, flagged)

    def successors(self, unit: Unit | str, day: int, tree: str = ADMINISTRATIVE) -> tuple[Unit, ...]:
        """The units, existing on this day, that an ended unit lives on in; itself while it exists."""
        own = self.get(unit if isinstance(unit, str) else unit.id)
        if not own.ended(day):
            return (own,) if own.alive(day) else ()
        heirs = [step.new for step in self.index.became[own.id]] or self.index.last_inside(own.id, tree)
        found = (later for heir in heirs for later in self.successors(heir, day, tree))
        return tuple(dict.fromkeys(found))

    def search(self, text: str, limit: int = 20, day: int | None = None, tree: str | None = None) -> list[Unit]:
        """Units whose name or code holds what was typed, best first; marks, script and spaces may differ.

        With a day, those that exist on it; with a tree, those of that tree.
        """
        return self._names.find(text, limit, lambda unit: (
            (day is None or unit.alive(day)) and (tree is None or unit.tree == tree)
        ))  # fmt: skip

    def kind_name(self, kind: str, lang: str = "en") -> str:
        """The word for a kind of place, in this language or else in English."""
        row = self.kinds.get(kind, {})
        return row.get(lang) or row.get("en") or kind

    @cached_property
    def _names(self) -> NameSearch:
        return NameSearch(self.units.values(), {kind: int(row["rank"]) for kind, row in self.kinds.items()})

    def _wider(self, unit: Unit, day: int) -> Residence:
        above = self.ancestors(unit, day)
        if not above:
            raise PlaceNotThatDay(
                f"{unit.id} {unit.name()} did not exist on {iso_day(day)}, nor anything that it is known to come from.",
                "Ask for another day.", [unit],
            )  # fmt: skip
        return Residence(above[0], True)

    def _is_root(self, unit: Unit) -> bool:
        return not any((tree, unit.id) in self.index.above for tree in TREES)

    def _not_that_day(self, holders: list[Unit], day: int) -> PlaceNotThatDay:
        unit = min(holders, key=lambda one: min(abs((one.valid_to or day) - day), abs((one.valid_from or day) - day)))
        if unit.valid_to is not None and unit.ended(day):
            what = f"{unit.id} {unit.name()} exists no more on {iso_day(day)}: it ended on {iso_day(unit.valid_to)}."
            heirs = self.successors(unit, day)
            named = "; ".join(f"{heir.id} {heir.name()}" for heir in heirs[:8]) + ("; ..." if len(heirs) > 8 else "")
            return PlaceNotThatDay(what, f"It lives on in: {named}" if heirs else "Ask for an earlier day.", heirs)
        began = iso_day(unit.valid_from or 0)
        what = f"{unit.id} {unit.name()} did not yet exist on {iso_day(day)}: it began on {began}."
        return PlaceNotThatDay(what, "Ask for a later day, or for the place it came from.", [unit])


@cache
def _loaded(shelf: Path) -> Places:
    parts = Parts()
    parts.add(read_handmade(shelf / "countries.csv"))
    parts.add(read_handmade(shelf / "bulgaria.csv"))
    parts.add(read_gazetteer(shelf, "cambodia.yaml"))
    parts.add(read_reform(shelf, "vietnam.yaml"))
    parts.units = with_better_names(parts.units, shelf / "names.csv")
    kinds = read_csv(shelf / "kinds.csv")
    labels = {row["kind"]: {lang: row[lang] for lang in LANGUAGES} for row in kinds}
    parts.add(make_facilities(read_yaml(shelf / "health.yaml"), labels, Index(parts)))
    return Places(parts, kinds)
