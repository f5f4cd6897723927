"""`doorstep due`: what ought to happen in a place, on any day."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import click

from doorstep.cli.opened import catch_up, opened, told
from doorstep.cli.output import emit, format_option
from doorstep.cli.places import Day
from doorstep.pathways.absent import EngineAbsent
from doorstep.pathways.engines import NAMES
from doorstep.record.lists import OPEN, STATUSES, Listed, Question, due, today, written
from doorstep.record.places import PlaceError
from doorstep.record.record import Record
from doorstep.record.whereabouts import place_then

COLUMNS = (
    "subject", "pathway", "episode", "step", "n", "opens", "due", "overdue", "closes", "done_on", "status", "form", "owner",
    "urgency",
)  # fmt: skip
TIMES = ("since", "until", "opens", "due", "overdue", "closes", "done_on")


def shown(row: Listed) -> dict[str, Any]:
    """A row with its dates as ISO 8601."""
    dates = {name: written(row[name], row["clock"]) for name in TIMES}
    return {**row, **dates, "owner": " ".join(row["owner"])}


@click.command("due")
@click.option("--place", required=True, metavar="CODE", help="A place in either tree, such as KH-16.")
@click.option("--on", "day", type=Day(), default=None, show_default="today, where the place is", help="The day of the list.")
@click.option("--known-on", type=Day(), default=None, help="Only what had been received by that day.")
@click.option(
    "--status", "statuses", multiple=True, type=click.Choice([*STATUSES, "all"]),
    help=f"May be repeated; {' and '.join(OPEN)} unless given.",
)  # fmt: skip
@click.option("--engine", type=click.Choice(NAMES), default=None, help="Work it out from the facts on this engine.")
@click.option("--subject", default=None, metavar="ID", help="Only this subject's rows.")
@format_option
def command(
    place: str, day: int | None, known_on: int | None, statuses: tuple[str, ...], engine: str | None, subject: str | None,
    output: str,
) -> None:
    """What is due in a place: for everybody who lived there on that day, by everything that is known now.

    --on D asks what was true on D; --known-on D what could be known on D.
    """
    wanted = STATUSES if "all" in statuses else (statuses or OPEN)
    with opened(places=True) as record, told():
        catch_up(record)
        day, second = day_and_second(record, place, day)
        try:
            rows = due(record, Question(place, day, known_on, wanted, engine, second))
        except EngineAbsent as error:
            raise click.ClickException(str(error)) from None
    emit((shown(row) for row in rows if subject in (None, row["subject"])), COLUMNS, output)


def day_and_second(record: Record, place: str | None, day: int | None) -> tuple[int, int | None]:
    """The day of a list, today where the place is (UTC without a place); and the second at which minute clocks are read.

    That is now for today's list, and the end of the day (None) for any other.
    """
    here = today()
    if place is not None:
        with record.reading() as register, contextlib.suppress(PlaceError):  # the list itself says what is wrong with the place
            here = place_then(register, place, here).today()
    return (here, int(time.time())) if day in (None, here) else (day, None)
