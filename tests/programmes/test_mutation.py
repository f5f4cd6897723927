"""Every number in pathway.yaml has a worked case that fails when the number is one unit more, and one when it is less."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from doorstep.content.model import Case, Programme, Step
from doorstep.content.read import read_programme
from doorstep.pathways import cases, worlds
from doorstep.pathways.engines import Engine, open_engine
from tests.programmes.mutants import FILE, Mutant, mutants, read_mutant

FOLDER = Path(__file__).parents[2] / "programmes" / "maternal"
TEXT = (FOLDER / FILE).read_text(encoding="utf-8")


def grouped() -> dict[str, list[Mutant]]:
    """The changes by where they stand: `tables`, `values`, a pathway, or a step of it."""
    found: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants(TEXT):
        found[f"{mutant.owner}.{mutant.step}" if mutant.step else mutant.owner].append(mutant)
    return found


GROUPS = grouped()


class Stage:
    """All worked cases as facts in one database; each change is played on those that name the steps it touches."""

    def __init__(self, programme: Programme, engine: Engine) -> None:
        self.programme, self.engine = programme, engine
        self.naming: dict[str, list[tuple[int, Case]]] = defaultdict(list)
        for number, case in enumerate(programme.cases):
            for key in case.expect:
                self.naming[key.split(":", 1)[-1]].append((number, case))
        cases.load_facts(programme, engine, worlds.build(programme.cases, programme, sweep=False))

    def noticed(self, mutant: Mutant) -> bool:
        """Whether the reader refuses the file, or some case comes out otherwise."""
        read = read_mutant(mutant, TEXT, self.programme)
        if read is None:
            return True
        other, touched = read
        if any(_undated(other, step) for _, step in touched):
            return True
        steps = dict.fromkeys((pathway, step.name) for pathway, step in touched)
        often = sorted(steps, key=lambda one: -len(self.naming[".".join(one)]))
        return any(self._differs(other, pathway, step) for pathway, step in often)

    def _differs(self, programme: Programme, pathway: str, step: str) -> bool:
        rows = cases.by_step(programme, cases.pathway_rows(programme, self.engine, pathway, step))
        report = cases.Report(self.engine.name)
        return any(
            cases.compare(number, _only(case, f"{pathway}.{step}"), rows, report)
            for number, case in self.naming[f"{pathway}.{step}"]
        )


def _undated(programme: Programme, step: Step) -> bool:
    """Whether the step follows a table that does not hold from the same day: no row could tell."""
    table = programme.tables[step.chain.table] if step.chain and step.chain.table else None
    return table is not None and table.origin.valid_from != step.origin.valid_from


def _only(case: Case, step: str) -> Case:
    """The case with what it expects of one step."""
    return replace(case, expect={key: rows for key, rows in case.expect.items() if key.split(":", 1)[-1] == step})


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    programme, problems = read_programme(FOLDER)
    assert programme is not None, problems
    with open_engine("sqlite") as engine:
        yield Stage(programme, engine)


@pytest.mark.parametrize("where", sorted(GROUPS))
def test_one_unit_more_or_less_is_noticed(stage: Stage, where: str) -> None:
    """Who changes a number by mistake hears of it from a case."""
    unnoticed = [str(mutant) for mutant in GROUPS[where] if not stage.noticed(mutant)]
    assert not unnoticed, "no case notices\n" + "\n".join(unnoticed)


def test_no_number_is_left_out() -> None:
    """The rules have more than 150 numbers; were most of them overlooked, the test above would say nothing."""
    assert len({(mutant.line, mutant.column) for mutant in mutants(TEXT)}) > 150
