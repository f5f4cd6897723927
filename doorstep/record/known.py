"""What the log knows about a batch of submissions, asked in one statement: a batch of one waits for one answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from doorstep.record.admission import Seen
from doorstep.record.database import Connection, among


@dataclass
class Known:
    """seen: ids that were here. erased, places, secrets: of the subjects. asides: (id, hash) kept aside already. awaited:
    those of the ids that a correction waits for.
    seq: of the last submission. erasures: how many there were."""

    seen: dict[str, Seen] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    places: dict[str, set[str]] = field(default_factory=dict)
    secrets: dict[str, int] = field(default_factory=dict)
    asides: set[tuple[str, str]] = field(default_factory=set)
    awaited: set[str] = field(default_factory=set)
    seq: int = 0
    erasures: int = 0


_SQL = """
SELECT 's' AS tag, s.id AS a, s.hash AS b, s.kind AS c, s.form AS d, COALESCE(s.root, '') AS e, s.stamp AS n,
  CASE WHEN x.subject IS NULL THEN s.seq ELSE -s.seq END AS m
FROM submission AS s LEFT JOIN erasure AS x ON x.subject = s.subject WHERE {ids_s}
UNION ALL SELECT 'a', id, hash, kind, form, CASE WHEN outcome = 'held' THEN decision ELSE 'released' END, n, 0
FROM aside WHERE {ids}
UNION ALL SELECT 'x', subject, '', '', '', '', 0, 0 FROM erasure WHERE {subjects}
UNION ALL SELECT 'p', subject, place, '', '', '', 0, 0 FROM subject_place WHERE {subjects}
UNION ALL SELECT 'k', subject, '', '', '', '', secret, 0 FROM subject_key WHERE {subjects}
UNION ALL SELECT 'w', detail, '', '', '', '', 0, 0 FROM aside
  WHERE reason = 'target_awaited' AND decision = '' AND {details}
UNION ALL SELECT 'm', '', '', '', '', '',
  (SELECT COALESCE(MAX(seq), 0) FROM submission), (SELECT COALESCE(MAX(n), 0) FROM erasure)
"""


def spoken_of(log: Connection, ids: Iterable[str]) -> dict[str, set[str]]:
    """Whom these submissions speak of, as far as they are here."""
    condition, values = among(log, "s.id", ids)
    rows = log.rows(f"SELECT s.id, p.subject FROM submission AS s JOIN part AS p ON p.seq = s.seq WHERE {condition}", values)  # noqa: S608
    found: dict[str, set[str]] = {}
    for id, subject in rows:
        found.setdefault(id, set()).add(subject)
    return found


def ask(log: Connection, ids: Iterable[str], subjects: Collection[str]) -> Known:
    """Everything about these ids and subjects, inside the transaction that will append."""
    ids = list(ids)
    ids_s, by_id = among(log, "s.id", ids)
    ids_a, _ = among(log, "id", ids)
    of_subjects, by_subject = among(log, "subject", subjects)
    details, _ = among(log, "detail", ids)
    sql = _SQL.format(ids_s=ids_s, ids=ids_a, subjects=of_subjects, details=details)
    rows = log.rows(sql, [*by_id, *by_id, *by_subject, *by_subject, *by_subject, *by_id])
    known = Known()
    held: list[tuple[int, str, Seen]] = []
    for tag, a, b, c, d, e, n, m in rows:
        if tag == "s":
            known.seen[a] = Seen("" if m < 0 else b, c, d, n, "dark" if m < 0 else "accepted", e or None, abs(m))
        elif tag == "p":
            known.places.setdefault(a, set()).add(b)
        elif tag == "k":
            known.secrets[a] = n
        elif tag == "w":
            known.awaited.add(a)
        elif tag == "x":
            known.erased.add(a)
        elif tag == "a":
            known.asides.add((a, b))
            if e != "released":
                held.append((n, a, Seen(b, c, d, 0, "refused" if e == "refused" else "waiting")))
        else:
            known.seq, known.erasures = n, m
    for _, id, seen in sorted(held, key=lambda one: one[0]):
        known.seen.setdefault(id, seen)
    return known
