"""What pathway.yaml says is what the engines are handed; what contradicts itself is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorstep.content.context import Context
from doorstep.content.dates import day_number
from doorstep.content.fields import Shelf
from doorstep.content.model import EpisodeKind, Offset, Origin, Pathway, Step, Table
from doorstep.content.pathway import read_pathways
from doorstep.content.problems import Problem, Problems
from doorstep.content.read import read_programme
from doorstep.content.schedule_table import unroll
from doorstep.content.tree import And, Clock, Known, Lit, Ref, Type
from doorstep.content.yamlpos import parse_yaml
from tests.content.rules import DICTIONARY

SOURCE = "source: invented, valid_from: 2020-01-01, review: {KH: not yet}"
EPISODES = {"pregnancy": EpisodeKind("pregnancy", "person", ("hb",), (), 308, 140)}


def read(text: str) -> tuple[dict[str, Table], dict[str, Pathway], list[Problem]]:
    problems = Problems()
    roles = {"midwife": ("care",), "hospital": ("care", "hiv")}
    context = Context(problems, Shelf(("en",), ("KH",)), DICTIONARY, EPISODES, roles)
    tables, pathways = read_pathways(parse_yaml(text, "p.yaml", problems), "p.yaml", context)
    return tables, pathways, problems.sorted()


def step_text(body: str, clock: str = "day", above: str = "") -> str:
    return f"""
{above}
pathways:
  care:
    title: {{en: Care}}
    episode: pregnancy
    clock: {clock}
    source: invented
    valid_from: 2020-01-01
    review: {{KH: not yet}}
    values:
      lmp: {"lmp_told" if clock == "day" else "at(hb)"}
    steps:
      act: {body.replace("{", "{title: {en: Act}, ", 1)}
