"""Worked cases on an engine: every row of the steps they name, and every list on every day of their story.

Two things are asked of an engine. The rows of each case are those that its author expects, all of them. And on every day, the
list read from everything that is known equals the list from what had happened by that day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from doorstep.content.model import Case, Programme
from doorstep.pathways import fold, worlds
from doorstep.pathways.compiler import compile_steps
from doorstep.pathways.engines import ALIAS, ANSWER, STEP, SUB, Engine
from doorstep.pathways.status import compile_status

ASOF = (("subject", "text"), ("t_day", "bigint"), ("t_second", "bigint"))
TIMES = ("since", "until", "opens", "due", "overdue", "closes", "done", "escalates")
STEP_NAMES = [name for name, _ in STEP]


@dataclass(frozen=True)
class Failure:
    """A case that does not come out. `what` is a sentence with the expected and the found rows."""

    title: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.title}: {self.what}"


@dataclass
class Report:
    """How the cases of one programme went on one engine."""

    engine: str
    cases: int = 0
    rows: int = 0
    days: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def passed(self) -> int:
        return self.cases - len({failure.title for failure in self.failures})


Rows = dict[tuple[str, str], list[dict[str, Any]]]
"""(subject with its world, 'pathway.step') -> rows by column."""


def run(programme: Programme, engine: Engine, *, sweep: bool = True, cases: Sequence[Case] | None = None) -> Report:
    """Plays the cases on the engine. Raises nothing for a wrong case: it is a failure of the report."""
    chosen = list(programme.cases if cases is None else cases)
    report = Report(engine.name, cases=len(chosen))
    playable, built = _build(chosen, programme, sweep, report)
    load_facts(programme, engine, built)
    rows = step_rows(programme, engine)
    for index, case in playable:
        report.failures += [Failure(case.title, _where(case), what) for what in compare(index, case, rows, report)]
    if sweep:
        _sweep(engine, built, playable, report)
    return report


def _build(
    chosen: Sequence[Case], programme: Programme, sweep: bool, report: Report
) -> tuple[list[tuple[int, Case]], worlds.Worlds]:
    good: list[Case] = []
    for case in chosen:
        try:
            worlds.tell(case, programme)
        except (worlds.CaseError, KeyError, ValueError) as error:
            report.failures.append(Failure(case.title, _where(case), f"cannot be played: {error}"))
        else:
            good.append(case)
    return list(enumerate(good)), worlds.build(good, programme, sweep)


def load_facts(programme: Programme, engine: Engine, built: worlds.Worlds) -> None:
    """Answers to facts and relations, by the engine's own SQL."""
    fold.load_rule_tables(engine.load, [fold.rule_tables(programme.dictionary, programme.episodes)])
    engine.load("answer", ANSWER, built.answers)
    engine.load("sub", SUB, built.subs)
    engine.load("alias", ALIAS, [])
    engine.store("fact", fold.fact_sql(engine.name))
    engine.store("relation", fold.relation_sql(engine.name))


def step_rows(programme: Programme, engine: Engine) -> Rows:
    """Computes and keeps table `step`; gives its rows. Pathway by pathway: one statement for all would be too large."""
    rows = [row for pathway in programme.pathways for row in pathway_rows(programme, engine, pathway)]
    engine.load("step", STEP, rows)
    return by_step(programme, rows)


def pathway_rows(programme: Programme, engine: Engine, pathway: str, step: str | None = None) -> list[tuple[Any, ...]]:
    """Rows of one pathway, or of one of its steps, from the facts that the engine has."""
    compiled = compile_steps(programme, engine.name, pathways=[pathway], steps=None if step is None else [step])
    for name, (columns, data) in compiled.tables.items():
        engine.load(name, columns, data)
    return engine.query(compiled.sql)


def by_step(programme: Programme, rows: Sequence[tuple[Any, ...]]) -> Rows:
    """Rows by subject and step, each with the moment at which it is passed on (`escalates`)."""
    escalations = {
        (pathway.name, step.rule): step.escalate for pathway in programme.pathways.values() for step in pathway.steps
    }
    found: Rows = defaultdict(list)
    for raw in rows:
        row = dict(zip(STEP_NAMES, raw, strict=True))
        told = escalations[row["pathway"], row["rule"]]
        edge = row[told.at.base] if told else None
        row["escalates"] = edge + told.at.by if told and edge is not None else None
        found[row["subject"], f"{row['pathway']}.{row['step']}"].append(row)
    return found


def _where(case: Case) -> str:
    return f"{case.place.file}:{case.place.line}" if case.place else "case"


