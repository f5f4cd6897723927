"""`doorstep worker`: who works here, in which role and area, with which phones and tokens."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from doorstep.accounts.roles import EVERYWHERE, ROLES
from doorstep.cli.django_ready import ready
from doorstep.cli.opened import Failed, opened
from doorstep.cli.output import emit, format_option
from doorstep.cli.places import Day
from doorstep.content.dates import iso_day
from doorstep.record.lists import today

GENERATED = 12
"""Random bytes in a password made here: 16 letters."""


@click.group("worker")
def command() -> None:
    """Who works here: roles, areas, passwords, phones, tokens."""
    ready()


@contextmanager
def known(username: str) -> Iterator[Any]:
    """The worker with this name; an error that says what to do when there is none."""
    from doorstep.accounts.models import Worker

    worker = Worker.objects.filter(username=username).first()
    if worker is None:
        raise Failed(f"Nobody here is called {username!r}. Nothing was changed. See who is: doorstep worker list")
    yield worker


@command.command()
@click.argument("username")
@click.option("--called", default="", help="What people call them.")
@click.option("--role", "role", type=click.Choice(ROLES), default=None, help="With --place: a role in an area.")
@click.option("--place", default=None, metavar="CODE", help="The area: a place in either tree, or * for everywhere.")
@click.option("--password/--no-password", default=False, help="Ask for a password (or read a line of standard input).")
def add(username: str, called: str, role: str | None, place: str | None, password: bool) -> None:
    """Enrol USERNAME, who may then be given roles, a token, a password."""
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from doorstep.accounts import audit
    from doorstep.accounts.models import Worker

    if Worker.objects.filter(username=username).exists():
        raise Failed(
            f"{username} is enrolled already. Nothing was changed. For a new password: doorstep worker password {username}; "
            f"for a role: doorstep worker assign {username} ROLE CODE"
        )
    if (role is None) != (place is None):
        raise Failed(
            "A role is given for an area: --role and --place go together. Nothing was changed. "
            "Find the area's code: doorstep places search NAME (* is everywhere)"
        )
    try:
        given = _password() if password else None
        with transaction.atomic():  # a place that is not there leaves nobody half enrolled
            worker = Worker.objects.create_user(username, given, called=called)
            audit.note(audit.OPERATOR, "enrolled", about=username)
            if role and place:
                _assign(worker, role, place, today())
    except ValidationError as error:
        raise Failed(f"{' '.join(error.messages)} Nothing was changed.") from None
    click.echo(f"{username} is enrolled.")


def _password(worker: Any = None) -> str:
    from django.contrib.auth.password_validation import validate_password

    if sys.stdin.isatty():
        given = str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        given = sys.stdin.readline().rstrip("\n")
    validate_password(given, worker)
    return given


@command.command()
@click.argument("username")
@click.option("--ask", is_flag=True, help="Ask for one (or read a line of standard input) instead of making one.")
def password(username: str, ask: bool) -> None:
    """Give USERNAME a new password, shown this once; whoever is logged in with the old one is logged out."""
    from axes.utils import reset
    from django.core.exceptions import ValidationError

    from doorstep.accounts import audit

    with known(username) as worker:
        try:
            given = _password(worker) if ask else secrets.token_urlsafe(GENERATED)
        except ValidationError as error:
            raise Failed(f"{' '.join(error.messages)} The old password stays as it was.") from None
        worker.set_password(given)  # sessions carry a mark of the password: those of the old one end
        worker.save(update_fields=["password"])
        reset(username=username)  # who was locked out by guessing the old one may come in
        audit.note(audit.OPERATOR, "password_set", about=username)
    click.echo(f"{username} has a new password." if ask else given)


@command.command()
@click.argument("username")
@click.argument("role", type=click.Choice(ROLES))
@click.argument("place", metavar="CODE")
@click.option("--from", "start", type=Day(), default="today", show_default=True)
def assign(username: str, role: str, place: str, start: int) -> None:
    """Give USERNAME a ROLE for the area CODE (a place in either tree, or * for everywhere)."""
    with known(username) as worker:
        _assign(worker, role, place, start)
    click.echo(f"{username} is {role} in {place} from {iso_day(start)}.")


def _assign(worker: Any, role: str, place: str, start: int) -> None:
    from doorstep.accounts import audit
    from doorstep.accounts.models import Assignment
    from doorstep.record.whereabouts import place_then

    tree = ""
    if place != EVERYWHERE:
        with opened(places=True, begins=True) as record, record.store.register.read() as register:
            found = place_then(register, place, start)
        place, tree = found.id, found.tree
    Assignment.objects.create(worker=worker, role=role, place=place, tree=tree, valid_from=start)
    audit.note(audit.OPERATOR, "assigned", about=f"{worker.username} {role} {place}")


@command.command()
@click.argument("username")
@click.option("--role", type=click.Choice(ROLES), default=None, help="Only this role; all of them unless given.")
def end(username: str, role: str | None) -> None:
    """End the roles of USERNAME today; what they did stays theirs."""
    from doorstep.accounts import audit

    with known(username) as worker:
        rows = worker.assignments.filter(valid_to=None)
        count = (rows.filter(role=role) if role else rows).update(valid_to=today())
        audit.note(audit.OPERATOR, "assigned", about=f"{username} ended {role or 'all'}")
    click.echo(f"{count} roles of {username} have ended.")


@command.command()
@click.argument("username")
@click.option("--label", default="", help="What it is for.")
@click.option("--revoke", is_flag=True, help="Make every token of theirs worthless instead.")
def token(username: str, label: str, revoke: bool) -> None:
    """Make a token for USERNAME: an app or a script then sends it instead of a password. It is shown this once."""
    from doorstep.accounts import audit
    from doorstep.accounts.tokens import make_token, revoke_tokens

    with known(username) as worker:
        if revoke:
            count = revoke_tokens(worker)
            audit.note(audit.OPERATOR, "revoked", about=username)
            click.echo(f"{count} tokens of {username} are worthless now.")
            return
        click.echo(make_token(worker, label))


@command.command()
@click.argument("username")
@click.argument("device")
@click.argument("public_key", metavar="KEY")
def phone(username: str, device: str, public_key: str) -> None:
    """Enrol DEVICE for USERNAME with its Ed25519 public KEY (64 hex digits): work from it is then always signed."""
    from doorstep.accounts import audit
    from doorstep.accounts.models import Device

    if len(public_key) != 64 or set(public_key.lower()) - set("0123456789abcdef"):
        raise Failed("A public key is 64 hex digits. Nothing was changed.")
    with known(username) as worker:
        Device.objects.update_or_create(
            worker=worker, device=device, defaults={
                "public_key": public_key.lower(), "revoked_at": None, "standing": "active",
            },
        )
        audit.note(audit.OPERATOR, "enrolled", about=f"{username} {device}")
    click.echo(f"{device} signs for {username}.")


@command.command("list")
@format_option
def list_workers(output: str) -> None:
    """Everybody who works here, with roles and areas."""
    from doorstep.accounts.models import Worker

    rows = (
        {
            "username": worker.username, "called": worker.called, "active": worker.is_active,
            "role": one.role if one else None, "place": one.place if one else None,
            "from": iso_day(one.valid_from) if one else None,
            "until": iso_day(one.valid_to) if one and one.valid_to is not None else None,
        }
        for worker in Worker.objects.order_by("username").prefetch_related("assignments")
        for one in (list(worker.assignments.all()) or [None])
    )  # fmt: skip
    emit(rows, ("username", "called", "role", "place", "from", "until", "active"), output)
