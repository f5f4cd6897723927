"""What somebody may see: handed to every read, worked out by the accounts below. Missing and forbidden look the same."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from doorstep.content.model import Programme


@dataclass(frozen=True)
class Grant:
    """A role in an area. place: id of a unit in either tree; '*' for everywhere."""

    role: str
    place: str


@dataclass(frozen=True)
class Scope:
    """What the grants open, each for its own area. None for the operator, to whom everything is open; () sees nothing.

    opened: people who live in none of the areas and are open for a time, to the roles of `by`; their small children with them.
    """

    grants: tuple[Grant, ...] | None = ()
    opened: frozenset[str] = frozenset()
    by: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether nothing is closed."""
        return self.grants is None

    def roles_at(self, units: Collection[str]) -> frozenset[str]:
        """The roles that hold for somebody who lives inside all of these units."""
        return frozenset(grant.role for grant in self.grants or () if grant.place == "*" or grant.place in units)

    def opens(self, roles: Collection[str], programme: Programme, compartment: str) -> bool:
        """Whether one of these roles opens this compartment of this programme."""
        return self.everything or any(compartment in programme.roles.get(role, ()) for role in roles)


EVERYTHING = Scope(None)
"""The operator at the server's own command line."""
NOTHING = Scope()
