"""The pack in force as SQL: small rule tables in the register, and the statements of the fold, worked out once and kept."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doorstep.content.whole import write_whole
from doorstep.record.database import TYPES, Connection
from doorstep.record.fingerprint import code_version
from doorstep.record.schema import exists
from doorstep.record.shelf import Pack
from doorstep.record.statement import Statement

if TYPE_CHECKING:
    from doorstep.record.meaning import Meaning

WRITTEN_BY = ("content", "pathways", "record")
"""Folders of the code that decides what a pack means: what another version of it worked out is worked out anew."""


class Rules:
    """What one pack means on one database. `install` must have run in the register that the statements are used in.

    folder: where what was worked out is kept between processes; None: nowhere.
    """

    def __init__(self, pack: Pack, dialect: str, folder: Path | None = None) -> None:
        self.pack, self.dialect, self.folder = pack, dialect, folder

    @cached_property
    def meaning(self) -> Meaning:
        """Rule tables and statements."""
        kept = self.folder / f"{self.pack.rules}-{self.dialect}-{code_version(*WRITTEN_BY)}.sql" if self.folder else None
        if kept is not None and kept.exists():
            try:
                found: Meaning = pickle.loads(kept.read_bytes())  # noqa: S301 - our own file, beside the log
                return found
            except Exception:  # half written, or not ours: it is worked out anew
                kept.unlink(missing_ok=True)
        from doorstep.record.meaning import work_out_meaning

        meaning = work_out_meaning(self.pack, self.dialect)
        if kept is not None:
            keep(kept, meaning)
        return meaning

    def install(self, register: Connection) -> None:
        """Writes the rule tables of this pack in place of those before."""
        for name, columns, rows in self.meaning.tables:
            _replace(register, name, columns, rows)

    @property
    def of_touched(self) -> tuple[list[Statement], list[Statement]]:
        """Facts and what belongs to them; then steps and what belongs to them."""
        return self.meaning.facts_touched, self.meaning.steps_touched

    @property
    def of_all(self) -> tuple[list[Statement], list[Statement]]:
        return self.meaning.facts_all, self.meaning.steps_all


def keep(path: Path, what: Any) -> None:
    """Writes a file for later processes."""
    write_whole(path, pickle.dumps(what, protocol=pickle.HIGHEST_PROTOCOL))


def _replace(register: Connection, name: str, columns: Iterable[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> None:
    columns = list(columns)
    types = TYPES[register.dialect]
    if exists(register, name):  # in this register: beside a replay, the name would else mean the real one's table
        register.run(f'DROP TABLE "{name}"')
    register.run(f'CREATE TABLE "{name}" ({", ".join(f"{chr(34)}{c}{chr(34)} {types[kind]}" for c, kind in columns)})')
    if rows:
        register.insert(name, [column for column, _ in columns], rows)
