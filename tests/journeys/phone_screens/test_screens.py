"""The attendant's phone, screen by screen, in the practice village: everybody can read, reach and understand it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app.scripts.practice import HERE, as_text, shared
from doorstep.sync import clips_speech
from doorstep.sync.clips_catalogue import catalogue, texts
from scripts import guide_pictures
from tests.journeys.phone_screens import walk
from tests.journeys.phone_screens.looker import BASE, Looker, Seen
from tests.journeys.phone_screens.looks import findings, troubles
from tests.journeys.phone_screens.served import APP, ROOT, built, served
from tests.support.browser import PATIENCE
from tests.support.chromium import PHONE
from tests.support.pages import maternal

pytestmark = pytest.mark.journey
@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The built app's address."""
    with served(built(tmp_path_factory)) as address:
        yield address


def opened(browser: Browser, **more: object) -> BrowserContext:
    """A phone of 360 x 640."""
    context = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB", **{"service_workers": "block", "color_scheme": "light", **more}
    )
    context.set_default_timeout(walk.WAIT)
    return context


def watched(context: BrowserContext) -> tuple[Page, list[str]]:
    """A page, and what it complains of or asks others for."""
    page = context.new_page()
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    page.on("request", lambda sent: None if re.match(r"(http://127\.0\.0\.1:|blob:|data:)", sent.url) else heard.append(sent.url))
    return page, heard


KEEP = """(lists) => caches.open('voices').then((voices) => Promise.all(Object.entries(lists).map(
  ([language, list]) => voices.put(`/phone/voices/${language}.list.json`, new Response(list)))))"""
"""Ears stand on the screens of a phone that has heard from its station, so they are looked at too."""


def told(language: str) -> dict[str, Any]:
    """What a phone keeps of a language in which a machine has spoken everything."""
    own = catalogue(language, texts([maternal()], ROOT / "app" / "src"))
    clips = {sentence.key: [sentence.key, 1, "synthetic"] for sentence in own.sentences}
    return {"as_of": "", "language": language, "source": language, "name": language, "missing": 0, "split": own.split, "clips": clips}


@pytest.fixture(scope="module")
def seen(browser: Browser, app: str) -> Seen:
    """One walk past every screen."""
    found = Seen()
    context = opened(browser)
    page, found.complaints = watched(context)
    page.goto(app)
    page.evaluate(KEEP, {language: json.dumps(told(language)) for language in clips_speech.VOICES})
    page.reload()
    looker = Looker(page, app, found)
    walk.at(page, "language")
    found.wrong += troubles(page, "language")
    page.click(f"button[lang={BASE}]")
    walk.at(page, "start")
    looker.see("start")
    walk.day_of(page, looker.see)
    context.close()
    return found


def test_every_screen_is_for_everybody(seen: Seen) -> None:
    assert seen.wrong == []
    assert len(seen.screens) >= 35
    # The station is not there: asking it for the code is refused, and the screen says so in words.
    assert [one for one in seen.complaints if "Failed to load resource" not in one] == []


def test_no_screen_is_left_out(seen: Seen) -> None:
    there = set(re.findall(r"top\.name === '([a-z-]+)'", (APP / "src" / "App.svelte").read_text(encoding="utf-8")))
    # The first two have no words or are looked at above; the others need a station: tests/journeys/phone_moving, voices/test_on_the_phone.py,
    # test_uploaded_forms.py.
    assert there - seen.names <= {"boot", "language", "new", "elsewhere", "moves", "try"}


def test_no_english_word_is_left_on_a_screen_of_another_script(seen: Seen) -> None:
    assert seen.english == []


