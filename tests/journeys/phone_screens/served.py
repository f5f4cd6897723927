"""The built app behind a server of files: what a browser needs, and nothing more."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.once import once

ROOT = Path(__file__).resolve().parents[3]
APP = ROOT / "app"


def built(factory: pytest.TempPathFactory) -> Path:
    """The folder with the built app in `phone`, as it is for every file of tests of this run."""
    return once(factory, "app", build)


def build(to: Path) -> None:
    """Builds the app into `to`/phone."""
    vite = APP / "node_modules" / "vite" / "bin" / "vite.js"
    if not vite.exists():
        raise RuntimeError("The phone app's parts are not here: run `make setup` (or `npm --prefix app ci`).")
    node = ROOT / ".venv" / "bin" / "node"
    program = str(node) if node.exists() else shutil.which("node") or "node"
    done = subprocess.run(
        [program, vite, "build", "--outDir", to / "phone", "--emptyOutDir"], cwd=APP, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RuntimeError(f"The phone app does not build:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


class Files(SimpleHTTPRequestHandler):
    """Files, silently; a phone asks for /phone/ and gets its first page."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".webmanifest": "application/manifest+json",
        ".wasm": "application/wasm",
    }

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serves `folder`; gives the address of the app."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/phone/"
    finally:
        server.shutdown()
        server.server_close()
