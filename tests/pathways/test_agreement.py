"""By chance: every engine gives the rows of the plain interpreter, and the rows of some are those of some among all."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from doorstep.content.model import Programme
from doorstep.pathways.engines import NAMES, open_engine
from tests.pathways.chance import histories
from tests.pathways.everything import RULES
from tests.pathways.making import load, order, programme, step_rows
from tests.reference.interpreter import Fact, Relation, steps

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def rules() -> Programme:
    return programme(RULES)


@pytest.fixture(scope="module")
def told() -> tuple[list[Fact], list[Relation]]:
    return histories(seed=26, count=60)


@pytest.fixture(scope="module")
def expected(rules: Programme, told: tuple[list[Fact], list[Relation]]) -> Rows:
    return sorted((asdict(row) for row in steps(rules, *told)), key=order)


@pytest.mark.parametrize("name", NAMES)
def test_every_engine_gives_the_same_rows(
    name: str, rules: Programme, told: tuple[list[Fact], list[Relation]], expected: Rows
) -> None:
    with open_engine(name) as engine:
        load(engine, rules, *told)
        assert step_rows(engine, rules) == expected
        assert {step for row in expected if (step := row["step"])} == {
            step.name for pathway in rules.pathways.values() for step in pathway.steps
        }


@pytest.mark.parametrize("name", ["sqlite", "postgres"])
def test_the_rows_of_those_who_were_touched_are_their_rows_among_all(
    name: str, rules: Programme, told: tuple[list[Fact], list[Relation]], expected: Rows
) -> None:
    some = ["p1", "p2", "p3b0", "p4b1", "nobody"]
    with open_engine(name) as engine:
        load(engine, rules, *told)
        engine.load("touched", (("subject", "text"),), [(who,) for who in some])
        assert step_rows(engine, rules, touched="touched") == [row for row in expected if row["subject"] in some]


@pytest.mark.parametrize("name", ["sqlite", "duckdb"])
def test_a_part_of_a_programme_gives_its_part_of_the_rows(
    name: str, rules: Programme, told: tuple[list[Fact], list[Relation]], expected: Rows
) -> None:
    with open_engine(name) as engine:
        load(engine, rules, *told)
        for options, wanted in (
            ({"pathways": ["bp"]}, lambda row: row["pathway"] == "bp"),
            ({"steps": ["anc.rule", "vaccine"]}, lambda row: (row["pathway"], row["step"]) in {("anc", "rule"), ("baby", "vaccine")}),
            ({"steps": ["contact"], "projected": False}, lambda row: row["step"] == "contact" and row["waits_for"] is None),
        ):
            assert step_rows(engine, rules, **options) == [row for row in expected if wanted(row)]