def test_everything_on_every_screen_has_a_sound_in_every_language_that_a_machine_speaks(seen: Seen, tmp_path: Path) -> None:
    """That each sentence of the catalogue has one: tests/sync/test_clips.py. Here: that no screen says what is not in it."""
    asked = {}
    for language in clips_speech.VOICES:
        words = {text: screen for text, screen in seen.said[language].items() if re.search(r"[^\W\d_]", text) and not NAMES.search(text)}
        assert len(words) > 200
        asked[language] = {"list": told(language), "texts": words}
    path = tmp_path / "seen.json"
    path.write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
    node = ROOT / ".venv" / "bin" / "node"
    program = str(node) if node.exists() else shutil.which("node") or "node"
    vitest = APP / "node_modules" / "vitest" / "vitest.mjs"
    done = subprocess.run(
        [program, vitest, "run", "test/voices/screens"], cwd=APP, env=os.environ | {"DOORSTEP_SCREENS": str(path)}, capture_output=True, text=True
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-9000:]


# What nobody can have spoken: names of people (written in Khmer on this walk), days, licences, sizes of files, and the languages' own names.
MONTHS = "thg \\d+|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември"
NAMES = re.compile(rf"[\u1780-\u17ff]|^\d+ ({MONTHS}),?( \d{{4}}( г\.)?)?$|^[A-ZА-Я]\w+ \d{{4}}( г\.)?$|Apache|MIT|OFL|^\d+ kB$|^(Tiếng Việt|Български|English)$")
def test_every_picture_of_the_guide_can_still_be_taken(browser: Browser, app: str) -> None:
    taken: dict[str, bytes] = {}
    guide_pictures.pictures(browser, app, taken.__setitem__)
    assert sorted(taken) == sorted((*guide_pictures.STEPS, "phone"))
    assert len(set(taken.values())) == len(taken), "each step has a screen of its own"


def test_whoever_knows_no_code_is_told_what_to_do(browser: Browser, app: str) -> None:
    context = opened(browser)
    page, _ = watched(context)
    walk.begin(page, app, "en")
    page.click("button.way >> nth=0")
    page.fill("#code", "abcdefgh")
    assert page.input_value("#code") == "ABCD EFGH"
    page.click("form .button")
    said = page.text_content(".notice") or ""
    assert "Nothing" in said, "an error says what is safe"
    assert "try again" in said.lower() or "ask" in said.lower(), "an error says what to do"
    context.close()


def test_a_square_opened_with_the_phones_own_camera_leads_to_the_code_and_leaves_no_trace(browser: Browser, app: str) -> None:
    context = opened(browser)
    page, _ = watched(context)
    page.goto(f"{app}#enrol={walk.CODE}")
    walk.at(page, "language")
    assert page.url == app, "the letters do not stay in the address"
    page.click("button[lang=en]")
    walk.at(page, "enrol")
    assert page.input_value("#code") == "PRAC TICE"
    page.click("form .button")
    walk.at(page, "secret")
    context.close()


def test_two_touches_say_why_it_was_not_done_and_it_stays_due(browser: Browser, app: str) -> None:
    context = opened(browser)
    page, _ = watched(context)
    walk.begin(page, app, "en")
    walk.practise(page)
    page.click(".card.danger .who")
    walk.at(page, "person")
    page.click("article.late .button.quiet")
    page.click(".reasons button:has-text('No transport')")
    walk.at(page, "person")
    page.wait_for_selector("article.late:has-text('Not done on')")
    assert "No transport".lower() in (page.text_content("article.late") or "").lower()
    walk.back(page, "today")
    assert "1 visit is only on this phone." in (page.text_content(".sentence") or "")
    context.close()


