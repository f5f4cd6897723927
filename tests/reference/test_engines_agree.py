"""A thousand invented histories: four engines and a plain interpreter give the same rows, and the past stays the past."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from doorstep.content.model import Programme
from doorstep.content.read import read_programme
from doorstep.pathways import engines, fold
from doorstep.pathways.compiler import compile_steps
from tests.reference import episodes, histories, interpreter

SHELF = Path(__file__).parents[2] / "programmes"
HISTORIES = 1000
PROGRAMMES = {"maternal": SHELF / "maternal", "everything": Path(__file__).parent / "everything"}


@pytest.fixture(scope="module", params=sorted(PROGRAMMES))
def programme(request: pytest.FixtureRequest) -> Programme:
    """The maternal programme, and an invented one that uses every construct of the language."""
    found, problems = read_programme(PROGRAMMES[request.param])
    assert found is not None, [str(problem) for problem in problems]
    return found


@pytest.fixture(scope="module")
def answers(programme: Programme) -> list[Any]:
    return histories.answers(programme, seed=7, count=HISTORIES)


@pytest.fixture(scope="module")
def expected(programme: Programme, answers: list[Any]) -> set[interpreter.Row]:
    facts = episodes.facts_of(programme, answers)
    rows = interpreter.steps(programme, facts, episodes.relations_of(programme, facts))
    assert len(rows) == len(set(rows))
    return set(rows)


def computed(engine: engines.Engine, programme: Programme, answers: list[Any]) -> list[interpreter.Row]:
    """Step rows by the engine's own SQL, from answers on."""
    fold.load_rule_tables(engine.load, [fold.rule_tables(programme.dictionary, programme.episodes)])
    engine.load("answer", engines.ANSWER, answers)
    engine.load("sub", engines.SUB, [(s, "data", "f", "", None, 0) for s in sorted({a.submission for a in answers})])
    engine.load("alias", engines.ALIAS, [])
    engine.store("fact", fold.fact_sql(engine.name))
    engine.store("relation", fold.relation_sql(engine.name))
    compiled = compile_steps(programme, engine.name)
    for name, (columns, rows) in compiled.tables.items():
        engine.load(name, columns, rows)
    return [interpreter.Row(*row) for row in engine.query(compiled.sql)]


@pytest.mark.parametrize("name", engines.NAMES)
def test_the_engine_gives_the_rows_of_the_plain_interpreter(
    name: str, programme: Programme, answers: list[Any], expected: set[interpreter.Row]
) -> None:
    with engines.open_engine(name) as engine:
        rows = computed(engine, programme, answers)
    assert len(rows) == len(set(rows))
    got = set(rows)
    assert len(expected) > HISTORIES
    missing, extra = expected - got, got - expected
    assert not missing, f"{len(missing)} missing and {len(extra)} extra of {len(expected)}; " + _example(missing, extra)
    assert not extra, _example(missing, extra)


def _example(missing: set[interpreter.Row], extra: set[interpreter.Row]) -> str:
    one = sorted(missing or extra, key=str)[0]
    near = [row for row in (missing | extra) if (row.subject, row.pathway, row.step) == (one.subject, one.pathway, one.step)]
    return "; ".join(f"{'missing' if row in missing else 'extra'}: {row}" for row in sorted(near, key=str)[:6])


def seen_at(row: interpreter.Row, moment: int) -> tuple[Any, ...] | None:
    """A row as a list of that moment shows it (docs/pathway-language.md, 6), None when it had not begun."""
    if row.since > moment:
        return None
    later = row.until is not None and row.until > moment
    undone = row.done_on is not None and row.done_on > moment
    return (
        row.subject, row.episode, row.pathway, row.step, row.n, row.since, None if later else row.until,
        None if later else row.until_why, row.rule, row.opens, row.due, row.overdue, row.closes,
        None if undone else row.done_on, None if undone else row.done_by, row.waits_for,
    )


def test_the_list_of_any_past_day_is_the_list_from_what_had_happened_by_then(programme: Programme, answers: list[Any]) -> None:
    """For day clocks by day, for minute clocks by second: what is known later changes no list of the past."""
    some = [a for a in answers if int(a.subject.split("-")[1]) < 150]
    told: dict[str, list[Any]] = defaultdict(list)
    for answer in some:
        told["-".join(answer.subject.split("-")[:2])].append(answer)
    worlds: list[Any] = []
    asked: list[tuple[str, str, int]] = []
    for who, mine in told.items():
        for day in sorted({a.day for a in mine}):
            # A later visit must not decide to which episode an earlier fact belongs: markers only cut forward in time.
            worlds += [_renamed(a, who, f"{who}@{day}") for a in mine if a.day <= day]
            asked.append((who, f"{who}@{day}", day))
    with engines.open_engine("duckdb") as engine:
        whole = _by_person(computed(engine, programme, some))
        part = _by_person(computed(engine, programme, worlds))
    for who, world, day in asked:
        for clock, moment in (("day", day), ("minute", day * 86_400 + 86_399)):
            now = {seen_at(row, moment) for row in whole[who] if row.clock == clock}
            then = {_named_back(seen_at(row, moment), world, who) for row in part[world] if row.clock == clock}
            assert now - {None} == then - {None}, f"{who} on day {day}"


def _renamed(answer: Any, who: str, world: str) -> Any:
    txt = answer.txt.replace(who, world) if answer.txt and answer.txt.startswith(who) else answer.txt
    return answer._replace(
        subject=answer.subject.replace(who, world), submission=answer.submission.replace(who, world), txt=txt
    )


def _by_person(rows: list[interpreter.Row]) -> dict[str, list[interpreter.Row]]:
    found: dict[str, list[interpreter.Row]] = defaultdict(list)
    for row in rows:
        found["-".join(row.subject.split("-")[:2])].append(row)
    return found


def _named_back(seen: tuple[Any, ...] | None, world: str, who: str) -> tuple[Any, ...] | None:
    return seen and tuple(value.replace(world, who) if isinstance(value, str) else value for value in seen)
