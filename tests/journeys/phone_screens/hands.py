"""A worker's hands on her phone of 360 x 640: everything goes through what is on the screen."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from playwright.sync_api import Browser, Error, Page

from tests.journeys.phone_forms.filling import Filler
from tests.journeys.phone_screens import walk
from tests.support.chromium import PHONE
from tests.support.line import Line

LONG = 180_000
"""Milliseconds: other work may use the machine."""
CARDS = """() => [...document.querySelectorAll('main > article.card')].map((one) => {
  const look = ['danger', 'late', 'due'].find((name) => one.classList.contains(name)) ?? '';
  return [look, one.querySelector('h3').textContent.trim()];
})"""

BACK = """() => {
  if (document.querySelector('.places')) return 'there';
  const screen = document.querySelector('.screen:not([data-left])');
  const back = screen?.querySelector('.back, .form header button');
  if (!back) return '';
  screen.dataset.left = '';
  back.click();
  return 'touched';
}"""


class Hands:
    """One phone. `page` is the app; it may be closed and opened again, and what the phone keeps stays."""

    def __init__(self, browser: Browser, line: Line) -> None:
        self.line = line
        self.context = browser.new_context(
            viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB", timezone_id="Asia/Phnom_Penh"
        )
        self.context.set_default_timeout(LONG)
        self.complaints: list[str] = []
        self.red_before: list[str] = []
        self.page = self._page()

    def _page(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{error} {error.stack}"))
        return page

    # --- the phone itself ---

    def enrol(self, code: str, *, first: bool = True) -> None:
        """From the square with the code to the keypad that asks for a new PIN. first: nobody worked here before."""
        self.page.goto(f"{self.line.address}/phone/#enrol={code}")
        if first:
            walk.at(self.page, "language")
            self.page.click("button[lang=en]")
        walk.at(self.page, "enrol")
        self.page.click("form .button")
        self.at("secret")

    def choose(self, pin: str) -> None:
        """A PIN, chosen twice; then the list has come."""
        self.page.click("main .button >> nth=0")
        walk.keys(self.page, pin)
        walk.keys(self.page, pin)
        self.at("today")

    def listed(self) -> None:
        """The first list has come, and from now on the app opens without a network."""
        self.page.wait_for_selector("[data-screen=today] section .open, [data-screen=today] article.card", timeout=LONG)
        self.red_before = self._red()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def reload(self) -> None:
        """As when the battery is taken out and put in again."""
        self.page.close()
        self.page = self._page()
        self.page.goto(f"{self.line.address}/phone/")

    def crash(self) -> None:
        """The browser dies in the middle; the app is opened again."""
        with contextlib.suppress(Error):
            self.page.goto("chrome://crash")
        self.reload()

    def unlock(self, pin: str) -> None:
        """Opens it; the list of today is shown."""
        self.at("unlock")
        walk.keys(self.page, pin)
        self.at("today")
        self.page.wait_for_selector("[data-screen=today] .sentence")

    def lock(self) -> None:
        """With the lock of her own screen."""
        self.home()
        self.go("me")
        self.page.click("main > .button")
        self.at("unlock")

    def choose_worker(self, username: str) -> None:
        """Who works now, of several on this phone; then her keypad is shown."""
        self.page.wait_for_selector("[data-screen=who] .list .open, [data-screen=unlock] .row")
        if self.page.query_selector("[data-screen=unlock]"):
            self.page.click("main > .row .button >> nth=1")
        self.page.click(f"[data-screen=who] .list .open:has-text('{username}')")
        self.at("unlock")

    def quick(self) -> None:
        """Questions come a page at a time."""
        self.home()
        self.go("me")
        self.page.click(".choice:has-text('A page at a time')")
        self.go("today")

    def cached(self) -> None:
        """The app opens without a network from now on."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def databases(self) -> int:
        """How many workers' databases lie on the phone."""
        found: int = self.page.evaluate(
            "navigator.storage.getDirectory().then(async (top) => { let n = 0; for await (const one of top.keys()) n += one.startsWith('worker-') ? 1 : 0; return n; })"
        )
        return found

    def raw(self, username: str, pin: str) -> list[tuple[str, list[Any]]]:
        """Every row of her database with its table, read beside the app: it must be locked. The page is then another one."""
        self.page.goto(f"{self.line.address}/engine/index.html")
        self.page.wait_for_function("document.title === 'ready'")
        found = self.page.evaluate("([who, pin]) => window.raw(who, pin)", [username, pin])
        assert isinstance(found, list), found
        return [(table, json.loads(row)) for table, row in found]

    def everybody(self) -> list[str]:
        """The names of all whom the phone lists, as far as its list shows them."""
        self.home()
        self.go("people")
        self.page.fill("#find", "")
        self.page.wait_for_selector(".list .open strong")
        return sorted({one.strip() for one in self.page.locator(".list .open strong").all_inner_texts() if len(one.strip()) > 3})

    def offline(self, off: bool) -> None:
        """Out of, or within, the reach of any network."""
        self.context.set_offline(off)

    def put_away(self) -> None:
        """The phone is not needed any more. Nothing was broken on the way."""
        self.context.close()
        assert self.complaints == [], self.complaints

    # --- moving about ---

    def at(self, screen: str) -> None:
        self.page.wait_for_selector(f"[data-screen={screen}]", timeout=LONG)

    def go(self, place: str) -> None:
        if self.page.query_selector(f"[data-screen={place}]") is None:
            walk.go(self.page, place)

    def home(self) -> None:
        """Back to today, from wherever. A screen may be leaving by itself just now: each way back is looked for and touched in one
        go, on a screen that was not left yet."""
        while self.page.wait_for_function(BACK, timeout=LONG).json_value() != "there":
            pass
        self.go("today")

    def person(self, name: str) -> None:
        """Her story, by a search for her name."""
        self.home()
        self.go("people")
        self.page.fill("#find", name)
        self.page.click(f".list .open:has(strong:text-is('{name}')) >> nth=0")
        self.at("person")
        self.page.wait_for_selector(".entry")

    def open_baby(self) -> None:
        """From her screen to her baby's."""
        self.page.click("section[aria-labelledby=family] .open")
        self.page.wait_for_selector("h1:has-text('Baby')")
        self.page.wait_for_selector(".entry")

    def found(self, name: str) -> int:
        """How many of that name the phone finds."""
        self.home()
        self.go("people")
        self.page.fill("#find", name)
        self.page.wait_for_selector(".list .open, .empty", timeout=LONG)
        return self.page.locator(f".list .open:has-text('{name}')").count()

    def cards(self) -> list[tuple[str, str]]:
        """The open steps on her screen: how each looks, and its title without the number of its turn."""
        found = self.page.evaluate(CARDS)
        return sorted((look, title.rstrip("0123456789 ")) for look, title in found)

    def in_danger(self) -> list[str]:
        """Who stands on top of today, in red, and did not when the first list came: whom this story put there."""
        self.home()
        self.page.wait_for_selector("[data-screen=today] .sentence")
        return [name for name in self._red() if name not in self.red_before]

    def _red(self) -> list[str]:
        return [one.strip() for one in self.page.locator("article.card.danger .who strong").all_inner_texts()]

    # --- what she writes down ---

    def new(self, form: str) -> None:
        """Somebody new."""
        self.home()
        self.page.click("main > .row .button >> nth=0")
        self.page.wait_for_selector("[data-screen=new] .list .open, [data-screen=form]")
        if self.page.query_selector("[data-screen=new]"):
            self.page.click(f".list .open:has-text('{form}')")
        self.begun()

    def start(self, step: str) -> None:
        """The step of that title on her screen."""
        self.page.click(f"article.card:has(h3:has-text('{step}')) .button >> nth=0")
        self.begun()

    def another_form(self, title: str) -> None:
        """Something that is no open step."""
        self.page.click("main > details.card > summary")
        self.page.click(f"main > details.card .button:has-text('{title}')")
        self.begun()

    def begun(self) -> None:
        self.at("form")
        self.page.wait_for_selector(".form footer .next")

    def fill(self, answers: dict[str, Any], until: str = "", *, entries: int = 1) -> None:
        """Answers what `answers` names, leaves the rest, and sends; or stops behind the answer of `until`, which is named too.

        entries: how many are added to a list of entries, with answers of the same names.
        """
        filler, added = Filler(self.page), 0
        for _ in range(120):
            if filler.at_the_end:
                self.page.click(".form footer .next")
                self.page.wait_for_function("() => !document.querySelector('.form .review')", timeout=LONG)
                return
            if self.page.locator("section.entries").count() and added < entries:
                added += 1
                before = self._place()
                self.page.click("section.entries .add")
            else:
                for place in filler._places():
                    name = place.rpartition("/")[2]
                    if name in answers:
                        question = self.page.locator(f"section.question[data-ref='{place}']")
                        if question.get_attribute("data-type") in ("int", "decimal"):
                            question.locator("input").last.fill("")  # the keys on the screen add to what stands there
                        filler.answer(question, answers[name])
                    if until and name == until:
                        return
                before = self._place()
                filler.next()
            self.page.wait_for_function(
                "before => document.querySelector('.form').dataset.at !== before || document.querySelector('.why')", arg=before
            )
            assert self._place() != before, f"{filler.heading}: {self.page.locator('.why').all_inner_texts()}"
        raise AssertionError("the form has no end")

    def correct(self, answers: dict[str, Any]) -> None:
        """From the list of what was answered: a touch on each that is wrong, the right one, and back to the list."""
        filler = Filler(self.page)
        self.page.wait_for_selector(".form .review")
        for name, answer in answers.items():
            self.page.click(f".review button[data-ref$='/{name}']")
            question = self.page.locator(f"section.question[data-ref$='/{name}']")
            question.wait_for()
            if question.get_attribute("data-type") in ("int", "decimal"):
                question.locator("input").last.fill("")
            filler.answer(question, answer)
            self.page.click(".form footer .next")
            self.page.wait_for_selector(".form .review")
        self.page.click(".form footer .next")
        self.page.wait_for_function("() => !document.querySelector('.form')", timeout=LONG)

    def kept(self) -> None:
        """What was typed last lies safe as a draft: the form tells it a moment after, and then it is written."""
        self.page.evaluate("new Promise((done) => setTimeout(done, 400))")
        self.page.wait_for_selector(".visit[data-kept=true]", state="attached", timeout=LONG)

    def answered(self, name: str) -> str:
        """What stands in the question of that name."""
        return self.page.locator(f"section.question[data-ref$='/{name}'] input").last.input_value()

    def _place(self) -> str:
        return self.page.get_attribute(".form", "data-at") or ""

    # --- what is where ---

    def only_here(self, number: int) -> None:
        """The phone says that so many are on it alone."""
        self.home()
        words = f"{number} visit is only" if number == 1 else f"{number} visits are only"
        self.page.wait_for_selector(f"[data-screen=today] .sentence:has-text('{words}')", timeout=LONG)

    def send(self) -> None:
        """With the button, where she can see what comes of it."""
        self.home()
        self.page.click(".sentence")
        self.at("sync")
        self.page.click("main .button.big:enabled")
        self.page.wait_for_function("() => !document.querySelector('main .button.big').disabled", timeout=LONG)

    def all_there(self) -> None:
        """Sent, and the phone says so."""
        self.send()
        self.page.wait_for_selector(".sync:has-text('Everything is at the station')", timeout=LONG)
        self.home()
