"""A real server for phones: simulated people of a village of Ratanakiri, workers of several roles, and enrolment codes.

From a shell: `python -m tests.support.phone_server DATA PORT [PEOPLE]` fills DATA once and serves until stopped; the lines it
prints first are JSON with the address, the village, and a fresh code for every worker.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import PASSWORD, ROOT, _free_port, _wait, environment

VILLAGE, LUMPHAT, RATANAKIRI = "KH-16050201", "KH-1605", "KH-16"
WORKERS = (
    ("dara", "attendant", VILLAGE, "km"), ("srey", "attendant", VILLAGE, "en"), ("mai", "midwife", LUMPHAT, "vi"),
    ("neary", "mediator", LUMPHAT, "bg"), ("sok", "supervisor", RATANAKIRI, "en"), ("pov", "administrator", "*", "en"),
)  # fmt: skip
PEOPLE = 600


def fill(people: int = PEOPLE, village: str = VILLAGE) -> None:
    """Fills the installation that the settings name: the places of Ratanakiri, workers, three years of the village up to
    today."""
    from doorstep.cli.django_ready import ready

    ready()
    from doorstep.accounts.models import Assignment, Worker
    from doorstep.cli.shelf import programme_named, shelf
    from doorstep.cli.submit import take_in
    from doorstep.record.lists import today
    from doorstep.record.places import Places, load
    from doorstep.record.record import Record
    from doorstep.simulation.stream import simulate

    atlas = Places.load()
    for name, role, place, language in WORKERS:
        worker = Worker.objects.create_user(name, PASSWORD, called=f"{name} (invented)", invented=True, language=language)
        Assignment.objects.create(worker=worker, role=role, place=place, valid_from=0)
    with Record.open(programmes=shelf()) as record:
        with record.store.register.write() as register:
            load(register, atlas, ["KH-16"])
        take_in(record, simulate(programme_named("maternal"), atlas, village, people, "phones", today()))
        record.catch_up()


def fresh_codes() -> dict[str, str]:
    """A new enrolment code for every worker."""
    from doorstep.cli.django_ready import ready

    ready()
    from doorstep.accounts.models import Worker
    from doorstep.record.record import Record
    from doorstep.sync.codes import make_code

    with Record.open() as record:
        return {name: make_code(record, Worker.objects.get(username=name), "sok") for name, *_ in WORKERS}


@dataclass
class PhoneServer:
    """A running server. codes: a fresh one for each worker, used up by the first phone."""

    port: int
    data: Path
    log: Path
    codes: dict[str, str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *words: str) -> str:
        """What `doorstep WORDS` prints on this installation."""
        doorstep = Path(sys.executable).with_name("doorstep")
        return subprocess.run(
            [doorstep, *words], cwd=ROOT, env=environment(self.data), check=True, capture_output=True, text=True
        ).stdout

    def more_codes(self) -> dict[str, str]:
        """Codes for the next phones."""
        return _ask(self.data, "codes")


def _ask(data: Path, what: str, *more: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.phone_server", what, *more], cwd=ROOT, env=environment(data), check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def serving(data: Path, people: int) -> Iterator[PhoneServer]:
    """A server over `data`, filled with so many simulated people."""
    _ask(data, "fill", str(people))
    port, log = _free_port(), data / "server.log"
    with log.open("wb") as out:
        command = [Path(sys.executable).with_name("doorstep"), "serve", "--port", str(port), "--threads", "4"]
        server = subprocess.Popen(command, cwd=ROOT, env=environment(data), stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait(port, server, log)
            yield PhoneServer(port, data, log, _ask(data, "codes"))
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


@pytest.fixture(scope="session")
def phone_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoneServer]:
    """The server, filled; takes about a minute to come."""
    with serving(tmp_path_factory.mktemp("phones"), PEOPLE) as running:
        yield running


def main() -> None:
    """`fill PEOPLE` and `codes`, on the installation of the settings; or `DATA PORT [PEOPLE]`: all of it, and serve."""
    first = sys.argv[1]
    if first == "fill":
        fill(int(sys.argv[2]))
        print("{}")
        return
    if first == "codes":
        print(json.dumps(fresh_codes()))
        return
    data, port = Path(first).absolute(), int(sys.argv[2])
    if not (data / "log.sqlite3").exists():
        _ask(data, "fill", sys.argv[3] if len(sys.argv) > 3 else str(PEOPLE))
    print(json.dumps({"address": f"http://127.0.0.1:{port}", "village": VILLAGE, "codes": _ask(data, "codes")}), flush=True)
    doorstep = str(Path(sys.executable).with_name("doorstep"))
    os.chdir(ROOT)
    os.execve(doorstep, [doorstep, "serve", "--port", str(port), "--threads", "4"], environment(data))


if __name__ == "__main__":
    main()
