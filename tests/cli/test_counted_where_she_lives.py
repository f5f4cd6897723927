"""A woman registered in Ba Be in 2024 is counted under the right parent on any day, in either tree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from doorstep.cli.main import main

SHE = "11111111-1111-4111-8111-111111111111"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty database, the places of Bac Kan and what became of them, and her registration handed in by command."""
    folder = tmp_path_factory.mktemp("ba-be")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOORSTEP_DATA", str(folder))
        patch.setenv("DOORSTEP_KEYS", str(folder / "keys"))
        patch.delenv("DOORSTEP_DATABASE", raising=False)
        run("places", "load", "--within", "VN-06", "--within", "VN-19")
        line = json.dumps({
            "id": "22222222-2222-4222-8222-222222222222", "form": "register", "subject": SHE, "author": "operator",
            "place": "VN-01906", "made_at": "2024-12-02T08:30:00+07:00",
            "answers": {
                "consent_record": "yes", "called": "Invented", "residence": "VN-01906",
                "dating": {"lmp_told": "2024-10-07", "lmp_certain": "yes"},
            },
        })
        (folder / "one.jsonl").write_text(line + "\n")
        assert run("submit", str(folder / "one.jsonl")).split()[2:4] == ["accepted", "1"]
        yield folder


def run(*words: str) -> str:
    got = CliRunner().invoke(main, list(words))
    assert got.exit_code == 0, got.output
    return got.output


def listed(place: str, day: str) -> bool:
    """Whether she stands in the whole list of a place on a day."""
    got = CliRunner().invoke(main, ["due", "--place", place, "--on", day, "--status", "all", "--format", "json"])
    return got.exit_code == 0 and any(row["subject"] == SHE for row in json.loads(got.stdout))


@pytest.mark.usefixtures("filled")
def test_before_july_2025_she_counts_under_bac_kan_and_after_it_under_thai_nguyen() -> None:
    assert listed("VN-06", "2025-06-30")
    assert not listed("VN-19", "2025-06-30")
    assert listed("VN-19", "2025-07-01")
    assert not listed("VN-06", "2025-07-01")


@pytest.mark.usefixtures("filled")
def test_her_commune_is_found_by_its_code_before_and_after() -> None:
    assert listed("VN-01906", "2025-06-30")
    assert listed("VN-01906", "2025-07-01")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("day", ["2024-12-02", "2025-06-30", "2025-07-01", "2026-01-01"])
def test_her_station_looks_after_her_throughout(day: str) -> None:
    assert listed("VN-HS-01906", day)


@pytest.mark.usefixtures("filled")
def test_a_place_that_was_abolished_is_told_by_name() -> None:
    got = CliRunner().invoke(main, ["due", "--place", "VN-06", "--on", "2025-07-02"])
    assert got.exit_code != 0
    assert "Nothing was changed" in got.output
    assert "Bac Kan" in got.output
