"""A cursor: how far a phone is. When anything but the number and the day differs, what it holds is taken anew."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from doorstep.record import changes
from doorstep.record.database import Connection
from doorstep.record.lists import today
from doorstep.record.record import Record
from doorstep.sync.holding import Holding

MARK = "."


@dataclass(frozen=True)
class Cursor:
    """generation: of the log, and of the register; n: the last change number; day: up to which moves that were told ahead
    are known; scope, pack: hashes."""

    generation: str
    register: str
    n: int
    day: int
    scope: str
    pack: str

    @classmethod
    def now(cls, record: Record, register: Connection, holding: Holding, pack: str) -> Cursor:
        """At the end of everything that this snapshot of the register knows."""
        day = today()
        return cls(
            record.store.generation, changes.generation(register), changes.last_change(register), day,
            holding.hash(register, day), pack,
        )  # fmt: skip

    @classmethod
    def read(cls, text: object) -> Cursor | None:
        """What `str` wrote; None of anything else."""
        parts = text.split(MARK) if isinstance(text, str) else []
        if len(parts) != 6 or not (parts[2].isdecimal() and parts[3].isdecimal()):
            return None
        return cls(parts[0], parts[1], int(parts[2][:18]), int(parts[3][:9]), parts[4], parts[5])

    def __str__(self) -> str:
        return MARK.join(map(str, astuple(self)))

    def follows(self, earlier: Cursor) -> bool:
        """Whether one gets here from there by changes alone."""
        alike = all(getattr(self, name) == getattr(earlier, name) for name in ("generation", "register", "scope", "pack"))
        return alike and earlier.n <= self.n and earlier.day <= self.day
