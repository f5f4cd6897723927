"""`doorstep replay`: what is worked out from the log, worked out again."""

from __future__ import annotations

import sys

import click

from doorstep.cli.opened import Failed, Meter, opened
from doorstep.record import replay


@click.command("replay")
@click.option("--check", is_flag=True, help="Only compare: work it out a second time, beside, and change nothing.")
@click.option("--seed", type=int, default=None, help="With --check: read the log in a random order.")
def command(check: bool, seed: int | None) -> None:
    """Work everything out anew from the log: facts, lists, homes, conflicts.

    With --check, compare instead, while the server goes on taking in what arrives: exit code 0 when replay equals what is
    there, 4 when it does not.
    """
    meter = Meter("Replaying")
    with opened() as record:
        if not check:
            replay.rebuild(record, meter)
            meter.done()
            click.echo("Worked out anew from the log.")
            return
        try:
            differences = replay.check(record, seed, meter)
        except replay.CannotCheck as error:
            raise Failed(str(error)) from None
        meter.done()
    for difference in differences:
        click.echo(str(difference))
    if differences:
        click.echo("Replay differs from what is there. The log is safe. Make it anew with: doorstep replay", err=True)
        sys.exit(4)
    click.echo("Replay equals what is there.")
