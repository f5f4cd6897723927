"""The schedules that WHO prints, and the rule behind them for every week of a first contact, as due rows on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from doorstep.pathways.engines import NAMES, open_engine
from tests.pathways.making import WHO, day, fact, load, programme, step_rows
from tests.reference.interpreter import Fact

RULES = WHO + """
pathways:
  antenatal:
    episode: pregnancy
    values: {lmp: {value: lmp_told}}
    steps:
      contact: {chain: {table: who, dated_by: lmp, first: 12w, gap: 7d, otherwise: 4w}, done: visit}
"""
LMP = day("2026-01-05")
PRINTED = {
    (): [12, 20, 26, 30, 34, 36, 38, 40],
    (22,): [22, 28, 32, 34, 36, 38, 40],
    (25,): [25, 31, 35, 37, 39, 40],
    (39,): [39, 40],
    (40,): [40],
    (41,): [41],
    (10, 19): [10, 19, 27, 31, 35, 37, 39, 40],
    (12, 16): [12, 16, 24, 30, 34, 36, 38, 40],
    (28,): [28, 32, 34, 36, 38, 40],
    (29,): [29, 33, 35, 37, 39, 40],
    (30,): [30, 32, 34, 36, 38, 40],
    (23, 30): [23, 30, 32, 34, 36, 38, 40],
}


def rule(contacts: tuple[int, ...]) -> list[int]:
    """The rule of the reference in plain words: +8 before week 20, +6 before 26, +4 before 34, then +2, at most 40."""
    weeks = list(contacts) or [12]
    first = weeks[0]
    twos = 30 if first in (22, 23) else 32 if first in (28, 29) else 0 if first >= 30 else 99
    while weeks[-1] < 40:
        last = weeks[-1]
        add = 2 if last >= twos or last >= 34 else 4 if last >= 26 else 6 if last >= 20 else 8
        weeks.append(min(last + add, 40))
    return weeks


ASKED = {
    **PRINTED,
    **{(week,): rule((week,)) for week in range(4, 42)},
    **{(week, week + later): rule((week, week + later)) for week in range(4, 38, 3) for later in (1, 3, 5, 9)},
}


@pytest.fixture(scope="module", params=NAMES)
def schedules(request: pytest.FixtureRequest) -> dict[str, list[int]]:
    """Subject -> weeks: when contacts were, and when the open one and those after it are due."""
    facts: list[Fact] = []
    for contacts in ASKED:
        who = str(contacts)
        facts.append(fact("lmp_told", LMP + 7, LMP, who=who))
        # Any day of the week in which she came gives the same.
        facts += [fact("visit", LMP + 7 * week + contacts[0] % 7, who=who) for week in contacts]
    rules = programme(RULES)
    with open_engine(request.param) as engine:
        load(engine, rules, facts)
        rows = step_rows(engine, rules)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["until"] is None:
            found.setdefault(row["subject"], []).append(row)
    return {
        who: [((row["done_on"] or row["due"]) - LMP) // 7 for row in sorted(mine, key=lambda row: row["n"])]
        for who, mine in found.items()
    }


def test_the_rule_in_words_gives_what_is_printed() -> None:
    assert {contacts: rule(contacts) for contacts in PRINTED} == PRINTED


@pytest.mark.parametrize("contacts", ASKED, ids=[", ".join(map(str, contacts)) or "none" for contacts in ASKED])
def test_contacts_at_these_weeks_give_this_schedule(schedules: dict[str, list[int]], contacts: tuple[int, ...]) -> None:
    assert schedules[str(contacts)] == ASKED[contacts]
