"""Finds content that contradicts itself: what each file says may be right, and yet nothing can come of it."""

from __future__ import annotations

from doorstep.content.cases import Written
from doorstep.content.context import Context
from doorstep.content.model import Programme


def check(programme: Programme, context: Context, cases: list[Written], fed: frozenset[str]) -> None:
    """Adds to the context's problems."""
