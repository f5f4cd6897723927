"""A built page that shows one form, served under the policy of the phone's own pages; and every form that it must run."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.phone_forms.filling import Filler
from tests.journeys.phone_forms.vectors import VECTORS, by_hand
from tests.support.chromium import PHONE
from tests.support.once import once

ROOT = Path(__file__).resolve().parents[3]
APP = ROOT / "app"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; font-src 'self'; connect-src 'self' data:; base-uri 'none'; form-action 'none'"
)
"""What a form needs at most: WebAssembly from memory (the engine reads XPath with it, out of a data: address), no eval."""


class Handler(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}  # noqa: RUF012

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the built page."""
    return once(tmp_path_factory, "forms", _build)


def _build(out: Path) -> None:
    vite = APP / "node_modules" / "vite" / "bin" / "vite.js"
    node = ROOT / ".venv" / "bin" / "node"
    command = [str(node if node.exists() else "node"), str(vite), "build", "--config", "test/forms/vite.config.ts", "--outDir", str(out)]
    done = subprocess.run(command, cwd=APP, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(built)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/forms.html"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def recorded() -> Iterator[list[dict[str, Any]]]:
    """Instances of this run. They become the vectors anew when DOORSTEP_WRITE_VECTORS is set and every form was run."""
    found: list[dict[str, Any]] = []
    yield found
    if os.environ.get("DOORSTEP_WRITE_VECTORS"):
        found.sort(key=lambda one: str(one["title"]))
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in [*found, *by_hand()])
        VECTORS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


@pytest.fixture(scope="module")
def at_hand(browser: Browser) -> Iterator[BrowserContext]:
    """A phone of 360 x 640: one for a file of tests, since it reads the programme that shows forms only once."""
    context = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB", timezone_id="Asia/Ho_Chi_Minh",
        geolocation={"latitude": 13.736, "longitude": 106.99, "accuracy": 8}, permissions=["geolocation"],
    )  # fmt: skip
    yield context
    context.close()


@pytest.fixture
def filler(at_hand: BrowserContext, address: str) -> Iterator[Filler]:
    """Somebody at that phone with a form in front of her, and nothing of the forms before."""
    page: Page = at_hand.new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    yield Filler(page)
    page.close()
