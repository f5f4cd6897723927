"""`doorstep demo`: one command from an empty folder to a page that shows who needs a visit."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CALL = [sys.executable, "-c", "from doorstep.cli.main import main; main()"]
LAST_DAY = "2026-06-30"
"""Of the story, so that nothing here depends on the day on which the tests run."""
SMALL = ["--people", "600", "--until", LAST_DAY]
CLOSED = ("elimination", "newborn_exposed")
"""Pathways of which a terminal shows nobody."""


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOORSTEP", "DJANGO"))}
    return {**kept, "DOORSTEP_DATA": str(data)}


def run(data: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    found = subprocess.run(
        [*CALL, *arguments], cwd=ROOT, env=environment(data), capture_output=True, text=True, timeout=400, check=False
    )
    assert not check or found.returncode == 0, found.stdout + found.stderr
    return found


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A small demonstration, filled once: its folder and what it printed."""
    data = tmp_path_factory.mktemp("demo") / "data"
    return data, run(data, "demo", "--no-serve", *SMALL).stdout


def logins(data: Path) -> dict[str, str]:
    return {one["name"]: one["password"] for one in json.loads((data / "demonstration.json").read_text())["logins"]}


def test_it_says_what_it_does_who_needs_a_visit_and_how_to_log_in(shown: tuple[Path, str]) -> None:
    data, told = shown
    assert "are invented" in told
    assert re.search(r"Who needs a visit in Ratanakiri today, \d{4}-\d\d-\d\d: \d+ steps are open, \d+ of them late", told)
    assert re.search(r"submissions: [\d,]+ accepted", told)
    assert "KH-16" in told
    for name, password in logins(data).items():
        assert re.search(rf"{re.escape(name)} +{password}", told)
    assert {"administrator", "supervisor", "midwife", "attendant", "mediator", "stranger"} <= set(logins(data))
    assert "(invented)" not in told, "no names, invented ones neither, in what a terminal keeps"


def listed(data: Path, place: str, day: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(data, "due", "--place", place, "--on", day, "--format", "json").stdout)
    return found


def test_the_list_is_that_of_the_due_command(shown: tuple[Path, str]) -> None:
    data, told = shown
    at = re.search(r"today, (\S+): (\d+) steps are open, (\d+) of them late", told)
    assert at
    rows = listed(data, "KH-16", at[1])
    assert (len(rows), sum(row["status"] == "late" for row in rows)) == (int(at[2]), int(at[3]))
    care = {row["subject"] for row in rows if row["pathway"] not in CLOSED}
    printed = set(re.findall(r"^(?:due|late) .* (\S+)$", told, re.MULTILINE))
    assert printed <= care
    assert bool(printed) == bool(care)


def test_what_is_due_in_one_country_is_nobodys_in_another(shown: tuple[Path, str]) -> None:
    data, _ = shown
    ratanakiri, samokov = listed(data, "KH-16", LAST_DAY), listed(data, "BG", LAST_DAY)
    assert len(ratanakiri) > 20
    assert {row["status"] for row in ratanakiri} == {"due", "late"}
    assert samokov
    assert not {row["subject"] for row in ratanakiri} & {row["subject"] for row in samokov}


def test_started_again_it_uses_what_is_there(shown: tuple[Path, str]) -> None:
    data, _ = shown
    before = logins(data)
    again = run(data, "demo", "--no-serve").stdout
    assert "submissions:" not in again
    assert "Who needs a visit in Ratanakiri" in again
    assert logins(data) == before


def test_stopped_half_way_it_goes_on_without_doing_anything_twice(shown: tuple[Path, str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(shown[0], data)
    marked = data / "demonstration.json"
    assert json.loads(marked.read_text())["until"] == LAST_DAY
    first = run(data, "due", "--place", "KH", "--on", LAST_DAY, "--format", "csv").stdout
    marked.write_text(marked.read_text().replace('"ready"', '"filling"'))
    again = run(data, "demo", "--no-serve", *SMALL).stdout
    assert "accepted" not in again
    assert "duplicate" in again
    assert run(data, "due", "--place", "KH", "--on", LAST_DAY, "--format", "csv").stdout == first
    assert len(first.splitlines()) > 3


def test_invented_people_are_not_put_beside_real_ones(tmp_path: Path) -> None:
    one = {
        "id": "a-real-one", "form": "anc_contact", "subject": "a-woman", "author": "a-midwife", "place": "KH-16010102",
        "made_at": "2026-03-01T08:30:00+07:00", "answers": {},
    }
    (tmp_path / "one.jsonl").write_text(json.dumps(one), encoding="utf-8")
    data = tmp_path / "data"
    run(data, "submit", str(tmp_path / "one.jsonl"))
    refused = run(data, "demo", "--no-serve", *SMALL, check=False)
    assert refused.returncode == 1
    assert "no demonstration" in refused.stderr
    assert "DOORSTEP_DATA" in refused.stderr
    thrown = run(data, "demo", "--no-serve", "--anew", *SMALL, check=False)
    assert thrown.returncode == 1
    assert (data / "log.sqlite3").exists()


def test_a_port_in_use_is_told_before_any_work_is_done(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        told = run(tmp_path / "data", "demo", "--port", str(port), check=False)
    assert told.returncode == 1
    assert f"demo --port {port + 1}" in told.stderr
    assert not (tmp_path / "data").exists()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def opened(url: str, opener: urllib.request.OpenerDirector) -> str:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        try:
            return str(opener.open(url, timeout=120).read().decode())
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError):
                raise
            time.sleep(0.1)
    raise AssertionError("the server did not answer")


def log_in(base: str, name: str, password: str) -> str:
    """The first page that this person sees."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opened(f"{base}/login/", opener)
    token = next(cookie.value for cookie in jar if "csrf" in cookie.name)
    form = urllib.parse.urlencode({"username": name, "password": password, "csrfmiddlewaretoken": token}).encode()
    request = urllib.request.Request(f"{base}/login/", form, {"Referer": f"{base}/login/"})
    return str(opener.open(request, timeout=120).read().decode())


def test_everybody_of_the_cast_can_log_in_and_ctrl_c_ends_it_cleanly(shown: tuple[Path, str]) -> None:
    data, _ = shown
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [*CALL, "demo", "--port", str(port)], cwd=ROOT, env=environment(data),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    try:
        door = opened(f"{base}/login/", urllib.request.build_opener())
        assert "invented" in door
        for name, password in logins(data).items():
            assert password in door, "who may look around is told at the door"
            page = log_in(base, name, password)
            assert "logout" in page, name
    finally:
        server.send_signal(signal.SIGINT)
        told = server.communicate(timeout=60)[0]
    assert server.returncode == 0, told
    assert f"Look at  {base}" in told
    assert "Nothing is lost" in told
    assert "Traceback" not in told
