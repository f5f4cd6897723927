"""Reads a country before and after a reform that redrew everything on one day (Viet Nam, 1 July 2025).

What the tables and columns are is written in the country's YAML file on the shelf. A unit lives on when nothing about
it changed but its parent: same code, same name, one predecessor with one successor. Otherwise the old life ends on
the day of the reform, and a new one begins; where it takes over an old code, its id carries the year (`VN-19@2025`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from doorstep.content.dates import day_number
from doorstep.record.places.model import ADMINISTRATIVE, ParentLink, Parts, Succession, Unit
from doorstep.record.places.positions import distance_km
from doorstep.record.places.sources import package_folder, read_table, read_yaml
from doorstep.record.places.text import unmarked


@dataclass(frozen=True)
class Entry:
    """A unit as a table tells it. path: the keys from the top level down to it, as the converter writes them."""

    code: str
    parent: str | None
    kind: str
    name: str
    short: str
    lat: float
    lon: float
    path: tuple[str, ...]
    lowest: bool


def read_reform(shelf: Path, description: str) -> Parts:
    """Units, links and successions of the country that `description` (a YAML file on the shelf) tells how to read."""
    return _Reform(read_yaml(shelf / description)).parts()


class _Reform:
    def __init__(self, about: dict[str, Any]) -> None:
        self.about, self.country = about, about["country"]
        self.folder = package_folder(about["package"])
        self.day = day_number(str(about["day"]))
        self.old, self.new = self._entries("before"), self._entries("since")
        self.became, self.came_from = self._successions()
        self.unchanged = {code for code in self.old if self._lives_on(code)}

    # Reading

    def _entries(self, side: str) -> dict[str, Entry]:
        """Code to entry, every level of one table; the wider place comes before what is in it."""
        table = self.about[side]
        columns = [column for level in table["levels"] for column in level.values()]
        out: dict[str, Entry] = {}
        for row in read_table(self.folder / self.about["database"], table["table"], columns):
            parent: str | None = None
            path: tuple[str, ...] = ()
            for level, kinds in zip(table["levels"], table["kinds"], strict=True):
                code = row[level["code"]]
                if not code:  # an island whose middle level had nothing below it
                    break
                path = (*path, row[level["key"]])
                if code not in out:
                    out[code] = _entry(row, level, kinds, parent, path, level is table["levels"][-1])
                parent = code
        return out

    @cached_property
    def _converter(self) -> dict[str, Any]:
        tables = json.loads((self.folder / self.about["converter"]).read_text(encoding="utf-8"))
        return {name: tables[key] for name, key in self.about["converted"].items() if key in tables}

    def _successions(self) -> tuple[dict[str, dict[str, bool]], dict[str, list[str]]]:
        """Old code to its new codes (with: is it the default?), and new code to its old codes."""
        names = self.about["converted"]
        old = _by_key(self.old.values(), deepest=len(self.about["before"]["levels"]))
        new = {entry.path: code for code, entry in self.new.items()}
        became: dict[str, dict[str, bool]] = defaultdict(dict)
        for top, olds in self._converter["top"].items():
            for key in olds:
                became[old[key]][new[(top,)]] = True
        for top, wholes in self._converter["whole"].items():
            for key, olds in wholes.items():
                for old_key in olds:
                    became[old[old_key]][new[(top, key)]] = True
        for top, splits in self._converter["split"].items():
            for old_key, pieces in splits.items():
                for piece in pieces:
                    became[old[old_key]][new[(top, piece[names["part"]])]] = bool(piece[names["default"]])
        came_from: dict[str, list[str]] = defaultdict(list)
        for code, heirs in became.items():
            for heir in heirs:
                came_from[heir].append(code)
        return became, came_from

    # Telling lives

    def _lives_on(self, code: str) -> bool:
        heirs = list(self.became.get(code, ()))
        return (
            heirs == [code]
            and self.came_from[code] == [code]
            and self.old[code].name.casefold() == self.new[code].name.casefold()
        )

    def _old_id(self, code: str) -> str:
        return f"{self.country}-{code}"

    def _new_id(self, code: str) -> str:
        taken = code in self.old and code not in self.unchanged
        return f"{self.country}-{code}" + (f"@{date.fromisoformat(str(self.about['day'])).year}" if taken else "")

    def parts(self) -> Parts:
        """Everything, old lives first."""
        parts = Parts()
        for code, entry in self.old.items():
            lives_on = code in self.unchanged
            unit = self._unit(self._old_id(code), self.new[code] if lives_on else entry)
            parts.units.append(replace(self._believable(unit, code), valid_to=None if lives_on else self.day))
            parent = self._old_id(entry.parent) if entry.parent else self.country
            same = lives_on and entry.parent is None
            parts.links.append(ParentLink(unit.id, parent, ADMINISTRATIVE, None, None if same else self.day))
        for code, entry in self.new.items():
            if code not in self.unchanged:
                parts.units.append(replace(self._unit(self._new_id(code), entry), valid_from=self.day))
            elif entry.parent is None:
                continue
            parent = self._new_id(entry.parent) if entry.parent else self.country
            parts.links.append(ParentLink(self._new_id(code), parent, ADMINISTRATIVE, self.day, None))
        for code, heirs in self.became.items():
            if code not in self.unchanged:
                parts.successions += [
                    Succession(self._old_id(code), self._new_id(heir), self.day, default)
                    for heir, default in heirs.items()
                ]
        return parts

    def _unit(self, own: str, entry: Entry) -> Unit:
        # A number alone ("Phường 1") says nothing in another language: keep the word before it.
        english = entry.name if entry.short.isdigit() else entry.short
        return Unit(
            own, ADMINISTRATIVE, entry.kind, f"{self.country}-{entry.code}",
            {"vi": entry.name, "en": unmarked(english)},
            lat=entry.lat, lon=entry.lon, zone=self.about["zone"],
        )  # fmt: skip

    def _believable(self, unit: Unit, code: str) -> Unit:
        """A geocoded point far from everything that the place became is not believed; one on its parent is a guess."""
        entry = self.old[code]
        if code in self.unchanged or not entry.lowest:
            return unit
        heirs = [self.new[heir] for heir in sorted(self.became[code], key=lambda h: not self.became[code][h])]
        point = (entry.lat, entry.lon)
        if min(distance_km(point, (heir.lat, heir.lon)) for heir in heirs) > self.about["far_km"]:
            return replace(unit, lat=heirs[0].lat, lon=heirs[0].lon, approximate=True)
        wider = self.old[entry.parent or code]
        return replace(unit, approximate=point == (wider.lat, wider.lon))


def _entry(
    row: dict[str, Any], level: dict[str, str], kinds: dict[str, str], parent: str | None,
    path: tuple[str, ...], lowest: bool,
) -> Entry:  # fmt: skip
    name = row[level["name"]]
    word = next((word for word in kinds if name.casefold().startswith(word.casefold() + " ")), None)
    if word is None:
        raise ValueError(f"No kind of place begins like {name!r} (code {row[level['code']]}): add it to the YAML file.")
    # The table's own short names add words in brackets where two places of a district share a name.
    short = name[len(word) :].strip()
    return Entry(
        row[level["code"]], parent, kinds[word], f"{word} {short}", short, row[level["lat"]], row[level["lon"]],
        path, lowest,
    )  # fmt: skip


def _by_key(entries: Iterable[Entry], deepest: int) -> dict[str, str]:
    """The converter's keys of old units: the keys of its path joined, an absent lowest level as nothing."""
    out = {}
    for entry in entries:
        out["_".join(entry.path)] = entry.code
        if len(entry.path) == deepest - 1:
            out["_".join(entry.path) + "_"] = entry.code
    return out
