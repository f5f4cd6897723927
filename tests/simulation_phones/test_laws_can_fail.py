"""Each law of the simulation is seen to fail, in a short life in which every phone does something wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation_phones.laws import LAWS, broken
from tests.simulation_phones.life import BEGINS
from tests.simulation_phones.spoiled import MISTAKES, UNSEEN, Spoiled
from tests.simulation_phones.world import Phones, World


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[str]]]:
    """Law -> what breaks it where every phone makes a mistake."""
    world = World(tmp_path_factory.mktemp("spoiled"), BEGINS.timestamp())
    phones = Phones(world, 1, {name: name for name in (*MISTAKES, "looks_first")})
    try:
        life = Spoiled(world, phones)
        life.live()
        life.quiet(2)
        yield broken(life)
    finally:
        phones.close()
        world.stop()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_phone_that_makes_a_mistake_is_named_by_the_law_that_it_breaks(told: dict[str, list[str]], mistake: str) -> None:
    named = {sentence.split(":")[0].split(" ")[0] for sentence in told.get(MISTAKES[mistake], [])}
    assert mistake in named
    assert "midwife" not in named


def test_a_conflict_that_is_nowhere_shown_is_missed(told: dict[str, list[str]]) -> None:
    assert any("the server does not tell of the attribute" in sentence for sentence in told.get(UNSEEN, []))


def test_every_law_was_seen_to_fail() -> None:
    assert {law.__name__ for law in LAWS} == {*MISTAKES.values(), UNSEEN}

