"""Every sentence of the law about rows, told as a story, on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from doorstep.pathways.engines import NAMES, open_engine
from tests.pathways import stories_chain, stories_existence
from tests.pathways.making import load, programme, step_rows
from tests.pathways.scenarios import RULES, Story
from tests.reference.interpreter import Fact, Relation

STORIES: list[Story] = [*stories_existence.book.stories, *stories_chain.book.stories]
NULL_UNLESS_NAMED = ("until", "done")


def apart(number: int, who: str) -> str:
    """Every story has people of its own, so that one query tells them all."""
    return f"{number}/{who}"


@pytest.fixture(scope="module", params=NAMES)
def told(request: pytest.FixtureRequest) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """(subject, 'pathway.step') -> rows that are not projected, from one query over all stories."""
    rules = programme(RULES)
    facts: list[Fact] = []
    relations: list[Relation] = []
    for number, story in enumerate(STORIES):
        facts += [one._replace(subject=apart(number, one.subject)) for one in story.facts]
        relations += [
            one._replace(subject=apart(number, one.subject), target=apart(number, one.target)) for one in story.relations
        ]
    with open_engine(request.param) as engine:
        load(engine, rules, facts, relations)
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in step_rows(engine, rules):
            if row["waits_for"] is None:
                found.setdefault((row["subject"], f"{row['pathway']}.{row['step']}"), []).append(row)
    return found


@pytest.mark.parametrize("number", range(len(STORIES)), ids=[story.title for story in STORIES])
def test_the_law(told: dict[tuple[str, str], list[dict[str, Any]]], number: int) -> None:
    story = STORIES[number]
    found = sorted(told.get((apart(number, story.who), story.step), []), key=lambda row: (row["n"], row["since"]))
    shown = [{**row, "done": row["done_on"]} for row in found]
    wanted = [{**dict.fromkeys(NULL_UNLESS_NAMED), **row} for row in story.rows]
    columns = [list(row) for row in wanted] or [["n", "since", "due"]]
    columns += [columns[-1]] * (len(shown) - len(columns))
    assert [{key: row[key] for key in keys} for row, keys in zip(shown, columns, strict=False)] == wanted
