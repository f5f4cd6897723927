"""Who lives in a village: households with women, men and children, and which women will be pregnant, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from doorstep.simulation.chance import Chance
from doorstep.simulation.peoples import People
from doorstep.simulation.villages import Village

YEAR = 365.25
AGES = (15, 20, 25, 30, 35, 40)
"""First years of the groups of age in which rates.yaml tells how likely a birth is beside other women's."""
REST = 150
"""Days between the end of one pregnancy and the beginning of her next, at least."""
AFTER = 330
"""Days from a beginning until another can have begun, at least, when the first goes to its end."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who never existed. born: day number."""

    village: int
    household: int
    number: int
    sex: str
    born: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """A pregnancy that will begin: of which woman, on which day her last menstruation begins, how many she had before."""

    lmp: int
    woman: Person
    before: int
    nth: int
    """1 for her first within the run."""


def persons(village: Village, own: int) -> Iterator[Person]:
    """Exactly as many people as the village has, household after household. own: the village's number in the run."""
    chance = Chance(village.programme.seed, "households", village.unit.id)
    rates = village.programme.rates
    mean, elders = rates.of("household", village.setting), rates.of("elders", village.setting)
    left, household = village.people, 0
    while left:
        size = min(left, 1 + chance.count(mean - 1))
        for number, (sex, age) in enumerate(_members(size, elders, chance)):
            yield Person(own, household, number, sex, village.programme.end - int(age * YEAR) - chance.between(0, 364))
        left -= size
        household += 1


def _members(size: int, elders: float, chance: Chance) -> Iterator[tuple[str, int]]:
    """Sex and age of each: a couple first (or one grown-up), then mostly children, sometimes a grandparent."""
    head = chance.between(18, 60)
    yield "f", head
    if size > 1:
        yield "m", max(18, head + chance.between(-4, 8))
    for _ in range(size - 2):
        if chance.yes(elders):
            yield chance.one("fm"), head + chance.between(20, 34)
        else:
            yield chance.one("fm"), max(0, min(chance.between(0, 24), head - 16))


def household_people(village: Village, household: int) -> People:
    """To which people a household belongs: mostly the village's own."""
    chance = Chance(village.programme.seed, "people", village.unit.id, household)
    if not village.others or chance.yes(village.programme.rates.of("main_people", village.setting)):
        return village.main
    return village.others[int(chance.weighted({str(n): one.share for n, one in enumerate(village.others)}))]


def beginnings(village: Village, own: int) -> list[Beginning]:
    """Every pregnancy of the village that the run may see something of, in the order in which they begin."""
    programme = village.programme
    chance = Chance(programme.seed, "beginnings", village.unit.id)
    women = [one for one in persons(village, own) if one.sex == "f" and 15 <= (programme.end - one.born) / YEAR < 49]
    if not women:
        return []
    rates, setting = programme.rates, village.setting
    first, last = programme.start - 300, programme.end - 21
    yearly = village.people * rates.of("births", setting) / 1000 / (1 - rates.of("loss", setting))
    ages = rates.weights("age_at_birth", setting)
    days: dict[int, list[int]] = {}
    for _ in range(chance.count(yearly * (last - first) / YEAR)):
        lmp = chance.between(first, last)
        number = _who(lmp, women, days, ages, chance)
        if number is not None:
            days.setdefault(number, []).append(lmp)
    found = [begin for number, lmps in days.items() for begin in _own(women[number], sorted(lmps))]
    return sorted(found, key=lambda begin: (begin.lmp, begin.woman.household, begin.woman.number))


def _who(
    lmp: int, women: list[Person], days: Mapping[int, list[int]], ages: Mapping[str, float], chance: Chance
) -> int | None:
    """The number of a woman who can begin a pregnancy that day; None when chance finds none (a hamlet of three women)."""
    for _ in range(200):
        number = chance.between(0, len(women) - 1)
        free = all(abs(lmp - other) >= AFTER + REST for other in days.get(number, ()))
        if free and chance.yes(_weight((lmp - women[number].born) / YEAR, ages)):
            return number
    return None


def _weight(age: float, ages: Mapping[str, float]) -> float:
    group = max((first for first in AGES if first <= age < 45), default=0)
    return ages.get(str(group), 0.0)


def _own(woman: Person, lmps: list[int]) -> Iterator[Beginning]:
    """Her pregnancies in order. Those before the run follow from her age."""
    age = (lmps[0] - woman.born) / YEAR
    earlier = max(0, int((age - 19) / 2.8)) if age > 19 else 0
    earlier = min(earlier, woman.born % 5)
    for nth, lmp in enumerate(lmps, 1):
        yield Beginning(lmp, woman, earlier + nth - 1, nth)
