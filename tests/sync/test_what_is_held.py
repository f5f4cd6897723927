"""What a phone holds, and no longer holds: whoever leaves, is merged, is erased; whose area or role changes."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from doorstep.accounts.models import Assignment
from doorstep.record import schema
from doorstep.record.backup import backup, restore
from doorstep.record.lists import today
from doorstep.record.record import Record
from doorstep.record.replay import rebuild
from doorstep.record.store import Config, Store
from tests.record.cast import (
    ATTENDANT,
    BABY,
    FAR_VILLAGE,
    MADE,
    MAI,
    OTHER,
    SECRET_NAME,
    SECRET_REMARK,
    SOK,
    VILLAGE,
    body,
    born,
    registered,
)  # fmt: skip
from tests.sync.held import Register
from tests.sync.station import MANAGER, MIDWIFE, Phone, Station


def moved(subject: str, to: str, **more: Any) -> dict[str, Any]:
    """She says where she lives now."""
    return body("register", subject, answers={"residence": to, "called": SECRET_NAME}, **{"made_at": "2026-06-01T08:00:00+07:00", **more})


def ids(pulled: dict[str, Any]) -> tuple[list[str], list[str]]:
    """(of bundles, of forgets)"""
    return sorted(one["subject"] for one in pulled["bundles"]), pulled["forget"]


class TestTheFirstPull:
    def test_words_are_readable_and_under_the_id_that_counts(self, station: Station) -> None:
        station.world.send(registered(id="one"), body("rename", id="two", answers={"called": "Mai"}, base={"called": "one"}))
        held = station.phone(ATTENDANT).snapshot()
        facts = dict(held.of("fact", "code", "txt"))
        assert facts["remark"] == SECRET_REMARK
        assert facts["residence"] == VILLAGE
        assert held.of("attribute", "subject", "name", "value", "shown") == [
            (MAI, "called", '"Mai"', 1), (MAI, "residence", json.dumps(VILLAGE), 1),
        ]  # fmt: skip
        assert held.of("attribute_write", "submission", "name", "base", "has_base") == [("one", "residence", None, 0), ("two", "called", "one", 1)]
        assert held.of("answer", "submission", "code") == held.of("fact", "submission", "code")
        assert held.of("sub", "submission", "form", "author", "place", "subject")[0] == ("one", "register", ATTENDANT, VILLAGE, MAI)
        assert held.of("home", "subject", "place") == [(MAI, VILLAGE)]
        assert held.of("opened", "subject", "programme", "compartment") == [(MAI, "small", "care"), (MAI, "small", "identity")]

    def test_only_who_lives_in_the_area_is_there(self, station: Station) -> None:
        station.world.send(registered(), registered(subject=SOK, answers={"residence": FAR_VILLAGE, "called": "Sok of far away"}))
        here, there = station.phone(ATTENDANT).snapshot(), station.phone(OTHER).snapshot()
        assert [row[0] for row in here.of("subject", "subject")] == [MAI]
        assert [row[0] for row in there.of("subject", "subject")] == [SOK]
        assert SOK.encode() not in here.raw
        assert b"Sok of far away" not in here.raw

    def test_places_of_the_area_and_the_way_up_are_there_and_no_others(self, station: Station) -> None:
        held = station.phone(ATTENDANT).snapshot()
        assert [row[0] for row in held.of("place_unit", "id")] == ["HC-1", "KH", "KH-16", "KH-160101", VILLAGE]

    def test_a_birth_speaks_of_two_and_both_have_its_submission(self, station: Station) -> None:
        station.world.send(registered(id="one"), born(id="two"))
        held = station.phone(ATTENDANT).snapshot()
        assert ("two", BABY) in held.of("speaks_of", "submission", "subject")
        assert ("two", MAI) in held.of("speaks_of", "submission", "subject")
        assert held.of("relation", "subject", "name", "target") == [(BABY, "mother", MAI)]
        assert (BABY, "two", "person") in held.of("made", "subject", "submission", "kind")


class TestNothingTells:
    """A row, its title and a form's name included, says nothing of what the role may not open."""

    def story(self, station: Station) -> None:
        station.world.send(
            registered(id="one"),
            body(id="two", answers={"hiv_test": "positive", "visit_day": "2026-03-02"}, place=VILLAGE),
            body(id="three", answers={"hiv_treated": "yes", "remark": "nothing", "visit_day": "2026-03-09"}),
        )

    def test_the_raw_bytes_of_an_attendants_snapshot_hold_nothing_of_a_closed_compartment(self, station: Station) -> None:
        self.story(station)
        raw = station.phone(ATTENDANT).snapshot().raw
        for word in (b"hiv", b"positive", b"treat"):
            assert word not in raw, word
        opened = station.phone(MIDWIFE).snapshot()
        assert b"hiv_test" in opened.raw
        assert ("treat", "hiv") in opened.of("step", "step", "compartment")

    def test_nor_does_a_bundle(self, station: Station) -> None:
        attendant, midwife = station.phone(ATTENDANT), station.phone(MIDWIFE)
        cursors = [attendant.snapshot().cursor, midwife.snapshot().cursor]
        self.story(station)
        told = [json.dumps(phone.pull(cursor)["bundles"]) for phone, cursor in zip((attendant, midwife), cursors, strict=True)]
        assert "hiv" not in told[0]
        assert "positive" not in told[0]
        assert "hiv_test" in told[1]

    def test_a_manager_reads_care_and_no_name(self, station: Station) -> None:
        self.story(station)
        held = station.phone(MANAGER).snapshot()
        assert held.tables["fact"]
        assert held.tables["attribute"] == held.tables["attribute_write"] == []
        assert SECRET_NAME.encode() not in held.raw
        assert SECRET_REMARK.encode() not in held.raw

    def test_a_submission_of_which_nothing_is_open_is_not_there_by_its_name(self, station: Station) -> None:
        station.world.send(registered(id="one"), body("rename", id="two", answers={"called": "Mai"}))
        held = station.phone(MANAGER).snapshot()
        assert [row[0] for row in held.of("sub", "submission")] == ["one"]
        assert b"rename" not in held.raw

    def test_who_has_no_role_holds_nobody(self, station: Station) -> None:
        station.world.send(registered())
        held = station.phone("nobody").snapshot()
        assert held.tables["subject"] == held.tables["opened"] == held.tables["place_unit"] == []
        assert MAI.encode() not in held.raw


