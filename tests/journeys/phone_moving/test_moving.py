"""She gives birth at her parents' house: found with her card, here for some days, handed over, and gone from the other phones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.phone_moving.station import CALLED, CARD, FAR, HERE
from tests.journeys.phone_screens import walk
from tests.journeys.phone_screens.looker import Looker, Seen
from tests.journeys.phone_screens.test_with_the_station import LONG, phone
from tests.support.console import ROOT, _free_port, _wait, environment

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The running server: its address, codes for the phones, the villages' names, and its data."""
    data = tmp_path_factory.mktemp("moving")
    command = [sys.executable, "-m", "tests.journeys.phone_moving.station"]
    done = subprocess.run(command, cwd=ROOT, env=environment(data), check=True, stdout=subprocess.PIPE, text=True)
    port, log = _free_port(), data / "server.log"
    with log.open("wb") as out:
        serve = [Path(sys.executable).with_name("doorstep"), "serve", "--port", str(port), "--threads", "2"]
        server = subprocess.Popen(serve, cwd=ROOT, env=environment(data), stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait(port, server, log)
            yield {"address": f"http://127.0.0.1:{port}", "data": data, "log": log, **json.loads(done.stdout.splitlines()[-1])}
        finally:
            server.terminate()
            server.wait(60)


def at_the_station(station: dict[str, Any], what: str) -> str:
    """What Python over the accounts of this installation prints, with `Opening`, `Audit` and `today`."""
    script = (
        "from doorstep.cli.django_ready import ready\nready()\n"
        "from doorstep.accounts.models import Audit, Opening\nfrom doorstep.record.lists import today\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script + what], cwd=ROOT, env=environment(station["data"]), check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def enrol(page: Page, station: dict[str, Any], worker: str) -> None:
    """From the square with the code to the first list, empty or not."""
    page.goto(f"{station['address']}/phone/#enrol={station['codes'][worker]}")
    walk.at(page, "language")
    page.click("button[lang=en]")
    walk.at(page, "enrol")
    page.click("form .button")
    page.wait_for_selector("[data-screen=secret]", timeout=LONG)
    page.click("main .button >> nth=0")
    walk.keys(page, walk.PIN)
    walk.keys(page, walk.PIN)
    page.wait_for_selector("[data-screen=today]", timeout=LONG)
    settled(page)


def settled(page: Page) -> None:
    """Sent and fetched."""
    page.wait_for_selector("[data-screen=today] .sentence:has-text('Everything is at the station')", timeout=LONG)


def fetch(page: Page) -> None:
    """Sends and fetches once more, as whoever opens the phone does."""
    walk.go(page, "me")
    walk.go(page, "today")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    settled(page)


def people(page: Page) -> None:
    walk.go(page, "people")
    page.wait_for_selector("[data-screen=people] [role=status]", state="attached", timeout=LONG)


def looked_for(page: Page) -> None:
    """From People to the answer, with the code that stands on her card."""
    page.click("main > .button:has-text('She is from elsewhere')")
    walk.at(page, "elsewhere")
    page.click(".choice:has-text('She gives birth here')")
    page.fill("#code", CARD.lower())
    page.click("form .button:has-text('Look for her')")
    page.wait_for_selector(".found", timeout=LONG)


def test_she_is_found_with_her_card_stays_for_some_days_and_is_handed_over(browser: Browser, station: dict[str, Any]) -> None:
    here, there = phone(browser), phone(browser)
    enrol(here, station, "dara")
    enrol(there, station, "thu")
    seen = Seen()
    look_here, look_there = (Looker(page, f"{station['address']}/phone/", seen, "en") for page in (here, there))
    here.click("main > .row .button >> nth=0")
    walk.at(here, "new")
    here.wait_for_selector(".list .open >> nth=1")
    look_here.see("new")
    walk.back(here, "today")
    people(here)
    here.fill("#find", "sung")
    expect(here.locator(".list .open")).to_have_count(0)
    looked_for(here)
    look_here.see("elsewhere-found")
    answer = here.inner_text(".found")
    assert CALLED in answer
    assert "weeks" not in answer, "a stranger is not told that she is pregnant"
    assert station["names"][FAR]["en"] in answer
    assert CALLED not in here.url + here.title()

    here.click(".found .button")
    here.wait_for_selector("[data-screen=person]", timeout=LONG)
    here.wait_for_selector(f"h1:has-text('{CALLED}')", timeout=LONG)
    walk.back(here, "people")
    here.fill("#find", "MY sung")
    here.wait_for_selector(f".list .open:has-text('{CALLED}')", timeout=LONG)

    # What now: she stays here, goes on to somebody else, or was a mistake.
    here.click("main > .button:has-text('She is from elsewhere')")
    walk.at(here, "elsewhere")
    look_here.see("elsewhere-guests")
    here.click(".then .button")
    walk.at(here, "moves")
    look_here.see("moves-guest")
    walk.back(here, "elsewhere")
    walk.back(here, "people")

    # The day on which it ends: nothing of her stays.
    at_the_station(station, "Opening.objects.update(valid_from=today() - 14, valid_to=today())")
    fetch(here)
    people(here)
    here.fill("#find", "sung")
    here.wait_for_selector(".empty", timeout=LONG)

    # Her own attendant hands her over to the attendant there: off the one list, and on the other, which says so.
    people(there)
    there.fill("#find", "sung")
    there.click(f".list .open:has-text('{CALLED}')")
    walk.at(there, "person")
    there.click("details:not(.entry) > summary")
    there.click(".moves")
    walk.at(there, "moves")
    look_there.see("moves")
    there.click(".button:has-text('Choose the village')")
    village = station["names"][HERE]["en"]
    there.fill("[data-screen=moves] input[type=search]", village.lower())
    there.click("[data-screen=moves] form .button")
    there.click(f".list .open:has-text('{village}')")
    look_there.see("moves-village")
    there.click(".button:text-is('Hand her over')")
    there.wait_for_selector(".notice:has-text('She is handed over')", timeout=LONG)
    there.click(".button:has-text('People')")
    there.fill("#find", "sung")
    there.wait_for_selector(".empty", timeout=LONG)
    fetch(here)
    here.wait_for_selector("[data-screen=today] .arrived", timeout=LONG)
    look_here.see("today-arrived")
    walk.go(here, "people")
    here.fill("#find", "")
    here.wait_for_selector(f".arrivals .open:has-text('{CALLED}')", timeout=LONG)
    look_here.see("people-arrived")
    assert "\n".join(seen.wrong) == ""

    lines = at_the_station(station, "print([tuple(r) for r in Audit.objects.filter(worker='dara', action__in=['sought', 'found', 'opened'])"
                           ".values_list('action', 'about').order_by('pk')])")  # fmt: skip
    assert lines.strip() == "[('sought', 'birth_here card'), ('found', 'birth_here'), ('opened', 'birth_here 14 days')]"
    assert CALLED not in lines + station["log"].read_text(errors="replace")
    here.context.close()
    there.context.close()
