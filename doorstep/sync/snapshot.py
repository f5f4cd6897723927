"""The first pull: everything that a phone may hold, as one document: what lists read as rows, the rest packed person by person.

How it is written stands in `snapshot_file`; how it is packed for the way is the door's business.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from doorstep.record.database import Connection, Row, among
from doorstep.record.folding import meta
from doorstep.record.lists import today
from doorstep.record.record import Record
from doorstep.record.whereabouts import residents, with_children
from doorstep.sync.cursor import Cursor
from doorstep.sync.holding import Holding
from doorstep.sync.pull import still_waiting
from doorstep.sync.rows import COLUMNS, Seen, holds, rows_of
from doorstep.sync.snapshot_file import written

MOST_PEOPLE = 20_000
"""More than one phone can hold: whoever works everywhere has the pages."""
PLACE_TABLES: Mapping[str, tuple[str, ...]] = {
    "place_unit": (
        "id", "tree", "kind", "code", "name", "names", "valid_from", "valid_to", "lat", "lon", "approximate", "invented", "zone",
    ),
    "place_link": ("child", "parent", "tree", "valid_from", "valid_to"),
}  # fmt: skip
NEWBORN = "newborn"
CLOSED = ("yesno", "choice", "choices")
"""Kinds of answers that are one word of a list, and so nobody's own."""
NOT_DONE = {"not_done_reason", "not_done_step", "not_done_due"}


class TooMany(ValueError):
    """The areas hold more people than a phone."""


def snapshot(record: Record, holding: Holding, pack: str) -> bytes:
    """The document. Raises TooMany."""
    with record.reading() as register:
        cursor = Cursor.now(record, register, holding, pack)
        as_of = "0" if still_waiting(register) else meta(register, "folded", "0")
        tables: dict[str, list[Row]] = rows_of(record, register, holding, everybody(register, holding), steps=True)
        for name, rows in places(register, holding).items():
            tables[name] = rows
    columns, day = {**COLUMNS, **PLACE_TABLES}, today() - 1
    first = {"step": open_steps(tables["step"], day), "fact": []}
    first["fact"] = listed_facts(tables["fact"], first["step"], _read_by_lists(record, holding))
    own_texts = {code for one in holding.programmes for code, row in one.dictionary.items() if str(row.kind) not in CLOSED}
    told = {"cursor": str(cursor), "as_of": as_of, "open_from": str(day)}
    return written({name: (columns[name], rows) for name, rows in tables.items()}, told, own_texts, first)


def everybody(register: Connection, holding: Holding) -> Seen:
    """All whom the phone may hold. Raises TooMany."""
    if holding.everywhere:
        found = {row[0] for row in register.rows("SELECT subject FROM subject LIMIT ?", [MOST_PEOPLE + 1])}
    else:
        found = {subject for area in holding.areas for subject in residents(register, area, today())}
        found |= with_children(register, holding.scope.opened)
    if len(found) > MOST_PEOPLE:
        raise TooMany
    return holds(register, holding, found)


def places(register: Connection, holding: Holding) -> dict[str, list[Row]]:
    """The units of the areas, what they are inside of, and the links between these."""
    units = holding.units(register, today())
    condition, values = among(register, "id", units)
    names = ", ".join(PLACE_TABLES["place_unit"])
    found = {"place_unit": register.rows(f"SELECT {names} FROM place_unit WHERE {condition} ORDER BY id", values)}
    child, one = among(register, "child", units)
    parent, two = among(register, "parent", units)
    names = ", ".join(PLACE_TABLES["place_link"])
    rows = register.rows(f"SELECT {names} FROM place_link WHERE {child} AND {parent} ORDER BY child, parent", [*one, *two])
    return {**found, "place_link": rows}


# --- what lists read of people whom nobody opened yet -------------------------------------------------------------------


def open_steps(steps: Iterable[Row], day: int) -> list[Row]:
    """Rows that are open on this day or will be; and of each episode the one that lasts longest, which tells its weeks."""
    at = COLUMNS["step"].index
    until_at, clock_at, closes_at, done_at, waits_at = map(at, ("until", "clock", "closes", "done_on", "waits_for"))
    found: list[Row] = []
    longest: dict[tuple[Any, Any], Row] = {}
    for row in steps:
        now = day * 86_400 if row[clock_at] == "minute" else day
        until, done = row[until_at], row[done_at]
        if (until is not None and until <= now) or (done is not None and done <= now):
            continue
        if row[waits_at] is None and (row[closes_at] is None or row[closes_at] >= now):
            found.append(row)
        elif row[clock_at] == "day" and until is not None:
            known = longest.get((row[0], row[1]))
            if known is None or known[until_at] < until:
                longest[row[0], row[1]] = row
    there = {(row[0], row[1], row[until_at]) for row in found if row[clock_at] == "day"}
    return found + [row for key, row in longest.items() if (*key, row[until_at]) not in there]


def listed_facts(facts: Iterable[Row], steps: Iterable[Row], codes: Collection[str]) -> list[Row]:
    """Those of these codes, and the first of each episode of these steps."""
    columns = COLUMNS["fact"]
    code_at, day_at = columns.index("code"), columns.index("day")
    open_ = {(row[0], row[1]) for row in steps}
    firsts: dict[tuple[Any, Any], Row] = {}
    found = []
    for row in facts:
        if row[code_at] in codes:
            found.append(row)
        elif (row[0], row[1]) in open_:
            known = firsts.get((row[0], row[1]))
            if known is None or row[day_at] < known[day_at]:
                firsts[row[0], row[1]] = row
    return found + list(firsts.values())


def _read_by_lists(record: Record, holding: Holding) -> set[str]:
    """Codes: why a step was not done; who somebody's mother is; when somebody was born."""
    found = {code for one in holding.programmes for code, row in one.dictionary.items() if str(row.kind) == "subject"}
    markers = next(rows for name, _, rows in record.rules.meaning.tables if name == "marker")
    found |= {row[0] for row in markers if row[1] == NEWBORN and not row[2]}
    return found | NOT_DONE
