"""One way to print a list: a table for people, JSON or CSV for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TextIO, TypeVar

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

FORMATS = ("table", "json", "csv")
Command = TypeVar("Command", bound=Callable[..., Any])


def format_option(command: Command) -> Command:
    """Give a click command its `--format table|json|csv`; the command receives it as `output`."""
    return click.option(
        "--format", "output", type=click.Choice(FORMATS), default="table", show_default=True,
        help="A table to read, or JSON or CSV for a program.",
    )(command)


def emit(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], format: str = "table", to: TextIO | None = None
) -> int:
    """Print rows and return how many there were.

    rows: mappings; a key that is missing prints as empty (null in JSON). columns: keys, in printing order;
    other keys are left out. format: one of FORMATS. JSON is one list of objects, with letters of every
    script as they are; CSV has a header line even when there is no row.
    """
    stream = to or sys.stdout
    picked = [{column: row.get(column) for column in columns} for row in rows]
    if format == "json":
        json.dump(picked, stream, ensure_ascii=False, indent=2, default=str)
        stream.write("\n")
    elif format == "csv":
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _plain(value) for key, value in row.items()} for row in picked)
    elif format == "table":
        _table(picked, columns, stream)
    else:
        raise ValueError(f"unknown format {format!r}: expected one of {', '.join(FORMATS)}")
    return len(picked)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], stream: TextIO) -> None:
    if not rows:
        stream.write("Nothing to show.\n")
        return
    # A pipe has no width: lines are then as long as they need to be, so that nothing is cut off.
    console = Console(file=stream, width=None if stream.isatty() else 10_000, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        numeric = all(isinstance(row[column], int | float | None) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", no_wrap=not stream.isatty())
    for row in rows:
        table.add_row(*(escape(_plain(row[column])) for column in columns))
    console.print(table)
