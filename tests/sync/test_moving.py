"""Women move: somebody of another area is looked for with a reason, open for some days, and then nothing of her stays."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.accounts import access, openings
from doorstep.accounts.models import Assignment, Audit, Opening, Worker
from doorstep.record.lists import today
from doorstep.record.store import Config
from doorstep.sync.moving import AN_HOUR
from tests.record.cast import ATTENDANT, BABY, FAR_VILLAGE, MAI, OTHER, SOK, VILLAGE, body, born, registered
from tests.record.world import SHELF, World
from tests.sync.held import Register
from tests.sync.station import MIDWIFE, SUPERVISOR, Answer, Phone, Station

FAR_NAME, CODE = "Sùng Thị Mỷ", "K7QF 3MXR"
REASON = "birth_here"
MORE_ROLES = ("mediator", "social_worker", "supervisor")
"""Who in this programme may know names, beside the attendant and the midwife."""


@pytest.fixture(scope="module")
def opened_world(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The small programme, whose forms ask for a card and a birthday too."""
    shelf = tmp_path_factory.mktemp("moving") / "shelf"
    shutil.copytree(SHELF, shelf)
    own = next(shelf.rglob("dictionary.csv"))
    card = "card_code,text,,,,identity,GDPR 9(2)(h),to find her,Code on her card"
    own.write_text(f"{own.read_text()}birthday,date,,,,care,,,Birthday\n{card}\ndied,yesno,,,,care,,,Died\n")
    form = own.parent / "forms" / "rename.md"
    more = "| | text | birthday | Birthday | birthday |\n| | barcode | card_code | Card | card_code |\n| | hidden | died | | |\n"
    form.write_text(form.read_text().replace("| settings", f"{more}| settings", 1))
    roles = own.parent / "programme.yaml"
    roles.write_text(roles.read_text().replace("roles:\n", "roles:\n" + "".join(f"  {role}: [care, identity]\n" for role in MORE_ROLES)))
    world = World(config, shelf)
    yield world
    world.close()


@pytest.fixture
def far(station: Station) -> Station:
    """A woman of the far village, with a card, whom its own attendant looks after; and somebody of the same name there."""
    named = {"called": FAR_NAME, "residence": FAR_VILLAGE, "lmp_told": lmp(20), "remark": "a secret of hers"}
    station.world.send(
        registered(id="r1", subject=SOK, author=OTHER, place=FAR_VILLAGE, answers=named, made_at=earlier()),
        body("rename", SOK, id="r2", author=OTHER, place=FAR_VILLAGE, answers={"birthday": "1999", "card_code": CODE}, made_at=earlier()),
        body(id="r3", subject=SOK, author=OTHER, place=FAR_VILLAGE, answers={"hiv_test": "positive"}, made_at=earlier()),
        registered(id="r4", subject="older", author=OTHER, place=FAR_VILLAGE, answers={"called": "Sung Thi Hoa", "residence": FAR_VILLAGE}),
        body("rename", "older", id="r5", author=OTHER, place=FAR_VILLAGE, answers={"birthday": "1970-05"}),
    )
    station.world.catch_up()
    return station


def now() -> str:
    return timezone.now().strftime("%Y-%m-%dT%H:%M:%S+00:00")


def earlier() -> str:
    return (timezone.now() - timedelta(days=3)).strftime("%Y-%m-%dT08:00:00+00:00")


def lmp(weeks: int) -> str:
    return (timezone.now() - timedelta(weeks=weeks)).strftime("%Y-%m-%d")


def by_card(phone: Phone, code: str = CODE, **more: Any) -> Answer:
    return phone.post("seek", {"card": code, "reason": REASON, **more})


def by_name(phone: Phone, name: str = "sung my", year: int = 2000, **more: Any) -> Answer:
    return phone.post("seek", {"name": name, "year": year, "place": FAR_VILLAGE, "reason": REASON, **more})


def opened(phone: Phone, subject: str = SOK, **more: Any) -> Answer:
    return phone.post("open", {"subject": subject, "reason": REASON, **more})


def let_it_end(days: int = 14) -> None:
    """As if it had begun so many days ago."""
    Opening.objects.update(valid_from=today() - days, valid_to=today())


def held(phone: Phone) -> set[str]:
    return {row[0] for row in phone.snapshot().of("subject", "subject")}


