"""Parcels: what phones sealed to this server, carried here by whoever passed. An age file, or several in one list."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field

from doorstep.record.http import MOST
from doorstep.record.reasons import Refusal
from doorstep.sync.recipient import Recipient, Unreadable

MOST_IN_ONE = 2000
"""Sealed files in one list."""


@dataclass
class Opened:
    """contents: place in the list, SHA-256 of the sealed file, and what was sealed in it: JSON of one submission or many.
    unreadable: places of the others."""

    contents: list[tuple[int, str, bytes]] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)


def opened(body: bytes, recipient: Recipient) -> Opened:
    """A body that is one age file (binary), or {"parcels": [base64, ...]}."""
    found = Opened()
    for number, sealed in enumerate(_sealed(body)):
        try:
            found.contents.append((number, hashlib.sha256(sealed).hexdigest(), recipient.unseal(sealed)))
        except Unreadable:
            found.unreadable.append(number)
    if sum(len(content) for _, _, content in found.contents) > MOST:
        raise Refusal("too_big", "send it in smaller parts")
    return found


def _sealed(body: bytes) -> list[bytes]:
    if body.lstrip()[:1] != b"{":
        return [body]
    try:
        listed = json.loads(body)["parcels"]
        if not isinstance(listed, list):
            raise ValueError
        if len(listed) > MOST_IN_ONE:
            raise Refusal("too_big", f"a list of at most {MOST_IN_ONE:,} parcels")
        return [base64.b64decode(one, validate=True) for one in listed]
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        raise Refusal("bad_json", "parcels: a list of age files in base64") from None
