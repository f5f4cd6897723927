"""Killed while eight writers submit: whatever was acknowledged is there, and the server starts again clean."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from doorstep.pathways.engines_env import PostgresServer, temporary_postgres
from doorstep.record import replay
from doorstep.record.record import Record
from doorstep.record.store import Config
from tests.record.cast import VILLAGE
from tests.record.server import Server
from tests.record.world import SHELF

WRITERS = 8
ENOUGH = 300


class Writer(threading.Thread):
    """Submits one after the other and writes down, on its own side, what was acknowledged."""

    def __init__(self, server: Server, number: int, author: str = "midwife.one") -> None:
        super().__init__(daemon=True)
        self.server, self.number, self.author = server, number, author
        self.sent: list[str] = []
        self.acknowledged: list[str] = []
        self.done = threading.Event()

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        while not self.done.is_set():
            id = str(uuid.uuid4())
            self.sent.append(id)
            body = json.dumps(submission(id, f"woman-{self.number}-{len(self.sent) % 40}", self.author))
            try:
                connection.request("POST", "/api/v1/submissions", body, {"Authorization": f"Bearer {self.server.token}"})
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()  # the server is gone: what was not answered may or may not be there
                time.sleep(0.05)
                continue
            if answer.status == 200 and json.loads(content)["outcomes"][0]["outcome"] in ("accepted", "duplicate"):
                self.acknowledged.append(id)


def submission(id: str, subject: str, author: str) -> dict[str, object]:
    return {
        "id": id, "form": "visit", "subject": subject, "author": author, "place": VILLAGE,
        "made_at": "2026-03-01T08:30:00+07:00", "answers": {"hb": 81, "remark": "written in the rain"},
    }  # fmt: skip


def write_until(server: Server, enough: int) -> list[Writer]:
    """Eight writers at work, when `enough` of what they sent was acknowledged."""
    writers = [Writer(server, number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    end = time.monotonic() + 120
    while sum(len(writer.acknowledged) for writer in writers) < enough:
        assert time.monotonic() < end, f"only {sum(len(w.acknowledged) for w in writers)} were acknowledged"
        time.sleep(0.01)
    return writers


def finish(writers: list[Writer]) -> set[str]:
    for writer in writers:
        writer.done.set()
    for writer in writers:
        writer.join(60)
    return {id for writer in writers for id in writer.acknowledged}


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    database = request.getfixturevalue("postgres_dsn") if request.param == "postgres" else ""
    server = Server(tmp_path / "data", database)
    yield server
    server.stop()


def config_of(server: Server) -> Config:
    return Config(server.data, server.environment["DOORSTEP_DATABASE"])


def assert_whole(server: Server, acknowledged: set[str], sent: set[str]) -> None:
    """Everything acknowledged is in the log, readable, and worked out; nothing is there that nobody sent."""
    with Record.open(config_of(server), SHELF) as record:
        record.catch_up()
        with record.store.register.read() as register:
            logged = [row[0] for row in register.rows("SELECT id FROM submission ORDER BY seq")]
            seqs = [row[0] for row in register.rows("SELECT seq FROM submission ORDER BY seq")]
            facts = {row[0] for row in register.rows("SELECT submission FROM fact WHERE code = 'hb'")}
            bare = register.rows(
                "SELECT s.id FROM submission AS s LEFT JOIN part AS p ON p.seq = s.seq WHERE p.seq IS NULL"
            )
        assert len(logged) == len(set(logged))
        assert seqs == list(range(1, len(seqs) + 1)), "no gap: nothing was half appended"
        assert acknowledged <= set(logged), f"{len(acknowledged - set(logged))} acknowledged submissions are lost"
        assert set(logged) <= sent
        assert facts == set(logged)
        assert bare == []
        assert replay.check(record) == []


def test_killed_while_eight_write_nothing_acknowledged_is_lost(server: Server) -> None:
    server.start()
    acknowledged: set[str] = set()
    sent: set[str] = set()
    for _ in range(2):  # killed, started, and killed again
        writers = write_until(server, ENOUGH)
        server.kill()
        acknowledged |= finish(writers)
        sent |= {id for writer in writers for id in writer.sent}
        server.start()
    assert len(acknowledged) >= 2 * ENOUGH
    again = server.send([submission(id, "woman-0-1", "midwife.one") for id in sorted(acknowledged)[:50]])
    assert {one["outcome"] for one in again["outcomes"]} <= {"duplicate", "refused"}, "known by id; other content is refused"
    server.stop()
    assert_whole(server, acknowledged, sent)


def test_the_database_server_killed_under_it_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """PostgreSQL dies; whoever submits meanwhile is told to try again; when it is back, it goes on by itself."""
    with temporary_postgres() as postgres:
        server = Server(tmp_path / "data", postgres.dsn).start()
        try:
            writers = write_until(server, ENOUGH)
            port = postgres.port
            postgres.kill()
            time.sleep(0.3)
            status, body = server.request("POST", "/api/v1/submissions", json.dumps(submission("x", "y", "midwife.one")).encode())
            assert status == 503
            assert json.loads(body)["next"] == "Send it again in a minute."
            _start_on(postgres, port)
            before = sum(len(writer.acknowledged) for writer in writers)
            end = time.monotonic() + 90
            while sum(len(writer.acknowledged) for writer in writers) < before + 50:
                assert time.monotonic() < end, server.log.read_text()[-2000:]
                time.sleep(0.05)
            acknowledged = finish(writers)
            sent = {id for writer in writers for id in writer.sent}
            server.stop()
            assert_whole(server, acknowledged, sent)
        finally:
            server.stop()


def _start_on(postgres: PostgresServer, port: int) -> None:
    """The same server on the same port, since that is what the settings name."""
    postgres.port = port
    end = time.monotonic() + 60
    while not postgres._start_once():  # those who were killed may hold its memory for a moment
        assert time.monotonic() < end, "the port was taken meanwhile, or its memory is still held"
        time.sleep(0.5)
    with psycopg.connect(postgres.dsn) as connection:
        connection.execute("SELECT 1")
