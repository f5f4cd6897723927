"""From a programme to one SELECT per dialect that returns its step rows.

Source: docs/pathway-language.md. The statement is built as a tree and printed once. Its shape, the same for every programme:
events of a group of steps -> states at moments -> every step judged at every moment -> stretches -> versions -> what was done
-> rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlglot import exp

from doorstep.content.model import Programme
from doorstep.pathways.chain import add_chains
from doorstep.pathways.done import add_events, add_outcomes
from doorstep.pathways.engines import STEP
from doorstep.pathways.judged import Judge
from doorstep.pathways.plan import Plan, make_plan
from doorstep.pathways.rows import add_flow, add_versions
from doorstep.pathways.sql import (
    Sql,
    Statement,
    aliased,
    all_of,
    any_of,
    case,
    cast,
    col,
    is_null,
    lit,
    name,
    no,
    not_null,
    null,
    op,
    select,
    union,
    when,
)
from doorstep.pathways.stream import Source
from doorstep.pathways.tables import Attributes, RuleTable, rule_tables, table_name


@dataclass(frozen=True)
class Compiled:
    """A SELECT, the rule tables that must be there when it runs (load them once for a programme), and its columns."""

    sql: str
    tables: Mapping[str, RuleTable]
    columns: tuple[str, ...]


def compile_steps(
    programme: Programme,
    dialect: str,
    *,
    pathways: Collection[str] | None = None,
    steps: Collection[str] | None = None,
    touched: str | None = None,
    fact: str = "fact",
    relation: str = "relation",
    projected: bool = True,
) -> Compiled:
    """The step rows of the chosen pathways and steps (None: all), of the subjects in table `touched` (None: everybody).

    `fact`, `relation`, `touched` are names of tables with the columns of `doorstep.pathways.engines`. Without `projected`,
    rows that wait for another are left out. Raises CannotCompile for a programme that the checker refuses.
    """
    plan = make_plan(programme, pathways, steps)
    statement = Statement(dialect)
    text = statement.printed(add_steps(statement, plan, Source(fact, relation, touched), projected))
    return Compiled(text, rule_tables(plan), tuple(column for column, _ in STEP))


def add_steps(statement: Statement, plan: Plan, source: Source, projected: bool) -> exp.Select:
    """Adds everything below the step rows; gives the SELECT that returns them."""
    dialect = statement.dialect
    if not plan.groups:
        return exp.Select(expressions=[name(null(kind), column) for column, kind in STEP]).where(no(), copy=False)
    judged, streams = [], {}
    for group in plan.groups:
        table, stream = Judge(plan, group, dialect).add(statement, source)
        judged.append(table)
        streams[group.gid] = stream
    if len(judged) > 1:
        union_of = union([select([exp.Star()], table) for table in judged])
        judged = [statement.add("judged", union_of, keep=True)]
    flow = add_flow(statement, judged[0])
    events = add_events(statement, plan, streams)
    versions = add_versions(statement, flow, plan)
    chains = add_chains(statement, plan, flow, projected)
    return _rows(plan, add_outcomes(statement, plan, versions, chains, events))


def _rows(plan: Plan, outcome: str) -> exp.Select:
    """The columns of a step row, under the rule of the day."""
    steps = Attributes(plan.chosen)
    query = select(_columns(plan, steps), aliased(outcome, "o"))
    if steps.joined:
        query = query.join(aliased(table_name(plan, "step"), "r"), on=op("=", col("sid", "r"), col("sid", "o")), copy=False)
    limits = []
    if not steps.none("valid_from"):
        limits.append(any_of(is_null(steps.of("valid_from")), op(">=", col("fcd", "o"), steps.of("valid_from"))))
    if not steps.none("valid_to"):
        limits.append(any_of(is_null(steps.of("valid_to")), op("<", col("fcd", "o"), steps.of("valid_to"))))
    return query.where(all_of(*limits), copy=False) if limits else query


def _columns(plan: Plan, steps: Attributes) -> list[Sql]:
    base = col("base", "o")

    def edge(column: str) -> Sql:
        return null() if steps.none(column) else op("+", base.copy(), steps.of(column))

    waits = op("||", op("||", steps.of("step"), ":"), cast(col("waits", "o"), "text"))
    whys = [(op("=", col("why", "o"), number), lit(why)) for number, why in enumerate(plan.reasons)]
    made: dict[str, Sql] = {
        "until_why": case(*whys),
        "opens": edge("opens_by"),
        "due": edge("due_by"),
        "overdue": edge("overdue_by"),
        "closes": edge("closes_by"),
        "waits_for": when(not_null(col("waits", "o")), waits),
    }
    kept = {"subject", "episode", "n", "since", "until", "done_on", "done_by"}
    return [
        name(made[column] if column in made else col(column, "o") if column in kept else steps.of(column), column)
        for column, _ in STEP
    ]
