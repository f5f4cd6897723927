"""Who works where, and what is wrong with whose clock: drawn from the seed before the first day."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

VILLAGES = ("KH-16050101", "KH-16050102", "KH-16050103", "KH-16050201", "KH-16050202", "KH-16050301")
COMMUNES = ("KH-160501", "KH-160502", "KH-160503")
DISTRICT, PROVINCE = "KH-1605", "KH-16"
YEAR = 365 * 86_400_000
CLOCKS = (0, 0, 0, 0, 0, 0, 40_000, -3 * 3_600_000, 40 * 86_400_000, -6 * YEAR, 73 * YEAR, -56 * YEAR)
"""Milliseconds by which a phone's clock is wrong: mostly not; some minutes; by years, to 2099 and back to 1970."""


@dataclass
class Hers:
    """One worker and her phone. state: 'new' until she is enrolled, 'works', 'forgot' her secret, 'away': her phone was not
    known any more. known: whether she was ever enrolled."""

    name: str
    role: str
    place: str
    begins: int
    wrong: int = 0
    pin: int = 1000
    state: str = "new"
    allowed: bool = False
    log: list[str] = field(default_factory=list)


def roster(chance: Random, devices: int, days: int) -> list[Hers]:
    """As the field has it: many attendants, several in one village; mediators and midwives of a commune; a few of the district."""
    found = []
    for n in range(devices):
        kind = n % 10
        if kind < 6:
            role, place = "attendant", VILLAGES[n // 2 % len(VILLAGES)]
        elif kind < 8:
            role, place = "midwife" if kind == 6 else "mediator", COMMUNES[n // 10 % len(COMMUNES)]
        else:
            role, place = ("midwife", DISTRICT) if kind == 8 else ("supervisor", PROVINCE)
        begins = 0 if n < 4 or chance.random() < 0.6 else chance.randrange(0, max(1, days // 2))
        found.append(Hers(f"w{n:02}", role, place, begins, wrong=chance.choice(CLOCKS)))
    return found
