"""What happens to a phone itself, through its screens: shared, forgotten, renewed, moved, locked and lost, on a line that breaks."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from doorstep.accounts.authority import REMEMBERED
from tests.journeys.phone.conftest import built  # noqa: F401 - a fixture
from tests.journeys.phone_screens import walk
from tests.journeys.phone_screens.hands import LONG, Hands
from tests.support.line import Line, drawn
from tests.support.phone_server import PhoneServer, phone_server  # noqa: F401 - a fixture
from tests.support.station import decide, made_by

pytestmark = pytest.mark.journey
ROOT = Path(__file__).resolve().parents[3]
MOTHER, DAUGHTER = "sophea", "kanha"
"""A birth attendant, and her daughter-in-law who works with the same phone."""
PINS = {MOTHER: "2468", DAUGHTER: "1357"}
NEXT_VILLAGE = "KH-16050202"
NAMES = {"shared": "Chenda Rithy", "daughter": "Leakhena Vuthy", "forgotten": "Mealea Sokun", "anew": "Phalla Nimol", "update": "Kolap Dara", "moved": "Thida Prak",
         "locked": "Romdoul Keo", "lost": "Malis Chhay"}  # fmt: skip


@pytest.fixture(scope="module")
def line(phone_server: PhoneServer, built: Path) -> Iterator[Line]:  # noqa: F811
    """What stands between the phone and the station."""
    for worker in (MOTHER, DAUGHTER):
        phone_server.worker(worker)
    with drawn(phone_server, built) as found:
        yield found


@pytest.fixture(scope="module")
def shared(browser: Browser, line: Line) -> Iterator[Hands]:
    """The phone that they share."""
    hands = Hands(browser, line)
    yield hands
    hands.put_away()


def register(hands: Hands, name: str, until: str = "") -> None:
    """Somebody new, with what must be answered."""
    hands.new("Register a pregnancy")
    hands.fill({"consent_record": "yes", "called": name}, until=until)


def names(server: PhoneServer, worker: str) -> list[str]:
    """Whom she registered, as the station has it: each once, and nothing waits."""
    made = made_by(server, worker)
    assert made.aside == {}
    assert len(made.log) == len(made.people)
    return sorted(one.name for one in made.people.values())


def test_a_line_that_breaks_while_she_begins_uses_up_no_code(shared: Hands, line: Line) -> None:
    code = line.server.code(MOTHER)
    line.cut(lose="/enrol")  # the station has made the phone hers, and the phone does not know it
    shared.page.goto(f"{line.address}/phone/#enrol={code}")
    shared.at("language")
    shared.page.click("button[lang=en]")
    shared.at("enrol")
    shared.page.click("form .button")
    shared.page.wait_for_selector(".notice:has-text('No network now')")
    shared.reload()
    shared.at("start")
    shared.page.click("button.way >> nth=0")
    shared.at("enrol")
    shared.page.fill("#code", code)
    line.cut(lose="/area")
    shared.page.click("form .button")
    shared.at("secret")
    shared.choose(PINS[MOTHER])
    assert line.reached.wait(LONG / 1000)
    shared.page.wait_for_selector(".empty:has-text('Your list is not on this phone yet')")
    line.mend()
    shared.send()
    shared.home()
    shared.listed()
    shared.quick()


def test_two_workers_on_one_phone_see_each_her_own_and_no_pin_opens_the_others(shared: Hands, line: Line) -> None:
    shared.offline(True)
    register(shared, NAMES["shared"])
    shared.only_here(1)
    line.server.kill()  # what she did cannot be sent before her daughter-in-law takes the phone
    shared.offline(False)
    shared.lock()
    line.server.start()
    shared.enrol(line.server.code(DAUGHTER), first=False)
    shared.choose(PINS[DAUGHTER])
    shared.listed()
    assert shared.found(NAMES["shared"]) == 0
    register(shared, NAMES["daughter"])
    shared.all_there()
    assert names(line.server, DAUGHTER) == [NAMES["daughter"]]
    assert names(line.server, MOTHER) == []

    shared.lock()
    shared.choose_worker(MOTHER)
    walk.keys(shared.page, PINS[DAUGHTER])
    shared.page.wait_for_selector("[data-screen=unlock] .notice:has-text('That was not right')")
    line.cut(lose="/push")
    shared.unlock(PINS[MOTHER])
    assert line.reached.wait(LONG / 1000)
    shared.only_here(1)
    assert shared.found(NAMES["daughter"]) == 0
    line.mend()
    shared.all_there()
    assert (shared.found(NAMES["daughter"]), shared.found(NAMES["shared"])) == (1, 1), "now they share a village"
    assert names(line.server, MOTHER) == [NAMES["shared"]]


def test_a_forgotten_pin_loses_no_work_and_she_begins_anew_with_the_same_phone(shared: Hands, line: Line) -> None:
    shared.offline(True)
    register(shared, NAMES["forgotten"])
    shared.only_here(1)
    shared.lock()
    shared.page.click("main > .row .button >> nth=0")
    shared.at("forgotten")
    ask = "main .button.big:enabled"
    shared.page.click(ask)
    shared.page.wait_for_selector(".notice:has-text('1 visit is not at the station yet')")
    line.cut(lose="/parcels")  # it arrives, and the phone does not know it
    shared.offline(False)
    shared.page.click(ask)
    assert line.reached.wait(LONG / 1000)
    shared.page.wait_for_selector(".notice:has-text('1 visit is not at the station yet')")
    line.mend()
    shared.page.click(ask)
    shared.page.wait_for_selector(".notice:has-text('Everything that you did is at the station'):has-text('not allowed it yet')")
    assert names(line.server, MOTHER) == sorted([NAMES["shared"], NAMES["forgotten"]])

    decide(line.server, MOTHER, "new_pin")
    shared.page.click(ask)
    shared.page.wait_for_selector(".notice:has-text('has allowed you')")
    shared.page.click(ask)
    shared.at("secret")
    line.cut(lose="/enrol")  # the station knows the new key, and the phone does not know that
    PINS[MOTHER] = "8642"
    shared.page.click("main .button >> nth=0")
    walk.keys(shared.page, PINS[MOTHER])
    walk.keys(shared.page, PINS[MOTHER])
    shared.page.wait_for_selector("[data-screen=secret] .notice")
    line.mend()
    shared.reload()
    shared.choose_worker(MOTHER)
    shared.page.click("main > .row .button >> nth=0")
    shared.at("forgotten")
    shared.page.click(ask)
    shared.page.wait_for_selector(".notice:has-text('has allowed you')")
    shared.page.click(ask)
    shared.at("secret")
    shared.choose(PINS[MOTHER])
    shared.listed()
    assert shared.found(NAMES["forgotten"]) == 1
    register(shared, NAMES["anew"])
    shared.all_there()
    assert names(line.server, MOTHER) == sorted([NAMES["shared"], NAMES["forgotten"], NAMES["anew"]])
    shared.lock()
    walk.keys(shared.page, "2468")
    shared.page.wait_for_selector("[data-screen=unlock] .notice:has-text('That was not right')")
    shared.unlock(PINS[MOTHER])


def test_a_newer_app_waits_for_the_form_and_the_draft_outlives_it(shared: Hands, line: Line, tmp_path: Path) -> None:
    shared.cached()
    register(shared, NAMES["update"], until="called")
    line.server.stop()
    line.server.app = newer(tmp_path / "app")
    line.server.start()
    shared.page.evaluate("navigator.serviceWorker.getRegistration().then((one) => (window.apps = one).update()).then(() => null)")
    shared.page.wait_for_function("() => window.apps.waiting !== null")
    shared.kept()
    assert shared.answered("called") == NAMES["update"]
    assert shared.page.query_selector("meta[name=release]") is None
    shared.page.click(".form header button >> nth=0")
    shared.at("today")
    shared.page.click(".notice:has-text('A newer Doorstep is ready') .button")
    shared.page.wait_for_selector("meta[name=release][content='2']", state="attached")
    line.server.kill()
    shared.choose_worker(MOTHER)
    shared.unlock(PINS[MOTHER])
    shared.page.click(".draft")
    shared.begun()
    assert shared.answered("called") == NAMES["update"]
    shared.fill({})
    shared.only_here(1)
    line.server.start()
    shared.all_there()
    assert NAMES["update"] in names(line.server, MOTHER)


def newer(folder: Path) -> Path:
    """The next release: the same app, whose page says so."""
    shutil.copytree(ROOT / "app" / "dist", folder)
    page = folder / "index.html"
    page.write_text(
        page.read_text(encoding="utf-8").replace("<head>", '<head><meta name="release" content="2">'), encoding="utf-8"
    )
    for packed in [*folder.glob("index.html.*"), *folder.glob("sw.js.*")]:
        packed.unlink()
    worker = folder / "sw.js"
    before = worker.read_text(encoding="utf-8")
    after = before.replace('url:"index.html",revision:"', 'url:"index.html",revision:"2')
    assert after != before
    worker.write_text(after, encoding="utf-8")
    return folder


def test_another_area_brings_its_people_and_takes_those_of_before(shared: Hands, line: Line) -> None:
    shared.lock()
    old = {row[0] for table, row in shared.raw(MOTHER, PINS[MOTHER]) if table == "subject"}
    assert len(old) > 50
    shared.reload()
    shared.choose_worker(MOTHER)
    shared.unlock(PINS[MOTHER])
    shared.offline(True)
    register(shared, NAMES["moved"])
    shared.only_here(1)
    before = made_by(line.server, MOTHER)
    line.server.settle(NEXT_VILLAGE, 150)
    line.server.command("worker", "end", MOTHER)
    line.server.command("worker", "assign", MOTHER, "attendant", NEXT_VILLAGE)
    line.cut(lose="/area")
    shared.offline(False)
    shared.send()
    assert line.reached.wait(LONG / 1000)
    line.server.kill()
    shared.reload()
    line.mend()
    line.server.start()
    shared.choose_worker(MOTHER)
    shared.unlock(PINS[MOTHER])
    shared.all_there()
    shared.home()
    shared.go("work")
    shared.page.wait_for_selector("article.card:has-text('It happened in a place that is not in your area')")
    made = made_by(line.server, MOTHER)
    assert made.log == before.log
    assert list(made.aside.values()) == ["held"], "made in her old area, and sent from the new one: a person decides"
    shared.lock()
    rows = shared.raw(MOTHER, PINS[MOTHER])
    new = {row[0] for table, row in rows if table == "subject"}
    assert len(new) > 5
    assert not old & new
    lies = [f"{table} {row}" for table, row in rows if table != "outbox"]
    assert not [row for row in lies if any(subject in row or subject.replace("-", "") in row for subject in old)], "a row of her old village lies on the phone"
    whole = [f"{table} {row}" for table, row in rows]
    assert not [row for row in whole if NAMES["shared"] in row], "a name of her old village lies on the phone"
    shared.reload()
    shared.choose_worker(MOTHER)
    shared.unlock(PINS[MOTHER])
    assert len(shared.everybody()) > 5


def test_a_phone_that_the_supervisor_locks_closes_in_the_middle_and_opens_again(shared: Hands, line: Line) -> None:
    shared.offline(True)
    register(shared, NAMES["locked"])
    shared.only_here(1)
    decide(line.server, MOTHER, "lock")
    line.cut(lose="/push")
    shared.offline(False)
    shared.send()
    assert line.reached.wait(LONG / 1000)
    shared.only_here(1)
    line.mend()
    shared.page.click(".sentence")
    shared.at("sync")
    shared.page.click("main .button.big:enabled")
    shared.at("unlock")
    shared.page.wait_for_selector(".notice:has-text('This phone is locked for you')")
    assert NAMES["locked"] not in shared.page.content()
    decide(line.server, MOTHER, "unlock")
    shared.page.click("main > .button.big")
    shared.unlock(PINS[MOTHER])
    shared.all_there()
    assert shared.found(NAMES["locked"]) == 1


def test_a_lost_phone_empties_itself_and_what_it_had_not_sent_waits_for_a_person(shared: Hands, line: Line) -> None:
    shared.offline(True)
    register(shared, NAMES["lost"])
    shared.only_here(1)
    before = made_by(line.server, MOTHER)
    decide(line.server, MOTHER, "revoke")
    decide(line.server, MOTHER, "wipe")
    time.sleep(REMEMBERED + 1)  # so long the station may still know her key, from what came a moment ago
    line.cut(lose="/state")
    shared.offline(False)
    shared.send()
    shared.home()
    line.mend()
    shared.page.click(".sentence")
    shared.at("sync")
    shared.page.click("main .button.big:enabled")
    shared.at("unlock")
    shared.page.wait_for_selector(".notice:has-text('has taken your data from this phone')")
    assert shared.databases() == 1, "her daughter-in-law's alone"
    shared.choose_worker(DAUGHTER)
    shared.unlock(PINS[DAUGHTER])
    shared.all_there()
    after = made_by(line.server, MOTHER)
    assert after.log == before.log
    assert len(after.aside) == len(before.aside) + 1
    assert list(after.aside.values())[-1] == "held", "signed with a key that was revoked"
    assert json.dumps(sorted(one.name for one in after.people.values())) == json.dumps(
        sorted(one.name for one in before.people.values())
    )