def test_a_visit_is_kept_through_a_danger_sign_to_the_story(browser: Browser, app: str) -> None:
    context = opened(browser)
    page, _ = watched(context)
    walk.begin(page, app, "en")
    page.evaluate("localStorage.setItem('doorstep.settings', JSON.stringify({language: 'en', mode: 'page', midwife: '000 111'}))")
    page.reload()
    walk.at(page, "start")
    walk.practise(page)
    before = page.locator("section[aria-labelledby=danger] .card").count()
    page.click("section[aria-labelledby=due] .open >> nth=-1")
    walk.at(page, "person")
    page.click("article.due .button >> nth=0")
    walk.at(page, "form")
    for _ in range(12):
        page.wait_for_timeout(250)
        bleeding = page.locator("[data-ref$='/bleeding'] label:not(.find)")
        if bleeding.count() and not page.locator(".warnings").count():
            bleeding.nth(1).click()
            page.wait_for_selector(".warnings")
        if page.get_attribute("[data-screen]", "data-screen") != "form":
            break
        page.click(".form footer .next, .form footer .done, .form footer button >> nth=-1")
    walk.at(page, "person")
    page.wait_for_selector("article.danger")
    assert "by you" in (page.text_content(".entry >> nth=0") or "")
    assert page.get_attribute("article.danger a.button", "href") == "tel:000111", "one touch calls the midwife"
    page.click(".entry summary >> nth=0")
    page.click(".entry .button >> nth=0")  # a mistake is corrected from the answers that were given
    walk.at(page, "form")
    page.wait_for_selector(".warnings")
    page.click(".form .review button[data-ref$='/bleeding']")
    assert page.locator("[data-ref$='/bleeding'] input:checked").get_attribute("value") == "yes"
    page.click(".form header button >> nth=0")
    walk.at(page, "person")
    walk.back(page, "today")
    page.wait_for_selector("section[aria-labelledby=danger]")
    assert page.locator("section[aria-labelledby=danger] .card").count() == before + 1
    context.close()


def test_put_away_it_shows_nothing_and_left_alone_it_locks(browser: Browser, app: str) -> None:
    context = opened(browser)
    page, _ = watched(context)
    page.clock.install()
    walk.door(page, app, "en", lambda name: None)
    hide = """(hidden) => { Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});
      document.dispatchEvent(new Event('visibilitychange')); }"""
    page.evaluate(hide, True)
    assert page.is_visible(".cover")
    assert not page.is_visible(".card.danger")
    page.evaluate(hide, False)
    page.wait_for_selector(".cover", state="hidden")
    walk.at(page, "today")
    page.clock.fast_forward("06:00")
    walk.at(page, "unlock")
    assert "Practice Mai" not in page.content(), "nothing of what was open is left"
    walk.keys(page, walk.PIN)
    walk.at(page, "today")
    page.evaluate(hide, True)
    page.clock.fast_forward("03:00")
    page.evaluate(hide, False)
    walk.at(page, "unlock")
    context.close()


def test_the_way_back_of_the_phone_goes_one_screen_back(browser: Browser, app: str) -> None:
    context = opened(browser)
    page, _ = watched(context)
    walk.begin(page, app, "en")
    walk.practise(page)
    page.click(".card.danger .who")
    walk.at(page, "person")
    page.go_back()
    walk.at(page, "today")
    walk.go(page, "work")
    page.go_back()
    walk.at(page, "today")
    context.close()


def test_without_a_network_it_opens_again(browser: Browser, app: str) -> None:
    context = opened(browser, service_workers="allow")
    page, _ = watched(context)
    walk.begin(page, app, "vi")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_timeout(500)
    context.set_offline(True)
    page.reload()
    walk.at(page, "start")
    assert page.get_attribute("html", "lang") == "vi"
    walk.practise(page)
    page.click("section[aria-labelledby=due] .open >> nth=-1")
    page.click("article.due .button >> nth=0")
    page.wait_for_selector(".form footer .next")
    context.close()


def test_the_look_for_what_keeps_people_out_does_find_it(browser: Browser) -> None:
    page = browser.new_page(viewport=PHONE)
    page.set_default_timeout(PATIENCE)
    page.set_content("<title>Sung Thi Mai</title><main class='screen'><a href='x' style='font-size:12px'>x</a><p style='color:#aaa;background:#fff'>faint</p></main>")
    found = " ".join(troubles(page, "bad"))
    for sign in ("too small to touch", "letters too small", "the title of the page", "the address", "heading"):
        assert sign in found
    assert "color-contrast" in " ".join(findings(page))
    page.close()


def test_the_practice_village_speaks_as_the_programme_does() -> None:
    for name, content in shared().items():
        there = (Path(HERE) / name).read_text(encoding="utf-8")
        assert there == as_text(content), f"{name} is no longer the programme's: run .venv/bin/python app/scripts/practice.py"
