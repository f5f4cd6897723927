"""What stands between phones and a server: a line that can be cut at any word of the doors, on the way there or back."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.phone_server import PhoneServer


@dataclass
class Line:
    """lose: a word of the doors whose answers are lost on the way back; stop: one whose requests never arrive. Both wait until
    `go` is set before they break off. sent: how often each submission arrived at the server, by id."""

    server: PhoneServer
    port: int = 0
    lose: str = ""
    stop: str = ""
    go: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    sent: dict[str, int] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self, *, lose: str = "", stop: str = "") -> None:
        """From now on. `reached` is set when somebody met it; nobody is kept waiting."""
        self.reached.clear()
        self.go.set()
        self.lose, self.stop = lose, stop

    def mend(self) -> None:
        """The line is good again."""
        self.lose = self.stop = ""
        self.go.set()


class Handler(SimpleHTTPRequestHandler):
    """Passes everything on, but what a test serves from a folder of its own under /engine/."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}  # noqa: RUF012

    def __init__(self, *args: Any, line: Line, **more: Any) -> None:
        self.line = line
        super().__init__(*args, **more)

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix("/engine"))

    def do_GET(self) -> None:
        if self.path.startswith("/engine/"):
            super().do_GET()
        else:
            self._pass_on()

    def do_HEAD(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        line, body = self.line, self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if line.stop and line.stop in self.path:
            self._break_off()
            return
        try:
            status, headers, content = self._asked(body)
        except (OSError, HTTPException):  # the server is not there, or went in the middle
            self.close_connection = True
            return
        if line.lose and line.lose in self.path:
            self._break_off()
            return
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _asked(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = HTTPConnection("127.0.0.1", self.line.server.port, timeout=120)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection", "content-length")}
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if self.path.endswith("/push"):
            for one in json.loads(gzip.decompress(body))["submissions"]:
                self.line.sent[one["id"]] = self.line.sent.get(one["id"], 0) + 1
        return answer.status, answer.getheaders(), content

    def _break_off(self) -> None:
        self.line.reached.set()
        self.line.go.wait(60)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written."""


@contextmanager
def drawn(server: PhoneServer, folder: Path | None = None) -> Iterator[Line]:
    """A good line to this server. folder: what stands under /engine/."""
    found = Line(server)
    between = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, line=found, directory=str(folder or Path.cwd())))
    between.daemon_threads = True
    found.port = between.server_address[1]
    threading.Thread(target=between.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        found.go.set()
        between.shutdown()
        between.server_close()
