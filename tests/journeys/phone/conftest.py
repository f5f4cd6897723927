"""The phone's engine without its screens, in a real Chromium that keeps its files, against a real server behind a bad line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.support.chromium import ARGUMENTS, chromium_path
from tests.support.console import environment
from tests.support.line import Line, drawn
from tests.support.once import once
from tests.support.phone_server import PhoneServer, phone_server  # noqa: F401 - a fixture

ROOT = Path(__file__).resolve().parents[3]
APP = ROOT / "app"


def at_the_station(server: PhoneServer, what: str) -> None:
    """What a supervisor does at the server: Python over the accounts of this installation, with `Device`, `Assignment`, `phones`."""
    script = (
        "from doorstep.cli.django_ready import ready\nready()\n"
        "from doorstep.accounts.models import Assignment, Device\nfrom doorstep.sync import phones\n"
    )
    subprocess.run(
        [sys.executable, "-c", script + what], cwd=ROOT, env=environment(server.data), check=True, capture_output=True, text=True
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the built page."""
    return once(tmp_path_factory, "engine", _build)


def _build(out: Path) -> None:
    vite = APP / "node_modules" / "vite" / "bin" / "vite.js"
    node = ROOT / ".venv" / "bin" / "node"
    command = [str(node if node.exists() else "node"), str(vite), "build", "--config", "test/core/browser/vite.config.ts"]
    done = subprocess.run(
        [*command, "--outDir", str(out)], cwd=APP, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture
def line(built: Path, phone_server: PhoneServer) -> Iterator[Line]:  # noqa: F811
    """The line, good to begin with."""
    with drawn(phone_server, built) as found:
        yield found


class Phone:
    """A phone with its files in a folder. `switch_off` takes the battery out; `ask` calls the engine as screens do."""

    def __init__(self, browser: Browser, line: Line, folder: Path) -> None:
        self.browser, self.line, self.folder = browser, line, folder
        self.context: BrowserContext | None = None
        self.page: Page = self.switch_on()

    def switch_on(self) -> Page:
        self.context = self.browser.browser_type.launch_persistent_context(
            self.folder, executable_path=chromium_path(), args=ARGUMENTS, timezone_id="Asia/Phnom_Penh"
        )
        self.page = self.context.pages[0]
        self.page.goto(f"{self.line.address}/engine/index.html")
        self.page.wait_for_function("document.title === 'ready'")
        return self.page

    def switch_off(self) -> None:
        if self.context:
            with suppress(Error):  # a killed browser may be found gone while it is closed
                self.context.close()
            self.context = None

    def ask(self, name: str, *asked: Any) -> Any:
        """What the engine answers; a trouble comes back as {"trouble": code}."""
        script = "([name, asked]) => window.engine[name](...asked).catch((e) => ({trouble: e.code ?? String(e)}))"
        return self.page.evaluate(script, [name, list(asked)])

    def begin(self, name: str, *asked: Any) -> None:
        """Asks without waiting for the answer."""
        self.page.evaluate("([name, asked]) => { window.engine[name](...asked).catch(() => {}); }", [name, list(asked)])

    def enrol(self, worker: str, pin: str) -> None:
        """A worker begins on this phone, and pulls her people."""
        code = self.line.server.more_codes()[worker]
        assert self.ask("enrol", self.line.address, code)["username"] == worker
        self.ask("setSecret", worker, pin, "pin")
        assert self.ask("sync")["trouble"] == ""

    def raw(self) -> bytes:
        """Everything that this phone wrote to its disk."""
        return b"\n".join(path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file())


@pytest.fixture
def phone(browser: Browser, line: Line, tmp_path: Path) -> Iterator[Phone]:
    """One phone, switched on."""
    found = Phone(browser, line, tmp_path / "phone")
    yield found
    found.switch_off()


@pytest.fixture
def another(browser: Browser, line: Line, tmp_path: Path) -> Iterator[Callable[[str], Phone]]:
    """Makes more phones."""
    made: list[Phone] = []

    def make(name: str) -> Phone:
        made.append(Phone(browser, line, tmp_path / name))
        return made[-1]

    yield make
    for one in made:
        one.switch_off()
