"""What a phone holds, in plain Python and plain SQLite: rows of a snapshot, bundles put in, and lists worked out by the pack.

The app does the same in TypeScript; this is the short way to ask whether what was sent is enough.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import apsw

from tests.sync.opened import Opened

Rows = list[tuple[Any, ...]]
OWNED = {"answer": "subject", "home": "subject", "attribute_write": "subject", "made": "subject", "opened": "subject",
         "conflict": "subject", "speaks_of": "subject", "alias": "canonical", "step_sent": "subject"}  # fmt: skip
"""Table -> the column that says whose rows they are."""
DERIVED = ("fact", "attribute", "subject", "relation", "step")


@dataclass
class Held:
    """tables: name -> rows, words in full; columns: name -> their names. raw: the bytes of the document, not packed."""

    meta: dict[str, str]
    columns: dict[str, list[str]]
    tables: dict[str, Rows]
    raw: bytes

    @property
    def cursor(self) -> str:
        return self.meta["cursor"]

    def of(self, table: str, *columns: str) -> Rows:
        """These columns of a table, in order."""
        places = [self.columns[table].index(column) for column in columns]
        return sorted((tuple(row[place] for place in places) for row in self.tables[table]), key=repr)


def open_snapshot(raw: bytes) -> Held:
    """Everything that a first pull holds as Python rows: what the app unpacks person by person, all at once."""
    opened = Opened(json.loads(raw))
    for table, rows in opened.listed.items():
        assert not set(rows) - set(opened.tables[table]), f"lists read other rows of {table} than she has"
    return Held(opened.meta, opened.columns, opened.tables, raw)


def held_by(record: Any, username: str) -> Held:
    """Everything that the snapshot of this worker would hold now, without a phone."""
    from doorstep.accounts import access
    from doorstep.accounts.models import Worker
    from doorstep.sync.holding import Holding
    from doorstep.sync.snapshot import snapshot

    who = access.viewer(Worker.objects.get(username=username))
    return open_snapshot(snapshot(record, Holding.of(who, record.rules.pack.programmes), "pack"))


class Register:
    """A phone's register: plain SQLite, the pack's tables and statements, nothing of the server's code."""

    def __init__(self, pack: Mapping[str, Any]) -> None:
        self.pack = pack
        self.db = apsw.Connection(":memory:")
        for statement in pack["ddl"]:
            self.db.execute(statement)
        self.db.execute("CREATE TABLE step_sent AS SELECT * FROM step")
        for name, columns, rows in pack["tables"]:
            listed = ", ".join(f'"{column}"' for column, _ in columns)
            self.db.execute(f'CREATE TABLE "{name}" ({listed})')
            self.db.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})', rows)

    def put(self, table: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
        columns = list(columns)
        listed = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        self.db.executemany(f"INSERT OR REPLACE INTO {table} ({listed}) VALUES ({marks})", rows)

    def fill(self, held: Held, derived: bool = True) -> Register:
        """Puts a snapshot in. derived: with the rows that it brings worked out."""
        known = {row[0] for row in self.db.execute("SELECT name FROM sqlite_master")}
        for table in known & held.tables.keys():
            if derived or table not in DERIVED:
                self.put(table, held.columns[table], held.tables[table])
        return self

    def take(self, pulled: Mapping[str, Any]) -> Register:
        """Puts the answer to a pull in, and works everybody in it out anew."""
        whom = [one["subject"] for one in pulled["bundles"]]
        for subject in [*pulled["forget"], *whom]:
            for table, column in OWNED.items():
                self.db.execute(f"DELETE FROM {table} WHERE {column} = ?", [subject])
            for table in DERIVED:
                self.db.execute(f"DELETE FROM {table} WHERE subject = ?", [subject])
            self.db.execute("DELETE FROM home WHERE subject = ?", [subject])
        for one in pulled["bundles"]:
            for table, rows in one["rows"].items():
                self.put(table, pulled["columns"][table], rows)
        self.db.execute("DELETE FROM sub WHERE submission NOT IN (SELECT submission FROM speaks_of)")
        self.work_out(whom)
        return self

    def work_out(self, subjects: Collection[str] | None = None) -> None:
        """Everybody, or these and whoever points at them; then what is not open goes."""
        homes = self.db.execute("SELECT * FROM home").fetchall()
        if subjects is None:
            for table in DERIVED:
                self.db.execute(f"DELETE FROM {table}")
            statements = [*self.pack["facts_all"], *(one for one in self.pack["steps_all"] if one["table"] != "home")]
            for one in statements:
                self.db.execute(f"INSERT INTO {one['table']} ({one['columns']}) {one['select']}")
        else:
            self._touched(subjects, self.pack["facts"])
            pointing = [
                row[0] for row in self.db.execute(
                    "SELECT DISTINCT f.subject FROM fact AS f JOIN relation_code AS c ON c.code = f.code "
                    "WHERE f.txt IN (SELECT value FROM json_each(?))", [json.dumps(list(subjects))],
                )
            ]  # fmt: skip
            self._touched({*subjects, *pointing}, self.pack["steps"])
        assert homes == self.db.execute("SELECT * FROM home").fetchall()
        self._close()

    def _touched(self, subjects: Collection[str], statements: Iterable[Mapping[str, Any]]) -> None:
        self.db.execute("DELETE FROM touched")
        self.db.executemany("INSERT INTO touched (subject) VALUES (?)", [(one,) for one in sorted(subjects)])
        chosen = [one for one in statements if one["table"] != "home"]
        for table in {one["table"] for one in chosen}:
            self.db.execute(f"DELETE FROM {table} WHERE subject IN (SELECT subject FROM touched)")
        for one in chosen:
            self.db.execute(f"INSERT INTO {one['table']} ({one['columns']}) {one['select']}")

    def _close(self) -> None:
        """Rows of what is not open to the worker there: half of the facts would make them wrong as well as forbidden."""
        of = {name: one["programme"] for name, one in self.pack["pathways"].items()}
        # What follows from somebody who is not here cannot be worked out here: it was sent as it is.
        self.db.execute("DELETE FROM step WHERE (subject, pathway) IN (SELECT subject, pathway FROM step_sent)")
        self.db.execute("INSERT INTO step SELECT * FROM step_sent")
        self.db.execute("CREATE TEMPORARY TABLE IF NOT EXISTS of_pathway (pathway TEXT, programme TEXT)")
        self.db.execute("DELETE FROM of_pathway")
        self.db.executemany("INSERT INTO of_pathway VALUES (?, ?)", of.items())
        self.db.execute(
            "DELETE FROM step WHERE NOT EXISTS (SELECT 1 FROM opened AS o JOIN of_pathway AS p ON p.programme = o.programme "
            "WHERE p.pathway = step.pathway AND o.subject = step.subject AND o.compartment = step.compartment)"
        )

    def rows(self, table: str) -> Rows:
        return sorted(self.db.execute(f"SELECT * FROM {table}").fetchall(), key=repr)

    def list_on(self, day: int, second: int) -> Rows:
        """The list of everybody here, as the pack's own statement reads it at a moment: all statuses, in any order."""
        self.db.execute("CREATE TEMPORARY TABLE IF NOT EXISTS asof (subject TEXT, t_day INTEGER, t_second INTEGER)")
        self.db.execute("DELETE FROM asof")
        self.db.execute("INSERT INTO asof SELECT subject, ?, ? FROM subject", [day, second])
        listed = ", ".join(LISTED)
        return self.db.execute(f"SELECT {listed} FROM ({self.pack['status']})").fetchall()


LISTED = (
    "subject", "episode", "pathway", "step", "n", "since", "until", "until_why", "rule", "clock", "opens", "due", "overdue",
    "closes", "done_on", "done_by", "waits_for", "urgency", "compartment", "status",
)  # fmt: skip

WORK = """
SELECT DISTINCT s.submission, s.form, COALESCE(a.canonical, o.subject) FROM sub AS s JOIN speaks_of AS o ON o.submission = s.submission
LEFT JOIN alias AS a ON a.subject = o.subject LEFT JOIN corrected AS c ON c.member = s.submission
WHERE s.author = ? AND s.made_day >= ? AND s.made_day <= ? AND (c.member IS NULL OR (c.leaf = 1 AND c.rank = 1))
"""


def month_on(phone: Register, author: str, first: int, last: int) -> dict[str, Any]:
    """A worker's month as her phone shows it: figures (name, subject, episode, yes), work (form, submission, subject), and reasons
    (reason, subject)."""
    figures = []
    for own in phone.pack["figures"]:
        judged = [
            {row[:3]: row[4] for row in phone.db.execute(own["sql"], (first, last, day)) if row[3] == 1} for day in (first - 1, last)
        ]
        for one in own["figures"]:
            needed = ", ".join("?" * len(one["compartments"]))
            opened = {
                row[0] for row in phone.db.execute(
                    f"SELECT subject FROM opened WHERE programme = ? AND compartment IN ({needed}) "
                    "GROUP BY subject HAVING COUNT(DISTINCT compartment) = ?",
                    (own["programme"], *one["compartments"], len(one["compartments"])),
                )
            }  # fmt: skip
            figures += [
                (*key, yes == 1) for key, yes in judged[1].items()
                if key[0] == one["name"] and key not in judged[0] and key[1] in opened
            ]  # fmt: skip
    work = phone.db.execute(WORK, (author, first, last)).fetchall()
    pairs = {(submission, subject) for submission, _, subject in work}
    reasons = phone.db.execute("SELECT submission, subject, txt FROM fact WHERE code = 'not_done_reason'").fetchall()
    return {
        "figures": sorted(figures), "work": sorted((form, submission, subject) for submission, form, subject in work),
        "reasons": sorted((why, subject) for submission, subject, why in reasons if (submission, subject) in pairs),
    }  # fmt: skip
