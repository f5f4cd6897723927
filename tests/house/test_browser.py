"""The browser of the tests is a real one, and this machine can draw the languages of the first screen."""

from __future__ import annotations

from playwright.sync_api import Page


def test_a_page_runs_its_script_on_a_phone(phone: Page) -> None:
    phone.set_content(
        "<meta name=viewport content='width=device-width'>"
        "<button onclick=\"this.textContent = innerWidth + 'x' + innerHeight\">size</button>"
    )
    phone.click("button")
    assert phone.inner_text("button") == "360x640"


def test_a_page_has_the_size_of_a_desk(desk: Page) -> None:
    assert desk.evaluate("[innerWidth, innerHeight]") == [1366, 768]
