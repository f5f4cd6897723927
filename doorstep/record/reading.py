"""The log read back: parts unsealed, joined, and flattened with the form of the pack they were admitted with.

Words (free text, attributes) leave here sealed again under their subject's key: no table of the register holds one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from doorstep.content.flatten import AnswerRow, Flat, flatten
from doorstep.content.model import Code, Form
from doorstep.record.database import Connection, among
from doorstep.record.shelf import Shelf
from doorstep.record.split import join
from doorstep.record.vault import Key, Vault, seal_word, unseal

PLACES = ("residence",)
"""Texts that hold the code of a place: lists find people by them, so they are not sealed where they look like one."""
PLACE_CODE = re.compile(r"[A-Z]{2}(-[A-Za-z0-9@._-]{1,40})?")

LOGGED = (
    "seq", "id", "kind", "form", "version", "pack", "subject", "place", "author", "device", "made_at", "made_day", "zone",
    "stamp", "received_at", "admitted_at", "replaces", "root", "other",
)  # fmt: skip


class Logged(NamedTuple):
    """One row of the log. Times in milliseconds UTC, `zone` in minutes, `stamp` in microseconds."""

    seq: int
    id: str
    kind: str
    form: str
    version: str
    pack: str
    subject: str
    place: str
    author: str
    device: str
    made_at: str
    made_day: int
    zone: int
    stamp: int
    received_at: int
    admitted_at: int
    replaces: str | None
    root: str | None
    other: str | None

    @property
    def known_day(self) -> int:
        """The civil day, where it happened, on which it could be known."""
        return (self.admitted_at + self.zone * 60_000) // 86_400_000


@dataclass(frozen=True)
class AttributeWrite:
    """A changed attribute. value: sealed JSON. base: what its author saw; has_base: whether the author said."""

    submission: str
    subject: str
    name: str
    value: str
    base: str | None
    has_base: bool


@dataclass(frozen=True)
class Read:
    """What one submission says. problems: answers that did not fit, named; None of it was dropped from the log."""

    logged: Logged
    answers: Sequence[AnswerRow]
    attributes: Sequence[AttributeWrite]
    made: Sequence[tuple[str, str]]
    """(subject, kind) that it makes or updates."""
    links: Sequence[tuple[str, str]]
    """(subject, target) of its relations."""
    problems: Sequence[str]


def logged_rows(log: Connection, where: str, values: Sequence[Any]) -> list[Logged]:
    """Rows of the log in the order of admission."""
    sql = f"SELECT {', '.join(LOGGED)} FROM submission WHERE {where} ORDER BY seq"  # noqa: S608 - our own words
    return [Logged(*row) for row in log.rows(sql, values)]


Parts = dict[int, tuple[str, bytes]]
"""n -> (subject, sealed)."""


def _parts(log: Connection, rows: Iterable[Logged]) -> dict[int, Parts]:
    """seq -> the parts of its body."""
    condition, values = among(log, "seq", [row.seq for row in rows])
    found: dict[int, Parts] = {}
    for seq, n, subject, sealed in log.rows(f"SELECT seq, n, subject, sealed FROM part WHERE {condition}", values):  # noqa: S608
        found.setdefault(seq, {})[n] = (subject, bytes(sealed))
    return found


def _body(
    row: Logged, parts: Mapping[int, tuple[str, bytes]], keys: Mapping[str, Key], form: Form | None
) -> dict[str, Any] | None:
    plain: dict[int, tuple[str, bytes | None]] = {
        n: (subject, unseal(keys[subject], f"{row.id}/{n}", sealed) if subject in keys else None)
        for n, (subject, sealed) in parts.items()
    }
    main = plain.pop(0, ("", None))[1]
    return join(main, plain, form)


def bodies(log: Connection, vault: Vault, rows: Sequence[Logged], shelf: Shelf) -> list[dict[str, Any] | None]:
    """What was sent, whole, of each of these submissions; None where it was erased."""
    parts = _parts(log, rows)
    keys = vault.get(log, {row.subject for row in rows} | {who for own in parts.values() for who, _ in own.values()})
    return [_body(row, parts.get(row.seq, {}), keys, form_of(row, shelf)) for row in rows]


def form_of(row: Logged, shelf: Shelf) -> Form | None:
    """The form it was filled in with, None when it is no form's."""
    found = shelf.form(row.form, row.version, row.pack) if row.form else None
    return found.form if found else None


def read(row: Logged, body: Mapping[str, Any] | None, shelf: Shelf, keys: Mapping[str, Key]) -> Read:
    """What this submission says of those who were not erased (whoever is not in `keys` was). Never raises."""
    form = form_of(row, shelf)
    if body is None or row.kind not in ("data", "correction"):
        return Read(row, (), (), (), (), ())
    if form is None:
        return Read(row, (), (), (), (), ("form: expected a form that a released pack has",))
    base: Mapping[str, Any] = body.get("base") or {}
    told = {
        "id": row.id, "kind": row.kind, "subject": row.subject, "made_at": row.made_at, "replaces": row.replaces,
        "root": row.root, "answers": body.get("answers") or {}, "base": base,
    }  # fmt: skip
    dictionary = shelf.dictionary(row.pack)
    try:
        flat = flatten(form, dictionary, told)
    except Exception as error:  # one submission that the flattener fails on must not keep everybody else's from being read
        return Read(row, (), (), (), (), (f"submission: Doorstep failed to read it ({type(error).__name__})",))
    return _sealed(row, flat, base, dictionary, keys)


def _sealed(
    row: Logged, flat: Flat, base: Mapping[str, Any], dictionary: Mapping[str, Code], keys: Mapping[str, Key]
) -> Read:
    answers, links = [], []
    for answer in flat.answers:
        key = keys.get(answer.subject)
        if key is None:
            continue
        kind = dictionary[answer.code].kind
        if kind == "text" and answer.txt is not None and not (answer.code in PLACES and PLACE_CODE.fullmatch(answer.txt)):
            answer = answer._replace(txt=seal_word(key, answer.code, answer.txt))
        if kind == "subject" and answer.txt:
            links.append((answer.subject, answer.txt))
        answers.append(answer)
    attributes = {
        (one.subject, one.name): AttributeWrite(
            row.id, one.subject, one.name, seal_word(keys[one.subject], f"attribute {one.name}", one.value), one.base,
            one.base is not None or (one.subject == row.subject and one.name in base),
        )
        for one in flat.attributes
        if one.subject in keys
    }  # fmt: skip
    made = [(subject, kind) for subject, kind in flat.subjects if subject in keys]
    return Read(row, answers, list(attributes.values()), made, links, flat.problems)


def read_all(log: Connection, vault: Vault, rows: Sequence[Logged], shelf: Shelf) -> list[Read]:
    """What these submissions say, in their order."""
    parts = _parts(log, rows)
    spoken = {row.subject for row in rows} | {subject for own in parts.values() for subject, _ in own.values()}
    keys = vault.get(log, spoken)
    return [read(row, _body(row, parts.get(row.seq, {}), keys, form_of(row, shelf)), shelf, keys) for row in rows]
