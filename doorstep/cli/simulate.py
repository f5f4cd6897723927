"""`doorstep simulate`: submissions of people who never existed, for `doorstep submit`."""

from __future__ import annotations

import json
import os
import sys
import time

import click

from doorstep.cli.opened import QUIET_FOR, told
from doorstep.cli.places import Day
from doorstep.cli.shelf import programme_named
from doorstep.record.places import Places, SourceMissing
from doorstep.simulation.stream import YEARS, simulate


@click.command("simulate")
@click.option("--place", required=True, metavar="CODE", help="A real place with people in it, such as KH-16.")
@click.option("--people", type=click.IntRange(1), default=4000, show_default=True, help="How many people live there.")
@click.option("--seed", default="1", show_default=True, help="The same seed tells the same story, byte for byte.")
@click.option("--until", type=Day(), default="today", show_default=True, help="The last day of the story.")
@click.option("--years", type=click.IntRange(1, 20), default=YEARS, show_default=True, help="How long it is.")
@click.option("--programme", default="maternal", show_default=True, help="Whose forms are filled in.")
def command(place: str, people: int, seed: str, until: int, years: int, programme: str) -> None:
    """Write submissions of invented people in a real place to standard output: JSON lines, in the order of receipt.

    Nobody in them exists, and every name says so. The rates by which they live stand in doorstep/simulation/rates.yaml,
    each with its source or the word assumed.

    doorstep simulate --place KH-16 --people 4000 --seed 1 | doorstep submit -
    """
    content, progress = programme_named(programme), Days()
    with told():
        try:
            atlas = Places.load()
        except SourceMissing as error:
            raise click.ClickException(str(error)) from None
        found = simulate(content, atlas, place, people, seed, until, years=years, progress=progress)
        count = 0
        try:
            for submission in found:
                count += 1
                sys.stdout.write(json.dumps(submission, ensure_ascii=False, separators=(",", ":")) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:  # whoever read had enough, `| head` for one
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        progress.done(count)


class Days:
    """How far the story is, on standard error, once it has taken longer than QUIET_FOR."""

    def __init__(self) -> None:
        self.began = self.shown = time.monotonic()
        self.first: int | None = None
        self.told = False

    def __call__(self, day: int, last: int) -> None:
        now = time.monotonic()
        self.first = day if self.first is None else self.first
        if now - self.began > QUIET_FOR and now - self.shown > 1 and day > self.first:
            self.shown, self.told = now, True
            share = (day - self.first) / max(1, last - self.first)
            click.echo(f"Simulating: {share:.0%} of the days ...", err=True)

    def done(self, count: int) -> None:
        """Says how much there was, if it took long."""
        if self.told:
            click.echo(f"Simulating: done, {count:,} submissions.", err=True)
