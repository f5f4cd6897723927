"""A real server in a process of its own, as `doorstep serve` runs it, with one worker who may send from everywhere."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.record.world import SHELF

START = "from doorstep.cli.serve import run; import sys; run('127.0.0.1', int(sys.argv[1]), 16)"
LITTLE = "import resource, sys; resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[2]), int(sys.argv[2]))); "
ENROL = """
import sys
from doorstep.cli.django_ready import ready
ready()
from doorstep.accounts.models import Assignment, Worker
from doorstep.accounts.tokens import make_token
for username, place in zip(sys.argv[1::2], sys.argv[2::2]):
    worker = Worker.objects.create_user(username)
    Assignment.objects.create(worker=worker, role="midwife", place=place, valid_from=0)
    print(make_token(worker))
"""
PATIENCE = 120.0


class Server:
    """`start`, `kill` (SIGKILL to all of it), `stop`. What it says goes to `log`. memory: bytes it may have, 0 for any."""

    def __init__(self, data: Path, database: str = "", workers: dict[str, str] | None = None, memory: int = 0) -> None:
        self.data, self.memory = data, memory
        self.environment = {
            **os.environ, "DOORSTEP_DATA": str(data), "DOORSTEP_DATABASE": database, "DOORSTEP_PROGRAMMES": str(SHELF),
            "DOORSTEP_KEYS": "", "DJANGO_SETTINGS_MODULE": "doorstep.settings",
        }  # fmt: skip
        self.log = data / "server.log"
        data.mkdir(parents=True, exist_ok=True)
        workers = workers or {"midwife.one": "*"}
        words = [word for worker in workers.items() for word in worker]
        said = subprocess.run(
            [sys.executable, "-c", ENROL, *words], env=self.environment, capture_output=True, text=True, check=True
        ).stdout.split()
        self.tokens = dict(zip(workers, said, strict=True))
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def token(self) -> str:
        return next(iter(self.tokens.values()))

    def start(self) -> Server:
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", LITTLE + START if self.memory else START, str(self.port), str(self.memory)], env=self.environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.request("GET", "/api/v1/status")[0] == 200:
                    return self
            time.sleep(0.1)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()[-3000:]}")

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """(status, body) of one request with the first worker's token, unless `Authorization` says otherwise."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            told = {"Authorization": f"Bearer {self.token}", **{key.replace("_", "-"): value for key, value in headers.items()}}
            connection.request(method, path, body, told)
            answer = connection.getresponse()
            self.headers = {key.lower(): value for key, value in answer.getheaders()}
            return answer.status, answer.read()
        finally:
            connection.close()

    def send(self, sent: Any, **headers: str) -> dict[str, Any]:
        """The answer to submissions over HTTP."""
        status, body = self.request("POST", "/api/v1/submissions", json.dumps(sent).encode(), **headers)
        assert status == 200, (status, body)
        found: dict[str, Any] = json.loads(body)
        return found

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        """A clean end."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