"""


def read_step(body: str, clock: str = "day", above: str = "") -> Step:
    _, pathways, problems = read(step_text(body, clock, above))
    assert problems == []
    (step,) = pathways["care"].steps
    return step


def codes(body: str, clock: str = "day", above: str = "") -> list[str]:
    return [problem.code for problem in read(step_text(body, clock, above))[2]]


def test_a_step_carries_its_windows_in_days() -> None:
    step = read_step("{while: any(hb), from: lmp, due: from + 2w, opens: due - 7d, overdue: due + 7d, closes: from + 5w, done: hb}")
    assert (step.due, step.opens, step.overdue, step.closes) == (Offset("from", 14), Offset("due", -7), Offset("due", 7), Offset("from", 35))
    assert step.anchor == Ref("lmp", Type.DAY)
    assert step.counts == "window"
    assert step.rule == "act@2020-01-01"


def test_a_step_on_a_minute_clock_carries_them_in_seconds() -> None:
    step = read_step("{each: hb < 70, due: from + 15min, overdue: from + 2h, done: bp_sys, counts: after}", "minute")
    assert (step.clock, step.due.by, step.overdue, step.counts) == (Clock.MINUTE, 900, Offset("from", 7200), "after")


def test_a_step_inherits_its_source_and_dates_and_may_have_its_own() -> None:
    assert read_step("{done: hb}").origin == Origin("invented", day_number("2020-01-01"), None, {"KH": None})
    step = read_step("{done: hb, source: WHO, valid_from: 2021-02-03, review: {KH: 'Dr Sok, 2024-05-06'}}")
    assert step.origin == Origin("WHO", day_number("2021-02-03"), None, {"KH": "Dr Sok, 2024-05-06"})
    assert step.rule == "act@2021-02-03"


TABLE = f"""tables:
  weeks:
    add: [{{before: 20, weeks: 8}}, {{before: 26, weeks: 6}}, {{before: 34, weeks: 4}}, {{weeks: 2}}]
    classes: [{{first: [22, 23], from: 30, weeks: 2}}, {{first: [28, 29], from: 32, weeks: 2}}, {{first: [30], weeks: 2}}]
    cap: 40
    {SOURCE.replace(", valid", chr(10) + "    valid").replace(", review", chr(10) + "    review")}"""


def test_a_chain_follows_a_table_dated_by_a_value() -> None:
    step = read_step("{chain: {table: weeks, dated_by: lmp, first: 12w, gap: 7d, otherwise: 4w}, done: hb, overdue: due + 7d}", above=TABLE)
    assert step.chain is not None
    assert (step.chain.table, step.chain.dated_by, step.chain.first, step.chain.gap, step.chain.otherwise) == ("weeks", "lmp", 84, 7, 28)
    assert step.counts == "episode"
    assert read_step("{chain: {every: 1w, times: 3}, done: hb}").counts == "since"


PRINTED = [
    ([12], [20, 26, 30, 34, 36, 38, 40]),
    ([22], [28, 32, 34, 36, 38, 40]),
    ([25], [31, 35, 37, 39, 40]),
    ([39], [40]),
    ([10, 19], [27, 31, 35, 37, 39, 40]),
    ([41], []),
    ([28], [32, 34, 36, 38, 40]),
    ([30], [32, 34, 36, 38, 40]),
    ([31], [33, 35, 37, 39, 40]),
]


@pytest.mark.parametrize(("came", "follow"), PRINTED)
def test_the_unrolled_schedule_agrees_with_the_weeks_in_print(came: list[int], follow: list[int]) -> None:
    table = read(step_text("{chain: {table: weeks, dated_by: lmp, otherwise: 4w}, done: hb}", above=TABLE))[0]["weeks"]
    rows = [row for row in table.rows if row.cls == table.classes[came[0]] and row.last == came[-1]]
    assert [row.week for row in sorted(rows, key=lambda row: row.k)] == follow


def test_a_schedule_that_is_not_unrolled_by_its_classes_would_be_seen() -> None:
    spec = {"add": [{"weeks": 4}], "cap": 12}
    table = unroll("plain", spec, Origin("x"))
    assert [(row.k, row.week) for row in table.rows if row.last == 0] == [(1, 4), (2, 8), (3, 12)]
    assert set(table.classes.values()) == {0}


VALUES = """
pathways:
  care:
    title: {en: Care}
    episode: pregnancy
    source: invented
    valid_from: 2020-01-01
    review: {KH: not yet}
    signs:
      pale: hb < 70
      ill: [pale, bleeding = 'yes']
    values:
      told: {value: lmp_told, when: lmp_told < scan and any(pale)}
      late: later_of(lmp, scan)
      lmp:
        - {value: scan, when: any(pale)}
        - {value: lmp_told}
      scan: day(scan_weeks) - scan_weeks
    ends:
      - {when: any(ill), why: ill}
      - {at: lmp + 44w, why: long}
    steps:
      act: {title: {en: Act}, done: hb, from: late}
"""


def test_values_come_in_the_order_in_which_they_need_each_other() -> None:
    _, pathways, problems = read(VALUES)
    assert problems == []
    pathway = pathways["care"]
    order = list(pathway.values)
    assert order.index("scan") < order.index("told")
    assert order.index("scan") < order.index("lmp") < order.index("late")
    branches = pathway.values["lmp"].expr.branches  # type: ignore[union-attr]
    assert branches[0].value == Ref("scan", Type.DAY)
    assert isinstance(branches[0].when, And)
    assert isinstance(branches[1].when, Known)
    assert [item.code for item in pathway.signs["ill"].filters] == ["hb", "bleeding"]
    assert [end.why for end in pathway.ends] == ["ill", "long"]


def test_variants_of_a_step_come_in_the_order_of_their_dates() -> None:
    body = """
        - {title: {en: Act}, done: hb, due: from + 5d, valid_from: 2024-01-01}
        - {title: {en: Act}, done: hb, due: from + 7d, valid_to: 2024-01-01}
