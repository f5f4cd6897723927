"""One person's story: the facts, who sent them when, where she lives, who belongs to her. Only what a scope opens."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from doorstep.record import people
from doorstep.record.database import Connection, among, value
from doorstep.record.people import Attribute
from doorstep.record.reading import PLACE_CODE, PLACES
from doorstep.record.record import Record
from doorstep.record.scope import Scope
from doorstep.record.vault import Key, unseal_word


@dataclass(frozen=True)
class Told:
    """A fact, as `doorstep.record.schema` keeps it; words are unsealed. txt None and num None: erased, or not readable."""

    episode: str
    code: str
    day: int
    day_last: int
    at: int | None
    ts: int
    precision: str
    num: float | None
    txt: str | None
    how: str
    row: str
    submission: str


@dataclass(frozen=True)
class Sent:
    """A submission that spoke of her. replaced: a later correction stands in its place. Days since 1970-01-01."""

    submission: str
    kind: str
    form: str
    author: str
    place: str
    made_day: int
    known_day: int
    stamp: int
    replaces: str | None
    replaced: bool


@dataclass(frozen=True)
class Home:
    """Where she lived, as it was told (a code or an id), from a day to before a day."""

    place: str
    told_on: int
    valid_from: int
    valid_to: int


@dataclass(frozen=True)
class Story:
    """Everything that may be shown of one person. belongs_to, others: (relation, subject), hers and those towards her."""

    subject: str
    kind: str
    facts: list[Told]
    sent: list[Sent]
    attributes: list[Attribute]
    homes: list[Home]
    belongs_to: list[tuple[str, str]]
    others: list[tuple[str, str]]


def canonical(record: Record, subject: str) -> str:
    """The record that this one was merged into; itself when it was not."""
    with record.store.register.read() as register:
        return str(value(register, "SELECT canonical FROM alias WHERE subject = ?", [subject]) or subject)


def story(record: Record, subject: str, roles: frozenset[str], scope: Scope) -> Story:
    """The story of a canonical subject. The caller has found that she may be seen, by these roles."""
    record.catch_up()
    programmes = list(record.rules.pack.programmes.values())
    words = {code for one in programmes for code, row in one.dictionary.items() if row.kind == "text"}
    with record.store.register.read() as register:
        members = [subject, *(row[0] for row in register.rows("SELECT subject FROM alias WHERE canonical = ?", [subject]))]
        kind = value(register, "SELECT kind FROM subject WHERE subject = ?", [subject])
        rows = register.rows(
            'SELECT episode, code, day, day_last, at, ts, precision, num, txt, how, "row", submission FROM fact '
            "WHERE subject = ? ORDER BY ts, submission, code, \"row\"", [subject],
        )  # fmt: skip
        sent = _sent(register, members)
        homes = register.rows(
            "SELECT place, told_on, valid_from, valid_to FROM home WHERE subject = ? ORDER BY valid_from", [subject]
        )
        belongs_to = register.rows("SELECT DISTINCT name, target FROM relation WHERE subject = ? ORDER BY 1, 2", [subject])
        others = register.rows("SELECT DISTINCT name, subject FROM relation WHERE target = ? ORDER BY 1, 2", [subject])
    with record.store.log.read() as log:
        keys = record.store.vault.get(log, members)
    facts = [Told(*row) for row in rows if people.opened(programmes, scope, roles, row[1])]
    return Story(
        subject, str(kind or ""), [_readable(one, words, keys.values()) for one in facts], sent,
        people.attributes(record, {subject: roles}, scope).get(subject, []), [Home(*row) for row in homes],
        [(name, target) for name, target in belongs_to], [(name, other) for name, other in others],
    )  # fmt: skip


def _sent(register: Connection, members: Collection[str]) -> list[Sent]:
    condition, values = among(register, "o.subject", members)
    rows = register.rows(
        "SELECT DISTINCT s.submission, s.kind, s.form, s.author, s.place, s.made_day, s.known_day, s.stamp, s.replaces, "
        "CASE WHEN c.member IS NOT NULL AND NOT (c.leaf = 1 AND c.rank = 1) THEN 1 ELSE 0 END "
        "FROM speaks_of AS o JOIN sub AS s ON s.submission = o.submission "
        f"LEFT JOIN corrected AS c ON c.member = s.submission WHERE {condition} ORDER BY s.stamp, s.submission",
        values,
    )
    return [Sent(*row[:9], bool(row[9])) for row in rows]


def _readable(fact: Told, words: Collection[str], keys: Iterable[Key]) -> Told:
    """The fact with its word unsealed; it is sealed under the key of whichever merged record it was told of."""
    if fact.txt is None or fact.code not in words or (fact.code in PLACES and PLACE_CODE.fullmatch(fact.txt)):
        return fact
    for key in keys:
        try:
            return _with_text(fact, unseal_word(key, fact.code, fact.txt))
        except ValueError:
            continue
    return _with_text(fact, None)


def _with_text(fact: Told, text: str | None) -> Told:
    return Told(*(text if name == "txt" else getattr(fact, name) for name in Told.__dataclass_fields__))

