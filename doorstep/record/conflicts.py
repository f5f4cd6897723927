"""What does not fit together, shown and never hidden: two values of one attribute, two corrections of one submission,
references that are not earlier, gaps in a phone's chain, answers that did not fit their question.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doorstep.record.database import Connection
from doorstep.record.record import Record
from doorstep.record.vault import unseal_word

KINDS = {
    "attribute": "two people changed the same thing without seeing each other's change",
    "correction": "one submission was corrected twice; the latest is shown",
    "correction_ignored": "a correction names something that is not earlier, or of another form: both stand",
    "base_ignored": "a change says it saw something that is not earlier: it counts as having seen nothing",
    "gap": "a phone's chain names a submission that has not arrived",
    "unread": "an answer did not fit its question: it is kept as it was sent, and acts on nothing",
}
"""Every kind of row there is, in words."""


@dataclass(frozen=True)
class Misfit:
    """One row. values: submission -> value, for attributes; shown: the submission whose value is shown."""

    kind: str
    subject: str
    what: str
    submissions: tuple[str, ...]
    shown: str = ""
    values: Mapping[str, Any] | None = None


def conflicts(record: Record) -> list[Misfit]:
    """All of them, by kind and subject. Values are in the open: ask `accounts.access` who may see them."""
    record.catch_up()
    with record.store.register.read() as register:
        return [
            *_attributes(record, register), *_corrections(register), *_corrections_ignored(register),
            *_bases_ignored(register), *_gaps(register), *_unread(register),
        ]  # fmt: skip


def attribute_values(record: Record, register: Connection, subject: str) -> dict[str, Any]:
    """The attributes of a canonical subject as they are shown: name -> value."""
    rows = register.rows("SELECT name, value, written_of FROM attribute WHERE subject = ? AND shown = 1", [subject])
    keys = record.store.vault.get(register, {row[2] for row in rows})
    return {name: json.loads(unseal_word(keys[of], f"attribute {name}", value)) for name, value, of in rows if of in keys}


def _attributes(record: Record, register: Connection) -> list[Misfit]:
    rows = register.rows(
        "SELECT a.subject, a.name, a.value, a.submission, a.written_of, a.shown FROM attribute AS a JOIN "
        "(SELECT subject, name FROM attribute GROUP BY subject, name HAVING COUNT(*) > 1) AS many "
        "ON many.subject = a.subject AND many.name = a.name ORDER BY a.subject, a.name, a.shown DESC, a.submission"
    )
    keys = record.store.vault.get(register, {row[4] for row in rows})
    grouped: dict[tuple[str, str], list[tuple[str, Any, int]]] = {}
    for subject, name, value, submission, of, shown in rows:
        if of in keys:
            told = json.loads(unseal_word(keys[of], f"attribute {name}", value))
            grouped.setdefault((subject, name), []).append((submission, told, shown))
    found = []
    for (subject, name), heads in grouped.items():
        if len({json.dumps(value) for _, value, _ in heads}) > 1:  # two who say the same are no conflict
            shown = next((submission for submission, _, is_shown in heads if is_shown), "")
            values = {submission: value for submission, value, _ in heads}
            found.append(Misfit("attribute", subject, name, tuple(values), shown, values))
    return found


def _corrections(register: Connection) -> list[Misfit]:
    rows = register.rows(
        "SELECT c.root, c.member, c.rank, s.subject FROM corrected AS c JOIN sub AS s ON s.submission = c.root "
        "WHERE c.leaf = 1 AND c.root IN (SELECT root FROM corrected WHERE leaf = 1 AND rank > 1) ORDER BY c.root, c.rank"
    )
    trees: dict[str, list[tuple[str, str]]] = {}
    for root, member, _, subject in rows:
        trees.setdefault(root, []).append((member, subject))
    return [
        Misfit("correction", leaves[0][1], root, tuple(member for member, _ in leaves), leaves[0][0])
        for root, leaves in trees.items()
    ]


NOT_EARLIER = "(t.stamp > c.stamp OR (t.stamp = c.stamp AND t.submission >= c.submission))"


def _corrections_ignored(register: Connection) -> list[Misfit]:
    rows = register.rows(
        "SELECT c.subject, c.submission, t.submission FROM sub AS c JOIN sub AS t ON t.submission = c.replaces "  # noqa: S608
        "WHERE c.kind = 'correction' AND "
        f"(t.form <> c.form OR t.kind NOT IN ('data', 'correction') OR {NOT_EARLIER}) ORDER BY c.submission"
    )
    return [Misfit("correction_ignored", subject, target, (submission,)) for subject, submission, target in rows]


def _bases_ignored(register: Connection) -> list[Misfit]:
    rows = register.rows(
        "SELECT w.subject, w.name, w.submission, w.base FROM attribute_write AS w "  # noqa: S608
        "JOIN sub AS c ON c.submission = w.submission JOIN sub AS t ON t.submission = w.base "
        f"WHERE {NOT_EARLIER} ORDER BY w.subject, w.name, w.submission"
    )
    return [Misfit("base_ignored", subject, name, (submission, base)) for subject, name, submission, base in rows]


def _gaps(register: Connection) -> list[Misfit]:
    rows = register.rows(
        "SELECT s.subject, s.device, s.author, s.id FROM submission AS s WHERE s.prev <> '' AND NOT EXISTS ("
        "SELECT 1 FROM submission AS p WHERE p.device = s.device AND p.author = s.author AND p.hash = s.prev) ORDER BY s.seq"
    )
    return [Misfit("gap", subject, f"{device} {author}", (id,)) for subject, device, author, id in rows]


def _unread(register: Connection) -> list[Misfit]:
    rows = register.rows(
        "SELECT s.subject, u.problem, u.submission FROM unread AS u JOIN sub AS s ON s.submission = u.submission "
        "ORDER BY u.submission, u.n"
    )
    return [Misfit("unread", subject, problem, (submission,)) for subject, problem, submission in rows]
