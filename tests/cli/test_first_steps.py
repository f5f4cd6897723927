"""What a newcomer meets on the first day: a port that is taken, a password forgotten, a folder that is not there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.record.world import SHELF


def environment(folder: Path) -> dict[str, str]:
    """Settings of an installation in `folder`, and none of this shell's own."""
    settings = {
        **os.environ, "DOORSTEP_DATA": str(folder), "DOORSTEP_DATABASE": "", "DOORSTEP_KEYS": "",
        "DOORSTEP_PROGRAMMES": str(SHELF), "PYTHONPATH": os.getcwd(), "COLUMNS": "200",
    }  # fmt: skip
    for name in ("DJANGO_SETTINGS_MODULE", "DOORSTEP_DEMO"):
        settings.pop(name, None)
    return settings


def typed(folder: Path, *words: str, stdin: str = "") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command as typed, at an installation in `folder`."""
    done = subprocess.run(
        [sys.executable, "-m", "doorstep", *words],
        env=environment(folder), input=stdin, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
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


OLD = "old-basket-of-rice"
LOGIN = """
from doorstep.cli.django_ready import ready
ready()
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
from django.test import Client
from django.urls import reverse
import subprocess, sys
client = Client()
def comes_in(client, password):
    client.post(reverse("web:login"), {"username": "dara", "password": password})
    return client.get(reverse("web:home")).status_code
print(comes_in(client, sys.argv[1]))
new = subprocess.run([sys.executable, "-m", "doorstep", "worker", "password", "dara"], capture_output=True, text=True).stdout
print(client.get(reverse("web:home")).status_code)
print(comes_in(Client(), sys.argv[1]))
print(comes_in(Client(), new.strip()))
"""


def test_a_new_password_opens_the_door_and_the_old_one_no_longer(tmp_path: Path) -> None:
    code, _, said = typed(tmp_path, "worker", "add", "dara", "--password", stdin=OLD + "\n")
    assert code == 0, said
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LOGIN), OLD], env=environment(tmp_path), capture_output=True, text=True, timeout=120
    )
    before, still_in, with_old, with_new = done.stdout.split()
    assert (before, with_new) == ("200", "200"), done.stderr
    assert "200" not in (still_in, with_old), "the old password still opens"


def test_a_password_of_ones_own_is_taken_unless_it_is_weak_and_nobody_else_gets_one(tmp_path: Path) -> None:
    assert typed(tmp_path, "worker", "add", "dara")[0] == 0
    code, shown, _ = typed(tmp_path, "worker", "password", "dara", "--ask", stdin=OLD + "\n")
    assert (code, shown) == (0, "dara has a new password.\n")
    code, _, said = typed(tmp_path, "worker", "password", "dara", "--ask", stdin="short\n")
    assert (code, "The old password stays as it was." in said) == (1, True)
    code, shown, said = typed(tmp_path, "worker", "password", "nobody")
    assert (code, shown, "Nobody here is called" in said) == (1, "", True)


def test_enrolling_somebody_twice_or_with_half_a_role_says_what_to_type_instead(tmp_path: Path) -> None:
    for half in (("--role", "midwife"), ("--place", "KH-16")):
        code, _, said = typed(tmp_path, "worker", "add", "dara", *half)
        assert (code, "--role and --place go together. Nothing was changed." in said) == (1, True)
    assert typed(tmp_path, "worker", "list", "--format", "json")[1].strip() == "[]"
    assert typed(tmp_path, "worker", "add", "dara")[0] == 0
    code, _, said = typed(tmp_path, "worker", "add", "dara")
    assert (code, "doorstep worker password dara" in said, "doorstep worker assign dara" in said) == (1, True, True)


def test_a_folder_that_cannot_be_made_is_said_with_what_is_safe_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    inside = str(tmp_path / "file" / "in it")
    assert typed(tmp_path / "data", "submit", "-", stdin="")[0] == 0
    for words in (("backup", inside), ("backup", str(tmp_path / "disk"), "--keys", inside), ("export", "--parquet", inside)):
        code, _, said = typed(tmp_path / "data", *words)
        assert code == 1, words
        assert inside in said, words
        assert "The record is safe and was not changed. Name a folder that you may write to" in said, words
        assert "Traceback" not in said


@pytest.mark.parametrize(
    "words",
    [
        ("due", "--place", "KH-16"), ("timeline", "mai"), ("alerts",), ("held", "list"), ("conflicts",), ("replay", "--check"),
        ("export", "--parquet", "out"), ("backup", "out"), ("backup", "--forget", "out"), ("erase", "mai", "--yes"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_folder_mistyped_is_no_empty_record(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, shown, said = typed(tmp_path / "mistyped", *words)
    assert (code, shown) == (1, "")
    assert f"There is no record in {tmp_path / 'mistyped'}. Nothing was made there. Check DOORSTEP_DATA" in said
    assert not (tmp_path / "mistyped").exists()
    assert not Path("out").exists()


def test_the_first_submission_begins_a_record_and_then_it_is_read(tmp_path: Path) -> None:
    assert typed(tmp_path / "data", "submit", "-", stdin="")[0] == 0
    code, shown, _ = typed(tmp_path / "data", "held", "list", "--format", "json")
    assert (code, shown.strip()) == (0, "[]")


def test_a_place_that_is_not_there_leaves_nobody_half_enrolled(tmp_path: Path) -> None:
    code, _, said = typed(tmp_path, "worker", "add", "dara", "--role", "midwife", "--place", "KH-nowhere")
    assert (code, "No place here has the code" in said) == (1, True)
    assert typed(tmp_path, "worker", "list", "--format", "json")[1].strip() == "[]"
    assert typed(tmp_path, "worker", "add", "dara", "--role", "midwife", "--place", "KH-16")[0] == 0
