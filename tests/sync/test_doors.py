"""A phone at the server's doors: enrolled by a code, told its state, taking what it may hold, bringing what it made."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import time
from datetime import timedelta

import pyrage
import pytest
from cryptography.exceptions import InvalidSignature
from django.utils import timezone

from doorstep.accounts.models import Assignment, Audit, Device, PhoneCode, Token, Worker
from doorstep.record.held import kept_aside
from doorstep.sync import codes, phones
from doorstep.sync.beforehand import MOST, Coming
from doorstep.sync.guesses import FROM_ONE
from tests.record.cast import ATTENDANT, MAI, OTHER, SECRET_NAME, SECRET_REMARK, body, registered
from tests.sync.station import MIDWIFE, SUPERVISOR, Phone, Station, signed_by_the_station


class TestEnrolment:
    def test_a_code_makes_a_phone_hers_once(self, station: Station) -> None:
        code = station.code(ATTENDANT)
        assert len(code) == 8
        assert set(code) <= set(codes.ALPHABET)
        phone = Phone(station, ATTENDANT, "phone-1")
        answer = phone.enrol(f" {code[:4].lower()}-{code[4:]} ")
        assert answer.status == 200
        assert answer.json["worker"] == {"username": ATTENDANT, "called": f"{ATTENDANT} (invented)", "language": ""}
        assert answer.json["recipient"].startswith("age1")
        assert answer.json["generation"] == station.world.store.generation
        assert phone.state["standing"] == "active"
        again = Phone(station, ATTENDANT, "phone-2").enrol(code)
        assert again.status == 404

    def test_whose_answer_was_lost_asks_again_with_the_same_code_and_key(self, station: Station) -> None:
        code = station.code(ATTENDANT)
        phone = Phone(station, ATTENDANT, "phone-1")
        assert phone.enrol(code).status == 200
        lost = phone.token
        assert phone.enrol(code).status == 200
        assert phone.token != lost
        assert phone.state["standing"] == "active"
        assert Phone(station, ATTENDANT, "phone-1").enrol(code).status == 404, "another key"
        phones.revoke(phone.row, SUPERVISOR)
        assert phone.enrol(code).status == 404, "a key that was revoked"

    def test_wrong_used_and_expired_are_one_answer(self, station: Station) -> None:
        used = station.code(ATTENDANT)
        Phone(station, ATTENDANT, "phone-1").enrol(used)
        expired = station.code(OTHER)
        PhoneCode.objects.filter(worker__username=OTHER).update(expires_at=timezone.now() - timedelta(seconds=1))
        gone = station.code(MIDWIFE)
        Worker.objects.filter(username=MIDWIFE).update(is_active=False)
        answers = [Phone(station, "x", f"phone-{n}").enrol(code) for n, code in enumerate((used, expired, gone, "AAAAAAAA", "A"))]
        assert {answer.status for answer in answers} == {404}
        assert len({answer.body for answer in answers}) == 1
        assert {"happened", "safe", "next"} == set(answers[0].json)

    def test_only_a_hash_of_a_code_is_kept_and_a_new_one_ends_the_one_before(self, station: Station) -> None:
        first, second = station.code(ATTENDANT), station.code(ATTENDANT)
        kept = " ".join(str(row) for row in PhoneCode.objects.values_list())
        assert first not in kept
        assert second not in kept
        assert Phone(station, ATTENDANT, "phone-1").enrol(first).status == 404
        assert Phone(station, ATTENDANT, "phone-1").enrol(second).status == 200

    def test_whoever_guesses_is_slowed_down_and_her_colleague_is_not(self, station: Station) -> None:
        code = station.code(ATTENDANT)
        for n in range(FROM_ONE):
            assert Phone(station, "x", f"phone-{n}").enrol("AAAAAAAA").status == 404
        slowed = Phone(station, ATTENDANT, "phone-1").enrol(code)
        assert slowed.status == 429
        assert int(slowed.headers["retry-after"]) > 0
        asked = json.dumps({"code": code, "device": "phone-1", "public_key": "ab" * 32}).encode()
        assert station.request("POST", "enrol", asked, address="10.0.0.2").status == 200

    @pytest.mark.parametrize("asked", [
        b"", b"[]", b"{", b'{"code": 5}', json.dumps({"code": "AAAAAAAA", "device": "a b", "public_key": "ab" * 32}).encode(),
        json.dumps({"code": "AAAAAAAA", "device": "phone", "public_key": "short"}).encode(),
    ])  # fmt: skip
    def test_what_makes_no_sense_is_told_so(self, station: Station, asked: bytes) -> None:
        assert station.request("POST", "enrol", asked).status == 400

    def test_the_same_worker_on_the_same_phone_again_works_and_what_she_signed_before_still_comes(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        before, sent = phone.token, phone.made("register", MAI, id="one", answers=registered()["answers"])
        again = Phone(station, ATTENDANT, "phone-1")
        assert again.enrol(station.code(ATTENDANT)).status == 200
        assert [(one["outcome"], one.get("reason")) for one in again.push(sent)] == [("accepted", None)]
        assert [one["outcome"] for one in again.push(again.made(id="two"))] == ["accepted"]
        assert station.request("GET", "state", token=before).json["standing"] == "revoked", "the token before is worthless"
        assert Device.objects.count() == 1

    def test_a_server_that_came_back_from_a_backup_takes_what_a_phone_signed_with_a_key_made_since(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        sent = phone.made("register", MAI, id="one", answers=registered()["answers"])
        phone.row.delete()  # the backup is older than this phone
        again = Phone(station, ATTENDANT, "phone-1")
        told = {"code": station.code(ATTENDANT), "device": "phone-1", "public_key": again.public_key,
                "former": {ATTENDANT: [phone.public_key, "no key", 3], OTHER: ["0" * 64]}}  # fmt: skip
        again.token = station.request("POST", "enrol", json.dumps(told).encode()).json["token"]
        assert [one["outcome"] for one in again.push(sent)] == ["accepted"]
        assert again.row.former_keys == phone.public_key

    def test_a_revoked_key_is_not_brought_back_by_naming_it(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        sent = phone.made("register", MAI, id="one", answers=registered()["answers"])
        phones.revoke(phone.row, SUPERVISOR)
        again = Phone(station, ATTENDANT, "phone-1")
        told = {"code": station.code(ATTENDANT), "device": "phone-1", "public_key": again.public_key,
                "former": {ATTENDANT: [phone.public_key]}}  # fmt: skip
        again.token = station.request("POST", "enrol", json.dumps(told).encode()).json["token"]
        assert again.row.former_keys == ""
        assert [one["outcome"] for one in again.push(sent)] == ["refused"]

    def test_two_workers_on_one_phone_have_each_their_own(self, station: Station) -> None:
        one, two = station.phone(ATTENDANT), station.phone(OTHER)
        assert one.device == two.device
        assert one.state["worker"]["username"] == ATTENDANT
        assert two.state["worker"]["username"] == OTHER
        forged = two.signed({**registered(id="forged"), "author": OTHER})
        assert one.push({**forged, "author": ATTENDANT})[0]["reason"] == "bad_signature"


class TestState:
    def test_it_says_who_where_what_is_open_and_which_pack(self, station: Station) -> None:
        told = station.phone(MIDWIFE).state
        assert [area["id"] for area in told["areas"]] == ["KH-16"]
        assert told["roles"] == [{"role": "midwife", "place": "KH-16"}]
        assert told["opens"] == {"KH-16": {"small": ["care", "hiv", "identity"]}}
        assert set(told) >= {"time", "generation", "scope", "pack", "recipient"}

    def test_nobody_without_a_token_and_no_token_of_another_kind(self, station: Station) -> None:
        from doorstep.accounts.tokens import make_token

        script = make_token(Worker.objects.get(username=ATTENDANT))
        for token in ("", "dst_wrong", script):
            for method, path in (("GET", "state"), ("GET", "area"), ("POST", "pull"), ("POST", "push"), ("POST", "parcels")):
                assert station.request(method, path, b"{}", token).status == 401, path

    def test_the_pack_is_what_the_state_names_and_stays_for_ever(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        answer = phone.get(f"pack/{phone.state['pack']}", HTTP_ACCEPT_ENCODING="gzip")
        assert "immutable" in answer.headers["cache-control"]
        assert set(answer.json) >= {"ddl", "tables", "facts", "steps", "facts_all", "steps_all", "trees", "status", "forms", "dictionary"}
        assert answer.json == phone.get(f"pack/{phone.state['pack']}").json
        assert phone.get("pack/another").status == 404


class TestStanding:
    def test_a_locked_phone_takes_nothing_but_still_brings_what_was_made(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        phones.lock(phone.row, SUPERVISOR)
        assert phone.state["standing"] == "locked"
        assert phone.get("area").status == 403
        assert phone.post("pull", {}).status == 403
        assert phone.push(phone.made("register", id="one"))[0]["outcome"] == "accepted"
        phones.unlock(phone.row, SUPERVISOR)
        assert phone.get("area").status == 200

    @pytest.mark.parametrize("wipe", [False, True])
    def test_a_revoked_phone_opens_nothing_but_its_state(self, station: Station, wipe: bool) -> None:
        phone = station.phone(ATTENDANT)
        phones.revoke(phone.row, SUPERVISOR, wipe)
        station.accounts.forget()
        told = phone.state
        assert told["standing"] == ("wipe" if wipe else "revoked")
        assert not {"areas", "pack", "opens", "scope"} & set(told)
        for method, path in (("GET", "area"), ("POST", "pull"), ("POST", "push"), ("POST", "parcels"), ("GET", "pack/x")):
            assert station.request(method, path, b"{}", phone.token).status == 403, path
        assert station.accounts.sender_of(phone.token) is None, "nor the other doors"
        with pytest.raises(ValueError, match="enrolled anew"):
            phones.unlock(phone.row, SUPERVISOR)

    def test_what_a_revoked_phone_had_sealed_is_held_for_a_person_whoever_brings_it(self, station: Station) -> None:
        lost, carrier = station.phone(ATTENDANT, "lost"), station.phone(OTHER, "carrier")
        sent = lost.made("register", id="one")
        phones.revoke(lost.row, SUPERVISOR)
        station.accounts.forget()
        receipts = carrier.post("parcels", seal(carrier, [sent])).json["receipts"]
        assert [(one["id"], one["outcome"], one["reason"]) for one in receipts] == [("one", "held", "device_unknown")]
        assert [one.id for one in kept_aside(station.world.record)] == ["one"]

    def test_a_supervisor_may_allow_a_new_pin_once(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        assert phone.enrol(token=phone.token).status == 404, "not without being allowed"
        assert "unlock" not in phone.state
        phones.lock(phone.row, SUPERVISOR)
        phones.allow_new_pin(phone.row, SUPERVISOR)
        assert phone.state["unlock"] is True
        anew = Phone(station, ATTENDANT, "phone-1")
        assert anew.enrol(token=phone.token).status == 200
        assert "unlock" not in anew.state
        assert Phone(station, ATTENDANT, "phone-1").enrol(token=anew.token).status == 404, "once"
        assert Phone(station, ATTENDANT, "other-phone").enrol(token=anew.token).status == 404

    def test_a_phone_that_began_anew_and_lost_the_answer_asks_again_with_the_same_key(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        phones.allow_new_pin(phone.row, SUPERVISOR)
        anew = Phone(station, ATTENDANT, "phone-1")
        assert anew.enrol(token=phone.token).status == 200
        assert anew.enrol(token=phone.token).status == 200
        assert anew.state["standing"] == "active"
        assert Phone(station, ATTENDANT, "phone-1").enrol(token=phone.token).status == 404, "another key"
        phones.revoke(anew.row, SUPERVISOR)
        assert anew.enrol(token=phone.token).status == 404

    def test_who_no_longer_works_here_has_a_phone_that_opens_nothing(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        Worker.objects.filter(username=ATTENDANT).update(is_active=False)
        assert phone.state["standing"] == "revoked"
        assert phone.get("area").status == 403

    def test_every_decision_about_a_phone_is_written_down(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        phones.lock(phone.row, SUPERVISOR)
        phones.allow_new_pin(phone.row, SUPERVISOR)
        phones.revoke(phone.row, SUPERVISOR)
        phones.revoke(phone.row, SUPERVISOR, wipe=True)
        told = list(Audit.objects.filter(about__contains="phone-1").order_by("pk").values_list("worker", "action"))
        assert told == [
            (ATTENDANT, "enrolled"), (SUPERVISOR, "phone_locked"), (SUPERVISOR, "phone_new_pin"), (SUPERVISOR, "revoked"),
            (SUPERVISOR, "phone_wiped"),
        ]  # fmt: skip


def seal(phone: Phone, sent: object) -> bytes:
    """As a phone seals what it made."""
    return pyrage.encrypt(json.dumps(sent).encode(), [pyrage.x25519.Recipient.from_str(phone.told["recipient"])])


class TestPush:
    def test_receipts_are_those_of_the_intake_with_the_number_in_the_log(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        one, two = phone.made("register", id="one"), phone.made(id="two")
        assert [(r["id"], r["outcome"], r["seq"]) for r in phone.push(one, two)] == [("one", "accepted", 1), ("two", "accepted", 2)]
        held = phone.signed({**registered(id="three"), "place": "KH-01020101"})
        again = phone.push(two, one, held)
        assert [(r["outcome"], r.get("seq")) for r in again] == [("duplicate", 2), ("duplicate", 1), ("held", None)]
        assert phone.push(phone.made(id="four"), {"id": "five"})[1]["outcome"] == "refused"

    def test_it_may_come_packed_and_in_the_middle_of_it_is_told_so(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        packed = gzip.compress(json.dumps([phone.made("register", id="one")]).encode())
        assert phone.post("push", packed[:-9], HTTP_CONTENT_ENCODING="gzip").status == 400
        assert phone.post("push", packed, HTTP_CONTENT_ENCODING="gzip").json["counts"] == {"accepted": 1}


class TestParcels:
    def test_anybodys_sealed_work_is_taken_from_whoever_carries_it(self, station: Station) -> None:
        hers, carrier = station.phone(ATTENDANT, "hers"), station.phone(OTHER, "carrier")
        sealed = [seal(hers, hers.made("register", id="one")), seal(hers, [hers.made(id="two"), hers.made(id="three")])]
        assert carrier.post("parcels", sealed[0]).json["receipts"] == [{"id": "one", "outcome": "accepted", "seq": 1}]
        listed = [base64.b64encode(one).decode() for one in (*sealed, b"broken")]
        answer = carrier.post("parcels", {"parcels": listed}).json
        assert [(one["id"], one["outcome"]) for one in answer["receipts"]] == [
            ("one", "duplicate"), ("two", "accepted"), ("three", "accepted"),
        ]  # fmt: skip
        assert answer["unreadable"] == [2]
        said = signed_by_the_station(carrier, answer["proof"])
        assert said["generation"] == station.world.store.generation
        assert [(one["key"], [told["id"] for told in one["receipts"]]) for one in said["sealed"]] == [
            (hashlib.sha256(sealed[0]).hexdigest(), ["one"]), (hashlib.sha256(sealed[1]).hexdigest(), ["two", "three"]),
        ]  # fmt: skip
        assert [told.get("seq") for told in said["sealed"][1]["receipts"]] == [one.get("seq") for one in answer["receipts"][1:]]
        with pytest.raises(InvalidSignature):
            signed_by_the_station(carrier, {**answer["proof"], "said": answer["proof"]["said"].replace("two", "six")})
        words = json.dumps(answer)
        assert MAI not in words
        assert SECRET_NAME not in words
        assert SECRET_REMARK not in words

    def test_what_cannot_be_read_gets_receipts_for_none(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        foreign = pyrage.encrypt(b"{}", [pyrage.x25519.Identity.generate().to_public()])
        good = seal(phone, phone.made("register", id="one"))
        for broken in (b"", b"words", foreign, good[:-1], good[:40], good[:-20] + bytes(20)):
            answer = phone.post("parcels", broken)
            assert answer.status == 400
            assert answer.json["receipts"] == []
            assert {"happened", "safe", "next"} <= set(answer.json)
        assert phone.post("parcels", b'{"parcels": "no list"}').status == 400
        assert station.world.rows("submission") == []

    def test_what_was_sealed_well_and_is_no_work_holds_nothing_up(self, station: Station) -> None:
        hers, carrier = station.phone(ATTENDANT, "hers"), station.phone(OTHER, "carrier")
        recipient = pyrage.x25519.Recipient.from_str(carrier.told["recipient"])
        listed = [bytes(pyrage.encrypt(b"no json", [recipient])), seal(hers, hers.made("register", id="one"))]
        answer = carrier.post("parcels", {"parcels": [base64.b64encode(one).decode() for one in listed]}).json
        assert [(one["id"], one["outcome"]) for one in answer["receipts"]] == [("", "refused"), ("one", "accepted")]

    def test_whoever_takes_an_id_first_gets_no_receipt_for_the_work_of_others(self, station: Station) -> None:
        hers, thief = station.phone(ATTENDANT, "hers"), station.phone(OTHER, "thief")
        sealed = seal(hers, hers.made("register", id="one"))
        proof = thief.post("parcels", seal(thief, registered(id="one"))).json["proof"]
        assert hashlib.sha256(sealed).hexdigest() not in proof["said"]

    def test_unsigned_work_in_a_parcel_is_held(self, station: Station) -> None:
        carrier = station.phone(OTHER, "carrier")
        receipts = carrier.post("parcels", seal(carrier, registered(id="one"))).json["receipts"]
        assert (receipts[0]["outcome"], receipts[0]["reason"]) == ("held", "author_not_sender")


def made_beforehand(station: Station) -> Coming:
    """The one that waits for its phone, packed."""
    [coming] = station.app.beforehand._coming.values()
    coming.made.result(60)
    until = time.monotonic() + 60
    while coming.packed is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    return coming


class TestPieces:
    def test_a_first_pull_that_broke_off_goes_on_where_it_was(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        station.world.send(registered(id="one"))
        whole = phone.get("area")
        assert whole.status == 200
        station.world.send(registered(id="two", subject="another"))  # what comes meanwhile comes with the next pull
        rest = phone.get("area", QUERY_STRING=f"from=500&mark={whole.headers['x-mark']}")
        assert rest.status == 200
        assert rest.headers["x-from"] == "500"
        assert rest.headers["x-mark"] == whole.headers["x-mark"]
        assert whole.body[:500] + rest.body == whole.body

    def test_the_first_one_is_made_while_the_secret_is_chosen(self, station: Station) -> None:
        station.world.send(registered(id="one"))
        phone = station.phone(ATTENDANT)
        coming = made_beforehand(station)
        told = phone.get("area", HTTP_ACCEPT_ENCODING="br")
        assert told.body == coming.made.result()[1]
        assert coming.packed
        assert int(told.headers["content-length"]) == len(coming.packed)
        assert station.app.beforehand._coming == {}, "what went out is not kept"
        assert phone.get("area").body == told.body, "who asks again gets one as well"

    @pytest.mark.parametrize("what", ["added", "erased", "reassigned", "revoked"])
    def test_what_was_made_beforehand_goes_out_only_while_it_is_true(self, station: Station, what: str) -> None:
        station.world.send(registered(id="one"))
        phone = station.phone(ATTENDANT)
        made = made_beforehand(station).made.result()[1]
        before = len(json.loads(made)["people"])
        if what == "added":
            station.world.send(registered(id="two", subject="another"))
        elif what == "erased":
            station.world.send(body("", MAI, kind="erase", id="two", place=""))
        elif what == "reassigned":
            Assignment.objects.filter(worker__username=ATTENDANT).update(place="KH-01020101")
        else:
            phones.revoke(Device.objects.get(worker__username=ATTENDANT), SUPERVISOR)
        told = phone.get("area")
        assert told.body != made
        assert told.status == (403 if what == "revoked" else 200)
        if what != "revoked":
            assert len(told.json["people"]) == before + (1 if what == "added" else -1)

    def test_of_many_at_once_only_a_few_are_kept_and_nobody_waits_for_others(self, station: Station) -> None:
        station.world.send(registered(id="one"))
        beforehand, phone = station.app.beforehand, station.phone(ATTENDANT)
        made_beforehand(station)
        asked = phones.phone_of(phone.token)
        assert asked
        whose, *behind = station.app._whose(asked)
        with beforehand._one:  # somebody else's is being made
            for number in range(MOST + 3):
                beforehand.begin(number, *behind)
            assert list(beforehand._coming) == [whose, *range(MOST - 1)]
            assert json.loads(beforehand.document(0, *behind)[0])["people"], "made at once: its turn is far"
            assert phone.get("area").status == 200
        for number in range(1, MOST - 1):
            assert beforehand.document(number, *behind)[0]
        assert beforehand._coming == {}

    def test_what_is_not_the_same_any_more_comes_whole(self, station: Station) -> None:
        phone, other = station.phone(ATTENDANT), station.phone(OTHER, "phone-2")
        station.world.send(registered(id="one"))

        def begins(phone: Phone, asked: str) -> str:
            return phone.get("area", QUERY_STRING=asked).headers["x-from"]

        mark = phone.get("area").headers["x-mark"]
        assert begins(phone, f"from=500&mark={mark}") == "500"
        for asked in ("from=500", "from=500&mark=else", f"from=999999999&mark={mark}", f"from=words&mark={mark}"):
            assert begins(phone, asked) == "0", asked
            mark = phone.get("area").headers["x-mark"]
        assert begins(other, f"from=5&mark={mark}") == "0", "nobody else's"
        Assignment.objects.filter(worker__username=ATTENDANT).update(place="KH-01020101")
        assert begins(phone, f"from=5&mark={mark}") == "0", "her area is another"

    def test_it_is_packed_as_the_phone_takes_it(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        station.world.send(registered(id="one"))
        plain = phone.get("area")
        assert "content-encoding" not in plain.headers
        for taken, how in (("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip;q=0.5", "gzip")):
            told = phone.get("area", HTTP_ACCEPT_ENCODING=taken)
            assert told.headers["content-encoding"] == how
            assert told.body == plain.body
            assert int(told.headers["content-length"]) < len(plain.body) * 0.7

    def test_an_app_from_before_is_told_that_it_is_too_old(self, station: Station) -> None:
        answer = station.phone(ATTENDANT).get("snapshot")
        assert answer.status == 410
        assert "newer" in answer.json["next"]


def test_one_line_in_the_audit_log_for_each_look_and_no_name_in_it(station: Station) -> None:
    phone = station.phone(MIDWIFE)
    station.world.send(registered())
    phone.snapshot()
    phone.pull("")
    told = list(Audit.objects.filter(action="synced").values_list("worker", "subject", "about"))
    assert told == [(MIDWIFE, "", "phone-1 fresh"), (MIDWIFE, "", "phone-1 snapshot")]
    assert Token.objects.get(worker__username=MIDWIFE).device == phone.row
    assert phone.row.last_seen_at is not None


def test_other_addresses_and_methods_lead_nowhere(station: Station) -> None:
    phone = station.phone(ATTENDANT)
    for method, path in (("GET", "push"), ("POST", "area"), ("GET", "../state"), ("GET", ""), ("DELETE", "state")):
        assert station.request(method, path, token=phone.token).status == 404