def compare(index: int, case: Case, found: Rows, report: Report) -> list[str]:
    """Sentences about expected rows that are not there, and rows that are there unexpected."""
    zone = worlds.zone_of(case)
    wrong = []
    for key, expected in case.expect.items():
        who, step = key.split(":", 1) if ":" in key else (case.subject, key)
        rows = [row for row in found.get((f"{index}/{who}", step), []) if row["waits_for"] is None]
        rows.sort(key=lambda row: (row["episode"], row["n"], row["since"]))
        report.rows += len(expected)
        left = list(rows)
        for want in expected:
            match = next((row for row in left if not _differences(want, row, zone)), None)
            if match is None:
                near = min(left, key=lambda row: len(_differences(want, row, zone)), default=None)
                why = f"; nearest differs in {', '.join(_differences(want, near, zone))}" if near else ""
                wrong.append(f"{key} expected {_shown(want)}, found {[_plain(row, zone) for row in rows]}{why}")
            else:
                left.remove(match)
        if left and len(rows) != len(expected):
            wrong.append(f"{key} also has {[_plain(row, zone) for row in left]}")
    return wrong


def _differences(want: Mapping[str, Any], row: Mapping[str, Any], zone: timezone) -> list[str]:
    """Columns in which an expected row and a found one differ. `until` and `done` not named are expected to be null."""
    wrong = []
    for column in {*want, "until", "done"} - {"status"}:
        value = want.get(column)
        got = row["done_on" if column == "done" else column]
        if column in TIMES and value is not None:
            value = worlds.second_of(value, zone) if row["clock"] == "minute" else worlds.day_of(value)
        if value != got:
            wrong.append(column)
    for day, status in (want.get("status") or {}).items():
        number = worlds.day_of(day)
        moment = worlds.end_of_day(number, zone) if row["clock"] == "minute" else number
        if status_at(row, moment) != status:
            wrong.append(f"status on {day}")
    return sorted(wrong)


def status_at(row: Mapping[str, Any], moment: int) -> str:
    """The status of a row as read at a moment (docs/pathway-language.md, 6); '' before it began."""
    if row["since"] > moment:
        return ""
    if row["done_on"] is not None and row["done_on"] <= moment:
        return "done"
    if row["until"] is not None and row["until"] <= moment:
        return "ended"
    if row["waits_for"] is not None or (row["opens"] is not None and moment < row["opens"]):
        return "later"
    if row["closes"] is not None and moment > row["closes"]:
        return "missed"
    return "late" if row["overdue"] is not None and moment > row["overdue"] else "due"


def _plain(row: Mapping[str, Any], zone: timezone) -> str:
    """A row as its author would write it."""
    parts = []
    for column in ("n", *TIMES):
        value = row["done_on" if column == "done" else column]
        if value is None or column == "escalates":
            continue
        if column == "n":
            parts.append(f"n: {value}")
        elif row["clock"] == "minute":
            parts.append(f"{column}: {datetime.fromtimestamp(value, zone).isoformat(timespec='minutes')}")
        else:
            parts.append(f"{column}: {worlds.EPOCH + timedelta(days=value)}")
        if column == "until":
            parts.append(f"until_why: {row['until_why']}")
    return "{" + ", ".join(parts) + "}"


def _shown(want: Mapping[str, Any]) -> str:
    """An expected row with day numbers and seconds as dates."""
    parts = []
    for column, value in want.items():
        if column in TIMES and isinstance(value, int):
            value = (
                datetime.fromtimestamp(value, UTC).isoformat() if value > 1_000_000
                else worlds.EPOCH + timedelta(days=value)
            )
        parts.append(f"{column}: {value}")
    return "{" + ", ".join(parts) + "}"


def _sweep(engine: Engine, built: worlds.Worlds, playable: list[tuple[int, Case]], report: Report) -> None:
    """The list of every day from all facts, against the list from the facts dated by then."""
    engine.load("asof", ASOF, sorted(set(built.asof)))
    titles = {str(index): case for index, case in playable}
    lists: dict[tuple[str, str, int], dict[bool, set[tuple[Any, ...]]]] = defaultdict(lambda: {True: set(), False: set()})
    cursor = compile_status(engine.name, step="step", asof="asof")
    columns = cursor.columns
    for raw in engine.query(cursor.sql):
        row = dict(zip(columns, raw, strict=True))
        world, who = row["subject"].split("/", 1)
        prefix, _, part = world.partition(".")
        shown = tuple(
            str(value).removeprefix(f"{world}/") if column == "done_by" else value
            for column, value in row.items() if column not in ("subject", "t_day", "t_second")
        )
        lists[prefix, who, row["t_day"]][bool(part)].add(shown)
    report.days = len({(subject.split("/")[0], day) for subject, day, _ in built.asof if "." not in subject.split("/")[0]})
    told = set()
    for (prefix, who, day), both in sorted(lists.items()):
        if both[True] != both[False] and (prefix, who) not in told:
            told.add((prefix, who))
            case = titles[prefix]
            only_all, only_then = both[False] - both[True], both[True] - both[False]
            report.failures.append(Failure(
                case.title, _where(case),
                f"on {worlds.EPOCH + timedelta(days=day)} the list of {who} by all that is known differs from the list of that "
                f"day: only by all {sorted(map(str, only_all))}, only of that day {sorted(map(str, only_then))}",
            ))
