"""`doorstep demo`: real places, invented people, from an empty folder to a page that shows who needs a visit."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click

from doorstep.accounts.demonstration import FILLING, READY, Demonstration, read, write
from doorstep.cli.opened import Failed, catch_up, opened, told
from doorstep.cli.output import emit
from doorstep.cli.places import Day
from doorstep.cli.port import as_typed_here, refuse_a_taken_port
from doorstep.cli.shelf import programme_named
from doorstep.cli.submit import take_in
from doorstep.content.dates import day_number, iso_day
from doorstep.record.database import value
from doorstep.record.lists import Listed, Question, due, today
from doorstep.record.places import Places
from doorstep.record.reasons import OUTCOMES
from doorstep.record.record import Record
from doorstep.record.store import Config
from doorstep.simulation.cast import SCENES, SEED, Scene
from doorstep.simulation.stream import simulate

FOLDER = "var/demo"
LISTED = 12
COLUMNS = ("status", "step", "due", "village", "subject")
THERE = timedelta(hours=7)
"""The clock of Ratanakiri."""
OLD = 14
"""Days after which the story is told to have ended a while ago."""


@click.command("demo")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--serve/--no-serve", default=True, show_default=True, help="Start the server when everything is there.")
@click.option("--people", type=click.IntRange(50), default=4000, show_default=True, help="How many people Ratanakiri has.")
@click.option("--until", type=Day(), default="today", show_default=True, help="The last day of the story.")
@click.option("--anew", is_flag=True, help="Throw the demonstration away and begin again.")
def command(host: str, port: int, serve: bool, people: int, until: int, anew: bool) -> None:
    """Show Doorstep with real places and invented people; safe to start again as often as you like.

    It lives in a folder of its own (DOORSTEP_DATA, else var/demo) and refuses one that holds anything else.
    """
    os.environ.setdefault("DOORSTEP_DATA", FOLDER)
    os.environ["DOORSTEP_DEMO"] = "yes"
    began = time.monotonic()
    with told():
        data = Config.from_environment().data
        if serve:
            refuse_a_taken_port(host, port, "demo")
        if anew:
            _throw_away(data)
        try:
            found = _prepared(data, people, until)
        except KeyboardInterrupt:
            raise Failed("Stopped. What was taken in is safe; start it again and it goes on from there.") from None
    click.echo(f"\nReady after {time.monotonic() - began:.0f} seconds.")
    _welcome(found, data, host, port, serve)
    if serve:
        from doorstep.cli.serve import run

        run(host, port)
        click.echo("\nThe demonstration has stopped. Nothing is lost; start it again: make run")


def _throw_away(data: Path) -> None:
    if read(data) is None:
        if data.exists() and any(data.iterdir()):
            raise Failed(f"{data} is not marked as a demonstration. Nothing was thrown away.")
        return
    if Config.from_environment().database:
        raise Failed("The demonstration lies in a database. Nothing was thrown away: drop that database, then start again.")
    shutil.rmtree(data)


def _prepared(data: Path, people: int, until: int) -> Demonstration:
    """The demonstration, filled if it is not."""
    found = read(data)
    if found is None:
        _refuse_a_real_record()
        found = Demonstration(FILLING, iso_day(until))
        write(data, found)
    if found.state == READY:
        with opened(places=True, begins=True) as record:
            with stage("Opening the demonstration"):
                catch_up(record)
            _sample(record)
        return found
    _fill(found, people)
    found.state = READY
    write(data, found)
    return found


def _refuse_a_real_record() -> None:
    with opened(release=False, begins=True) as record, record.store.log.read() as log:
        if value(log, "SELECT 1 FROM submission LIMIT 1"):
            raise Failed(
                "There is a record here that is no demonstration, and invented people do not belong in it. Nothing was changed. "
                "Set DOORSTEP_DATA to another folder (and unset DOORSTEP_DATABASE), then start again."
            )


@contextmanager
def stage(words: str) -> Iterator[None]:
    """One line: what is being done, then how long it took."""
    began = time.monotonic()
    click.echo(f"{words} ... ", nl=False)
    yield
    click.echo(f"{time.monotonic() - began:.1f} s")


def _fill(found: Demonstration, people: int) -> None:
    """Places, accounts, submissions of three years, and what is due: goes on where an earlier start was stopped."""
    from doorstep.cli.demo_accounts import enrol

    until = day_number(found.until)
    click.echo("The places are real. The people, their names and the health facilities are invented.\n")
    with stage("Reading the places of Cambodia, Viet Nam and Bulgaria"):
        atlas = Places.load()
    with opened(places=True, begins=True) as record:
        with stage("Making accounts"):
            found.logins = enrol(record, atlas, until, people)
        for scene in SCENES:
            _submit(record, atlas, scene, until, scene.people(people))
        with stage("Working out what is due for everybody"):
            catch_up(record)
        _sample(record)


def _submit(record: Record, atlas: Places, scene: Scene, until: int, people: int) -> None:
    """As `doorstep simulate ... | doorstep submit -` does."""
    content = programme_named("maternal")
    with stage(f"Three years of {people:,} people in {scene.name}"):
        tally = take_in(record, simulate(content, atlas, scene.place, people, SEED, until))
    counts = ", ".join(f"{tally.counts[outcome]:,} {outcome}" for outcome in OUTCOMES if tally.counts[outcome])
    click.echo(f"  submissions: {counts}")


def _sample(record: Record) -> None:
    """Who needs a visit in Ratanakiri today: a few rows of the list, danger first, then what is nearest to today: examples of
    every kind, and not the order of the list. No names."""
    scene, day = SCENES[0], today(THERE)
    rows = due(record, Question(scene.place, day, second=int(time.time())))
    late = sum(row["status"] == "late" for row in rows)
    counts = f"{len(rows)} steps are open, {late} of them late. Some of them:"
    click.echo(f"\nWho needs a visit in {scene.name} today, {iso_day(day)}: {counts}\n")
    # The title of a step of a closed compartment would tell, and a terminal is no place for it.
    care = [row for row in rows if row["compartment"] == "care"]
    chosen = sorted(care, key=lambda row: (row["urgency"] != "danger", abs(_due_day(row) - day)))[:LISTED]
    with record.store.register.read() as register:
        homes = register.rows("SELECT h.subject, u.name FROM home AS h JOIN place_unit AS u ON u.id = h.place")
    villages: dict[str, str] = dict(homes)
    lines = ({**row, "due": iso_day(_due_day(row)), "village": villages.get(row["subject"])} for row in chosen)
    emit(lines, COLUMNS)


def _due_day(row: Listed) -> int:
    """The civil day in Ratanakiri, on either clock."""
    moment = row["due"]
    return int(moment) if row["clock"] == "day" else int((moment + THERE.total_seconds()) // 86_400)


def _welcome(found: Demonstration, data: Path, host: str, port: int, serve: bool) -> None:
    """Where to look, and how to log in."""
    old = today() - day_number(found.until)
    if old > OLD:
        click.echo(f"The story ended {old} days ago; to begin a new one: {as_typed_here()} demo --anew")
    click.echo("\nTo log in (everybody here is invented):\n")
    emit((vars(login) for login in found.logins), ("name", "password", "role", "about"))
    click.echo(f"\nThe same lists at the command line:\n  DOORSTEP_DATA={_near(data)} {as_typed_here()} due --place KH-16")
    if serve:
        click.echo(
            f"\nThe attendant's phone app:  http://{host}:{port}/phone/   “Practise” needs no code; a supervisor makes\n"
            "codes under “Who has which phone?”. Voices of a machine are spoken in the background; they come as they are ready.\n"
            f"\nLook at  http://{host}:{port}   (stop with Ctrl-C)"
        )


def _near(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
