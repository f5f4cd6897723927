"""Writes the pages' pictures: doorstep/web/static/web/icons.svg, one symbol for each picture that a page uses.

    python scripts/icons.py FOLDER

FOLDER is the unpacked npm package @iconify-json/healthicons (Health Icons, MIT licence, by Resolve to Save Lives).
What is missing there is drawn here in the same outline: 48 x 48, lines of 2. The result is committed; a page needs no package.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

OUT = Path(__file__).parents[1] / "doorstep" / "web" / "static" / "web" / "icons.svg"
LICENCE = "Health Icons (healthicons.org), MIT licence, (c) Resolve to Save Lives; and drawings of Doorstep, Apache-2.0."

TAKEN = {
    "pregnant": "pregnant-outline",
    "baby": "baby-0203m-outline",
    "woman": "woman-outline",
    "visit": "community-healthworker-outline",
    "home": "home-alt-outline",
    "place": "geo-location-outline",
    "calendar": "calendar-outline",
    "book": "register-book-outline",
    "form": "health-worker-form-outline",
    "rules": "ui-preferences-outline",
    "case": "i-documents-accepted-outline",
    "message": "communication-outline",
    "signed": "i-certificate-paper-outline",
    "question": "question-circle-outline",
    "alert": "alert-circle-outline",
    "lock": "ui-secure-outline",
    "search": "ui-zoom-outline",
}

_LINE = 'fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"'
DRAWN = {
    "door": f'<path {_LINE} d="M6 41h36M12 41V9a2 2 0 0 1 2-2h20a2 2 0 0 1 2 2v32"/>'
    f'<path {_LINE} d="M18 41V13l12 3v25"/><circle cx="26.500" cy="28" r="1.800" fill="currentColor"/>',
    "download": f'<path {_LINE} d="M24 7v23M15 22l9 9l9-9M9 33v6a2 2 0 0 0 2 2h26a2 2 0 0 0 2-2v-6"/>',
    "copy": f'<path {_LINE} d="M17 15h20a2 2 0 0 1 2 2v22a2 2 0 0 1-2 2H17a2 2 0 0 1-2-2V17a2 2 0 0 1 2-2z"/>'
    f'<path {_LINE} d="M9 33V9a2 2 0 0 1 2-2h20"/>',
    "print": f'<path {_LINE} d="M14 17V7h20v10M14 35H8V19a2 2 0 0 1 2-2h28a2 2 0 0 1 2 2v16h-6"/>'
    f'<path {_LINE} d="M14 28h20v13H14z"/><circle cx="34" cy="22.500" r="1.600" fill="currentColor"/>',
    "next": f'<path {_LINE} d="M8 24h31M28 12l12 12l-12 12"/>',
    "back": f'<path {_LINE} d="M40 24H9M20 12L8 24l12 12"/>',
    "language": f'<path {_LINE} d="M24 6a18 18 0 1 0 0 36a18 18 0 0 0 0-36zM6 24h36M24 6c6 5 8 11 8 18s-2 13-8 18'
    'c-6-5-8-11-8-18s2-13 8-18z"/>',
    "microphone": f'<path {_LINE} d="M24 6a6 6 0 0 0-6 6v12a6 6 0 0 0 12 0V12a6 6 0 0 0-6-6z'
    'M12 23v1a12 12 0 0 0 24 0v-1M24 36v6M17 42h14"/>',
    "hear": f'<path {_LINE} d="M8 19h7l11-9v28l-11-9H8zM32 18a9 9 0 0 1 0 12M36 12a17 17 0 0 1 0 24"/>',
    "stop": f'<path {_LINE} d="M13 13h22v22H13z"/>',
    "conflict": f'<path {_LINE} d="M8 15h22M22 7l8 8l-8 8M40 33H18M26 25l-8 8l8 8"/>',
}


def sprite(package: Path) -> str:
    """The SVG file, as text. KeyError when the package lacks a picture."""
    pictures = json.loads((package / "icons.json").read_text(encoding="utf-8"))["icons"]
    symbols = {own: pictures[theirs]["body"] for own, theirs in TAKEN.items()} | DRAWN
    lines = [f'<symbol id="{own}" viewBox="0 0 48 48">{symbols[own]}</symbol>' for own in sorted(symbols)]
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg"><!-- {LICENCE} -->', *lines, "</svg>", ""])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    OUT.write_text(sprite(Path(sys.argv[1])), encoding="utf-8")
    print(f"{len(TAKEN) + len(DRAWN)} pictures in {OUT.name}")
