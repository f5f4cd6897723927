"""The villages of a place that take part: real places, an invented way to an invented station, invented workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from doorstep.record.places import ADMINISTRATIVE, HEALTH, PlaceError, Places, Unit
from doorstep.simulation.chance import Chance
from doorstep.simulation.peoples import People, peoples_of
from doorstep.simulation.phones import Phone
from doorstep.simulation.rates import Rates, Setting

HOSPITALS = ("referral_hospital", "hospital")
OFFICES = ("operational_district", "health_department", "health_inspectorate")
ATTENDANT = {"BG": "mediator"}


@dataclass(frozen=True)
class Worker:
    """Who writes: `author` of submissions, with a phone. role: attendant, mediator, midwife, hospital or supervisor."""

    author: str
    role: str
    phone: Phone


@dataclass(frozen=True)
class Programme:
    """What all villages of a run share. start, end: first and last day (day numbers)."""

    places: Places
    rates: Rates
    seed: str
    start: int
    end: int

    def phone(self, name: str, setting: Setting) -> Phone:
        """The phone of this name."""
        return Phone(name, self.seed, self.rates, setting, self.start * 86_400, (self.end + 1) * 86_400)


@dataclass
class Village:
    """A village (Viet Nam: a commune, Bulgaria: a settlement) with its people, its way to the station and its workers."""

    unit: Unit
    people: int
    """How many live there."""
    main: People
    others: tuple[People, ...]
    setting: Setting
    """Of the most numerous people; `setting_of` has that of a household."""
    programme: Programme
    attendant: Worker
    midwife: Worker
    ward: Worker
    """Who writes at the hospital."""
    supervisor: Worker
    station: str
    """Id of the place where the midwife works."""
    hospital: str
    above: str
    """Id of the office that the station belongs to."""
    _ids: dict[int, str] = field(default_factory=dict)

    @cached_property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.unit.zone)

    def setting_of(self, people: People) -> Setting:
        """What the rates of a household of this people depend on."""
        return Setting(self.setting.country, people.group, self.setting.distance)

    def place_on(self, day: int) -> str:
        """The id under which the village stands on a day: it may have become something else."""
        if day not in self._ids:
            self._ids[day] = self.programme.places.resolve_residence(self.unit, day).unit.id
        return self._ids[day]


def villages_of(place: str, people: int, programme: Programme) -> list[Village]:
    """Villages inside `place` with this many people in all. PlaceError when it has no inhabited place inside.

    Which ones is chance, spread over the whole place; there are as many as are needed for villages of the usual size.
    """
    found = _inhabited(place, programme)
    country = _country(found[0])
    usual = programme.rates.of("village_people", Setting(country, "", ""))
    chance = Chance(programme.seed, "villages", place)
    count = min(len(found), max(1, round(people / usual)))
    step, first = len(found) / count, chance.random()
    chosen = [found[int((number + first) * step) % len(found)] for number in range(count)]
    sizes = _sizes(people, count, chance)
    makers = _Maker(programme)
    return [makers.village(unit, size) for unit, size in zip(chosen, sizes, strict=True) if size]


def _inhabited(place: str, programme: Programme) -> list[Unit]:
    """The units inside a place, on the first day of the run, that have no administrative unit inside: there people live."""
    places, start = programme.places, programme.start
    try:
        # On the last day: what ended meanwhile is inside what it became.
        ids = places.descendants([places.find(place, programme.end).id], programme.end)
    except PlaceError:
        ids = {own for life in places.lives(place) for own in places.descendants([life.id], start)}
    units = [places.units[own] for own in sorted(ids)]
    alive = [unit for unit in units if unit.tree == ADMINISTRATIVE and unit.alive(start)]
    above = {places.index.parent(unit.id, start, ADMINISTRATIVE) for unit in alive}
    found = [unit for unit in alive if unit.id not in above]
    if not found:
        what = f"Nobody lives in {place} by the list of places of that time."
        raise PlaceError(what, "Name a province, a district or a commune.")
    return found


def _country(unit: Unit) -> str:
    return unit.id.split("-", 1)[0]


def _sizes(people: int, count: int, chance: Chance) -> list[int]:
    """Sizes of villages that add up to `people`: some twice as large as others."""
    weights = [chance.lognormvariate(0, 0.35) for _ in range(count)]
    total, sizes, given = sum(weights), [], 0
    for number, weight in enumerate(weights):
        size = people - given if number == count - 1 else min(round(people * weight / total), people - given)
        sizes.append(size)
        given += size
    return sizes


class _Maker:
    """Makes villages; stations, and who works there, are shared by neighbours."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.workers: dict[tuple[str, str], Worker] = {}

    def village(self, unit: Unit, people: int) -> Village:
        own, country = self.programme, _country(unit)
        chance = Chance(own.seed, "village", unit.id)
        peoples = peoples_of([unit.id, *(one.id for one in own.places.ancestors(unit, own.start))])
        main = peoples[int(chance.weighted({str(n): one.share for n, one in enumerate(peoples)}))]
        distance = chance.weighted(own.rates.weights("distance", Setting(country, main.group, "")))
        setting, office = Setting(country, main.group, distance), Setting(country, "majority", "near")
        station, hospital, above = self._health(unit)
        return Village(
            unit, people, main, tuple(one for one in peoples if one is not main), setting, own,
            attendant=self._worker(ATTENDANT.get(country, "attendant"), unit.id, setting),
            midwife=self._worker("midwife", station, office), ward=self._worker("hospital", hospital, office),
            supervisor=self._worker("supervisor", above, office), station=station, hospital=hospital, above=above,
        )  # fmt: skip

    def _worker(self, role: str, place: str, setting: Setting) -> Worker:
        if (role, place) not in self.workers:
            name = f"{role}.{place.replace('@', '_')}"
            self.workers[role, place] = Worker(name, role, self.programme.phone(f"phone.{name}", setting))
        return self.workers[role, place]

    def _health(self, unit: Unit) -> tuple[str, str, str]:
        """The station that looks after a place, the hospital behind it, the office above; itself where there is none."""
        places, day = self.programme.places, self.programme.start
        chain = [one for one in places.ancestors(unit, day, HEALTH) if one.tree == HEALTH]
        if not chain:
            return unit.id, unit.id, unit.id
        office = [one for one in chain if one.kind in OFFICES]
        return chain[0].id, next(self._hospitals(chain), chain[0].id), (office or chain)[-1].id

    def _hospitals(self, chain: list[Unit]) -> Iterator[str]:
        places, day = self.programme.places, self.programme.start
        for unit in chain:
            if unit.kind in HOSPITALS:
                yield unit.id
            for link in places.index.below.get((HEALTH, unit.id), ()):
                if link.holds(day) and places.units[link.child].kind in HOSPITALS:
                    yield link.child
