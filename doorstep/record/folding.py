"""From the log to the register: read what is new, mark everybody whom it touches, work them out anew.

Three stages, each in transactions of their own and safe to stop between: submissions to answers (marking), answers to
facts, facts to steps. `catch_up` runs them to the end; every read that needs the register calls it first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from doorstep.record.database import Connection, among, value
from doorstep.record.reading import Logged, Read, logged_rows, read_all
from doorstep.record.rules import Rules
from doorstep.record.shelf import Shelf
from doorstep.record.statement import Statement
from doorstep.record.store import Store
from doorstep.record.touch import mark, refresh_aliases

READ_AT_ONCE = 500
"""Submissions read in one transaction."""
SUBJECTS_AT_ONCE = 500
"""Subjects worked out in one transaction."""
SHARE_FOR_ALL = 0.25
"""From this share of everybody on, one statement over all is faster than one over the touched."""
FEW = 2000
"""Below this many there is nothing to gain by working out everybody."""
Progress = Callable[[str, int], None]
READ = ("sub", "answer", "attribute_write", "speaks_of", "made", "unread", "points_at")
"""Tables of what submissions say, each row under its submission."""
DERIVED = ("fact", "attribute", "subject", "relation", "home", "step")


def _silent(what: str, count: int) -> None:
    return None


def catch_up(store: Store, shelf: Shelf, rules: Rules, progress: Progress = _silent) -> int:
    """Works the register up to the end of the log. Returns how many submissions were new."""
    _adopt(store, shelf, rules)
    new = 0
    while count := _read_some(store, shelf):
        new += count
        progress("read", count)
    work_out(store, rules, progress)
    _purge(store)
    return new


def _purge(store: Store) -> None:
    """After an erasure: what was removed must not be left in the files."""
    with store.register.read() as register:
        erasures = str(value(register, "SELECT COALESCE(MAX(n), 0) FROM erasure"))
        if meta(register, "purged", "0") == erasures:
            return
    store.register.purge([*READ, *DERIVED], full=False)
    with store.register.write() as register:
        set_meta(register, "purged", erasures)


def pending(store: Store) -> int:
    """Submissions that are in the log and not yet in the register."""
    with store.register.read() as register:
        folded = int(meta(register, "folded", "0"))
        return int(value(register, "SELECT COALESCE(MAX(seq), 0) FROM submission")) - folded


def meta(register: Connection, name: str, default: str = "") -> str:
    """A word that the register remembers about itself."""
    found = value(register, "SELECT value FROM register_meta WHERE name = ?", [name])
    return default if found is None else str(found)


def set_meta(register: Connection, name: str, to: str) -> None:
    """Remembers a word."""
    register.run(
        "INSERT INTO register_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, to],
    )


def _adopt(store: Store, shelf: Shelf, rules: Rules) -> None:
    """A register that was worked out by another pack: the rules are put in, and everybody is worked out anew."""
    with store.register.read() as register:
        if meta(register, "pack") == rules.pack.hash:
            return
    with store.register.write() as register:
        rules.install(register)
        register.run("DELETE FROM dirty")
        register.run("INSERT INTO dirty (subject, stage) SELECT DISTINCT subject, 1 FROM speaks_of")
        set_meta(register, "pack", rules.pack.hash)


def _read_some(store: Store, shelf: Shelf) -> int:
    with store.register.write() as register:
        folded = int(meta(register, "folded", "0"))
        rows = logged_rows(register, "seq > ? AND seq <= ?", [folded, folded + READ_AT_ONCE])
        if not rows:
            return 0
        take_in(store, shelf, register, rows)
        set_meta(register, "folded", str(rows[-1].seq))
        return len(rows)


def take_in(store: Store, shelf: Shelf, register: Connection, rows: Sequence[Logged]) -> None:
    """Puts what these submissions say into the register's own terms, and marks everybody whom they touch."""
    erased = _erased(register, [row.id for row in rows if row.kind == "erase"])
    again, raw = _take_back(register, erased)
    read = read_all(register, store.vault, [*rows, *again], shelf)
    _write(register, read)
    raw |= {subject for one in read for subject in _spoken(one)} | erased
    if any(row.kind in ("merge", "unmerge") for row in rows):
        raw |= refresh_aliases(register)
    mark(register, raw, [row for row in rows if row.kind in ("data", "correction")])


def _spoken(one: Read) -> set[str]:
    found = {one.logged.subject} | {answer.subject for answer in one.answers}
    return found | {attribute.subject for attribute in one.attributes} | {subject for subject, _ in one.made}


