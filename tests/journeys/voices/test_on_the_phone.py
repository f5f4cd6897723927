"""Whoever does not read hears: sounds come to the phone after everything else, stay without a network, and leave with a voice."""

from __future__ import annotations

import io
import math
import wave
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page

from doorstep.record.shelf import Pack
from doorstep.sync.clips import key_of
from doorstep.sync.clips_sound import prepared
from doorstep.sync.clips_voices import Voices
from tests.journeys.phone_screens import walk
from tests.journeys.phone_screens.looker import Looker, Seen
from tests.support.chromium import ARGUMENTS, PHONE, chromium_path
from tests.support.pages import maternal
from tests.support.phone_server import PhoneServer, serving

pytestmark = pytest.mark.journey
LONG = 180_000
"""Milliseconds for what comes over the line: other work may use the machine."""
MADE = ("Find", "Today")
"""English words that a machine has spoken before the phone asks."""
KEPT = "caches.open('voices').then((one) => one.keys()).then((all) => all.map((one) => one.url.split('/').pop()))"
HERE = f"(hers) => {KEPT}.then((names) => hers.every((one) => names.includes(one)))"
GONE = f"(hers) => {KEPT}.then((names) => !hers.some((one) => names.includes(one)))"
HEARD = "() => { const one = document.querySelector('.heard'); return one?.dataset.voice ? [one.dataset.voice, one.innerText] : null; }"
PLAYS = "--autoplay-policy=no-user-gesture-required"


def tone(pitch: float) -> bytes:
    """Four seconds of a voice that hums: long enough to be met while it speaks."""
    t = np.arange(4 * 48_000) / 48_000
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((0.3 * np.sin(2 * math.pi * pitch * t) * 32767).astype("<i2").tobytes())
    return out.getvalue()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoneServer]:
    """A station of a small village, with a language that is spoken and not written, and a few sentences of a machine."""
    with serving(tmp_path_factory, "heard", 12) as running:
        running.may_speak()
        yield running


def voices_of(server: PhoneServer) -> Voices:
    return Voices(server.data, lambda: Pack("one", {"maternal": maternal()}))


def record(voices: Voices, speaker: str, text: str, pitch: float) -> str:
    """Somebody speaks a Vietnamese sentence in Jarai; the name of its sound."""
    sound, seconds = prepared(tone(pitch))
    return voices.clips.keep("jra", key_of("vi", text), text, sound, seconds, speaker, "sok").hash


def held(page: Page, label: Locator) -> tuple[str, str]:
    """A long press: whose voice is heard then, and what stands on the screen meanwhile. Both in one look: a word is short."""
    label.scroll_into_view_if_needed()
    box = label.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    heard = page.wait_for_function(HEARD, timeout=LONG)
    page.mouse.up()
    voice, shown = heard.json_value()
    return voice, shown


def silent(page: Page) -> None:
    page.wait_for_selector(".heard[data-voice='']", state="attached", timeout=LONG)


def test_whoever_does_not_read_hears_her_own_language_with_and_without_a_network(browser: Browser, server: PhoneServer) -> None:
    voices = voices_of(server)
    wanted = [one for one in voices.to_make()["en"] if one[1] in MADE]
    assert voices.made.make("en", wanted) == len(MADE)
    voices.clips.add_language("jra", "Jarai", "vi")
    mother = voices.clips.agreed("Ybia", "sok", "vi", "May we record your voice?").id
    register = maternal().forms["register"]
    texts = ["Hôm nay", "Mọi người", *(one.labels["vi"] for one in register.questions if one.labels and "${" not in one.labels["vi"])]
    hers = {f"{record(voices, mother, text, 200 + 10 * nth)}.ogg" for nth, text in enumerate(texts)}

    running = browser.browser_type.launch(executable_path=chromium_path(), args=[*ARGUMENTS, PLAYS])
    context = running.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB")
    context.set_default_timeout(LONG)
    page = context.new_page()
    page.goto(f"{server.address}/phone/#enrol={server.codes['srey']}")
    page.click("button[lang=en]")
    page.wait_for_selector("[data-screen=enrol] .head .ear")  # before anybody works here, a machine is heard
    page.click("[data-screen=enrol] form .button")
    walk.at(page, "secret")
    page.click("main .button >> nth=0")
    walk.keys(page, walk.PIN)
    walk.keys(page, walk.PIN)
    walk.at(page, "today")
    page.wait_for_selector(".head .ear")  # the sounds have come, after the list

    seen = Seen()
    looker = Looker(page, f"{server.address}/phone/", seen, "en")
    walk.go(page, "people")
    page.click("main > .button, main p .button")
    walk.at(page, "elsewhere")
    looker.see("elsewhere")
    page.click("main .choice >> nth=0")
    page.wait_for_selector("#code")
    page.click("main details summary")
    looker.see("elsewhere-whom")
    walk.back(page, "people")
    walk.go(page, "today")
    assert "\n".join(seen.wrong) == ""

    voice, shown = held(page, page.locator("main > .row .button").nth(1))
    assert voice == "synthetic"
    assert "machine" in shown, "a stand-in says that it is one"
    silent(page)
    assert page.locator("[data-screen=today]").count() == 1, "hearing a word does not choose it"
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    context.set_offline(True)
    assert held(page, page.locator(".head h1"))[0] == "synthetic", "a day is heard as `Today`, without a network too"
    silent(page)
    context.set_offline(False)

    walk.go(page, "me")
    page.click(".choice:has-text('Jarai')")
    page.wait_for_selector("html[data-spoken][lang=vi]")
    page.wait_for_function(HERE, arg=[*hers])
    walk.go(page, "people")
    page.wait_for_selector(".heard[data-voice=recorded]")  # each screen says what it is about
    silent(page)
    walk.go(page, "today")
    page.click("main > .row .button >> nth=0")
    walk.at(page, "form")
    page.wait_for_selector(".label .ear")
    page.wait_for_selector(".heard[data-voice=recorded]")
    ear = page.locator(".label .ear").bounding_box()
    assert ear
    assert ear["width"] >= 72, "the voice stands before the words"
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.label .text')).fontSize)")
    assert 16 <= size < 18, "the words of the language that is read beside it are small"
    silent(page)
    page.click(".label .ear")
    page.wait_for_selector(".heard[data-voice=recorded]")
    page.click(".heard button")
    silent(page)
    page.click(".form header button >> nth=0")

    voices.clips.withdraw([mother])
    page.reload()
    walk.at(page, "unlock")
    walk.keys(page, walk.PIN)
    walk.at(page, "today")
    page.wait_for_function(GONE, arg=[*hers])  # a voice that was taken back leaves the phones
    context.close()
    running.close()
