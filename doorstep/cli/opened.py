"""The record, opened for a command: with the shelf in force, errors as a person reads them, progress on long work."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from doorstep.cli.shelf import shelf
from doorstep.record.authority import Authority
from doorstep.record.background import outdated_exports
from doorstep.record.database import DatabaseAway, value
from doorstep.record.erasure import unreached
from doorstep.record.migrations import SchemaUnknown
from doorstep.record.packs import ContentWrong
from doorstep.record.places.model import PlaceError
from doorstep.record.record import Record
from doorstep.record.store import Config, ConfigurationWrong

QUIET_FOR = 2.0
"""Seconds of work before progress is shown."""


class Failed(click.ClickException):
    """Something a person can do something about; exit code 1."""


class Meter:
    """Counts on one line of standard error, once the work has taken longer than QUIET_FOR."""

    def __init__(self, words: str) -> None:
        self.words, self.began, self.counts, self.shown = words, time.monotonic(), dict[str, int](), 0.0

    def __call__(self, what: str, count: int) -> None:
        self.counts[what] = self.counts.get(what, 0) + count
        now = time.monotonic()
        if now - self.began > QUIET_FOR and now - self.shown > 0.5 and sys.stderr.isatty():
            self.shown = now
            told = ", ".join(f"{number:,} {name}" for name, number in self.counts.items())
            click.echo(f"\r{self.words}: {told} ...", err=True, nl=False)

    def done(self) -> None:
        """Ends the line, if one was begun."""
        if self.shown:
            click.echo("", err=True)


@contextmanager
def told() -> Iterator[None]:
    """Errors that a person can meet, as one message and an exit code."""
    try:
        yield
    except (DatabaseAway, ConfigurationWrong, ContentWrong, PlaceError, SchemaUnknown) as error:
        raise Failed(str(error)) from None


@contextmanager
def reaching(safe: str, then: str) -> Iterator[None]:
    """A folder or disk that cannot be used, told as it happened; `safe` and `then` say what is safe and what to do next."""
    try:
        yield
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise Failed(f"{where}{error.strerror or error}. {safe} {then}") from None


@contextmanager
def opened(*, places: bool = False, release: bool = True, begins: bool = False) -> Iterator[Record]:
    """The record of the settings. release: what stands on the shelf is put in force. places: they are loaded if none are.

    begins: it is made where there is none; any other command refuses there, for a folder mistyped is no empty record.
    """
    with told():
        if not begins:
            refuse_where_none_is()
        record = Record.open()
        try:
            if release:
                _release(record)
            if places:
                load_places(record)
            yield record
            for one in unreached(record.store):  # after what was done, until it is done there too
                click.echo(str(one), err=True)
        finally:
            record.close()


def refuse_where_none_is() -> None:
    """Raises Failed where DOORSTEP_DATA holds no record. A database says itself when it is not there."""
    config = Config.from_environment()
    if not config.database and not (config.data / "log.sqlite3").exists():
        raise Failed(
            f"There is no record in {config.data}. Nothing was made there. Check DOORSTEP_DATA, which names the folder; "
            "doorstep submit, doorstep serve or doorstep demo begins a record."
        )


def _release(record: Record) -> None:
    try:
        first = not record.shelf.packs
        if record.release(shelf()) and not first:
            click.echo("The programmes have changed: what stands on the shelf is now in force.", err=True)
    except ContentWrong as error:
        if not record.shelf.packs:
            raise
        click.echo(f"{error}", err=True)


def load_places(record: Record) -> None:
    """The places of the shelf, unless some are there; takes about ten seconds, once."""
    with record.store.register.read() as register:
        if value(register, "SELECT 1 FROM place_unit LIMIT 1"):
            return
    from doorstep.record.places import Places, load

    click.echo("Loading the places (once, about ten seconds) ...", err=True)
    atlas = Places.load()
    with record.store.register.write() as register:
        load(register, atlas)


def catch_up(record: Record) -> None:
    """Works the register up to the end of the log, with progress."""
    meter = Meter("Working out what is due")
    record.catch_up(meter)
    meter.done()
    renew_exports(record)


def renew_exports(record: Record) -> None:
    """Whoever was erased leaves the exports too, whichever way the erasure came."""
    if not outdated_exports(record):
        return
    from doorstep.record.parquet import CannotExport, renew

    try:
        for one in renew(record):
            click.echo(f"The export in {one.folder} was made anew.", err=True)
    except (CannotExport, OSError) as error:
        click.echo(f"An export still holds somebody who was erased; the next command tries again. {error}", err=True)


def note(action: str, about: str = "") -> None:
    """Writes into the audit log what was done at this command line."""
    from doorstep.cli.django_ready import ready

    ready()
    from doorstep.accounts import audit

    audit.note(audit.OPERATOR, action, about=about)


def note_erased(erased: Iterable[tuple[str, str]], about: str = "") -> None:
    """Writes into the audit log who erased whom: (author, subject)."""
    from doorstep.cli.django_ready import ready

    erased = list(erased)
    if not erased:
        return
    ready()
    from doorstep.accounts import audit

    for author, subject in erased:
        audit.note(author, "erased", subject=subject, about=about)


def accounts_of(record: Record) -> Authority:
    """What the accounts say about workers."""
    from doorstep.cli.django_ready import ready

    ready()
    from doorstep.accounts.authority import Accounts

    return Accounts(record)
