"""A statement of the fold: a long query whose rows go into a table, run again and again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from doorstep.record.database import Connection
from doorstep.record.needs import Needs


@dataclass(frozen=True)
class Statement:
    """Fills `table` with the rows of a SELECT."""

    table: str
    columns: str
    select: str
    needs: Needs | None = None
    """What must be there for it to give a row at all; None: nothing."""

    def run(self, register: Connection) -> None:
        """Adds the rows."""
        register.fill(self.name, self.into, self.select)

    @cached_property
    def name(self) -> str:
        """The same for the same query."""
        return f"fill_{hashlib.sha256(f'{self.into} {self.select}'.encode()).hexdigest()[:24]}"

    @cached_property
    def into(self) -> str:
        return f"{self.table} ({self.columns})"
