"""Pathways that cannot have a row of somebody are left out when she is worked out anew: never one that could have one.

Every row of every worked case of the maternal programme is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doorstep.content.model import Pathway, Programme
from doorstep.content.read import read_programme
from doorstep.pathways import worlds
from doorstep.pathways.cases import STEP_NAMES, load_facts, pathway_rows
from doorstep.pathways.engines import Engine, open_engine
from doorstep.record.needs import Needs, needs_of

MATERNAL = Path(__file__).parents[2] / "programmes" / "maternal"
Codes = dict[str, dict[str, set[str]]]


@pytest.fixture(scope="module")
def maternal() -> Programme:
    programme, problems = read_programme(MATERNAL)
    assert programme is not None, problems
    return programme


@pytest.fixture(scope="module")
def engine(maternal: Programme) -> Iterator[Engine]:
    with open_engine("sqlite") as opened:
        load_facts(maternal, opened, worlds.build(list(maternal.cases), maternal, sweep=False))
        yield opened


@pytest.fixture(scope="module")
def codes(engine: Engine) -> Codes:
    """Subject -> kind of episode -> codes of her facts."""
    found: Codes = defaultdict(lambda: defaultdict(set))
    for subject, episode, code in engine.query("SELECT DISTINCT subject, episode, code FROM fact"):
        found[subject][episode.partition(":")[0]].add(code)
    return found


def of_step(pathway: Pathway, rule: str) -> Needs:
    """What one step needs."""
    steps = needs_of(pathway).steps
    own = [step for step in pathway.steps if step.rule == rule]
    alone = needs_of(Pathway(**{**vars(pathway), "steps": tuple(own)}))
    assert set(alone.steps) <= set(steps)
    return alone


def test_whoever_has_a_row_has_what_its_step_needs(maternal: Programme, engine: Engine, codes: Codes) -> None:
    looked_at = set()
    for pathway in maternal.pathways.values():
        whole, needs = needs_of(pathway), {step.rule: of_step(pathway, step.rule) for step in pathway.steps}
        for values in pathway_rows(maternal, engine, pathway.name):
            row = dict(zip(STEP_NAMES, values, strict=True))
            assert needs[row["rule"]].met(codes[row["subject"]]), f"{row['subject']} has a row of {pathway.name}.{row['step']}"
            assert whole.met(codes[row["subject"]])
            looked_at.add((pathway.name, row["step"]))
    assert len(looked_at) > 80


def test_much_can_be_left_out(maternal: Programme, codes: Codes) -> None:
    every = [needs_of(pathway) for pathway in maternal.pathways.values()]
    left_out = sum(not needs.met(own) for needs in every for own in codes.values())
    assert left_out > 0.4 * len(every) * len(codes)


def test_a_healthy_pregnant_woman_is_not_asked_about_births_and_newborns(maternal: Programme) -> None:
    hers = {"pregnancy": {"pregnancy_registered", "lmp_told", "lmp_certain", "anc_contact"}, "": {"whereabouts", "residence"}}
    asked = {name for name, pathway in maternal.pathways.items() if needs_of(pathway).met(hers)}
    assert "antenatal" in asked
    assert not asked & {"labour", "postnatal", "newborn", "newborn_hours", "perinatal_death"}


def test_somebody_without_such_an_episode_has_no_row_of_it(maternal: Programme) -> None:
    everything: dict[str, set[str]] = {"": set(maternal.dictionary)}
    assert not any(needs_of(pathway).met(everything) for pathway in maternal.pathways.values())


def test_what_is_known_of_another_person_is_not_asked_of_her(maternal: Programme) -> None:
    """A newborn's step that reads her mother's test needs no test of the newborn."""
    over_a_hop: list[Any] = [
        code for pathway in maternal.pathways.values() for step in pathway.steps for clause in of_step(pathway, step.rule).steps
        for codes in clause for code in codes if "." in code
    ]  # fmt: skip
    assert over_a_hop == []
    exposed = maternal.pathways["newborn_exposed"]
    by_mother = needs_of(exposed)
    assert by_mother.kind == "newborn"
    assert all("hiv_test" not in codes and "syphilis_test" not in codes for clauses in by_mother.steps for codes in clauses)