class TestLookingForHer:
    def test_by_the_code_on_her_card_however_it_is_typed_and_nothing_but_what_tells_her_apart(self, far: Station) -> None:
        phone = far.phone(ATTENDANT)
        for typed in (CODE, "k7qf3mxr", " K7QF-3MXR "):
            answer = by_card(phone, typed)
            assert answer.status == 200
            [found] = answer.json["found"]
            assert found == {
                "subject": SOK, "called": FAR_NAME, "born": 1999, "place": {"id": FAR_VILLAGE, "names": {"en": FAR_VILLAGE}}, "here": False,
            }  # fmt: skip
        assert by_card(phone, "K7QF 3MXX").json == {"found": [], "many": False}

    @pytest.mark.parametrize(("typed", "year", "fits"), [
        ("sung my", 1999, True), ("Mỷ", 2001, True), ("SÙNG", 1997, True), ("sung my", 1990, False), ("keo", 1999, False), ("m", 1999, False),
    ])  # fmt: skip
    def test_by_name_year_and_village_with_marks_or_without(self, far: Station, typed: str, year: int, fits: bool) -> None:
        answer = by_name(far.phone(ATTENDANT), typed, year)
        assert [one["subject"] for one in answer.json["found"]] == ([SOK] if fits else [])

    def test_when_more_fit_than_are_told_nobody_is(self, far: Station) -> None:
        far.world.send(*(
            registered(id=f"m{n}", subject=f"m{n}", author=OTHER, place=FAR_VILLAGE, answers={"called": f"Mai {n}", "residence": FAR_VILLAGE})
            for n in range(6)
        ))  # fmt: skip
        assert by_name(far.phone(ATTENDANT), "mai").json == {"found": [], "many": True}

    def test_a_card_that_was_corrected_or_whose_woman_died_is_found_no_more(self, far: Station) -> None:
        phone = far.phone(ATTENDANT)
        assert len(by_card(phone).json["found"]) == 1
        far.world.send(body("rename", SOK, id="c1", author=OTHER, answers={"card_code": "NEW CARD"}, base={"card_code": "r2"}, place=FAR_VILLAGE, made_at=now()))
        assert by_card(phone).json["found"] == []
        assert [one["subject"] for one in by_card(phone, "newcard").json["found"]] == [SOK]
        far.world.send(body("rename", SOK, id="c2", author=OTHER, answers={"died": "yes"}, place=FAR_VILLAGE, made_at=now()))
        assert by_card(phone, "newcard").json["found"] == []

    def test_two_women_with_one_code_are_both_told_and_an_erased_one_is_not(self, far: Station) -> None:
        far.world.send(body("rename", "older", id="c1", author=OTHER, answers={"card_code": CODE}, place=FAR_VILLAGE))
        phone = far.phone(ATTENDANT)
        assert {one["subject"] for one in by_card(phone).json["found"]} == {SOK, "older"}
        far.world.send(body("", "older", kind="erase", id="c2", place=""))
        assert {one["subject"] for one in by_card(phone).json["found"]} == {SOK}

    def test_whoever_stands_on_her_own_list_is_told_to_be_there(self, far: Station) -> None:
        far.world.send(registered(id="m1"), body("rename", MAI, id="m2", answers={"card_code": "AAAA"}))
        assert [one["here"] for one in by_card(far.phone(ATTENDANT), "aaaa").json["found"]] == [True]

    def test_villages_anywhere_are_found_by_part_of_a_name(self, far: Station) -> None:
        found = far.phone(ATTENDANT).post("places", {"words": "kh-0102"}).json["places"]
        assert [one["id"] for one in found] == ["KH-0102", FAR_VILLAGE]
        assert far.phone(ATTENDANT).post("places", {"words": "k"}).json == {"places": []}


