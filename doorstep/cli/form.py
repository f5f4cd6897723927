"""`doorstep form`: XLSForms of others - checked, put in force, listed, taken back; and what was answered in them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from doorstep.cli.opened import Failed, note, opened
from doorstep.cli.output import emit, format_option
from doorstep.content.uploaded import FILLERS, SUBJECTS
from doorstep.content.uploaded_read import Understood, Wishes
from doorstep.content.uploaded_sheets import SUFFIXES
from doorstep.content.uploaded_troubles import Trouble
from doorstep.record import uploaded
from doorstep.record.placing import units
from doorstep.record.record import Record
from doorstep.record.scope import EVERYTHING

TROUBLES = ("mistake", "sheet", "cell", "found", "instead")
LISTED = ("form", "title", "version", "of", "roles", "places", "since", "filled")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("form")
def command() -> None:
    """Forms that nobody here wrote: an XLSForm of a ministry, or of KoboToolbox."""


def media_option(wanted: Any) -> Any:
    return click.option(
        "--media", multiple=True, type=click.Path(exists=True, path_type=Path), metavar="FILE|DIR",
        help="A picture, sound or list that the form shows or reads; or a folder of them. May be repeated.",
    )(wanted)  # fmt: skip


@command.command()
@click.argument("file", type=FILE)
@media_option
@format_option
def check(file: Path, media: tuple[Path, ...], output: str) -> None:
    """Say what Doorstep makes of FILE, and every mistake in it. Nothing is kept."""
    with opened() as record:
        found = uploaded.look_at(record, file.name, file.read_bytes(), dict(_media(media)))
    emit(map(_trouble, found.troubles), TROUBLES, output)
    if output == "table":
        _summary(found)
    if found.stops:
        sys.exit(1)


@command.command()
@click.argument("file", type=FILE)
@media_option
@click.option("--of", "subject", type=click.Choice(SUBJECTS), default="place", show_default=True,
              help="Of whom a filled form speaks: of a person on the list, of a household, of nobody but the place.")  # fmt: skip
@click.option("--role", "roles", multiple=True, type=click.Choice(FILLERS), default=("attendant",), show_default=True,
              help="Who fills it in; may be repeated.")  # fmt: skip
@click.option("--place", "places", multiple=True, default=("*",), show_default=True,
              help="Where; may be repeated. * is everywhere.")  # fmt: skip
@click.option("--fact", "facts", multiple=True,
              help="The question called as this code of the dictionary tells a fact; may be repeated.")  # fmt: skip
def upload(
    file: Path, media: tuple[Path, ...], subject: str, roles: tuple[str, ...], places: tuple[str, ...], facts: tuple[str, ...]
) -> None:
    """Put the form in FILE in force: attendants are offered it at their next contact."""
    with opened(places=True) as record, telling():
        wishes = Wishes(subject, roles, _places(record, places), facts)
        found = uploaded.look_at(record, file.name, file.read_bytes(), dict(_media(media)), wishes)
        for trouble in found.troubles:
            if not trouble.stops:
                click.echo(str(trouble), err=True)
        changed = uploaded.release_form(record, found)
    assert found.told is not None
    told = f"{found.told.form} version {found.told.version}"
    if not changed:
        click.echo(f"{told} is in force already, just like this. Nothing was changed.")
        return
    note("form_released", told)
    click.echo(f"{told} is in force.")
    _summary(found)


@command.command("list")
@format_option
def list_forms(output: str) -> None:
    """The forms that were uploaded and are in force."""
    with opened() as record:
        held = uploaded.in_force(record)
        since = {name: uploaded.history(record, name)[0].at for name in held}
        with record.reading() as register:
            rows = register.rows("SELECT form, COUNT(*) FROM sub GROUP BY form")
    filled = dict(rows)
    emit((
        {
            "form": name, "title": one.told.title, "version": one.told.version, "of": one.told.subject,
            "roles": " ".join(one.told.roles), "places": " ".join(one.told.places),
            "since": datetime.fromtimestamp(since[name] / 1000, UTC).date().isoformat(), "filled": filled.get(name, 0),
        }
        for name, one in held.items()
    ), LISTED, output)  # fmt: skip


@command.command()
@click.argument("form")
def withdraw(form: str) -> None:
    """Take FORM back: nobody is offered it any more. What was filled in stays, and what is on its way is still taken in."""
    with opened() as record, telling():
        if not uploaded.withdraw(record, form):
            raise Failed(f"No uploaded form {form} is in force. Nothing was changed. See: doorstep form list")
    note("form_withdrawn", form)
    click.echo(f"{form} was taken back.")


@command.command()
@click.argument("form")
@click.option("--format", "output", type=click.Choice(["table", "json", "csv", "xlsx"]), default="table", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; needed for xlsx.")
@click.option("--names", is_flag=True, help="With typed words, pictures and positions, which may tell who it was. That is noted.")
def answers(form: str, output: str, out: Path | None, names: bool) -> None:
    """Print what was answered in FORM, one row for each filled form. That you looked is noted."""
    from doorstep.record.uploaded_answers import answers_of
    from doorstep.record.uploaded_table import to_csv, to_xlsx

    if output == "xlsx" and out is None:
        raise Failed("A workbook needs a file to be written to. Nothing was read. Add --out FILE.xlsx")
    with opened() as record, telling():
        found = answers_of(record, form, EVERYTHING, names)
    if found is None:
        raise Failed(f"No form {form} was ever uploaded here. Nothing was read. See: doorstep form list")
    note("answers_read", f"{form}{' with names' if names else ''}")
    if out is not None and output in ("csv", "xlsx"):
        out.write_bytes(to_csv(found) if output == "csv" else to_xlsx(found))
        click.echo(f"{len(found.rows)} filled forms are in {out}.", err=True)
    elif output == "csv":
        click.echo(to_csv(found), nl=False)
    else:
        emit(found.rows, found.columns, output)
    if found.left_out:
        hidden = ", ".join(found.left_out)
        click.echo(f"Left out, since they may tell who it was: {hidden}. With --names they are shown.", err=True)


@contextmanager
def telling() -> Iterator[None]:
    """Errors of releasing, as one message."""
    try:
        yield
    except uploaded.CannotRelease as error:
        raise Failed(str(error)) from None


def _media(given: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for path in given:
        files = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
        for one in files:
            if one.suffix.lower() not in SUFFIXES or not path.is_dir() or one.suffix.lower() == ".csv":
                yield one.name, one.read_bytes()


def _places(record: Record, places: tuple[str, ...]) -> tuple[str, ...]:
    """Ids of the places that are in force; Failed for one that nobody knows."""
    with record.store.register.read() as register:
        known = units(register, [place for place in places if place != "*"])
    for place in places:
        if place != "*" and place not in known:
            raise Failed(f"No place here has the id {place}. Nothing was released. Look it up: doorstep places search NAME")
    return places


def _trouble(one: Trouble) -> dict[str, str]:
    return {
        "mistake": "yes" if one.stops else "no", "sheet": one.sheet, "cell": one.cell, "found": one.found,
        "instead": one.expected,
    }  # fmt: skip


def _summary(found: Understood) -> None:
    if found.form is None or found.told is None:
        click.echo("\nIt cannot be released as it stands. Correct what is marked as a mistake, then try again.")
        return
    asked = [question for question in found.form.questions if question.kind not in ("calculate", "hidden", "metadata")]
    repeats = {question.repeat for question in found.form.questions if question.repeat}
    click.echo(
        f"\n{found.told.title} ({found.told.form}, version {found.told.version}): {len(asked)} questions, "
        f"{len(repeats)} repeats, {len(found.told.media)} files beside it."
    )
    if found.suggested:
        facts = ", ".join(found.told.facts) or "none"
        click.echo(f"Called as codes of the dictionary: {', '.join(found.suggested)}; facts: {facts}.")
