"""What becomes of what is sent: accepted, duplicate, held or refused, always by name."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from doorstep.record.envelope import DEEPEST, LARGEST, read_envelope
from doorstep.record.intake import Receipt
from doorstep.record.prepare import decode, items_of, signed_bytes
from doorstep.record.reasons import ACCEPTED, DUPLICATE, HELD, REASONS, REFUSED
from tests.record.cast import (
    AREAS,
    ATTENDANT,
    FAR_VILLAGE,
    MAI,
    OTHER,
    SECRET_REMARK,
    SOK,
    STRANGER,
    Area,
    body,
    born,
    registered,
)
from tests.record.world import NOW, World

PHONE = "phone-7"
KEY = Ed25519PrivateKey.generate()
SIGNED = Area({ATTENDANT: {"KH-16010101"}}, {(PHONE, ATTENDANT): KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)})


def told(receipt: Receipt) -> tuple[str, str]:
    return receipt.outcome, receipt.reason


def signed(sent: dict[str, Any], key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    """The submission with the signature that the phone would put under it."""
    sent = {"device": PHONE, "salt": "pepper", **sent}
    return {**sent, "sig": base64.b64encode(key.sign(signed_bytes(read_envelope(sent)))).decode()}


def test_the_least_that_a_line_may_hold_is_enough(world: World) -> None:
    line = (
        '{"id": "019a-1", "form": "visit", "subject": "mai", "author": "attendant.ba-be", "place": "KH-16010101",'
        ' "made_at": "2026-03-01T08:30:00+07:00", "answers": {"hb": 81}}'
    )
    assert told(world.send(json.loads(line))[0]) == (ACCEPTED, "")
    world.catch_up()
    assert world.rows("fact", "subject, code, num", "code = 'hb'") == [(MAI, "hb", 81.0)]


def test_the_same_thing_sent_twice_counts_once(world: World) -> None:
    sent = body(id="one", answers={"hb": 100})
    assert [told(receipt) for receipt in world.send(sent, sent)] == [(ACCEPTED, ""), (DUPLICATE, "")]
    # Keys in another order and 100.0 for 100 are the same thing; a browser writes them so.
    again = dict(reversed(sent.items())) | {"answers": {"hb": 100.0}}
    assert told(world.send(again)[0]) == (DUPLICATE, "")
    assert len(world.rows("submission")) == 1


def test_the_same_id_with_other_content_is_refused_and_kept_to_be_compared(world: World) -> None:
    world.send(body(id="one", answers={"hb": 100}))
    assert told(world.send(body(id="one", answers={"hb": 60}))[0]) == (REFUSED, "same_id_other_body")
    assert told(world.send(body(id="one", answers={"hb": 60}))[0]) == (REFUSED, "same_id_other_body")
    assert len(world.rows("aside", "id", "reason = 'same_id_other_body'")) == 1, "the same thing is kept once"
    world.catch_up()
    assert world.rows("fact", "num", "code = 'hb'") == [(100.0,)]


MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("no id", {"id": None}, "field_missing"),
    ("no form", {"form": ""}, "field_missing"),
    ("no subject", {"subject": None}, "field_missing"),
    ("no author", {"author": None}, "field_missing"),
    ("no place", {"place": None}, "field_missing"),
    ("no time", {"made_at": None}, "field_missing"),
    ("a number for an id", {"id": 7}, "wrong_type"),
    ("a line break in an id", {"id": "a\nb"}, "wrong_type"),
    ("an id as long as a book", {"id": "a" * 5000}, "wrong_type"),
    ("a list for a subject", {"subject": ["mai"]}, "wrong_type"),
    ("a list for the answers", {"answers": []}, "wrong_type"),
    ("a number for the form", {"form": 3}, "wrong_type"),
    ("a kind that there is not", {"kind": "wish"}, "wrong_type"),
    ("a base that is no id", {"base": {"called": 4}}, "wrong_type"),
    ("a clock that is none", {"hlc": "soon"}, "wrong_type"),
    ("a correction of nothing", {"kind": "correction"}, "field_missing"),
    ("a time without an offset", {"made_at": "2026-03-01T08:30:00"}, "bad_time"),
    ("a day that there is not", {"made_at": "2026-02-30T08:30:00+07:00"}, "bad_time"),
    ("a time that is a word", {"made_at": "yesterday"}, "bad_time"),
    ("a NUL in an answer", {"answers": {"remark": "a\0b"}}, "bad_text"),
    ("half a letter", {"answers": {"remark": "\ud800"}}, "bad_text"),
    ("a NUL in a key", {"answers": {"a\0": "b"}}, "bad_text"),
]


@pytest.mark.parametrize(("change", "reason"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_a_mistake_is_refused_by_name_and_its_neighbours_are_taken_in(
    world: World, change: dict[str, Any], reason: str
) -> None:
    receipts = world.send(body(id="before"), {**body(id="wrong"), **change}, body(id="after"))
    assert [told(receipt) for receipt in receipts] == [(ACCEPTED, ""), (REFUSED, reason), (ACCEPTED, "")]


def test_words_that_look_like_a_nul_are_only_words(world: World) -> None:
    assert told(world.send(body(answers={"remark": "he wrote \\u0000 on the card"}))[0]) == (ACCEPTED, "")


def test_answers_nested_without_end_and_bodies_without_end_are_refused(world: World) -> None:
    deep: Any = "x"
    for _ in range(DEEPEST + 1):
        deep = {"a": deep}
    assert told(world.send(body(answers=deep))[0]) == (REFUSED, "too_deep")
    assert told(world.send(body(answers={"remark": "x" * LARGEST}))[0]) == (REFUSED, "too_big")


@pytest.mark.parametrize(("text", "reason"), [
    (b"[" * 100_000, "too_deep"),
    (b'{"a":' * 50_000, "too_deep"),
    (b'{"id": NaN}', "bad_json"),
    (b'{"id": ' + b"9" * 10_000 + b"}", "bad_json"),
    (b"\xff\xfe", "bad_json"),
    (b'{"id": "a"', "bad_json"),
    (b"<html>", "bad_json"),
])  # fmt: skip
def test_what_is_not_json_is_refused_by_name(world: World, text: bytes, reason: str) -> None:
    refusals = []
    try:
        refusals = list(decode(text))
    except Exception as error:  # a list is refused as a whole
        refusals = [error]
    items = list(items_of(refusals, AREAS, NOW))
    assert [told(receipt) for receipt in world.submit(items)] == [(REFUSED, reason)]


def test_nobodys_form_and_nobodys_version_are_held(world: World) -> None:
    receipts = world.send(body("census"), body("visit", version="99"), body("visit", version="1"))
    assert [told(one) for one in receipts] == [(HELD, "form_unknown"), (HELD, "version_unknown"), (ACCEPTED, "")]


class TestTime:
    def test_a_phone_in_2099_is_held_and_one_that_lost_its_time_too(self, world: World) -> None:
        receipts = world.send(body(made_at="2099-01-01T10:00:00+07:00"), body(made_at="1970-01-01T07:00:10+07:00"))
        assert [told(receipt) for receipt in receipts] == [(HELD, "day_in_future"), (HELD, "day_too_early")]

    def test_tomorrow_is_not_the_future_the_day_after_is(self, world: World) -> None:
        from datetime import UTC, datetime, timedelta

        today = datetime.fromtimestamp(NOW / 1000, UTC)
        sent = [body(made_at=(today + timedelta(days=days)).isoformat()) for days in (0, 1, 2)]
        assert [told(one) for one in world.send(*sent)] == [(ACCEPTED, ""), (ACCEPTED, ""), (HELD, "day_in_future")]

    def test_the_day_that_the_form_asks_for_counts_more_than_a_wrong_clock(self, world: World) -> None:
        sent = body(made_at="2099-01-01T10:00:00+07:00", answers={"visit_day": "2026-04-01", "hb": 90})
        assert told(world.send(sent)[0]) == (ACCEPTED, "")
        future = body(answers={"visit_day": "2099-04-01"})
        assert told(world.send(future)[0]) == (HELD, "day_in_future")

    def test_a_phone_in_2099_does_not_win_for_ever_and_keeps_its_own_corrections(self, world: World) -> None:
        year_2099 = 4_077_000_000_000
        first = registered(id="a", made_at="2099-03-12T21:20:00+00:00", answers={"called": "Lan"})
        late = body("rename", id="b", made_at="2099-03-12T21:21:00+00:00", answers={"called": "Mai"}, base={"called": "a"})
        # Its form asks no day, so a person lets it in; what matters here is the order.
        for sent in (first, late):
            world.send(sent, received=NOW, sent=year_2099 + 60_000)
        from doorstep.record.held import kept_aside, release

        for aside in kept_aside(world.record):
            release(world.record, aside.n, "supervisor", made_at="2026-03-12T21:20:00+00:00")
        after = body("rename", id="c", made_at="2026-11-27T08:00:00+07:00", answers={"called": "Hoa"})
        world.send(after, received=NOW + 1000)
        world.catch_up()
        heads = world.rows("attribute", "submission, shown", "name = 'called'")
        assert heads == [("c", 1)]

    def test_the_measured_offset_puts_a_slow_clock_right(self, world: World) -> None:
        two_days = 2 * 86_400_000
        world.send(body(id="slow", made_at="2026-11-23T08:00:00+00:00"), received=NOW, sent=NOW - two_days)
        offset, stamp = world.rows("submission", "clock_offset, stamp", "id = 'slow'")[0]
        assert offset == two_days
        from doorstep.record.envelope import read_moment

        assert stamp == (read_moment("2026-11-25T08:00:00+00:00")) * 1000

    def test_no_stamp_is_later_than_receipt_nor_before_what_it_corrects(self, world: World) -> None:
        world.send(body(id="a", made_at="2026-11-20T08:00:00+07:00"))
        correction = body(id="b", kind="correction", replaces="a", made_at="2026-01-01T08:00:00+07:00", answers={"hb": 80})
        world.send(correction)
        stamps = dict(world.rows("submission", "id, stamp"))
        assert stamps["b"] > stamps["a"]
        assert max(stamps.values()) <= NOW * 1000 + 1


class TestWho:
    def test_somebody_whom_nobody_knows_is_held(self, world: World) -> None:
        receipt = world.send(body(author=STRANGER), authority=AREAS, sender=STRANGER)[0]
        assert told(receipt) == (HELD, "author_unknown")

    def test_work_of_another_without_a_signature_is_held(self, world: World) -> None:
        assert told(world.send(body(), authority=AREAS, sender=OTHER)[0]) == (HELD, "author_not_sender")
        assert told(world.send(body(), authority=AREAS, sender=ATTENDANT)[0]) == (ACCEPTED, "")

    def test_a_place_outside_the_area_is_held_and_one_that_is_nowhere_too(self, world: World) -> None:
        sent = body(place=FAR_VILLAGE), body(place="XX-1")
        receipts = world.send(*sent, authority=AREAS, sender=ATTENDANT)
        assert [told(one) for one in receipts] == [(HELD, "place_outside_area"), (HELD, "place_unknown")]

    def test_another_areas_subject_is_held_until_a_person_says_that_she_moved(self, world: World) -> None:
        world.send(registered(), authority=AREAS, sender=ATTENDANT)
        elsewhere = body(id="met", author=OTHER, place=FAR_VILLAGE)
        assert told(world.send(elsewhere, authority=AREAS, sender=OTHER)[0]) == (HELD, "subject_of_another_area")
        from doorstep.record.held import kept_aside, release

        release(world.record, kept_aside(world.record)[0].n, "supervisor")
        again = body(id="met-again", author=OTHER, place=FAR_VILLAGE)
        assert told(world.send(again, authority=AREAS, sender=OTHER)[0]) == (ACCEPTED, "")

    def test_who_may_not_erase_is_held_and_nothing_is_erased(self, world: World) -> None:
        world.send(registered(), authority=AREAS, sender=ATTENDANT)
        erase = body(kind="erase", form="", place="")
        assert told(world.send(erase, authority=AREAS, sender=ATTENDANT)[0]) == (HELD, "role_may_not")
        assert world.rows("erasure") == []

    def test_a_signature_that_fits_carries_anybodys_work(self, world: World) -> None:
        assert told(world.send(signed(body()), authority=SIGNED, sender="a-passing-phone")[0]) == (ACCEPTED, "")

    def test_a_signature_that_does_not_fit_is_refused_and_kept(self, world: World) -> None:
        changed = {**signed(body(id="one", answers={"hb": 60})), "answers": {"hb": 120}}
        assert told(world.send(changed, authority=SIGNED, sender=ATTENDANT)[0]) == (REFUSED, "bad_signature")
        foreign = signed(body(id="two"), Ed25519PrivateKey.generate())
        assert told(world.send(foreign, authority=SIGNED, sender=ATTENDANT)[0]) == (REFUSED, "bad_signature")
        garbage = {**signed(body(id="three")), "sig": "not base64!"}
        assert told(world.send(garbage, authority=SIGNED, sender=ATTENDANT)[0]) == (REFUSED, "bad_signature")
        assert len(world.rows("aside", "id", "reason = 'bad_signature'")) == 3
        assert world.rows("submission") == []

    def test_a_phone_that_signs_always_signs_and_one_that_nobody_enrolled_is_held(self, world: World) -> None:
        assert told(world.send(body(device=PHONE), authority=SIGNED, sender=ATTENDANT)[0]) == (HELD, "not_signed")
        unknown = signed(body(device="phone-8"))
        assert told(world.send(unknown, authority=SIGNED, sender=ATTENDANT)[0]) == (HELD, "device_unknown")


class TestErased:
    def test_pushed_again_it_is_a_duplicate_and_nothing_returns(self, world: World) -> None:
        sent = registered(id="one")
        world.send(sent, body(kind="erase", form="", place=""))
        assert told(world.send(sent)[0]) == (DUPLICATE, "")
        assert told(world.send({**sent, "answers": {"called": "Other"}})[0]) == (DUPLICATE, "")
        world.catch_up()
        assert world.rows("fact") == world.rows("attribute") == world.rows("answer") == []

    def test_what_comes_late_is_refused_and_its_body_dropped(self, world: World) -> None:
        world.send(registered(), body(kind="erase", form="", place=""))
        receipt = world.send(body(answers={"remark": SECRET_REMARK}))[0]
        assert told(receipt) == (REFUSED, "subject_erased")
        assert "register her anew" in receipt.told()["next"]
        assert world.rows("aside") == []

    def test_an_erasure_cannot_be_corrected_away(self, world: World) -> None:
        world.send(registered(), body(id="gone", kind="erase", form="", place=""))
        undo = body("visit", subject=SOK, kind="correction", replaces="gone")
        assert told(world.send(undo)[0]) == (REFUSED, "erasure_stands")

    def test_of_a_birth_the_mothers_erasure_leaves_the_babys_words(self, world: World) -> None:
        world.send(registered(), born())
        world.send(body(kind="erase", form="", place=""))
        world.catch_up()
        assert world.rows("fact", "subject, code, num", "code = 'weight'") == [("mai-baby", "weight", 3100.0)]
        assert world.rows("fact", "subject", "subject = 'mai'") == []
        days = world.rows("fact", "day", "code = 'born'")
        from doorstep.content.dates import day_number

        assert days == [(day_number("2026-09-30"),)], "the day of birth was asked once, of both"


def test_a_correction_of_another_form_is_held(world: World) -> None:
    world.send(registered(id="one"))
    wrong = body("visit", kind="correction", replaces="one")
    assert told(world.send(wrong)[0]) == (HELD, "corrects_another_form")


def test_what_doorstep_itself_fails_on_is_held_and_its_neighbours_are_taken_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from doorstep.record import intake

    real = intake.split

    def defect(subject: str, sent: Any, *rest: Any) -> Any:
        if sent.get("id") == "poison":
            raise ZeroDivisionError
        return real(subject, sent, *rest)

    monkeypatch.setattr(intake, "split", defect)
    receipts = world.send(body(id="a"), body(id="poison"), body(id="b"))
    assert [told(one) for one in receipts] == [(ACCEPTED, ""), (HELD, "not_understood"), (ACCEPTED, "")]


def test_every_reason_says_what_happened_what_is_safe_and_what_to_do() -> None:
    for reason in REASONS.values():
        for words in (reason.happened, reason.safe, reason.next):
            assert len(words.split()) >= 3, reason
            assert words[0].isupper(), reason
            assert words.rstrip()[-1] == ".", reason


def test_anything_at_all_gets_an_outcome(world: World) -> None:
    """Shapes at random, with the fields of a submission among them: a receipt for each, and never an exception."""
    chance = random.Random(4)
    atoms: list[Any] = [None, True, 0, -1, 1e308, "", "x", "2026-03-01T08:30:00+07:00", [], {}, "\ud800", "a" * 200, 10**30]

    def value(depth: int = 0) -> Any:
        kind = chance.random()
        if depth > 2 or kind < 0.6:
            return chance.choice(atoms)
        if kind < 0.8:
            return [value(depth + 1) for _ in range(chance.randrange(3))]
        return {chance.choice(["called", "hb", "babies", "a"]): value(depth + 1) for _ in range(chance.randrange(3))}

    fields = [*body(), "kind", "base", "replaces", "hlc", "sig", "salt", "device", "version", "pack", "root", "prev"]
    sent = []
    for number in range(400):
        one: dict[str, Any] = body(chance.choice(["visit", "birth", "register"]), id=f"r{number}")
        for _ in range(chance.randrange(4)):
            one[chance.choice(fields)] = value()
        one["answers"] = value() if chance.random() < 0.5 else {"babies": value(), "hb": value(), "visit_day": value()}
        sent.append(one)
    receipts = world.send(*sent)
    assert len(receipts) == len(sent)
    assert {receipt.outcome for receipt in receipts} >= {ACCEPTED, REFUSED}
    world.catch_up()
    assert "not_understood" not in {receipt.reason for receipt in receipts}
