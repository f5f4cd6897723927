"""One content, one string of bytes: here, on the phone, and for what was hashed before the form was RFC 8785."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from doorstep.record.canonical import LARGEST_WHOLE, canonical, former
from doorstep.record.envelope import read_envelope
from doorstep.record.held import kept_aside, release
from doorstep.record.prepare import signed_bytes
from doorstep.record.reasons import ACCEPTED, DUPLICATE, HELD, REASONS, REFUSED, Refusal
from doorstep.record.vault import salt_of
from tests.record.cast import ATTENDANT, VILLAGE, Area, body
from tests.record.world import World

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/canonical.json").read_text())
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNED = Area({ATTENDANT: {VILLAGE}}, {("phone-7", ATTENDANT): KEY.public_key().public_bytes_raw()})
UNLIKE = {"tiny": 1e-7, "small": 1e-5, "\ufb33": 1, "\U0001f600": 2}
"""Answers that were written otherwise before, in every way there is."""


@pytest.mark.parametrize("case", VECTORS["values"], ids=[case["name"] for case in VECTORS["values"]])
def test_every_value_of_the_shared_file_has_its_one_form(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(Refusal) as refused:
            canonical(case["value"])
        assert refused.value.reason is REASONS[case["refused"]]
        return
    flat = canonical(case["value"])
    assert flat.decode() == case["bytes_utf8"]
    assert canonical(json.loads(flat)) == flat, "what is written reads back as the same"


@pytest.mark.parametrize("case", VECTORS["signatures"], ids=[case["name"] for case in VECTORS["signatures"]])
def test_every_signature_of_the_shared_file_fits(case: dict[str, Any]) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(case["private_key_hex"]))
    assert key.public_key().public_bytes_raw().hex() == case["public_key_hex"]
    envelope = read_envelope({**case["body"], "sig": case["signature_base64"]})
    assert envelope.salt == case["salt"]
    assert signed_bytes(envelope).hex() == case["sha256_hex"]
    assert base64.b64encode(key.sign(signed_bytes(envelope))).decode() == case["signature_base64"]


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_WHOLE, LARGEST_WHOLE) | st.text(max_size=6)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not LARGEST_WHOLE < abs(x) < 1e21),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=4), plain, max_size=5))
def test_the_quick_way_and_the_whole_way_are_the_same(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_a_number_that_a_browser_cannot_hold_is_refused_by_name(world: World) -> None:
    receipt = world.send(body(id="one", answers={"hb": 2**53}))[0]
    assert (receipt.outcome, receipt.reason) == (REFUSED, "bad_number")
    assert "text" in receipt.told()["next"]
    assert world.rows("aside") == world.rows("submission") == []


def hashed_before(world: World, sent: dict[str, Any]) -> None:
    """As an older Doorstep would have left this submission in the log."""
    with world.store.log.write() as log:
        key = world.store.vault.get(log, ["mai"])["mai"]
        salt = sent["salt"].encode() if sent.get("salt") else salt_of(key, sent["id"])
        for table in ("submission", "aside"):
            log.run(f"UPDATE {table} SET hash = ? WHERE id = ?", [hashlib.sha256(salt + former(sent)).hexdigest(), sent["id"]])


@pytest.mark.parametrize("salt", ["", "of the phone"])
def test_what_was_hashed_before_and_comes_again_is_a_duplicate(world: World, salt: str) -> None:
    sent = body(id="one", answers=UNLIKE, **({"salt": salt} if salt else {}))
    assert former(sent) != canonical(sent)
    assert world.send(sent)[0].outcome == ACCEPTED
    hashed_before(world, sent)
    assert world.send(sent)[0].outcome == DUPLICATE
    other = world.send({**sent, "answers": {**UNLIKE, "tiny": 2e-7}})[0]
    assert (other.outcome, other.reason) == (REFUSED, "same_id_other_body"), "another body is still another body"


def test_what_was_held_before_is_known_again_and_can_be_released(world: World) -> None:
    sent = body(id="one", author="nobody", answers=UNLIKE)
    areas = Area({ATTENDANT: {VILLAGE}})
    assert world.send(sent, authority=areas, sender=ATTENDANT)[0].outcome == HELD
    hashed_before(world, sent)
    assert world.send(sent, authority=areas, sender=ATTENDANT)[0].outcome == DUPLICATE
    assert len(world.rows("aside")) == 1
    assert release(world.record, kept_aside(world.record)[0].n, "sok").outcome == ACCEPTED
    assert world.send(sent)[0].outcome == DUPLICATE


def test_a_number_that_was_taken_in_before_is_no_reason_to_refuse_what_is_here(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = body(id="one", answers={"hb": 2**60})
    with monkeypatch.context() as older:
        older.setattr("doorstep.record.envelope.canonical", former)
        assert world.send(sent)[0].outcome == ACCEPTED
        assert world.send(body(id="two", author="nobody", answers={"hb": 2**60}), authority=SIGNED)[0].outcome == HELD
    assert world.send(sent)[0].outcome == DUPLICATE
    assert world.send({**sent, "answers": {"hb": 2**61}})[0].reason == "bad_number"
    assert release(world.record, kept_aside(world.record)[0].n, "sok").outcome == ACCEPTED


def test_what_a_phone_signed_before_still_fits_and_its_chain_has_no_gap(world: World) -> None:
    sent = body(id="one", device="phone-7", salt="s", answers=UNLIKE)
    digest = hashlib.sha256(b"s" + former(sent)).digest()
    old = {**sent, "sig": base64.b64encode(KEY.sign(digest)).decode()}
    assert world.send(old, authority=SIGNED, sender=ATTENDANT)[0].outcome == ACCEPTED
    assert world.send(old, authority=SIGNED, sender=ATTENDANT)[0].outcome == DUPLICATE
    assert world.rows("submission", "hash") == [(digest.hex(),)], "the next of its chain names it so"
    changed = {**old, "answers": {"hb": 1}}
    assert world.send({**changed, "id": "two"}, authority=SIGNED, sender=ATTENDANT)[0].reason == "bad_signature"
