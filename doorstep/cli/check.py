"""`doorstep check`: the mistakes of programmes, and their worked cases on every engine."""

from __future__ import annotations

import time
from pathlib import Path

import click

from doorstep.cli.shelf import shelf
from doorstep.content.model import Programme
from doorstep.content.read import read_all
from doorstep.pathways import engines
from doorstep.pathways.cases import Report, run
from doorstep.pathways.engines_env import EngineAbsent

SHOWN = 12
"""Failures printed in full for one programme and engine."""


@click.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--engine", "names", multiple=True, type=click.Choice(engines.NAMES), help="Only on this engine (may be repeated)."
)
@click.option("--sweep/--no-sweep", default=True, show_default=True, help="Read every case's list on every day of its story.")
@click.option("--warnings/--no-warnings", default=True, show_default=True, help="Print warnings too.")
def command(folder: Path | None, names: tuple[str, ...], sweep: bool, warnings: bool) -> None:
    """Read every programme in FOLDER (default: the shelf) and play its worked cases on every engine.

    Exit code 1: a mistake, a case that does not come out, or an engine that is absent and was not deselected.
    """
    programmes, problems = read_all(folder or shelf())
    for problem in problems:
        if problem.is_error or warnings:
            click.echo(f"{problem.severity}: {problem}", err=True)
    failed = any(problem.is_error for problem in problems)
    for name in names or engines.NAMES:
        try:
            with engines.open_engine(name) as engine:
                for programme in programmes.values():
                    failed |= not _play(programme, engine, sweep)
        except EngineAbsent as absent:
            click.echo(f"{name}: absent: {absent} Or leave it out: --engine with the others.", err=True)
            failed = True
    if failed:
        raise SystemExit(1)


def _play(programme: Programme, engine: engines.Engine, sweep: bool) -> bool:
    """One line for one programme on one engine; True when all cases pass."""
    begun = time.monotonic()
    report = run(programme, engine, sweep=sweep)
    for failure in report.failures[:SHOWN]:
        click.echo(f"  {failure}", err=True)
    if len(report.failures) > SHOWN:
        click.echo(f"  and {len(report.failures) - SHOWN} more", err=True)
    click.echo(_line(programme, report, time.monotonic() - begun))
    return not report.failures


def _line(programme: Programme, report: Report, seconds: float) -> str:
    what = f"{report.passed} of {report.cases} worked cases passed, {report.rows} rows"
    swept = f", {report.days} days swept" if report.days else ""
    return f"{programme.id} on {report.engine}: {what}{swept} ({seconds:.1f} s)"
