"""The due list: whose step is open where, on any day, by what is known now or by what could be known then."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from doorstep.content.model import Programme, Step
from doorstep.pathways.engines import STEP, open_engine
from doorstep.record.database import Connection, Row, each
from doorstep.record.record import Record
from doorstep.record.scope import EVERYTHING, Scope
from doorstep.record.whereabouts import EPOCH, PlaceThen, place_then, residents, visible

STATUSES = ("later", "due", "late", "missed", "done", "ended")
"""As docs/pathway-language.md, 6."""
OPEN = ("due", "late")
"""What somebody has to do now."""
NOT_DONE = ("due", "late", "missed")
"""What nobody has done although somebody should have."""
COLUMNS = (*(name for name, _ in STEP), "status")
SUBJECT, PATHWAY, STEP_NAME, N, RULE, CLOCK, DUE, URGENCY, COMPARTMENT = map(COLUMNS.index, (
    "subject", "pathway", "step", "n", "rule", "clock", "due", "urgency", "compartment",
))  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What is asked: a place (code or id), the day of the list, by what was known on which day (None: now), which statuses,
    which engine works it out (None: the stored steps)."""

    place: str
    day: int
    known_on: int | None = None
    statuses: Collection[str] = OPEN
    engine: str | None = None
    second: int | None = None
    """For minute clocks: UTC seconds; None: the end of the day there."""


class Listed(dict[str, Any]):
    """One row: the columns of a step row as it read then, `status`, and `form`, `owner`, `title` of its rule."""


def today(zone: timedelta = timedelta()) -> int:
    """Today's day number, UTC."""
    return int(time.time() + zone.total_seconds()) // 86_400


def due(record: Record, asked: Question, scope: Scope = EVERYTHING) -> list[Listed]:
    """The rows of everybody who lived in the place that day (and whom the scope lets one see), sorted by what is due first.

    Raises PlaceError; ValueError for a status that there is not.
    """
    unknown = set(asked.statuses) - set(STATUSES)
    if unknown:
        raise ValueError(f"there is no status {sorted(unknown)[0]!r}; the statuses are {', '.join(STATUSES)}")
    if asked.engine or asked.known_on is not None:
        record.catch_up()
        return _worked_out(record, asked, scope)
    with record.reading() as register:
        place = place_then(register, asked.place, asked.day)
        seen = visible(register, residents(register, place.id, asked.day), scope, today())
        second = _second(asked, place)
        rows = _status(record, register, seen, asked.day, second, asked.statuses)
    return _shown(rows, record, scope, seen, asked.day, second)


def alerts(record: Record, asked: Question, scope: Scope = EVERYTHING) -> list[Listed]:
    """Open steps of urgency `danger`: in a place as `due` reads it, or everywhere when the question names none."""
    if asked.place:
        return [row for row in due(record, replace(asked, statuses=OPEN), scope) if row["urgency"] == "danger"]
    record.catch_up()
    second = asked.second if asked.second is not None else (asked.day + 1) * 86_400 - 1
    with record.store.register.read() as register:
        found = register.rows("SELECT DISTINCT subject FROM step WHERE urgency = 'danger'")
    rows = of_subjects(record, {row[0] for row in found}, asked.day, second, scope)
    return [row for row in rows if row["urgency"] == "danger" and row["status"] in OPEN]


def of_subjects(
    record: Record, subjects: Collection[str], day: int, second: int, scope: Scope = EVERYTHING
) -> list[Listed]:
    """All rows of those of these subjects whom the scope lets one see, at a moment, whatever their status."""
    with record.store.register.read() as register:
        seen = visible(register, subjects, scope, today())
        rows = _status(record, register, seen, day, second, STATUSES)
    return _shown(rows, record, scope, seen, day, second)


def _second(asked: Question, place: PlaceThen) -> int:
    return asked.second if asked.second is not None else place.last_second(asked.day)


def _status(
    record: Record, register: Connection, subjects: Collection[str], day: int, second: int, statuses: Collection[str]
) -> list[Row]:
    source, listed = each(register, subjects)
    moment = f"SELECT value AS subject, CAST(? AS BIGINT) AS t_day, CAST(? AS BIGINT) AS t_second FROM {source}"  # noqa: S608
    return register.rows(f"WITH asof AS ({moment}) {_listed(record.rules.meaning.status, statuses)}", [day, second, listed])


