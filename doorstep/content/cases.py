"""Reads cases/*.yaml: worked cases, each a story of events and the rows that must come of it.

Days become day numbers and date-times UTC seconds (in the case's zone when they name none); answers stay as written.
Whether forms, codes, steps and columns exist is check_cases.py's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from doorstep.content.fields import Fields, kind_of, place_of
from doorstep.content.model import Case, Place
from doorstep.content.problems import Problems, one_of, quoted
from doorstep.content.spans import NotThis, day_number, utc_seconds
from doorstep.content.yamlpos import Mapping as Map
from doorstep.content.yamlpos import Node, Scalar, plain

KEYS = frozenset({"title", "zone", "subject", "events", "expect", "note"})
EVENT = frozenset(
    {
        "day", "at", "id", "form", "answers", "corrects", "received", "code", "value", "num", "txt", "how", "subject",
        "episode", "row", "place", "day_last",
    }
)  # fmt: skip
MOMENTS = ("since", "until", "opens", "due", "overdue", "closes", "done", "escalates")
COLUMNS = frozenset({"n", "episode", "until_why", "rule", "urgency", "status", *MOMENTS})
STATUSES = ("later", "due", "late", "missed", "done", "ended")
DEFAULT_ZONE = "+07:00"
DEFAULT_SUBJECT = "mother"
_ZONE = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]")


@dataclass
class CaseNotes:
    """Where the parts of a case stand: `events` in order; `expect` by key; `cells` by (key, row, column)."""

    events: list[Map] = field(default_factory=list)
    expect: dict[str, Place] = field(default_factory=dict)
    cells: dict[tuple[str, int, str], Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """A case, and where its parts stand."""

    case: Case
    notes: CaseNotes


def read_cases(node: Node | None, file: str, problems: Problems) -> list[Written]:
    """The cases of one file: a list of them, or one."""
    if node is None:
        return []
    items = (node,) if isinstance(node, Map) else getattr(node, "items", ())
    if not items:
        problems.add("value-wrong", file, 1, 1, kind_of(node), "a list of cases, each with title, events and expect")
    return [_case(item, problems) for item in items]


def _case(node: Node, problems: Problems) -> Written:
    fields = Fields(node, "a case", KEYS, place_of(node), problems)
    title = fields.text("title", needed="title: a sentence that a midwife can check")
    zone = fields.text("zone", DEFAULT_ZONE)
    if not _ZONE.fullmatch(zone):
        fields.wrong(fields.map["zone"], quoted(zone), "an offset such as '+07:00'")
        zone = DEFAULT_ZONE
    fields.need("events", "events: what was reported, in the order in which it came")
    fields.need("expect", "expect: every row of the steps that it is about")
    notes = CaseNotes()
    events = tuple(_event(item, zone, notes, problems) for item in fields.sequence("events"))
    expect = _expect(fields, zone, notes)
    subject = fields.text("subject", DEFAULT_SUBJECT)
    return Written(Case(title, events, expect, subject, fields.place, {"zone": zone}), notes)


def _event(node: Node, zone: str, notes: CaseNotes, problems: Problems) -> Mapping[str, Any]:
    fields = Fields(node, "an event", EVENT, place_of(node), problems)
    if isinstance(node, Map):
        notes.events.append(node)
    if ("day" in fields) is ("at" in fields):
        found = "both day and at" if "at" in fields else "neither day nor at"
        fields.add("case-event", node, found, "day: a date, or at: a date-time")
    if ("form" in fields) is ("code" in fields):
        found = "both form and code" if "code" in fields else "neither form nor code"
        fields.add("case-event", node, found, "form: with answers, or code: with value")
    event: dict[str, Any] = {key: plain(value) for key, value in fields.map.items()}
    for key in ("day", "received", "day_last"):
        if key in fields:
            event[key] = fields.date(key)
    if "at" in fields:
        event["at"] = fields.parsed("at", lambda text: utc_seconds(_zoned(text, zone)))
    return event


def _expect(fields: Fields, zone: str, notes: CaseNotes) -> dict[str, tuple[Mapping[str, Any], ...]]:
    expect = {}
    for key, (place, node) in fields.children("expect").items():
        notes.expect[key] = place
        rows = Fields(None, "expect", frozenset(), place, fields.problems)
        rows.map = {key: node}
        expect[key] = tuple(
            _row(key, number, item, zone, notes, fields.problems) for number, item in enumerate(rows.sequence(key))
        )
    return expect


def _row(key: str, number: int, node: Node, zone: str, notes: CaseNotes, problems: Problems) -> Mapping[str, Any]:
    fields = Fields(node, "an expected row", COLUMNS, place_of(node), problems)
    row: dict[str, Any] = {}
    for column, value in fields.map.items():
        if column == "status":
            row[column] = _statuses(fields)
        elif not isinstance(value, Scalar):
            fields.wrong(value, kind_of(value), f"one value for {column}")
        elif column in MOMENTS and value.value is not None:
            row[column] = fields.parsed(column, _moment(zone))
        else:
            row[column] = value.value
        if isinstance(value, Scalar):
            notes.cells[key, number, column] = value
    return row


def _statuses(fields: Fields) -> dict[str, str]:
    """Date -> status as read in a list on that day."""
    found = {}
    for day, (place, node) in fields.children("status").items():
        status = node.text if isinstance(node, Scalar) else ""
        try:
            day_number(day)
        except NotThis as error:
            fields.add("value-wrong", place, error.found, error.expected)
            continue
        if status not in STATUSES:
            fields.add("value-wrong", node, quoted(status), one_of(status, STATUSES, "a status"))
            continue
        found[day] = status
    return found


def _moment(zone: str) -> Callable[[str], int]:
    return lambda text: day_number(text) if len(text) == 10 else utc_seconds(_zoned(text, zone))


def _zoned(text: str, zone: str) -> str:
    """A date-time that names no offset is meant in the case's zone."""
    has_offset = text.endswith(("Z", "z")) or re.search(r"[+-]\d\d:?\d\d$", text)
    return text if has_offset else text + zone
