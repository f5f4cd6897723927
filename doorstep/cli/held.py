"""`doorstep held`: what waits for a person, and the decision about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from doorstep.cli.opened import Failed, accounts_of, catch_up, note_erased, opened
from doorstep.cli.output import emit, format_option
from doorstep.record import held
from doorstep.record.reasons import ACCEPTED, HELD, REASONS, Refusal
from doorstep.record.record import Record

COLUMNS = ("n", "reason", "id", "form", "subject", "author", "place", "made_at", "received", "detail", "decision", "next")


@click.group("held")
def command() -> None:
    """What was held for a person: list it, look at it, release it, or refuse it for good."""


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Decided ones too, and what was refused but kept to be compared.")
@format_option
def list_held(everything: bool, output: str) -> None:
    """Everything that waits, oldest first."""
    with opened() as record:
        rows = held.kept_aside(record, None if everything else HELD, decided=everything)
    emit((_shown(row) for row in rows), COLUMNS, output)


def _shown(aside: held.Aside) -> dict[str, Any]:
    received = datetime.fromtimestamp(aside.received_at / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {**vars(aside), "received": received, "next": REASONS[aside.reason].next}


@contextmanager
def deciding() -> Iterator[Record]:
    """The record, with the errors of deciding told."""
    with opened() as record:
        try:
            yield record
        except (held.CannotDecide, Refusal) as error:
            raise Failed(str(error)) from None


@command.command()
@click.argument("n", type=int)
def show(n: int) -> None:
    """Print what was sent under number N. That you looked is noted."""
    with deciding() as record:
        aside = held.one_aside(record, n)
        if aside is None:
            raise Failed(f"Nothing is kept aside under number {n}. See: doorstep held list")
        sent, _ = held.content(record, aside)
    _note("held_looked", aside)
    click.echo(json.dumps(sent, ensure_ascii=False, indent=2))


@command.command()
@click.argument("numbers", metavar="N...", type=int, nargs=-1, required=True)
@click.option("--made-at", default=None, metavar="TIME", help="The right time, as 2026-03-01T08:30:00+07:00.")
@click.option("--version", default=None, help="Read it as this version of its form.")
@click.option("--note", default="", help="Why, in a few words, without names.")
def release(numbers: tuple[int, ...], made_at: str | None, version: str | None, note: str) -> None:
    """Take in what was held under these numbers: on your word it is right."""
    with deciding() as record:
        for n in numbers:
            who = accounts_of(record)
            receipt = held.release(record, n, "operator", made_at=made_at, version=version, note=note, authority=who)
            click.echo(f"{n}: {receipt.outcome} ({receipt.id})")
            released = held.one_aside(record, n)
            if released:
                _note("held_released", released)
                if released.kind == "erase" and receipt.outcome == ACCEPTED:
                    note_erased([(released.author, released.subject)], f"held {n}, released by the operator")
        catch_up(record)


@command.command()
@click.argument("numbers", metavar="N...", type=int, nargs=-1, required=True)
@click.option("--note", required=True, help="Why, in a few words, without names.")
def refuse(numbers: tuple[int, ...], note: str) -> None:
    """Refuse what was held under these numbers, for good. It stays readable, and acts on nothing."""
    with deciding() as record:
        for n in numbers:
            held.refuse(record, n, "operator", note)
            click.echo(f"{n}: refused for good")
            refused = held.one_aside(record, n)
            if refused:
                _note("held_refused", refused)


def _note(action: str, aside: held.Aside) -> None:
    from doorstep.cli.django_ready import ready

    ready()
    from doorstep.accounts import audit

    audit.note(audit.OPERATOR, action, subject=aside.subject, about=f"{aside.n} {aside.id}")
