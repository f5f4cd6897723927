"""Two records of one person: a merge is an edge, undoing it drops the edge, facts keep the subject they were told of.

For each pair the latest of merge and unmerge (by stamp, then id) decides; the canonical id is the smallest of the component.
"""

from __future__ import annotations

from collections.abc import Iterable

from doorstep.record.database import Connection

Edge = tuple[str, str, str, str, int]
"""(submission, kind, subject, other, stamp)."""


def live_pairs(edges: Iterable[Edge]) -> set[tuple[str, str]]:
    """Pairs (smaller, greater) that are one person now. The order in which the edges come does not matter."""
    latest: dict[tuple[str, str], tuple[int, str, str]] = {}
    for submission, kind, a, b, stamp in edges:
        if a == b:
            continue
        pair = (min(a, b), max(a, b))
        latest[pair] = max(latest.get(pair, (-1, "", "")), (stamp, submission, kind))
    return {pair for pair, (_, _, kind) in latest.items() if kind == "merge"}


def components(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Subject -> canonical subject (the smallest of its component), for everybody in some pair."""
    parent: dict[str, str] = {}

    def root(subject: str) -> str:
        while parent.setdefault(subject, subject) != subject:
            parent[subject] = parent[parent[subject]]
            subject = parent[subject]
        return subject

    for a, b in pairs:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return {subject: root(subject) for subject in parent}


def logged_edges(log: Connection) -> list[Edge]:
    """Every merge and unmerge in the log."""
    return [
        (id, kind, subject, other, stamp)
        for id, kind, subject, other, stamp in log.rows(
            "SELECT id, kind, subject, other, stamp FROM submission WHERE kind IN ('merge', 'unmerge') AND other IS NOT NULL"
        )
    ]


def component(log: Connection, subject: str, more: Iterable[Edge] = ()) -> set[str]:
    """The subject and every record merged with it. more: edges that are not in the log yet."""
    aliases = components(live_pairs([*logged_edges(log), *more]))
    canonical = aliases.get(subject, subject)
    return {subject} | {member for member, whose in aliases.items() if whose == canonical}
