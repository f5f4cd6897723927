"""Submissions over HTTP, one by one from eight writers and in batches, acknowledged when they are on the disk.

    python -m bench.intake                                       # both databases
    python -m bench.intake --databases sqlite --seconds 5        # a part

The server is `doorstep serve`, in a process of its own; the writers are eight more processes on the same machine. Afterwards
every id that was acknowledged is looked for in the log. docs/benches.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.clients import Plan, Told, run
from bench.histories import DATA
from bench.report import last_line, machine, median, percentile, say, table
from doorstep.pathways.engines_env import start_postgres
from doorstep.record.database import value
from doorstep.record.store import Config, Store

WRITERS, BATCH = 8, 100
LIMITS = {1: 500, BATCH: 2000}
"""Submissions a second, by how many travel in one request."""
DATABASES = ("sqlite", "postgres")
AUTHOR, PLACE = "bench", "KH-16010101"
STARTS_WITHIN = 120.0
DOORSTEP = (str(Path(sys.executable).with_name("doorstep")),)
CONTEXT = "for scale: ODK Central was seen elsewhere, on such a machine, at 103-177 a second one by one (not measured here)"


@dataclass(frozen=True)
class Figure:
    """One database, one size of request."""

    database: str
    batch: int
    told: Sequence[Told]
    seconds: float

    @property
    def accepted(self) -> int:
        return sum(len(one.accepted) for one in self.told)

    @property
    def rate(self) -> float:
        return self.accepted / self.seconds

    def line(self) -> list[object]:
        took = [1000 * seconds for one in self.told for seconds in one.took]
        other = sum(one.other for one in self.told)
        return [self.database, self.batch, self.accepted, other, self.rate, LIMITS[self.batch], self.rate / LIMITS[self.batch],
                median(took), percentile(took, 0.95)]  # fmt: skip


def environment(home: Path, url: str) -> dict[str, str]:
    """Of the server and of the commands that prepare it."""
    plain = {key: word for key, word in os.environ.items() if not key.startswith("DOORSTEP_")}
    return plain | {"DOORSTEP_DATA": str(home), "DOORSTEP_DATABASE": url}


def command(settings: dict[str, str], *words: str) -> str:
    """What a command of `doorstep` printed."""
    done = subprocess.run([*DOORSTEP, *words], env=settings, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench intake: doorstep {' '.join(words)} did not work:\n{done.stderr or done.stdout}")
    return done.stdout.strip()


@contextmanager
def served(settings: dict[str, str]) -> Iterator[int]:
    """The port of a running server; it is stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen([*DOORSTEP, "serve", "--port", str(port)], env=settings, stdout=subprocess.DEVNULL)
    try:
        _wait(server, port)
        yield port
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    """Until it answers."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("bench intake: the server did not start; its own words are above. Nothing but bench/.data was written.")


def measure(database: str, seconds: float, warm_up: float, stack: ExitStack) -> tuple[list[Figure], str]:
    """Both sizes of request on one database, which is empty at first; and the setting that makes a commit durable."""
    home = DATA / f"intake-{database}"
    shutil.rmtree(home, ignore_errors=True)
    url = _url(stack) if database == "postgres" else ""
    settings = environment(home, url)
    say(f"intake: {database}: preparing an empty installation")
    command(settings, "worker", "add", AUTHOR, "--role", "attendant", "--place", "*")
    token = command(settings, "worker", "token", AUTHOR).splitlines()[-1]
    figures = []
    made_at = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    with served(settings) as port:
        for batch in LIMITS:
            say(f"intake: {database}: {WRITERS} writers, {batch} in a request, {seconds:.0f} s ...")
            told = run(Plan(port, token, AUTHOR, PLACE, made_at, batch, seconds, warm_up), WRITERS)
            figures.append(Figure(database, batch, told, seconds))
    return figures, _kept(Config(home, url), figures)


def _url(stack: ExitStack) -> str:
    """An empty database on a server of ours."""
    import psycopg

    server = start_postgres(DATA / "postgres")
    stack.callback(server.stop)
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS intake")
        connection.execute("CREATE DATABASE intake")
    return server.dsn_of("intake")


def _kept(config: Config, figures: Sequence[Figure]) -> str:
    """Whether all that was acknowledged is in the log (else the bench ends); the durability in words."""
    acknowledged = {id for figure in figures for one in figure.told for id in (*one.accepted, *one.before)}
    with Store.open(config) as store, store.log.write() as log:
        there = {row[0] for row in log.rows("SELECT id FROM submission")}
        if log.dialect == "postgres":
            durable = ", ".join(f"{name}={value(log, f'SHOW {name}')}" for name in ("synchronous_commit", "fsync"))
        else:
            durable = f"synchronous={ {1: 'NORMAL', 2: 'FULL', 3: 'EXTRA'}[value(log, 'PRAGMA synchronous')]}, journal_mode=WAL"
    lost = acknowledged - there
    if lost:
        sys.exit(f"bench intake: {len(lost):,} of {len(acknowledged):,} acknowledged submissions are not in the log")
    return f"{durable}; all {len(acknowledged):,} acknowledged submissions are in the log"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--databases", default=",".join(DATABASES))
    parser.add_argument("--seconds", type=float, default=20.0, help="measured, for each size of request")
    parser.add_argument("--warm-up", type=float, default=3.0, help="seconds before")
    arguments = parser.parse_args()
    print(f"intake: HTTP on this machine, {WRITERS} writers with connections that stay open. {machine()}")
    print(CONTEXT)
    figures: list[Figure] = []
    with ExitStack() as stack:
        for database in arguments.databases.split(","):
            done, words = measure(database, arguments.seconds, arguments.warm_up, stack)
            print(f"{database}: {words}", flush=True)
            figures += done
    table(["database", "a request", "accepted", "other", "a second", "limit", "x limit", "median ms", "p95 ms"],
          (figure.line() for figure in figures))  # fmt: skip
    print("limit: 500 a second one by one, 2,000 in batches; above 1 is better than it asks (the least of the lines above)")
    last_line("intake", min(figure.rate / LIMITS[figure.batch] for figure in figures), "LIMIT")


if __name__ == "__main__":
    main()
