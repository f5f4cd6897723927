"""Every page, opened in a real browser: nobody is kept out, nothing sticks out, nothing is fetched from elsewhere, it prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import PATIENCE
from tests.support.cast import RATANAKIRI, SAYAS
from tests.support.chromium import DESK, PHONE
from tests.support.console import DAY, PASSWORD, Console

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
pytestmark = pytest.mark.journey

PAGES: dict[str, Callable[[Console], str]] = {
    "home": lambda console: "/",
    "due": lambda console: f"/due/?place={SAYAS}&on={DAY}",
    "due-wide": lambda console: f"/due/?place={RATANAKIRI}&on={DAY}",
    "due-empty": lambda console: f"/due/?place={SAYAS}&on=2020-01-01",
    "due-filtered": lambda console: f"/due/?place={SAYAS}&on={DAY}&pathway=maternal_death",
    "story": lambda console: f"/people/{console.cast['mom']}/?on={DAY}",
    "story-danger": lambda console: f"/people/{console.cast['bopha']}/?on={DAY}",
    "story-child": lambda console: f"/people/{console.cast['baby']}/?on={DAY}",
    "programmes": lambda console: "/programmes/",
    "rules": lambda console: "/programmes/maternal/",
    "forms": lambda console: "/programmes/maternal/forms/?words=all",
    "messages": lambda console: "/programmes/maternal/messages/",
    "cases": lambda console: "/programmes/maternal/cases/",
    "cards": lambda console: "/cards/",
    "about": lambda console: "/about/",
    "missing": lambda console: "/nothing/",
}
SIZES = {"desk": {"viewport": DESK}, "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True}}


def enter(console: Console, page: Page, name: str = "sok") -> None:
    """Logs in."""
    page.goto(f"{console.address}/login/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("main button.button")
    page.wait_for_url(f"{console.address}/")


@pytest.fixture(scope="module", params=list(SIZES))
def sized(request: pytest.FixtureRequest, browser: Browser, console: Console) -> Iterator[Page]:
    """A page of one size, logged in; everything that it asks for and complains of is kept."""
    context = browser.new_context(**SIZES[request.param], locale="en-GB")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.asked, page.complaints = [], []  # type: ignore[attr-defined]
    page.on("request", lambda sent: page.asked.append(sent.url))  # type: ignore[attr-defined]
    page.on("console", lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None)  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    enter(console, page)
    yield page
    context.close()


def widest(page: Page) -> int:
    """How wide the page is. A phone that has to shows a page smaller, so that its own width says nothing."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


def findings(page: Page) -> list[str]:
    """What axe-core finds serious, each with the first place where it is."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})")
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]} {json.dumps(one['nodes'][0]['any'])[:200]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


def test_the_look_for_what_keeps_people_out_does_find_it(desk: Page) -> None:
    desk.set_content("<html><body><main><img src='x'><p style='color:#aaa;background:#fff'>faint</p><button></button></main></body></html>")
    found = " ".join(findings(desk))
    for rule in ("html-has-lang", "image-alt", "color-contrast", "button-name"):
        assert rule in found


@pytest.mark.parametrize("name", list(PAGES))
def test_nobody_is_kept_out_and_nothing_sticks_out(sized: Page, console: Console, name: str) -> None:
    sized.asked.clear()  # type: ignore[attr-defined]
    sized.complaints.clear()  # type: ignore[attr-defined]
    sized.goto(console.address + PAGES[name](console))
    assert findings(sized) == []
    assert widest(sized) <= sized.viewport_size["width"], "it has to be pushed sideways"  # type: ignore[index]
    assert all(url.startswith(console.address) for url in sized.asked)  # type: ignore[attr-defined]
    complaints = [text for text in sized.complaints if not (name == "missing" and "404" in text)]  # type: ignore[attr-defined]
    assert complaints == []


@pytest.mark.parametrize("name", ["due", "story", "rules"])
def test_no_letter_is_smaller_than_16_pixels(sized: Page, console: Console, name: str) -> None:
    sized.goto(console.address + PAGES[name](console))
    smallest = sized.evaluate(
        """() => Math.min(...[...document.querySelectorAll('body *')]
            .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
            .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
    )
    assert smallest >= 16


@pytest.mark.parametrize("name", ["due", "story", "home"])
def test_what_can_be_pressed_is_as_large_as_a_thumb(sized: Page, console: Console, name: str) -> None:
    sized.goto(console.address + PAGES[name](console))
    small = sized.evaluate(
        """() => [...document.querySelectorAll('button, .button, .chip, .places a, summary, select, input:not([type=hidden])')]
            .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 40)
            .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert small == []


@pytest.mark.parametrize("language", ["vi", "km", "bg"])
@pytest.mark.parametrize("size", list(SIZES))
def test_every_language_fits_and_reads(browser: Browser, console: Console, language: str, size: str) -> None:
    context = browser.new_context(**SIZES[size], locale="en-GB")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    enter(console, page, "thu")
    page.click("summary:has(.long)")
    page.click(f"button[value={language}]")
    assert page.get_attribute("html", "lang") == language
    for name in ("home", "due", "story", "rules", "about"):
        page.goto(console.address + PAGES[name](console))
        assert widest(page) <= SIZES[size]["viewport"]["width"], (name, language)  # type: ignore[index]
        if name != "rules":
            assert findings(page) == [], (name, language)
    context.close()


@pytest.mark.parametrize("name", ["due", "story", "rules", "forms", "cases"])
def test_it_prints(browser: Browser, console: Console, name: str, tmp_path: Path) -> None:
    context = browser.new_context(viewport=DESK, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    enter(console, page, "mai")
    page.goto(console.address + PAGES[name](console))
    content = page.pdf(path=tmp_path / f"{name}.pdf", prefer_css_page_size=True)
    assert content.startswith(b"%PDF")
    assert len(content) > 10_000
    page.emulate_media(media="print")
    shown = page.evaluate(
        """() => [...document.querySelectorAll('.places, .who, .filters, .noprint, .button')].filter((one) => one.checkVisibility()).length"""
    )
    assert shown == 0, "what is pressed has no place on paper"
    colours = page.evaluate(
        """() => [...new Set([...document.querySelectorAll('main *')].flatMap((one) => {
            const style = getComputedStyle(one); return [style.color, style.backgroundColor]; }))]"""
    )
    grey = [tuple(part.strip() for part in colour[colour.index("(") + 1 : -1].split(",")[:3]) for colour in colours]
    assert all(len(set(parts)) == 1 for parts in grey), f"a colour on paper: {colours}"
    context.close()


def test_by_night_the_page_is_dark_and_still_keeps_nobody_out(browser: Browser, console: Console) -> None:
    context = browser.new_context(viewport=DESK, color_scheme="dark", locale="en-GB")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    enter(console, page, "mai")
    for name in ("due", "story-danger", "rules"):
        page.goto(console.address + PAGES[name](console))
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 27, 29)"
        assert findings(page) == []
    context.close()


def test_the_door_keeps_nobody_out(browser: Browser, console: Console) -> None:
    for size in SIZES.values():
        context = browser.new_context(**size)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(f"{console.address}/login/")
        assert findings(page) == []
        context.close()
