"""`doorstep serve`: the server, one process with threads."""

from __future__ import annotations

import os

import click

from doorstep.cli.opened import opened
from doorstep.cli.port import refuse_a_taken_port

TARGET = "doorstep.wsgi:application"


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 to be reached from other machines.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--threads", default=16, show_default=True, type=click.IntRange(2, 256), help="Requests answered at once.")
def command(host: str, port: int, threads: int) -> None:
    """Take in submissions and show the pages, until stopped with Ctrl-C.

    Everything that was acknowledged is on the disk: it may be stopped, or killed, at any time.
    """
    refuse_a_taken_port(host, port, "serve")
    prepare()
    click.echo(f"Doorstep listens on http://{host}:{port} (stop with Ctrl-C).")
    run(host, port, threads)


def prepare() -> None:
    """What must be there before the first request: accounts' tables, places, the shelf in force."""
    from doorstep.cli.django_ready import ready

    with opened(places=True, begins=True):
        pass  # opening it released the shelf, and finished what an interrupted erasure left
    ready()


def run(host: str, port: int, threads: int = 16) -> None:
    """Serves until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    # One process: whoever writes to the log is then one thread, and a commit serves everybody who waits.
    os.environ["DOORSTEP_SERVED_BY"] = str(os.getpid())
    Granian(
        TARGET, address=host, port=port, interface=Interfaces.WSGI, workers=1, blocking_threads=threads,
        websockets=False, log_level=LogLevels.error, respawn_failed_workers=True,
    ).serve()  # fmt: skip
