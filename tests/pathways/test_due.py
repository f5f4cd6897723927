"""The list of a day straight from facts is the list that the stored rows give."""

from __future__ import annotations

from typing import Any

import pytest

from doorstep.content.model import Programme
from doorstep.pathways.due import COLUMNS, compile_due
from doorstep.pathways.engines import NAMES, Engine, open_engine
from tests.pathways.chance import BASE, histories
from tests.pathways.everything import RULES
from tests.pathways.making import load, programme
from tests.reference.interpreter import Fact, Relation, Row, steps

DAYS = (BASE - 400, BASE, BASE + 14, BASE + 70, BASE + 145, BASE + 320)
CHAINS = ["contact", "nogap"]
"""Chains that are read from the last state, without the story."""


@pytest.fixture(scope="module")
def rules() -> Programme:
    return programme(RULES)


@pytest.fixture(scope="module")
def told() -> tuple[list[Fact], list[Relation]]:
    return histories(seed=8, count=80)


@pytest.fixture(scope="module")
def rows(rules: Programme, told: tuple[list[Fact], list[Relation]]) -> list[Row]:
    return steps(rules, *told)


def listed(rows: list[Row], day: int, names: list[str] | None) -> list[tuple[Any, ...]]:
    """The open rows of a day, in the words of the law."""
    found = []
    for row in rows:
        moment = day if row.clock == "day" else day * 86_400 + 86_399
        gone = (row.until is not None and row.until <= moment) or (row.done_on is not None and row.done_on <= moment)
        if row.since > moment or gone or row.waits_for is not None or (names is not None and row.step not in names):
            continue
        status = (
            "later" if row.opens is not None and moment < row.opens
            else "missed" if row.closes is not None and moment > row.closes
            else "late" if row.overdue is not None and moment > row.overdue else "due"
        )
        found.append(tuple(status if column == "status" else getattr(row, column) for column in COLUMNS))
    return sorted(found, key=str)


def asked(engine: Engine, rules: Programme, day: int, names: list[str] | None, **more: Any) -> list[tuple[Any, ...]]:
    return sorted(engine.query(compile_due(rules, engine.name, day=day, steps=names, **more).sql), key=str)


@pytest.mark.parametrize("name", NAMES)
def test_the_open_contacts_of_a_day(
    name: str, rules: Programme, told: tuple[list[Fact], list[Relation]], rows: list[Row]
) -> None:
    with open_engine(name) as engine:
        load(engine, rules, *told)
        for day in DAYS:
            assert asked(engine, rules, day, CHAINS) == listed(rows, day, CHAINS), day
        assert asked(engine, rules, DAYS[3], ["contact"]) == listed(rows, DAYS[3], ["contact"])
    assert len(listed(rows, DAYS[3], CHAINS)) > 50


@pytest.mark.parametrize("name", ["sqlite", "duckdb"])
def test_the_open_rows_of_all_steps(
    name: str, rules: Programme, told: tuple[list[Fact], list[Relation]], rows: list[Row]
) -> None:
    with open_engine(name) as engine:
        load(engine, rules, *told)
        for day in (DAYS[2], DAYS[4]):
            assert asked(engine, rules, day, None) == listed(rows, day, None), day


@pytest.mark.parametrize("names", [CHAINS, ["reg", "contact"]])
def test_of_those_who_were_touched(
    names: list[str], rules: Programme, told: tuple[list[Fact], list[Relation]], rows: list[Row]
) -> None:
    with open_engine("sqlite") as engine:
        load(engine, rules, *told)
        engine.load("touched", (("subject", "text"),), [("p1",), ("p2",)])
        wanted = [row for row in listed(rows, DAYS[3], names) if row[0] in ("p1", "p2")]
        assert asked(engine, rules, DAYS[3], names, touched="touched") == wanted
