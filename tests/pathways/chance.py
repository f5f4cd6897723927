"""Histories by chance, for the tests that hold engines against the plain interpreter."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.pathways.making import CODES, day, fact
from tests.reference.interpreter import Fact, Relation

BASE = day("2025-12-18")
BUSY = (0, 3, 7, 14, 30, 60, 61, 62, 65, 90)
"""Days on which much happens at once."""


def histories(seed: int, count: int) -> tuple[list[Fact], list[Relation]]:
    """Women with two pregnancies, and their babies."""
    rng = Random(seed)
    facts: list[Fact] = []
    relations: list[Relation] = []
    for number in range(count):
        one = _Life(rng, f"p{number}")
        facts += one.facts
        relations += one.relations
    return facts, relations


class _Life:
    def __init__(self, rng: Random, who: str) -> None:
        self.rng, self.who = rng, who
        self.found: dict[tuple[Any, ...], Fact] = {}
        self.relations: list[Relation] = []
        self._pregnancies()
        self._often()
        for number in range(rng.randrange(3)):
            self._baby(f"{who}b{number}")

    @property
    def facts(self) -> list[Fact]:
        return list(self.found.values())

    def _add(self, one: Fact) -> None:
        self.found[one.subject, one.episode, one.code, one.day, one.ts, one.submission, one.row] = one

    def _submission(self) -> str:
        return f"{self.who}/{self.rng.randrange(6)}"

    def _some(self, code: str, most: int, value: Callable[[], Any], low: int = 0, high: int = 300) -> None:
        rng = self.rng
        for _ in range(rng.randrange(most + 1)):
            number = BASE + (rng.randrange(low, high) if rng.random() < 0.6 else rng.choice(BUSY))
            episode = rng.choice(("pregnancy:1", "pregnancy:1", "pregnancy:1", "pregnancy:2")) if CODES[code][1] else ""
            self._add(fact(
                code, number, value(), who=self.who, at=rng.choice((None, None, 480, 485, 600, 900)), episode=episode,
                submission=self._submission(), how=rng.choice(("told", "measured")), row=rng.choice(("", "1")),
            ))

    def _pregnancies(self) -> None:
        rng, choice = self.rng, self.rng.choice
        self._some("reg", 1, self._answer, 0, 40)
        self._some("visit", 9, self._answer)
        self._some("birth", rng.randrange(2), self._answer, 100, 320)
        self._some("lmp_told", 2, lambda: BASE - rng.randrange(0, 200), 0, 100)
        self._some("sure", 2, self._answer, 0, 100)
        self._some("scan", 2, lambda: rng.randrange(30, 240), 0, 200)
        self._some("sys", 5, lambda: choice((120, 139, 140, 160)))
        self._some("dia", 4, lambda: choice((80, 90, 110)))
        self._some("hb", 4, lambda: choice((60, 69.5, 70, 100, 109, 110, 120)))
        self._some("sign", 3, lambda: choice(("fits", "fever", "none")))
        self._some("pill", 8, self._answer)
        self._some("test", 3, lambda: choice(("neg", "pos")))
        self._some("away", 3, self._answer)
        self._some("birthday", 1, lambda: BASE - rng.randrange(6000, 7000), -4000, 200)
        self._some("country", 2, lambda: choice(("VN", "KH", "BG")), -300, 200)
        self._some("seen_at", 1, lambda: (BASE + rng.randrange(100)) * 86_400 + rng.randrange(86_400))

    def _answer(self) -> str:
        return self.rng.choice(("yes", "yes", "no"))

    def _often(self) -> None:
        """Visits nearer to each other than a gap, for weeks: what a greedy grouping must follow one by one."""
        when = BASE + self.rng.randrange(0, 100)
        for _ in range(self.rng.randrange(3, 25) if self.rng.random() < 0.3 else 0):
            when += self.rng.choice((1, 2, 3, 4, 5, 6, 6, 6, 7, 8))
            for code in ("visit", "pill")[: self.rng.randrange(1, 3)]:
                self._add(fact(code, when, "yes", who=self.who, submission=self._submission(), episode="pregnancy:1"))

    def _baby(self, baby: str) -> None:
        born = BASE + self.rng.randrange(150, 300)
        episode = self.rng.choice(("pregnancy:1", "pregnancy:2", ""))
        self.relations.append(Relation(baby, self.rng.choice(("newborn:1", "")), "mother", self.who, episode))
        self._add(fact("born", born, who=baby, at=self.rng.choice((None, 300)), submission=self._submission()))
        for _ in range(self.rng.randrange(4)):
            code = self.rng.choice(("checked", "vaccine"))
            when = born + self.rng.randrange(60)
            self._add(fact(code, when, self._answer(), who=baby, submission=self._submission()))
