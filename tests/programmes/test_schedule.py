"""`doorstep schedule` and the due list against the rule of the WHO, written here once more in plain sentences."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from doorstep.cli.main import main
from doorstep.content.flatten import AnswerRow
from doorstep.content.model import Programme
from doorstep.content.read import read_programme
from doorstep.pathways import engines, fold
from doorstep.pathways.compiler import compile_steps
from doorstep.pathways.schedule import ScheduleError, schedule

LMP = 20_000


def next_week(first: int, last: int) -> int | None:
    """WHO's rule: the week of the contact that follows one in week `last`, the first ever having been in week `first`."""
    if last >= 40:
        return None
    if first >= 30 or (22 <= first <= 23 and last >= 30) or (28 <= first <= 29 and last >= 32):
        step = 2
    elif last < 20:
        step = 8
    elif last < 26:
        step = 6
    elif last < 34:
        step = 4
    else:
        step = 2
    return min(40, last + step)


def whole_list(took_place: list[int]) -> list[int]:
    weeks = list(took_place) or [12]
    while (following := next_week(weeks[0], weeks[-1])) is not None:
        weeks.append(following)
    return weeks


def stories() -> list[list[int]]:
    """A first contact at every week from 4 to 41; and women who then came earlier or later than asked."""
    rng = random.Random(11)
    found = [[week] for week in range(4, 42)]
    for first in range(4, 41):
        for _ in range(4):
            weeks = [first]
            while len(weeks) < rng.randrange(2, 7) and (due := next_week(weeks[0], weeks[-1])) is not None:
                came = max(weeks[-1] + 1, due + rng.choice((-5, -3, -2, -1, 0, 1, 2, 4)))
                if came > 42:
                    break
                weeks.append(came)
            found.append(weeks)
    return found


@pytest.fixture(scope="module")
def maternal() -> Programme:
    programme, problems = read_programme(Path(__file__).parents[2] / "programmes" / "maternal")
    assert programme is not None, [str(problem) for problem in problems]
    return programme


@pytest.mark.parametrize(
    ("contacts", "printed"),
    [
        ([], [12, 20, 26, 30, 34, 36, 38, 40]),
        ([22], [22, 28, 32, 34, 36, 38, 40]),
        ([25], [25, 31, 35, 37, 39, 40]),
        ([39], [39, 40]),
        ([41], [41]),
        ([10, 19], [10, 19, 27, 31, 35, 37, 39, 40]),
    ],
)
def test_the_lists_that_who_prints(maternal: Programme, contacts: list[int], printed: list[int]) -> None:
    assert list(schedule(maternal, contacts).contacts) == printed
    assert schedule(maternal, contacts).refer_for_delivery == 41


def test_every_first_week_and_women_who_came_earlier_or_later(maternal: Programme) -> None:
    for story in stories():
        assert list(schedule(maternal, story).contacts) == whole_list(story), story


def test_the_due_list_says_the_same_as_the_schedule(maternal: Programme) -> None:
    """Contact rows of the engine: those done, the one that is open, and those projected, in weeks."""
    told = stories()
    answers = []
    for number, story in enumerate(told):
        who = f"w{number}"
        begins = LMP + 7 * min(story)
        for code, num, txt, day in (
            ("lmp_told", float(LMP), None, begins), ("lmp_certain", None, "yes", begins),
            ("pregnancy_registered", None, "yes", begins),
            *(("anc_contact", None, "yes", LMP + 7 * week + number % 7) for week in story),
        ):
            submission = f"{who}-{code}-{day}"
            answers.append(
                AnswerRow(submission, who, code, day, day, None, day * 86_400 + 86_399, "day", num, txt, "told", "")
            )
    with engines.open_engine("sqlite") as engine:
        fold.load_rule_tables(engine.load, [fold.rule_tables(maternal.dictionary, maternal.episodes)])
        engine.load("answer", engines.ANSWER, answers)
        engine.load("sub", engines.SUB, [])
        engine.load("alias", engines.ALIAS, [])
        engine.store("fact", fold.fact_sql("sqlite"))
        engine.store("relation", fold.relation_sql("sqlite"))
        compiled = compile_steps(maternal, "sqlite", pathways=["antenatal"], steps=["contact"])
        for name, (columns, rows) in compiled.tables.items():
            engine.load(name, columns, rows)
        found = [dict(zip(compiled.columns, row, strict=True)) for row in engine.query(compiled.sql)]
    for number, story in enumerate(told):
        # What is open lasts until the day on which an unreported birth silences it.
        mine = [row for row in found if row["subject"] == f"w{number}" and row["until"] in (None, LMP + 44 * 7)]
        mine.sort(key=lambda row: row["n"])
        weeks = [((row["done_on"] if row["done_on"] is not None else row["due"]) - LMP) // 7 for row in mine]
        assert weeks == whole_list(story), story
        assert [row["n"] for row in mine] == list(range(1, len(mine) + 1))


@pytest.mark.parametrize("weeks", [[2], [43], [20, 20], [20, 12]])
def test_weeks_that_cannot_be_are_refused_with_the_reason(maternal: Programme, weeks: list[int]) -> None:
    with pytest.raises(ScheduleError, match=str(weeks[-1])):
        schedule(maternal, weeks)


def test_the_command_prints_json() -> None:
    got = CliRunner().invoke(main, ["schedule", "maternal", "--contacts", "10,19", "--format", "json"])
    assert got.exit_code == 0, got.output
    assert json.loads(got.output) == {"contacts": [10, 19, 27, 31, 35, 37, 39, 40], "refer_for_delivery": 41}


def test_the_command_prints_csv_with_a_line_for_every_contact_and_one_for_the_referral() -> None:
    got = CliRunner().invoke(main, ["schedule", "maternal", "--contacts", "34,36", "--format", "csv"])
    assert got.exit_code == 0, got.output
    assert got.output.splitlines() == [
        "n,week,what", "1,34,took place", "2,36,took place", "3,38,to come", "4,40,to come", ",41,refer for delivery",
    ]  # fmt: skip


@pytest.mark.parametrize("bad", ["ten", "10;19", "99"])
def test_the_command_says_what_is_wrong_with_a_list(bad: str) -> None:
    got = CliRunner().invoke(main, ["schedule", "maternal", "--contacts", bad])
    assert got.exit_code != 0
    assert bad in got.output
