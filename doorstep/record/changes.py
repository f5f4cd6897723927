"""Change numbers: which number everybody got when the fold last worked them out anew. What phones hold is asked for by them.

Numbers are given inside the transaction that works people out, under the one lock of the fold: whoever has seen a number has
seen every smaller one. They and `lived` tell the story of this register, not of the log, so replay does not compare them; a
register that is thrown away takes them with it, and its generation with it.
"""

from __future__ import annotations

from collections.abc import Iterable

from doorstep.record.database import Connection, among, each, value
from doorstep.record.store import Store

GENERATION, LAST = "generation", "changes"
"""Rows of `register_meta`: which register this is, and the last number that was given."""


def number(register: Connection, subjects: Iterable[str]) -> None:
    """Gives each of these the next number, and remembers where they live: who may have to forget them later."""
    subjects = list(dict.fromkeys(subjects))
    if not subjects:
        return
    last = last_change(register)
    source, listed = each(register, subjects)
    register.run(
        f"INSERT INTO changed (subject, n) SELECT value, CAST(? AS BIGINT) + ROW_NUMBER() OVER (ORDER BY value) FROM {source} "
        "WHERE true ON CONFLICT (subject) DO UPDATE SET n = excluded.n",
        [last, listed],
    )
    condition, values = among(register, "subject", subjects)
    register.run(
        f"INSERT INTO lived (subject, place) SELECT DISTINCT subject, place FROM home WHERE {condition} "
        "ON CONFLICT (subject, place) DO NOTHING",
        values,
    )
    register.run(
        "INSERT INTO register_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [LAST, str(last + len(subjects))],
    )


def last_change(register: Connection) -> int:
    """The last number that was given; 0 for none."""
    return int(value(register, "SELECT value FROM register_meta WHERE name = ?", [LAST]) or 0)


def generation(register: Connection) -> str:
    """Which register this is: another after it was thrown away."""
    return str(value(register, "SELECT value FROM register_meta WHERE name = ?", [GENERATION]) or "")


def changed_after(register: Connection, n: int, most: int) -> list[tuple[str, int]]:
    """(subject, number) of whoever was worked out after this number, in order. A subject may be gone since, or merged."""
    return [
        (subject, number)
        for subject, number in register.rows("SELECT subject, n FROM changed WHERE n > ? ORDER BY n LIMIT ?", [n, most])
    ]


def lived_in(store: Store, subject: str) -> set[str]:
    """Where this person lives or lived, codes and ids of places, as far as the register was worked out: no list shows more. Empty
    when it does not know her; under an id that was merged into another, as the other."""
    with store.register.read() as register:
        rows = register.rows(
            "SELECT place FROM lived WHERE subject = ? UNION "
            "SELECT l.place FROM alias AS a JOIN lived AS l ON l.subject = a.canonical WHERE a.subject = ?",
            [subject, subject],
        )
    return {row[0] for row in rows}
