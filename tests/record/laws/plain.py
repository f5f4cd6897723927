"""The laws of the fold a second time: slowly, in plain Python, sharing nothing with the SQL of the record.

Only the flattener is the record's own: it has tests of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doorstep.content.flatten import flatten
from doorstep.record.vault import unseal_word
from tests.record.world import World


@dataclass(frozen=True)
class Admitted:
    """A row of the log with the body as it was sent."""

    id: str
    kind: str
    form: str
    subject: str
    replaces: str | None
    stamp: int
    root: str | None
    body: Mapping[str, Any]


def admitted(world: World, bodies: Iterable[Mapping[str, Any]]) -> list[Admitted]:
    """What admission let in, with its decision. bodies: everything that was sent, first ones first."""
    sent: dict[str, Mapping[str, Any]] = {}
    for body in bodies:
        sent.setdefault(body["id"], body)
    return [
        Admitted(*row, sent[row[0]])
        for row in world.rows("submission", "id, kind, form, subject, replaces, stamp, root")
    ]


def erased_of(rows: Sequence[Admitted], order: Sequence[str]) -> set[str]:
    """Everybody who was erased: the named, and all records merged with them at that moment. order: ids as they came in."""
    by_id = {row.id: row for row in rows}
    found: set[str] = set()
    for n, id in enumerate(order):
        if by_id[id].kind == "erase":
            so_far = canonical_of([by_id[other] for other in order[: n + 1]])
            whose = so_far.get(by_id[id].subject, by_id[id].subject)
            found |= {by_id[id].subject} | {subject for subject, one in so_far.items() if one == whose}
    return found


def canonical_of(rows: Iterable[Admitted]) -> dict[str, str]:
    """Who is whom: the smallest id of everybody whom live merges connect."""
    latest: dict[frozenset[str], Admitted] = {}
    for row in rows:
        other = (row.body.get("answers") or {}).get("other")
        if row.kind in ("merge", "unmerge") and other and other != row.subject:
            pair = frozenset((row.subject, other))
            if pair not in latest or (latest[pair].stamp, latest[pair].id) < (row.stamp, row.id):
                latest[pair] = row
    groups: list[set[str]] = []
    for pair, row in latest.items():
        if row.kind == "merge":
            touching = [group for group in groups if group & pair]
            groups = [group for group in groups if not group & pair] + [set(pair).union(*touching)]
    return {subject: min(group) for group in groups for subject in group}


def live_of(rows: Sequence[Admitted]) -> tuple[set[str], set[str]]:
    """(ids of the data and corrections that count, ids of corrections that lost against another one)."""
    by_id = {row.id: row for row in rows if row.kind in ("data", "correction")}
    target: dict[str, str] = {}
    for row in by_id.values():
        named = by_id.get(row.replaces or "") if row.kind == "correction" else None
        if named is not None and named.form == row.form and (named.stamp, named.id) < (row.stamp, row.id):
            target[row.id] = named.id
    trees: dict[str, list[str]] = {}
    for id in by_id:
        root = id
        while root in target:
            root = target[root]
        trees.setdefault(root, []).append(id)
    live, lost = set(), set()
    for members in trees.values():
        leaves = sorted((by_id[id].stamp, id) for id in members if id not in target.values())
        live.add(leaves[-1][1])
        lost |= {id for _, id in leaves[:-1]}
    return live, lost


def facts_of(world: World, rows: Sequence[Admitted], order: Sequence[str]) -> list[tuple[Any, ...]]:
    """(subject, code, day, num, txt, row, submission) of everything that is said and counts. Words as they were typed."""
    live, _ = live_of(rows)
    alias, erased = canonical_of(rows), erased_of(rows, order)
    dictionary = world.record.shelf.current.dictionary
    found = []
    for row in rows:
        if row.id not in live:
            continue
        form = world.record.shelf.form(row.form)
        assert form is not None
        for answer in flatten(form.form, dictionary, {**row.body, "root": row.root}).answers:
            if answer.subject in erased:
                continue
            txt = answer.txt
            if dictionary[answer.code].kind == "subject":
                txt = alias.get(txt or "", txt)
            subject = alias.get(answer.subject, answer.subject)
            found.append((subject, answer.code, answer.day, answer.num, txt, answer.row, row.id))
    return sorted(found, key=repr)


def facts_in(world: World) -> list[tuple[Any, ...]]:
    """The same of the register, its words unsealed."""
    dictionary = world.record.shelf.current.dictionary
    alias = dict(world.rows("alias", "subject, canonical"))
    spoken: dict[tuple[str, str, str], str] = {
        (submission, code, row): subject for submission, subject, code, row in world.rows("answer", 'submission, subject, code, "row"')
    }
    found = []
    for subject, code, day, num, txt, row, submission in world.rows("fact", 'subject, code, day, num, txt, "row", submission'):
        if dictionary[code].kind == "text" and code != "residence" and txt is not None:
            txt = unsealed(world, spoken[submission, code, row], code, txt)
        found.append((subject, code, day, num, txt, row, submission))
        assert subject == alias.get(subject, subject)
    return sorted(found, key=repr)


def unsealed(world: World, subject: str, label: str, word: str) -> str:
    with world.store.log.read() as log:
        return unseal_word(world.store.vault.get(log, [subject])[subject], label, word)


@dataclass(frozen=True)
class Write:
    """One changed attribute, by whom it was written of."""

    who: str
    name: str
    value: str
    submission: str
    of: str
    stamp: int
    base: str | None
    says: bool


def writes_of(world: World, rows: Sequence[Admitted], order: Sequence[str]) -> list[Write]:
    """Every live write of an attribute."""
    live, _ = live_of(rows)
    alias, erased = canonical_of(rows), erased_of(rows, order)
    found = []
    for row in rows:
        if row.id not in live:
            continue
        form = world.record.shelf.form(row.form)
        assert form is not None
        told = {**row.body, "root": row.root}
        base = row.body.get("base") or {}
        last = {(one.subject, one.name): one.value for one in flatten(form.form, world.record.shelf.current.dictionary, told).attributes}
        for (subject, name), value in last.items():
            if subject not in erased:
                says = subject == row.subject and name in base
                found.append(Write(alias.get(subject, subject), name, value, row.id, subject, row.stamp,
                                   base.get(name) if says else None, says))  # fmt: skip
    return found


def heads_of(writes: Sequence[Write]) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """(subject, attribute) -> heads (value, submission, written of), the one that is shown last."""
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for own in sorted(writes, key=lambda write: (write.stamp, write.submission, write.of)):
        later = [
            write for write in writes
            if (write.who, write.name) == (own.who, own.name)
            and (write.stamp, write.submission, write.of) > (own.stamp, own.submission, own.of)
        ]  # fmt: skip
        if not any(not write.says or write.base == own.submission for write in later):
            found.setdefault((own.who, own.name), []).append((own.value, own.submission, own.of))
    return found


def heads_in(world: World) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """The same of the register."""
    rows = world.rows("attribute", "subject, name, shown, value, submission, written_of")
    stamps = dict(world.rows("sub", "submission, stamp"))
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for subject, name, shown, value, submission, of in rows:
        plain = unsealed(world, of, f"attribute {name}", value)
        found.setdefault((subject, name), []).append((shown, stamps[submission], submission, of, plain))
    assert all(sum(head[0] for head in heads) == 1 for heads in found.values()), "exactly one head is shown"
    return {
        key: [(plain, submission, of) for _, _, submission, of, plain in sorted(heads)] for key, heads in found.items()
    }


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
