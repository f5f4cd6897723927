"""What was held: listed, looked at, released or refused for good by a person. Decided once, with who and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from doorstep.record.admission import Item
from doorstep.record.authority import Authority, Operator
from doorstep.record.awaited import settle
from doorstep.record.database import first
from doorstep.record.envelope import EPOCH, Envelope, parse_moment, read_envelope
from doorstep.record.erasure import finish_erasures
from doorstep.record.intake import Receipt, append, prepare, take
from doorstep.record.reasons import ACCEPTED, DUPLICATE, HELD, REASONS
from doorstep.record.record import Record
from doorstep.record.sealing import unpack_aside
from doorstep.record.store import now_ms
from doorstep.record.vault import unseal

COLUMNS = (
    "n", "id", "outcome", "reason", "detail", "kind", "form", "version", "subject", "place", "author", "sender", "made_at",
    "received_at", "sent_ms", "hash", "decision", "decided_by", "decided_at", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Aside:
    """One submission that was kept aside. decision: '', released, refused or erased. Times in milliseconds UTC."""

    n: int
    id: str
    outcome: str
    reason: str
    detail: str
    kind: str
    form: str
    version: str
    subject: str
    place: str
    author: str
    sender: str
    made_at: str
    received_at: int
    sent_ms: int | None
    hash: str
    decision: str
    decided_by: str
    decided_at: int | None
    note: str


class CannotDecide(ValueError):
    """Nothing was changed; the message says why and what to do."""


def kept_aside(record: Record, outcome: str | None = HELD, decided: bool = False) -> list[Aside]:
    """What waits for a person, oldest first; with `decided`, what was decided too; with no outcome, what was refused too."""
    where = [] if decided else ["decision = ''"]
    values: list[Any] = []
    if outcome:
        where.append("outcome = ?")
        values.append(outcome)
    condition = f"WHERE {' AND '.join(where)}" if where else ""
    with record.store.log.read() as log:
        return [Aside(*row) for row in log.rows(f"SELECT {', '.join(COLUMNS)} FROM aside {condition} ORDER BY n", values)]  # noqa: S608


def one_aside(record: Record, n: int) -> Aside | None:
    """The one kept under this number."""
    with record.store.log.read() as log:
        row = first(log, f"SELECT {', '.join(COLUMNS)} FROM aside WHERE n = ?", [n])  # noqa: S608
    return Aside(*row) if row else None


def content(record: Record, aside: Aside) -> tuple[dict[str, Any], Item]:
    """What was sent, and the item that it was. CannotDecide when it was erased."""
    with record.store.log.read() as log:
        row = first(log, "SELECT owner, sealed FROM aside WHERE n = ?", [aside.n])
        key = record.store.vault.get(log, [row[0]]).get(row[0]) if row else None
        if row is None or key is None:
            raise CannotDecide(f"Number {aside.n} can no longer be read: its person was erased. Nothing was changed.")
        plain = unseal(key, f"{aside.id}/aside", bytes(row[1]))
        sent, author, made_at, files = unpack_aside(aside.id, plain, lambda who: record.store.vault.get(log, who))
    envelope = read_envelope(sent, author=author, made_at=made_at, kept=True)
    return sent, Item(envelope, aside.received_at, None, aside.sent_ms, aside.sender, "good", files)


def _open(record: Record, n: int) -> Aside:
    aside = one_aside(record, n)
    if aside is None:
        raise CannotDecide(f"Nothing is kept aside under number {n}. Nothing was changed. See: doorstep held list")
    if aside.decision:
        raise CannotDecide(f"Number {n} was {aside.decision} before. Nothing was changed.")
    if aside.outcome != HELD:
        raise CannotDecide(
            f"Number {n} was refused when it came ({aside.reason}) and is only kept to be compared. Nothing was changed."
        )
    return aside


def release(
    record: Record, n: int, by: str, *, made_at: str | None = None, version: str | None = None, note: str = "",
    authority: Authority | None = None,
) -> Receipt:  # fmt: skip
    """Takes in what was held, on a person's word: as it is, with the right time, or read as another version of the form.

    It was received when it came, and can be known from now on. CannotDecide when something stands in the way that a
    person's word does not change. authority: decides about corrections that waited for it; without one they wait on.
    """
    aside = _open(record, n)
    _, item = content(record, aside)
    assert item.envelope is not None
    item = replace(item, envelope=_put_right(item.envelope, made_at, version))
    now = now_ms()
    with record.store.log.write() as log:
        log.run(
            "UPDATE aside SET decision = 'released', decided_by = ?, decided_at = ?, note = ? WHERE n = ? AND decision = ''",
            [by, now, note, n],
        )
        batch = prepare(record.store, record.shelf, [item], Operator(), log)
        receipt = take(item, batch.of_items[0], batch, now, aside.hash)
        if receipt.outcome not in (ACCEPTED, DUPLICATE):
            reason = REASONS[receipt.reason]
            raise CannotDecide(f"Number {n} cannot be released: {reason.happened} Nothing was changed. {reason.next}")
        append(batch, log)
        if authority is not None and receipt.outcome == ACCEPTED:
            settle(record.store, record.shelf, authority, log, [aside.id])
    if batch.erased:
        finish_erasures(record.store, batch.erased)
    return receipt


def _put_right(sent: Envelope, made_at: str | None, version: str | None) -> Envelope:
    """The envelope with the time or the version that a person says is right; the body stays what was sent."""
    if version is not None:
        sent = replace(sent, version=version, pack="")
    if made_at is None:
        return sent
    moment = parse_moment(made_at)
    offset = moment.utcoffset()
    zone = int(offset.total_seconds()) // 60 if offset else 0
    made_ms = int((moment - EPOCH).total_seconds() * 1000)
    day = (made_ms + zone * 60_000) // 86_400_000
    # The device's own clock is what was wrong.
    return replace(sent, made_at=made_at, made_ms=made_ms, zone=zone, day=day, clock=None)


def refuse(record: Record, n: int, by: str, note: str) -> None:
    """Refuses what was held, for good: its id is refused from now on. It stays readable to compare."""
    _open(record, n)
    with record.store.log.write() as log:
        log.run(
            "UPDATE aside SET decision = 'refused', decided_by = ?, decided_at = ?, note = ? WHERE n = ? AND decision = ''",
            [by, now_ms(), note, n],
        )
