"""A clock that was years ahead and then years behind keeps nobody waiting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.simulation_phones.life import BEGINS
from tests.simulation_phones.roster import VILLAGES, YEAR
from tests.simulation_phones.world import Phones, World


def test_what_waited_for_a_person_is_asked_after_also_when_the_clock_was_set_back(tmp_path: Path) -> None:
    world = World(tmp_path / "world", BEGINS.timestamp())
    phones = Phones(world, 1)

    def ask(do: str, **more: Any) -> Any:
        return phones.ask("w00", do, **more)["found"]

    try:
        world.begin([["w00", "attendant", VILLAGES[0]]])
        ask("clock", wrong=73 * YEAR)
        assert ask("enrol", username="w00", code=world.ask("code", "w00"), pin="1000")
        assert ask("sync")["trouble"] == "", "she asked, in 2099"
        ask("clock", wrong=-56 * YEAR)
        ask("register", mark="Somebody", lmp="2026-03-01", pick=0.5)
        assert len(ask("sync")["held"]) == 1, "made in 1970: it waits for a person"
        assert world.ask("release")
        world.at(world.now + 2 * 3600)
        assert ask("sync")["held"] == []
    finally:
        phones.close()
        world.stop()
