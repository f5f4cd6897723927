"""The weeks of a schedule for one woman: what took place, and what is still to come if each contact keeps its week.

Reads the unrolled table alone; a test holds it against the due list of every engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from doorstep.content.model import Programme, Step, Table, TableRow

EARLIEST, LATEST = 3, 42
"""Completed weeks at which a contact can be told of; outside them the dating or the typing is wrong."""


class ScheduleError(ValueError):
    """The contacts asked for cannot be; the message says which and what is possible."""


@dataclass(frozen=True)
class Schedule:
    """`contacts` in completed weeks, those that took place first; `refer_for_delivery` null without such a step."""

    contacts: tuple[int, ...]
    refer_for_delivery: int | None


def schedule(programme: Programme, contacts: Sequence[int] = ()) -> Schedule:
    """The whole list of contacts when those given really took place. Raises ScheduleError for what cannot be."""
    step, table = _chain(programme)
    _check(contacts)
    chain = step.chain
    assert chain is not None
    if contacts:
        cls = table.classes[contacts[0]]
        to_come = [row.week for row in _after(table, cls, contacts[-1])]
    else:
        first = chain.first // 7
        to_come = [first, *(row.week for row in _after(table, table.classes[first], first))]
    return Schedule((*contacts, *to_come), _refer(programme))


def _after(table: Table, cls: int, last: int) -> list[TableRow]:
    rows = [row for row in table.rows if row.cls == cls and row.last == last]
    return sorted(rows, key=lambda row: row.k)


def _check(contacts: Sequence[int]) -> None:
    for week in contacts:
        if not EARLIEST <= week <= LATEST:
            raise ScheduleError(
                f"week {week} is outside {EARLIEST} to {LATEST}: a contact cannot be placed there; check the week or the dating"
            )
    for earlier, later in pairwise(contacts):
        if later <= earlier:
            raise ScheduleError(f"week {later} comes after week {earlier} in the list; give the weeks in order, each once")


def _chain(programme: Programme) -> tuple[Step, Table]:
    """The programme's step that follows a table, in its newest variant."""
    steps = [
        step for pathway in programme.pathways.values() for step in pathway.steps if step.chain and step.chain.table
    ]
    if not steps:
        raise ScheduleError(f"programme {programme.id} has no step that follows a schedule table")
    newest = max(steps, key=lambda step: step.origin.valid_from or 0)
    assert newest.chain is not None
    assert newest.chain.table is not None
    return newest, programme.tables[newest.chain.table]


def _refer(programme: Programme) -> int | None:
    """Completed week at which the step `refer_for_delivery` is due."""
    for pathway in programme.pathways.values():
        for step in pathway.steps:
            if step.name == "refer_for_delivery":
                return step.due.by // 7
    return None
