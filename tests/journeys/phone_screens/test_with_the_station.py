"""The app as the server serves it, with a real station: a code, a PIN, a list, somebody new, who then is on another's phone."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, TimeoutError

from tests.journeys.phone_screens import walk
from tests.journeys.phone_screens.looks import troubles
from tests.support.chromium import PHONE
from tests.support.phone_server import PhoneServer, phone_server  # noqa: F401 - a fixture

pytestmark = pytest.mark.journey
NAME = "Sreymom Chanthou"
CARRIED = "Bopha Without A Line"
LONG = 180_000
"""Milliseconds, for what comes over the line: other work may use the machine."""


def phone(browser: Browser) -> Page:
    """A fresh phone."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB")
    context.set_default_timeout(LONG)
    return context.new_page()


def enrol(page: Page, server: PhoneServer, code: str) -> None:
    """From the square with the code to the first list."""
    page.goto(f"{server.address}/phone/#enrol={code}")
    walk.at(page, "language")
    page.click("button[lang=en]")
    walk.at(page, "enrol")
    assert code not in page.url
    page.click("form .button")
    page.wait_for_selector("[data-screen=secret]", timeout=LONG)
    page.click("main .button >> nth=0")
    walk.keys(page, walk.PIN)
    walk.keys(page, walk.PIN)
    page.wait_for_selector("[data-screen=today]", timeout=LONG)
    walk.go(page, "people")
    page.wait_for_selector(".list .open", timeout=LONG)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")  # from now on it opens, and fills forms in, without a network
    walk.go(page, "today")


def register(page: Page, name: str = NAME) -> None:
    """Somebody new, through the programme's own form; only what must be answered. One form registers, and her own
    village needs no choice."""
    page.click("main > .row .button >> nth=0")
    walk.at(page, "form")
    page.wait_for_selector(".form footer .next", timeout=LONG)
    for _ in range(60):
        page.wait_for_timeout(250)
        if not page.query_selector("[data-screen=form]"):
            return
        agrees = page.locator("[data-ref$='/consent_record'] label:not(.find)")
        if agrees.count():
            agrees.nth(1).click()
        called = page.locator("[data-ref$='/called'] input")
        if called.count():
            called.fill(name)
        forward = page.locator(".form footer .next:enabled")
        if forward.count():  # while it is being kept there is nothing to touch
            with suppress(TimeoutError):  # it was the last touch, and the form is gone
                forward.click(force=True, no_wait_after=True, timeout=10_000)
    raise AssertionError("the form has no end")


def test_whoever_is_registered_without_a_network_is_on_another_phone_once_there_is_one(
    browser: Browser, phone_server: PhoneServer, tmp_path: Path  # noqa: F811
) -> None:
    codes = phone_server.more_codes()
    page = phone(browser)
    enrol(page, phone_server, codes["srey"])
    assert troubles(page, "today") == []

    page.context.set_offline(True)
    register(page)
    page.wait_for_selector("[data-screen=today] .sentence:has-text('only on this phone')")
    walk.go(page, "people")
    page.fill("#find", "sreymom")
    page.click(f".list .open:has-text('{NAME}')")
    walk.at(page, "person")
    page.wait_for_selector(".entry")
    assert troubles(page, "person") == []
    assert NAME not in page.url + page.title()
    walk.back(page, "people")

    page.context.set_offline(False)
    walk.go(page, "today")
    page.wait_for_selector(".sentence:has-text('Everything is at the station')", timeout=LONG)
    told = phone_server.command("due", "--place", "KH-16050201", "--format", "csv")
    other = phone(browser)
    enrol(other, phone_server, codes["dara"])
    walk.go(other, "people")
    other.fill("#find", "chanthou")
    other.wait_for_selector(f".open:has-text('{NAME}')", timeout=LONG)
    assert other.locator(".list .open").count() == 1
    assert "anc_contact" in told
    parcels(page, other, phone_server, tmp_path)
    other.context.close()

    walk.go(page, "me")
    page.click("main > .button")
    walk.at(page, "unlock")
    walk.keys(page, "9753")
    page.wait_for_selector("[data-screen=unlock] .notice", timeout=LONG)
    assert NAME not in page.content()
    shared_with_doorstep(page, phone_server, tmp_path / "receipts.txt")
    page.context.close()


