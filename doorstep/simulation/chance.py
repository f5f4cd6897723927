"""Chance that can be repeated: every draw comes from a stream named by the seed and by what it decides.

The streams are apart from each other, so that one more draw about a phone changes nothing about a birth.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance(random.Random):
    """A stream of draws. The same names in the same order give the same draws on every machine."""

    def __new__(cls, *names: object) -> Chance:
        return super().__new__(cls)

    def __init__(self, *names: object) -> None:
        super().__init__("/".join(str(name) for name in names))

    def yes(self, share: float) -> bool:
        """True in this share of draws."""
        return self.random() < share

    def one(self, options: Sequence[T]) -> T:
        """One of them, each as likely."""
        return options[int(self.random() * len(options))]

    def weighted(self, weights: Mapping[str, float]) -> str:
        """One key, as likely as its weight; weights need not add up to one."""
        left = self.random() * sum(weights.values())
        for key, weight in weights.items():
            left -= weight
            if left < 0:
                return key
        return key

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.random() * (high - low + 1))

    def around(self, mean: float, spread: float, low: float, high: float) -> float:
        """A normal draw, held inside low and high."""
        return min(max(self.gauss(mean, spread), low), high)

    def about(self, share: float, alike: float = 6.0) -> float:
        """Somebody's own share, where people differ: a beta draw whose mean is `share`; the greater `alike`, the closer."""
        if not 0 < share < 1:
            return share
        return self.betavariate(share * alike, (1 - share) * alike)

    def count(self, mean: float) -> int:
        """A Poisson draw."""
        if mean > 50:
            return max(0, round(self.gauss(mean, math.sqrt(mean))))
        limit, product, found = math.exp(-mean), self.random(), 0
        while product > limit:
            product *= self.random()
            found += 1
        return found

    def uuid7(self, ms: int) -> str:
        """An id in the shape of a UUID version 7: 48 bits of milliseconds UTC, then chance."""
        drawn = self.getrandbits(74)
        number = (ms & 0xFFFF_FFFF_FFFF) << 80 | 7 << 76 | (drawn >> 62) << 64 | 2 << 62 | drawn & ((1 << 62) - 1)
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
