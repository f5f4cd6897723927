"""A worker's phone: when it finds a network, what its clock shows, and whether it sends an upload twice.

Seconds UTC throughout. Everything follows from the seed and the name of the phone, in whatever order it is asked.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from doorstep.simulation.chance import Chance
from doorstep.simulation.rates import Rates, Setting

DAY = 86_400
YEAR = 31_557_600
RESET = 315_532_800
"""1 January 1980: where a cheap phone begins again when its battery was empty for long."""


@dataclass(frozen=True)
class WrongClock:
    """From `start` to `end` the clock shows `start_shows` and goes on from there."""

    start: int
    end: int
    start_shows: int


@dataclass(frozen=True)
class Upload:
    """One time at which the phone had a network. again: seconds after which the same is sent once more, 0 for never."""

    at: int
    again: int


class Phone:
    """One phone, from the day on which the programme began to `end`."""

    def __init__(self, name: str, seed: object, rates: Rates, setting: Setting, start: int, end: int) -> None:
        self.id = name
        chance = Chance(seed, "phone", name)
        self._chance = Chance(seed, "network", name)
        self._mean = rates.of("days_to_network", setting) * DAY
        self._away = rates.of("weeks_off", setting) * self._mean / YEAR
        self._twice = rates.of("sent_twice", setting)
        self._skew = chance.between(-40, 40)
        self._uploads: list[Upload] = []
        self._times: list[int] = []
        self._next = start + chance.between(0, int(self._mean))
        self.wrong = self._wrong_clock(chance, start, end) if chance.yes(rates.of("clock_wrong", setting)) else None

    def _wrong_clock(self, chance: Chance, start: int, end: int) -> WrongClock:
        begins = chance.between(start, max(start, end - 90 * DAY))
        shows = chance.weighted({"reset": 6, "ahead": 2, "behind": 2})
        ahead, behind = begins + chance.between(1, 3) * YEAR, begins - chance.between(2, 14) * 30 * DAY
        jump = {"reset": RESET, "ahead": ahead, "behind": behind}
        return WrongClock(begins, begins + chance.between(10, 90) * DAY, jump[shows])

    def clock(self, at: int) -> int:
        """What the phone believes the time to be."""
        if self.wrong and self.wrong.start <= at < self.wrong.end:
            return self.wrong.start_shows + at - self.wrong.start
        return at + self._skew

    def doubts(self, at: int) -> bool:
        """Whether the phone's clock is wrong then."""
        return self.wrong is not None and self.wrong.start <= at < self.wrong.end

    def upload(self, at: int) -> Upload:
        """The first time from `at` on that it has a network."""
        while not self._times or self._times[-1] < at:
            self._grow()
        return self._uploads[bisect_left(self._times, at)]

    def _grow(self) -> None:
        chance = self._chance
        again = chance.between(120, 5400) if chance.yes(self._twice) else 0
        self._uploads.append(Upload(self._next, again))
        self._times.append(self._next)
        gap = int(chance.expovariate(1 / self._mean)) + 600
        if chance.yes(self._away):
            gap = chance.between(14, 56) * DAY
        self._next += gap
