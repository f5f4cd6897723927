"""Which peoples live in a place, what they speak, and what somebody who never existed is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from doorstep.simulation.chance import Chance

HERE = Path(__file__).parent


@dataclass(frozen=True)
class People:
    """A people as peoples.yaml has it. group: majority or minority; names: a list of names.yaml."""

    name: str
    language: str
    names: str
    group: str
    share: float


def peoples_of(places: Iterable[str]) -> tuple[People, ...]:
    """The peoples of the first of these places (nearest first) that has an entry. LookupError when none has."""
    listed = _read("peoples.yaml")["places"]
    chosen = list(places)
    for place in chosen:
        if place in listed:
            return tuple(
                People(row["people"], row["language"], row["names"], row["group"], row["share"]) for row in listed[place]
            )
    raise LookupError(f"peoples.yaml says nothing about {', '.join(chosen)}")


def called(people: People, sex: str, chance: Chance) -> str:
    """A name that says it is invented."""
    parts = _read("names.yaml")["names"][people.names]
    return f"{chance.one(parts['first'])}{chance.one(parts[sex])} {mark()}"


def house_name(people: People, chance: Chance) -> str:
    """What the neighbours call the house."""
    return str(chance.one(_read("names.yaml")["names"][people.names]["house"]))


def mark() -> str:
    """What every invented name carries."""
    return str(_read("names.yaml")["mark"])


@cache
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return found
