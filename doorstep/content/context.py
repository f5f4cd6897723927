"""What the readers of one programme share, and what they note on the way for the checker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from doorstep.content.fields import Shelf
from doorstep.content.model import Code, EpisodeKind, Place, Step
from doorstep.content.problems import Problems
from doorstep.content.scope import RuleError
from doorstep.content.tree import Expr, Stream, Type
from doorstep.content.yamlpos import Scalar

Read = TypeVar("Read")


@dataclass(frozen=True)
class Rule:
    """One rule as it stands in a file: what the checker asks whether it can ever hold, and what it reads.

    `key` names it in words ("while", "sign pale"); `step` is the step's name, '' for none; `type` None for events.
    """

    pathway: str
    step: str
    key: str
    scalar: Scalar
    tree: Expr | Stream
    type: Type | None = None

    @property
    def place(self) -> Place:
        return Place(self.scalar.file, self.scalar.line, self.scalar.column)


@dataclass
class Notes:
    """Places of things that the model does not carry."""

    rules: list[Rule] = field(default_factory=list)
    written: list[tuple[str, str, str]] = field(default_factory=list)
    """(pathway, key, text) of every rule, those with mistakes too."""
    signs: dict[tuple[str, str], Place] = field(default_factory=dict)
    values: dict[tuple[str, str], Place] = field(default_factory=dict)
    tables: dict[str, Place] = field(default_factory=dict)
    indicators: dict[str, Place] = field(default_factory=dict)
    messages: dict[str, Place] = field(default_factory=dict)
    used_tables: set[str] = field(default_factory=set)
    edges: dict[tuple[Place, str], Place] = field(default_factory=dict)
    """(place of a step, key) -> where the key's value stands; see `edge`."""

    def has(self, step: Step, key: str) -> bool:
        """Whether the step has this key, readable or not."""
        return step.place is not None and (step.place, key) in self.edges

    def edge(self, step: Step, key: str) -> Place:
        """Where a key of a step stands; the step itself when it is not written."""
        assert step.place is not None
        return self.edges.get((step.place, key), step.place)


@dataclass
class Context:
    """`roles` maps a role to the compartments that it opens."""

    problems: Problems
    shelf: Shelf = field(default_factory=Shelf)
    dictionary: Mapping[str, Code] = field(default_factory=dict)
    episodes: Mapping[str, EpisodeKind] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)

    @property
    def compartments(self) -> list[str]:
        """Every compartment that some role opens."""
        return sorted({name for names in self.roles.values() for name in names})

    @property
    def relations(self) -> frozenset[str]:
        return frozenset(code.code for code in self.dictionary.values() if code.kind == "subject")

    def rule(self, read: Callable[[], Read]) -> Read | None:
        """What a reader of rules gives, or None with its problems recorded."""
        try:
            return read()
        except RuleError as error:
            self.problems.extend(error.problems)
            return None
