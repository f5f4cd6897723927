"""The list of a past day equals the list worked out from the facts dated by then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from doorstep.pathways import fold
from doorstep.pathways.compiler import Compiled, compile_steps
from doorstep.pathways.engines import FACT, RELATION, STEP, open_engine
from doorstep.pathways.status import STATUSES, compile_status
from doorstep.record.lists import Question, due
from doorstep.record.rules import Rules
from doorstep.record.whereabouts import EPOCH
from tests.record.cast import villages
from tests.record.laws.search import SEARCH, finds_a_counterexample
from tests.record.stories import FIRST, Story, stories, tell
from tests.record.world import World

START = (FIRST - EPOCH).days
ZONE = 7 * 3600
"""Of every phone and place in these stories."""
SHOWN = ("subject", "episode", "pathway", "step", "n", "since", "until", "until_why", "rule", "opens", "due", "overdue", "closes",
         "done_on", "done_by", "waits_for", "status")  # fmt: skip


def in_one_village(story: Story) -> Story:
    """The same of two women and their babies who never live anywhere else, so that the list has somebody to show."""

    def here(body: dict[str, Any]) -> dict[str, Any]:
        told = {**body, "place": "KH-16", "subject": {"mo": "ba", "su": "di"}.get(body["subject"], body["subject"])}
        if "residence" in body.get("answers", {}):
            told["answers"] = {**body["answers"], "residence": "KH-16"}
        return told

    return replace(story, batches=tuple(tuple(replace(one, body=here(one.body)) for one in batch) for batch in story.batches))


KINDS = ("data", "data", "data", "data", "correction", "merge", "erase")
TOLD = st.tuples(stories(KINDS).map(in_one_village), st.integers(START - 5, START + 330))


def list_of_a_day(world: World, told: tuple[Story, int], place: str = "KH-16") -> None:
    story, day = told
    villages(world.empty())
    tell(world, story)
    listed = due(world.record, Question(place, day, statuses=STATUSES))
    subjects = {row["subject"] for row in listed} | {row[0] for row in world.rows("home", "subject", _LIVES, [day, day])}
    found = sorted((tuple(row[column] for column in SHOWN) for row in listed), key=repr)
    assert found == from_facts_by_then(world, subjects, day)


def compiled_of(world: World) -> tuple[str, list[Compiled]]:
    """What gives relations and steps from facts: the same in every story, and worked out from the programmes once."""
    pack = world.record.shelf.current
    if pack.hash not in _compiled:
        _compiled[pack.hash] = fold.relation_sql("sqlite"), [compile_steps(one, "sqlite") for one in pack.programmes.values()]
    return _compiled[pack.hash]


_compiled: dict[str, tuple[str, list[Compiled]]] = {}
_LIVES = "place IN ('KH-16', 'KH-160101', 'KH-16010101') AND valid_from <= ? AND ? < valid_to"


def from_facts_by_then(world: World, subjects: set[str], day: int) -> list[tuple[object, ...]]:
    """What the facts of that day and before say, of everybody who lives there, on an engine that knows no others."""
    columns = ", ".join(f'"{name}"' for name, _ in FACT)
    pack = world.record.shelf.current
    with open_engine("sqlite") as engine:
        engine.load("fact", FACT, world.rows("fact", columns, "day <= ?", [day]))
        fold.load_rule_tables(engine.load, [fold.rule_tables(pack.dictionary, pack.episodes)])
        relations, steps = compiled_of(world)
        engine.load("relation", RELATION, engine.query(relations))
        rows = []
        for compiled in steps:
            for name, table in compiled.tables.items():
                engine.load(name, table.columns, table.rows)
            rows += engine.query(compiled.sql)
        engine.load("step", STEP, rows)
        at = (day + 1) * 86_400 - ZONE - 1
        asof = (("subject", "text"), ("t_day", "bigint"), ("t_second", "bigint"))
        engine.load("asof", asof, [(subject, day, at) for subject in sorted(subjects)])
        status = compile_status("sqlite")
        places = [status.columns.index(column) for column in SHOWN]
        return sorted((tuple(row[n] for n in places) for row in engine.query(status.sql)), key=repr)


def test_the_list_of_any_past_day_is_what_the_facts_dated_by_then_say(world: World) -> None:
    @SEARCH
    @given(told=TOLD)
    def holds(told: tuple[Story, int]) -> None:
        list_of_a_day(world, told)

    holds()


def test_a_list_that_shows_what_came_later_breaks_the_law(world: World) -> None:
    """Sabotage: what was done within two months of the day asked for is shown as done."""
    whole = world.record.rules
    harmed = Rules(whole.pack, whole.dialect)
    honest = '"done_on" <= "t"'
    assert honest in whole.meaning.status
    harmed.__dict__["meaning"] = replace(whole.meaning, status=whole.meaning.status.replace(honest, f"{honest} + 60"))
    world.record.rules = harmed
    try:
        finds_a_counterexample(list_of_a_day, world, TOLD)
    finally:
        world.record.rules = whole
