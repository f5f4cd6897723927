"""From the log to the register: read what is new, mark everybody whom it touches, work them out anew.

Three stages, safe to stop between: submissions to answers (marking), answers to facts, facts to steps; the last two are
`working`. `catch_up` runs them to the end; every read that needs the register calls it first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from doorstep.record.database import Connection, among, value
from doorstep.record.reading import Logged, Read, logged_rows, read_all
from doorstep.record.rules import Rules
from doorstep.record.shelf import Shelf
from doorstep.record.store import Store
from doorstep.record.touch import mark, refresh_aliases
from doorstep.record.working import DERIVED, Progress, _silent, all_if_few, work_out

READ_AT_ONCE = 500
"""Submissions read in one transaction."""
READ = ("sub", "answer", "attribute_write", "speaks_of", "made", "unread", "points_at")
"""Tables of what submissions say, each row under its submission."""


def catch_up(store: Store, shelf: Shelf, rules: Rules, progress: Progress = _silent) -> int:
    """Works the register up to the end of the log. Returns how many submissions were new."""
    with store.register.read() as register:
        found = standing(register)
    if found.right(rules):
        return 0
    if found.pack != rules.pack.rules:
        _adopt(store, rules)
    new = 0
    while True:
        with store.register.write() as register:
            count = _read_some(store, shelf, register)
            # What is new and little is worked out in the same transaction: whoever waits for it waits for one.
            done = None if count == READ_AT_ONCE else all_if_few(register, rules)
        new += count
        if count:
            progress("read", count)
        if count < READ_AT_ONCE:
            break
    if done is None:
        work_out(store, rules, progress)
    elif done:
        progress("worked out", done)
    if found.purged != found.erasures:
        _purge(store)
    return new


class Standing(NamedTuple):
    """How far a register is. pack: whose rules worked it out; folded, last: of the log; purged, erasures: counts."""

    pack: str
    folded: int
    last: int
    purged: int
    erasures: int
    waiting: bool

    def right(self, rules: Rules) -> bool:
        """Whether nothing is left to do."""
        told = self.folded == self.last and self.purged == self.erasures
        return told and not self.waiting and self.pack == rules.pack.rules


def standing(register: Connection) -> Standing:
    """How far this register is, asked in one statement: every read of a list begins with it."""
    words = ", ".join(f"(SELECT value FROM register_meta WHERE name = '{name}')" for name in ("pack", "folded", "purged"))
    pack, folded, purged, last, erasures, waiting = register.rows(
        f"SELECT {words}, (SELECT COALESCE(MAX(seq), 0) FROM submission), (SELECT COALESCE(MAX(n), 0) FROM erasure), "  # noqa: S608
        "EXISTS (SELECT 1 FROM dirty)"
    )[0]
    return Standing(pack or "", int(folded or 0), int(last), int(purged or 0), int(erasures), bool(waiting))


def _purge(store: Store) -> None:
    """After an erasure: what was removed must not be left in the files."""
    with store.register.read() as register:
        erasures = standing(register).erasures
    store.register.purge([*READ, *DERIVED], full=False)
    with store.register.write() as register:
        set_meta(register, "purged", str(erasures))


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


def _adopt(store: Store, rules: Rules) -> None:
    """A register that was worked out by another pack: the rules are put in, and everybody is worked out anew."""
    with store.register.write() as register:
        if meta(register, "pack") == rules.pack.rules:  # another process was quicker
            return
        rules.install(register)
        register.run("DELETE FROM dirty")
        register.run("INSERT INTO dirty (subject, stage) SELECT DISTINCT subject, 1 FROM speaks_of")
        set_meta(register, "pack", rules.pack.rules)


def _read_some(store: Store, shelf: Shelf, register: Connection) -> int:
    folded = int(meta(register, "folded", "0"))
    rows = logged_rows(register, "seq > ? AND seq <= ?", [folded, folded + READ_AT_ONCE])
    if rows:
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
    register.append(tables)


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
