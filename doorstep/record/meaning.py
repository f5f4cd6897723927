"""What a content pack means on one database, worked out: rule tables and every statement of the fold. Takes seconds; `rules`
keeps the result, so that only the first who asks after a release waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from doorstep.pathways import fold
from doorstep.pathways.compiler import Compiled, compile_steps
from doorstep.pathways.engines import FACT, RELATION, STEP
from doorstep.pathways.status import compile_status
from doorstep.record import attributes
from doorstep.record.figures import figures_sql
from doorstep.record.needs import Needs, needs_of
from doorstep.record.shelf import Pack
from doorstep.record.statement import Statement

TOUCHED = "touched"
Table = tuple[str, tuple[tuple[str, str], ...], list[tuple[Any, ...]]]
"""(name, columns with types, rows)."""


@dataclass(frozen=True)
class Meaning:
    """facts, steps: statements over those in table `touched`, and over everybody. status: of the table `asof`. figures: of a
    worker's month, by programme."""

    tables: list[Table]
    facts_touched: list[Statement]
    steps_touched: list[Statement]
    facts_all: list[Statement]
    steps_all: list[Statement]
    status: str
    figures: dict[str, str]


def work_out_meaning(pack: Pack, dialect: str) -> Meaning:
    """Compiles every pathway of the pack."""
    touched, everybody = compiled_steps(pack, dialect, TOUCHED), compiled_steps(pack, dialect, None)
    return Meaning(
        _tables(pack, touched), _facts(dialect, TOUCHED), _steps(dialect, TOUCHED, touched), _facts(dialect, None),
        _steps(dialect, None, everybody), compile_status(dialect).sql, _figures(pack, dialect),
    )  # fmt: skip


def compiled_steps(pack: Pack, dialect: str, touched: str | None) -> list[tuple[Needs, Compiled]]:
    """One statement for each pathway, and what it needs: all of a programme's in one are nested too deep for SQLite."""
    return [
        (needs_of(programme.pathways[pathway]), compile_steps(programme, dialect, pathways=[pathway], touched=touched))
        for _, programme in sorted(pack.programmes.items())
        for pathway in programme.pathways
    ]


def _figures(pack: Pack, dialect: str) -> dict[str, str]:
    found = {name: figures_sql(programme, dialect) for name, programme in sorted(pack.programmes.items())}
    return {name: sql for name, sql in found.items() if sql}


def _tables(pack: Pack, compiled: Iterable[tuple[Needs, Compiled]]) -> list[Table]:
    tables: dict[str, Table] = {}

    def load(name: str, columns: Any, rows: Iterable[Sequence[Any]]) -> None:
        tables[name] = (name, tuple(columns), [tuple(row) for row in rows])

    fold.load_rule_tables(load, [fold.rule_tables(pack.dictionary, pack.episodes)])
    for _, one in compiled:
        for name, table in one.tables.items():
            load(name, *table)
    return [tables[name] for name in sorted(tables)]


def _names(columns: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f'"{name}"' for name, _ in columns)


def _facts(dialect: str, touched: str | None) -> list[Statement]:
    """Facts, attributes and subjects."""
    return [
        Statement("fact", _names(FACT), fold.fact_sql(dialect, touched=touched, trees="corrected")),
        Statement("attribute", ", ".join(attributes.COLUMNS), attributes.heads_sql(touched)),
        Statement("subject", "subject, kind", attributes.kinds_sql(touched)),
    ]


def _steps(dialect: str, touched: str | None, compiled: Iterable[tuple[Needs, Compiled]]) -> list[Statement]:
    """Relations, homes and step rows: they read facts of others too, so facts come first."""
    return [
        Statement("relation", _names(RELATION), fold.relation_sql(dialect, touched=touched)),
        Statement("home", "subject, place, told_on, valid_from, valid_to", attributes.homes_sql(touched)),
        *(Statement("step", _names(STEP), one.sql, needs) for needs, one in compiled),
    ]