"""
    _, pathways, problems = read(step_text("") + body)
    assert problems == []
    assert [step.rule for step in pathways["care"].steps] == ["act@2020-01-01", "act@2024-01-01"]
    assert [step.due.by for step in pathways["care"].steps] == [7, 5]


def test_a_step_without_a_source_of_rows_exists_all_the_time() -> None:
    step = read_step("{done: hb}")
    assert (step.chain, step.each, step.while_, step.anchor) == (None, None, None, None)
    assert read_step("{while: true, done: hb}").while_ == Lit(True, Type.BOOL)


CONTRARY = [
    ("{chain: {every: 1w}, each: hb, done: hb}", ["step-shape"]),
    ("{each: hb, while: any(hb), done: hb}", ["step-shape"]),
    ("{when: any(hb), done: hb}", ["step-shape"]),
    ("{chain: {every: 1w}, due: from + 1d, done: hb}", ["step-shape"]),
    ("{chain: {every: 1w}, closes: due + 1d, done: hb}", ["step-shape"]),
    ("{chain: {every: 1w}}", ["step-shape"]),
    ("{chain: {gap: 1d}, done: hb}", ["step-shape"]),
    ("{chain: {every: 1w, otherwise: 4w}, done: hb}", ["step-shape"]),
    ("{counts: window, done: hb}", ["step-shape"]),
    ("{done: hb, ends: [{why: x}]}", ["step-shape"]),
    ("{done: hb, ends: [{when: any(hb), at: lmp, why: x}]}", ["step-shape"]),
    ("{chain: {every: 0d}, done: hb}", ["value-wrong"]),
    ("{chain: {every: 1w}, opens: from - 1d, done: hb}", ["window-edge"]),
    ("{done: hb, escalate: {at: overdue + 1d, to: midwife}}", ["window-edge"]),
    ("{done: hb, escalate: {at: due + 1d, to: chief}}", ["role-unknown"]),
    ("{done: hb, overdue: from + 1 d}", ["window-edge"]),
    ("{done: hb, overdue: from + 90min}", ["span-unit"]),
    ("{done: hb, urgency: dangr}", ["value-wrong"]),
    ("{done: hb, countries: [VN]}", ["country-unknown"]),
    ("{done: [hb, hbb], while: any(hbx)}", ["rule-unknown-code", "rule-unknown-code"]),
    ("{done: hb, from: hb}", ["rule-type"]),
    ("{done: {hb: 3}}", ["value-wrong"]),
    ("{done: hb, valid_from: 2020-13-01}", ["value-wrong"]),
]


@pytest.mark.parametrize(("body", "expected"), CONTRARY, ids=[body for body, _ in CONTRARY])
def test_keys_of_a_step_that_contradict_each_other_are_told(body: str, expected: list[str]) -> None:
    assert codes(body) == expected


def test_a_table_on_a_minute_clock_is_refused() -> None:
    found = codes("{chain: {table: weeks, dated_by: lmp, otherwise: 4w}, done: hb}", "minute", TABLE)
    assert "step-shape" in found


TABLES = [
    ("{before: 20, weeks: 8}, {before: 26, weeks: 6}, {before: 34, weeks: 4}, {weeks: 2}", "{weeks: 8}, {weeks: 2}", ["table-order"]),
    ("{before: 34, weeks: 4}, {weeks: 2}", "{before: 34, weeks: 4}", ["table-order"]),
    ("{weeks: 2}]\n    classes", "{weeks: 0}]\n    classes", ["value-wrong"]),
    ("first: [22, 23]", "first: [23, 22]", ["value-wrong"]),
    ("cap: 40", "cap: many", ["value-wrong"]),
    ("    cap: 40\n", "", ["key-missing"]),
]


@pytest.mark.parametrize(("old", "new", "expected"), TABLES)
def test_a_schedule_that_cannot_be_followed_is_told(old: str, new: str, expected: list[str]) -> None:
    assert old in TABLE
    assert codes("{chain: {table: weeks, dated_by: lmp, otherwise: 4w}, done: hb}", above=TABLE.replace(old, new)) == expected


def test_the_reader_never_crashes_on_a_file_of_the_wrong_shape() -> None:
    for text in ("", "a", "[]", "pathways: 3", "pathways: {a: 3}", "pathways: {a: {steps: [1]}}", "pathways: {a: {steps: {b: [1, [2]]}}}",
                 "tables: {t: 1}\npathways: {}", "pathways: {a: {values: {v: [[1]]}, signs: {s: {}}, ends: 3, steps: {}}}"):  # fmt: skip
        read(text)


def test_a_warning_leaves_the_programme_usable() -> None:
    folder = Path(__file__).parent / "broken" / "sign-unused" / "clinic"
    programme, problems = read_programme(folder)
    assert programme is not None
    assert [problem.is_error for problem in problems] == [False]
