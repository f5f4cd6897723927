"""Reads pathway.yaml: tables, and pathways with their signs, values, ends and steps (docs/pathway-language.md, 4)."""

from __future__ import annotations

from itertools import pairwise

from doorstep.content import dates
from doorstep.content.context import Context
from doorstep.content.fields import ORIGIN, Fields
from doorstep.content.model import Pathway, Place, Step, Table
from doorstep.content.scope import Scope
from doorstep.content.steps import Around, read_ends, read_step
from doorstep.content.tables import read_table
from doorstep.content.tree import Clock
from doorstep.content.values import read_signs, read_values, with_shared
from doorstep.content.yamlpos import Node, Sequence

FILE = frozenset({"tables", "values", "pathways"})
PATHWAY = frozenset({"title", "episode", "compartment", "clock", "ends", "signs", "values", "words", "steps", *ORIGIN})


def read_pathways(node: Node | None, file: str, context: Context) -> tuple[dict[str, Table], dict[str, Pathway]]:
    """Everything in pathway.yaml that could be read; what could not is in the context's problems."""
    if node is None:
        return {}, {}
    fields = Fields(node, "pathway.yaml", FILE, Place(file, 1, 1), context.problems, context.shelf)
    fields.need("pathways", "pathways: at least one, by name")
    tables = {}
    for name, (place, written) in fields.children("tables").items():
        table = read_table(name, place, written, context)
        if table is not None:
            tables[name] = table
    shared = fields.map.get("values")
    pathways = {
        name: _pathway(name, place, with_shared(written, shared), tables, context)
        for name, (place, written) in fields.children("pathways").items()
    }
    return tables, pathways


def _pathway(name: str, place: Place, node: Node, tables: dict[str, Table], context: Context) -> Pathway:
    fields = Fields(node, f"pathway {name}", PATHWAY, place, context.problems, context.shelf)
    clock = Clock(fields.choice("clock", [clock.value for clock in Clock], Clock.DAY.value))
    fields.need("episode", "episode: a kind of episode of programme.yaml")
    episode = fields.choice("episode", context.episodes, "", code="episode-unknown", what="a kind of episode of programme.yaml")
    compartment = fields.choice(
        "compartment", context.compartments, "care", code="compartment-unknown", what="a compartment that some role opens"
    )
    origin = fields.origin(needed=False)
    outer = Scope(context.dictionary, {}, {}, clock, context.relations)
    signs = read_signs(fields, name, outer, context)
    scope = Scope(context.dictionary, signs, {}, clock, context.relations)
    values = read_values(fields, name, scope, origin, context)
    scope = Scope(context.dictionary, signs, {k: v.type for k, v in values.items()}, clock, context.relations)
    around = Around(name, compartment, clock, scope, origin, tables)
    fields.need("steps", "steps: at least one, by name")
    steps = [
        step
        for step_name, (at, written) in fields.children("steps").items()
        for step in _variants(step_name, at, written, around, context)
    ]
    ends = read_ends(fields, "", around, context)
    whys = [end.why for end in (*ends, *(end for step in steps for end in step.ends))]
    called = fields.inner("words", f"the words of {name}", [*signs, *values, *whys])
    return Pathway(
        name=name,
        title=fields.words("title", needed=True),
        episode=episode,
        compartment=compartment,
        clock=clock,
        ends=ends,
        signs=signs,
        values=values,
        steps=tuple(steps),
        place=place,
        words={key: called.words(key) for key in called.map},
    )


def _variants(name: str, place: Place, node: Node, around: Around, context: Context) -> list[Step]:
    """One step, or the variants of one step in the order of their dates."""
    if not isinstance(node, Sequence):
        return [read_step(name, place, node, around, context)]
    steps = [read_step(name, Place(item.file, item.line, item.column), item, around, context) for item in node.items]
    steps.sort(key=lambda step: step.origin.valid_from or 0)
    for earlier, later in pairwise(steps):
        start, end = later.origin.valid_from, earlier.origin.valid_to
        if start is None or (end is not None and end <= start):
            continue
        found = f"a variant of {name} from {dates.iso_day(start)} while the one before it still holds"
        expected = f"valid_to: {dates.iso_day(start)} (or earlier) in the one before"
        at = context.notes.edge(later, "valid_from")
        context.problems.add("variants-overlap", at.file, at.line, at.column, found, expected)
    return steps
