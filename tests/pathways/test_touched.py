"""What one submission touches is reached through an index: no statement reads the whole register for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from doorstep.content.model import Programme
from doorstep.content.read import read_programme
from doorstep.pathways.compiler import compile_steps
from doorstep.pathways.engines import FACT, RELATION, open_engine
from tests.pathways.chance import histories
from tests.pathways.everything import RULES
from tests.pathways.making import load, programme

SHELF = Path(__file__).parents[2] / "programmes"


@pytest.fixture(scope="module", params=["every construct", "maternal"])
def rules(request: pytest.FixtureRequest) -> Programme:
    if request.param == "maternal":
        found, problems = read_programme(SHELF / "maternal")
        assert found is not None, problems
        return found
    return programme(RULES)


def test_sqlite_begins_with_those_who_were_touched(rules: Programme) -> None:
    with open_engine("sqlite") as engine:
        engine.load("fact", FACT, [])
        engine.load("relation", RELATION, [])
        engine.load("touched", (("subject", "text"),), [])
        load(engine, rules, [])
        sql = compile_steps(rules, "sqlite", touched="touched").sql
        plan = [row[3] for row in engine.query(f"EXPLAIN QUERY PLAN {sql}")]
    reading = [line for line in plan if re.match(r"(SCAN|SEARCH) (f|x)\b", line)]
    assert reading
    assert [line for line in reading if not re.match(r"SEARCH \w+ USING .*INDEX \w+ \(subject=\?", line)] == []
    # Rule tables are read through their own index, none is built anew for every submission. The table of steps may be read
    # whole: each moment is judged by all of them.
    assert [line for line in plan if re.search(r"SEARCH [rhd] USING AUTOMATIC|SCAN [hd]\b", line)] == []


@dataclass(frozen=True)
class Node:
    kind: str
    relation: str


def nodes(plan: dict[str, Any]) -> list[Node]:
    found = [Node(plan["Node Type"], plan.get("Relation Name", ""))]
    for inner in plan.get("Plans", []):
        found += nodes(inner)
    return found


def test_postgres_reads_facts_through_the_index(rules: Programme) -> None:
    facts, relations = histories(seed=3, count=400)
    many = [one._replace(subject=f"{one.subject}-{copy}") for copy in range(10) for one in facts]
    with open_engine("postgres") as engine:
        load(engine, rules, many, relations)
        engine.execute("CREATE TABLE touched (subject TEXT COLLATE \"C\")")  # as it is live: nobody has counted its rows
        engine.execute("INSERT INTO touched VALUES ('p7-3')")
        sql = compile_steps(rules, "postgres", touched="touched").sql
        (plan,) = engine.query(f"EXPLAIN (FORMAT JSON) {sql}")[0]
    reading = [node.kind for node in nodes(plan[0]["Plan"]) if node.relation == "fact"]
    assert reading
    assert "Seq Scan" not in reading
