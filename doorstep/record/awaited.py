"""Corrections that came before what they correct: they wait, and are looked at again by themselves when it has come.

Whom a correction takes words from is known only then; so only then can be said whether that is its author's to do.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from doorstep.record.admission import TARGET_AWAITED, Item
from doorstep.record.authority import Authority
from doorstep.record.database import Connection, Row, among
from doorstep.record.envelope import read_envelope
from doorstep.record.prepare import signature
from doorstep.record.reasons import ACCEPTED, DUPLICATE
from doorstep.record.sealing import unpack_aside
from doorstep.record.shelf import Shelf
from doorstep.record.store import Store, now_ms
from doorstep.record.vault import unseal

if TYPE_CHECKING:
    from doorstep.record.intake import Receipt

BY = "arrival"
"""Who decided it: the arrival of what it corrects."""


def settle(store: Store, shelf: Shelf, authority: Authority, log: Connection, arrived: Collection[str]) -> None:
    """Decides about every correction that waited for one of these, in the transaction that took them in.

    What is accepted can be known from now on; what is not is held for a person, or refused, by its new reason.
    """
    fresh = set(arrived)
    while fresh:
        condition, values = among(log, "detail", fresh)
        rows = log.rows(
            "SELECT n, id, received_at, sent_ms, sender, hash, owner, sealed FROM aside "  # noqa: S608 - our own words
            f"WHERE reason = '{TARGET_AWAITED}' AND decision = '' AND {condition} ORDER BY n", values,
        )  # fmt: skip
        fresh = {row[1] for row in rows if _settle_one(store, shelf, authority, log, row)}


def _settle_one(store: Store, shelf: Shelf, authority: Authority, log: Connection, row: Row) -> bool:
    """Whether it was accepted."""
    item = _item(store, authority, log, row)
    if item is None:
        return False
    now = now_ms()
    log.run("UPDATE aside SET decision = 'released', decided_by = ?, decided_at = ? WHERE n = ?", [BY, now, row[0]])
    receipt = _take(store, shelf, authority, log, item, row[5], now)
    if receipt.outcome in (ACCEPTED, DUPLICATE):
        return True
    log.run(
        "UPDATE aside SET outcome = ?, reason = ?, detail = ?, decision = '', decided_by = '', decided_at = NULL WHERE n = ?",
        [receipt.outcome, receipt.reason, receipt.detail, row[0]],
    )
    return False


def _take(
    store: Store, shelf: Shelf, authority: Authority, log: Connection, item: Item, hash: str, now: int
) -> Receipt:
    from doorstep.record.intake import append, prepare, take

    batch = prepare(store, shelf, [item], authority, log)
    receipt = take(item, batch.of_items[0], batch, now, hash)
    if receipt.outcome == ACCEPTED:
        append(batch, log)
    return receipt


def _item(store: Store, authority: Authority, log: Connection, row: Row) -> Item | None:
    """What was sent; None when its person was erased since."""
    _, id, received_at, sent_ms, sender, _, owner, sealed = row
    key = store.vault.get(log, [owner]).get(owner)
    if key is None:
        return None
    plain = unseal(key, f"{id}/aside", bytes(sealed))
    sent, author, made_at, files = unpack_aside(id, plain, lambda who: store.vault.get(log, who))
    envelope = read_envelope(sent, author=author, made_at=made_at, kept=True)
    return Item(envelope, received_at, None, sent_ms, sender, signature(envelope, authority), files)
