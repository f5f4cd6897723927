"""Worked cases as tables: each case told in full, and again up to every day on which something happened.

A world is one telling of one case; its people are named `case.day/who`, so that one query answers all worlds of all cases
at once (the only affordable way on Spark, where each query costs seconds).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from doorstep.content.flatten import AnswerRow, flatten
from doorstep.content.model import Case, Programme

EPOCH = date(1970, 1, 1)
TAIL = 30
"""Days swept after the last date that a case knows."""


class CaseError(ValueError):
    """A case that cannot be played: an unknown form, an answer that does not fit."""


@dataclass(frozen=True)
class Told:
    """One event of a case as a submission (row of `engines.SUB`) and its answers."""

    sub: tuple[str, str, str, str, str | None, int]
    answers: tuple[AnswerRow, ...]


@dataclass
class Worlds:
    """Rows for `engines.ANSWER` and `engines.SUB`, and which days each world is asked about."""

    answers: list[tuple[Any, ...]] = field(default_factory=list)
    subs: list[tuple[Any, ...]] = field(default_factory=list)
    asof: list[tuple[str, int, int]] = field(default_factory=list)
    """(subject, day, last second of that day): the days on which a world's list is read."""
    names: set[str] = field(default_factory=set)


def day_of(value: Any) -> int:
    """A day number from a day number, a date or an ISO date."""
    if isinstance(value, int):
        return value
    if isinstance(value, date):
        return (value - EPOCH).days
    return (date.fromisoformat(str(value)[:10]) - EPOCH).days


def zone_of(case: Case) -> timezone:
    """The case's offset from UTC, +07:00 when it names none."""
    text = str(case.options.get("zone", "+07:00"))
    sign = -1 if text.startswith("-") else 1
    hours, minutes = text.lstrip("+-").split(":")
    return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes)))


def second_of(value: Any, zone: timezone) -> int:
    """UTC seconds from seconds, a date-time or an ISO date-time (in the zone when it names none)."""
    if isinstance(value, int):
        return value
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def end_of_day(day: int, zone: timezone) -> int:
    """The last second of a civil day."""
    midnight = datetime.combine(EPOCH + timedelta(days=day + 1), datetime.min.time(), zone)
    return int(midnight.astimezone(UTC).timestamp()) - 1


def tell(case: Case, programme: Programme) -> list[Told]:
    """Every event of the case as it would arrive."""
    zone = zone_of(case)
    ids = {str(event["id"]): f"s{i}" for i, event in enumerate(case.events) if "id" in event}
    told = []
    for i, event in enumerate(case.events):
        who = str(event.get("subject", case.subject))
        corrects = event.get("corrects")
        if corrects is not None and str(corrects) not in ids:
            raise CaseError(f"{case.title}: event {i + 1} corrects '{corrects}', which no event is called")
        form = str(event.get("form") or f"fact:{event.get('code')}")
        answers = _form(case, programme, i, event, zone) if "form" in event else [_bare(programme, i, event, who, zone)]
        kind = "correction" if corrects is not None else "data"
        told.append(Told((f"s{i}", kind, form, who, ids.get(str(corrects)), i), tuple(answers)))
    return told


def _form(case: Case, programme: Programme, i: int, event: Mapping[str, Any], zone: timezone) -> list[AnswerRow]:
    form = programme.forms.get(str(event["form"]))
    if form is None:
        raise CaseError(f"{case.title}: event {i + 1} uses form '{event['form']}', which the programme does not have")
    made = (
        datetime.fromtimestamp(second_of(event["at"], zone), zone).isoformat()
        if "at" in event
        else (EPOCH + timedelta(days=day_of(event["day"]))).isoformat()
    )
    flat = flatten(form, programme.dictionary, {
        "id": f"s{i}", "kind": "data", "form": form.id, "subject": str(event.get("subject", case.subject)),
        "author": "case", "place": str(event.get("place", "KH-16")), "made_at": made, "zone": str(zone)[3:],
        "answers": event.get("answers") or {},
    })
    if flat.problems:
        raise CaseError(f"{case.title}: event {i + 1}: {'; '.join(flat.problems)}")
    return list(flat.answers)


