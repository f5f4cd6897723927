"""Indicators, judged at the last state of every episode."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorstep.content.language import parse
from doorstep.content.model import Indicator, Origin, Programme
from doorstep.content.scope import Scope
from doorstep.content.tree import Clock, Type
from doorstep.pathways.engines import NAMES, open_engine
from doorstep.pathways.indicators import COLUMNS, compile_indicators
from doorstep.pathways.plan import CannotCompile
from tests.pathways.making import dictionary, fact, load, programme

RULES = """
pathways:
  anc:
    episode: pregnancy
    values: {lmp: {value: lmp_told, when: sure = 'yes'}}
    steps: {any: {done: visit}}
  baby:
    episode: newborn
    steps: {any: {done: checked}}
"""
ASKED = {
    "four_visits": ("anc", "count(visit) >= 4", "any(birth)"),
    "early": ("anc", "weeks_since(lmp, first_day(visit)) < 12", "any(visit) and known(lmp)"),
    "not_pale": ("anc", "hb >= 110", "true"),
    "seen_last": ("anc", "day(visit) = moment", "not any(birth) or count(visit) >= 4"),
    "mother_tested": ("baby", "mother.any(test)", "any(born)"),
}
FACTS = [
    *(fact("visit", f"2026-0{month}-01", who="a") for month in (1, 2, 3, 4)), fact("birth", "2026-05-01", who="a"),
    fact("lmp_told", "2026-01-01", "2025-10-10", who="a"), fact("sure", "2026-01-01", who="a"),
    fact("hb", "2026-01-01", 90, who="a"), fact("hb", "2026-03-01", 112, who="a"),
    *(fact("visit", f"2026-0{month}-01", who="b") for month in (1, 2, 3)), fact("birth", "2026-04-01", who="b"),
    fact("hb", "2026-01-01", 120, who="b"), fact("hb", "2026-03-01", 100, who="b"),
    fact("visit", "2026-03-01", who="c"), fact("born", "2026-05-01", who="baby"), fact("vaccine", "2026-05-02", who="other"),
]  # fmt: skip
EXPECTED = {
    ("four_visits", "a", 1, 1), ("four_visits", "b", 1, 0), ("four_visits", "c", 0, 0),
    ("early", "a", 1, 1), ("early", "b", 0, 0), ("early", "c", 0, 0),
    ("not_pale", "a", 1, 1), ("not_pale", "b", 1, 0), ("not_pale", "c", 1, 0),
    ("seen_last", "a", 1, 0), ("seen_last", "b", 0, 0), ("seen_last", "c", 1, 1),
    ("mother_tested", "baby", 1, 0), ("mother_tested", "other", 0, 0),
}  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> Programme:
    plain = programme(RULES)
    indicators = []
    for name, (pathway, numerator, denominator) in ASKED.items():
        values = dict.fromkeys(plain.pathways[pathway].values, Type.DAY)
        scope = Scope(dictionary(), {}, values, Clock.DAY, frozenset({"mother"}))
        rule = [parse(text, scope, Type.BOOL) for text in (numerator, denominator)]
        indicators.append(Indicator(name, {"en": name}, pathway, rule[0], rule[1], Origin("")))
    return replace(plain, indicators=tuple(indicators))


@pytest.mark.parametrize("name", NAMES)
def test_every_episode_counts_once_for_every_indicator(name: str, rules: Programme) -> None:
    with open_engine(name) as engine:
        load(engine, rules, FACTS)
        compiled = compile_indicators(rules, name)
        for table, rows in compiled.tables.items():
            engine.load(table, rows.columns, rows.rows)
        found = engine.query(compiled.sql)
    assert compiled.columns == COLUMNS
    assert len(found) == len(EXPECTED)
    assert {(row[0], row[1], row[3], row[4]) for row in found} == EXPECTED


def test_some_of_them_for_those_who_were_touched(rules: Programme) -> None:
    with open_engine("sqlite") as engine:
        load(engine, rules, FACTS)
        engine.load("touched", (("subject", "text"),), [("a",), ("baby",)])
        compiled = compile_indicators(rules, "sqlite", indicators=["four_visits", "mother_tested"], touched="touched")
        for table, rows in compiled.tables.items():
            engine.load(table, rows.columns, rows.rows)
        found: set[tuple[str, str]] = {(row[0], row[1]) for row in engine.query(compiled.sql)}
    assert found == {("four_visits", "a"), ("mother_tested", "baby")}


def test_an_indicator_that_is_not_there_is_named(rules: Programme) -> None:
    with pytest.raises(CannotCompile, match="has no indicator nine_visits"):
        compile_indicators(rules, "duckdb", indicators=["nine_visits"])


def test_a_programme_without_indicators_gives_no_rows() -> None:
    with open_engine("sqlite") as engine:
        assert engine.query(compile_indicators(programme(RULES), "sqlite").sql) == []

