"""A mistake in content, told so that its author can mend it: where, what was found, what was expected.

Nothing here raises: readers collect every mistake and go on, so that an author sees all of them at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from doorstep.content.codes import CODES, Severity


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake. `file` is relative to the shelf (`maternal/pathway.yaml`); line and column count from 1.

    `found` and `expected` are phrases that continue "found ..." and "expected ...".
    `code` is a key of `codes.CODES`.
    """

    code: str
    file: str
    line: int
    column: int
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        return f"{where}: {self.code} found {self.found}; expected {self.expected}"

    @property
    def severity(self) -> Severity:
        """An error stops the programme from being used; a warning is shown and left to its author."""
        kind = CODES.get(self.code)
        return kind.severity if kind else Severity.ERROR

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


@dataclass
class Problems:
    """What a reader has found so far."""

    items: list[Problem] = field(default_factory=list)

    def add(self, code: str, file: str, line: int, column: int, found: str, expected: str) -> None:
        self.items.append(Problem(code, file, line, column, found, expected))

    def extend(self, more: Iterable[Problem]) -> None:
        self.items.extend(more)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self.items)

    def sorted(self) -> list[Problem]:
        """By file, line and column, each mistake once."""
        return sorted(set(self.items), key=lambda p: (p.file, p.line, p.column, p.code, p.found))


def quoted(text: object, limit: int = 60) -> str:
    """The text as it stood, in quotes, on one line and not longer than `limit` characters."""
    flat = " ".join(str(text).split())
    return f"'{flat[: limit - 1]}…'" if len(flat) > limit else f"'{flat}'"


def one_of(word: str, choices: Iterable[str], what: str = "one of", limit: int = 8) -> str:
    """Phrase for `expected`: the nearest known word when there is one, else the known words."""
    known = sorted(set(choices))
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near and what == "one of":
        return f"{near[0]!r} (one of: {', '.join(known[:limit])})"
    if near:
        return f"{what}: did you mean '{near[0]}'?"
    if not known:
        return f"{what}: none is defined"
    listed = ", ".join(known[:limit])
    return f"{what}: {listed}" + (f" and {len(known) - limit} more" if len(known) > limit else "")
