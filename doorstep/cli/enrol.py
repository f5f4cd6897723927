"""`doorstep enrol`: an enrolment code for a worker's phone, as letters, as an address and as a picture to photograph."""

from __future__ import annotations

import io
import os

import click

from doorstep.cli.django_ready import ready
from doorstep.cli.opened import opened
from doorstep.cli.worker import known


@click.command("enrol")
@click.argument("username")
@click.option("--address", default="", metavar="URL", help="Where the phone reaches this server, such as https://care.example.")
def command(username: str, address: str) -> None:
    """Make an enrolment code for a phone of USERNAME: eight letters, for one phone, for three days.

    A code of before that nobody used is worthless from now on.
    """
    ready()
    from doorstep.accounts import audit
    from doorstep.sync.codes import LASTS, link, make_code, picture, written

    with known(username) as worker, opened(begins=True, release=False) as record:
        letters = make_code(record, worker, audit.OPERATOR)
    address = (address or _address()).rstrip("/")
    drawn = io.StringIO()
    picture(address, letters).terminal(out=drawn, compact=True)
    click.echo(drawn.getvalue())
    click.echo(f"{written(letters)}\n")
    click.echo(f"On the phone of {username}, open {link(address, letters)}")
    click.echo(f"(or open {address}/phone/ and type the letters). One phone, within {LASTS.days} days; it is shown this once.")


def _address() -> str:
    """The first name of DOORSTEP_HOSTS, else this machine's own."""
    from django.conf import settings

    host = next((one for one in os.environ.get("DOORSTEP_HOSTS", "").split(",") if one.strip()), "localhost:8000").strip()
    return f"{'https' if settings.HTTPS else 'http'}://{host}"
