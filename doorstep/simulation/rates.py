"""Reads rates.yaml: every share by which invented people live, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("rates.yaml")
ASSUMED = "assumed"


@dataclass(frozen=True)
class Setting:
    """What a rate may depend on. country: KH, VN or BG; people: majority or minority; distance: near, far or remote."""

    country: str
    people: str
    distance: str


@dataclass(frozen=True)
class Rate:
    """One entry of rates.yaml. value: a number, or a mapping that `Rates.of` goes down by the setting."""

    name: str
    what: str
    value: Any
    sources: tuple[str, ...]
    note: str = ""


class Rates:
    """All rates, by name."""

    def __init__(self, rates: Mapping[str, Rate], studies: Mapping[str, str]) -> None:
        self.rates, self.studies = dict(rates), dict(studies)

    def of(self, name: str, setting: Setting, *more: str) -> float:
        """The number that holds there. `more`: further words that the value may depend on (facility, home)."""
        found = self._down(name, setting, more)
        if isinstance(found, Mapping):
            raise LookupError(f"rates.yaml: {name} has no single number for {setting}, only {', '.join(found)}")
        return float(found)

    def weights(self, name: str, setting: Setting) -> Mapping[str, float]:
        """The weights that hold there, by option."""
        found = self._down(name, setting, ())
        if not isinstance(found, Mapping):
            raise LookupError(f"rates.yaml: {name} is a single number for {setting}, not weights")
        return found

    def _down(self, name: str, setting: Setting, more: tuple[str, ...]) -> Any:
        value = self.rates[name].value
        known = (setting.country, setting.people, setting.distance, *more, "other")
        while isinstance(value, Mapping):
            # A country first, then who and where: a value for one country stands beside values for all others.
            key = next((word for word in known if word in value), None)
            if key is None or (key == "other" and not isinstance(value[key], Mapping) and _weights(value)):
                return value
            value = value[key]
        return value


def _weights(value: Mapping[str, Any]) -> bool:
    """Whether `other` is an option among weights (a reason, say), and not the rest of the settings."""
    return not any(word in value for word in ("KH", "VN", "BG", "near", "majority"))


@cache
def load(file: Path = FILE) -> Rates:
    """The rates of a file. ValueError when an entry lacks a source, or names a study that is not listed."""
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    studies = written["studies"]
    rates = {name: _rate(name, entry, studies, file.name) for name, entry in written["rates"].items()}
    return Rates(rates, studies)


def _rate(name: str, entry: Mapping[str, Any], studies: Mapping[str, str], file: str) -> Rate:
    source = entry.get("source")
    sources = tuple(source) if isinstance(source, list) else (source,)
    unknown = [one for one in sources if one != ASSUMED and one not in studies]
    if unknown or not sources:
        raise ValueError(f"{file}: {name} found source {unknown}; expected a study of the list, or the word {ASSUMED}")
    return Rate(name, entry["what"], entry["value"], sources, entry.get("note", ""))