def _bare(programme: Programme, i: int, event: Mapping[str, Any], who: str, zone: timezone) -> AnswerRow:
    """A fact told without a form."""
    code = programme.dictionary[str(event["code"])]
    at = second_of(event["at"], zone) if "at" in event else None
    day = (datetime.fromtimestamp(at, zone).date() - EPOCH).days if at is not None else day_of(event["day"])
    value = event.get("value", event.get("num", event.get("txt")))
    num: float | None = None
    txt: str | None = None
    if code.kind == "date":
        num = float(day_of(value))
    elif code.kind == "time":
        num = float(second_of(value, zone))
    elif code.kind in ("number", "integer"):
        num = float(value) if value is not None else None
    else:
        txt = {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    ts = at if at is not None else end_of_day(day, zone)
    return AnswerRow(
        f"s{i}", who, code.code, day, day_of(event.get("day_last", day)), at, ts, "minute" if at is not None else "day",
        num, txt, str(event.get("how", "told")), str(event.get("row", "")),
    )


def build(cases: Sequence[Case], programme: Programme, sweep: bool = True) -> Worlds:
    """All worlds of all cases. Without `sweep`, only each case told in full, and nothing is asked."""
    worlds = Worlds()
    for index, case in enumerate(cases):
        told = tell(case, programme)
        days = sorted({answer.day for one in told for answer in one.answers})
        _add(worlds, f"{index}", told, None, programme)
        if not sweep or not days:
            continue
        zone = zone_of(case)
        people = {one.sub[3] for one in told} | {answer.subject for one in told for answer in one.answers}
        last = max(days[-1], *_dates(case), days[-1]) + TAIL
        for k, start in enumerate(days):
            _add(worlds, f"{index}.{start}", told, start, programme)
            stop = days[k + 1] if k + 1 < len(days) else last + 1
            for day in range(start, stop):
                second = end_of_day(day, zone)
                for who in people:
                    worlds.asof.append((f"{index}/{who}", day, second))
                    worlds.asof.append((f"{index}.{start}/{who}", day, second))
    return worlds


def _add(worlds: Worlds, world: str, told: Iterable[Told], upto: int | None, programme: Programme) -> None:
    """One world; `upto` keeps the answers dated by that day."""
    worlds.names.add(world)
    relations = {code.code for code in programme.dictionary.values() if code.kind == "subject"}
    for one in told:
        submission, kind, form, who, replaces, stamp = one.sub
        worlds.subs.append((
            f"{world}/{submission}", kind, form, f"{world}/{who}", f"{world}/{replaces}" if replaces else None, stamp,
        ))
        for a in one.answers:
            if upto is None or a.day <= upto:
                txt = f"{world}/{a.txt}" if a.code in relations and a.txt else a.txt
                worlds.answers.append((
                    f"{world}/{a.submission}", f"{world}/{a.subject}", a.code, a.day, a.day_last, a.at, a.ts,
                    a.precision, a.num, txt, a.how, a.row,
                ))


def _dates(case: Case) -> list[int]:
    """Every day that the expectation names."""
    zone = zone_of(case)
    found = [0]
    for rows in case.expect.values():
        for row in rows:
            for column, value in row.items():
                if column in ("since", "until", "opens", "due", "overdue", "closes", "done") and value is not None:
                    found.append(_as_day(value, zone))
    return found


def _as_day(value: Any, zone: timezone) -> int:
    """A day from a day number, a date, or a date-time as seconds or text."""
    if isinstance(value, int) and value > 1_000_000:
        return (datetime.fromtimestamp(value, zone).date() - EPOCH).days
    return day_of(value)
