"""Whom a submission touches: a closure. Its own subjects; those of what it corrects, of the other corrections of that and
of what corrects it; whole components of merged persons; and whoever has a relation to one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from doorstep.record.database import Connection, among
from doorstep.record.merges import components, live_pairs
from doorstep.record.reading import Logged
from doorstep.record.statement import Statement


def mark(register: Connection, raw: Iterable[str], rows: Sequence[Logged]) -> set[str]:
    """Marks the closure of these subjects and submissions as waiting to be worked out anew, and returns it."""
    found = set(raw) | _of_corrections(register, rows)
    found = members(register, found)
    pointing = _pointing_at(register, found) - found
    if pointing:
        found = members(register, found | pointing)
    register.many(
        "INSERT INTO dirty (subject, stage) VALUES (?, 1) ON CONFLICT (subject) DO UPDATE SET stage = 1",
        [(subject,) for subject in sorted(found)],
    )
    return found


def _of_corrections(register: Connection, rows: Sequence[Logged]) -> set[str]:
    """Works the trees of corrections that these submissions belong to out anew; returns all subjects they speak of."""
    tree = {row.id for row in rows if row.kind == "correction"}
    condition, values = among(register, "replaces", [row.id for row in rows])
    tree |= {row[0] for row in register.rows(f"SELECT submission FROM sub WHERE {condition}", values)}  # noqa: S608
    if not tree:
        return set()
    fresh = set(tree)
    while fresh:
        up, up_values = among(register, "submission", fresh)
        down, down_values = among(register, "replaces", fresh)
        near = register.rows(
            f"SELECT replaces FROM sub WHERE {up} AND replaces IS NOT NULL UNION SELECT submission FROM sub WHERE {down}",  # noqa: S608
            [*up_values, *down_values],
        )
        fresh = {row[0] for row in near} - tree
        tree |= fresh
    _rank(register, tree)
    condition, values = among(register, "submission", tree)
    return {row[0] for row in register.rows(f"SELECT DISTINCT subject FROM speaks_of WHERE {condition}", values)}  # noqa: S608


def _rank(register: Connection, tree: set[str]) -> None:
    """Which of these corrections are in force. `tree` is whole: nothing outside corrects or is corrected by what is inside."""
    condition, values = among(register, "submission", tree)
    register.run("DELETE FROM tree_sub")
    register.run(
        "INSERT INTO tree_sub (submission, kind, form, subject, replaces, stamp) "
        f"SELECT submission, kind, form, subject, replaces, stamp FROM sub WHERE {condition}", values,  # noqa: S608
    )  # fmt: skip
    condition, values = among(register, "member", tree)
    register.run(f"DELETE FROM corrected WHERE {condition}", values)  # noqa: S608
    _trees(register.dialect).run(register)


@cache
def _trees(dialect: str) -> Statement:
    from doorstep.pathways.fold import correction_trees_sql  # loads what writes SQL: only when something was corrected

    return Statement("corrected", "root, member, stamp, leaf, rank", correction_trees_sql(dialect, "tree_sub"))


def members(register: Connection, subjects: set[str]) -> set[str]:
    """These subjects and all records merged with them, canonical ones included."""
    condition, values = among(register, "subject", subjects)
    canonical = {row[0] for row in register.rows(f"SELECT canonical FROM alias WHERE {condition}", values)}  # noqa: S608
    if not canonical:
        return subjects
    condition, values = among(register, "canonical", canonical)
    return subjects | canonical | {
        row[0] for row in register.rows(f"SELECT subject FROM alias WHERE {condition}", values)  # noqa: S608
    }


def _pointing_at(register: Connection, subjects: set[str]) -> set[str]:
    condition, values = among(register, "target", subjects)
    return {row[0] for row in register.rows(f"SELECT DISTINCT subject FROM points_at WHERE {condition}", values)}  # noqa: S608


def refresh_aliases(register: Connection) -> set[str]:
    """Works the components of merged persons out anew; returns everybody whose component changed, before or after."""
    before: dict[str, str] = dict(register.rows("SELECT subject, canonical FROM alias"))
    edges = register.rows("SELECT submission, kind, a, b, stamp FROM merge_edge")
    after = components(live_pairs((s, kind, a, b, stamp) for s, kind, a, b, stamp in edges))
    changed = {subject for subject in before.keys() | after.keys() if before.get(subject) != after.get(subject)}
    if not changed:
        return set()
    condition, values = among(register, "subject", changed)
    register.run(f"DELETE FROM alias WHERE {condition}", values)  # noqa: S608
    fresh = [(subject, after[subject]) for subject in sorted(changed) if subject in after]
    register.insert("alias", ("subject", "canonical"), fresh)
    heads = {one.get(subject) for subject in changed for one in (before, after)} - {None}
    whole = {subject for one in (before, after) for subject, canonical in one.items() if canonical in heads}
    return changed | whole | {head for head in heads if head}
