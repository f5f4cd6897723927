"""A short life in which each phone makes a mistake of its own: so that every law is seen to notice what it is there for."""

from __future__ import annotations

from tests.simulation_phones.life import Conflict, Life
from tests.simulation_phones.roster import DISTRICT, VILLAGES, Hers
from tests.simulation_phones.world import Phones, World

MISTAKES = {
    "early": "nothing_is_lost",
    "same_server": "nothing_is_lost",
    "again": "nothing_is_there_twice",
    "forgets_not": "every_phone_holds_what_the_server_holds_for_it",
    "skips": "every_list_is_the_servers",
    "mute": "every_phone_is_at_rest",
}
"""What a phone of that name does wrong -> the law that names it. `looks_first` breaks the last law, which names the person."""
UNSEEN = "every_conflict_is_shown"
HERE, ELSEWHERE = VILLAGES[0], VILLAGES[-1]


class Spoiled(Life):
    """One village: a phone for each mistake, and a midwife's, who makes none."""

    def __init__(self, world: World, phones: Phones) -> None:
        super().__init__(world, phones, 1, 0, 5)
        self.midwife = Hers("midwife", "midwife", DISTRICT, 0)
        self.people = [self.midwife, *(Hers(name, "attendant", HERE, 0) for name in (*MISTAKES, "looks_first"))]

    def live(self) -> None:
        self.at(0, 0)
        self.world.begin([[one.name, one.role, one.place] for one in self.people])
        for one in self.people:
            self._enrol(one, None)
        her = {one.name: one for one in self.people}
        for name in ("Mai", "Lan", "Sok"):
            self._marked(her["early"], "register", name, None, lmp="2026-03-01", pick=0)
        self._all_sync(1)
        for one in self.people:
            self._visit(one)
        self._all_sync(2)
        self.world.backup()
        self._visit(her["same_server"])
        self.sync(her["same_server"])
        self.world.restore()
        self._all_sync(3)  # everybody takes everything anew: what comes after are changes
        self.ask(self.midwife, "move", name="Lan", to=ELSEWHERE)
        self._marked(self.midwife, "visit", self.mark(), None, name="Sok")
        self._all_sync(4)
        self._visit(her["early"])
        self.sync(her["early"], faults=["", "lost"])  # the server answers, and what is sent to it does not arrive
        self.ask(self.midwife, "move", name="Mai", to=ELSEWHERE)
        self.sync(self.midwife)
        self.ask(her["looks_first"], "move", name="Mai", to=HERE)
        self.told.conflicts.append(Conflict("attribute", "Mai", "residence"))

    def _visit(self, one: Hers) -> None:
        self._marked(one, "visit", self.mark(), None, name="Mai")

    def _all_sync(self, day: int) -> None:
        self.at(day, 6 * 3600)
        for one in self.people:
            self.sync(one)
