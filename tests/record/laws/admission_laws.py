"""Laws of what is recorded at the door: admission is history, and a signature covers all of what was sent."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from doorstep.record.authority import Operator
from doorstep.record.reasons import ACCEPTED, DUPLICATE, OUTCOMES, REASONS, REFUSED
from tests.record.stories import Story, tell
from tests.record.world import World

WORKERS, PHONES = ("kim", "lee"), ("phone-1", "phone-2")


def admission_is_recorded(world: World, story: Story) -> None:
    """Every arrival has one of four outcomes; what was accepted stands in the log with when it came, how wrong its clock
    was, and the content that it is read with; what was kept aside with why. Nothing else is there.
    """
    receipts = tell(world.empty(), story)
    assert {receipt.outcome for receipt in receipts} <= set(OUTCOMES)
    assert {receipt.reason for receipt in receipts} <= {"", *REASONS} - {"not_understood"}
    pack = world.record.shelf.current
    versions = {form.id: form.version for programme in pack.programmes.values() for form in programme.forms.values()}
    expected, aside = [], set()
    for one, receipt in zip(story.all, receipts, strict=True):
        assert receipt.id == one.body["id"]
        offset = None if one.sent is None else one.received - one.sent
        if receipt.outcome == ACCEPTED:
            form = one.body.get("form", "")
            content = (pack.hash, versions[form]) if form else ("", "")
            expected.append((receipt.id, one.received, one.received, offset, *content))
        elif receipt.outcome != DUPLICATE and REASONS[receipt.reason].keeps:
            aside.add((receipt.id, receipt.outcome, receipt.reason))
    assert world.rows("submission", "id, received_at, admitted_at, clock_offset, pack, version") == sorted(expected, key=repr)
    # Of somebody without a key (who was erased) nothing is kept.
    assert set(world.rows("aside", "id, outcome, reason")) <= aside
    erased = {row[0] for row in world.rows("erasure", "subject")}
    about = {one.body["id"]: one.body["subject"] for one in story.all}
    assert {row[0] for row in world.rows("aside", "id")} >= {id for id, _, _ in aside if about[id] not in erased}


@cache
def key_of(device: str, author: str) -> Ed25519PrivateKey:
    """Each worker on each phone has an own one."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{device} {author}".encode()).digest())


class Enrolled(Operator):
    """Two workers share two phones, and work from those is always signed."""

    def signing_key(self, device: str, author: str) -> bytes | None:
        if author not in WORKERS or device not in PHONES:
            return None
        return key_of(device, author).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def must_sign(self, device: str) -> bool:
        return device in PHONES


def signed(body: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """As the design says it: the signature covers H(salt, body), the body with its keys in order."""
    flat = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(body["salt"].encode() + flat.encode()).digest()
    return {**body, "sig": base64.b64encode(key.sign(digest)).decode()}


def a_signature_covers_everything(world: World, story: Story) -> None:
    """What a phone signed is accepted whatever the order of its keys; with anything changed, or signed by anybody else, it is
    refused, and kept to be compared."""
    world.empty()
    enrolled = Enrolled()
    for number, body in enumerate(_bodies(story)):
        phone, author = PHONES[number % 2], WORKERS[(number // 2) % 2]
        body |= {"device": phone, "author": author, "salt": f"salt {number}", "prev": f"{number:064x}"}
        good = signed(body, key_of(phone, author))
        colleague, other = WORKERS[(number // 2 + 1) % 2], PHONES[(number + 1) % 2]
        wrong = [{**good, **change} for change in _changes(body)]
        wrong += [signed(body, key) for key in (key_of(phone, colleague), key_of(other, author))]
        for sent, receipt in zip(wrong, world.send(*wrong, authority=enrolled), strict=True):
            assert (receipt.outcome, receipt.reason) == (REFUSED, "bad_signature"), sent
        assert world.rows("aside", "id", "id = ?", [body["id"]]), "it is kept to be compared"
        assert _outcome(world, good, enrolled) == (ACCEPTED, "")
        assert _outcome(world, dict(reversed(good.items())), enrolled) == (DUPLICATE, "")
    assert len(world.rows("submission")) == len(_bodies(story))


def _outcome(world: World, body: dict[str, Any], authority: Operator) -> tuple[str, str]:
    receipt = world.send(body, authority=authority)[0]
    return receipt.outcome, receipt.reason


def _bodies(story: Story) -> Sequence[dict[str, Any]]:
    """The story's data, each once; of phones whose clock is right."""
    found: dict[str, dict[str, Any]] = {}
    for one in story.all:
        body = {key: value for key, value in one.body.items() if key != "base"}
        if body.get("kind", "data") == "data":
            found.setdefault(body["id"], body | {"made_at": "2026-03-01T08:00:00+07:00"})
    return list(found.values())


def _changes(body: dict[str, Any]) -> list[dict[str, Any]]:
    """One thing each."""
    return [
        {"subject": f"{body['subject']}x"}, {"place": "KH-99"}, {"made_at": "2026-03-01T08:00:01+07:00"}, {"prev": ""},
        {"salt": "another"}, {"answers": {**body["answers"], "hb": 61}}, {"answers": {**body["answers"], "more": None}},
        {"base": {"called": None}}, {"note": ""}, {"version": "1"},
    ]  # fmt: skip
