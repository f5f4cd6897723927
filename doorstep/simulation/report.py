"""What a worker tells of one visit or event, before it is written into a form; and the clock of the place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.simulation.villages import Worker

Values = dict[str, Any]
"""Answers by the name of the question."""
EPOCH = date(1970, 1, 1)


@dataclass
class Report:
    """One thing told: by whom, of whom, where, in which form. at: when it is written down, true seconds UTC.

    rows: answers of each row of the form's repeat. base: attribute -> id of the submission whose value was seen.
    """

    id: str
    form: str
    subject: str
    worker: Worker
    place: str
    zone: ZoneInfo
    at: int
    values: Values = field(default_factory=dict)
    rows: list[Values] = field(default_factory=list)
    base: Mapping[str, str] = field(default_factory=dict)
    kind: str = "data"
    replaces: str = ""
    other: str = ""
    """Of a merge: the second record."""


def moment(day: int, minute: int, zone: ZoneInfo) -> int:
    """Seconds UTC of a minute of a civil day (day number) at a place."""
    local = datetime.combine(EPOCH + timedelta(days=day), time(minute // 60, minute % 60), zone)
    return int(local.timestamp())


def day_of(at: int, zone: ZoneInfo) -> int:
    """Civil day (day number) at a place."""
    return (datetime.fromtimestamp(at, zone).date() - EPOCH).days


def iso(day: int) -> str:
    """2026-03-30 of a day number."""
    return (EPOCH + timedelta(days=day)).isoformat()


def iso_time(at: int, zone: ZoneInfo) -> str:
    """2026-03-30T08:15:00+07:00 of seconds UTC."""
    return datetime.fromtimestamp(at, zone).isoformat()


def iso_minute(at: int, zone: ZoneInfo) -> str:
    """2026-03-30T08:15+07:00: as exactly as people tell a time."""
    return datetime.fromtimestamp(at, zone).isoformat(timespec="minutes")


def iso_utc(at: int) -> str:
    """2026-03-30T01:15:00Z of seconds UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
