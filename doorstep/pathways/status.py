"""Reading a list at a moment: the one place where a day that is asked for meets the step rows.

Source: docs/pathway-language.md, 6.
"""

from __future__ import annotations

from sqlglot import exp

from doorstep.pathways.compiler import Compiled
from doorstep.pathways.engines import STEP
from doorstep.pathways.sql import (
    Sql,
    Statement,
    aliased,
    any_of,
    case,
    col,
    lit,
    name,
    not_null,
    op,
    select,
    when,
)

STATUSES = ("later", "due", "late", "missed", "done", "ended")
STEP_COLUMNS = tuple(column for column, _ in STEP)
COLUMNS = (*STEP_COLUMNS, "t_day", "t_second", "status")


def compile_status(dialect: str, step: str = "step", asof: str = "asof") -> Compiled:
    """The lists of the subjects and moments in table `asof` (subject, t_day, t_second), from the step rows in `step`.

    Columns: those of a step row as they read at that moment, t_day, t_second, status (one of STATUSES). Days for steps on a
    day clock, seconds for those on a minute clock. Needs no rule tables.
    """
    statement = Statement(dialect)
    moment = case((op("=", col("clock", "s"), "minute"), col("t_second", "a")), other=col("t_day", "a"))
    read = select(
        [*(name(col(column, "s"), column) for column in STEP_COLUMNS), *(name(col(c, "a"), c) for c in ("t_day", "t_second")),
         name(moment, "t")],
        aliased(asof, "a"),
    )
    read = read.join(aliased(step, "s"), on=op("=", col("subject", "s"), col("subject", "a")), copy=False)
    statement.add("read", read.where(op("<=", col("since", "s"), moment.copy()), copy=False))
    values = [name(_as_it_read(column), column) for column in STEP_COLUMNS]
    query = select([*values, *(name(col(c), c) for c in ("t_day", "t_second")), name(_status(), "status")], "read")
    return Compiled(statement.printed(query), {}, COLUMNS)


def _as_it_read(column: str) -> Sql:
    """What came after the moment is hidden."""
    if column in ("until", "until_why"):
        return when(op("<=", col("until"), col("t")), col(column))
    if column in ("done_on", "done_by"):
        return when(op("<=", col("done_on"), col("t")), col(column))
    return col(column)


def _status() -> exp.Case:
    now = col("t")
    return case(
        (op("<=", col("done_on"), now), lit("done")),
        (op("<=", col("until"), now.copy()), lit("ended")),
        (any_of(not_null(col("waits_for")), op("<", now.copy(), col("opens"))), lit("later")),
        (op(">", now.copy(), col("closes")), lit("missed")),
        (op(">", now.copy(), col("overdue")), lit("late")),
        other=lit("due"),
    )
