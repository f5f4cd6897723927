"""What a draft warns of on the phone is what the server sees once it is sent: the last report of every worked case as a draft."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from doorstep.content.dates import day_number
from doorstep.record.lists import OPEN, of_subjects
from doorstep.record.places import Places, load
from doorstep.record.store import Config
from tests.record.world import World
from tests.support.pages import ROOT, maternal
from tests.sync.test_same_list import LATER, VILLAGE, cases, holding, pack_of, scope_of

APP = Path(__file__).resolve().parents[2] / "app"
ROLES = ("attendant", "midwife")
Dangers = dict[str, set[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def maternal_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(Config(tmp_path_factory.mktemp("data")), ROOT / "programmes")
    with world.store.register.write() as register:
        load(register, Places.load(), ["KH-16"])
    yield world
    world.close()


def moment(sent: Mapping[str, Any]) -> tuple[int, int]:
    """Civil day and second of the report."""
    return day_number(sent["made_at"][:10]), int(datetime.fromisoformat(sent["made_at"]).timestamp())


def dangers(world: World, whom: set[str], at: tuple[int, int]) -> Dangers:
    """What is dangerous and open for these people at a moment, by role."""
    return {
        role: {
            tuple(row[key] for key in ("subject", "episode", "pathway", "step", "n"))
            for row in of_subjects(world.record, whom, *at, scope_of(role))
            if row["urgency"] == "danger" and row["status"] in OPEN
        }
        for role in ROLES
    }  # fmt: skip


def spoken_of(sent: list[dict[str, Any]]) -> set[str]:
    """Everybody whom these reports may speak of: their subjects, and babies by their own ids."""
    text = json.dumps([one["answers"] for one in sent])
    babies = {part for part in text.split('"') if part.startswith(f"{sent[0]['id'].partition('-')[0]}-")}
    return {one["subject"] for one in sent} | babies


def test_a_draft_warns_of_what_the_server_would_see_for_every_worked_case(maternal_world: World, tmp_path: Path) -> None:
    world, grouped = maternal_world, dict[str, list[dict[str, Any]]]()
    for one in cases(maternal()):
        grouped.setdefault(one["id"].partition("-")[0], []).append(one)
    world.send(*(one for own in grouped.values() for one in own[:-1]), received=LATER)
    world.catch_up()
    before = {name: dangers(world, spoken_of(own), moment(own[-1])) for name, own in grouped.items()}
    world.send(*(own[-1] for own in grouped.values()), received=LATER)
    world.catch_up()
    told = []
    for name, own in grouped.items():
        after = dangers(world, spoken_of(own), moment(own[-1]))
        fresh = {role: sorted(f"{row[2]}.{row[3]}" for row in after[role] - before[name][role]) for role in ROLES}
        reports = [as_told(one) for one in own]
        told.append({"before": reports[:-1], "draft": reports[-1], "second": moment(own[-1])[1], "expected": fresh})
    assert len(told) >= 300
    assert sum(len(one["expected"]["attendant"]) for one in told) > 20
    opens = {role: holding(world, scope_of(role)).opens[VILLAGE] for role in ROLES}
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"pack": pack_of(world), "opens": opens, "cases": told}), encoding="utf-8")
    agrees(file)


def as_told(sent: Mapping[str, Any]) -> dict[str, Any]:
    """A report as the phone makes it, with its place in the order."""
    return {"kind": "data", "version": "", "base": {}, **sent, "stamp": sent["hlc"], "day": moment(sent)[0]}


def agrees(file: Path) -> None:
    """The engine's own test, in Node, over these cases."""
    node = ROOT / ".venv" / "bin" / "node"
    vitest = APP / "node_modules" / "vitest" / "vitest.mjs"
    done = subprocess.run(
        [str(node if node.exists() else "node"), str(vitest), "run", "test/core/cases"], cwd=APP,
        env={**os.environ, "DOORSTEP_CASES": str(file), "NO_COLOR": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
