"""The phone in the hand: little battery, little room, put away; whom it rings, and when it asks before it rings her."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.phone_screens import walk
from tests.journeys.phone_screens.looks import troubles
from tests.journeys.phone_screens.served import built, served
from tests.support.chromium import PHONE

pytestmark = pytest.mark.journey
BATTERY = """
window.battery = Object.assign(new EventTarget(), {level: 0.9, charging: false});
navigator.getBattery = async () => window.battery;
window.charge = (level, charging) => {
  Object.assign(window.battery, {level, charging});
  window.battery.dispatchEvent(new Event('levelchange'));
};
"""
"""Chromium here has no battery that could be emptied: one that can, with the browser's own shape."""
AT_HOUR = "(hour) => { const real = Date.prototype.getHours; Date.prototype.getHours = () => hour; }"
AWAY = """(away) => { document.hasFocus = () => !away; window.dispatchEvent(new Event(away ? 'blur' : 'focus')); }"""


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The app in the practice village, on a phone with a battery."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB", service_workers="block")
    context.set_default_timeout(180_000)
    context.add_init_script(BATTERY)
    with served(built(tmp_path_factory)) as address:
        page = context.new_page()
        walk.begin(page, address, "en")
        walk.practise(page)
        yield page
    context.close()


def test_a_low_battery_is_said_and_spared_until_it_is_charged(page: Page) -> None:
    assert page.locator(".condition").count() == 0
    page.evaluate("window.charge(0.15, false)")
    page.wait_for_selector(".condition >> text=The battery is low")
    assert page.evaluate("document.documentElement.hasAttribute('data-dark')"), "where nobody chose a light, it is dark"
    moving = "getComputedStyle(document.querySelector('.card')).animationName"
    assert page.evaluate(moving) == "none"
    assert troubles(page, "low battery") == []
    page.evaluate("window.charge(0.16, true)")
    page.wait_for_selector(".condition", state="detached")
    assert not page.evaluate("document.documentElement.hasAttribute('data-dark')")


def test_the_light_that_she_chose_stays_on_a_low_battery(page: Page) -> None:
    walk.go(page, "me")
    page.click("button.choice:text-is('Light')")
    page.evaluate("window.charge(0.1, false)")
    page.wait_for_selector(".condition")
    assert not page.evaluate("document.documentElement.hasAttribute('data-dark')")
    page.evaluate("window.charge(0.9, false)")
    page.wait_for_selector(".condition", state="detached")
    page.click("button.choice:text-is('As the phone')")
    walk.go(page, "today")


def test_what_loses_the_foreground_is_covered_before_the_list_of_apps_can_show_it(page: Page) -> None:
    page.evaluate(AWAY, True)
    page.wait_for_selector(".cover", state="visible")
    covered = "document.elementFromPoint(180, 300).closest('.cover') !== null"
    assert page.evaluate(covered), "nothing of her list is on the screen"
    page.evaluate(AWAY, False)
    page.wait_for_selector(".cover", state="hidden")
    assert not page.evaluate(covered)


def test_her_telephone_is_rung_at_once_only_where_nothing_that_she_said_speaks_against_it(page: Page) -> None:
    page.evaluate("addEventListener('click', (event) => { if (event.target.closest('a[href^=\"tel:\"]')) event.preventDefault(); })")
    page.evaluate(AT_HOUR, 10)
    page.click("text=Practice Mai >> nth=0")
    walk.at(page, "person")
    page.click("a[aria-label='Call her phone']")
    assert not page.locator("dialog").is_visible(), "her own, and she wants messages"
    walk.back(page, "today")
    page.click("text=Practice Ly >> nth=0")
    walk.at(page, "person")
    page.click("a[aria-label='Call her phone']")
    page.wait_for_selector("dialog[open]")
    said = page.inner_text("dialog")
    assert "safe to call: evening" in said
    assert "does not want messages" in said
    assert "Say nothing about her health" in said
    assert "Practice Ly" not in page.title()
    assert page.get_attribute("dialog a", "href") == "tel:000000002"
    assert troubles(page, "asks before it calls") == []
    page.click("dialog button")
    page.wait_for_selector("dialog[open]", state="detached")
    walk.back(page, "today")


def test_where_no_number_is_known_it_says_what_to_do_and_then_one_touch_rings(page: Page) -> None:
    page.click("text=Practice Mai >> nth=0")
    walk.at(page, "person")
    page.click("article.danger .button.danger >> nth=0")
    walk.at(page, "call")
    said = page.inner_text("main")
    assert "do not wait" in said
    assert "Ask" in said or "ask your supervisor" in said
    assert "Her name only when nobody else listens" in said
    assert troubles(page, "no number") == []
    page.fill("#midwife", "+855 12 000-111")
    page.click("form .button")
    walk.at(page, "person")
    assert page.get_attribute("article.danger a.button", "href") == "tel:+85512000111"
    assert page.locator("a[href^='sms:']").count() == 0, "nothing about her goes into a message that others can read"