class TestChanges:
    def test_whoever_changed_comes_whole_and_nobody_else(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        station.world.send(registered(id="one"), registered(id="two", subject=SOK))
        cursor = phone.snapshot().cursor
        assert ids(phone.pull(cursor)) == ([], [])
        seq = station.world.send(body(id="three", answers={"hb": 81}))[0].seq
        pulled = phone.pull(cursor)
        assert ids(pulled) == ([MAI], [])
        assert pulled["as_of"] == pulled["bundles"][0]["as_of"] == seq
        codes = {row[pulled["columns"]["answer"].index("code")] for row in pulled["bundles"][0]["rows"]["answer"]}
        assert {"hb", "remark", "lmp_told"} <= codes
        assert ids(phone.pull(pulled["cursor"])) == ([], [])
        assert ids(phone.pull(cursor)) == ([MAI], []), "asked again, told again"

    def test_a_long_pull_comes_in_pieces_and_loses_nobody(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        cursor = phone.snapshot().cursor
        everybody = [f"woman-{n}" for n in range(11)]
        station.world.send(*(registered(id=f"r{n}", subject=who) for n, who in enumerate(everybody)))
        found: list[str] = []
        for _ in range(20):
            pulled = phone.pull(cursor, most=3)
            assert len(pulled["bundles"]) <= 3
            found += ids(pulled)[0]
            cursor = pulled["cursor"]
            if found == ["woman-0"]:
                station.world.send(body(id="late", subject="woman-0"))
            if not pulled["more"]:
                break
        assert sorted(set(found)) == sorted(everybody)

    def test_two_people_with_two_names_for_her_are_a_conflict_there_too(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        cursor = phone.snapshot().cursor
        station.world.send(
            registered(id="one"),
            body("rename", id="two", answers={"called": "Nang"}, base={"called": "one"}, made_at="2026-03-02T08:00:00+07:00"),
            body("rename", id="three", answers={"called": "Keo"}, base={"called": "one"}, made_at="2026-03-03T08:00:00+07:00"),
        )
        row = phone.pull(cursor)["bundles"][0]["rows"]["conflict"][0]
        assert row[:3] == [MAI, "attribute", "called"]
        assert [(one["submission"], one["value"], one["shown"]) for one in json.loads(row[3])] == [
            ("three", "Keo", True), ("two", "Nang", False),
        ]  # fmt: skip
        assert phone.snapshot().of("conflict", "subject", "what") == [(MAI, "called")]

    def test_two_corrections_of_one_visit_are_a_conflict_and_only_one_counts(self, station: Station) -> None:
        station.world.send(
            registered(id="one"), body(id="two", answers={"hb": 80}),
            body(id="three", kind="correction", replaces="two", answers={"hb": 90}, made_at="2026-03-02T08:00:00+07:00"),
            body(id="four", kind="correction", replaces="two", answers={"hb": 100}, made_at="2026-03-03T08:00:00+07:00"),
        )  # fmt: skip
        held = station.phone(ATTENDANT).snapshot()
        assert [row for row in held.of("fact", "code", "num") if row[0] == "hb"] == [("hb", 100)]
        assert held.of("conflict", "kind", "what") == [("correction", "two")]
        assert [one["submission"] for one in json.loads(held.tables["conflict"][0][3])] == ["four", "three"]
        assert held.of("corrected", "member", "root") == [("four", "two")]


class TestForget:
    def test_whoever_moves_away_is_forgotten_here_and_comes_there(self, station: Station) -> None:
        near, far = station.phone(ATTENDANT), station.phone(OTHER)
        station.world.send(registered(id="one"))
        cursors = near.snapshot().cursor, far.snapshot().cursor
        station.world.send(moved(MAI, FAR_VILLAGE))
        assert ids(near.pull(cursors[0])) == ([], [MAI])
        assert ids(far.pull(cursors[1])) == ([MAI], [])

    def test_a_phone_hears_nothing_of_people_whom_it_never_held(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        cursor = phone.snapshot().cursor
        station.world.send(registered(subject=SOK, answers={"residence": FAR_VILLAGE}, place=FAR_VILLAGE, author=OTHER))
        pulled = phone.pull(cursor)
        assert ids(pulled) == ([], [])
        assert pulled["cursor"] != cursor, "it was looked at, and need not be again"

    def test_her_own_work_about_somebody_who_lives_elsewhere_is_taken_back(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        cursor = phone.snapshot().cursor
        phone.push(phone.made("register", SOK, id="one", answers={"residence": FAR_VILLAGE, "called": "Sok"}))
        assert ids(phone.pull(cursor)) == ([], [SOK])

    def test_a_move_that_was_told_ahead_counts_from_its_day(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        station.world.send(registered(id="one"))
        cursor = phone.snapshot().cursor
        with station.world.store.register.write() as register:  # as homes_sql writes a residence that begins today
            register.run("UPDATE home SET valid_to = ? WHERE subject = ?", [today(), MAI])
            home = ("subject", "place", "told_on", "valid_from", "valid_to")
            register.insert("home", home, [(MAI, FAR_VILLAGE, today(), today(), 10_000_000)])
        parts = cursor.split(".")
        parts[3] = str(today() - 1)
        pulled = phone.pull(".".join(parts))
        assert ids(pulled) == ([], [MAI])
        assert ids(phone.pull(pulled["cursor"])) == ([], [])

    def test_the_record_that_was_merged_into_another_is_forgotten_and_the_other_has_its_facts(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        station.world.send(registered(id="one"), body("register", SOK, id="two", answers={"residence": VILLAGE, "remark": "the same"}))
        held = phone.snapshot()
        mine = Register(phone.pack()).fill(held)
        station.world.send(body("", MAI, kind="merge", id="three", answers={"other": SOK}, place=""))
        pulled = phone.pull(held.cursor)
        assert ids(pulled) == ([MAI], [SOK])
        bundle = pulled["bundles"][0]["rows"]
        assert bundle["alias"] == [[MAI, MAI], [SOK, MAI]]
        assert {row[1] for row in bundle["answer"]} == {MAI}
        assert "the same" in {row[9] for row in bundle["answer"]}, "its words are readable though they lie under her other key"
        assert {row[3] for row in bundle["sub"]} == {MAI}
        mine.take(pulled)
        assert {row[0] for row in mine.rows("fact")} == {MAI}
        station.world.send(body("", MAI, kind="unmerge", id="four", answers={"other": SOK}, place="", made_at="2026-07-01T08:00:00+07:00"))
        again = phone.pull(pulled["cursor"])
        assert ids(again) == ([MAI, SOK], [])
        assert "alias" not in again["bundles"][0]["rows"]

    def test_whoever_is_erased_is_forgotten_and_not_in_the_next_snapshot(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        station.world.send(registered(id="one"), born(id="two"))
        cursor = phone.snapshot().cursor
        station.world.send(body("", MAI, kind="erase", id="three", place=""))
        bundles, forget = ids(phone.pull(cursor))
        assert forget == [MAI]
        assert bundles == [BABY]
        raw = phone.snapshot().raw
        assert SECRET_NAME.encode() not in raw
        assert SECRET_REMARK.encode() not in raw


class TestFresh:
    def test_another_area_role_or_pack_takes_everything_anew(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        station.world.send(registered(id="one"))
        cursor, scope = phone.snapshot().cursor, phone.state["scope"]
        Assignment.objects.filter(worker__username=ATTENDANT).update(place=FAR_VILLAGE)
        assert phone.pull(cursor) == {"fresh": True}
        assert phone.state["scope"] != scope
        assert phone.snapshot().tables["subject"] == []
        Assignment.objects.filter(worker__username=ATTENDANT).update(place=VILLAGE, role="midwife")
        assert phone.pull(cursor) == {"fresh": True}
        Assignment.objects.filter(worker__username=ATTENDANT).update(role="attendant")
        assert not phone.pull(cursor)["fresh"]
        assert phone.pull(cursor.rpartition(".")[0] + ".another") == {"fresh": True}

    def test_a_place_that_joins_the_area_takes_everything_anew(self, station: Station) -> None:
        phone = station.phone(MIDWIFE)
        cursor = phone.snapshot().cursor
        with station.world.store.register.write() as register:
            closure = ("ancestor", "descendant", "tree", "valid_from", "valid_to")
            register.insert("place_closure", closure, [("KH-16", FAR_VILLAGE, "administrative", 0, 1_000_000)])
        assert phone.pull(cursor) == {"fresh": True}

    def test_a_register_that_was_thrown_away_takes_everything_anew(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        station.world.send(registered(id="one"))
        before = phone.snapshot()
        rebuild(station.world.record)
        assert phone.pull(before.cursor) == {"fresh": True}
        after = phone.snapshot()
        assert after.tables["fact"] == before.tables["fact"]
        assert not phone.pull(after.cursor)["fresh"]

    @pytest.mark.parametrize("cursor", ["", "words", "a.b.c.d.e.f", ".....", None, 5, "x" * 10_000])
    def test_a_cursor_that_is_none_is_no_cursor(self, station: Station, cursor: Any) -> None:
        assert station.phone(ATTENDANT).post("pull", {"cursor": cursor}).json == {"fresh": True}

    def test_a_cursor_of_the_future_is_no_cursor(self, station: Station) -> None:
        phone = station.phone(ATTENDANT)
        parts = phone.snapshot().cursor.split(".")
        parts[2] = "999999"
        assert phone.pull(".".join(parts)) == {"fresh": True}


def test_a_restored_backup_is_another_generation_and_still_opens_parcels(station: Station, tmp_path: Any) -> None:
    from doorstep.sync.recipient import Recipient

    station.world.send(registered(id="one"))
    public = station.phone(ATTENDANT).told["recipient"]
    cursor = station.phone(ATTENDANT, "phone-2").snapshot().cursor
    backup(station.world.store, tmp_path / "backups")
    with Store.open(Config(tmp_path / "anew")) as store:
        restore(store, tmp_path / "backups")
    with Record.open(Config(tmp_path / "anew")) as restored:
        assert Recipient(restored).public == public
        assert restored.store.generation != cursor.split(".")[0]


def test_replay_and_change_numbers_do_not_know_of_each_other(station: Station) -> None:
    from doorstep.record.replay import COMPARED, check

    assert not {"changed", "lived"} & set(COMPARED)
    station.world.send(registered(id="one"), born(id="two"))
    station.world.catch_up()
    before = station.world.rows("changed")
    assert check(station.world.record) == []
    assert station.world.rows("changed") == before, "a replay beside it numbers nobody here"
    assert {"changed", "lived"} <= set(schema.tables("register"))


def test_the_answer_of_a_pull_is_packed_for_whoever_takes_it_so(station: Station) -> None:
    phone = station.phone(ATTENDANT)
    cursor = phone.snapshot().cursor
    station.world.send(registered(id="one", made_at=MADE))
    answer = phone.post("pull", {"cursor": cursor}, HTTP_ACCEPT_ENCODING="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(answer.body)
    assert len(gzip.compress(answer.body)) < len(answer.body)


def test_whoever_is_being_worked_out_just_then_is_not_taken_for_worked_out(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a large catch-up the log was read further than her rows go: her phone keeps its own rows meanwhile."""
    phone = station.phone(ATTENDANT)
    station.world.send(registered(id="one"), registered(id="two", subject=SOK))
    cursor = phone.snapshot().cursor
    station.world.send(body(id="three", answers={"hb": 81}), body(id="four", subject=SOK))
    station.world.catch_up()
    with station.world.store.register.write() as register:
        register.run("INSERT INTO dirty (subject, stage) VALUES (?, 1)", [MAI])
    monkeypatch.setattr(station.world.record, "catch_up", lambda progress=None: 0)
    told = {one["subject"]: one["as_of"] for one in phone.pull(cursor)["bundles"]}
    assert told == {MAI: 0, SOK: 4}
    assert phone.snapshot().meta["as_of"] == "0"


def test_a_baby_whose_mother_lives_elsewhere_has_the_steps_that_follow_from_her_mother(station: Station) -> None:
    """The phone does not hold the mother, so it cannot work them out: they come as they are, and of the mother nothing."""
    near = station.phone(ATTENDANT)
    held = near.snapshot()
    mine = Register(near.pack()).fill(held)
    station.world.send(
        registered(id="one", answers={"residence": FAR_VILLAGE, "called": "Far Mother"}),
        body(id="two", answers={"visit_day": "2026-09-01", "hb": 71}), born(id="three"),
        body("register", BABY, id="four", answers={"residence": VILLAGE}, made_at="2026-10-01T08:00:00+07:00"),
    )  # fmt: skip
    pulled = near.pull(held.cursor)
    mine.take(pulled)
    assert [one["subject"] for one in pulled["bundles"]] == [BABY]
    assert "weak" in {row[3] for row in mine.rows("step")}
    fresh = near.snapshot()
    again = Register(near.pack()).fill(fresh)
    assert mine.rows("step") == again.rows("step")
    again.work_out([BABY])
    assert mine.rows("step") == again.rows("step"), "worked out there anew"
    assert {row[0] for row in fresh.of("fact", "subject")} == {BABY}
    assert b"Far Mother" not in fresh.raw
    assert b"hb" not in fresh.raw
    station.world.send(moved(MAI, VILLAGE, id="five", made_at="2026-10-20T08:00:00+07:00"))
    both = near.pull(pulled["cursor"])
    assert sorted(one["subject"] for one in both["bundles"]) == [MAI, BABY]
    assert all("step_sent" not in one["rows"] for one in both["bundles"]), "with her mother here it needs none"
    mine.take(both)
    assert mine.rows("step") == Register(near.pack()).fill(near.snapshot()).rows("step")


def test_a_phone_of_the_tests_and_the_server_agree_after_it_worked(station: Station) -> None:
    """What it sent, pulled back, is the list of the server."""
    phone: Phone = station.phone(ATTENDANT)
    held = phone.snapshot()
    mine = Register(phone.pack()).fill(held)
    phone.push(
        phone.made("register", MAI, id="one", answers=registered()["answers"]),
        phone.made("visit", MAI, id="two", answers={"visit_day": "2026-03-01", "hb": 80}),
        phone.made("birth", MAI, id="three", answers=born()["answers"]),
    )
    mine.take(phone.pull(held.cursor))
    fresh = Register(phone.pack()).fill(phone.snapshot())
    assert mine.rows("step") == fresh.rows("step")
    assert {row[2] for row in mine.rows("step")} >= {"antenatal", "newborn"}
