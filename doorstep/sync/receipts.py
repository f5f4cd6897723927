"""Receipts that travel back by hand: signed by this server, so that nobody else can tell a phone that its work is safe here.

What is signed names sealed files by their SHA-256 and submissions by id, without a word about a person. Whoever sends something
else under somebody's id gets a receipt for another file. The key pair is Ed25519; its private part lies in the keys' store,
among the secrets of the installation, and goes into its backups with them.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from doorstep.record.intake import Receipt
from doorstep.record.record import Record

NAME = "ed25519 key of receipts"
MAGIC = b"doorstep receipts 1\n"
"""Stands before what is signed, so that a signature of anything else is none of a receipt."""


class Receipts:
    """Thread-safe. The key is made when it is first asked for."""

    def __init__(self, record: Record) -> None:
        self._store = record.store
        self._known: Ed25519PrivateKey | None = None

    def _key(self) -> Ed25519PrivateKey:
        if self._known is None:
            self._known = Ed25519PrivateKey.from_private_bytes(self._store.vault.own(NAME))
        return self._known

    @property
    def public(self) -> str:
        """64 hex digits: what phones check receipts with."""
        return self._key().public_key().public_bytes_raw().hex()

    def of_parcels(self, opened: Iterable[tuple[str, Sequence[Receipt]]]) -> dict[str, str]:
        """What any phone may carry to whoever made these: (SHA-256 of the sealed file, what became of each submission in it)."""
        return self._signed([{"key": key, "receipts": [_brief(one) for one in receipts]} for key, receipts in opened])

    def of_file(self, key: str, outcome: str) -> dict[str, str]:
        """The same of a picture or a recording."""
        return self._signed([{"key": key, "outcome": outcome}])

    def _signed(self, sealed: list[dict[str, Any]]) -> dict[str, str]:
        """said: JSON, to be read after its signature was found right. sig: base64, over MAGIC and the very bytes of `said`."""
        said = {"generation": self._store.generation, "at": int(time.time()), "sealed": sealed}
        text = json.dumps(said, separators=(",", ":"), sort_keys=True)
        return {"said": text, "sig": base64.b64encode(self._key().sign(MAGIC + text.encode())).decode()}


def _brief(receipt: Receipt) -> dict[str, str | int]:
    """Id, outcome and number, and the code of a reason: the phone has words for it."""
    found: dict[str, str | int] = {"id": receipt.id, "outcome": receipt.outcome}
    if receipt.seq:
        found["seq"] = receipt.seq
    if receipt.reason:
        found["reason"] = receipt.reason
    return found | ({"detail": "waiting"} if receipt.detail == "waiting" else {})