def parcels(carrier: Page, hers: Page, server: PhoneServer, folder: Path) -> None:
    """No network at all: her work goes with another phone, and its receipt comes back the same way."""
    hers.context.set_offline(True)
    walk.go(hers, "today")
    register(hers, CARRIED)
    hers.wait_for_selector("[data-screen=today] .sentence:has-text('1 visit is only on this phone')")
    work = handed(hers, folder / "work.txt", "It holds 1 visit")
    whole = work.read_text(encoding="utf-8")
    assert "BEGIN AGE ENCRYPTED FILE" in whole
    assert CARRIED not in whole
    half, none = folder / "half.txt", folder / "letter.txt"
    half.write_text(whole[: len(whole) // 2], encoding="utf-8")
    none.write_text("Dear Lan", encoding="utf-8")

    accept(carrier, half, work, none)
    told = carrier.locator("main article").all_inner_texts()
    assert [one.splitlines()[0] for one in told] == ["half.txt", "work.txt", "letter.txt"], "each is answered by name"
    assert ["came only in part" in told[0], "You now carry 1 visit" in told[1], "no parcel of Doorstep" in told[2]] == [True] * 3
    assert troubles(carrier, "accept") == []
    walk.back(carrier, "sync")
    carrier.wait_for_selector(".notice:has-text('1 thing that you carried is at the station')", timeout=LONG)
    back = handed(carrier, folder / "receipts.txt", "It takes back 1 receipt for others")
    forged = folder / "forged.txt"
    forged.write_text(back.read_text(encoding="utf-8").replace("accepted", "duplicate"), encoding="utf-8")
    assert forged.read_bytes() != back.read_bytes()

    accept(hers, forged)
    hers.wait_for_selector("article:has-text('1 receipt in it is not from your station')")
    walk.back(hers, "sync")
    hers.wait_for_selector(".sync:has-text('1 visit is only on this phone')")
    accept(hers, back)
    hers.wait_for_selector("article:has-text('1 visit of yours is at the station')")
    walk.back(hers, "sync")
    hers.wait_for_selector(".sync:has-text('Everything is at the station')")
    hers.context.set_offline(False)
    hers.click("main .button.big:enabled")
    hers.wait_for_selector("main .button.big:enabled", timeout=LONG)
    walk.back(hers, "today")
    hers.wait_for_selector(".sentence:has-text('Everything is at the station')", timeout=LONG)
    walk.go(hers, "people")
    hers.fill("#find", CARRIED)
    hers.wait_for_selector(f".list .open:has-text('{CARRIED}')")
    walk.back(carrier, "today")


def to_parcels(page: Page, button: str) -> None:
    """To one of the two screens of parcels, by the sentence that says what is where."""
    if not page.query_selector("[data-screen=sync]"):
        walk.go(page, "today")
        page.click(".sentence")
        walk.at(page, "sync")
    page.click(f"section .button:has-text('{button}')")


def handed(page: Page, to: Path, says: str) -> Path:
    """A parcel as a file: this browser has no sheet to share with. On the screen before afterwards."""
    to_parcels(page, "Hand over")
    walk.at(page, "hand-over")
    page.click("main .button")
    page.wait_for_selector(f"main article:has-text('{says}')")
    assert troubles(page, "hand-over") == []
    with page.expect_download() as loaded:
        page.click("main article .button")
    assert re.fullmatch(r"doorstep-\d{4}-\d\d-\d\d-[a-z2-9]{4}\.txt", loaded.value.suggested_filename)
    page.wait_for_selector(f".notice:has-text('{loaded.value.suggested_filename}')")
    loaded.value.save_as(to)
    walk.back(page, "sync")
    return to


def accept(page: Page, *files: Path) -> None:
    """Chooses files, several at once, and waits for the answer to each."""
    to_parcels(page, "Accept")
    walk.at(page, "accept")
    page.set_input_files("main input[type=file]", list(files))
    page.wait_for_function("(n) => document.querySelectorAll('main article').length === n", arg=len(files))


def shared_with_doorstep(page: Page, server: PhoneServer, file: Path) -> None:
    """From a messenger, through the phone's own sheet, to a phone that is locked: as its browser brings it, by a form. Only what is
    sealed is kept, until a worker has opened hers and taken it."""
    letter = file.with_name("letter.txt")
    form = f'<form method="post" enctype="multipart/form-data" action="{server.address}/phone/share">'
    page.goto("about:blank")
    page.set_content(f'{form}<input type="file" name="parcels" multiple><button>Share</button></form>')
    page.set_input_files("input", [file, letter])
    page.click("button")
    walk.at(page, "unlock")
    kept = page.evaluate("caches.open('shared-parcels').then(async (c) => Promise.all((await c.matchAll()).map((one) => one.text())))")
    assert sorted(kept) == ["", file.read_text(encoding="utf-8")]
    walk.keys(page, walk.PIN)
    walk.at(page, "accept")
    page.click(".notice:has-text('2 files were shared') .button >> nth=0")
    page.wait_for_selector("article:has-text('receipts.txt')")
    page.wait_for_selector("article:has-text('letter.txt'):has-text('no parcel of Doorstep')")
    page.wait_for_function("() => document.querySelector('main .notice.accent') === null")
    assert page.evaluate("caches.has('shared-parcels')") is False
    walk.back(page, "today")
