"""A running server with a small cast, for tests of the pages: `console`. One for each test process, on a free port.

Everything is real but the people: the maternal programme, places of Ratanakiri and Bac Kan, the intake, the register.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.support.once import copied, once

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a long walk home"
DAY = "2026-06-10"
"""The day that the tests ask about: in the past, so that it never changes."""
CAST = "cast.json"
"""Ids of the cast, in the folder of the installation."""


@dataclass(frozen=True)
class Answer:
    """What a page answered."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def title(self) -> str:
        """What stands in the tab of the browser."""
        found = re.search(r"<title>(.*?)</title>", self.text, re.DOTALL)
        return found[1].strip() if found else ""

    @property
    def main(self) -> str:
        """What is between <main> and </main>."""
        return self.text.partition("<main")[2].partition("</main>")[0]


@dataclass
class Visitor:
    """Somebody with a cookie jar; as simple as a browser of long ago."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = "en"

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def follow(self, path: str) -> Answer:
        """GET, and wherever it leads."""
        for _ in range(5):
            answer = self.get(path)
            if answer.status not in (301, 302):
                break
            path = answer.headers["location"]
        return answer

    def post(self, path: str, **form: str) -> Answer:
        """A form of the page at `path`, with the token that came with it."""
        self.get("/login/" if path == "/login/" else "/about/")
        form["csrfmiddlewaretoken"] = self.cookies.get("csrftoken", "")
        return self._ask("POST", path, urlencode(form))

    def log_in(self, name: str, password: str = PASSWORD) -> Answer:
        return self.post("/login/", username=name, password=password, next="")

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = {"Accept-Language": self.language, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, body, headers)
        answer: HTTPResponse = connection.getresponse()
        text = answer.read().decode("utf-8")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        connection.close()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)


@dataclass(frozen=True)
class Console:
    """The server: where it listens, where it keeps things, what it wrote to its log, and the ids of the cast."""

    port: int
    data: Path
    log: Path
    cast: dict[str, str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def visitor(self, name: str | None = None, language: str = "en") -> Visitor:
        """Somebody new; logged in when a name is given."""
        visitor = Visitor(self.port, language=language)
        if name:
            assert visitor.log_in(name).status == 302, f"{name} could not log in"
        return visitor


def environment(data: Path) -> dict[str, str]:
    """The settings of a server of its own."""
    keep = {key: value for key, value in os.environ.items() if not key.startswith(("DOORSTEP_", "DJANGO_", "PYTEST_"))}
    return keep | {"DOORSTEP_DATA": str(data), "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The server with its cast. It takes the cast half a minute to arrive, once in a run."""
    data = copied(once(tmp_path_factory, "cast", _arrive), tmp_path_factory.mktemp("console"))
    env = environment(data)
    port, log = _free_port(), data / "server.log"
    with log.open("wb") as out:
        command = [Path(sys.executable).with_name("doorstep"), "serve", "--port", str(port), "--threads", "4"]
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait(port, server, log)
            yield Console(port, data, log, json.loads((data / CAST).read_text(encoding="utf-8")))
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def _arrive(data: Path) -> None:
    """The cast comes to the installation in this folder, and its ids are written down there."""
    cast = subprocess.run(
        [sys.executable, "-m", "tests.support.cast"], cwd=ROOT, env=environment(data), check=True, stdout=subprocess.PIPE, text=True
    )
    (data / CAST).write_text(cast.stdout.splitlines()[-1], encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            if Visitor(port).get("/login/").status == 200:
                return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"The server did not start: {log.read_text(errors='replace')[-2000:]}")
