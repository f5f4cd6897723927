"""A real server for phones: simulated people of a village of Ratanakiri, workers of several roles, and enrolment codes.

From a shell: `python -m tests.support.phone_server DATA PORT [PEOPLE]` fills DATA once and serves until stopped; the lines it
prints first are JSON with the address, the village, and a fresh code for every worker.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.console import PASSWORD, ROOT, _free_port, _wait, environment
from tests.support.once import copied, once

if TYPE_CHECKING:
    from doorstep.record.record import Record

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
        _hush(record)


def _hush(record: Record) -> None:
    """No machine speaks at this station, as where none can: for thousands of sentences it would take the time of everything else.
    `PhoneServer.may_speak` undoes it."""
    from doorstep.sync.clips_store import write_json
    from doorstep.sync.clips_voices import Voices

    voices = Voices(record.store.config.data, lambda: record.shelf.current)
    tried = {language: {key: ("", 0) for key, _ in wanted} for language, wanted in voices.to_make().items()}
    voices.made.folder.mkdir(mode=0o700)
    write_json(voices.made.folder / "index.json", tried)


def settle(village: str, people: int) -> None:
    """Invented people of another village of Ratanakiri, at the installation that the settings name."""
    from doorstep.cli.django_ready import ready

    ready()
    from doorstep.cli.shelf import programme_named
    from doorstep.cli.submit import take_in
    from doorstep.record.lists import today
    from doorstep.record.places import Places
    from doorstep.record.record import Record
    from doorstep.simulation.stream import simulate

    with Record.open() as record:
        take_in(record, simulate(programme_named("maternal"), Places.load(), village, people, "neighbours", today()))
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
    codes: dict[str, str] = field(default_factory=dict)
    app: Path | None = None
    """Another built phone app than the house's own."""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serves from now on, on the same port as before."""
        more = {"DOORSTEP_PHONE_APP": str(self.app)} if self.app else {}
        with self.log.open("ab") as out:
            command = [Path(sys.executable).with_name("doorstep"), "serve", "--port", str(self.port), "--threads", "4"]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment(self.data) | more, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        _wait(self.port, self.process, self.log)

    def stop(self) -> None:
        """Ends in good order."""
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """Gone in the middle of whatever it does, as when the power fails."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *words: str) -> str:
        """What `doorstep WORDS` prints on this installation."""
        doorstep = Path(sys.executable).with_name("doorstep")
        return subprocess.run(
            [doorstep, *words], cwd=ROOT, env=environment(self.data), check=True, capture_output=True, text=True
        ).stdout

    def worker(self, username: str, place: str = VILLAGE) -> None:
        """Somebody new who is an attendant there."""
        self.command("worker", "add", username, "--called", f"{username} (invented)", "--role", "attendant", "--place", place)

    def code(self, username: str) -> str:
        """A code for a phone of hers, as `doorstep enrol` prints it."""
        found = re.search(r"^([A-Z]{4}) ([A-Z]{4})$", self.command("enrol", username), re.MULTILINE)
        assert found
        return found[1] + found[2]

    def may_speak(self) -> None:
        """A machine speaks what nobody has recorded."""
        shutil.rmtree(self.data / "voices-made")

    def settle(self, village: str, people: int) -> None:
        """People of another village."""
        _ask(self.data, "settle", village, str(people))

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
def serving(factory: pytest.TempPathFactory, name: str, people: int = PEOPLE) -> Iterator[PhoneServer]:
    """A server over a folder of this name of its own, filled with so many simulated people: it takes half a minute, once in a run."""
    filled = once(factory, f"filled-{people}", lambda data: _ask(data, "fill", str(people)))
    data = copied(filled, factory.mktemp(name))
    server = PhoneServer(_free_port(), data, data / "server.log")
    try:
        server.start()
        server.codes = _ask(data, "codes")
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def phone_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoneServer]:
    """The server, filled. Each file of tests that imports this has one of its own, and may do anything to it."""
    with serving(tmp_path_factory, "phones") as running:
        yield running


def main() -> None:
    """`fill PEOPLE` and `codes`, on the installation of the settings; or `DATA PORT [PEOPLE]`: all of it, and serve."""
    first = sys.argv[1]
    if first == "fill":
        fill(int(sys.argv[2]))
        print("{}")
        return
    if first == "settle":
        settle(sys.argv[2], int(sys.argv[3]))
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
