"""Several processes write to one store at once - a server, and commands beside it: nothing is lost, doubled, or out of order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import apsw
import pytest

from doorstep.record import replay
from doorstep.record.record import Record
from doorstep.record.sqlite import Sqlite
from tests.record.cast import VILLAGE
from tests.record.server import Server
from tests.record.test_killed import config_of, finish, write_until
from tests.record.world import SHELF

COMMANDS, EACH, SHARED = 2, 80, 40
EMPTIED = (
    "import os, psycopg; psycopg.connect(os.environ['DOORSTEP_DATABASE'], autocommit=True)"
    ".execute('DROP SCHEMA public CASCADE; CREATE SCHEMA public')"
)
SUBMIT = "from doorstep.cli.submit import command; command()"


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    database = request.getfixturevalue("postgres_dsn") if request.param == "postgres" else ""
    server = Server(tmp_path / "data", database)
    yield server
    server.stop()


def line(id: str, subject: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id, "form": "visit", "subject": subject, "author": "kim", "place": VILLAGE,
        "made_at": "2026-03-01T08:30:00+07:00", "answers": {"hb": 90}, **more,
    }  # fmt: skip


def typed(server: Server, *lines: dict[str, Any]) -> subprocess.Popen[str]:
    """`doorstep submit -`, at work."""
    process = subprocess.Popen(
        [sys.executable, "-c", SUBMIT, "-", "--format", "json"], env=server.environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write("\n".join(map(json.dumps, lines)))
    process.stdin.close()
    process.stdin = None
    return process


def counts(process: subprocess.Popen[str]) -> dict[str, int]:
    said, wrong = process.communicate(timeout=240)
    assert process.returncode == 0, wrong[-2000:]
    found: dict[str, int] = json.loads(said)["counts"]
    return found


def logged(server: Server) -> list[str]:
    """Ids in the order of the log; that is whole, and what is there is what the log says."""
    with Record.open(config_of(server), SHELF) as record:
        record.catch_up()
        with record.store.register.read() as register:
            rows = register.rows("SELECT seq, id FROM submission ORDER BY seq")
            facts = [row[0] for row in register.rows("SELECT submission FROM fact WHERE code = 'hb'")]
            keys = register.rows("SELECT subject, COUNT(DISTINCT secret) FROM subject_key GROUP BY subject HAVING COUNT(*) > 1")
        assert [seq for seq, _ in rows] == list(range(1, len(rows) + 1)), "no gap, no number twice"
        assert len(facts) == len(set(facts))
        assert keys == [], "one key for each person"
        assert replay.check(record, seed=1) == []
    return [id for _, id in rows]


def test_a_server_and_commands_beside_it(server: Server) -> None:
    server.start()
    everybody = [line(f"shared-{n}", f"woman-{n % 7}") for n in range(SHARED)]
    sent = [
        [line(f"command-{own}-{n}", f"woman-{n % 7}") for n in range(EACH)] for own in range(COMMANDS)
    ]
    at_work = [typed(server, *own, *everybody) for own in sent]
    acknowledged: set[str] = set()
    while any(process.poll() is None for process in at_work):
        acknowledged |= finish(write_until(server, 20))  # eight at a time, as long as the commands are at work
    found = [counts(process) for process in at_work]
    server.stop()
    ids = logged(server)
    assert len(ids) == len(set(ids))
    assert acknowledged <= set(ids)
    assert sum(one["accepted"] for one in found) == COMMANDS * EACH + SHARED, "what several bring counts once"
    assert sum(one["duplicate"] for one in found) == (COMMANDS - 1) * SHARED
    assert {one["id"] for own in (*sent, everybody) for one in own} <= set(ids)
    place = {id: n for n, id in enumerate(ids)}
    for own in sent:
        places = [place[one["id"]] for one in own]
        assert places == sorted(places), "each in the order in which it was handed in"


def test_corrections_merges_and_an_erasure_from_several_processes_at_once(server: Server) -> None:
    women = [f"woman-{n}" for n in range(12)]
    counts(typed(server, *(line(f"v-{who}", who) for who in women)))
    corrections = [line(f"c-{who}", who, kind="correction", replaces=f"v-{who}", answers={"hb": 70}) for who in women]
    merges = [line(f"m-{n}", who, kind="merge", form="", answers={"other": women[n + 1]}) for n, who in enumerate(women[:4])]
    erased = [line(f"e-{who}", who, kind="erase", form="", place="", answers={}) for who in women[8:]]
    late = [line(f"l-{who}", who) for who in women]
    found = [typed(server, *some) for some in (corrections, merges, erased)]
    last = typed(server, *late)
    said, wrong = last.communicate(timeout=240)
    assert last.returncode in (0, 3), wrong[-2000:]
    assert set(json.loads(said)["counts"]) == {"accepted", "duplicate", "held", "refused"}
    for process in found:
        process.communicate(timeout=240)
        assert process.returncode in (0, 3)
    ids = logged(server)
    place = {id: n for n, id in enumerate(ids)}
    with Record.open(config_of(server), SHELF) as record, record.store.register.read() as register:
        gone = {row[0] for row in register.rows("SELECT subject FROM erasure")}
        left = {row[0] for row in register.rows("SELECT DISTINCT subject FROM fact")}
        refused = {row[0] for row in register.rows("SELECT id FROM aside")}
    assert set(women[8:]) <= gone
    assert left.isdisjoint(gone)
    assert refused == set(), "what came too late for somebody who was erased is dropped, not kept"
    for who in women[8:]:
        for own in (f"c-{who}", f"l-{who}"):
            assert own not in place or place[own] < place[f"e-{who}"], "either before the erasure, or not at all"


def test_a_new_file_that_another_is_making_is_waited_for(tmp_path: Path) -> None:
    """SQLite itself turns the second away at once: two that hold it for reading would wait for each other."""
    file = tmp_path / "new.sqlite3"
    other = apsw.Connection(str(file))
    other.execute("BEGIN IMMEDIATE; CREATE TABLE made(word)")
    with ThreadPoolExecutor(1) as beside:
        opened = beside.submit(Sqlite(file)._open)
        with pytest.raises(TimeoutError):
            opened.result(0.3)
        other.execute("COMMIT")
        assert opened.result(20).rows("SELECT name FROM sqlite_schema") == [("made",)]


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
def test_every_setting_of_a_connection_is_in_force(tmp_path: Path, durable: bool, level: int) -> None:
    opened = Sqlite(tmp_path / "set.sqlite3", durable=durable)._open()
    wanted = {"journal_mode": "wal", "synchronous": level, "secure_delete": 1, "temp_store": 2, "cache_size": -16384, "wal_autocheckpoint": 4000}
    assert {name: opened.rows(f"PRAGMA {name}")[0][0] for name in wanted} == wanted


def test_the_first_start_of_several_at_once(server: Server) -> None:
    """Nothing is there yet: each would make it."""
    folder = server.data.parent / "fresh"
    environment = {**server.environment, "DOORSTEP_DATA": str(folder)}
    if environment["DOORSTEP_DATABASE"]:
        subprocess.run([sys.executable, "-c", EMPTIED], env=environment, check=True)
    server.environment, server.data = environment, folder
    at_work = [typed(server, *(line(f"{own}-{n}", f"woman-{n % 3}") for n in range(10)), line("one", "woman-0")) for own in range(3)]
    found = [counts(process) for process in at_work]
    assert sum(one["accepted"] for one in found) == 31
    assert sorted(logged(server)) == sorted([*(f"{own}-{n}" for own in range(3) for n in range(10)), "one"])
    assert os.listdir(folder)


def test_the_first_accounts_of_several_at_once(server: Server) -> None:
    """Each would make the tables, and the secret that signs sessions."""
    folder = server.data.parent / "fresh"
    environment = {**server.environment, "DOORSTEP_DATA": str(folder)}
    if environment["DOORSTEP_DATABASE"]:
        subprocess.run([sys.executable, "-c", EMPTIED], env=environment, check=True)
    made = (
        "import sys; from doorstep.cli.django_ready import ready; ready()\n"
        "from django.conf import settings; from doorstep.accounts.models import Worker\n"
        "Worker.objects.create_user(sys.argv[1]); print(settings.SECRET_KEY)"
    )
    at_work = [
        subprocess.Popen([sys.executable, "-c", made, f"w{own}"], env=environment, text=True, stdout=-1, stderr=-1)
        for own in range(4)
    ]
    said = [process.communicate(timeout=240) for process in at_work]
    assert [process.returncode for process in at_work] == [0] * 4, said
    assert len({secret for secret, _ in said}) == 1