class TestWhoMay:
    """Role by role, whoever has none included."""

    @pytest.mark.parametrize("role", ["attendant", "mediator", "midwife", "social_worker", "supervisor"])
    def test_whoever_cares_for_people_may(self, far: Station, role: str) -> None:
        Assignment.objects.filter(worker__username=ATTENDANT).update(role=role)
        phone = far.phone(ATTENDANT)
        assert len(by_card(phone).json["found"]) == 1
        assert opened(phone).status == 200
        assert SOK in held(phone)

    @pytest.mark.parametrize("role", ["manager", "administrator", "hospital", None])
    def test_whoever_does_not_may_not(self, far: Station, role: str | None) -> None:
        if role:
            Assignment.objects.filter(worker__username=ATTENDANT).update(role=role)
        phone = far.phone(ATTENDANT if role else "nobody")
        for answer in (by_card(phone), by_name(phone), opened(phone), phone.post("places", {"words": "village"})):
            assert answer.status == 403
        assert not Audit.objects.filter(action__in=("sought", "found", "opened")).exists()
        openings.open_for(Worker.objects.get(username=phone.username), SOK, REASON)
        assert SOK not in held(phone), "an opening opens nothing to whoever cares for nobody"

    def test_without_a_token_locked_or_revoked_nobody(self, far: Station) -> None:
        from doorstep.sync import phones

        phone = far.phone(ATTENDANT)
        asked = json.dumps({"card": CODE, "reason": REASON}).encode()
        assert far.request("POST", "seek", asked).status == 401
        phones.lock(phone.row, SUPERVISOR)
        for door in ("seek", "open", "close", "places"):
            assert far.request("POST", door, asked, phone.token).status == 403

    def test_only_who_was_found_is_opened_by_who_found_her(self, far: Station) -> None:
        one, two = far.phone(ATTENDANT), far.phone(MIDWIFE)
        assert opened(one).status == 404
        by_card(two)
        assert opened(one).status == 404
        by_card(one)
        assert opened(one).status == 200
        assert Opening.objects.count() == 1

    @pytest.mark.parametrize("asked", [
        {"card": CODE}, {"card": CODE, "reason": "curious"}, {"reason": REASON}, {"reason": REASON, "name": "Mai", "year": 1999},
        {"reason": REASON, "name": "Mai", "place": FAR_VILLAGE, "year": "1999"}, {"reason": REASON, "card": 5}, {"reason": ["x"], "card": CODE},
    ])  # fmt: skip
    def test_without_a_reason_or_enough_words_nothing_is_answered(self, far: Station, asked: dict[str, Any]) -> None:
        assert far.phone(ATTENDANT).post("seek", asked).status == 400
        assert not Audit.objects.filter(action="found").exists()

    def test_whoever_asks_too_often_waits_and_her_colleague_does_not(self, far: Station) -> None:
        phone = far.phone(ATTENDANT)
        for _ in range(AN_HOUR):
            assert by_card(phone, "AAAA").status == 200
        slowed = by_card(phone)
        assert slowed.status == 429
        assert 0 < int(slowed.headers["retry-after"]) <= 3601
        assert by_card(far.phone(MIDWIFE)).status == 200
        Audit.objects.filter(action="sought").update(at=timezone.now() - timedelta(hours=2))
        assert by_card(phone).status == 200


