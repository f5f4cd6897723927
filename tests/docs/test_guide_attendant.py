"""The attendant's guide: short enough to be read aloud, and each step with a real picture of the screen that it speaks of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.guide_pictures import PICTURES, STEPS

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs").glob("guide-attendant*.md"))
STEP = re.compile(r"^(\d+)\. (.+)\n\n +!\[(.+)\]\(pictures/attendant/([a-z-]+)\.webp\)$", re.MULTILINE)
MOST_WORDS = 20
MOST_BYTES = 40_000


def size(picture: bytes) -> tuple[int, int]:
    """Width and height in px of a WebP with a colour profile, as a browser makes it."""
    assert picture[:4] + picture[8:16] == b"RIFFWEBPVP8X"
    return int.from_bytes(picture[24:27], "little") + 1, int.from_bytes(picture[27:30], "little") + 1


@pytest.mark.parametrize("guide", GUIDES, ids=[path.name for path in GUIDES])
def test_every_step_has_at_most_twenty_words_and_its_own_picture(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    steps = STEP.findall(text)
    assert [int(number) for number, *_ in steps] == list(range(1, len(STEPS) + 1))
    assert len(re.findall(r"^\d+\. ", text, re.MULTILINE)) == len(steps), "a step without a picture"
    assert tuple(name for *_, name in steps) == STEPS, "scripts/guide_pictures.py and the guide tell the same steps"
    for _, said, seen, name in steps:
        assert len(re.findall(r"[^\s–]+", said)) <= MOST_WORDS, (name, said)
        assert seen


def test_the_pictures_are_there_small_and_of_a_phone() -> None:
    assert sorted(path.stem for path in PICTURES.iterdir()) == sorted(STEPS)
    for path in PICTURES.iterdir():
        picture = path.read_bytes()
        assert size(picture) == (360, 640), path.name
        assert len(picture) < MOST_BYTES, path.name
