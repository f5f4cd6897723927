"""From what arrived to items that admission can judge: JSON in its three shapes, limits, and signatures checked.

Everything here can run in many threads at once; only what comes after needs the log.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from doorstep.record.admission import Item
from doorstep.record.authority import Authority
from doorstep.record.canonical import former
from doorstep.record.envelope import LARGEST, TWICE, Envelope, Twice, parse_json, read_envelope, read_moment
from doorstep.record.reasons import Refusal

LONGEST_LINE = 2 * LARGEST
"""Bytes of a line of JSON: a submission with all its spaces."""
ENDLESS = 512 * LARGEST
"""Bytes of a line that are passed over until the rest of the file is given up."""


def item_of(
    sent: Any, authority: Authority, received_ms: int, *, sender: str = "", sent_ms: int | None = None, believe: bool = False
) -> Item:
    """One item of one decoded submission. believe: a `received_at` in it is true (an operator brings history)."""
    own = None
    if isinstance(sent, dict) and ("sent_at" in sent or "received_at" in sent):
        own = sent.get("id") if isinstance(sent.get("id"), str) else None
        sent = type(sent)(sent)
        told = {name: sent.pop(name, None) for name in ("sent_at", "received_at")}
        try:
            if told["sent_at"] is not None:
                sent_ms = read_moment(told["sent_at"])
            if believe and told["received_at"] is not None:
                received_ms = min(read_moment(told["received_at"]), received_ms)
        except Refusal:
            return Item(None, received_ms, Refusal("bad_time", "sent_at or received_at", own))
    try:
        envelope = read_envelope(sent, author=sender or None)
    except Refusal as refusal:
        return Item(_perhaps_known(sent, sender, refusal), received_ms, refusal, sent_ms, sender)
    told, envelope = as_signed(envelope, authority)
    return Item(envelope, received_ms, None, sent_ms, sender, told)


def _perhaps_known(sent: Any, sender: str, refusal: Refusal) -> Envelope | None:
    """Taken in before such numbers were refused, it is no news: admission looks whether it is here."""
    if refusal.reason.code != "bad_number":
        return None
    try:
        return read_envelope(sent, author=sender or None, kept=True)
    except Refusal:
        return None


def signature(sent: Envelope, authority: Authority) -> str:
    """none, good, bad, unknown or missing: see `Item`."""
    return as_signed(sent, authority)[0]


def as_signed(sent: Envelope, authority: Authority) -> tuple[str, Envelope]:
    """What its signature is worth, and the envelope with the bytes that it covers: those of before, where it covers those."""
    if not sent.sig:
        return ("missing" if sent.device and authority.must_sign(sent.device) else "none"), sent
    found = authority.signing_key(sent.device, sent.author)
    if found is None:
        return "unknown", sent
    keys = (found,) if isinstance(found, bytes) else found
    for one, key in product((sent, replace(sent, canonical=former(sent.body))), keys):
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(one.sig, validate=True), signed_bytes(one))
        except (InvalidSignature, binascii.Error, ValueError):
            continue
        return "good", one
    return "bad", sent


def signed_bytes(sent: Envelope) -> bytes:
    """What a device signs, and what the next submission of its chain names as `prev` (in hex): SHA-256 of salt and body."""
    return hashlib.sha256(sent.salt.encode() + sent.canonical).digest()


def decode(text: bytes) -> Iterator[Any | Refusal]:
    """Submissions of a request's body: one object, a list of them, or lines. A bad line is a Refusal, its neighbours are read."""
    text = text.removeprefix(b"\xef\xbb\xbf").strip()
    if text[:1] == b"[":
        found = parse_json(text)
        yield from found if isinstance(found, list) else [found]
        return
    try:
        yield parse_json(text)
        return
    except Refusal as refusal:
        if b"\n" not in text:
            yield refusal
            return
    yield from lines(io.BytesIO(text))


def lines(source: Iterable[bytes]) -> Iterator[Any | Refusal]:
    """Submissions of JSON lines; empty lines are passed over."""
    for number, line in enumerate(source, 1):
        if len(line) > LONGEST_LINE:  # before its spaces are taken off: something may stand behind two million of them
            yield Refusal("too_big", f"line {number}")
            continue
        line = line.strip()
        if not line:
            continue
        try:
            yield parse_json(line)
        except Refusal as refusal:
            refusal.detail = f"line {number}" + refusal.detail.removeprefix("line 1")
            yield refusal


def bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of a file, never more than a little over LONGEST_LINE of one in memory: the rest of it is passed over.

    Refusal too_big when a line has no end: what may stand behind it is not read.
    """
    while line := file.readline(LONGEST_LINE + 1):
        yield line
        passed = len(line)
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE + 1)
            passed += len(line)
            if not line or line.endswith(b"\n"):
                break
            if passed > ENDLESS:
                raise Refusal("too_big", "a line without an end: nothing behind it was read")


def items_of(
    found: Iterable[Any | Refusal], authority: Authority, received_ms: int, *, sender: str = "", believe: bool = False
) -> Iterator[Item]:
    """Items of decoded submissions. An object {"sent_at", "submissions": [...]} is a batch with its sender's clock."""
    for one in found:
        if isinstance(one, Refusal):
            yield Item(None, received_ms, one)
        elif isinstance(one, Twice) and "submissions" in one:
            yield Item(None, received_ms, Refusal("bad_json", TWICE))
        elif isinstance(one, dict) and isinstance(one.get("submissions"), list):
            yield from _batch(one, authority, received_ms, sender)
        else:
            yield item_of(one, authority, received_ms, sender=sender, believe=believe)


def _batch(batch: dict[str, Any], authority: Authority, received_ms: int, sender: str) -> Iterator[Item]:
    try:
        sent_ms = read_moment(batch["sent_at"]) if batch.get("sent_at") is not None else None
    except Refusal:
        sent_ms = None  # the batch's clock is unreadable: each submission still stands for itself
    for one in batch["submissions"]:
        yield item_of(one, authority, received_ms, sender=sender, sent_ms=sent_ms)
