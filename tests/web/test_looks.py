"""How the pages look, as far as a file can tell: contrast, sizes, pictures, nothing inline, nothing from elsewhere."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from tests.support.pages import ROOT

WEB = ROOT / "doorstep" / "web"
STYLES = WEB / "static" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SCREEN = [STYLES / name for name in ("house.css", "parts.css", "pictures.css")]
GROUNDS = ("paper", "card", "shade")
SOFT = 4.5
"""WCAG 2.2 AA for text; danger has to be read in the sun: 7."""
WORDS = {"ink": SOFT, "soft": SOFT, "house": SOFT, "late": SOFT, "later": SOFT, "done": SOFT, "accent": SOFT, "danger": 7.0}


def colours(scheme: str) -> dict[str, str]:
    """The colours of a scheme, by name."""
    blocks = re.findall(r":root \{(.*?)\n\s*\}", (STYLES / "house.css").read_text(), re.DOTALL)
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", blocks[0 if scheme == "light" else 1]))


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_meaning_can_be_read_on_every_ground_by_day_and_by_night(scheme: str) -> None:
    known = colours(scheme)
    for word, ground in product(WORDS, GROUNDS):
        assert contrast(known[word], known[ground]) >= WORDS[word], (scheme, word, ground)
    for word, ground in (("on-house", "house"), ("on-bar", "bar"), ("ink", "danger-weak"), ("ink", "late-weak"),
                         ("ink", "accent-weak"), ("accent", "accent-weak"), ("ink", "house-weak")):  # fmt: skip
        assert contrast(known[word], known[ground]) >= SOFT, (scheme, word, ground)


def test_nothing_on_a_screen_is_smaller_than_16_pixels() -> None:
    for style in SCREEN:
        for size, unit in re.findall(r"font-size: ([0-9.]+)(px|rem|em)", style.read_text()):
            assert float(size) * {"px": 1, "rem": 18, "em": 18}[unit] >= 16, f"{style.name}: {size}{unit}"


def test_no_template_has_a_script_or_a_style_in_it() -> None:
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text), path.name
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path.name


def test_no_page_asks_another_server_for_anything() -> None:
    for path in [*TEMPLATES, *STYLES.glob("*.css"), *STYLES.glob("*.js")]:
        assert not re.search(r"""(?:src|href)=["']https?:|url\(["']?https?:|@import|fetch\(""", path.read_text(encoding="utf-8")), path.name


def test_every_picture_that_a_page_names_is_there_and_every_one_there_is_used() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (STYLES / "icons.svg").read_text()))
    sources = "".join(path.read_text(encoding="utf-8") for path in [*TEMPLATES, *WEB.rglob("*.py")])
    named = set(re.findall(r'\{% icon "([a-z-]+)" %\}', sources)) | set(re.findall(r'picture="([a-z-]+)"', sources))
    named |= set(re.findall(r'\{% place "[^"]+" "([a-z-]+)" %\}', sources)) | {"question"}
    assert named <= drawn
    assert drawn == named, "pictures that nobody sees make every first visit slower"


def test_letters_come_with_their_licence_and_stay_small() -> None:
    fonts = STYLES / "fonts"
    used = set(re.findall(r'url\("fonts/([^"]+)"\)', (STYLES / "house.css").read_text()))
    assert used == {path.name for path in fonts.glob("*.woff2")}
    assert sum((fonts / name).stat().st_size for name in used) < 200_000
    for path in fonts.glob("OFL-*.txt"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in path.read_text()
    assert len(list(fonts.glob("OFL-*.txt"))) == 2


def test_what_a_first_visit_loads_besides_letters_is_small() -> None:
    assert sum(path.stat().st_size for path in (*STYLES.glob("*.css"), *STYLES.glob("*.js"), STYLES / "icons.svg")) < 64_000


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_word_of_a_page_escapes_translation(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\{% (blocktrans|place)[^%]*%\}.*?\{% end\1 %\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{[%#{].*?[%#}]\}", "", text, flags=re.DOTALL)
    text = re.sub(r"<(?:[^>\"]|\"[^\"]*\")*>", " ", text)
    left = re.findall(r"[A-Za-z]{2,}", re.sub(r"&[a-z]+;", "", text))
    assert set(left) <= {"Doorstep", "doctype", "html"}, left
