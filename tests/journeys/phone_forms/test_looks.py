"""Nobody is kept out by how a form looks: on a phone of 360 x 640, in every language, in the largest letters, by night."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.journeys.phone_forms.filling import Filler
from tests.journeys.phone_forms.forms import example, programme_forms
from tests.journeys.phone_forms.own_forms import EVERYTHING, MEDIA
from tests.journeys.phone_forms.test_filling import DANGER

pytestmark = pytest.mark.journey

AXE = Path(__file__).resolve().parents[3] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
TOUCH_PX = 48
SMALLEST_PX = 16
KEPT = os.environ.get("DOORSTEP_SCREENSHOTS")
"""A folder for pictures of every screen, to be looked at."""
SMALL = """([least]) => [...document.querySelectorAll('button, select, summary, label:has(input), .answer input:not([type=file]), textarea')]
    .filter(one => one.offsetParent !== null && getComputedStyle(one).opacity !== '0')
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.width > 1 && !one.closest('label .x'))
    .filter(([one, box]) => box.width < least || box.height < least)
    .map(([one, box]) => `${one.outerHTML.slice(0, 120)} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
FAINT = """([least]) => [...document.querySelectorAll('#app *')]
    .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()) && one.checkVisibility())
    .filter(one => parseFloat(getComputedStyle(one).fontSize) < least)
    .map(one => `${one.outerHTML.slice(0, 120)} ${getComputedStyle(one).fontSize}`)"""
WIDEST = "Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll('main')].map(one => one.scrollWidth))"


def look(filler: Filler, name: str) -> list[str]:
    """Everything that is wrong with the screen as it stands."""
    page = filler.page
    if KEPT:
        page.screenshot(path=Path(KEPT) / f"{name}.png")
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {resultTypes: ['violations'], runOnly: rules})", RULES)
    wrong = [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]} {json.dumps(one['nodes'][0]['any'])[:300]}" for one in found["violations"]
    ]  # fmt: skip
    wrong += [f"small to touch: {each}" for each in page.evaluate(SMALL, [TOUCH_PX])]
    wrong += [f"small letters: {each}" for each in page.evaluate(FAINT, [SMALLEST_PX])]
    if page.evaluate(WIDEST) > page.viewport_size["width"]:  # type: ignore[index]
        wrong.append("it has to be pushed sideways")
    if page.evaluate("document.documentElement.scrollHeight") > page.viewport_size["height"]:  # type: ignore[index]
        wrong.append("the frame itself can be pushed away")
    footer = page.locator("footer").bounding_box()
    if footer is None or footer["y"] + footer["height"] > page.viewport_size["height"] + 1:  # type: ignore[index]
        wrong.append("back and next are out of reach")
    return [f"{name}: {each}" for each in wrong]


def dress(filler: Filler, letters: str = "", dark: bool = False) -> None:
    filler.page.evaluate(
        "([letters, dark]) => { const root = document.documentElement; root.dataset.letters = letters; if (dark) root.dataset.dark = ''; else delete root.dataset.dark; }",
        [letters, dark],
    )


@pytest.mark.parametrize(
    ("mode", "language", "letters", "dark"),
    [("one", "en", "", False), ("one", "vi", "largest", False), ("page", "en", "", True), ("page", "vi", "large", False)],
)  # fmt: skip
def test_a_form_with_everything_keeps_nobody_out(filler: Filler, mode: str, language: str, letters: str, dark: bool) -> None:
    dress(filler, letters, dark)
    filler.open(EVERYTHING, media=MEDIA, mode=mode, language=language, previous={"her_name": {"value": "Mai", "day": 20_542}})
    wrong: list[str] = []
    name = f"everything-{mode}-{language}{letters}{'-dark' if dark else ''}"
    for at, _ in enumerate(filler.walk({"signs": ["fever", "bleeding"], "age": 22})):
        wrong += look(filler, f"{name}-{at:02d}")
    wrong += look(filler, f"{name}-end")
    assert wrong == []
    assert filler.complaints == []


@pytest.mark.parametrize("language", ["en", "vi", "km", "bg"])
@pytest.mark.parametrize("form", ["birth", "anc_contact"])
def test_the_programmes_forms_keep_nobody_out_in_any_language(filler: Filler, form: str, language: str) -> None:
    filler.open(programme_forms()[form].xml, language=language, mode="page" if language in ("vi", "bg") else "one")
    wrong: list[str] = []
    for at, _ in enumerate(filler.walk({"registered_before": "no", "consent_record": "yes", "breastfed": "yes", "bleeding": "yes"})):
        if language in ("km", "bg") or at % 3 == 0:
            wrong += look(filler, f"{form}-{language}-{at:02d}")
    wrong += look(filler, f"{form}-{language}-end")
    assert wrong == []
    assert filler.page.locator(".form").get_attribute("lang") == language


def test_what_goes_wrong_and_danger_keep_nobody_out(filler: Filler) -> None:
    warnings = [DANGER, {**DANGER, "step": "fits", "title": {"en": "Convulsions"}, "confirmed": True}]
    actions = [{"key": "call", "text": "Call the midwife"}, {"key": "send", "text": "Send her"}]
    filler.open(EVERYTHING, media=MEDIA, warnings=warnings, warningActions=actions)
    filler.next()
    wrong = look(filler, "wrong-needed")
    filler.page.locator(".warnings .actions button").first.click()
    assert filler.page.locator(".warnings .small").count() == 1
    wrong += look(filler, "wrong-acted")
    filler.open(EVERYTHING, media=MEDIA)
    for place in filler.walk({"age": 22}, more=0):
        if place.endswith("child"):
            filler.page.locator("section.entries .away").click()
            wrong += look(filler, "wrong-remove")
            filler.page.locator(".keep").click()
        if place.endswith("photo"):
            filler.page.locator(".upload .plain").click()
            wrong += look(filler, "wrong-photo")
            filler.page.locator(".keep").click()
    assert wrong == []


@pytest.mark.parametrize("name", ["table-list.xls", "widgets.xls", "tutorial.xls", "xlsform_spec_test.xlsx"])
def test_forms_that_nobody_here_wrote_keep_nobody_out(filler: Filler, name: str) -> None:
    filler.open(example(name).xml, mode="page" if name.startswith("table") else "one")
    wrong: list[str] = []
    stem = name.partition(".")[0]
    for at, _ in enumerate(filler.walk({"select_multiple_test": ["yes"], "my_date": "2090-03-30"})):
        wrong += look(filler, f"{stem}-{at:02d}")
    assert wrong == []


def test_the_shell_that_opens_a_form_carries_neither_form_nor_engine(built: Path) -> None:
    chunks = {path.name: path.read_text(encoding="utf-8") for path in (built / "assets").glob("*.js")}
    page = (built / "forms.html").read_text(encoding="utf-8")
    engine = [name for name, text in chunks.items() if "application/wasm;base64" in text]
    assert len(engine) == 1
    assert engine[0] not in page
    entry = next(name for name in chunks if f'src="./assets/{name}"' in page)
    assert len(chunks[entry]) < 20_000
    assert f'from"./{engine[0]}"' not in chunks[entry]
    assert "eval(" in chunks[engine[0]], "when the engine no longer has it, its policy can lose a word"
