"""Reads the named values and the signs of a pathway: values in the order in which they depend on each other."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter

from doorstep.content.context import Context, Rule
from doorstep.content.fields import ORIGIN, Fields
from doorstep.content.functions import FUNCTIONS
from doorstep.content.language import parse, parse_stream, parse_typed
from doorstep.content.model import Origin, Place, Value
from doorstep.content.problems import quoted
from doorstep.content.scope import RESERVED, Scope
from doorstep.content.terms import NAMES
from doorstep.content.tree import And, Branch, Case, Expr, Filter, Known, Stream, Type
from doorstep.content.yamlpos import Mapping, Node, Scalar, Sequence

BRANCH = frozenset({"value", "when", *ORIGIN})
_TEXTS = re.compile(r"'[^'\n]*'")
_NAME = re.compile(r"(?<![A-Za-z0-9_.])[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_])(?!\s*[(.])")
_PLAIN = re.compile(r"[a-z][a-z0-9_]*")


def name_free(name: str, place: Place, what: str, context: Context, taken: set[str]) -> bool:
    """Whether a sign or value may be called so; a problem when not."""
    problems = context.problems
    where = (place.file, place.line, place.column)
    if not _PLAIN.fullmatch(name):
        problems.add("name-clash", *where, f"{what} {quoted(name)}", "small letters, digits and _, beginning with a letter")
        return False
    if name in context.dictionary or name in taken or name in RESERVED or name in FUNCTIONS:
        clash = "a code of the dictionary" if name in context.dictionary else "a word of the language"
        clash = "a sign" if name in taken else clash
        problems.add("name-clash", *where, f"{what} {quoted(name)}, which is {clash} too", "a name of its own")
        return False
    return True


def with_shared(pathway: Node, shared: Node | None) -> Node:
    """The pathway with those of the file's shared values beside its own that its rules name, directly or through others.

    A value of its own comes before a shared one of the same name.
    """
    if not isinstance(pathway, Mapping) or not isinstance(shared, Mapping):
        return pathway
    own = pathway.get("values")
    entries, keys = (dict(own.entries), dict(own.keys)) if isinstance(own, Mapping) else ({}, {})
    wanted = [name for name in _words(pathway) if name in shared.entries]
    while wanted:
        name = wanted.pop()
        if name not in entries:
            entries[name], keys[name] = shared.entries[name], shared.keys[name]
            wanted += [other for other in _words(shared.entries[name]) if other in shared.entries]
    if not entries:
        return pathway
    merged = Mapping(shared.file, shared.line, shared.column, entries, keys)
    key = pathway.keys.get("values", Scalar(shared.file, shared.line, shared.column, "values", "values"))
    below, names = {**pathway.entries, "values": merged}, {**pathway.keys, "values": key}
    return Mapping(pathway.file, pathway.line, pathway.column, below, names)


def _words(node: Node) -> set[str]:
    """Every word in the texts below a node."""
    if isinstance(node, Scalar):
        return set(_NAME.findall(_TEXTS.sub("", node.text)))
    below = node.items if isinstance(node, Sequence) else tuple(node.entries.values())
    return set().union(*(_words(item) for item in below)) if below else set()


def read_signs(fields: Fields, pathway: str, scope: Scope, context: Context) -> dict[str, Stream]:
    """Signs by name. A sign may build on those above it."""
    signs: dict[str, Stream] = {}
    for name, (place, node) in fields.children("signs").items():
        if not name_free(name, place, "a sign", context, set()):
            continue
        context.notes.signs[pathway, name] = place
        scalars = Fields(None, f"sign {name}", frozenset(), place, context.problems)
        scalars.map = {"signs": node}
        items = scalars.scalars("signs")
        filters: dict[Filter, None] = {}
        for item in items:
            context.notes.written.append((pathway, f"sign {name}", item.text))
            here = Scope(scope.dictionary, signs, {}, scope.clock, scope.relations)
            stream = context.rule(lambda item=item, here=here: parse_stream(item, here))  # type: ignore[misc]
            if stream is not None:
                context.notes.rules.append(Rule(pathway, "", f"sign {name}", item, stream))
                filters.update(dict.fromkeys(stream.filters))
        signs[name] = Stream(tuple(filters), distinct=True)
    return signs


def read_values(fields: Fields, pathway: str, scope: Scope, origin: Origin, context: Context) -> dict[str, Value]:
    """Values by name, each after those it reads. A circle is a problem, and its values are left out."""
    written = {
        name: (place, _branches(node))
        for name, (place, node) in fields.children("values").items()
        if name_free(name, place, "a value", context, set(scope.signs))
    }
    needs = {name: _names(branches) & written.keys() for name, (_, branches) in written.items()}
    values: dict[str, Value] = {}
    types: dict[str, Type] = {}
    for name in _order(needs, written, context):
        place, branches = written[name]
        context.notes.values[pathway, name] = place
        here = Scope(scope.dictionary, scope.signs, types, scope.clock, scope.relations)
        value = _Value(name, place, pathway, here, origin, context).read(branches)
        types[name] = value.type if value else Type.DAY
        if value:
            values[name] = value
    return values


def _branches(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


def _names(branches: tuple[Node, ...]) -> set[str]:
    """Every bare word in the rules of a value: those that are values are what it depends on."""
    texts = [entry.text for branch in branches for entry in ([branch] if isinstance(branch, Scalar) else _rules(branch))]
    return {name for text in texts for name in _NAME.findall(_TEXTS.sub("", text))}


def _rules(branch: Node) -> list[Scalar]:
    found = [branch.get(key) for key in ("value", "when")] if isinstance(branch, Mapping) else []
    return [entry for entry in found if isinstance(entry, Scalar)]


def _order(needs: dict[str, set[str]], written: dict[str, tuple[Place, tuple[Node, ...]]], context: Context) -> list[str]:
    try:
        # In the order of their names: a set's own order differs from process to process, and with it what is compiled.
        return list(TopologicalSorter({name: sorted(wants) for name, wants in needs.items()}).static_order())
    except CycleError as error:
        circle: list[str] = list(dict.fromkeys(error.args[1]))
        first = min(circle, key=lambda name: written[name][0].line)
        place = written[first][0]
        found = "values that depend on each other: " + ", ".join(sorted(circle))
        context.problems.add("value-cycle", place.file, place.line, place.column, found, "values that lead back to facts")
        rest = {name: wants - set(circle) for name, wants in needs.items() if name not in circle}
        return [*_order(rest, written, context)] if rest else []


class _Value:
    """Reads the branches of one value."""

    def __init__(self, name: str, place: Place, pathway: str, scope: Scope, origin: Origin, context: Context) -> None:
        self.name, self.place, self.pathway = name, place, pathway
        self.scope, self.inherited, self.context = scope, origin, context
        self.type: Type | None = None
        self.origins: list[Origin] = []

    def read(self, nodes: tuple[Node, ...]) -> Value | None:
        branches = [branch for node in nodes if (branch := self._branch(node))]
        if not branches or self.type is None or len(branches) < len(nodes):
            return None if self.type is None else Value(self.name, Case((), self.type), self.type)
        return Value(self.name, Case(tuple(branches), self.type), self.type, tuple(self.origins))

    def _branch(self, node: Node) -> Branch | None:
        place = Place(node.file, node.line, node.column)
        written = None if isinstance(node, Scalar) else node
        fields = Fields(written, f"value {self.name}", BRANCH, place, self.context.problems, self.context.shelf)
        if isinstance(node, Scalar):
            fields.map = {"value": node}
        elif not isinstance(node, Mapping):
            return None
        fields.need("value", "value: what it is when `when` holds")
        self.origins.append(fields.origin(self.inherited, dated=False))
        value, when = fields.scalar("value"), fields.scalar("when")
        for key, scalar in ((f"value of {self.name}", value), (f"when of {self.name}", when)):
            if scalar is not None:
                self.context.notes.written.append((self.pathway, key, scalar.text))
        typed = self.context.rule(lambda: parse_typed(value, self.scope)) if value else None
        condition = self.context.rule(lambda: parse(when, self.scope)) if when else None
        if value is None or typed is None or (when is not None and condition is None):
            return None
        expr, kind = typed
        if kind is Type.BOOL:
            fields.add("value-type", value, "a condition", "a number, a text, a day or a length of time")
            return None
        if self.type not in (None, kind):
            assert self.type is not None
            found = f"{NAMES[kind]} after {NAMES[self.type]}"
            fields.add("value-type", value, found, "one type in all branches of a value")
            return None
        self.type = kind
        self.context.notes.rules.append(Rule(self.pathway, "", f"value of {self.name}", value, expr, kind))
        if when is not None and condition is not None:
            self.context.notes.rules.append(Rule(self.pathway, "", f"when of {self.name}", when, condition, Type.BOOL))
        known: Expr = Known(expr)
        return Branch(known if condition is None else And((condition, known)), expr)
