"""From answers to facts: corrections, merges, episodes and relations, the same on every engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from doorstep.content.model import Code, EpisodeKind
from doorstep.pathways import engines
from doorstep.pathways.fold import correction_trees_sql, fact_sql, relation_sql, rule_tables

PREGNANCY = EpisodeKind("pregnancy", "person", ("registered", "anc_contact"), ("pregnancy_end",), 308, 140)
NEWBORN = EpisodeKind("newborn", "person", ("born",), (), 400, 400)
CODES = {
    code: Code(code, kind, {}, episode=episode)
    for code, kind, episode in (
        ("registered", "yesno", "pregnancy"), ("anc_contact", "yesno", "pregnancy"), ("hb", "number", "pregnancy"),
        ("pregnancy_end", "choice", "pregnancy"), ("birthday", "date", ""), ("born", "choice", "newborn"),
        ("mother", "subject", "newborn"),
    )
}


@pytest.fixture(params=engines.NAMES, scope="module")
def engine(request: pytest.FixtureRequest) -> Iterator[engines.Engine]:
    with engines.open_engine(request.param) as opened:
        for name, (columns, rows) in rule_tables(CODES, {"pregnancy": PREGNANCY, "newborn": NEWBORN}).tables.items():
            opened.load(name, columns, rows)
        yield opened


def answer(submission: str, subject: str, code: str, day: int, txt: str = "yes", row: str = "") -> tuple[Any, ...]:
    return (submission, subject, code, day, day, None, day * 86400 + 61199, "day", None, txt, "told", row)


def sub(submission: str, stamp: int, replaces: str | None = None, form: str = "visit") -> tuple[Any, ...]:
    return (submission, "correction" if replaces else "data", form, "x", replaces, stamp)


def facts(
    engine: engines.Engine, answers: list[tuple[Any, ...]], subs: list[tuple[Any, ...]],
    alias: list[tuple[str, str]] | None = None, touched: list[str] | None = None,
) -> list[tuple[Any, ...]]:
    """(subject, episode, code, day, txt), sorted."""
    engine.load("answer", engines.ANSWER, answers)
    engine.load("sub", engines.SUB, subs)
    engine.load("alias", engines.ALIAS, alias or [])
    if touched is not None:
        engine.load("touched", (("subject", "text"),), [(who,) for who in touched])
        engine.store("corrected", correction_trees_sql(engine.name))
        sql = fact_sql(engine.name, touched="touched", trees="corrected")
    else:
        sql = fact_sql(engine.name)
    return sorted((row[0], row[1], row[2], row[3], row[9]) for row in engine.query(sql))


def test_a_second_pregnancy_is_a_second_episode(engine: engines.Engine) -> None:
    answers = [
        answer("s1", "mai", "registered", 100), answer("s2", "mai", "anc_contact", 130),
        answer("s3", "mai", "pregnancy_end", 300), answer("s4", "mai", "hb", 310),
        answer("s5", "mai", "anc_contact", 600), answer("s6", "mai", "hb", 601), answer("s7", "mai", "birthday", 1),
    ]
    got = facts(engine, answers, [sub(f"s{i}", i) for i in range(1, 8)])
    assert [(code, episode) for _, episode, code, _, _ in sorted(got, key=lambda r: r[3])] == [
        ("birthday", ""), ("registered", "pregnancy:1"), ("anc_contact", "pregnancy:1"), ("pregnancy_end", "pregnancy:1"),
        ("hb", "pregnancy:1"), ("anc_contact", "pregnancy:2"), ("hb", "pregnancy:2"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "gap", "episodes"),
    [
        ("registered", "registered", 308, 1), ("registered", "registered", 309, 2),
        ("pregnancy_end", "pregnancy_end", 140, 1), ("pregnancy_end", "pregnancy_end", 141, 2),
        ("registered", "pregnancy_end", 448, 1), ("registered", "pregnancy_end", 449, 2),
        ("pregnancy_end", "registered", 1, 2),
    ],
)
def test_markers_far_enough_apart_begin_a_new_episode(
    engine: engines.Engine, first: str, second: str, gap: int, episodes: int
) -> None:
    got = facts(engine, [answer("a", "x", first, 1000), answer("b", "x", second, 1000 + gap)], [sub("a", 1), sub("b", 2)])
    assert len({episode for _, episode, *_ in got}) == episodes


def test_registered_and_delivered_on_one_day_is_one_episode(engine: engines.Engine) -> None:
    got = facts(engine, [answer("b", "x", "registered", 9), answer("a", "x", "pregnancy_end", 9)], [sub("a", 1), sub("b", 2)])
    assert {episode for _, episode, *_ in got} == {"pregnancy:1"}


def test_a_correction_takes_the_place_of_what_it_corrects(engine: engines.Engine) -> None:
    answers = [answer("s1", "x", "hb", 5, "old"), answer("s2", "x", "hb", 5, "new"), answer("s3", "x", "hb", 5, "newest")]
    assert facts(engine, answers[:2], [sub("s1", 1), sub("s2", 2, "s1")]) == [("x", "pregnancy:1", "hb", 5, "new")]
    chain = [sub("s1", 1), sub("s2", 2, "s1"), sub("s3", 3, "s2")]
    assert facts(engine, answers, chain) == [("x", "pregnancy:1", "hb", 5, "newest")]


def test_of_two_corrections_the_later_is_shown_and_the_tree_tells_of_both(engine: engines.Engine) -> None:
    answers = [answer("s1", "x", "hb", 5, "old"), answer("s2", "x", "hb", 5, "one"), answer("s3", "x", "hb", 5, "two")]
    subs = [sub("s1", 1), sub("s2", 3, "s1"), sub("s3", 2, "s1")]
    assert facts(engine, answers, subs) == [("x", "pregnancy:1", "hb", 5, "one")]
    tree = sorted(engine.query(correction_trees_sql(engine.name)))
    assert [(member, leaf, rank) for _, member, _, leaf, rank in tree if leaf] == [("s2", 1, 1), ("s3", 1, 2)]


def test_a_correction_that_is_not_later_or_of_another_form_replaces_nothing(engine: engines.Engine) -> None:
    answers = [answer("s1", "x", "hb", 5, "a"), answer("s2", "x", "hb", 5, "b")]
    for correction in (sub("s2", 1, "s1"), sub("s2", 3, "s1", form="birth"), sub("s2", 3, "gone")):
        assert len(facts(engine, answers, [sub("s1", 2), correction])) == 2


def test_two_corrections_of_each_other_lose_nothing(engine: engines.Engine) -> None:
    answers = [answer("s1", "x", "hb", 5, "a"), answer("s2", "x", "hb", 5, "b")]
    assert facts(engine, answers, [sub("s1", 1, "s2"), sub("s2", 2, "s1")]) == [("x", "pregnancy:1", "hb", 5, "b")]


def test_a_merged_person_has_one_history_and_keeps_it_when_only_she_is_recomputed(engine: engines.Engine) -> None:
    answers = [
        answer("s1", "a", "registered", 10), answer("s2", "b", "anc_contact", 40), answer("s3", "c", "hb", 1),
        answer("s4", "kid", "born", 90), answer("s4", "kid", "mother", 90, "b"),
    ]
    subs = [sub(f"s{i}", i) for i in range(1, 5)]
    whole = facts(engine, answers, subs, alias=[("b", "a")])
    assert [(who, episode, code) for who, episode, code, *_ in whole if who == "a"] == [
        ("a", "pregnancy:1", "anc_contact"), ("a", "pregnancy:1", "registered"),
    ]
    assert ("kid", "newborn:1", "mother", 90, "a") in whole
    assert facts(engine, answers, subs, alias=[("b", "a")], touched=["a"]) == [row for row in whole if row[0] == "a"]


def test_a_child_keeps_the_pregnancy_that_brought_it(engine: engines.Engine) -> None:
    answers = [
        answer("s1", "mai", "registered", 100), answer("s2", "mai", "pregnancy_end", 300), answer("s2", "kid", "born", 300, row="1"),
        answer("s2", "kid", "mother", 300, "mai", row="1"), answer("s3", "mai", "registered", 700),
        answer("s4", "late", "born", 710), answer("s4", "late", "mother", 710, "mai"),
    ]
    facts(engine, answers, [sub(f"s{i}", i) for i in range(1, 5)])
    engine.store("fact", fact_sql(engine.name))
    assert sorted(engine.query(relation_sql(engine.name))) == [
        ("kid", "newborn:1", "mother", "mai", "pregnancy:1"), ("late", "newborn:1", "mother", "mai", "pregnancy:2"),
    ]
    engine.load("touched", (("subject", "text"),), [("kid",)])
    assert engine.query(relation_sql(engine.name, touched="touched")) == [
        ("kid", "newborn:1", "mother", "mai", "pregnancy:1")
    ]
