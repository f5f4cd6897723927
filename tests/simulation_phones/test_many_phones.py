"""The laws hold for many phones over many weeks. With fresh seeds, and longer: `python -m tests.simulation_phones --help`."""

from __future__ import annotations

from tests.simulation_phones.__main__ import lived

SEED = 20_260_501


def test_nothing_is_lost_and_nothing_doubled_and_all_agree_after_sixty_days_of_fifty_phones() -> None:
    assert lived(SEED, devices=50, days=60, busy=0.12) == {}
