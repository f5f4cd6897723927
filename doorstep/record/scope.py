"""What somebody may see: handed to every read, worked out by the accounts below. Missing and forbidden look the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doorstep.content.model import Programme


@dataclass(frozen=True)
class Scope:
    """places: ids of all units inside the areas, None for everywhere. opens: the compartments of a programme that the
    roles open, None for all of them. An empty scope sees nothing."""

    places: frozenset[str] | None = frozenset()
    opens: Callable[[Programme], frozenset[str]] | None = lambda programme: frozenset()

    def compartments(self, programme: Programme) -> frozenset[str] | None:
        """None: all."""
        return None if self.opens is None else self.opens(programme)

    def sees(self, programme: Programme, compartment: str) -> bool:
        """Whether this compartment of this programme is open."""
        opened = self.compartments(programme)
        return opened is None or compartment in opened


EVERYTHING = Scope(None, None)
"""The operator at the server's own command line."""
NOTHING = Scope()
