"""What happens, day by day: drawn from the seed; what each phone then knows decides about whom."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.simulation_phones.roster import CLOCKS, VILLAGES, Hers, roster
from tests.simulation_phones.world import DAY, Phones, World

BEGINS = datetime(2026, 5, 1, tzinfo=UTC)
FAULTS = ("lost", "deaf", "twice", "later", "short", "torn")
FIRST_MARK = 1_000_000


@dataclass
class Work:
    """A submission that was kept on a phone. state: what the phone last said of it."""

    id: str
    phone: str
    form: str
    mark: str
    subject: str
    replaces: str
    state: str = "here"
    acknowledged: bool = False


@dataclass(frozen=True)
class Conflict:
    """Two who did not know of each other. kind: as the server calls it; what: an attribute, or the submission corrected."""

    kind: str
    who: str
    what: str


@dataclass
class Told:
    """What is known afterwards, by whoever stands outside."""

    work: dict[str, Work] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)
    corrected: set[str] = field(default_factory=set)
    conflicts: list[Conflict] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str, by: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + by


class Life:
    """Runs the days. All chance comes from the seed; each phone's day has a chance of its own, so that a change to one phone's
    acts changes nobody else's."""

    def __init__(self, world: World, phones: Phones, seed: int, devices: int, days: int, busy: float = 1.0) -> None:
        self.world, self.phones, self.seed, self.days, self.busy = world, phones, seed, days, busy
        self.told = Told()
        self.people = roster(self.chance("roster"), devices, days)
        self._marks = FIRST_MARK
        self._settled: set[str] = set()
        """Whom a conflict was made about: nobody writes over it."""
        self._settled_marks: set[str] = set()

    def chance(self, *of: Any) -> Random:
        return Random(hashlib.sha256(f"{self.seed} {of}".encode()).digest())

    def mark(self) -> int:
        self._marks += 1
        return self._marks

    def at(self, day: int, second: float) -> None:
        self.world.at(BEGINS.timestamp() + day * DAY + second)

    # --- days ---

    def live(self) -> None:
        self.at(0, 0)
        self.world.begin([[one.name, one.role, one.place] for one in self.people])
        plan = self.chance("station")
        # Each restore brings back what was there some days before.
        restores = {self.days * share // 10 for share in ((4, 8) if self.days > 20 else (6,))} if self.days > 6 else set()
        backups = {max(1, day - plan.randrange(2, 6)) for day in restores}
        for day in range(self.days):
            self.at(day, 3 * 3600)
            if day in restores:
                self.world.restore()
                self.told.count("restored")
            if day in backups:
                self.world.backup()
            if day and plan.random() < 0.15:
                self._area(plan)
            for second, one in self._day(day):
                self.at(day, second)
                self.act(one, self.chance(day, one.name), day)
            if day > 2 and plan.random() < 0.6:
                self.at(day, 20 * 3600)
                self._conflict(plan)

    def _day(self, day: int) -> Iterator[tuple[float, Hers]]:
        """Who does something today, and when: some several times, some not at all."""
        drawn = self.chance("day", day)
        acts = [
            (5 * 3600 + drawn.random() * 14 * 3600, one)
            for one in self.people if one.begins <= day
            for _ in range(drawn.choice((0, 0, 1, 1, 2, 3)) if drawn.random() < self.busy else 0)
        ]  # fmt: skip
        return iter(sorted(acts, key=lambda act: act[0]))

    def _area(self, plan: Random) -> None:
        """Somebody works elsewhere from today on."""
        one = plan.choice([one for one in self.people if one.role == "attendant"])
        one.place = plan.choice(VILLAGES)
        self.world.ask("moved", one.name, one.place)
        self.told.count("moved")

    # --- acts ---

    def act(self, one: Hers, chance: Random, day: int) -> None:
        if one.state in ("new", "away"):
            self._enrol(one, chance)
        elif one.state == "forgot":
            self._begin_anew(one, chance)
        else:
            self._work(one, chance, day)

    def ask(self, one: Hers, do: str, **more: Any) -> dict[str, Any]:
        """Something on her phone; what was kept, and what is acknowledged, is written down."""
        told = self.phones.ask(one.name, do, **more)
        self.told.count(do)
        if told["cut"]:
            self.told.count("cut")
        for id, form, state, mark, subject, replaces in told["made"]:
            work = self.told.work.setdefault(id, Work(id, one.name, form, mark, subject, replaces))
            work.state = state
            work.acknowledged |= state == "sent"
            if replaces:
                self.told.corrected.add(replaces)
            if form == "register" and mark:
                self.told.people.add(mark)
        return told

    def _faults(self, chance: Random) -> dict[str, Any]:
        """What the line does to the next requests, and whether the battery is taken out in the middle."""
        if chance.random() < 0.2:
            return {"down": True}
        faults = [chance.choice(FAULTS) if chance.random() < 0.35 else "" for _ in range(6)] if chance.random() < 0.6 else []
        for fault in faults:
            if fault:
                self.told.count(f"fault {fault}")
        return {"faults": faults, "power": chance.randrange(1, 400) if chance.random() < 0.08 else None}

    def _enrol(self, one: Hers, chance: Random | None) -> None:
        code = self.world.ask("code", one.name)
        if one.state == "new" and one.wrong:
            self.ask(one, "clock", wrong=one.wrong)
        found = self.ask(one, "enrol", username=one.name, code=code, pin=str(one.pin), **(self._faults(chance) if chance else {}))
        if found["found"]:
            one.state = "works"
            self.sync(one)

    def _begin_anew(self, one: Hers, chance: Random) -> None:
        if not one.allowed or chance.random() < 0.2:
            one.allowed = self.world.ask("new_pin", one.name)
        one.pin += 1
        faults = {**self._faults(chance), "power": None}
        if self.ask(one, "forgot", pin=str(one.pin), **faults)["found"]:
            one.state, one.allowed = "works", False
            self.told.count("began anew")
        elif not any(faults.values()):
            one.state = "away"  # the line was good: the server does not know this phone any more, and she gets a new code

    def _work(self, one: Hers, chance: Random, day: int) -> None:
        drawn = chance.random()
        power = chance.randrange(1, 60) if chance.random() < 0.06 else None
        if drawn < 0.34:
            self.sync(one, **self._faults(chance))
        elif drawn < 0.44:
            self._register(one, chance, day, power)
        elif drawn < 0.72:
            self._marked(one, "visit", self.mark(), power, pick=chance.random(), danger=chance.random() < 0.2)
        elif drawn < 0.80:
            which = {"pick": chance.random(), "avoid": sorted(self._settled_marks)}
            self._marked(one, "correct", self.mark(), power, which=which)
        elif drawn < 0.86:
            self.ask(one, "move", pick=chance.random(), to="", avoid=sorted(self._settled), power=power)
        elif drawn < 0.93:
            self._hand_over(one, chance)
        elif drawn < 0.96:
            self.ask(one, "arrive")
        elif drawn < 0.975:
            one.wrong = chance.choice(CLOCKS)
            self.ask(one, "clock", wrong=one.wrong)
        elif drawn < 0.985 and day > 3:
            one.state = "forgot"
        else:
            self.sync(one)

    def _register(self, one: Hers, chance: Random, day: int, power: int | None) -> None:
        lmp = (BEGINS + timedelta(days=day - chance.randrange(20, 200))).date().isoformat()
        name = f"Person {len(self.told.people):04} of {one.name} on {day}"
        self._marked(one, "register", name, power, lmp=lmp, pick=chance.random())

    def _marked(self, one: Hers, do: str, mark: object, power: int | None, **more: Any) -> dict[str, Any]:
        """Work that is known again by a mark. When it was cut off she looks whether it is there, and does it again if not."""
        told = self.ask(one, do, mark=mark, power=power, **more)
        if told["cut"] and told["found"] is None and not self.ask(one, "kept", mark=str(mark))["found"]:
            told = self.ask(one, do, mark=mark, **more)
        return told

    def _hand_over(self, one: Hers, chance: Random) -> None:
        """Her parcel goes with somebody else, sometimes with two; receipts for others go with it."""
        told = self.ask(one, "hand_over")["found"]
        others = [other for other in self.people if other.state == "works" and other is not one]
        if not told or not told["files"] or not others:
            return
        for other in chance.sample(others, min(len(others), chance.choice((1, 1, 2)))):
            power = chance.randrange(1, 30) if chance.random() < 0.1 else None
            taken = self.ask(other, "carry", files=told["files"], power=power)["found"]
            self.told.count("parcels")
            if taken and taken["safe"]:
                self.told.count("receipts came by hand")

    def sync(self, one: Hers, **faults: Any) -> dict[str, Any]:
        told = self.ask(one, "sync", **faults)
        standing = told["found"]
        if standing and standing["trouble"] == "revoked":
            one.state = "away"  # the server does not know this phone: a new code
            self.told.count("not known any more")
        return told

    # --- conflicts ---

    def _conflict(self, plan: Random) -> None:
        """Two who both hold somebody write of her without having seen what the other wrote."""
        there = [one for one in self.people if one.state == "works"]
        plan.shuffle(there)
        pairs = [(a, b) for a in there for b in there if a is not b and a.place.startswith(b.place)]
        if not pairs:
            return
        a, b = pairs[0]
        for one in (a, b):
            told = self.sync(one)["found"]
            if not told or told["trouble"] or told["here"] or told["held"]:
                return
        if not all(self.ask(one, "people")["found"] for one in (a, b)):
            return
        if plan.random() < 0.5:
            self._two_places(a, b, plan)
        else:
            self._two_corrections(a, b)

    def _two_places(self, a: Hers, b: Hers, plan: Random) -> None:
        both = set(self.ask(a, "people")["found"]) & set(self.ask(b, "people")["found"]) - self._settled
        if not both:
            return
        who = plan.choice(sorted(both))
        there = [one for one in VILLAGES if one.startswith(b.place)]
        one, other = (there[0], there[-1]) if there[0] != there[-1] else (there[0], "")
        if not other:
            return
        self._settled.add(who)
        self.ask(a, "move", name=who, to=one)
        self.ask(b, "move", name=who, to=other)
        self.told.conflicts.append(Conflict("attribute", who, "residence"))

    def _two_corrections(self, a: Hers, b: Hers) -> None:
        mark = self.mark()
        visited = self.ask(a, "visit", mark=mark, pick=0.5)["found"]
        self.sync(a)
        self.sync(b)
        if not visited:
            return
        self._settled_marks.add(str(mark))
        found = []
        for one in (a, b):
            own = self.mark()
            self._settled_marks.add(str(own))
            found.append(self.ask(one, "correct", which={"mark": str(mark)}, mark=own)["found"])
        if all(found):
            self.told.conflicts.append(Conflict("correction", visited["name"], visited["id"]))

    # --- the end ---

    def quiet(self, rounds: int = 6) -> None:
        """Nothing goes wrong any more, and everybody comes by until there is nothing left to do."""
        for n in range(rounds):
            self.at(self.days + n, 8 * 3600)
            restless = False
            for one in self.people:
                self.at(self.days + n, 8 * 3600 + 60 * self.people.index(one))
                if one.state in ("new", "away"):
                    self._enrol(one, None)
                self.ask(one, "arrive")
                if one.state == "forgot":
                    self.world.ask("new_pin", one.name)
                    one.pin += 1
                    one.state = "works" if self.ask(one, "forgot", pin=str(one.pin))["found"] else "away"
                told = self.sync(one)["found"] if one.state == "works" else None
                restless |= not told or bool(told["trouble"] or told["here"] or told["held"] or told["carried"])
            restless |= bool(self.world.ask("release"))
            if not restless and n > 1:
                return
