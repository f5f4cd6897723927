"""The `doorstep` command."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """Everything that ought to happen for someone, somewhere, by some day."""
