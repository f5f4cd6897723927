"""A visit schedule, unrolled at compile time into rows that an engine only has to join.

Source: docs/pathway-language.md, 4 (`tables`); the numbers are the programme's. Weeks are completed weeks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doorstep.content.model import Origin, Table, TableRow

LAST_WEEK = 44
"""Weeks 0 to 44 can be a first contact or the last one before; a pregnancy is closed after that."""


def unroll(name: str, spec: Mapping[str, Any], origin: Origin) -> Table:
    """Every row of the schedule, for each class of first contact and each completed week of the last contact.

    `spec` is checked already: `add` is [{before: week, weeks: n}, ..., {weeks: n}] in order, the last without `before`;
    `classes` is [{first: [week, week], from: week, weeks: n}], what holds instead from that week on for those whose
    first contact came in these weeks (one week alone: in it or later; no `from`: always); `cap` is the last week that a
    contact is put into.
    """
    extra = list(spec.get("classes") or [])
    classes = {week: _class_of(week, extra) for week in range(LAST_WEEK + 1)}
    rows = []
    for number in range(len(extra) + 1):
        rule = extra[number - 1] if number else None
        for last in range(LAST_WEEK + 1):
            week, k = _next(last, spec, rule), 1
            while week is not None:
                rows.append(TableRow(number, last, k, week))
                week, k = _next(week, spec, rule), k + 1
    return Table(name, classes, tuple(rows), origin)


def _class_of(first: int, classes: list[Mapping[str, Any]]) -> int:
    """0 is the ordinary class; the others count from 1 in the order written."""
    for number, rule in enumerate(classes, start=1):
        low, *high = rule["first"]
        if low <= first and all(first <= week for week in high):
            return number
    return 0


def _next(last: int, spec: Mapping[str, Any], rule: Mapping[str, Any] | None) -> int | None:
    """Week of the contact after one in week `last`; None when the list is finished."""
    cap = int(spec["cap"])
    if last >= cap:
        return None
    if rule is not None and last >= rule.get("from", 0):
        return min(last + int(rule["weeks"]), cap)
    step = next(entry for entry in spec["add"] if "before" not in entry or last < entry["before"])
    return min(last + int(step["weeks"]), cap)