def _write(register: Connection, read: Sequence[Read]) -> None:
    tables: tuple[tuple[str, tuple[str, ...], list[tuple[object, ...]]], ...] = (
        ("sub", ("submission", "kind", "form", "subject", "replaces", "stamp", "known_day", "made_day", "place", "author"), [
            (row.id, row.kind, row.form, row.subject, row.replaces, row.stamp, row.known_day, row.made_day, row.place, row.author)
            for row in (one.logged for one in read)
        ]),
        ("answer", (
            "submission", "subject", "code", "day", "day_last", "at", "ts", "precision", "num", "txt", "how", "row",
        ), [tuple(answer) for one in read for answer in one.answers]),
        ("attribute_write", ("submission", "subject", "name", "value", "base", "has_base"), [
            (a.submission, a.subject, a.name, a.value, a.base, int(a.has_base)) for one in read for a in one.attributes
        ]),
        ("speaks_of", ("submission", "subject"), [
            (one.logged.id, subject) for one in read if one.logged.kind in ("data", "correction") for subject in _spoken(one)
        ]),
        ("made", ("subject", "submission", "kind"), [
            (subject, one.logged.id, kind) for one in read for subject, kind in dict(one.made).items()
        ]),
        ("unread", ("submission", "n", "problem"), [
            (one.logged.id, n, problem) for one in read for n, problem in enumerate(one.problems)
        ]),
        ("merge_edge", ("submission", "kind", "a", "b", "stamp"), [
            (row.id, row.kind, row.subject, row.other, row.stamp)
            for row in (one.logged for one in read) if row.kind in ("merge", "unmerge") and row.other
        ]),
        ("points_at", ("target", "subject", "submission"), [
            (target, subject, one.logged.id) for one in read for subject, target in dict.fromkeys(one.links)
        ]),
    )  # fmt: skip
    for table, columns, rows in tables:
        if rows:
            register.insert(table, columns, rows)


def _erased(register: Connection, submissions: Sequence[str]) -> set[str]:
    if not submissions:
        return set()
    condition, values = among(register, "submission", submissions)
    return {row[0] for row in register.rows(f"SELECT subject FROM erasure WHERE {condition}", values)}  # noqa: S608


def _take_back(register: Connection, erased: Collection[str]) -> tuple[list[Logged], set[str]]:
    """Everything that was read of submissions that speak of erased people goes: they are read again, as far as they still can.

    Returns those submissions, and all whom they spoke of.
    """
    if not erased:
        return [], set()
    condition, values = among(register, "subject", erased)
    for table in DERIVED:
        register.run(f"DELETE FROM {table} WHERE {condition}", values)  # noqa: S608
    spoke = [row[0] for row in register.rows(f"SELECT submission FROM speaks_of WHERE {condition}", values)]  # noqa: S608
    condition, values = among(register, "submission", spoke)
    raw = {row[0] for row in register.rows(f"SELECT subject FROM speaks_of WHERE {condition}", values)}  # noqa: S608
    for table in READ:
        register.run(f"DELETE FROM {table} WHERE {condition}", values)  # noqa: S608
    condition, values = among(register, "id", spoke)
    return logged_rows(register, condition, values), raw


def work_out(store: Store, rules: Rules, progress: Progress) -> None:
    """Stages 2 and 3 for everybody who is marked."""
    while True:
        with store.register.write() as register:
            waiting = int(value(register, "SELECT COUNT(*) FROM dirty"))
            if waiting == 0:
                return
            if waiting > FEW and waiting > SHARE_FOR_ALL * int(value(register, "SELECT COUNT(DISTINCT subject) FROM speaks_of")):
                done = _everybody(register, rules)
            else:
                done = _some(register, rules, waiting)
        progress("worked out", done)


def _everybody(register: Connection, rules: Rules) -> int:
    count = int(value(register, "SELECT COUNT(*) FROM dirty"))
    for table in DERIVED:
        register.run(f"DELETE FROM {table}")  # noqa: S608
    for statement in (*rules.of_all[0], *rules.of_all[1]):
        statement.run(register)
    register.run("DELETE FROM dirty")
    return count


def _some(register: Connection, rules: Rules, waiting: int) -> int:
    """Facts of some; or, when nobody waits for facts, steps of some. Both at once when they are few."""
    at_facts = [row[0] for row in register.rows(
        "SELECT subject FROM dirty WHERE stage = 1 ORDER BY subject LIMIT ?", [SUBJECTS_AT_ONCE]
    )]  # fmt: skip
    if at_facts:
        _replace(register, at_facts, rules.of_touched[0])
        condition, values = among(register, "subject", at_facts)
        register.run(f"UPDATE dirty SET stage = 2 WHERE {condition}", values)  # noqa: S608
        if waiting > len(at_facts):
            return 0
    at_steps = [row[0] for row in register.rows("SELECT subject FROM dirty ORDER BY subject LIMIT ?", [SUBJECTS_AT_ONCE])]
    _replace(register, at_steps, rules.of_touched[1])
    condition, values = among(register, "subject", at_steps)
    register.run(f"DELETE FROM dirty WHERE {condition}", values)  # noqa: S608
    return len(at_steps)


def _replace(register: Connection, subjects: Sequence[str], statements: Sequence[Statement]) -> None:
    """Replaces the rows of these subjects (and of those they are merged into) in the tables that the statements fill."""
    condition, values = among(register, "subject", subjects)
    aliases: dict[str, str] = dict(register.rows(f"SELECT subject, canonical FROM alias WHERE {condition}", values))  # noqa: S608
    canonical = {aliases.get(subject, subject) for subject in subjects}
    condition, values = among(register, "subject", canonical.union(subjects))
    for table in dict.fromkeys(statement.table for statement in statements):
        register.run(f"DELETE FROM {table} WHERE {condition}", values)  # noqa: S608
    register.run("DELETE FROM touched")
    register.insert("touched", ("subject",), [(subject,) for subject in sorted(canonical)])
    for statement in statements:
        statement.run(register)
