"""The app as the server serves it, with a real station: a code, a PIN, a list, somebody new, who then is on another's phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.phone_screens import walk
from tests.journeys.phone_screens.looks import troubles
from tests.support.chromium import PHONE
from tests.support.phone_server import PhoneServer, phone_server  # noqa: F401 - a fixture

pytestmark = pytest.mark.journey
NAME = "Sreymom Chanthou"
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


def register(page: Page) -> None:
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
            called.fill(NAME)
        forward = page.locator(".form footer .next:enabled")
        if forward.count():  # while it is being kept there is nothing to touch
            forward.click(force=True, no_wait_after=True)
    raise AssertionError("the form has no end")


def test_whoever_is_registered_without_a_network_is_on_another_phone_once_there_is_one(
    browser: Browser, phone_server: PhoneServer  # noqa: F811
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
    other.context.close()

    walk.go(page, "me")
    page.click("main > .button")
    walk.at(page, "unlock")
    walk.keys(page, "9753")
    page.wait_for_selector("[data-screen=unlock] .notice", timeout=LONG)
    assert NAME not in page.content()
    page.context.close()