class TestSheIsHereNow:
    def test_she_comes_whole_for_some_days_and_then_goes_by_herself(self, far: Station) -> None:
        phone = far.phone(ATTENDANT)
        first = phone.snapshot()
        mine = Register(phone.pack()).fill(first)
        by_card(phone)
        assert opened(phone).json == {"subject": SOK, "since": today(), "until": today() + 14}
        pulled = phone.pull(first.cursor)
        assert ([one["subject"] for one in pulled["bundles"]], pulled["forget"]) == ([SOK], [])
        mine.take(pulled)
        assert {row[3] for row in mine.rows("step")} >= {"contact"}
        assert {row[0] for row in phone.snapshot().of("subject", "subject")} == {SOK}, "in a fresh start too"
        [guest] = phone.state["guests"]
        assert (guest["subject"], guest["until"], guest["goes"], guest["place"]) == (SOK, today() + 14, [SOK], {"en": FAR_VILLAGE})
        let_it_end()
        again = phone.pull(pulled["cursor"])
        assert (again["bundles"], again["forget"]) == ([], [SOK])
        mine.take(again)
        for table in ("subject", "fact", "answer", "attribute", "step", "home", "sub", "speaks_of"):
            assert mine.rows(table) == [], table
        assert phone.state["guests"] == []
        assert held(phone) == set()

    def test_what_her_role_may_not_open_stays_closed(self, far: Station) -> None:
        attendant, midwife = far.phone(ATTENDANT), far.phone(MIDWIFE)
        for phone in (attendant, midwife):
            by_card(phone)
            opened(phone)
        assert b"hiv" not in attendant.snapshot().raw
        assert b"hiv_test" in midwife.snapshot().raw

    def test_her_baby_comes_with_her_and_goes_with_her_wherever_it_was_born(self, far: Station) -> None:
        phone = far.phone(ATTENDANT)
        cursor = phone.snapshot().cursor
        by_card(phone)
        opened(phone)
        cursor = phone.pull(cursor)["cursor"]
        birth = phone.made("birth", SOK, id="b1", answers=born()["answers"], made_at=now())
        assert [one["outcome"] for one in phone.push(birth)] == ["accepted"]
        pulled = phone.pull(cursor)
        assert {one["subject"] for one in pulled["bundles"]} == {SOK, BABY}
        assert phone.state["guests"][0]["goes"] == sorted((SOK, BABY))
        let_it_end()
        assert set(phone.pull(pulled["cursor"])["forget"]) == {SOK, BABY}

    def test_what_she_writes_of_her_is_taken_in_while_it_lasts_and_when_it_comes_late(self, far: Station) -> None:
        phone = far.phone(ATTENDANT)
        before = phone.made(id="v0", subject=SOK, made_at=now())
        assert phone.push(before)[0]["reason"] == "subject_of_another_area"
        by_card(phone)
        opened(phone)
        far.accounts.forget()
        assert phone.push(phone.made(id="v1", subject=SOK, made_at=now()))[0]["outcome"] == "accepted"
        Opening.objects.update(valid_from=today() - 9, valid_to=today() - 2)
        far.accounts.forget()
        with far.world.store.log.write() as log:
            log.run("DELETE FROM subject_place WHERE subject = ? AND place = ?", [SOK, VILLAGE])
        late = (timezone.now() - timedelta(days=5)).strftime("%Y-%m-%dT08:00:00+00:00")
        assert phone.push(phone.made(id="v2", subject=SOK, made_at=late))[0]["outcome"] == "accepted"

    def test_somebody_found_by_mistake_is_closed_at_once_and_forgotten(self, far: Station) -> None:
        phone = far.phone(ATTENDANT)
        cursor = phone.snapshot().cursor
        by_card(phone)
        opened(phone)
        cursor = phone.pull(cursor)["cursor"]
        assert phone.post("close", {"subject": SOK}).json == {"closed": True}
        assert phone.post("close", {"subject": SOK}).json == {"closed": False}
        assert phone.pull(cursor)["forget"] == [SOK]
        raw = phone.snapshot().raw
        assert SOK.encode() not in raw
        assert FAR_NAME.encode() not in raw

    def test_whoever_moves_here_meanwhile_stays_when_it_ends(self, far: Station) -> None:
        phone = far.phone(ATTENDANT)
        cursor = phone.snapshot().cursor
        by_card(phone)
        opened(phone)
        cursor = phone.pull(cursor)["cursor"]
        moved = phone.made("rename", SOK, id="move", answers={"residence": VILLAGE}, made_at=now())
        assert phone.push(moved)[0]["outcome"] == "accepted"
        cursor = phone.pull(cursor)["cursor"]
        assert phone.state["guests"][0]["goes"] == []
        let_it_end()
        pulled = phone.pull(cursor)
        assert ([one["subject"] for one in pulled["bundles"]], pulled["forget"]) == ([SOK], [])

    def test_handed_over_she_leaves_the_list_there_and_stands_on_the_list_here(self, far: Station) -> None:
        there, here = far.phone(OTHER), far.phone(ATTENDANT)
        cursors = there.snapshot().cursor, here.snapshot().cursor
        by_card(here)
        opened(here)
        assert here.push(here.made("rename", SOK, id="move", answers={"residence": VILLAGE}, made_at=now()))[0]["outcome"] == "accepted"
        assert there.pull(cursors[0])["forget"] == [SOK]
        pulled = here.pull(cursors[1])
        homes = next(one for one in pulled["bundles"] if one["subject"] == SOK)["rows"]["home"]
        assert [row[pulled["columns"]["home"].index("place")] for row in homes][-1] == VILLAGE

    def test_an_opening_is_no_longer_than_it_may_be_and_opens_the_console_page_too(self, far: Station) -> None:
        phone = far.phone(ATTENDANT)
        by_card(phone)
        assert opened(phone, days=5000).json["until"] == today() + openings.MOST
        who = access.viewer(Worker.objects.get(username=ATTENDANT))
        assert access.person(far.world.record, who, SOK) == frozenset({"attendant"})
        let_it_end()
        who = access.viewer(Worker.objects.get(username=ATTENDANT))
        assert access.person(far.world.record, who, SOK) is None

    def test_who_lost_her_role_has_nobody_open(self, far: Station) -> None:
        phone = far.phone(ATTENDANT)
        by_card(phone)
        opened(phone)
        Assignment.objects.filter(worker__username=ATTENDANT).update(valid_to=today())
        assert held(phone) == set()


def test_the_audit_log_says_who_looked_for_whom_and_why_and_holds_no_word_of_hers(far: Station) -> None:
    phone = far.phone(ATTENDANT)
    by_name(phone)
    by_card(phone)
    opened(phone)
    phone.post("close", {"subject": SOK})
    lines = list(Audit.objects.filter(worker=ATTENDANT, action__in=("sought", "found", "opened", "closed")).values_list("action", "subject", "about").order_by("pk"))
    assert lines == [
        ("sought", "", f"birth_here name 2000 {FAR_VILLAGE}"), ("found", SOK, REASON), ("sought", "", "birth_here card"),
        ("found", SOK, REASON), ("opened", SOK, "birth_here 14 days"), ("closed", SOK, ""),
    ]  # fmt: skip
    kept = json.dumps(list(Audit.objects.values_list("action", "subject", "about")), ensure_ascii=False)
    assert FAR_NAME not in kept
    assert "sung" not in kept
    assert CODE not in kept
