"""`doorstep places`: look a place up by code or by name, on any day, in both trees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from doorstep.cli.output import emit, format_option
from doorstep.content.dates import day_number, iso_day
from doorstep.record.places import TREES, PlaceError, Places, SourceMissing, Unit
from doorstep.record.places import load as write_places

COLUMNS = ("relation", "id", "code", "kind", "name", "from", "until", "lat", "lon", "approximate", "invented")
FOUND = ("id", "kind", "name", "in", "from", "until", "lat", "lon", "approximate", "invented")
LANGUAGES = click.Choice(["en", "vi", "km", "bg"])


class Day(click.ParamType):
    """A date as YYYY-MM-DD, or `today`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            return _today() if value == "today" else day_number(value)
        except ValueError:
            self.fail(f"{value!r} is not a date. Write it as 2025-07-01.", param, ctx)


def on_option(default: str | None) -> Any:
    """`--on DATE`."""
    return click.option("--on", "day", type=Day(), default=default, help="The day asked about, as 2025-07-01.")


@click.group()
def places() -> None:
    """Where people live and who looks after them: two trees of places that change over time."""


@places.command()
@click.option("--within", multiple=True, metavar="CODE", help="Only this place and all inside it; may be repeated.")
@format_option
def load(within: tuple[str, ...], output: str) -> None:
    """Write the places into the database of the record, in place of those that are there."""
    from doorstep.record import store
    from doorstep.record.database import DatabaseAway

    click.echo("Reading the places, working out what is inside what ...", err=True)
    atlas = _atlas()
    try:
        chosen = [unit.id for code in within for unit in atlas.lives(code)] or None
        with store.Store.open() as opened, opened.register.write() as connection:
            counts = write_places(connection, atlas, chosen)
    except (PlaceError, DatabaseAway, store.ConfigurationWrong) as error:
        raise click.ClickException(str(error)) from None
    emit(({"table": table, "rows": count} for table, count in counts.items()), ("table", "rows"), output)


@places.command()
@click.argument("code")
@on_option("today")
@click.option("--lang", type=LANGUAGES, default="en", show_default=True, help="Language of the names.")
@format_option
def show(code: str, day: int, lang: str, output: str) -> None:
    """Show what has this CODE on a day, what it is in, and what it was and became.

    CODE is an official code (KH-16, VN-01906, BG-SFO39) or the id of one life of a place (VN-01906@2025).
    """
    atlas = _atlas()
    try:
        unit = atlas.find(code, day)
    except PlaceError as error:
        raise click.ClickException(f"{error.what} {error.do}") from None
    emit((_row(atlas, relation, one, lang) for relation, one in _story(atlas, unit, day)), COLUMNS, output)


@places.command()
@click.argument("text", nargs=-1, required=True)
@on_option(None)
@click.option("--tree", type=click.Choice(TREES), help="Only places where people live, or only health facilities.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many to show.")
@click.option("--lang", type=LANGUAGES, default="en", show_default=True, help="Language of the names.")
@format_option
def search(text: tuple[str, ...], day: int | None, tree: str | None, limit: int, lang: str, output: str) -> None:
    """Find places by name: any script, with or without marks. Without --on, also places that exist no more."""
    atlas = _atlas()
    found = atlas.search(" ".join(text), limit, day, tree)
    emit((_row(atlas, _inside(atlas, unit, day, lang), unit, lang) for unit in found), FOUND, output)


def _atlas() -> Places:
    try:
        return Places.load()
    except SourceMissing as error:
        raise click.ClickException(str(error)) from None


def _story(atlas: Places, unit: Unit, day: int) -> Iterator[tuple[str, Unit]]:
    yield "it", unit
    for tree in TREES:
        for above in atlas.ancestors(unit, day, tree):
            yield f"in ({tree})", above
    for step in atlas.index.came_from[unit.id]:
        yield "was", atlas.units[step.old]
    for step in atlas.index.became[unit.id]:
        yield "became" if step.default else "became in part", atlas.units[step.new]


def _row(atlas: Places, relation: str, unit: Unit, lang: str) -> dict[str, Any]:
    return {
        "relation": relation,
        "in": relation,
        "id": unit.id,
        "code": unit.code,
        "kind": atlas.kind_name(unit.kind, lang),
        "name": unit.name(lang),
        "from": None if unit.valid_from is None else iso_day(unit.valid_from),
        "until": None if unit.valid_to is None else iso_day(unit.valid_to - 1),
        "lat": unit.lat,
        "lon": unit.lon,
        "approximate": unit.approximate,
        "invented": unit.invented,
    }


def _inside(atlas: Places, unit: Unit, day: int | None, lang: str) -> str:
    """The names above a unit, on the day asked for or else on the last day of its life."""
    when = day if day is not None else _some_day(unit)
    return ", ".join(above.name(lang) for above in atlas.ancestors(unit, when, unit.tree))


def _today() -> int:
    """The civil day where this machine stands."""
    return day_number(datetime.now().astimezone().date().isoformat())


def _some_day(unit: Unit) -> int:
    today = _today()
    if unit.alive(today):
        return today
    return unit.valid_to - 1 if unit.valid_to is not None else (unit.valid_from or today)
