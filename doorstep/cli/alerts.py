"""`doorstep alerts`: open steps with a danger, on any day."""

from __future__ import annotations

import click

from doorstep.cli.due import COLUMNS, day_and_second, shown
from doorstep.cli.opened import catch_up, opened, told
from doorstep.cli.output import emit, format_option
from doorstep.cli.places import Day
from doorstep.record.lists import Question, alerts


@click.command("alerts")
@click.option("--place", default=None, metavar="CODE", help="Only in this place; everywhere unless given.")
@click.option("--on", "day", type=Day(), default=None, show_default="today, where the place is", help="The day of the list.")
@click.option("--known-on", type=Day(), default=None, help="Only what had been received by that day (with --place).")
@format_option
def command(place: str | None, day: int | None, known_on: int | None, output: str) -> None:
    """Who is in danger and nobody has acted: steps of urgency `danger` that are due or late."""
    if known_on is not None and place is None:
        raise click.UsageError("--known-on asks about a place: give --place too.")
    with opened(places=True) as record, told():
        catch_up(record)
        day, second = day_and_second(record, place, day)
        rows = alerts(record, Question(place or "", day, known_on, second=second))
    emit((shown(row) for row in rows), COLUMNS, output)
