"""Reads a country's gazetteer of today: one file per level, each row naming its parent (Cambodia).

What the columns are is written in the country's YAML file on the shelf. Every row becomes a unit, also those with
mistakes: where several rows share a code, each has an own id, `CODE.1`, `CODE.2`, in the order of the list.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from doorstep.record.places.model import ADMINISTRATIVE, ParentLink, Parts, Unit
from doorstep.record.places.positions import Point, spread
from doorstep.record.places.sources import package_folder, read_csv, read_yaml

Row = dict[str, str]


def read_gazetteer(shelf: Path, description: str) -> Parts:
    """Units and links of the country that `description` (a YAML file on the shelf) tells how to read."""
    about = read_yaml(shelf / description)
    country, folder = about["country"], package_folder(about["package"])
    rows: list[tuple[dict[str, Any], Row]] = []
    for level in about["levels"]:
        rows += [(level, row) for row in read_csv(folder / level["file"])]
    ids = _ids(country, [row[level["code"]] for level, row in rows], about.get("missing", {}))

    links: list[ParentLink] = []
    for (level, row), own in zip(rows, ids, strict=True):
        parent = f"{country}-{row[level['parent']]}" if "parent" in level else country
        links.append(ParentLink(own, parent, ADMINISTRATIVE))
    for code, lacking in about.get("missing", {}).items():
        links.append(ParentLink(f"{country}-{code}", f"{country}-{lacking['parent']}", ADMINISTRATIVE))

    places = _positions(shelf / about["positions"], country, links)
    units = [
        _unit(country, own, level["kind"], row[level["code"]], _names(level, row), places, about["zone"])
        for (level, row), own in zip(rows, ids, strict=True)
    ]
    for code, lacking in about.get("missing", {}).items():
        own = f"{country}-{code}"
        units.append(_unit(country, own, lacking["kind"], code, lacking["names"], places, about["zone"]))
    return Parts(units, links)


def _ids(country: str, codes: list[str], missing: dict[str, Any]) -> list[str]:
    """One id per row: the code, or the code and a number where several rows share it."""
    shared = {code for code, count in Counter([*codes, *missing]).items() if count > 1}
    seen: Counter[str] = Counter()
    out = []
    for code in codes:
        seen[code] += 1
        out.append(f"{country}-{code}.{seen[code]}" if code in shared else f"{country}-{code}")
    return out


def _names(level: dict[str, Any], row: Row) -> dict[str, str]:
    return {lang: row[column] for lang, column in level["names"].items() if row[column]}


def _positions(path: Path, country: str, links: list[ParentLink]) -> dict[str, Point]:
    known = {f"{country}-{row['code']}": (float(row["lat"]), float(row["lon"])) for row in read_csv(path)}
    children: dict[str, list[str]] = defaultdict(list)
    for link in links:
        if link.parent != country:
            children[link.parent].append(link.child)
    return spread(known, children)


def _unit(
    country: str, own: str, kind: str, code: str, names: dict[str, str], places: dict[str, Point], zone: str
) -> Unit:
    lat, lon = places.get(own, (None, None))
    return Unit(
        own, ADMINISTRATIVE, kind, f"{country}-{code}", names, lat=lat, lon=lon, approximate=True, zone=zone
    )
