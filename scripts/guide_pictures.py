"""The pictures of the attendant's guide, each a real screen of the app in its practice village, on a phone of 360 x 640.

    .venv/bin/python scripts/guide_pictures.py

Builds the app, walks through it in each language and writes docs/pictures/attendant/NAME.webp (English), LANGUAGE/NAME.webp,
and docs/pictures/phone.webp for the README. A test holds this list and the guides together.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from doorstep.record.shelf import Pack  # noqa: E402
from doorstep.sync.clips import key_of  # noqa: E402
from doorstep.sync.clips_speech import VOICES  # noqa: E402
from doorstep.sync.clips_voices import Voices  # noqa: E402
from tests.journeys.phone_screens import walk  # noqa: E402
from tests.journeys.phone_screens.served import build, served  # noqa: E402
from tests.support.chromium import ARGUMENTS, PHONE, chromium_path  # noqa: E402

PICTURES = ROOT / "docs" / "pictures" / "attendant"
STEPS = (
    "language", "start", "code", "secret", "again",
    "today", "as-i-walk", "house", "story", "call",
    "begin", "danger", "look-once-more", "correct",
    "not-done", "new", "find",
    "sync", "parcel", "accept",
    "listen", "read-to-me", "letters",
    "lock", "forgotten",
)  # fmt: skip
"""Every picture, in the order of the guide."""
ON_THE_README = ("today", "danger", "story")
DAY = datetime(2026, 11, 12, 8, 30, tzinfo=UTC)
"""The day on all pictures, so that the same app makes the same ones."""
LANGUAGES = ("en", "vi", "km", "bg")
SAID = "call.midwife"
"""Of the words of the app, the one that is heard on a picture."""
PART = {"en": "ma", "vi": "ma", "km": "ម", "bg": "ма"}
"""A part of names of the practice village, as they are written in each language."""
Shoot = Callable[[str], None]
AS_WEBP = """async (shots) => {
  const images = await Promise.all(shots.map(async (shot) => {
    const image = new Image();
    image.src = `data:image/png;base64,${shot}`;
    await image.decode();
    return image;
  }));
  const canvas = document.createElement('canvas');
  const gap = images.length > 1 ? 24 : 0;
  canvas.width = images.reduce((sum, image) => sum + image.width, 0) + gap * (images.length - 1);
  canvas.height = images[0].height;
  const draw = canvas.getContext('2d', {alpha: false});
  draw.fillStyle = '#ffffff';
  draw.fillRect(0, 0, canvas.width, canvas.height);
  images.reduce((left, image) => { draw.drawImage(image, left, 0); return left + image.width + gap; }, 0);
  return canvas.toDataURL('image/webp', 0.82).split(',')[1];
}"""
TOP = """new Promise((next) => { scrollTo(0, 0); setTimeout(() => {
  scrollTo(0, 0); requestAnimationFrame(() => requestAnimationFrame(next)); }, 300); })"""
"""To the top, also where the way back has just scrolled down."""
KEEP = """async ([language, list, hash, sound]) => {
  const voices = await caches.open('voices');
  await voices.put(`/phone/voices/${language}.list.json`, new Response(list));
  await voices.put(`/phone/voices/${hash}.ogg`, new Response(Uint8Array.from(atob(sound), (one) => one.charCodeAt(0))));
}"""


def spoken(data: Path, language: str) -> tuple[str, str, str, str]:
    """One sentence that can be heard: its language, the list that names it, its hash, its sound. Where no machine speaks the
    language, it is as if somebody had spoken it."""
    text = json.loads((ROOT / "app" / "src" / "words" / f"{language}.json").read_text(encoding="utf-8"))[SAID]
    speaks = language if language in VOICES else "en"
    voices = Voices(data, lambda: Pack("none", {}))
    voices.made.make(speaks, [(key_of(speaks, text), text)])
    hash, size = voices.made.index()[speaks][key_of(speaks, text)]
    clip = [hash, size, "synthetic" if speaks == language else "recorded"]
    clips = {"as_of": "", "language": language, "source": language, "name": language, "missing": 0, "split": []}
    sound = base64.b64encode(voices.made.sound(hash) or b"").decode()
    return language, json.dumps(clips | {"clips": {key_of(language, text): clip}}), hash, sound


def take(page: Page, address: str, language: str, shoot: Shoot) -> None:
    """Walks past everything that the guide shows, in its order where the app allows it."""
    page.clock.set_fixed_time(DAY)
    _door(page, address, language, shoot)
    _visit(page, shoot)
    _people(page, PART[language], shoot)
    _sending(page, shoot)
    _voice(page, language, shoot)
    _lock(page, shoot)


def _door(page: Page, address: str, language: str, shoot: Shoot) -> None:
    page.goto(address)
    walk.at(page, "language")
    shoot("language")
    page.click(f"button[lang={language}]")
    walk.at(page, "start")
    shoot("start")
    page.click("button.way >> nth=0")
    walk.at(page, "enrol")
    page.fill("#code", walk.CODE)
    shoot("code")
    page.click("form .button")
    walk.at(page, "secret")
    shoot("secret")
    page.click("main .button >> nth=0")
    walk.keys(page, walk.PIN)
    for digit in walk.PIN[:2]:
        page.click(f".key:text-is('{digit}')")
    shoot("again")
    for digit in walk.PIN[2:]:
        page.click(f".key:text-is('{digit}')")
    page.click(".key.go")
    walk.at(page, "today")
    page.wait_for_selector(".card.danger")
    shoot("today")
    page.click(".order button >> nth=1")
    page.wait_for_selector(".hamlet")
    page.evaluate("document.querySelector('.order').scrollIntoView()")
    shoot("as-i-walk")
    page.click("button.house >> nth=0")
    walk.at(page, "house")
    page.wait_for_selector(".list .open")
    shoot("house")
    walk.back(page, "today")
    page.click(".order button >> nth=0")
    page.wait_for_selector("section[aria-labelledby=late]")
    page.evaluate(TOP)


def _visit(page: Page, shoot: Shoot) -> None:
    page.click("section[aria-labelledby=due] .open >> nth=-1")
    walk.at(page, "person")
    page.wait_for_selector(".weeks")
    shoot("story")
    page.click("article.due .button >> nth=0")
    walk.at(page, "form")
    page.wait_for_selector(".form footer .next")
    shoot("begin")
    _next_until(page, "[data-ref$='/bleeding']")
    page.click("[data-ref$='/bleeding'] .answer label:not(.find) >> nth=1")
    page.wait_for_selector(".warnings")
    shoot("danger")
    _next_until(page, "[data-at=review]")
    shoot("look-once-more")
    page.click(".form footer .next")
    walk.at(page, "person")
    page.wait_for_selector("article.danger")
    page.click(".entry summary >> nth=0")
    page.locator(".entry .button").first.scroll_into_view_if_needed()
    shoot("correct")
    walk.back(page, "today")


def _next_until(page: Page, wanted: str) -> None:
    for _ in range(40):
        if page.query_selector(wanted):
            return
        here = page.get_attribute(".form", "data-at")
        page.click(".form footer .next")
        page.wait_for_function("(before) => document.querySelector('.form')?.dataset.at !== before", arg=here)
    raise RuntimeError(f"the form has no {wanted}")


def _people(page: Page, part: str, shoot: Shoot) -> None:
    page.click("section[aria-labelledby=late] .open >> nth=0")
    walk.at(page, "person")
    page.click("article.late .button.quiet")
    walk.at(page, "not-done")
    page.wait_for_selector(".reasons button")
    shoot("not-done")
    walk.back(page, "person")
    walk.back(page, "today")
    page.click("main > .row .button >> nth=0")
    walk.at(page, "form")
    page.wait_for_selector(".form footer .next")
    shoot("new")
    page.click(".form header button >> nth=0")
    walk.at(page, "today")
    walk.go(page, "people")
    page.fill("#find", part)
    page.wait_for_selector(".list .open")
    shoot("find")


def _sending(page: Page, shoot: Shoot) -> None:
    walk.go(page, "me")
    for nth, screen, name in ((0, "hand-over", "parcel"), (1, "accept", "accept"), (2, "call", "call")):
        page.click(f"main .list .open >> nth={nth}")
        walk.at(page, screen)
        if screen == "hand-over":
            page.click("main .button")
            page.wait_for_selector("main .card")
        shoot(name)
        walk.back(page, "me")
    walk.go(page, "today")
    page.click(".head .chip")
    walk.at(page, "sync")
    shoot("sync")
    walk.back(page, "today")


def _voice(page: Page, language: str, shoot: Shoot) -> None:
    with tempfile.TemporaryDirectory() as folder:
        page.evaluate(KEEP, list(spoken(Path(folder), language)))
    walk.go(page, "me")
    page.click(f".choice[lang={language}]")  # what is kept is read again
    page.wait_for_selector(".head .ear")
    walk.go(page, "today")
    page.wait_for_selector(".card.danger")
    page.evaluate(TOP)
    label = page.locator(".card.danger .button").first.bounding_box()
    assert label
    page.mouse.move(label["x"] + label["width"] / 2, label["y"] + label["height"] / 2)
    page.mouse.down()
    page.wait_for_selector(".heard[data-voice]:not([data-voice=''])")
    shoot("listen")
    page.mouse.up()
    walk.go(page, "me")
    for group, name in (("read", "read-to-me"), ("letters", "letters")):
        page.evaluate("(id) => document.getElementById(id).parentElement.scrollIntoView({block: 'center'})", group)
        shoot(name)


def _lock(page: Page, shoot: Shoot) -> None:
    page.evaluate(TOP)
    shoot("lock")
    page.click("main > .button")
    walk.at(page, "unlock")
    page.click("main > .row .button >> nth=0")
    walk.at(page, "forgotten")
    shoot("forgotten")


def pictures(browser: Browser, address: str, keep: Callable[[str, bytes], None], language: str = "en") -> None:
    """Every picture as WebP, by name, and `phone`, three of them beside each other."""
    context = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB", service_workers="block", color_scheme="light"
    )
    context.set_default_timeout(walk.WAIT)
    desk = browser.new_page()
    page = context.new_page()
    shots: dict[str, str] = {}

    def shoot(name: str) -> None:
        page.evaluate("document.fonts.ready.then(() => null)")
        shots[name] = base64.b64encode(page.screenshot(animations="disabled", caret="hide")).decode()
        keep(name, base64.b64decode(desk.evaluate(AS_WEBP, [shots[name]])))

    take(page, address, language, shoot)
    keep("phone", base64.b64decode(desk.evaluate(AS_WEBP, [shots[name] for name in ON_THE_README])))
    context.close()
    desk.close()


def path_of(name: str, language: str) -> Path:
    """Where a picture lies."""
    if name == "phone":
        return PICTURES.parent / "phone.webp"
    return (PICTURES if language == "en" else PICTURES / language) / f"{name}.webp"


def main() -> None:
    """Writes all pictures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        print("Building the app ...", flush=True)
        build(Path(folder))
        with served(Path(folder)) as address:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            for language in LANGUAGES:

                def keep(name: str, picture: bytes, language: str = language) -> None:
                    if name == "phone" and language != "en":
                        return
                    path = path_of(name, language)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(picture)
                    print(f"{path.relative_to(ROOT)}: {len(picture) / 1000:.0f} kB", flush=True)

                pictures(browser, address, keep, language)
            browser.close()


if __name__ == "__main__":
    main()
