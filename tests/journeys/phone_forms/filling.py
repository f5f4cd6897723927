"""Filling a form as a worker does: by what is on the screen, with touches and keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Locator, Page

MOST = 250
"""Screens that any of these forms may have."""


class Filler:
    """Somebody in front of a form. What the form told is read from the page that shows it (app/src/forms/try.ts)."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)

    def open(self, xml: str, **given: Any) -> None:
        self.page.evaluate("given => tryForm(given)", {"xml": xml, "title": "A form", **given})
        self.page.wait_for_selector(".form, .opening button")

    def told(self) -> dict[str, Any]:
        """The newest of what was told while filling: instance, answers, page."""
        # Waited for in the page, where one timer comes after the other however busy the machine is.
        found: dict[str, Any] = self.page.evaluate("new Promise((done) => setTimeout(() => done(tried.changes.at(-1) ?? {}), 400))")
        return found

    def done(self) -> dict[str, Any]:
        """Touches the last button; what was handed over."""
        self.forward.click()
        self.page.wait_for_function("tried.done !== null")
        found: dict[str, Any] = self.page.evaluate("tried.done")
        return found

    @property
    def forward(self) -> Locator:
        return self.page.locator("footer .next")

    @property
    def questions(self) -> Locator:
        return self.page.locator("section.question")

    def question(self, name: str) -> Locator:
        """The question of that name, on this screen."""
        return self.page.locator(f"section.question[data-ref$='/{name}']")

    @property
    def at_the_end(self) -> bool:
        return self.page.locator("section.review").count() > 0

    @property
    def heading(self) -> str:
        return self.page.locator("main h1").first.inner_text()

    def next(self) -> None:
        self.forward.click()

    def walk(self, answers: dict[str, Any] | None = None, *, more: int = 1) -> Iterator[str]:
        """From here to the end. Answers each question; yields the place of each screen before it is left.

        answers: by name of the question, None to leave it empty; others get what fits their kind. more: entries that
        are added to each list, once.
        """
        added: set[str] = set()
        for _ in range(MOST):
            if self.at_the_end:
                return
            entries = self.page.locator("section.entries")
            if entries.count():
                place = entries.get_attribute("data-ref") or ""
                yield place
                if place not in added and more:
                    added.add(place)
                    entries.locator(".add").click()
                    continue
            else:
                places = self.answer_screen(answers or {})
                yield " ".join(places)
            before = self._place()
            self.next()
            self.page.wait_for_function("before => document.querySelector('.form').dataset.at !== before || document.querySelector('.why')", arg=before)
            assert self._place() != before, f"{self.heading}: {self.page.locator('.why').all_inner_texts()}"
        raise AssertionError("the form has no end")

    def _place(self) -> str:
        return self.page.locator(".form").get_attribute("data-at") or ""

    def answer_screen(self, answers: dict[str, Any]) -> list[str]:
        done: list[str] = []
        while True:  # an answer may bring another question onto the same screen
            places = [place for place in self._places() if place not in done]
            if not places:
                return done
            done.append(places[0])
            name = places[0].rpartition("/")[2]
            if name in answers and answers[name] is None:
                continue
            self.answer(self.page.locator(f"section.question[data-ref='{places[0]}']"), answers.get(name))

    def _places(self) -> list[str]:
        found: list[str] = self.page.evaluate("[...document.querySelectorAll('section.question')].map(one => one.dataset.ref)")
        return found

    def answer(self, question: Locator, wanted: Any = None) -> None:
        """Answers one question; `wanted` as the record has it, or whatever fits."""
        kind = question.get_attribute("data-kind")
        if wanted is None and self._answered(question):
            return
        if kind == "note" or question.locator(".shown").count():
            return
        if kind == "select":
            self._choose(question, wanted)
        elif kind == "rank":
            for button in question.locator(".items button").all():
                button.click()
        elif kind == "range":
            question.locator("button").last.click()
        elif kind == "trigger":
            question.locator(".answer label").click()
        elif kind == "upload":
            self._upload(question)
        else:
            self._write(question, question.get_attribute("data-type") or "", wanted)

    @staticmethod
    def _answered(question: Locator) -> bool:
        """The form itself has put something here."""
        found: bool = question.evaluate("one => [...one.querySelectorAll('.answer input, .answer textarea')].some(box => /radio|checkbox/.test(box.type) ? box.checked : !/file|range|search/.test(box.type) && box.value)")
        return found

    def _choose(self, question: Locator, wanted: Any) -> None:
        values = wanted if isinstance(wanted, list) else [wanted] if wanted is not None else None
        boxes = question.locator(".items input")
        if values is None:
            values = [boxes.nth(at).get_attribute("value") for at in range(min(boxes.count(), 2 if boxes.count() and boxes.first.get_attribute("type") == "checkbox" else 1))]
        for value in values:
            question.locator(f".items .item:has(input[value='{value}']) label").click()

    def _write(self, question: Locator, kind: str, wanted: Any) -> None:
        if kind in ("date", "dateTime"):
            self._day(question, str(wanted or ("2026-03-30T08:15" if kind == "dateTime" else "2026-03-30")))
        if kind in ("time", "dateTime"):
            hour, minute = str(wanted or "T08:15").rpartition("T")[2].split(":")[:2]
            boxes = question.locator(".time > .parts input")
            boxes.nth(0).fill(hour)
            boxes.nth(1).fill(minute)
        elif kind in ("int", "decimal"):
            self.press(question, str(wanted if wanted is not None else self._number(question, 7 if kind == "int" else 2.5)))
        elif kind in ("geopoint", "geotrace", "geoshape"):
            for _ in range(1 if kind == "geopoint" else 3):
                question.locator(".main").click()
                self.page.wait_for_function("() => !document.querySelector('.point .main[disabled]')")
        elif kind != "date":
            question.locator("input, textarea").last.fill(str(wanted if wanted is not None else "words"))

    @staticmethod
    def _number(question: Locator, usual: float) -> str:
        """That number, or the least that can be right."""
        ends = question.locator(".number").get_attribute("data-range")
        least, most = (float(end) for end in ends.split()) if ends else (usual, usual)
        return f"{usual if least <= usual <= most else least:g}"

    def press(self, question: Locator, number: str) -> None:
        """With the keys on the screen where there are some."""
        keys = question.locator(".keys button")
        if not keys.count():
            question.locator("input").fill(number)
            return
        for letter in number:
            keys.filter(has_text=letter.replace("-", "−")).first.click()

    def _day(self, question: Locator, day: str) -> None:
        year, *rest = day.partition("T")[0].split("-")
        parts = question.locator(".date .parts")
        parts.locator(".four").fill(year)
        if rest and parts.locator("select").count():
            parts.locator("select").select_option(rest[0])
        if len(rest) > 1 and parts.locator(".two").count():
            parts.locator(".two").fill(str(int(rest[1])))

    def _upload(self, question: Locator) -> None:
        accept = question.locator("input[type=file]").get_attribute("accept") or ""
        if accept.startswith("image"):
            png = self.page.evaluate("""async () => {
                const canvas = new OffscreenCanvas(2400, 1200);
                const pen = canvas.getContext('2d');
                for (let at = 0; at < 600; at += 1) { pen.fillStyle = `hsl(${at} 60% 50%)`; pen.fillRect(at * 4, 0, 4, 1200); }
                return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
            }""")
            question.locator("input[type=file]").set_input_files({"name": "photo.png", "mimeType": "image/png", "buffer": bytes(png)})
        else:
            question.locator("input[type=file]").set_input_files({"name": "clip.webm", "mimeType": "audio/webm", "buffer": b"sound"})
        question.locator(".plain").wait_for()
