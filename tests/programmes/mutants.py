"""Every number of a pathway.yaml, one unit more and one unit less: files that say something else, and what they come to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from doorstep.content import trees
from doorstep.content.context import Context
from doorstep.content.fields import Shelf
from doorstep.content.model import Pathway, Programme, Step, Table
from doorstep.content.pathway import read_pathways
from doorstep.content.problems import Problems
from doorstep.content.yamlpos import Mapping as Map
from doorstep.content.yamlpos import Node, Scalar, Sequence, parse_yaml

WORDS = frozenset({"title", "advice", "words", "source", "review", "why", "form", "owner", "to", "countries", "urgency", "table"})
"""Keys whose texts are no rules: a number in them is for people."""
DATES = frozenset({"valid_from", "valid_to"})
NUMBER = re.compile(r"(?<![\w.'])\d+(?:\.\d+)?(?=(?:min|d|w|h|y)?(?![\w.]))")
FILE = "pathway.yaml"


@dataclass(frozen=True)
class Mutant:
    """One number changed. `owner` is the pathway, `tables` or `values`; `step` its step, '' for what stands beside the steps."""

    owner: str
    step: str
    line: int
    column: int
    was: str
    now: str

    def __str__(self) -> str:
        return f"{FILE}:{self.line}:{self.column}: {self.was} instead of {self.now}"

    def text(self, original: str) -> str:
        """The file with this one change."""
        lines = original.split("\n")
        line, at = lines[self.line - 1], self.column - 1
        assert line[at : at + len(self.was)] == self.was, str(self)
        lines[self.line - 1] = line[:at] + self.now + line[at + len(self.was) :]
        return "\n".join(lines)


@lru_cache(maxsize=4)
def document(text: str) -> Map:
    """The file as nodes that know their place."""
    problems = Problems()
    root = parse_yaml(text, FILE, problems)
    assert isinstance(root, Map), problems.items
    return root


def mutants(text: str) -> list[Mutant]:
    """All of them, in the order of the file."""
    root = document(text)
    found = [m for owner in ("tables", "values") for m in _below(root.entries[owner], owner, "")]
    pathways = root.entries["pathways"]
    assert isinstance(pathways, Map)
    for name, pathway in pathways.entries.items():
        assert isinstance(pathway, Map)
        for key, node in pathway.entries.items():
            if key != "steps":
                found += _below(node, name, "", key)
                continue
            assert isinstance(node, Map)
            found += [m for step, written in node.entries.items() for m in _below(written, name, step)]
    return found


def _below(node: Node, owner: str, step: str, key: str = "") -> Iterator[Mutant]:
    if key in WORDS:
        return
    if isinstance(node, Map):
        for name, value in node.entries.items():
            yield from _below(value, owner, step, name)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _below(item, owner, step, key)
    elif isinstance(node, Scalar):
        for index, was in _numbers(node, key):
            line, column = node.locate(index)
            for now in _changed(was, key):
                yield Mutant(owner, step, line, column, was, now)


def _numbers(node: Scalar, key: str) -> list[tuple[int, str]]:
    if key in DATES:
        return [(0, node.text)]
    quoted = re.sub(r"'[^'\n]*'", lambda text: " " * len(text[0]), node.text)
    return [(match.start(), match[0]) for match in NUMBER.finditer(quoted)]


def _changed(was: str, key: str) -> tuple[str, str]:
    """One unit of its last place more, and less."""
    if key in DATES:
        day = date.fromisoformat(was)
        return (day + timedelta(days=1)).isoformat(), (day - timedelta(days=1)).isoformat()
    places = len(was.partition(".")[2])
    unit = 10**-places
    return f"{float(was) + unit:.{places}f}", f"{float(was) - unit:.{places}f}"


def read_mutant(mutant: Mutant, text: str, programme: Programme) -> tuple[Programme, list[tuple[str, Step]]] | None:
    """The programme with this change, and the steps (of which pathway) that it touches; None when the reader refuses it."""
    root = document(mutant.text(text))
    pathways = root.entries["pathways"]
    assert isinstance(pathways, Map)
    if mutant.owner in programme.pathways:
        entries = {mutant.owner: pathways.entries[mutant.owner]}
        pathways = replace(pathways, entries=entries, keys={mutant.owner: pathways.keys[mutant.owner]})
        root = replace(root, entries={**root.entries, "pathways": pathways})
    problems = Problems()
    shelf = Shelf(programme.languages, programme.countries)
    context = Context(problems, shelf, programme.dictionary, programme.episodes, programme.roles)
    tables, changed = read_pathways(root, FILE, context)
    if problems.has_errors:
        return None
    other = replace(programme, tables=tables, pathways={**programme.pathways, **changed})
    return other, [(name, step) for name in changed for step in _touched(programme, other, name)]


def _touched(before: Programme, after: Programme, name: str) -> list[Step]:
    """Steps of a pathway that say something else, or read a value or a table that does."""
    old, new = before.pathways[name], after.pathways[name]
    values = {key for key, value in new.values.items() if old.values.get(key) != value}
    tables = {key for key, table in after.tables.items() if _shape(before.tables[key]) != _shape(table)}
    was = {(step.name, n): replace(step, place=None) for n, step in enumerate(old.steps)}
    return [
        step for n, step in enumerate(new.steps)
        if old.ends != new.ends or was.get((step.name, n)) != replace(step, place=None)
        or (step.chain and step.chain.table in tables) or reads(step, new) & values
    ]  # fmt: skip


def _shape(table: Table) -> tuple[object, ...]:
    return tuple(sorted(table.classes.items())), table.rows, table.origin.valid_from


def reads(step: Step, pathway: Pathway) -> set[str]:
    """Named values that decide anything about the step."""
    parts = [step.done, step.each, step.when, step.while_, step.anchor]
    parts += [part for end in (*pathway.ends, *step.ends) for part in (end.when, end.at)]
    found = {name for part in parts if part is not None for name in trees.refs(part)}
    if step.chain and step.chain.dated_by:
        found.add(step.chain.dated_by)
    todo = list(found)
    while todo:
        more = trees.refs(pathway.values[todo.pop()].expr) - found
        found |= more
        todo += more
    return found
