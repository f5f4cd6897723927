"""Finds the answer of every question in a submission's answers, which mirror the form: groups are objects, repeats lists.

Liberal: an answer given flat, by the question's name or as `group/name`, is found too; one row of a repeat may stand
without its list. What belongs to no question is named, so that nothing is dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from doorstep.content.flatten_values import is_absent
from doorstep.content.model import Form, Question

Path = tuple[str, ...]
ABSENT = object()

_KEPT = ("meta", "instanceID", "instanceName")
_SAFE = re.compile(r"[a-z][a-z0-9_.-]{0,39}")


@dataclass
class Scope:
    """One row of a repeat, or the form itself: the nearest place in which a question's name is looked up."""

    path: Path
    label: str
    """'' for the form; `babies/001` for the first row of the repeat babies."""
    parent: Scope | None
    answers: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    """Raw answers by question name."""
    subject: str | None = None

    def find(self, name: str) -> Any:
        """The answer of that question here or in the nearest row around; ABSENT when there is none."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.parent
        return ABSENT


@dataclass(frozen=True)
class Given:
    """One answer: of which question, in which row, standing where (`vitals`, `babies/001/vitals`)."""

    question: Question
    scope: Scope
    label: str
    raw: Any
    turn: int = 1

    @property
    def row(self) -> str:
        """What pairs with what: the repeat's row or the group; `#2` for a second reading beside the first."""
        return self.label if self.turn == 1 else f"{self.label}#{self.turn}"

    @property
    def where(self) -> str:
        return f"{self.label}/{self.question.name}" if self.label else self.question.name


@dataclass
class Container:
    """The form, a group or a repeat, with what stands directly in it, in the form's order."""

    path: Path
    repeats: bool
    questions: list[Question] = field(default_factory=list)
    containers: dict[str, Container] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """Of all questions and containers directly in it."""
    turns: dict[str, int] = field(default_factory=dict)
    """Question name -> 2 for the second question in it that feeds one code, 3 for the third ..."""


_trees: dict[int, tuple[Form, Container]] = {}


def tree(form: Form) -> Container:
    """The form's questions as nested containers, built once per form."""
    known = _trees.get(id(form))
    if known is None or known[0] is not form:
        if len(_trees) > 500:
            _trees.clear()
        known = _trees[id(form)] = (form, _grow(form))
    return known[1]


def _grow(form: Form) -> Container:
    repeats = {question.repeat for question in form.questions} | {form.makes_in, *form.outer}
    top = Container((), False)
    for question in form.questions:
        place = top
        for depth in range(1, len(question.path)):
            path = question.path[:depth]
            place.names.add(path[-1])
            place = place.containers.setdefault(path[-1], Container(path, path in repeats))
        turn = 1 + sum(question.code is not None and other.code == question.code for other in place.questions)
        if turn > 1:
            place.turns[question.name] = turn
        place.names.add(question.name)
        place.questions.append(question)
    return top


class Walk:
    """All answers of one submission in the form's order (`given`), its rows (`scopes`) and what was wrong."""

    def __init__(self, form: Form, answers: Mapping[str, Any]) -> None:
        self.given: list[Given] = []
        self.scopes: list[Scope] = []
        self.problems: list[tuple[str, str]] = []
        self._used: set[tuple[int, str]] = set()
        self._objects: list[tuple[str, Mapping[str, Any]]] = []
        top = Scope((), "", None, answers)
        self.scopes.append(top)
        place = tree(form)
        self._enter(place, [(place, answers)], top, "")
        self._leftovers()

    def _enter(
        self, place: Container, around: list[tuple[Container, Mapping[str, Any]]], scope: Scope, label: str
    ) -> None:
        """`around`: the containers of this row, outermost first, with their objects; the last is `place` itself."""
        self._objects.append((label, around[-1][1]))
        for question in place.questions:
            raw = self._look(question.path, around)
            if is_absent(raw) or raw is ABSENT:
                raw = ABSENT if question.constant is None else question.constant
            if raw is not ABSENT:
                scope.values[question.name] = raw
                self.given.append(Given(question, scope, label, raw, place.turns.get(question.name, 1)))
        for name, below in place.containers.items():
            raw = self._look(below.path, around)
            inner = f"{label}/{name}" if label else name
            if below.repeats or isinstance(raw, list):
                self._rows(below, raw, scope, inner)
            else:
                self._enter(below, [*around, (below, self._object(raw, inner))], scope, inner)

    def _rows(self, below: Container, raw: Any, scope: Scope, label: str) -> None:
        rows = raw if isinstance(raw, list) else [] if raw is ABSENT or is_absent(raw) else [raw]
        for number, row in enumerate(rows, 1):
            inner = f"{label}/{number:03d}"
            if not isinstance(row, dict):
                self.problems.append(("wrong-object", inner))
                continue
            found = Scope(below.path, inner, scope, row)
            self.scopes.append(found)
            self._enter(below, [(below, row)], found, inner)

    def _object(self, raw: Any, label: str) -> Mapping[str, Any]:
        if isinstance(raw, dict):
            return raw
        if raw is not ABSENT and not is_absent(raw):
            self.problems.append(("wrong-object", label))
        return {}

    def _look(self, path: Path, around: list[tuple[Container, Mapping[str, Any]]]) -> Any:
        """Innermost first: in its own group; then further out, where its name is nobody else's."""
        own = around[-1][0]
        for place, answers in reversed(around):
            for key in _keys(path, place.path, place is own or path[-1] not in place.names):
                if key in answers:
                    self._used.add((id(answers), key))
                    return answers[key]
        return ABSENT

    def _leftovers(self) -> None:
        for label, answers in self._objects:
            for key in answers:
                unused = (id(answers), key) not in self._used
                if unused and not is_absent(answers[key]) and key not in _KEPT and key[:1] not in ("_", "@"):
                    # A key may hold anything at all, a name too: only what looks like a question's name is repeated.
                    shown = key if _SAFE.fullmatch(key) else "?"
                    self.problems.append(("unknown-answer", f"{label}/{shown}" if label else shown))


def _keys(path: Path, base: Path, by_name: bool) -> Iterator[str]:
    """Keys under which an answer may stand in the object of the container `base`."""
    if by_name:
        yield path[-1]
    relative = path[len(base) :]
    if len(relative) > 1:
        yield "/".join(relative)
    if base:
        yield "/".join(path)
