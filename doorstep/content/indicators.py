"""Reads indicators.yaml: shares of episodes that the steps do not already say."""

from __future__ import annotations

from collections.abc import Mapping

from doorstep.content.context import Context
from doorstep.content.fields import ORIGIN, Fields
from doorstep.content.model import Indicator, Origin, Pathway, Place
from doorstep.content.scope import Scope
from doorstep.content.steps import Around, RuleReader
from doorstep.content.yamlpos import Node

KEYS = frozenset({"title", "pathway", "numerator", "denominator", *ORIGIN})


def read_indicators(node: Node | None, file: str, pathways: Mapping[str, Pathway], context: Context) -> tuple[Indicator, ...]:
    """Indicators by name, under `indicators`; the rules see the signs and values of their pathway."""
    keys = frozenset({"indicators", *ORIGIN})
    fields = Fields(node, "indicators.yaml", keys, Place(file, 1, 1), context.problems, context.shelf)
    origin = fields.origin(needed=False)
    return tuple(
        indicator
        for name, (place, written) in fields.children("indicators").items()
        if (indicator := _indicator(name, place, written, pathways, origin, context))
    )


def _indicator(
    name: str, place: Place, node: Node, pathways: Mapping[str, Pathway], inherited: Origin, context: Context
) -> Indicator | None:
    fields = Fields(node, f"indicator {name}", KEYS, place, context.problems, context.shelf)
    context.notes.indicators[name] = fields.key_place("numerator")
    title = fields.words("title", needed=True)
    origin = fields.origin(inherited)
    fields.need("pathway", "pathway: whose episodes are counted")
    chosen = fields.choice("pathway", pathways, "", code="pathway-unknown", what="a pathway")
    for key, meaning in (("numerator", "those that are counted"), ("denominator", "those that could be; true for all")):
        fields.need(key, f"{key}: {meaning}")
    if chosen not in pathways:
        return None
    pathway = pathways[chosen]
    types = {value.name: value.type for value in pathway.values.values()}
    scope = Scope(context.dictionary, pathway.signs, types, pathway.clock, context.relations)
    around = Around(pathway.name, pathway.compartment, pathway.clock, scope, origin, {})
    rules = RuleReader(fields, "", around, context)
    numerator = rules.condition("numerator", f"numerator of {name}")
    denominator = rules.condition("denominator", f"denominator of {name}")
    if numerator is None or denominator is None:
        return None
    return Indicator(name, title, pathway.name, numerator, denominator, origin)