def _listed(status: str, statuses: Collection[str]) -> str:
    """Of the rows as they read at the moment, those of these statuses."""
    wanted = ", ".join(f"'{name}'" for name in STATUSES if name in statuses)
    return f"SELECT {', '.join(COLUMNS)} FROM ({status}) AS listed WHERE status IN ({wanted})"  # noqa: S608


def _worked_out(record: Record, asked: Question, scope: Scope) -> list[Listed]:
    """The list worked out from the answers on an engine of its own: as known on a day, or to compare engines."""
    from doorstep.pathways.status import compile_status  # these load what writes SQL: only when it is asked for
    from doorstep.record.asknown import work_out

    dialect = asked.engine or "sqlite"
    with open_engine(dialect) as engine:
        with record.store.register.read() as register:
            place = place_then(register, asked.place, asked.day)
            subjects = work_out(register, record.rules.pack, engine, place.id, asked.day, asked.known_on)
            seen = visible(register, subjects, scope, today())
        second = _second(asked, place)
        engine.load(
            "asof", (("subject", "text"), ("t_day", "bigint"), ("t_second", "bigint")),
            [(subject, asked.day, second) for subject in sorted(seen)],
        )  # fmt: skip
        rows = engine.query(_listed(compile_status(dialect).sql, asked.statuses))
    return _shown(rows, record, scope, seen, asked.day, second)


def rule_of(programmes: Iterable[Programme], pathway: str, step: str, rule: str) -> tuple[Programme, Step] | None:
    """The programme, and the variant of the step that this rule names."""
    for programme in programmes:
        found = programme.pathways.get(pathway)
        if found:
            named = [one for one in found.steps if one.name == step]
            exact = [one for one in named if one.rule == rule]
            return (programme, (exact or named)[0]) if named else None
    return None


def _shown(
    rows: Iterable[Row], record: Record, scope: Scope, seen: Mapping[str, frozenset[str]], day: int, second: int
) -> list[Listed]:
    """Only what the scope opens: a row's compartment covers every code that its rule reads, and its title would tell.

    A row that stayed open past its escalation is owned by whom it is passed on to as well.
    """
    programmes = list(record.rules.pack.programmes.values())
    rules: dict[tuple[str, str, str], tuple[Programme, Step] | None] = {}
    shown = []
    # Order: danger first, then what has been open longest, in days on either clock.
    for row in sorted(rows, key=lambda row: (
        row[URGENCY] != "danger", _day_of(row[DUE], row[CLOCK]), row[SUBJECT], row[PATHWAY], row[STEP_NAME], row[N]
    )):  # fmt: skip
        key = row[PATHWAY], row[STEP_NAME], row[RULE]
        if key not in rules:
            rules[key] = rule_of(programmes, *key)
        found = rules[key]
        if found is None or not scope.opens(seen[row[SUBJECT]], found[0], row[COMPARTMENT]):
            continue
        one = Listed(zip(COLUMNS, row, strict=True))
        one.update(_named(*found), owner=_owners(found[1], one, second if row[CLOCK] == "minute" else day))
        shown.append(one)
    return shown


def _named(programme: Programme, step: Step) -> dict[str, Any]:
    """What a row has from its rule."""
    return {"programme": programme.id, "form": step.form, "title": step.title}


def _owners(step: Step, row: Mapping[str, Any], moment: int) -> list[str]:
    """Roles that are to act: those of the rule, and from its escalation on also the one that is told."""
    owners, told = list(step.owner), step.escalate
    if told is None or told.to in owners or row["status"] not in NOT_DONE:
        return owners
    edge = row[told.at.base]
    return [*owners, told.to] if edge is not None and moment >= edge + told.at.by else owners


def _day_of(moment: int | None, clock: str) -> int:
    if moment is None:
        return 10**9
    return moment // 86_400 if clock == "minute" else moment


def written(moment: int | None, clock: str) -> str | None:
    """A day or a second as ISO 8601; None stays None."""
    if moment is None:
        return None
    if clock == "minute":
        return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")
    return (EPOCH + timedelta(days=moment)).isoformat()
