"""The record at the command line, from the first submission to the last restore, on both databases: each command as typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.record.cast import MADE, MAI, SECRET_NAME, SECRET_REMARK, SOK, VILLAGE, body, born, registered
from tests.record.world import SHELF

PREPARE = """
from doorstep.record.record import Record
from pathlib import Path
from tests.record.cast import villages
from types import SimpleNamespace
import sys
with Record.open(programmes=Path(sys.argv[1])) as record:
    villages(SimpleNamespace(store=record.store))
"""


@dataclass
class Shell:
    """Types commands at an installation of its own."""

    environment: dict[str, str]
    folder: Path

    def __call__(self, *words: str, stdin: str = "", expect: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "doorstep", *words], env=self.environment, input=stdin, capture_output=True, text=True
        )
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        self.said = done.stderr
        return done.stdout

    def python(self, code: str) -> str:
        """What a few lines of code print in this installation."""
        return subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)], env=self.environment, capture_output=True, text=True, check=True
        ).stdout

    def json(self, *words: str, **more: Any) -> Any:
        return json.loads(self(*words, "--format", "json", **more))

    def submit(self, *bodies: dict[str, Any], expect: int = 0) -> dict[str, int]:
        lines = "\n".join(json.dumps(one) for one in bodies)
        counts: dict[str, int] = self.json("submit", "-", stdin=lines, expect=expect)["counts"]
        return counts


@pytest.fixture(params=["sqlite", "postgres"])
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    database = request.getfixturevalue("postgres_dsn") if request.param == "postgres" else ""
    environment = {
        **os.environ, "DOORSTEP_DATA": str(tmp_path / "data"), "DOORSTEP_DATABASE": database, "DOORSTEP_KEYS": "",
        "DOORSTEP_PROGRAMMES": str(SHELF), "PYTHONPATH": os.getcwd(), "COLUMNS": "200",
    }  # fmt: skip
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run([sys.executable, "-c", PREPARE, str(SHELF)], env=environment, check=True)
    return Shell(environment, tmp_path)


def test_from_the_first_submission_to_the_last_restore(shell: Shell) -> None:
    # Taken in, each outcome counted, each reason said.
    first = registered(id="r1", made_at="2026-01-20T09:00:00+07:00", received_at="2026-01-20T12:00:00+07:00")
    visit = body(id="v1", made_at="2026-02-20T09:00:00+07:00", received_at="2026-03-13T12:00:00+07:00", answers={"hb": 80})
    said = shell("submit", "-", stdin="\n".join(map(json.dumps, [first, visit, visit, body("census", id="c1"), {"id": "x"}])), expect=3)
    assert [line.split() for line in said.splitlines()[1:5]] == [
        ["accepted", "2"], ["duplicate", "1"], ["held", "1"], ["refused", "1"],
    ]  # fmt: skip
    assert "held (form_unknown), 1: No programme here has this form." in said
    assert "refused (field_missing), 1:" in said

    # What is due, now and as it could be known then, with dates as people write them.
    listed = shell.json("due", "--place", "KH-16", "--on", "2026-02-25", "--status", "all")
    assert {row["subject"] for row in listed} == {MAI}
    contact = next(row for row in listed if (row["step"], row["n"]) == ("contact", 1))
    assert contact["done_on"] == "2026-02-20"
    assert contact["owner"] == "attendant"
    known = shell.json("due", "--place", "KH-16", "--on", "2026-02-25", "--known-on", "2026-02-25", "--status", "all")
    assert [row["status"] for row in known if row["step"] == "contact" and row["n"] == 1] == ["late"]
    csv = shell("due", "--place", "KH-16", "--on", "2026-02-25", "--format", "csv").splitlines()
    assert csv[0].startswith("subject,pathway,episode,step,n,opens,due,overdue,closes,done_on,status,form,owner")
    assert "No place here has the code" in _failing(shell, "due", "--place", "KH-99")

    # Held: listed, looked at, refused for good.
    [held] = shell.json("held", "list")
    assert (held["id"], held["reason"]) == ("c1", "form_unknown")
    assert json.loads(shell("held", "show", str(held["n"])))["form"] == "census"
    assert "cannot be released: No programme here has this form." in _failing(shell, "held", "release", str(held["n"]))
    shell("held", "refuse", str(held["n"]), "--note", "not ours")
    assert shell.json("held", "list") == []
    late = body(id="late", made_at="2099-03-01T08:00:00+07:00", answers={"hb": 85})
    assert shell.submit(late, expect=3)["held"] == 1
    number = shell.json("held", "list")[0]["n"]
    assert "accepted" in shell("held", "release", str(number), "--made-at", "2026-03-15T08:00:00+07:00")

    # Her story, with names only when they are asked for.
    story = shell("timeline", MAI)
    assert "hb" in story
    assert SECRET_NAME not in story
    assert SECRET_NAME in shell("timeline", MAI, "--names")
    assert "Nobody here has the id" in _failing(shell, "timeline", "nobody")

    # Two phones that did not see each other's change.
    for id, name in (("n1", "Lan"), ("n2", "Hoa")):
        shell.submit(body("rename", id=id, made_at=MADE, base={"called": "r1"}, answers={"called": name}))
    [conflict] = [row for row in shell.json("conflicts") if row["kind"] == "attribute"]
    assert (conflict["subject"], conflict["what"], conflict["shown"]) == (MAI, "called", "n2")
    assert "values" not in conflict
    [told] = list(shell.json("conflicts", "--values", "--kind", "attribute"))
    assert json.loads(told["values"]) == {"n1": "Lan", "n2": "Hoa"}

    # An alert.
    bleeding = {"visit_day": "2026-03-20", "bleeding": "yes", "bleeding_at": "2026-03-20T10:00:00+07:00"}
    shell.submit(body(id="b1", made_at="2026-03-20T10:10:00+07:00", answers=bleeding), born(id="born"))
    assert [row["step"] for row in shell.json("alerts", "--on", "2026-03-21")] == ["reach"]
    assert shell.json("alerts", "--on", "2026-03-19", "--place", "KH-16") == []

    # An export, a backup, an erasure; replay equals what is there before and after.
    exported = shell.json("export", "--parquet", str(shell.folder / "export"))
    assert {row["file"] for row in exported} == {"fact.parquet", "relation.parquet", "step.parquet"}
    shell("backup", str(shell.folder / "backup"))
    assert "Replay equals what is there." in shell("replay", "--check")
    shell.submit(registered(id="s1", subject=SOK, answers={"called": "Sok", "residence": VILLAGE}))
    assert "This cannot be undone" in _failing(shell, "erase", MAI)
    shell("erase", MAI, "--yes")
    assert "The export in" in shell.said
    assert "was erased before" in _failing(shell, "erase", MAI, "--yes")
    assert shell.submit(registered(id="r1", made_at="2026-01-20T09:00:00+07:00"))["duplicate"] == 1
    assert shell.submit(body(id="after", answers={"remark": SECRET_REMARK}), expect=3)["refused"] == 1
    assert "Replay equals what is there." in shell("replay", "--check", "--seed", "5")
    shell("replay")
    assert MAI not in shell("due", "--place", "KH-16", "--on", "2026-02-25", "--status", "all")

    # Loss of everything; the backup is older than the erasure.
    assert "never mixes two histories" in _failing(shell, "restore", str(shell.folder / "backup"))
    elsewhere = Shell({**shell.environment, "DOORSTEP_DATA": str(shell.folder / "new"), "DOORSTEP_DATABASE": ""}, shell.folder)
    subprocess.run([sys.executable, "-c", PREPARE, str(SHELF)], env=elsewhere.environment, check=True)
    assert "1 erasures made since then were replayed" in elsewhere("restore", str(shell.folder / "backup"))
    assert "Replay equals what is there." in elsewhere("replay", "--check")
    assert "Nobody here has the id" in _failing(elsewhere, "timeline", MAI)
    assert "weight" in elsewhere("timeline", "mai-baby")


def _failing(shell: Shell, *words: str) -> str:
    """What is said by a command that cannot do it."""
    shell(*words, expect=1)
    return shell.said


def test_work_arrives_from_a_file_a_list_and_packed(shell: Shell, tmp_path: Path) -> None:
    import gzip

    (tmp_path / "list.json").write_text(json.dumps([body(id="a"), body(id="b")]))
    (tmp_path / "one.json").write_text(json.dumps(body(id="c"), indent=2))
    (tmp_path / "lines.jsonl.gz").write_bytes(gzip.compress("\n".join(json.dumps(body(id=i)) for i in "de").encode()))
    for name, count in (("list.json", 2), ("one.json", 1), ("lines.jsonl.gz", 2)):
        assert shell.json("submit", str(tmp_path / name))["counts"]["accepted"] == count, name
    huge = tmp_path / "huge.jsonl"
    with huge.open("w") as file:
        file.write(json.dumps(body(id="f")) + "\n")
        file.write('{"id": "g", "answers": {"remark": "' + "x" * 50_000_000 + '"}}\n')
        file.write(json.dumps(body(id="h")) + "\n")
    counts = shell.json("submit", str(huge), expect=3)["counts"]
    assert (counts["accepted"], counts["refused"]) == (2, 1)


def test_somebody_is_enrolled_given_an_area_and_a_token(shell: Shell) -> None:
    assert "dara is enrolled." in shell("worker", "add", "dara", "--called", "Dara", "--role", "attendant", "--place", "KH-160101")
    token = shell("worker", "token", "dara", "--label", "phone").strip()
    assert token.startswith("dst_")
    assert "is enrolled already" in _failing(shell, "worker", "add", "dara")
    assert "No place here has the code" in _failing(shell, "worker", "assign", "dara", "midwife", "KH-99")
    assert "64 hex digits" in _failing(shell, "worker", "phone", "dara", "phone-1", "zz")
    shell("worker", "phone", "dara", "phone-1", "ab" * 32)
    [row] = shell.json("worker", "list")
    assert (row["username"], row["role"], row["place"]) == ("dara", "attendant", "KH-160101")
    assert "1 roles of dara have ended." in shell("worker", "end", "dara")
    assert "1 tokens of dara are worthless now." in shell("worker", "token", "dara", "--revoke")
    assert "Nobody here is called" in _failing(shell, "worker", "token", "nobody")


def test_a_wrong_setting_is_said_and_nothing_is_opened(shell: Shell) -> None:
    for name, value, words in (
        ("DOORSTEP_DATABASE", "mysql://x", "DOORSTEP_DATABASE is not understood"),
        ("DOORSTEP_DATABASE", "sqlite:///x", "its files lie in DOORSTEP_DATA"),
        ("DOORSTEP_DATABASE", "postgresql://doorstep:x@127.0.0.1:1/none", "does not answer"),
    ):
        wrong = Shell({**shell.environment, name: value}, shell.folder)
        assert words in _failing(wrong, "held", "list"), value




def hb_in(folder: Path) -> set[float]:
    """The haemoglobins that an export holds."""
    return {row["num"] for row in pq.read_table(folder / "fact.parquet").to_pylist() if row["code"] == "hb"}


def test_an_erasure_leaves_exports_and_is_noted_whichever_way_it_comes(shell: Shell) -> None:
    women = ("by-command", "by-file", "by-release")
    shell.submit(*(registered(id=f"r-{who}", subject=who, answers={"lmp_told": "2026-01-05"}) for who in women))
    shell.submit(*(body(id=f"v-{who}", subject=who, answers={"hb": 80 + n}) for n, who in enumerate(women)))
    shell("export", "--parquet", str(shell.folder / "export"))
    assert hb_in(shell.folder / "export") == {80, 81, 82}
    shell("backup", str(shell.folder / "disk"))
    (shell.folder / "disk").rename(shell.folder / "away")

    shell("erase", "by-command", "--yes")
    assert hb_in(shell.folder / "export") == {81, 82}
    assert "1 erasure could not be written to" in shell.said
    erase = body(id="e1", kind="erase", form="", subject="by-file", place="")
    assert shell.submit(erase)["accepted"] == 1
    assert hb_in(shell.folder / "export") == {82}
    assert "2 erasures could not be written to" in shell.said
    # Dated in 2099 it is held; a person puts the day right and releases it.
    later = body(id="e2", kind="erase", form="", subject="by-release", place="", made_at="2099-01-01T08:00:00+07:00")
    assert shell.submit(later, expect=3)["held"] == 1
    [held] = shell.json("held", "list")
    assert "3 erasures" not in shell.said
    shell("held", "release", str(held["n"]), "--made-at", "2026-03-15T08:00:00+07:00")
    assert hb_in(shell.folder / "export") == set()
    noted = shell.python("""
        from doorstep.cli.django_ready import ready
        ready()
        from doorstep.accounts.models import Audit
        print(*sorted(Audit.objects.filter(action="erased").values_list("subject", flat=True)))
    """)
    assert noted.split() == sorted(women)

    (shell.folder / "away").rename(shell.folder / "disk")
    shell("held", "list")
    assert "could not be written" not in shell.said
    assert all(who in (shell.folder / "disk" / "erasures.jsonl").read_text() for who in women)
    assert "is forgotten" in shell("backup", "--forget", str(shell.folder / "disk"))
    assert "No backup was ever written to" in _failing(shell, "backup", "--forget", str(shell.folder / "disk"))
