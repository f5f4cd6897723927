"""Looking for somebody outside the own area: by the code on her card, or by name, year of birth and village.

An answer says no more than it takes to know her again: what she is called, her year of birth, her village; not whether she is
pregnant. Words are unsealed in memory and kept nowhere; of a code on a card only a keyed hash is remembered, in memory too.
"""

from __future__ import annotations

import hmac
import json
import re
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from doorstep.accounts.access import Viewer
from doorstep.record import changes
from doorstep.record.database import Connection, Row, among
from doorstep.record.lists import today
from doorstep.record.places.model import ADMINISTRATIVE
from doorstep.record.places.text import latin, squeezed
from doorstep.record.placing import PlaceRow, as_told, way_up
from doorstep.record.record import Record
from doorstep.record.vault import unseal_word
from doorstep.record.whereabouts import residents, visible

CALLED, BIRTHDAY, CARD = "called", "birthday", "card_code"
MOST = 5
"""Whoever asks so that more would fit is asked to say more."""
YEARS = 2
"""A year of birth is told about so: it may be off by so many."""
MOST_RESIDENTS = 20_000
"""A place with more people is no village."""
AT_ONCE = 20_000
_YEAR = re.compile(r"(\d{4})")


@dataclass(frozen=True)
class Found:
    """Somebody, as she is told to a stranger. place: where she lives. here: she stands on the asker's own lists."""

    subject: str
    called: str
    born: int | None
    place: PlaceRow | None
    here: bool

    def told(self) -> dict[str, Any]:
        """As an answer over HTTP."""
        place = {"id": self.place.id, "names": dict(self.place.names)} if self.place else None
        return {"subject": self.subject, "called": self.called, "born": self.born, "place": place, "here": self.here}


def plain_code(text: str) -> str:
    """A code as it counts, however it was typed: capitals and digits."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


class Cards:
    """Whose card has which code: a keyed hash of every code, kept in memory and brought up to date by the numbers of changes.

    A register of a hundred thousand cards is read once in some seconds, and never again. Thread-safe.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self._lock = threading.Lock()
        self._of: dict[bytes, set[str]] = {}
        self._has: dict[str, set[bytes]] = {}
        self._upto: tuple[str | None, int] = (None, 0)

    def holders(self, register: Connection, code: str) -> set[str]:
        """Whoever has this code on a card, by any of the writings that count."""
        plain = plain_code(code)
        if not plain:
            return set()
        with self._lock:
            self._catch_up(register)
            return set(self._of.get(self._hash(plain), ()))

    def _hash(self, plain: str) -> bytes:
        return hmac.digest(self._key, plain.encode(), "sha256")

    def _catch_up(self, register: Connection) -> None:
        generation, n = changes.generation(register), changes.last_change(register)
        if self._upto[0] != generation:
            self._of, self._has, self._upto = {}, {}, (generation, 0)
            self._key = self.record.store.vault.own("codes of cards")
        while self._upto[1] < n:
            some = changes.changed_after(register, self._upto[1], AT_ONCE)
            self._take([subject for subject, _ in some], register)
            self._upto = (generation, some[-1][1] if some else n)

    def _take(self, subjects: Collection[str], register: Connection) -> None:
        for subject in subjects:
            for code in self._has.pop(subject, ()):
                self._of[code].discard(subject)
        for subject, told in _attributes(self.record, register, subjects, [CARD], every=True).items():
            codes = {self._hash(plain_code(text)) for text in told[CARD] if plain_code(text)}
            for code in codes:
                self._of.setdefault(code, set()).add(subject)
            self._has[subject] = codes


def by_card(record: Record, cards: Cards, who: Viewer, code: str) -> list[Found]:
    """Whoever has this card."""
    with record.reading() as register:
        return _told(record, register, who, cards.holders(register, code))


def by_name(record: Record, who: Viewer, name: str, year: int, place: str) -> list[Found] | None:
    """Whoever lives in the place, was born about that year (or nobody knows when) and is called so, in any script; None when more
    fit than are told, or the name says too little."""
    wanted = latin(name).split()
    if len(squeezed(name)) < 2:
        return None
    with record.reading() as register:
        there = residents(register, place, today())
        if len(there) > MOST_RESIDENTS:
            return None
        told = _attributes(record, register, there, [CALLED, BIRTHDAY])
        fit = {subject for subject, own in told.items() if _fits(own, wanted, year)}
        return _told(record, register, who, fit) if len(fit) <= MOST else None


