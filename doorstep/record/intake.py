"""Intake: a batch of submissions is decided, sealed and appended in one transaction, and answered by name.

Acknowledged means durably appended; what it changes is worked out afterwards, always before a read that needs it.
The log is written by one at a time: admission is history, an erasure and a late submission must not pass each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from doorstep.record.admission import TARGET_AWAITED, Context, Decision, Item, Seen, decide
from doorstep.record.authority import Authority
from doorstep.record.awaited import settle
from doorstep.record.canonical import former
from doorstep.record.changes import lived_in
from doorstep.record.database import Connection, among, first, value
from doorstep.record.envelope import Envelope
from doorstep.record.erasure import finish_erasures
from doorstep.record.known import ask, spoken_of
from doorstep.record.merges import Edge, component
from doorstep.record.reasons import ACCEPTED, DUPLICATE, HELD, REASONS
from doorstep.record.sealing import add_files, pack_aside
from doorstep.record.shelf import Shelf
from doorstep.record.split import Parts, speaks_of, split
from doorstep.record.store import Store, now_ms
from doorstep.record.vault import Key, salt_of, seal, unseal

SUBMISSION = (
    "seq", "id", "kind", "form", "version", "pack", "subject", "place", "author", "device", "sender", "made_at",
    "made_day", "zone", "stamp", "received_at", "admitted_at", "clock_offset", "prev", "sig", "hash", "replaces", "root", "other",
)  # fmt: skip
ASIDE = (
    "id", "outcome", "reason", "detail", "kind", "form", "version", "subject", "place", "author", "sender", "made_at",
    "received_at", "sent_ms", "hash", "owner", "sealed", "decision", "decided_by", "decided_at", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Receipt:
    """The answer to one submission. reason: code of `reasons`, '' when there is nothing to say."""

    id: str
    outcome: str
    reason: str = ""
    detail: str = ""
    seq: int = 0
    """Its number in the log; 0 when it is not there. What is worked out at or after this number knows of it."""

    def told(self) -> dict[str, str | int]:
        """As an answer over HTTP: with what happened, what is safe and what to do next."""
        answer: dict[str, str | int] = {"id": self.id, "outcome": self.outcome}
        if self.seq:
            answer["seq"] = self.seq
        if self.reason:
            reason = REASONS[self.reason]
            answer |= {"reason": self.reason, "happened": reason.happened, "safe": reason.safe, "next": reason.next}
        return answer | {"detail": self.detail} if self.detail else answer


@dataclass
class Batch:
    """Rows to append, and what later items of the batch have to know."""

    log: Connection
    context: Context
    keys: dict[str, Key]
    seq: int
    of_items: list[Parts]
    asides: set[tuple[str, str]]
    fresh_keys: list[tuple[str, int]]
    submissions: list[tuple[Any, ...]] = field(default_factory=list)
    parts: list[tuple[Any, ...]] = field(default_factory=list)
    attachments: list[tuple[Any, ...]] = field(default_factory=list)
    asides_new: list[tuple[Any, ...]] = field(default_factory=list)
    places: set[tuple[str, str]] = field(default_factory=set)
    erased: dict[str, str] = field(default_factory=dict)
    merges: list[Edge] = field(default_factory=list)
    awaited: set[str] = field(default_factory=set)
    """Ids that a correction waits for."""


def admit(
    store: Store, shelf: Shelf, items: Sequence[Item], authority: Authority, *, admitted_ms: int | None = None
) -> list[Receipt]:
    """Receipts of these items, in their order. Durable when it returns; DatabaseAway when nothing was kept."""
    with store.log.write() as log:
        batch = prepare(store, shelf, items, authority, log)
        receipts = [take(item, own, batch, admitted_ms) for item, own in zip(items, batch.of_items, strict=True)]
        append(batch, log)
        if batch.awaited:
            settle(store, shelf, authority, log, batch.awaited & {row[1] for row in batch.submissions})
    if batch.erased:
        finish_erasures(store, batch.erased)
    return receipts


def prepare(store: Store, shelf: Shelf, items: Sequence[Item], authority: Authority, log: Connection) -> Batch:
    """Everything that the items ask of the log."""
    sent = [item.envelope for item in items if item.envelope is not None]
    ids = {id for one in sent for id in (one.id, one.replaces, *one.base.values()) if id}
    # Children whom a correction speaks of are named by the first submission of its chain: that must be known before.
    corrections = [one.replaces for one in sent if one.kind == "correction" and one.replaces and _several(one, shelf)]
    roots = ask(log, corrections, ()).seen if corrections else {}
    parts = [_parts(item, shelf, roots) for item in items]
    subjects = {subject for own in parts for subject in speaks_of(own)}
    replaced = [one.replaces for one in sent if one.kind == "correction" and one.replaces]
    about = spoken_of(log, replaced) if replaced else {}
    others = {one.other for one in sent if one.other}.union(*about.values())
    known = ask(log, ids, subjects | others)
    context = Context(shelf, authority, known.seen, known.erased, known.places, about, partial(lived_in, store))
    subjects -= known.erased
    keys, fresh = store.vault.take(subjects, known.secrets, known.erasures)
    return Batch(log, context, keys, known.seq, parts, known.asides, fresh, awaited=known.awaited)


def _several(sent: Envelope, shelf: Shelf) -> bool:
    found = shelf.form(sent.form, sent.version, sent.pack)
    return found is not None and bool(found.form.makes_in)


def _parts(item: Item, shelf: Shelf, seen: Mapping[str, Seen]) -> Parts:
    sent = item.envelope
    if sent is None:
        return []
    if item.refusal is not None:
        return [(sent.subject, sent.canonical)]
    found = shelf.form(sent.form, sent.version, sent.pack) if sent.form else None
    return split(sent.subject, sent.body, sent.canonical, found.form if found else None, root_of(sent, seen))


def root_of(sent: Envelope, seen: Mapping[str, Seen]) -> str | None:
    """The first submission of a chain of corrections, as far as it is here: the children it speaks of are named by it."""
    if sent.kind != "correction" or sent.replaces is None:
        return None
    told = sent.body.get("root")
    if isinstance(told, str) and told:
        return told
    target = seen.get(sent.replaces)
    return (target.root if target else None) or sent.replaces


def body_hash(sent: Envelope, key: Key | None) -> str:
    """SHA-256 of salt and body, as hex; '' when the key that the salt comes from is destroyed."""
    if sent.salt:
        salt = sent.salt.encode()
    elif key is not None:
        salt = salt_of(key, sent.id)
    else:
        return ""
    return hashlib.sha256(salt + sent.canonical).hexdigest()


def _hash(sent: Envelope, batch: Batch) -> str:
    """The hash by which it is known here: of the bytes that count now, or of those that counted when it came first."""
    key = batch.keys.get(sent.subject)
    found, seen = body_hash(sent, key), batch.context.seen.get(sent.id)
    known = {hash for id, hash in batch.asides if id == sent.id} | ({seen.hash} if seen else set())
    if found and known and found not in known:
        before = body_hash(replace(sent, canonical=former(sent.body)), key)
        return before if before in known else found
    return found


def take(item: Item, parts: Parts, batch: Batch, admitted_ms: int | None, hash: str = "") -> Receipt:
    """Decides about one item. hash: of what was sent once, when some of it may have been erased since."""
    sent = item.envelope
    hash = hash or (_hash(sent, batch) if sent else "")
    about = [*speaks_of(parts), sent.other] if sent and sent.other else speaks_of(parts)
    decision = decide(item, hash, about, batch.context)
    if sent is not None and decision.outcome == DUPLICATE and item.attachments:
        _more_files(item, sent, hash, batch)
    if sent is None or decision.outcome == DUPLICATE:
        seen = batch.context.seen.get(sent.id) if sent and decision.outcome == DUPLICATE else None
        seq = seen.seq if seen else 0
        return Receipt(sent.id if sent else _named(item), decision.outcome, decision.reason, decision.detail, seq)
    if decision.outcome == ACCEPTED:
        _accept(item, sent, hash, parts, decision, batch, admitted_ms)
    else:
        _keep_aside(item, sent, hash, parts, decision, batch)
    seq = batch.seq if decision.outcome == ACCEPTED else 0
    return Receipt(sent.id, decision.outcome, decision.reason, decision.detail, seq)


def _named(item: Item) -> str:
    return (item.refusal.id if item.refusal else None) or ""


def _accept(
    item: Item, sent: Envelope, hash: str, parts: Parts, decision: Decision, batch: Batch, admitted_ms: int | None
) -> None:
    batch.seq += 1
    root = root_of(sent, batch.context.seen)
    admitted = admitted_ms if admitted_ms is not None else item.received_ms
    batch.submissions.append((
        batch.seq, sent.id, sent.kind, sent.form, decision.version or sent.version, decision.pack, sent.subject, sent.place,
        sent.author, sent.device, item.sender, sent.made_at, sent.day, sent.zone, decision.stamp, item.received_ms, admitted,
        decision.offset, sent.prev, sent.sig, hash, sent.replaces, root, sent.other,
    ))  # fmt: skip
    for n, (subject, plain) in enumerate(parts):
        key = None if subject in batch.context.erased else batch.keys.get(subject)
        # What is said of an erased person is dropped; her place stays, so that her sisters keep their numbers and ids.
        batch.parts.append((batch.seq, n, subject, seal(key, f"{sent.id}/{n}", plain) if key else b""))
    for name, (kind, content) in item.attachments.items():
        sealed = seal(batch.keys[sent.subject], f"{sent.id}/file/{name}", content)
        batch.attachments.append((batch.seq, name, sent.subject, kind, len(content), sealed))
    batch.context.seen[sent.id] = Seen(hash, sent.kind, sent.form, decision.stamp, root=root, seq=batch.seq)
    batch.context.about[sent.id] = set(speaks_of(parts))
    _remember_places(sent, parts, batch)
    if sent.other:
        batch.merges.append((sent.id, sent.kind, sent.subject, sent.other, decision.stamp))
    if sent.kind == "erase":
        _erase(sent, batch)


def _more_files(item: Item, sent: Envelope, hash: str, batch: Batch) -> None:
    """Files that come later than their form: what is large travels in several requests, each with the form."""
    key, state = batch.keys.get(sent.subject), batch.context.seen[sent.id].state
    if key is None or state == "dark":
        return
    if state == "waiting":
        _more_files_aside(item, sent, hash, key, batch)
        return
    row = first(batch.log, "SELECT seq FROM submission WHERE id = ?", [sent.id])
    seq = row[0] if row else next(own[0] for own in batch.submissions if own[1] == sent.id)
    here = {name for (name,) in batch.log.rows("SELECT name FROM attachment WHERE seq = ?", [seq])}
    here |= {own[1] for own in batch.attachments if own[0] == seq}
    for name, (kind, content) in item.attachments.items():
        if name not in here:
            sealed = seal(key, f"{sent.id}/file/{name}", content)
            batch.attachments.append((seq, name, sent.subject, kind, len(content), sealed))


def _more_files_aside(item: Item, sent: Envelope, hash: str, key: Key, batch: Batch) -> None:
    """They wait with their form."""
    label, at = f"{sent.id}/aside", ASIDE.index("sealed")
    for i, own in enumerate(batch.asides_new):
        if (own[0], own[ASIDE.index("hash")]) == (sent.id, hash):
            sealed = seal(key, label, add_files(unseal(key, label, own[at]), item.attachments))
            batch.asides_new[i] = (*own[:at], sealed, *own[at + 1 :])
            return
    waiting = "SELECT n, sealed FROM aside WHERE id = ? AND hash = ? AND outcome = 'held' AND decision = ''"
    for n, before in batch.log.rows(waiting, [sent.id, hash]):
        sealed = seal(key, label, add_files(unseal(key, label, bytes(before)), item.attachments))
        batch.log.run("UPDATE aside SET sealed = ? WHERE n = ?", [sealed, n])


def _remember_places(sent: Envelope, parts: Parts, batch: Batch) -> None:
    if not sent.place:
        return
    for subject in speaks_of(parts):
        known = batch.context.places.setdefault(subject, set())
        if sent.place not in known:
            known.add(sent.place)
            batch.places.add((subject, sent.place))


def _erase(sent: Envelope, batch: Batch) -> None:
    """The person, and every record merged with hers, in this very batch too."""
    everybody = component(batch.log, sent.subject, batch.merges)
    condition, values = among(batch.log, "subject", everybody)
    batch.context.erased |= {row[0] for row in batch.log.rows(f"SELECT subject FROM erasure WHERE {condition}", values)}  # noqa: S608
    for subject in everybody:
        if subject not in batch.context.erased:
            batch.erased[subject] = sent.id
            batch.context.erased.add(subject)


def _keep_aside(item: Item, sent: Envelope, hash: str, parts: Parts, decision: Decision, batch: Batch) -> None:
    """Held, and what a person must be able to compare: whole, each word under its person's key. Never the same twice."""
    key = batch.keys.get(sent.subject)
    if key is None or not REASONS[decision.reason].keeps or (sent.id, hash) in batch.asides:
        return
    batch.asides.add((sent.id, hash))
    keys = {who: own for who, own in batch.keys.items() if who not in batch.context.erased}
    batch.asides_new.append((
        sent.id, decision.outcome, decision.reason, decision.detail, sent.kind, sent.form, sent.version, sent.subject,
        sent.place, sent.author, item.sender, sent.made_at, item.received_ms, item.sent_ms, hash, sent.subject,
        seal(key, f"{sent.id}/aside", pack_aside(item, sent, parts, keys)), "", "", None, "",
    ))  # fmt: skip
    if decision.reason == TARGET_AWAITED:
        batch.awaited.add(decision.detail)
    if decision.outcome == HELD:
        batch.context.seen.setdefault(sent.id, Seen(hash, sent.kind, sent.form, 0, "waiting"))


def append(batch: Batch, log: Connection) -> None:
    log.append([
        ("submission", SUBMISSION, batch.submissions),
        ("part", ("seq", "n", "subject", "sealed"), batch.parts),
        ("attachment", ("seq", "name", "subject", "type", "size", "sealed"), batch.attachments),
        ("aside", ASIDE, batch.asides_new),
        ("subject_place", ("subject", "place"), sorted(batch.places)),
        ("subject_key", ("subject", "secret"), batch.fresh_keys),
    ])  # fmt: skip
    if batch.erased:
        n = int(value(log, "SELECT COALESCE(MAX(n), 0) FROM erasure"))
        at = now_ms()
        rows = [(who, n + i, by, at) for i, (who, by) in enumerate(sorted(batch.erased.items()), 1)]
        log.insert("erasure", ("subject", "n", "submission", "at"), rows)
        condition, values = among(log, "subject", batch.erased)
        log.run(f"UPDATE aside SET decision = 'erased' WHERE decision = '' AND {condition}", values)  # noqa: S608
