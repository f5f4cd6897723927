"""The file that marks a data folder as a demonstration, with who can log in to it. Invented people never share a folder
with real ones: where the mark is missing, nothing invented is written; where it is, every page says so.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from doorstep.content.whole import write_whole

NAME = "demonstration.json"
FILLING, READY = "filling", "ready"


@dataclass
class Login:
    """Somebody who can log in to look around. about: what there is to see, in English."""

    name: str
    password: str
    role: str
    place: str
    about: str


@dataclass
class Demonstration:
    """state: filling until everything was taken in, then ready. until: the last day of its story, as ISO 8601."""

    state: str
    until: str
    logins: list[Login] = field(default_factory=list)


def read(data: Path) -> Demonstration | None:
    """The demonstration in a data folder; None when it holds none."""
    try:
        written = json.loads((data / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Demonstration(written["state"], written["until"], [Login(**one) for one in written["logins"]])


def write(data: Path, demonstration: Demonstration) -> None:
    """Marks a data folder. Only this user may read it."""
    write_whole(data / NAME, json.dumps(asdict(demonstration), ensure_ascii=False, indent=2).encode())
