"""`doorstep schedule`: the weeks of a programme's contacts."""

from __future__ import annotations

import json

import click

from doorstep.cli.output import FORMATS, emit
from doorstep.cli.shelf import programme_named
from doorstep.pathways.schedule import ScheduleError, schedule


@click.command("schedule")
@click.argument("programme")
@click.option("--contacts", default="", help="Completed weeks of the contacts that took place, such as 10,19.")
@click.option("--format", "output", type=click.Choice(FORMATS), default="table", show_default=True)
def command(programme: str, contacts: str, output: str) -> None:
    """The weeks of all contacts of PROGRAMME, when those in the list took place and the rest is still to come."""
    try:
        weeks = [int(part) for part in contacts.split(",") if part.strip()]
    except ValueError:
        raise click.BadParameter(
            f"{contacts!r} is not a list of whole weeks; write it like 10,19", param_hint="--contacts"
        ) from None
    try:
        result = schedule(programme_named(programme), weeks)
    except ScheduleError as error:
        raise click.ClickException(str(error)) from error
    if output == "json":
        click.echo(json.dumps({"contacts": list(result.contacts), "refer_for_delivery": result.refer_for_delivery}))
        return
    if output == "csv":
        rows = [
            {"n": number, "week": week, "what": "took place" if number <= len(weeks) else "to come"}
            for number, week in enumerate(result.contacts, 1)
        ]
        if result.refer_for_delivery is not None:
            rows.append({"n": None, "week": result.refer_for_delivery, "what": "refer for delivery"})
        emit(rows, ("n", "week", "what"), output)
        return
    for number, week in enumerate(result.contacts, 1):
        click.echo(f"{number:>3}  week {week:>2}  {'took place' if number <= len(weeks) else 'to come'}")
    if result.refer_for_delivery is not None:
        click.echo(f"     week {result.refer_for_delivery:>2}  without birth: refer for delivery")
