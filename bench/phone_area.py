"""The station of the `phone` bench: two areas of invented people with three years of history, kept for the next run.

A person counts when the register holds her: of all who live in a place about one in seven is or was pregnant, or was born,
within three years. So for 2,000 people of a list fifteen thousand are simulated.

    python -m bench.phone_area FOLDER 2000=KH-1605 5000=KH-1602      # what `station` does in a process of its own
"""

from __future__ import annotations

import fcntl
import hashlib
import inspect
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from bench.histories import DATA
from bench.report import say

ROOT = Path(__file__).resolve().parent.parent
LIVE_THERE = 7.6
"""People of a place for each one whom the register holds after three years."""
SHEET = """"survey","type","name","label::English (en)"
,"text","remark_{number}","What else is there to say?"
"settings","form_title","form_id","version"
,"What else {number}","what_else_{number}","1"
"""
MADE_FROM = ("content", "pathways", "record", "simulation")
"""Floors that say what is in the register."""
PROVINCE, PASSWORD, SUPERVISOR = "KH-16", "a long walk home", "supervisor"
KEPT_FOR = 14 * 86_400
"""Seconds; after that too much of the list is late."""
STARTS_WITHIN = 180.0
DOORSTEP = (sys.executable, "-c", "from doorstep.cli.main import main; main()")


@dataclass(frozen=True)
class Area:
    """A worker with a phone. people: at least so many are to be on it."""

    people: int
    place: str

    @property
    def worker(self) -> str:
        return f"attendant-{self.people}"

    @property
    def other(self) -> str:
        """A colleague with another phone."""
        return f"colleague-{self.people}"


@dataclass(frozen=True)
class Station:
    """A running server. made: what its areas hold, as `fill` told it."""

    port: int
    folder: Path
    areas: Sequence[Area]
    made: Mapping[str, Mapping[str, int]]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, what: str, *words: str) -> Any:
        """What `python -m bench.phone_area FOLDER what ...` answers."""
        return _ask(self.folder, what, *words)


def environment(folder: Path) -> dict[str, str]:
    """Of the server and of what is done beside it."""
    plain = {key: word for key, word in os.environ.items() if not key.startswith("DOORSTEP_") or key == "DOORSTEP_PHONE_APP"}
    return plain | {"DOORSTEP_DATA": str(folder), "PYTHONPATH": str(ROOT)}


