"""Rule tables: what the compiled SQL joins instead of repeating. They hold every step of a programme, chosen or not.

`step`: one row per variant. `chain`: the dates of every chain's series, as distances. `done`: which codes complete what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from doorstep.content import tree as t
from doorstep.pathways.emit import DAY_SECONDS
from doorstep.pathways.plan import CHAIN, Plan, Variant
from doorstep.pathways.sql import Sql, choose, col, lit, null

Cell = str | int | None


class RuleTable(NamedTuple):
    """(name, type) of the columns, with type text, bigint or double; and the rows."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def lookup(self) -> tuple[str, ...]:
        """The columns by which rows are looked up: wherever the table is kept, it should have this index."""
        names = tuple(name for name, _ in self.columns)
        return names[:4] if names[0] == "series" else names[:1]


def table_name(plan: Plan, what: str) -> str:
    """Rule tables of different programmes can stand side by side."""
    return f"rule_{what}_{plan.programme.id}"


COUNTS = {"window": 1, "since": 2, "after": 3, "episode": 4}
COLUMNS: dict[str, tuple[str, Callable[[Variant], Cell]]] = {
    "sid": ("bigint", lambda v: v.sid),
    "pathway": ("text", lambda v: v.pathway.name),
    "step": ("text", lambda v: v.step.name),
    "rule": ("text", lambda v: v.step.rule),
    "clock": ("text", lambda v: v.step.clock.value),
    "urgency": ("text", lambda v: v.step.urgency),
    "compartment": ("text", lambda v: v.step.compartment),
    "valid_from": ("bigint", lambda v: v.step.origin.valid_from),
    "valid_to": ("bigint", lambda v: v.step.origin.valid_to),
    "due_by": ("bigint", lambda v: 0 if v.kind == CHAIN else v.step.due.by),
    "opens_by": ("bigint", lambda v: v.edge(v.step.opens, 0)),
    "overdue_by": ("bigint", lambda v: v.edge(v.step.overdue, None)),
    "closes_by": ("bigint", lambda v: v.edge(v.step.closes, None)),
    "counts": ("bigint", lambda v: COUNTS[v.step.counts]),
}


@dataclass(frozen=True)
class Attributes:
    """What the steps of a query are: a literal where all agree, else a column of the joined rule table `r`."""

    variants: Sequence[Variant]

    def of(self, column: str) -> Sql:
        kind, read = COLUMNS[column]
        values = {read(variant) for variant in self.variants}
        if len(values) > 1:
            return col(column, "r")
        value = values.pop() if values else None
        return null(kind) if value is None else lit(value)

    def none(self, column: str) -> bool:
        """Whether no step has it."""
        return all(COLUMNS[column][1](variant) is None for variant in self.variants)

    @property
    def joined(self) -> bool:
        """Whether the rule table must be joined."""
        return len(self.variants) > 1

    def by_number(self, read: Callable[[Variant], Sql | None], other: Sql | None = None, key: Sql | None = None) -> Sql:
        """What each step has, chosen by the column `sid`; `other` where `read` gives None."""
        found = [(variant.sid, read(variant)) for variant in self.variants]
        options = [(sid, sql) for sid, sql in found if sql is not None]
        rest = other if len(options) < len(found) else None
        return choose(key if key is not None else col("sid"), options, rest)


def rule_tables(plan: Plan) -> dict[str, RuleTable]:
    """The three tables, by name."""
    step = RuleTable(
        tuple((name, kind) for name, (kind, _) in COLUMNS.items()),
        tuple(tuple(read(variant) for _, read in COLUMNS.values()) for variant in plan.every),
    )
    chain = RuleTable(
        tuple((name, "bigint") for name in ("series", "cls", "last", "k", "shift")),
        tuple(row for variant in plan.every if variant.step.chain for row in series_rows(plan, variant)),
    )
    done = RuleTable(
        (("code", "text"), ("sid", "bigint"), ("part", "bigint")),
        tuple((code, sid, part) for sid, part, code, _ in done_parts(plan.every)),
    )
    return {table_name(plan, what): rows for what, rows in (("step", step), ("chain", chain), ("done", done))}


def unit(variant: Variant) -> int:
    """A day in the clock's unit."""
    return 1 if variant.step.clock is t.Clock.DAY else DAY_SECONDS


def series_rows(plan: Plan, variant: Variant) -> list[tuple[Cell, ...]]:
    """(series, class, last, k, shift): for a table, the k-th contact after one in the week that begins `last` after the date,
    shifted from the date; for a regular chain the k-th following row, shifted from the due day."""
    chain = variant.step.chain
    assert chain is not None
    week = 7 * unit(variant)
    if chain.table is not None:
        rows = plan.programme.tables[chain.table].rows
        return [(variant.sid, row.cls, row.last * week, row.k, row.week * week) for row in rows]
    assert chain.every is not None
    following = 1 if chain.times is None else chain.times - 1
    return [(variant.sid, 0, 0, k, k * chain.every) for k in range(1, following + 1)]


def class_ranges(plan: Plan, variant: Variant) -> list[tuple[int, int, int]]:
    """(from, before, class) of the first contact's distance from the date, in the clock's unit."""
    assert variant.step.chain is not None
    assert variant.step.chain.table is not None
    classes = plan.programme.tables[variant.step.chain.table].classes
    week = 7 * unit(variant)
    ranges: list[tuple[int, int, int]] = []
    for number in sorted(classes):
        if ranges and ranges[-1][1] == number * week and ranges[-1][2] == classes[number]:
            ranges[-1] = (ranges[-1][0], (number + 1) * week, classes[number])
        else:
            ranges.append((number * week, (number + 1) * week, classes[number]))
    return ranges


def done_parts(variants: Sequence[Variant]) -> list[tuple[int, int, str, t.Filter]]:
    """(sid, part, code as in the stream, filter) for every filter that completes a step."""
    found: list[tuple[int, int, str, t.Filter]] = []
    for variant in variants:
        for f in variant.step.done.filters if variant.step.done else ():
            found.append((variant.sid, len(found) + 1, f"{f.relation}.{f.code}" if f.relation else f.code, f))
    return found
