"""The attendant's guide: short enough to be read aloud, and each step with a real picture of the screen that it speaks of."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scripts.guide_pictures import LANGUAGES, PICTURES, STEPS, path_of

ROOT = Path(__file__).parents[2]
GUIDES = {
    language: ROOT / "docs" / ("guide-attendant.md" if language == "en" else f"guide-attendant.{language}.md") for language in LANGUAGES
}
STEP = re.compile(r"^(\d+)\. (.+)\n\n +!\[(.+)\]\((pictures/attendant/[a-z/-]+\.webp)\)$", re.MULTILINE)
MOST_WORDS = 20
KHMER_WORD = 5
"""Letters without the signs above and below them, on average: Khmer is written without blanks."""
MOST_BYTES = 40_000
ON_BUTTONS = (
    "start.code", "start.practise", "enrol.go", "step.start", "entry.correct", "step.not_done_open", "places.today", "today.new",
    "places.people", "today.as_i_walk", "walk.change", "me.read_on", "me.lock", "unlock.forgotten",
)  # fmt: skip


def size(picture: bytes) -> tuple[int, int]:
    """Width and height in px of a WebP with a colour profile, as a browser makes it."""
    assert picture[:4] + picture[8:16] == b"RIFFWEBPVP8X"
    return int.from_bytes(picture[24:27], "little") + 1, int.from_bytes(picture[27:30], "little") + 1


def words(said: str) -> int:
    """How many words that is; in Khmer, about."""
    khmer = re.findall(r"[\u1780-\u17b3]", said)
    return len(re.findall(r"[^\s–]+", said)) if not khmer else round(len(khmer) / KHMER_WORD)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_has_at_most_twenty_words_and_its_own_picture(language: str) -> None:
    text = GUIDES[language].read_text(encoding="utf-8")
    steps = STEP.findall(text)
    assert [int(number) for number, *_ in steps] == list(range(1, len(STEPS) + 1))
    assert len(re.findall(r"^\d+\. ", text, re.MULTILINE)) == len(steps), "a step without a picture"
    wanted = [str(path_of(name, language).relative_to(ROOT / "docs")) for name in STEPS]
    assert [path for *_, path in steps] == wanted, "scripts/guide_pictures.py and the guide tell the same steps"
    for _, said, seen, path in steps:
        assert words(said) <= MOST_WORDS, (path, said)
        assert seen


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_on_a_button_is_called_so_in_the_guide(language: str) -> None:
    shown = json.loads((ROOT / "app" / "src" / "words" / f"{language}.json").read_text(encoding="utf-8"))
    text = GUIDES[language].read_text(encoding="utf-8")
    missing = [key for key in ON_BUTTONS if shown[key].lstrip("+ ") not in text]
    assert missing == []


def test_the_pictures_are_there_small_and_of_a_phone() -> None:
    there = sorted(PICTURES.rglob("*.webp"))
    assert there == sorted(path_of(name, language) for language in LANGUAGES for name in STEPS)
    for path in there:
        picture = path.read_bytes()
        assert size(picture) == (360, 640), path.name
        assert len(picture) < MOST_BYTES, path.name
