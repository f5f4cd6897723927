"""A phone of the `phone` bench: a real Chromium with its files in a folder, the app as the server serves it, touched by a script.

Each step is a touch and what must be seen after it; its time runs inside the page, from the touch until the frame after next has
been drawn. Beside it stands what the pages' processes took of a processor, six times: on a machine that does nothing else the two
are near each other, on a busy one the second says more. It counts all threads together, so it says rather too much.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserType, Page

from bench.phone_line import FREE, Line, Network
from bench.phone_slow import since, slowed, spent
from tests.support.chromium import ARGUMENTS, PHONE, chromium_path

FIRST_LIST = "document.querySelector('[data-screen=today] main :is(.list .open, article.card)')"
LISTED = "[data-screen=person] #story"
TIMES, HEAP = 6, 512
"""How much slower than this machine; megabytes."""
SHOWN = 50
"""People on the screen that finds them (MOST in People.svelte)."""
PIN = "2468"
CHOOSES = 5000
"""Milliseconds that a person takes at least to think of a PIN; then it is typed, twice, as fast as a script types."""
LONG = 240_000
HELPERS = """
window.benchSeen = (wanted) => new Promise((resolve) => {
  const look = () => {
    const there = wanted();
    if (there) requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
    else requestAnimationFrame(look);
  };
  look();
});
"""
LOOP = "const began = performance.now(); let sum = 0; for (let i = 0; i < 20000000; i++) sum = (sum + i * i) | 0;"
IN_PAGE = f"() => {{ {LOOP} return performance.now() - began; }}"
IN_WORKER = f"""() => new Promise((resolve) => {{
  const file = new Blob([{f"{LOOP} postMessage(performance.now() - began);"!r}], {{type: 'text/javascript'}});
  new Worker(URL.createObjectURL(file)).onmessage = (told) => resolve(told.data);
}})"""


def seen(selector: str) -> str:
    """That something is on the screen, as JavaScript."""
    return f"document.querySelector({selector!r})"


def click(selector: str, nth: int = 0) -> str:
    """A touch, as JavaScript. nth: from the end when it is negative."""
    return f"[...document.querySelectorAll({selector!r})].at({nth}).click()"


@dataclass(frozen=True)
class Took:
    """seconds: on the slowed phone; cpu: seconds of a processor times TIMES; up, down: bytes."""

    seconds: float
    cpu: float
    up: int = 0
    down: int = 0


class Phone:
    """One phone. Without `slow` and `network` it is as fast as the machine."""

    def __init__(self, chromium: BrowserType, line: Line, folder: Path) -> None:
        self.line, self.folder = line, folder
        self.context = chromium.launch_persistent_context(
            folder, executable_path=chromium_path(), args=[*ARGUMENTS, f"--js-flags=--max-old-space-size={HEAP}"],
            viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB", timezone_id="Asia/Phnom_Penh",
        )  # fmt: skip
        self.context.set_default_timeout(LONG)
        self.context.add_init_script(HELPERS)
        self.browser = _process(folder)
        self.page: Page = self.context.pages[0]

    def close(self) -> None:
        self.context.close()

    @contextmanager
    def slow(self, network: Network = FREE) -> Iterator[None]:
        """Six times slower, behind this line."""
        self.line.shape(network)
        try:
            with slowed(self.browser, TIMES):
                yield
        finally:
            self.line.shape(FREE)

    def timed(self, touch: str, wanted: str) -> Took:
        """From a touch until something is seen."""
        self.line.count()
        before = spent(self.browser)
        took = self.do(touch, wanted)
        return Took(took, TIMES * since(self.browser, before), *self.line.count())

    def do(self, touch: str, wanted: str, first: str = "true") -> float:
        """Seconds from a touch until something is seen. first: what is seen before the clock runs."""
        told = self.page.evaluate(
            f"""async () => {{
              {touch};
              const began = {first} === true ? performance.now() : await window.benchSeen(() => {first});
              return (await window.benchSeen(() => {wanted})) - began;
            }}"""
        )
        return float(told) / 1000

    def ask(self, name: str, *asked: Any) -> Any:
        """What the app's own engine answers, when a screen would ask it."""
        script = """async ([where, name, asked]) => {
          const engine = await (await import(where)).phone();
          return engine[name](...asked).catch((error) => ({failed: error.code ?? String(error)}));
        }"""
        found = self.page.evaluate(script, [self._engine, name, list(asked)])
        if isinstance(found, dict) and "failed" in found:
            raise RuntimeError(f"{name}: {found['failed']}")
        return found

    @property
    def _engine(self) -> str:
        """The address of the piece of the app that starts the engine."""
        script = "performance.getEntriesByType('resource').map((one) => one.name).find((name) => /assets\\/client-/.test(name))"
        found = self.page.evaluate(script)
        if not isinstance(found, str):
            raise RuntimeError("the app has not loaded its engine")
        return found

    def asked(self, name: str, *asked: Any) -> Took:
        """How long the engine takes to answer."""
        self.line.count()
        before, began = spent(self.browser), time.monotonic()
        self.ask(name, *asked)
        return Took(time.monotonic() - began, TIMES * since(self.browser, before), *self.line.count())

    # --- the way through the app ---

    def enrol(self, code: str) -> None:
        """From nothing to the choice of a PIN; the app's own files have all come."""
        self.page.goto(f"{self.line.address}/phone/#enrol={code}")
        self.page.wait_for_selector("[data-screen=language]")
        self.do(click("button[lang=en]"), seen("[data-screen=enrol] form .button"))
        self.do(click("form .button"), seen("[data-screen=secret] main .button"))
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def first_pull(self) -> Took:
        """From the PIN, chosen twice, until her first list: what lies between is the pull. Nobody chooses one within CHOOSES."""
        self.page.wait_for_timeout(CHOOSES)
        self.do(click("main .button"), seen(".keys"))
        self.type_pin()
        self.do(click(".key.go"), "document.querySelector('.key.go').disabled")
        self.type_pin()
        self.line.count()
        before = spent(self.browser)
        took = self.do(click(".key.go"), FIRST_LIST, seen("[data-screen=today]"))
        return Took(took, TIMES * since(self.browser, before), *self.line.count())

    def settled(self) -> None:
        """She reads her list; meanwhile the form's engine has come."""
        self.do("", "performance.getEntriesByType('resource').some(({name}) => /assets\\/Form-.*js/.test(name))")

    def type_pin(self) -> None:
        for digit in PIN:
            self.page.click(f".key:text-is('{digit}')")

    def start_again(self) -> Took:
        """The app is opened anew: from the beginning of the way there until it asks for the PIN."""
        self.page.close()
        self.page = self.context.new_page()
        before = spent(self.browser)
        self.page.goto(f"{self.line.address}/phone/", wait_until="commit")
        there = self.page.evaluate(f"window.benchSeen(() => {seen('[data-screen=unlock] .key')})")
        return Took(there / 1000, TIMES * since(self.browser, before))

    def back(self) -> None:
        """To one of the five places."""
        while not self.page.query_selector(".places"):
            self.page.click("header .back, .back")
            self.page.wait_for_timeout(100)

    def open_person(self, subject: str, called: str) -> None:
        """By her name, from the list of people; of several who are called so it is she."""
        self.go(1, seen("[data-screen=people] #find"))
        self.page.fill("#find", called)
        found = self.ask("people", called, SHOWN)
        at = [one["subject"] for one in found].index(subject)
        shown = "([most, at, called]) => { const rows = document.querySelectorAll('.list:not(.houses) .open'); "
        shown += "return rows.length === most && rows[at].textContent.includes(called); }"
        self.page.wait_for_function(shown, arg=[len(found), at, called])
        self.page.locator(".list:not(.houses) .open").nth(at).click()
        self.page.wait_for_selector("[data-screen=person] article .button")

    def to_the_end_of_the_form(self) -> None:
        """Whatever must be answered is not; nothing must be in this form."""
        for _ in range(80):
            if self.page.evaluate("document.querySelector('.form').dataset.at") == "review":
                return
            before = self.page.evaluate("document.querySelector('.form').dataset.at")
            self.do(click(".form footer .next"), f"document.querySelector('.form').dataset.at !== {before!r}")
        raise RuntimeError("the form has no end")

    def save_form(self) -> tuple[Took, Took]:
        """From the touch that ends a form until she is told that it is kept, and until her list is there that follows from it."""
        before = spent(self.browser)
        there = f"const from = performance.now(); window.benchListed = window.benchSeen(() => {seen(LISTED)}).then((at) => at - from)"
        kept = self.timed(f"{click('.form footer .next')}; {there}", f"!{seen('[data-screen=form]')}")
        took = float(self.page.evaluate("window.benchListed")) / 1000
        return kept, Took(took, TIMES * since(self.browser, before))

    def begin(self, name: str) -> None:
        """Asks the engine, and does not wait for the answer: `ended` does."""
        self.line.count()
        self._before = spent(self.browser)
        self.page.evaluate(
            """async ([where, name]) => {
              const engine = await (await import(where)).phone(), began = performance.now();
              window.benchEnds = engine[name]().then((told) => ({told, took: performance.now() - began}));
            }""",
            [self._engine, name],
        )

    def ended(self) -> Took:
        """How long what was begun took."""
        told = self.page.evaluate("window.benchEnds")
        if told["told"].get("trouble"):
            raise RuntimeError(f"it ended with {told['told']['trouble']}")
        return Took(told["took"] / 1000, TIMES * since(self.browser, self._before), *self.line.count())

    def evaluated(self, script: str, given: Any) -> tuple[Took, Any]:
        """A script of a page, which tells its milliseconds itself; and all that it told."""
        self.line.count()
        before = spent(self.browser)
        told = self.page.evaluate(script, given)
        return Took(told["ms"] / 1000, TIMES * since(self.browser, before), *self.line.count()), told

    def go(self, place: int, wanted: str) -> Took:
        """To one of the five places: today, people, learn, work, me."""
        return self.timed(click(".places li button", place), wanted)


def looped(chromium: BrowserType, folder: Path) -> list[tuple[str, float, float]]:
    """(where, milliseconds of a loop, the same slowed) in a page and in a worker: the best of three."""
    context = chromium.launch_persistent_context(folder, executable_path=chromium_path(), args=ARGUMENTS)
    try:
        page = context.pages[0]
        kinds = {"a page": IN_PAGE, "a worker": IN_WORKER}
        plain = {where: min(page.evaluate(script) for _ in range(3)) for where, script in kinds.items()}
        with slowed(_process(folder), TIMES):
            slow = {where: min(page.evaluate(script) for _ in range(3)) for where, script in kinds.items()}
        return [(where, plain[where], slow[where]) for where in kinds]
    finally:
        context.close()


def _process(folder: Path) -> int:
    """The browser that has its files in this folder."""
    wanted = f"--user-data-dir={folder}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if wanted in words and not any(word.startswith(b"--type=") for word in words):
                return int(entry.name)
    raise RuntimeError("the browser is not there")
