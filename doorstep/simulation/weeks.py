"""The days on which antenatal contacts fall due by the programme's own schedule: what the worker's list showed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from doorstep.content.model import Programme, Table


@dataclass(frozen=True)
class Schedule:
    """step: `pathway.step`; first: days from the LMP to the first contact; otherwise: days between two when she knows no date."""

    step: str
    first: int
    otherwise: int
    weeks: Mapping[tuple[int, int], int]
    """(class of the first contact, completed week of the last) to the week of the next."""
    classes: Mapping[int, int]

    @classmethod
    def of(cls, programme: Programme) -> Schedule:
        """The schedule of the programme's first step that follows a table. LookupError when none does."""
        for pathway in programme.pathways.values():
            for step in pathway.steps:
                if step.chain and step.chain.table:
                    table = programme.tables[step.chain.table]
                    name = f"{pathway.name}.{step.name}"
                    return cls(name, step.chain.first, step.chain.otherwise or 28, _weeks(table), table.classes)
        raise LookupError(f"the programme {programme.id} has no step that follows a table of weeks")

    def next_due(self, dated_by: int | None, contacts: list[int]) -> int | None:
        """Day on which the next contact is due after those that took place (days); None when the list is finished."""
        if dated_by is None:
            return contacts[-1] + self.otherwise if contacts else None
        if not contacts:
            return dated_by + self.first
        first, last = (min(max(0, (day - dated_by) // 7), 44) for day in (contacts[0], contacts[-1]))
        week = self.weeks.get((self.classes[first], last))
        return None if week is None else dated_by + 7 * week


def _weeks(table: Table) -> dict[tuple[int, int], int]:
    return {(row.cls, row.last): row.week for row in table.rows if row.k == 1}
