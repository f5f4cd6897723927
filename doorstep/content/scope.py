"""What a rule may speak of: the names around it, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from doorstep.content.model import Code, Place
from doorstep.content.problems import Problem
from doorstep.content.tree import Clock, Stream, Type
from doorstep.content.yamlpos import Scalar

RESERVED = ("moment", "episode_start", "how", "true", "false", "and", "or", "not", "in")
NOWHERE = Place("rule", 1, 1)


@dataclass(frozen=True)
class Scope:
    """`values` gives the type of each named value; `relations` are the codes of kind subject.

    `place` is where the text of the rule begins, for messages, when the text is not a Scalar that knows it.
    """

    dictionary: Mapping[str, Code]
    signs: Mapping[str, Stream] = field(default_factory=dict)
    values: Mapping[str, Type] = field(default_factory=dict)
    clock: Clock = Clock.DAY
    relations: frozenset[str] = frozenset()
    place: Place = NOWHERE

    def at(self, place: Place) -> Scope:
        return replace(self, place=place)


class RuleError(Exception):
    """A rule that could not be read: every mistake found in it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Located:
    """The text of a rule, and the file position of each of its characters."""

    def __init__(self, text: str | Scalar, place: Place) -> None:
        self.scalar = text if isinstance(text, Scalar) else None
        self.text = text.text if isinstance(text, Scalar) else text
        self.place = place

    def problem(self, code: str, index: int, found: str, expected: str) -> Problem:
        if self.scalar is not None:
            line, column = self.scalar.locate(index)
            return Problem(code, self.scalar.file, line, column, found, expected)
        before = self.text[:index]
        line = self.place.line + before.count("\n")
        column = index - before.rfind("\n") + (self.place.column - 1 if "\n" not in before else 0)
        return Problem(code, self.place.file, line, column, found, expected)
