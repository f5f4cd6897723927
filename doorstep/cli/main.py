"""The `doorstep` command."""

from __future__ import annotations

import click

from doorstep.cli.places import places


@click.group()
def main() -> None:
    """Everything that ought to happen for someone, somewhere, by some day."""


main.add_command(places)
