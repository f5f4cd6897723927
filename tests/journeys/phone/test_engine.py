"""What lies on a phone, who opens it, and what is left when its battery is taken out in the middle."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.phone.conftest import Line, Phone
from tests.support.phone_server import VILLAGE, PhoneServer

ROOT = Path(__file__).resolve().parents[3]
NAME, NUMBER = "Nang Keo Thipphavong", "0977123456"


def registered(name: str = NAME) -> dict[str, Any]:
    answers = {
        "consent_record": "yes", "called": name, "residence": VILLAGE, "pregnancy_registered": "yes", "phone": NUMBER,
        "lmp_told": "2026-08-01", "lmp_certain": "yes",
    }  # fmt: skip
    return {"form": "register", "version": "1", "subject": "", "place": VILLAGE, "answers": answers}


def fresh(name: str) -> str:
    """A name that nobody had before on this server."""
    return f"{name} {secrets.token_hex(4)}"


def spellings(word: str) -> list[bytes]:
    """As it could lie on a disk."""
    return [word.encode(), word.encode("utf-16-le"), json.dumps(word)[1:-1].encode()]


@pytest.mark.parametrize("what", ["sync", "cuts"])
def test_the_engine_agrees_with_the_server_and_survives_a_bad_line(phone_server: PhoneServer, what: str) -> None:
    """The engine's own tests, in Node, against this server."""
    node = ROOT / ".venv" / "bin" / "node"
    vitest = ROOT / "app" / "node_modules" / "vitest" / "vitest.mjs"
    told = {"DOORSTEP_PHONE_SERVER": phone_server.address, "DOORSTEP_PHONE_CODES": json.dumps(phone_server.more_codes())}
    done = subprocess.run(
        [str(node if node.exists() else "node"), str(vitest), "run", f"test/core/live/{what}.test.ts"], cwd=ROOT / "app",
        env={**os.environ, **told, "NO_COLOR": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_what_lies_on_the_disk_tells_nobodys_name(phone: Phone) -> None:
    phone.enrol("dara", "4711")
    phone.ask("submit", registered())
    people = phone.ask("people", "", 1000)
    assert len(people) > 5
    assert any(one["name"] == NAME for one in people)
    phone.ask("keepDraft", {
        "id": "d1", "form": "register", "version": "1", "subject": "", "name": NAME, "startedMs": 1, "changedMs": 2, "replaces": None,
        "instance": f"<data><called>{NAME}</called></data>", "page": 0,
    }, NAME)  # fmt: skip
    phone.ask("lock")
    phone.switch_off()
    raw, own = phone.raw(), databases(phone.folder)
    assert b"/register.db" in own, "the database is not where it was looked for"
    assert len(own) > 100_000
    assert b"SQLite format 3" not in own
    for word in (NAME, NUMBER, *{one["name"] for one in people if len(one["name"]) > 3}):
        assert not any(spelt in raw for spelt in spellings(word)), "a name lies in the open"


def databases(folder: Path) -> bytes:
    """The files of the page's own file system, without the browser's own databases."""
    return b"\n".join(path.read_bytes() for path in folder.rglob("File System/**/*") if path.is_file() and path.suffix != ".ldb")


def test_nobody_elses_pin_opens_hers(phone: Phone) -> None:
    phone.enrol("dara", "4711")
    name = fresh("Only Dara knows her")
    phone.ask("submit", registered(name))
    phone.enrol("srey", "0815")
    assert phone.ask("people", name) == []
    phone.ask("lock")
    assert phone.ask("today") == {"trouble": "closed"}
    assert phone.ask("unlock", "dara", "0815")["why"] == "wrong"
    phone.switch_off()
    phone.switch_on()
    assert [one["opensBy"] for one in phone.ask("workers")] == ["pin", "pin"]
    again = phone.ask("unlock", "dara", "1111")
    assert (again["why"], again["triesLeft"]) == ("wrong", 8)
    assert phone.ask("unlock", "dara", "4711") == {"ok": True}
    assert [one["name"] for one in phone.ask("people", name)] == [name]
    assert phone.ask("standing")["here"] == 1


def test_a_battery_taken_out_in_the_middle_of_sending_loses_and_doubles_nothing(phone: Phone, line: Line) -> None:
    phone.enrol("dara", "4711")
    name = fresh("Cut In The Middle")
    phone.ask("submit", registered(name))
    line.lose = "/push"
    phone.begin("sync")
    assert line.reached.wait(60)
    phone.switch_off()
    line.mend()
    phone.switch_on()
    assert phone.ask("unlock", "dara", "4711") == {"ok": True}
    assert phone.ask("standing")["here"] == 1
    told = phone.ask("sync")
    assert (told["here"], told["safe"], told["trouble"]) == (0, 1, "")
    assert len(phone.ask("people", name)) == 1


def test_a_battery_taken_out_in_the_first_pull_begins_it_again(phone: Phone, line: Line) -> None:
    code = line.server.more_codes()["srey"]
    phone.ask("enrol", line.address, code)
    phone.ask("setSecret", "srey", "0815", "pin")
    line.lose = "/area"
    phone.begin("sync")
    assert line.reached.wait(60)
    phone.switch_off()
    line.mend()
    phone.switch_on()
    phone.ask("unlock", "srey", "0815")
    assert phone.ask("people", "", 10) == []
    assert phone.ask("sync")["trouble"] == ""
    assert len(phone.ask("people", "", 10)) > 5


def test_a_second_window_says_that_the_first_has_her_open(phone: Phone) -> None:
    phone.enrol("dara", "4711")
    assert phone.context is not None
    second = phone.context.new_page()
    second.goto(phone.page.url)
    second.wait_for_function("document.title === 'ready'")
    assert second.evaluate("window.engine.unlock('dara', '4711')") == {"ok": False, "why": "elsewhere"}
    phone.ask("lock")
    assert second.evaluate("window.engine.unlock('dara', '4711')") == {"ok": True}


def test_a_window_with_an_older_or_newer_app_keeps_nobody_out_for_good(phone: Phone) -> None:
    held = "(version) => new Promise((done) => { const asked = indexedDB.open('doorstep', version);"
    held += "asked.onsuccess = () => { window.held = asked.result; done('held'); }; asked.onblocked = () => done('blocked'); })"
    assert phone.page.evaluate(held, 1) == "held"
    assert phone.ask("workers") == {"trouble": "elsewhere"}
    phone.page.evaluate("window.held.close()")
    assert phone.ask("workers") == []
    assert phone.page.evaluate(held, 1000) == "held", "it gives way to a newer one"
    assert "VersionError" in phone.ask("workers")["trouble"]
    phone.page.evaluate("window.held.close(); indexedDB.deleteDatabase('doorstep')")
    assert phone.ask("workers") == []


def test_a_battery_taken_out_in_the_middle_of_writing_leaves_what_was_written_before(phone: Phone) -> None:
    assert phone.page.evaluate("window.crash('write')") == "in the middle"
    kill(phone)
    raw = phone.raw()
    assert b"/register.db-wal" in raw, "nothing was being written"
    assert b"before 17 x" not in raw
    assert b"after before 17 x" not in raw
    phone.switch_on()
    assert phone.page.evaluate("window.crash('look')") == ["ok", 5_000, "before", "before", 0]


def kill(phone: Phone) -> None:
    """Not closed: gone, as when the battery is taken out."""
    folder = str(phone.folder).encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if folder in (entry / "cmdline").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:
                continue  # it ended by itself
    phone.switch_off()
    for lock in phone.folder.glob("Singleton*"):
        lock.unlink(missing_ok=True)
