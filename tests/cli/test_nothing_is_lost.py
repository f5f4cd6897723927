"""Killed in the middle, backed up, lost altogether, restored - as typed, on both databases: what was acknowledged is there, and
whoever was erased is nowhere.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from doorstep.pathways.engines_env import PostgresServer
from doorstep.record.record import Record
from tests.cli.test_record import PREPARE, Shell
from tests.record.cast import MAI, SECRET_NAME, SECRET_REMARK, SOK, VILLAGE, body, born, registered
from tests.record.server import Server
from tests.record.test_killed import config_of, finish, write_until
from tests.record.world import REGISTER, SHELF

AUTHOR = "midwife.one"
WORDS = (SECRET_NAME, SECRET_REMARK)


class Station:
    """A server, a shell at the same installation, and everything that lies on their disks."""

    def __init__(self, folder: Path, postgres: PostgresServer | None, database: str) -> None:
        self.folder, self.postgres, self.database = folder, postgres, database
        self.server = Server(folder / "data", database)
        self.shell = Shell({**self.server.environment, "PYTHONPATH": str(Path.cwd()), "COLUMNS": "200"}, folder)
        self.villages()

    def villages(self) -> None:
        subprocess.run([sys.executable, "-c", PREPARE, str(SHELF)], env=self.shell.environment, check=True)

    def lose_everything(self) -> None:
        """The disk and the database are gone; the backups lie elsewhere."""
        shutil.rmtree(self.server.data)
        if self.database:
            with psycopg.connect(self.database, autocommit=True) as connection:
                connection.execute("DROP SCHEMA public CASCADE")
                connection.execute("CREATE SCHEMA public")

    def state(self) -> dict[str, list[Any]]:
        """The log's ids, and everything that is worked out."""
        with Record.open(config_of(self.server), SHELF) as record:
            record.catch_up()
            with record.store.register.read() as register:
                tables = {table: sorted(register.rows(f"SELECT * FROM {table}"), key=repr) for table in REGISTER}
                return tables | {"log": register.rows("SELECT seq, id, stamp, hash FROM submission ORDER BY seq")}

    def key_of(self, subject: str) -> bytes:
        with Record.open(config_of(self.server), SHELF) as record, record.store.log.read() as log:
            return record.store.vault.get(log, [subject])[subject]

    def lies_in(self, *content: bytes, besides: tuple[Path, ...] = ()) -> list[Path]:
        """Files in which one of these lies open: write-ahead files, temporary ones and the database's own among them."""
        places = [self.folder]
        if self.postgres is not None:
            with psycopg.connect(self.postgres.dsn, autocommit=True) as connection:
                connection.execute("CHECKPOINT")
            places.append(self.postgres.home / "data")
        found, read = [], 0
        for path in (path for place in places for path in place.rglob("*") if path.is_file()):
            if any(path.is_relative_to(other) for other in besides):
                continue
            try:
                held = path.read_bytes()
            except FileNotFoundError:
                continue  # a running database makes its caches anew, and takes the old ones away
            read += 1
            if any(one in held for one in content):
                found.append(path)
        assert read > 5
        return found


@pytest.fixture(params=["sqlite", "postgres"])
def station(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Station]:
    postgres = request.getfixturevalue("postgres") if request.param == "postgres" else None
    database = request.getfixturevalue("postgres_dsn") if request.param == "postgres" else ""
    station = Station(tmp_path, postgres, database)
    yield station
    station.server.stop()


def words_in(*forms: str) -> tuple[bytes, ...]:
    return tuple(code for word in forms for code in (word.encode(), word.encode("utf-16-le"), word.encode().hex().encode()))


def test_killed_backed_up_lost_and_restored_and_the_erased_is_nowhere(station: Station) -> None:
    server, shell = station.server, station.shell
    old, new, export = station.folder / "old-backup", station.folder / "new-backup", station.folder / "export"

    # Eight write; in the middle of it the server is killed, and starts again clean.
    server.start()
    mine = {"author": AUTHOR, "place": VILLAGE}
    hers = [registered(id="r", **mine), born(id="b", **mine), body(id="v", answers={"remark": SECRET_REMARK, "hb": 77}, **mine)]
    assert server.send(hers)["counts"] == {"accepted": 3}
    writers = write_until(server, 150)
    server.kill()
    acknowledged = finish(writers)
    assert "Replay equals what is there." in shell("replay", "--check")
    server.start()
    assert server.send(hers)["counts"] == {"duplicate": 3}

    # A backup while it runs; then she is erased, while others go on writing.
    shell("backup", str(old))
    shell("export", "--parquet", str(export), "--compartment", "care", "--compartment", "identity")
    key = station.key_of(MAI)
    assert station.lies_in(key), "the search would find her key where it lies"
    writers = write_until(server, 20)
    assert "Her words can no longer be read." in shell("erase", MAI, "--yes")
    acknowledged |= finish(writers)
    assert server.send(registered(id="s", subject=SOK, **mine))["counts"] == {"accepted": 1}
    shell("backup", str(new))
    server.stop()
    was = station.state()
    assert acknowledged <= {row[1] for row in was["log"]}
    everywhere = words_in(*WORDS)
    assert station.lies_in(*everywhere) == []
    assert station.lies_in(key, besides=(old,)) == [], "nor the key, but for the backup of before, which expires"

    # Everything is lost. What comes back from the newest backup is what was.
    station.lose_everything()
    station.villages()
    shell("restore", str(new))
    assert station.state() == was
    assert "Replay equals what is there." in shell("replay", "--check", "--seed", "3")
    server.start()
    assert server.send(hers)["counts"] == {"duplicate": 3}, "pushed again she does not come back"
    server.stop()

    # And once more, with nothing left but the backup that is older than her erasure.
    shutil.rmtree(new)
    station.lose_everything()
    station.villages()
    assert "1 erasures made since then were replayed" in shell("restore", str(old))
    assert "Replay equals what is there." in shell("replay", "--check")
    shell("timeline", MAI, expect=1)
    shell("timeline", "mai-baby")
    again = station.state()
    assert [row for table in ("fact", "step", "attribute", "answer", "home") for row in again[table] if MAI in row[:2]] == []
    assert station.lies_in(*everywhere) == []
    assert station.lies_in(key, besides=(old,)) == []
