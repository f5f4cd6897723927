"""Our own benches, small, on real databases: they notice a wrong list and a lost submission, and end with the line that counts."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from bench import intake, register, report, touch
from bench.clients import Told
from doorstep.pathways.engines_env import PostgresServer
from doorstep.record.authority import Operator
from doorstep.record.lists import Question, due
from doorstep.record.prepare import item_of
from doorstep.record.record import Record
from doorstep.record.store import Config, now_ms
from tests.record.cast import VILLAGE
from tests.record.world import SHELF

DATABASES = ("sqlite", "postgres")
LAST = re.compile(r"bench \w+: \d[\d,]*(\.\d\d)? x \S.*")
WOMEN, TOUCHES = 200, 100


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder that another user, as whom PostgreSQL runs, may walk through."""
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def lines(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line]


@pytest.mark.parametrize("database", DATABASES)
def test_touch_says_how_it_went_and_notices_a_stored_list_that_is_wrong(
    database: str, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(register, "DATA", data)
    monkeypatch.setattr(sys, "argv", ["touch", "--size", str(WOMEN), "--databases", database, "--touches", str(TOUCHES)])
    touch.main()
    printed = lines(capsys.readouterr().out)
    assert LAST.fullmatch(printed[-1])
    assert printed[-1].startswith("bench touch: ")
    assert printed[-1].endswith(" x LIMIT")
    with ExitStack() as stack:
        again = register.opened(database, WOMEN, stack)
        assert again.making == 0.0, "the register is kept for the next run"
        assert register.size(again)[0] > 16 * WOMEN
        touch.checked(again, 7)
        listed = due(again.record, Question(again.village(7), touch.DAY))
        assert len(listed) > register.IN_VILLAGE
        with again.record.store.register.write() as connection:
            one = [listed[0][name] for name in ("subject", "pathway", "step")]
            connection.run("UPDATE step SET due = due + 1 WHERE subject = ? AND pathway = ? AND step = ?", one)
        touch.checked(again, WOMEN - 1)  # of the other village
        with pytest.raises(SystemExit, match=f"the list of {again.village(7)} has .* they differ"):
            touch.checked(again, 7)


def test_a_register_of_another_programme_is_made_anew(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "DATA", data)
    with ExitStack() as stack:
        assert register.opened("sqlite", 100, stack).making > 0
    (data / "register-sqlite-100" / "made").write_text("from something else")
    with ExitStack() as stack:
        assert register.opened("sqlite", 100, stack).making > 0


def test_a_register_of_half_a_village_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "DATA", data)
    with ExitStack() as stack, pytest.raises(ValueError, match="villages of 100: not 150"):
        register.opened("sqlite", 150, stack)
    assert not list(data.iterdir())


@pytest.mark.parametrize("database", DATABASES)
def test_intake_notices_that_an_acknowledged_submission_is_missing(database: str, data: Path, postgres: PostgresServer) -> None:
    url = ""
    if database == "postgres":
        with psycopg.connect(postgres.dsn, autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench_intake")
        url = postgres.dsn_of("bench_intake")
    config = Config(data, url)
    sent = {
        "id": "one-that-was-sent", "form": "visit", "subject": "woman-1", "author": "midwife.one", "place": VILLAGE,
        "made_at": "2026-03-01T08:30:00+07:00", "answers": {"hb": 81},
    }  # fmt: skip
    with Record.open(config, SHELF) as record:
        assert [one.outcome for one in record.submit([item_of(sent, Operator(), now_ms())], Operator())] == ["accepted"]

    def acknowledged(accepted: list[str], before: list[str]) -> list[intake.Figure]:
        return [intake.Figure(database, 1, [Told(accepted, before, 0, [0.01])], 1.0)]

    words = intake._kept(config, acknowledged(["one-that-was-sent"], []))
    assert words.endswith("all 1 acknowledged submissions are in the log")
    assert ("synchronous=FULL" if database == "sqlite" else "synchronous_commit=on, fsync=on") in words
    for lost in (acknowledged(["one-that-was-sent", "one-that-was-lost"], []), acknowledged([], ["one-sent", "one-that-was-sent"])):
        with pytest.raises(SystemExit, match="1 of 2 acknowledged submissions are not in the log"):
            intake._kept(config, lost)


def test_intake_sends_over_http_and_ends_with_the_line_that_counts(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(intake, "DATA", data)
    monkeypatch.setattr(intake, "DOORSTEP", (sys.executable, "-c", "from doorstep.cli.main import main; main()"))
    monkeypatch.setattr(sys, "argv", ["intake", "--databases", "sqlite", "--seconds", "1", "--warm-up", "0.2"])
    intake.main()
    printed = lines(capsys.readouterr().out)
    assert any(re.fullmatch(r"sqlite: synchronous=FULL, .*all [\d,]+ acknowledged submissions are in the log", line) for line in printed)
    assert LAST.fullmatch(printed[-1])
    assert printed[-1].startswith("bench intake: ")
    single, batched = ([cell for cell in line.split("  ") if cell] for line in printed if line.startswith("sqlite  "))
    for words, limit in ((single, "500"), (batched, "2,000")):
        accepted, other = words[2].strip(), words[3].strip()
        assert int(accepted.replace(",", "")) > 0
        assert other == "0"
        assert words[5].strip() == limit


@pytest.mark.parametrize(("ratio", "beside", "line"), [
    (0.5834, "LIMIT", "bench touch: 0.58 x LIMIT"),
    (99.999, "LIMIT", "bench touch: 100.00 x LIMIT"),
    (1234.5, "cql-execution (duckdb, 100,000 pregnancies)", "bench touch: 1,234 x cql-execution (duckdb, 100,000 pregnancies)"),
])  # fmt: skip
def test_the_line_that_counts_has_one_form(ratio: float, beside: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    report.last_line("touch", ratio, beside)
    printed = capsys.readouterr().out
    assert printed == line + "\n"
    assert LAST.fullmatch(printed.rstrip("\n"))


def test_the_median_and_the_95th_of_a_hundred_are_the_values_there() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert report.median(values) == 51.0
    assert report.percentile(values, 0.95) == 96.0
    assert report.percentile([3.0], 0.95) == 3.0
