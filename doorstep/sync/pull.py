"""What changed since a cursor: a bundle for each person, whole; a forget for whoever the phone may hold no longer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from doorstep.record.changes import changed_after
from doorstep.record.database import Connection, Row
from doorstep.record.folding import meta
from doorstep.record.record import Record
from doorstep.sync.cursor import Cursor
from doorstep.sync.holding import Holding
from doorstep.sync.rows import ANSWER, COLUMNS, Seen, Tables, holds, rows_of

MOST, USUAL = 500, 100
"""Bundles in one answer: at most, and when nobody says."""
SCANNED = 20_000
"""Changed people looked at for one answer, wherever they live."""
TABLES = (
    "alias", "home", "sub", "speaks_of", "made", "corrected", "answer", "attribute_write", "opened", "conflict", "step_sent",
)  # fmt: skip
"""In a bundle. Everything else the phone works out from them; step_sent: what it cannot, since it reads facts of somebody whom
the phone does not hold."""


def columns() -> dict[str, list[str]]:
    """Of the tables of a bundle."""
    return {name: list(ANSWER if name == "answer" else COLUMNS[name]) for name in TABLES}


def pull(record: Record, holding: Holding, pack: str, since: Cursor | None, most: int = USUAL) -> dict[str, Any]:
    """The answer to `POST pull`."""
    with record.reading() as register:
        now = Cursor.now(record, register, holding, pack)
        if since is None or not now.follows(since):
            return {"fresh": True}
        as_of = int(meta(register, "folded", "0"))
        waiting = still_waiting(register)
        seen, gone, until = _chosen(register, holding, since, now, max(1, min(most, MOST)))
        tables = rows_of(record, register, holding, seen, steps=False) if seen else {}
    return {
        "fresh": False, "cursor": str(replace(now, n=until)), "more": until < now.n, "as_of": as_of,
        "columns": columns(), "bundles": bundles(tables, seen, as_of, waiting), "forget": sorted(gone),
    }  # fmt: skip


def _chosen(
    register: Connection, holding: Holding, since: Cursor, now: Cursor, most: int
) -> tuple[Seen, set[str], int]:
    """(whom to send, whom to forget, the number up to which everybody was looked at)."""
    changed = changed_after(register, since.n, SCANNED)
    moved = [*_moved(register, since.day, now.day), *holding.turned(register, since.day, now.day)]
    seen = dict(holds(register, holding, [subject for subject, _ in changed] + moved))
    sent: dict[str, frozenset[str]] = {subject: seen[subject] for subject in moved if subject in seen}
    looked_at, until = list(moved), now.n if len(changed) < SCANNED else changed[-1][1]
    for subject, n in changed:
        if subject in seen and subject not in sent:
            if len(sent) >= most:
                until = n - 1
                break
            sent[subject] = seen[subject]
        looked_at.append(subject)
    gone = [subject for subject in looked_at if subject not in seen]
    return sent, holding.ever_inside(register, gone) if gone else set(), until


def _moved(register: Connection, before: int, day: int) -> list[str]:
    """Whose home, as it was told ahead, began or ended after the day `before`, up to this day."""
    if before >= day:
        return []
    rows = register.rows(
        "SELECT DISTINCT subject FROM home WHERE (valid_from > ? AND valid_from <= ?) OR (valid_to > ? AND valid_to <= ?)",
        [before, day, before, day],
    )
    return sorted(row[0] for row in rows)


def answers(facts: Collection[Row]) -> list[Row]:
    """Facts as the answers that they are."""
    places = [COLUMNS["fact"].index(name) for name in ANSWER]
    return [tuple(row[place] for place in places) for row in facts]


OWNER = {"alias": 1, "home": 0, "speaks_of": 1, "made": 0, "attribute_write": 1, "opened": 0, "conflict": 0,
         "step_sent": 0}  # fmt: skip
"""Table -> the column that says whose a row is."""


def still_waiting(register: Connection) -> set[str]:
    """Whoever is not worked out up to the end of what was read: another process, or a thread, is in the middle of it. Her rows
    may lack what the log has already, so no phone may take them for the end of what it sent."""
    return {row[0] for row in register.rows("SELECT subject FROM dirty")}


def bundles(tables: Tables, seen: Seen, as_of: int, waiting: Collection[str] = ()) -> list[dict[str, Any]]:
    """The rows, person by person. A submission that speaks of two is in both bundles. waiting: see `still_waiting`."""
    found: dict[str, dict[str, list[Row]]] = {subject: {name: [] for name in TABLES} for subject in seen}
    for name, column in OWNER.items():
        for row in tables.get(name, ()):
            found[row[column]][name].append(row)
    for row in answers(tables.get("fact", ())):
        found[row[1]]["answer"].append(row)
    whom: dict[str, list[str]] = {}
    for submission, subject in tables.get("speaks_of", ()):
        whom.setdefault(submission, []).append(subject)
    for name in ("sub", "corrected"):
        for row in tables.get(name, ()):
            for subject in whom.get(row[0], ()):
                found[subject][name].append(row)
    said = ((subject, {name: own for name, own in rows.items() if own}) for subject, rows in found.items())
    return [{"subject": subject, "as_of": 0 if subject in waiting else as_of, "rows": rows} for subject, rows in said]
