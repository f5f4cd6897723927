"""`doorstep export`: facts and steps as Parquet, under pseudonyms."""

from __future__ import annotations

from pathlib import Path

import click

from doorstep.cli.opened import Failed, catch_up, opened, reaching
from doorstep.cli.output import emit, format_option
from doorstep.record.parquet import CannotExport, export

NEXT = "Name a folder that you may write to, with room enough, then export again."


@click.command("export")
@click.option("--parquet", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="DIR")
@click.option("--compartment", "compartments", multiple=True, default=("care",), show_default=True,
              help="What may be in it; may be repeated.")  # fmt: skip
@format_option
def command(folder: Path, compartments: tuple[str, ...], output: str) -> None:
    """Write facts, relations and steps as Parquet files into DIR: pseudonyms, no words, no names.

    Homes are written only with the compartment identity.

    After an erasure the files in DIR are made anew. That you exported is noted.
    """
    with opened() as record:
        catch_up(record)
        try:
            with reaching("No whole export was made. The record is safe and was not changed.", NEXT):
                done = export(record, folder, compartments)
        except CannotExport as error:
            raise Failed(str(error)) from None
    from doorstep.cli.django_ready import ready

    ready()
    from doorstep.accounts import audit

    audit.note(audit.OPERATOR, "exported", about=" ".join(compartments))
    emit(({"file": f"{name}.parquet", "rows": count} for name, count in done.rows.items()), ("file", "rows"), output)
