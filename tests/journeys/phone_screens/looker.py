"""Looks at one screen in every way at once: four languages, the largest letters, by night."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

from tests.journeys.phone_screens.looks import STILL, findings, troubles

LANGUAGES = ("en", "vi", "km", "bg")
BASE = "km"
"""The walk goes on in Khmer, and each screen turns into the others and back: whoever changes the language sees it at once."""
LATIN = frozenset({"km", "bg"})
"""Languages of another script: no English word may be left on their screens."""
SHOWN = """([language, letters]) => document.documentElement.lang === language && document.documentElement.dataset.letters === letters"""
SETTLED = f"document.fonts.ready.then(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))).then(() => {STILL})"
TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.querySelector('.app'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const around = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() && around.checkVisibility() && !around.closest('.unseen, svg, select, [data-say]')) found.push(walker.currentNode.data.trim());
  }
  return found;
}"""
SHOTS = os.environ.get("DOORSTEP_SHOTS", "")
# The app's name, the languages' own names, licences, a search for nothing, and the form's own name of each language.
WORDS = "Doorstep Ti ng Vi English Health Icons CC Noto Sans Khmer OFL Apache MIT zzzz en vi km bg kB"
ALLOWED = set(WORDS.split(" "))


@dataclass
class Seen:
    """What a walk past every screen found. names: of the screens in App.svelte. said: language -> every text that stood on a screen -> where first."""

    screens: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    english: list[str] = field(default_factory=list)
    said: dict[str, dict[str, str]] = field(default_factory=lambda: {language: {} for language in LANGUAGES})
    complaints: list[str] = field(default_factory=list)


class Looker:
    """Looks at each screen in four languages, in the largest letters, and by night. A second window changes the settings:
    the first follows, as it does on a phone."""

    def __init__(self, page: Page, address: str, seen: Seen, base: str = BASE) -> None:
        self.page, self.seen, self.base = page, seen, base
        self.other = page.context.new_page()
        self.other.goto(f"{address}door.svg")
        page.bring_to_front()

    def turn(self, language: str, letters: str = "normal") -> None:
        """This language, in letters of this size."""
        self.other.evaluate(
            "(wanted) => localStorage.setItem('doorstep.settings', JSON.stringify({...JSON.parse(localStorage.getItem('doorstep.settings') ?? '{}'), ...wanted}))",
            {"language": language, "letters": letters},
        )
        self.page.wait_for_function(SHOWN, arg=[language, letters])
        self.page.evaluate(SETTLED)

    def see(self, name: str) -> None:
        """One screen, in every way."""
        page, seen = self.page, self.seen
        seen.screens.append(name)
        seen.names.add(page.get_attribute("[data-screen]", "data-screen") or "")
        for language in (*(one for one in LANGUAGES if one != self.base), self.base):
            self.turn(language, "largest")
            seen.wrong += troubles(page, f"{name} in {language}, largest letters", thorough=False)
            self.shot(f"{name}-{language}-largest")
            self.turn(language)
            seen.wrong += troubles(page, f"{name} in {language}")
            self.shot(f"{name}-{language}")
            for text in page.evaluate(TEXTS):
                seen.said[language].setdefault(text, name)
            if language in LATIN:
                text = page.evaluate("document.querySelector('.app').innerText")
                seen.english += [f"{name} in {language}: {word}" for word in sorted(set(re.findall(r"[A-Za-z]{2,}", text)) - ALLOWED)]
        page.emulate_media(color_scheme="dark")
        page.evaluate(SETTLED)
        seen.wrong += [f"{name} by night: {one}" for one in findings(page, ["color-contrast"])]
        self.shot(f"{name}-night")
        page.emulate_media(color_scheme="light")

    def shot(self, name: str) -> None:
        """A picture to look at, where somebody wants them: DOORSTEP_SHOTS names a folder."""
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png")
