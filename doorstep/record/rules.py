"""The pack in force as SQL: small rule tables in the register, and the statements of the fold, compiled once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from doorstep.content.model import Programme
from doorstep.pathways import fold
from doorstep.pathways.compiler import Compiled, compile_steps
from doorstep.pathways.engines import FACT, RELATION, STEP
from doorstep.record import attributes
from doorstep.record.database import TYPES, Connection
from doorstep.record.shelf import Pack

TOUCHED = "touched"
STEP_COLUMNS = tuple(name for name, _ in STEP)


def _names(columns: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f'"{name}"' for name, _ in columns)


@dataclass(frozen=True)
class Statement:
    """Fills `table` with the rows of a SELECT."""

    table: str
    columns: str
    select: str

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


class Rules:
    """What one pack means on one database. `install` must have run in the register that the statements are used in."""

    def __init__(self, pack: Pack, dialect: str) -> None:
        self.pack, self.dialect = pack, dialect

    def install(self, register: Connection) -> None:
        """Writes the rule tables of this pack in place of those before."""
        tables: dict[str, tuple[Any, list[Sequence[Any]]]] = {}

        def load(name: str, columns: Any, rows: Iterable[Sequence[Any]]) -> None:
            tables[name] = (columns, list(rows))

        fold.load_rule_tables(load, [fold.rule_tables(self.pack.dictionary, self.pack.episodes)])
        for compiled in self._compiled(TOUCHED):
            for name, table in compiled.tables.items():
                load(name, *table)
        for name, (columns, rows) in sorted(tables.items()):
            _replace(register, name, columns, rows)

    def _compiled(self, touched: str | None) -> list[Compiled]:
        # One statement for each pathway: all of a programme's in one are nested too deep for SQLite.
        return [
            compile_steps(programme, self.dialect, pathways=[pathway], touched=touched)
            for _, programme in sorted(self.pack.programmes.items())
            for pathway in programme.pathways
        ]

    def facts(self, touched: str | None) -> list[Statement]:
        """Facts, attributes and subjects."""
        return [
            Statement("fact", _names(FACT), fold.fact_sql(self.dialect, touched=touched, trees="corrected")),
            Statement("attribute", ", ".join(attributes.COLUMNS), attributes.heads_sql(touched)),
            Statement("subject", "subject, kind", attributes.kinds_sql(touched)),
        ]

    def steps(self, touched: str | None) -> list[Statement]:
        """Relations, homes and step rows: they read facts of others too, so facts come first."""
        return [
            Statement("relation", _names(RELATION), fold.relation_sql(self.dialect, touched=touched)),
            Statement("home", "subject, place, told_on, valid_from, valid_to", attributes.homes_sql(touched)),
            *(Statement("step", _names(STEP), compiled.sql) for compiled in self._compiled(touched)),
        ]

    @cached_property
    def of_touched(self) -> tuple[list[Statement], list[Statement]]:
        return self.facts(TOUCHED), self.steps(TOUCHED)

    @cached_property
    def of_all(self) -> tuple[list[Statement], list[Statement]]:
        return self.facts(None), self.steps(None)


def _replace(register: Connection, name: str, columns: Iterable[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> None:
    columns = list(columns)
    types = TYPES[register.dialect]
    register.run(f'DROP TABLE IF EXISTS "{name}"')
    register.run(f'CREATE TABLE "{name}" ({", ".join(f"{chr(34)}{c}{chr(34)} {types[kind]}" for c, kind in columns)})')
    if rows:
        register.insert(name, [column for column, _ in columns], rows)


def pathway_of(programmes: Iterable[Programme], pathway: str) -> Programme | None:
    """The programme that has this pathway."""
    return next((programme for programme in programmes if pathway in programme.pathways), None)
