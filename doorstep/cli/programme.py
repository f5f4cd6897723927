"""`doorstep programme`: a programme as an Excel workbook, its way back into the folder, and what it holds at a glance."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from doorstep.cli.output import emit, format_option
from doorstep.cli.shelf import programme_named, shelf
from doorstep.content.dates import iso_day
from doorstep.content.model import Offset, Origin, Programme, Step, Words
from doorstep.content.problems import Problem
from doorstep.content.read import read_programme
from doorstep.content.tree import Clock
from doorstep.content.workbook import export as export_folder
from doorstep.content.workbook_import import Comparison, compare, programme_of, write
from doorstep.content.workbook_tables import BadCell

COLUMNS = ("pathway", "step", "from", "kind", "opens", "due", "overdue", "closes", "urgency", "owner", "form", "review", "title")


@click.group()
def programme() -> None:
    """A programme: what ought to happen for someone, by which day. A folder, or a workbook of it."""


def folder_of(name: str) -> Path:
    """A folder given as a path, or a programme of the shelf by its id."""
    given = Path(name)
    if given.is_dir():
        return given
    folder = shelf() / name
    if "/" in name or "\\" in name or not folder.is_dir():
        raise click.ClickException(f"no programme {name!r}: neither a folder nor on the shelf in {shelf()}")
    return folder


@programme.command("export")
@click.argument("name", metavar="DIR|ID")
@click.argument("out", metavar="OUT.xlsx", type=click.Path(dir_okay=False, path_type=Path))
def export_command(name: str, out: Path) -> None:
    """Write the programme in DIR (or ID on the shelf) as one workbook that opens in Excel."""
    if out.suffix.lower() != ".xlsx":
        raise click.ClickException(f"{out} should end in .xlsx, so that Excel opens it; nothing was written")
    try:
        content = export_folder(folder_of(name))
    except BadCell as error:
        raise click.ClickException(f"{error}. Nothing was written.") from error
    try:
        out.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{out} could not be written: {error.strerror}") from error
    click.echo(f"{out}: change it in Excel, then see the difference with: doorstep programme import {out}")


@programme.command("import")
@click.argument("workbook", metavar="FILE.xlsx", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
              help="The programme's folder; by default the one on the shelf that the workbook came from.")
@click.option("--write", "writing", is_flag=True, help="Write the changes. Without it they are only shown.")
@click.option("--anyway", is_flag=True, help="Write although the result has mistakes.")
def import_command(workbook: Path, into: Path | None, writing: bool, anyway: bool) -> None:
    """Show what FILE.xlsx would change in its programme, file by file; with --write, change it.

    Exits 0 when there is nothing to refuse, 1 when something was refused or the result would have mistakes.
    """
    content = workbook.read_bytes()
    try:
        folder = into or shelf() / programme_of(content)
        found = compare(content, folder)
    except BadCell as error:
        raise click.ClickException(f"{error}. Nothing was changed.") from error
    _tell(found, folder)
    if found.refused:
        raise click.ClickException("something was refused, see above. Nothing was changed.")
    if not found.changes:
        return
    mistakes = _mistakes(found, folder)
    for problem in mistakes:
        click.echo(str(problem), err=True)
    if mistakes and not (writing and anyway):
        raise click.ClickException(f"this would bring {len(mistakes)} mistakes, see above. Nothing was changed.")
    if not writing:
        click.echo(f"Nothing was changed. To change {len(found.changes)} files: doorstep programme import {workbook} --write")
        return
    for path in write(found, folder):
        click.echo(f"written: {path}")


def _tell(found: Comparison, folder: Path) -> None:
    click.echo(found.diff(), nl=False)
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    for words in found.refused:
        click.echo(f"refused: {words}", err=True)
    if not found.changes and not found.refused:
        click.echo(f"No difference: {folder} says what the workbook says.")


def _mistakes(found: Comparison, folder: Path) -> list[Problem]:
    """The errors that the checker would find after the changes and does not find now; tried on a copy."""
    now = read_programme(folder)[1] if (folder / "programme.yaml").exists() else []
    known = {(problem.code, problem.file, problem.found) for problem in now}
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / folder.resolve().name
        if folder.is_dir():
            shutil.copytree(folder, copy)
        common = folder.resolve().parent / "common"
        if common.is_dir() and folder.resolve().name != "common":
            shutil.copytree(common, Path(temporary) / "common")
        copy.mkdir(exist_ok=True)
        write(found, copy)
        after = read_programme(copy)[1] if (copy / "programme.yaml").exists() else []
    return [p for p in after if p.is_error and (p.code, p.file, p.found) not in known]


@programme.command("show")
@click.argument("name", metavar="DIR|ID")
@format_option
def show_command(name: str, output: str) -> None:
    """What the programme holds: who it is for, and every step with its windows and whether somebody signed it."""
    found = programme_named(name)
    if output == "table":
        _head(found)
    emit(list(_steps(found)), COLUMNS, output)


def _head(found: Programme) -> None:
    click.echo(f"{english(found.names)} ({found.id}): {english(found.about)}")
    click.echo(f"follows a {found.subject}; languages {', '.join(found.languages)}; countries {', '.join(found.countries)}")
    click.echo(f"source: {found.source}")
    counts = (
        (len(found.dictionary), "codes"), (len(found.forms), "forms"), (len(found.pathways), "pathways"),
        (sum(len(pathway.steps) for pathway in found.pathways.values()), "steps"),
        (len(found.indicators), "indicators"), (len(found.messages), "messages"), (len(found.cases), "worked cases"),
    )  # fmt: skip
    click.echo(", ".join(f"{count} {what}" for count, what in counts))
    click.echo("")


def english(words: Words) -> str:
    """In English where there is English, else in whatever there is."""
    return words.get("en") or next(iter(words.values()), "")


def _steps(found: Programme) -> Iterator[dict[str, Any]]:
    for pathway in found.pathways.values():
        for step in pathway.steps:
            yield {
                "pathway": pathway.name,
                "step": step.name,
                "from": iso_day(step.origin.valid_from) if step.origin.valid_from is not None else "",
                "kind": "chain" if step.chain else "each" if step.each else "while",
                "opens": _edge(step.opens, step),
                "due": _edge(step.due, step),
                "overdue": _edge(step.overdue, step),
                "closes": _edge(step.closes, step),
                "urgency": step.urgency,
                "owner": " ".join(step.owner),
                "form": step.form,
                "review": _review(step.origin),
                "title": english(step.title),
            }


def _edge(offset: Offset | None, step: Step) -> str:
    """An edge as its author would write it: due + 7d, from + 24h."""
    if offset is None:
        return ""
    if not offset.by:
        return offset.base
    return f"{offset.base} {'-' if offset.by < 0 else '+'} {_length(abs(offset.by), step.clock)}"


def _length(size: int, clock: Clock) -> str:
    if clock is Clock.DAY:
        return f"{size}d"
    for seconds, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if size % seconds == 0:
            return f"{size // seconds}{unit}"
    return f"{size}s"


def _review(origin: Origin) -> str:
    """`VN: not yet` for each country; a number that nobody signed is shown as unconfirmed."""
    return ", ".join(f"{country}: {who or 'not yet'}" for country, who in sorted(origin.review.items())) or "not yet"
