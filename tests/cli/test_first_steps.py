"""What a newcomer meets on the first day: a port that is taken, a password forgotten, a folder that is not there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.record.world import SHELF


def typed(folder: Path, *words: str, stdin: str = "") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command as typed, at an installation in `folder`."""
    environment = {
        **os.environ, "DOORSTEP_DATA": str(folder), "DOORSTEP_DATABASE": "", "DOORSTEP_KEYS": "",
        "DOORSTEP_PROGRAMMES": str(SHELF), "PYTHONPATH": os.getcwd(), "COLUMNS": "200",
    }  # fmt: skip
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment.pop("DOORSTEP_DEMO", None)
    done = subprocess.run(
        [sys.executable, "-m", "doorstep", *words], env=environment, input=stdin, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def taken() -> Iterator[int]:
    """A port where another server listens, in the way that lets others share it."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_where_something_listens_is_refused_and_nothing_is_made(tmp_path: Path, taken: int, command: str) -> None:
    code, _, said = typed(tmp_path / "data", command, "--port", str(taken))
    assert code == 1
    assert f"Something listens on 127.0.0.1:{taken} already" in said
    assert "Nothing was changed." in said
    assert f"{command} --port " in said
    assert not (tmp_path / "data").exists()


def test_a_host_that_is_not_this_machine_is_not_called_taken(tmp_path: Path) -> None:
    code, _, said = typed(tmp_path / "data", "serve", "--host", "192.0.2.1")
    assert (code, "cannot be listened on" in said) == (1, True)
