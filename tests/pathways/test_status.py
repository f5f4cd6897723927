"""A list read at a moment: what came later is hidden, and every edge of a window is a day in time."""

from __future__ import annotations

from typing import Any

import pytest

from doorstep.pathways.engines import NAMES, STEP, open_engine
from doorstep.pathways.status import COLUMNS, compile_status

NAMES_OF_STEP = [name for name, _ in STEP]
OPEN = {"opens": 10, "due": 20, "overdue": 30, "closes": 40}


def step(subject: str, clock: str = "day", **more: Any) -> tuple[Any, ...]:
    row = dict.fromkeys(NAMES_OF_STEP) | {
        "subject": subject, "episode": "e:1", "pathway": "p", "step": "s", "n": 1, "since": 5, "rule": "s", "clock": clock,
        "urgency": "routine", "compartment": "care", **OPEN,
    }
    return tuple((row | more)[name] for name in NAMES_OF_STEP)


STEPS = [
    step("open"),
    step("fixed", overdue=None),
    step("chain", closes=None),
    step("done", done_on=25, done_by="x"),
    step("ended", until=25, until_why="born"),
    step("both", until=25, until_why="redated", done_on=25, done_by="x"),
    step("waits", waits_for="s:1", until=25, until_why="projected_anew"),
    step("minutes", clock="minute"),
]
# subject -> (day, status) over the edges of its window; '' where there is no row yet
EXPECTED = {
    "open": {4: "", 5: "later", 9: "later", 10: "due", 30: "due", 31: "late", 40: "late", 41: "missed"},
    "fixed": {9: "later", 10: "due", 40: "due", 41: "missed"},
    "chain": {30: "due", 31: "late", 1000: "late"},
    "done": {9: "later", 24: "due", 25: "done", 41: "done"},
    "ended": {24: "due", 25: "ended", 41: "ended"},
    "both": {24: "due", 25: "done"},
    "waits": {9: "later", 24: "later", 25: "ended"},
    # On a minute clock the seconds of the moment count: here a thousand more than its day.
    "minutes": {0: "missed"},
}


@pytest.fixture(scope="module", params=NAMES)
def lists(request: pytest.FixtureRequest) -> dict[tuple[str, int], dict[str, Any]]:
    """(subject, day) -> the row as the list of that day shows it."""
    asof = [(who, day, day + 1000) for who, days in EXPECTED.items() for day in days]
    with open_engine(request.param) as engine:
        engine.load("step", STEP, STEPS)
        engine.load("asof", (("subject", "text"), ("t_day", "bigint"), ("t_second", "bigint")), asof)
        compiled = compile_status(engine.name)
        assert compiled.columns == COLUMNS
        assert compiled.tables == {}
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in engine.query(compiled.sql)]
    return {(row["subject"], row["t_day"]): row for row in rows}


def test_the_status_of_every_day(lists: dict[tuple[str, int], dict[str, Any]]) -> None:
    found = {who: {day: lists.get((who, day), {"status": ""})["status"] for day in days} for who, days in EXPECTED.items()}
    assert found == EXPECTED


def test_what_came_later_is_hidden(lists: dict[tuple[str, int], dict[str, Any]]) -> None:
    before, after = lists["done", 24], lists["done", 25]
    assert (before["done_on"], before["done_by"]) == (None, None)
    assert (after["done_on"], after["done_by"]) == (25, "x")
    assert (lists["ended", 24]["until"], lists["ended", 24]["until_why"]) == (None, None)
    assert (lists["ended", 25]["until"], lists["ended", 25]["until_why"]) == (25, "born")
