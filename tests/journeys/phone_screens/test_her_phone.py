"""What happens to a phone itself, through its screens: shared and forgotten, on a line that breaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.phone.conftest import built  # noqa: F401 - a fixture
from tests.journeys.phone_screens import walk
from tests.journeys.phone_screens.hands import LONG, Hands
from tests.support.line import Line, drawn
from tests.support.phone_server import PhoneServer, phone_server  # noqa: F401 - a fixture
from tests.support.station import decide, made_by

pytestmark = pytest.mark.journey
MOTHER, DAUGHTER = "sophea", "kanha"
"""A birth attendant, and her daughter-in-law who works with the same phone."""
PINS = {MOTHER: "2468", DAUGHTER: "1357"}
NAMES = {"shared": "Chenda Rithy", "daughter": "Leakhena Vuthy", "forgotten": "Mealea Sokun", "anew": "Phalla Nimol"}


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
    line.cut(lose="/snapshot")
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
