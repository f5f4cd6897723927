"""Reads places written by hand (countries, Bulgaria's pilot municipalities) and better-known spellings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from doorstep.record.places.model import ADMINISTRATIVE, ParentLink, Parts, Unit
from doorstep.record.places.sources import read_csv

LANGUAGES = ("en", "vi", "km", "bg")


def read_handmade(path: Path) -> Parts:
    """Units and links of one CSV file: id, kind, code, parent, a name per language, lat, lon, zone."""
    parts = Parts()
    for row in read_csv(path):
        names = {lang: row[lang] for lang in LANGUAGES if row[lang]}
        parts.units.append(Unit(
            row["id"], ADMINISTRATIVE, row["kind"], row["code"], names,
            lat=float(row["lat"]), lon=float(row["lon"]), zone=row["zone"],
        ))  # fmt: skip
        if row["parent"]:
            parts.links.append(ParentLink(row["id"], row["parent"], ADMINISTRATIVE))
    return parts


def with_better_names(units: list[Unit], path: Path) -> list[Unit]:
    """The units, with the spellings of a CSV file (id, lang, name, use).

    use `shown`: the name is shown, the old one still found; `found`: people find the place by it.
    """
    wanted: dict[str, list[dict[str, str]]] = {}
    for row in read_csv(path):
        wanted.setdefault(row["id"], []).append(row)
    return [_renamed(unit, wanted[unit.id]) if unit.id in wanted else unit for unit in units]


def _renamed(unit: Unit, rows: list[dict[str, str]]) -> Unit:
    names, aliases = dict(unit.names), list(unit.aliases)
    for row in rows:
        if row["use"] == "shown":
            if row["lang"] in names:
                aliases.append(names[row["lang"]])
            names[row["lang"]] = row["name"]
        else:
            aliases.append(row["name"])
    return replace(unit, names=names, aliases=tuple(aliases))