def _fits(own: Mapping[str, list[str]], wanted: Iterable[str], year: int) -> bool:
    born = _year(own)
    if born is not None and abs(born - year) > YEARS:
        return False
    words = [word for called in own.get(CALLED, ()) for word in latin(called).split()]
    return all(any(word.startswith(part) for word in words) for part in wanted)


def _year(own: Mapping[str, list[str]]) -> int | None:
    found = _YEAR.match(next(iter(own.get(BIRTHDAY, ())), ""))
    return int(found[1]) if found else None


def _attributes(
    record: Record, register: Connection, subjects: Collection[str], names: Collection[str], every: bool = False
) -> dict[str, dict[str, list[str]]]:
    """Attributes of these people as texts, by name; those that are shown, or every one. Of whom none is known, nothing."""
    condition, values = among(register, "subject", subjects)
    narrower, more = among(register, "name", names)
    shown = "" if every else " AND shown = 1"
    rows: list[Row] = register.rows(
        f"SELECT subject, name, value, written_of FROM attribute WHERE {condition} AND {narrower}{shown} "
        "ORDER BY shown DESC, submission",
        [*values, *more],
    )
    keys = record.store.vault.get(register, {row[3] for row in rows})
    found: dict[str, dict[str, list[str]]] = {}
    for subject, name, sealed, written_of in rows:
        if written_of in keys:
            value = json.loads(unseal_word(keys[written_of], f"attribute {name}", sealed))
            if isinstance(value, str | int) and not isinstance(value, bool):
                found.setdefault(subject, {}).setdefault(name, []).append(str(value))
    return found


def _told(record: Record, register: Connection, who: Viewer, subjects: Collection[str]) -> list[Found]:
    """The least that tells them apart, those who died left out."""
    day = today()
    condition, values = among(register, "subject", subjects)
    dead = register.rows(f"SELECT subject FROM fact WHERE code = 'died' AND txt = 'yes' AND {condition}", values)
    alive = sorted(set(subjects) - {row[0] for row in dead})
    condition, values = among(register, "subject", alive)
    homes = register.rows(
        f"SELECT subject, place, told_on FROM home WHERE valid_from <= ? AND ? < valid_to AND {condition}", [day, day, *values]
    )
    places = dict(zip((row[0] for row in homes), as_told(register, [(row[1], row[2]) for row in homes]), strict=True))
    words = _attributes(record, register, alive, [CALLED, BIRTHDAY])
    mine = visible(register, alive, who.scope, day)
    return [
        Found(
            subject, next(iter(words.get(subject, {}).get(CALLED, ())), ""), _year(words.get(subject, {})), places.get(subject),
            subject in mine,
        )
        for subject in alive
    ]  # fmt: skip


class Villages:
    """Places by part of a name, in any script: read once, and again when the places changed. Thread-safe enough: a list is
    replaced whole."""

    def __init__(self) -> None:
        self._names: list[tuple[str, str]] = []
        self._read: tuple[int, str] = (0, "")

    def find(self, register: Connection, words: str, most: int = 12) -> list[dict[str, Any]]:
        """At most so many places in which people live today, best first, each with what it is inside of."""
        day, tight = today(), squeezed(words)
        if len(tight) < 2:
            return []
        if self._read != (day, changes.generation(register)):
            self._names = self._all(register, day)
            self._read = (day, changes.generation(register))
        found = sorted((not name.startswith(tight), len(name), id) for name, id in self._names if tight in name)
        ids = list(dict.fromkeys(id for *_, id in found))[:most]
        return [self._told(register, id, day) for id in ids]

    def _all(self, register: Connection, day: int) -> list[tuple[str, str]]:
        rows = register.rows(
            "SELECT id, names FROM place_unit WHERE tree = ? AND valid_from <= ? AND ? < valid_to AND kind <> 'country'",
            [ADMINISTRATIVE, day, day],
        )
        return [(squeezed(name), id) for id, names in rows for name in dict.fromkeys(json.loads(names).values())]

    def _told(self, register: Connection, id: str, day: int) -> dict[str, Any]:
        chain = way_up(register, id, day)
        return {"id": id, "names": dict(chain[-1].names), "within": [dict(one.names) for one in reversed(chain[1:-1])]}
