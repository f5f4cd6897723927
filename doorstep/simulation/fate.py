"""What truly happens in a pregnancy, before anybody writes anything down: drawn once, from the rates."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.simulation.chance import Chance
from doorstep.simulation.households import Beginning
from doorstep.simulation.rates import Rates, Setting

HOME, WAY, STATION, HOSPITAL = "home", "way", "health_centre", "hospital"
FACILITY = (STATION, HOSPITAL)


@dataclass(frozen=True)
class Baby:
    """One child. dies: days after birth, None when it lives on; weight in grams."""

    sex: str
    alive: bool
    weight: int
    dies: int | None


@dataclass(frozen=True)
class Fate:
    """Day numbers; `minute` of the last day. end: birth, miscarriage or abortion; no babies after a loss.

    first_contact: None when nobody cares for her before the end. mother_dies: days after the birth.
    """

    lmp: int
    last: int
    minute: int
    end: str
    babies: tuple[Baby, ...]
    place: str
    helper: str
    mode: str
    blood_ml: int
    mother_dies: int | None
    first_contact: int | None

    @property
    def in_facility(self) -> bool:
        """Whether the birth is in a health centre or a hospital."""
        return self.place in FACILITY

    @property
    def preterm(self) -> bool:
        """Born before 37 completed weeks."""
        return self.last - self.lmp < 259


def fate_of(begin: Beginning, rates: Rates, setting: Setting, chance: Chance) -> Fate:
    """The story of one pregnancy as it will happen."""
    twins = chance.yes(rates.of("twins", setting))
    first = _first_contact(begin.lmp, rates, setting, chance)
    minute = chance.between(0, 1439)
    if chance.yes(rates.of("loss", setting)):
        kind = "abortion" if chance.yes(rates.of("loss_is_abortion", setting)) else "miscarriage"
        last = begin.lmp + chance.between(10 * 7, 22 * 7 - 1)
        return Fate(begin.lmp, last, minute, kind, (), "", "", "", 0, None, _before(first, last))
    days = _length(twins, rates, setting, chance)
    babies = tuple(_baby(days, twins, rates, setting, chance) for _ in range(2 if twins else 1))
    place = _place(rates, setting, chance)
    dies = chance.between(0, 30) if chance.yes(rates.of("mother_death", setting)) else None
    heavy = chance.yes(rates.of("heavy_loss", setting))
    return Fate(
        begin.lmp, begin.lmp + days, minute, "birth", babies, place, _helper(place, rates, setting, chance),
        _mode(place, rates, setting, chance), chance.between(50, 120) * 10 if heavy else chance.between(10, 45) * 10,
        dies, _before(first, begin.lmp + days),
    )  # fmt: skip


def _first_contact(lmp: int, rates: Rates, setting: Setting, chance: Chance) -> int | None:
    if chance.yes(rates.of("no_antenatal", setting)):
        return None
    if chance.yes(rates.of("first_trimester", setting)):
        return lmp + chance.between(6 * 7, 13 * 7 - 1)
    return lmp + 13 * 7 + min(int(chance.expovariate(1 / 50)), 25 * 7)


def _before(day: int | None, last: int) -> int | None:
    """A contact planned for after the end does not come about."""
    return day if day is not None and day < last else None


def _length(twins: bool, rates: Rates, setting: Setting, chance: Chance) -> int:
    """Days from the LMP to the birth."""
    if chance.yes(min(1.0, rates.of("preterm", setting) * (4 if twins else 1))):
        return 259 - min(7 * 9, 1 + int(chance.expovariate(1 / 14)))
    return round(chance.around(278, 8, 259, 296))


def _baby(days: int, twins: bool, rates: Rates, setting: Setting, chance: Chance) -> Baby:
    alive = not chance.yes(rates.of("stillbirth", setting))
    usual = 3050 + (days - 278) * 22 - (450 if twins else 0)
    weight = round(chance.around(usual, 380, 700, 4900) / 10) * 10
    dies = min(27, int(chance.expovariate(1 / 4))) if alive and chance.yes(rates.of("newborn_death", setting)) else None
    return Baby(chance.weighted({"m": 105, "f": 100}), alive, weight, dies)


def _place(rates: Rates, setting: Setting, chance: Chance) -> str:
    if chance.yes(rates.of("facility_birth", setting)):
        return HOSPITAL if chance.yes(rates.of("birth_in_hospital", setting)) else STATION
    return WAY if chance.yes(rates.of("birth_on_the_way", setting)) else HOME


def _helper(place: str, rates: Rates, setting: Setting, chance: Chance) -> str:
    if place in FACILITY:
        return "doctor" if place == HOSPITAL and chance.yes(rates.of("doctor_helps", setting)) else "midwife"
    return chance.weighted(rates.weights("birth_helper", setting))


def _mode(place: str, rates: Rates, setting: Setting, chance: Chance) -> str:
    if place == HOSPITAL and chance.yes(rates.of("caesarean", setting)):
        return "caesarean"
    assisted = place == HOSPITAL and chance.yes(rates.of("assisted", setting))
    return "assisted" if assisted else "vaginal"