def _ask(folder: Path, what: str, *words: str) -> Any:
    command = [sys.executable, "-m", "bench.phone_area", what, *words]
    done = subprocess.run(command, cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench phone: {what} did not work; why is above. Only bench/.data was being written: try again.")
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def station(areas: Sequence[Area]) -> Iterator[Station]:
    """The server over a copy of the register: what a run sends does not stay for the next one."""
    kept = DATA / f"phone-{'-'.join(str(area.people) for area in areas)}"
    made = _filled(kept, areas)
    with tempfile.TemporaryDirectory(dir=DATA, prefix="phone-run-") as name:
        work = Path(name)
        shutil.copytree(kept, work, dirs_exist_ok=True)
        try:
            with _served(work) as port:
                yield Station(port, work, areas, made)
        finally:
            _voices_rest(work)


def _voices_rest(folder: Path) -> None:
    """What makes voices beside a server ends by itself soon after it; then nothing is written to the folder any more."""
    voices = folder / "voices-made"
    if voices.exists():
        with (voices / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)


def _filled(folder: Path, areas: Sequence[Area]) -> Mapping[str, Mapping[str, int]]:
    """What the areas hold; they are made when they are not there, too old, or made from something else."""
    made_from = _made_from(areas)
    mark, now = folder / "made.json", time.time()
    if mark.exists():
        told = json.loads(mark.read_text())
        if told["from"] == made_from and now - told["at"] < KEPT_FOR:
            found: Mapping[str, Mapping[str, int]] = told["areas"]
            return found
    say("phone: making the areas (once, some minutes; kept in bench/.data for two weeks)")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made: Mapping[str, Mapping[str, int]] = _ask(folder, "fill", *(f"{area.people}={area.place}" for area in areas))
    mark.write_text(json.dumps({"from": made_from, "at": now, "areas": made}))
    return made


def _made_from(areas: Sequence[Area]) -> str:
    """Hash of everything that says what is in the register."""
    own = [repr(areas), str(LIVE_THERE), *map(inspect.getsource, (fill, _written_down, _held))]
    digest = hashlib.sha256("".join(own).encode())
    code = [path for floor in MADE_FROM for path in sorted((ROOT / "doorstep" / floor).rglob("*.py"))]
    for path in (*code, *sorted((ROOT / "programmes").rglob("*.y*ml"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@contextmanager
def _served(folder: Path) -> Iterator[int]:
    """The port of a running server; it is stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    log = (folder / "server.log").open("wb")
    command = [*DOORSTEP, "serve", "--port", str(port), "--threads", "4"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment(folder), stdout=log, stderr=log)
    try:
        end = time.monotonic() + STARTS_WITHIN
        while server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if time.monotonic() > end:
                    break
                time.sleep(0.1)
        else:
            sys.exit(f"bench phone: the server did not start:\n{(folder / 'server.log').read_text(errors='replace')[-2000:]}")
        yield port
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


# --- in a process of its own, on the installation that the settings name -------------------------------------------------


def fill(areas: Sequence[Area]) -> dict[str, dict[str, int]]:
    """The places, two workers for each area, and three years of its people up to today."""
    from doorstep.accounts.models import Assignment, Worker
    from doorstep.cli.shelf import programme_named, shelf
    from doorstep.cli.submit import take_in
    from doorstep.record.lists import today
    from doorstep.record.places import Places, load
    from doorstep.record.record import Record
    from doorstep.record.store import Config
    from doorstep.simulation.stream import simulate

    atlas, content = Places.load(), programme_named("maternal")
    who = [(SUPERVISOR, "supervisor", PROVINCE)]
    who += [(name, "attendant", area.place) for area in areas for name in (area.worker, area.other)]
    for name, role, place in who:
        worker = Worker.objects.create_user(name, PASSWORD, called=f"{name} (invented)", invented=True, language="en")
        Assignment.objects.create(worker=worker, role=role, place=place, valid_from=0)
    with Record.open(programmes=shelf()) as record:
        with record.store.register.write() as register:
            load(register, atlas, [PROVINCE])
        for area in areas:
            say(f"phone: three years of an area of {area.people:,}")
            found = simulate(content, atlas, area.place, round(LIVE_THERE * area.people), "phones", today())
            with documents_of(Config.from_environment().data, area.worker).open("w") as file:
                take_in(record, _written_down(found, file))
        say("phone: working out what is due for everybody")
        record.catch_up()
        return {area.worker: _held(record, area.worker) for area in areas}


def documents_of(folder: Path, worker: str) -> Path:
    """Submissions of an area as the peer keeps them, one in a line; after `fill` those alone that the worker's phone holds."""
    return folder / f"documents-{worker}.jsonl"


def _written_down(found: Iterator[dict[str, Any]], file: TextIO) -> Iterator[dict[str, Any]]:
    """The same submissions; on the way each is written as a document of CHT's kind."""
    for one in found:
        document = {
            "_id": one["id"], "type": "data_record", "form": one.get("form", one["kind"]), "reported_date": one["made_at"],
            "contact": {"_id": one["author"]}, "place": one["place"], "fields": {"patient_uuid": one["subject"], **one["answers"]},
        }  # fmt: skip
        file.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")
        yield one


def _held(record: Any, name: str) -> dict[str, int]:
    """How many people and submissions a worker's phone holds; documents of others are left out."""
    from doorstep.accounts import access
    from doorstep.accounts.models import Worker
    from doorstep.record.database import among, value
    from doorstep.sync.holding import Holding
    from doorstep.sync.rows import rows_of
    from doorstep.sync.snapshot import everybody

    holding = Holding.of(access.viewer(Worker.objects.get(username=name)), record.rules.pack.programmes)
    with record.reading() as register:
        seen = everybody(register, holding)
        subs = {row[0] for row in rows_of(record, register, holding, seen, steps=False)["sub"]}
    path = documents_of(record.store.config.data, name)
    kept = [line for line in path.read_text().splitlines() if json.loads(line)["_id"] in subs]
    path.write_text("".join(f"{line}\n" for line in kept))
    with record.reading() as register:
        condition, values = among(register, "subject", seen)
        persons = int(value(register, f"SELECT COUNT(*) FROM subject WHERE kind = 'person' AND {condition}", values))
    return {"people": len(seen), "persons": persons, "submissions": len(kept)}


def code(name: str) -> str:
    """A fresh enrolment code."""
    from doorstep.accounts.models import Worker
    from doorstep.record.record import Record
    from doorstep.sync.codes import make_code

    with Record.open() as record:
        return make_code(record, Worker.objects.get(username=name), SUPERVISOR)


def token(name: str) -> str:
    """Of a colleague, who sends without a phone."""
    found = subprocess.run([*DOORSTEP, "worker", "token", name], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return found.stdout.strip().splitlines()[-1]


def content(name: str) -> str:
    """A form that somebody uploads: the content is another from now on."""
    file = Path(os.environ["DOORSTEP_DATA"]) / f"{name}.csv"
    file.write_text(SHEET.format(number=name.rpartition("-")[2]))
    subprocess.run([*DOORSTEP, "form", "upload", str(file), "--of", "person"], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return name


ASKED = {"code": code, "token": token, "content": content}


def main() -> None:
    from doorstep.cli.django_ready import ready

    ready()
    what, *words = sys.argv[1:]
    if what == "fill":
        print(json.dumps(fill([Area(int(people), place) for people, _, place in (word.partition("=") for word in words)])))
    elif what in ASKED:
        print(json.dumps(ASKED[what](words[0])))
    else:
        sys.exit(f"bench phone_area: there is no {what}")


if __name__ == "__main__":
    main()
