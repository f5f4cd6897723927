"""A community member speaks the words of the phone, in a real browser with a microphone that beeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from doorstep.sync.clips_store import Clips
from tests.journeys.test_pages import enter, findings, widest
from tests.support.chromium import ARGUMENTS, DESK, PHONE, chromium_path
from tests.support.console import Console

MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SLOW = 120_000
"""Milliseconds that a busy machine may take; nothing waits for as long as this on another."""
pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def listening(browser: Browser) -> Iterator[Browser]:
    """A Chromium with a microphone that beeps once a second, and whose user says yes."""
    running = browser.browser_type.launch(executable_path=chromium_path(), args=[*ARGUMENTS, *MICROPHONE])
    yield running
    running.close()


@pytest.fixture
def page(listening: Browser, console: Console) -> Iterator[Page]:
    """The page of a supervisor, watched for complaints."""
    yield from opened(listening, console)


def opened(browser: Browser, console: Console, **more: Any) -> Iterator[Page]:
    context = browser.new_context(**{"viewport": DESK, "locale": "en-GB", **more})
    page = context.new_page()
    page.set_default_timeout(SLOW)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    enter(console, page, "sok")
    yield page
    assert complaints == []
    context.close()


def begin(page: Page, console: Console, called: str, query: str = "?language=km") -> None:
    """Who speaks, and that she agrees: by keyboard alone."""
    page.goto(f"{console.address}/voices/{query}")
    page.focus("#called")
    page.keyboard.type(called)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"text={called} speaks")


def speak(page: Page, row: str, then: str = "keep") -> None:
    """Record, wait for the count, speak a while, stop: by keyboard alone."""
    page.focus(f"{row} [data-record]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-count]:visible")
    page.wait_for_selector("[data-stop]:visible")
    heard = 0
    for _ in range(100):  # the microphone beeps once a second, and the page says how loud
        heard = max(heard, page.evaluate("document.querySelector('.level meter').value"))
        if heard > 20:
            break
        page.wait_for_timeout(50)
    assert heard > 20
    page.wait_for_timeout(1200)
    if page.is_visible("[data-stop]"):  # on a very busy machine it has stopped by itself after LONGEST
        page.keyboard.press("Enter")
    page.wait_for_selector("button[data-keep]:visible")
    assert page.evaluate("document.activeElement.hasAttribute('data-keep')")
    if then == "keep":
        page.keyboard.press("Enter")
        page.wait_for_selector(f"{row}.is-recorded")
        page.wait_for_selector("#recorder", state="hidden")


def first(page: Page) -> str:
    return f"#{page.locator('.sentence').first.get_attribute('id')}"


def plays(page: Page, address: str) -> float:
    """Seconds of a sound that this browser plays."""
    return float(page.evaluate(
        """async (address) => {
            const sound = new Audio(address); sound.muted = true; await sound.play(); sound.pause();
            const bytes = await (await fetch(address)).arrayBuffer();
            return (await new OfflineAudioContext(1, 1, 24000).decodeAudioData(bytes)).duration }""",
        address,
    ))  # fmt: skip


def test_she_records_a_sentence_hears_it_replaces_it_and_takes_her_voice_back(page: Page, console: Console) -> None:
    clips = Clips(console.data)
    begin(page, console, "Yeay Mao", "?language=km&part=birth")
    row = first(page)
    key = page.get_attribute(row, "data-key")
    assert key
    speak(page, row)
    kept = clips.state().clips["km", key]
    assert clips.state().speakers[kept.speaker].called == "Yeay Mao"
    assert 0.2 < kept.seconds < 20
    assert page.evaluate("document.activeElement.closest('.sentence').previousElementSibling.id") == row[1:], "the next one waits"
    assert page.inner_text(".answer [data-recorded]") == str(sum(language == "km" for language, _ in clips.state().clips))

    with page.expect_response(f"**/{kept.hash}.*") as heard:
        page.click(f"{row} [data-hear]")
    assert heard.value.status == 200
    for ending in ("ogg", "mp3"):
        assert abs(plays(page, f"/voices/sound/{kept.hash}.{ending}") - kept.seconds) < 0.3

    speak(page, row)
    anew = clips.state().clips["km", key]
    assert anew.hash != kept.hash
    assert [one.hash for one in clips.state().earlier["km", key]] == [kept.hash]
    page.goto(f"{console.address}/voices/?language=km&part=birth&show=recorded")
    page.click(f"{row} summary")
    page.click(f"{row} :text('Use this one again')")
    assert clips.state().clips["km", key].hash == kept.hash

    page.goto(f"{console.address}/voices/")
    page.click("li:has-text('Yeay Mao') :text('Take this voice back')")
    assert "2 recordings" in page.inner_text(".answer")
    page.click("text=Yes, delete these recordings")
    page.wait_for_selector("text=The voice is gone from here")
    assert ("km", key) not in clips.state().clips
    assert not [path for path in (clips.folder / "sound").iterdir() if path.stem in (kept.hash, anew.hash)]
    page.goto(f"{console.address}/voices/")
    assert page.is_visible("#agree"), "whoever speaks next is asked first"


def test_a_line_that_breaks_while_it_is_kept_loses_nothing(page: Page, console: Console) -> None:
    begin(page, console, "Sary", "?language=bg")
    row = first(page)
    page.route("**/voices/keep/", lambda route: route.abort())
    speak(page, row, then="look")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-stage]:has-text('The recording is still here')")
    page.unroute("**/voices/keep/")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{row}.is-recorded")


def test_she_may_leave_it_at_any_moment_and_nothing_is_kept(page: Page, console: Console) -> None:
    begin(page, console, "Dany", "?language=vi")
    before, row = len(Clips(console.data).state().clips), first(page)
    page.focus(f"{row} [data-record]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-count]:visible")
    page.keyboard.press("Escape")
    page.wait_for_selector("#recorder", state="hidden")
    speak(page, row, then="look")
    page.keyboard.press("Escape")
    page.wait_for_selector("#recorder", state="hidden")
    assert page.evaluate("document.activeElement.closest('.sentence').id") == row[1:]
    assert len(Clips(console.data).state().clips) == before


def test_a_browser_that_may_not_listen_says_what_to_do(browser: Browser, console: Console) -> None:
    for page in opened(browser, console):  # without a microphone
        begin(page, console, "Vanna")
        page.click(f"{first(page)} [data-record]")
        page.wait_for_selector("[data-stage]:has-text('Allow the microphone')")
        assert page.is_visible("[data-again]")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_keeps_nobody_out_in_any_language(listening: Browser, console: Console, size: dict[str, int], tmp_path: Path) -> None:
    context = listening.new_context(viewport=size, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(SLOW)
    enter(console, page, "chan")
    page.goto(f"{console.address}/voices/")
    assert findings(page) == []
    page.fill("#called", "Bopha")
    page.check("[name=agrees]")
    page.click("#agree button")
    for language in ("vi", "km", "bg", "en"):
        page.click("summary:has(.long)")
        page.click(f"button[value={language}]")
        page.goto(f"{console.address}/voices/?language=km&show=all")
        page.click(f"{first(page)} [data-record]")
        page.wait_for_selector("[data-stop]:visible")
        assert findings(page) == [], language
        assert widest(page) <= size["width"], language
        page.click("[data-leave]")
        small = page.evaluate(
            """() => [...document.querySelectorAll('.sentence button, .sentence a')].filter((one) => one.checkVisibility())
                .filter((one) => one.getBoundingClientRect().height < 48).map((one) => one.textContent)"""
        )
        assert small == [], language
    context.close()
