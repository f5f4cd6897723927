"""Answers to facts, facts to steps, for whoever is marked in `dirty`: over those alone, or over everybody when they are many.

Of the statements for some people, those run that can give a row of one of them (`needs`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from doorstep.record.changes import number
from doorstep.record.database import Connection, among, value
from doorstep.record.rules import Rules
from doorstep.record.statement import Statement
from doorstep.record.store import Store

SUBJECTS_AT_ONCE = 500
"""Subjects worked out in one transaction."""
SHARE_FOR_ALL = 0.25
"""From this share of everybody on, one statement over all is faster than one over the touched."""
FEW = 2000
"""Below this many there is nothing to gain by working out everybody."""
DERIVED = ("fact", "attribute", "subject", "relation", "home", "step")
Progress = Callable[[str, int], None]


def _silent(what: str, count: int) -> None:
    return None


def work_out(store: Store, rules: Rules, progress: Progress) -> None:
    """Facts and steps of everybody who waits, in as many transactions as it takes."""
    while True:
        with store.register.write() as register:
            waiting = int(value(register, "SELECT COUNT(*) FROM dirty"))
            if waiting == 0:
                return
            if waiting > FEW and waiting > SHARE_FOR_ALL * int(value(register, "SELECT COUNT(DISTINCT subject) FROM speaks_of")):
                done = _everybody(register, rules)
            else:
                done = _some(register, rules)
        progress("worked out", done)


def all_if_few(register: Connection, rules: Rules) -> int | None:
    """Facts and steps of everybody who waits, inside the transaction that is open; how many. None: they are too many for it."""
    waiting = register.rows("SELECT subject, stage FROM dirty ORDER BY subject LIMIT ?", [SUBJECTS_AT_ONCE + 1])
    if len(waiting) > SUBJECTS_AT_ONCE:
        return None
    everybody = [subject for subject, _ in waiting]
    at_facts = [subject for subject, stage in waiting if stage == 1]
    touched = _touch(register, at_facts) if at_facts else []
    if at_facts:
        _replace(register, touched, rules.of_touched[0])
    if everybody != at_facts:
        touched = _touch(register, everybody)
    if everybody:
        _replace(register, touched, rules.of_touched[1])
        number(register, touched)
        _waits_no_more(register, everybody)
    return len(everybody)


def _everybody(register: Connection, rules: Rules) -> int:
    count = int(value(register, "SELECT COUNT(*) FROM dirty"))
    for table in DERIVED:
        register.run(f"DELETE FROM {table}")  # noqa: S608
    for statement in (*rules.of_all[0], *rules.of_all[1]):
        statement.run(register)
    number(register, (row[0] for row in register.rows("SELECT subject FROM dirty UNION SELECT canonical FROM alias")))
    register.run("DELETE FROM dirty")
    return count


def _some(register: Connection, rules: Rules) -> int:
    """Facts of some; or, when nobody waits for facts, steps of some: steps read the facts of others too."""
    first = "SELECT subject FROM dirty WHERE stage = 1 ORDER BY subject LIMIT ?"
    at_facts = [row[0] for row in register.rows(first, [SUBJECTS_AT_ONCE])]
    if at_facts:
        _replace(register, _touch(register, at_facts), rules.of_touched[0])
        condition, values = among(register, "subject", at_facts)
        register.run(f"UPDATE dirty SET stage = 2 WHERE {condition}", values)  # noqa: S608
        return 0
    at_steps = [row[0] for row in register.rows("SELECT subject FROM dirty ORDER BY subject LIMIT ?", [SUBJECTS_AT_ONCE])]
    touched = _touch(register, at_steps)
    _replace(register, touched, rules.of_touched[1])
    number(register, touched)
    _waits_no_more(register, at_steps)
    return len(at_steps)


def _waits_no_more(register: Connection, subjects: Sequence[str]) -> None:
    condition, values = among(register, "subject", subjects)
    register.run(f"DELETE FROM dirty WHERE {condition}", values)  # noqa: S608


def _touch(register: Connection, subjects: Sequence[str]) -> list[str]:
    """Puts the canonical ones of these subjects into `touched`; returns them and the subjects themselves."""
    condition, values = among(register, "subject", subjects)
    aliases: dict[str, str] = dict(register.rows(f"SELECT subject, canonical FROM alias WHERE {condition}", values))  # noqa: S608
    canonical = {aliases.get(subject, subject) for subject in subjects}
    register.run("DELETE FROM touched")
    register.insert("touched", ("subject",), [(subject,) for subject in sorted(canonical)])
    return sorted(canonical.union(subjects))


def _replace(register: Connection, subjects: Sequence[str], statements: Sequence[Statement]) -> None:
    """Replaces the rows of these subjects in the tables that the statements fill, by those of whom `touched` holds."""
    register.clear(list(dict.fromkeys(statement.table for statement in statements)), subjects)
    codes = _codes(register) if any(statement.needs for statement in statements) else {}
    for statement in statements:
        if statement.needs is None or statement.needs.met(codes):
            statement.run(register)


def _codes(register: Connection) -> dict[str, set[str]]:
    """Which codes the touched have facts of, by kind of episode ('' for those of the person)."""
    found: dict[str, set[str]] = {}
    rows = register.rows("SELECT DISTINCT f.episode, f.code FROM touched AS t JOIN fact AS f ON f.subject = t.subject")
    for episode, code in rows:
        found.setdefault(episode.partition(":")[0], set()).add(code)
    return found
