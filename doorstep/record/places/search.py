"""Finds places by what people type: any script, with or without marks, and spelled the way they know it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from doorstep.record.places.model import Unit
from doorstep.record.places.text import latin, squeezed

EXACT, BEGINNING, WORD, INSIDE = range(4)  # how well a name fits, best first


class NameSearch:
    """All names of some units, folded once; a search reads through them (a few hundredths of a second for 30,000)."""

    def __init__(self, units: Iterable[Unit], ranks: Mapping[str, int]) -> None:
        self._ranks = ranks
        self._names: list[tuple[str, str, str, Unit]] = []  # with marks, in Latin letters, squeezed
        for unit in units:
            for name in dict.fromkeys([*unit.names.values(), *unit.aliases, unit.code, unit.id]):
                self._names.append((plain_with_marks(name), latin(name), squeezed(name), unit))

    def find(self, text: str, limit: int, wanted: Callable[[Unit], bool]) -> list[Unit]:
        """At most `limit` wanted units, best first: by fit, then same marks as typed, then wider places first."""
        marked, folded, tight = plain_with_marks(text), latin(text), squeezed(text)
        if not tight:
            return []
        best: dict[str, tuple[tuple[int, int, int, str], Unit]] = {}
        for name, name_folded, name_tight, unit in self._names:
            if tight not in name_tight or not wanted(unit):
                continue
            fit = _fit(folded, tight, name_folded, name_tight)
            order = (fit, int(marked not in name), self._ranks.get(unit.kind, 9), unit.id)
            if unit.id not in best or order < best[unit.id][0]:
                best[unit.id] = (order, unit)
        return [unit for _, unit in sorted(best.values(), key=lambda found: found[0])[:limit]]


def plain_with_marks(text: str) -> str:
    """Small letters with their marks, words one space apart."""
    return " ".join(text.lower().split())


def _fit(folded: str, tight: str, name: str, name_tight: str) -> int:
    if tight == name_tight or any(folded == rest for rest in _without_first_words(name)):
        return EXACT
    if name_tight.startswith(tight):
        return BEGINNING
    return WORD if any(rest.startswith(folded) for rest in _without_first_words(name)) else INSIDE


def _without_first_words(name: str) -> Iterator[str]:
    """The name without its first word, and so on: "tinh bac kan" is also "bac kan" and "kan"."""
    words = name.split(" ")
    for start in range(1, len(words)):
        yield " ".join(words[start:])
