"""What the station decides about a phone reaches it, and no work is lost by it."""

from __future__ import annotations

from tests.journeys.phone.conftest import Line, Phone, at_the_station
from tests.journeys.phone.test_engine import fresh, registered
from tests.support.phone_server import VILLAGE

DARA = "phone = Device.objects.filter(worker__username='dara').latest('pk')\n"
GONE_UP = {"left": 0, "sent": 0, "held": 0, "refused": 0, "files": 0, "mayBegin": False}
FOLDERS = "navigator.storage.getDirectory().then(async (d) => { const f = []; for await (const k of d.keys()) f.push(k); return f; })"


def test_a_forgotten_pin_takes_no_work_and_she_begins_anew_when_the_supervisor_allows_it(phone: Phone, line: Line) -> None:
    phone.enrol("dara", "4711")
    name = fresh("Sealed Before She Forgot")
    phone.ask("submit", registered(name))
    phone.ask("lock")
    assert phone.ask("forgotten", "dara") == {**GONE_UP, "sent": 1}
    assert phone.ask("setSecret", "dara", "2222", "pin") == {"trouble": "code"}
    at_the_station(line.server, DARA + "phones.allow_new_pin(phone, 'sok')")
    assert phone.ask("forgotten", "dara") == {**GONE_UP, "sent": 1, "mayBegin": True}
    assert not phone.ask("setSecret", "dara", "2222", "pin")
    assert phone.ask("sync")["trouble"] == ""
    assert len(phone.ask("people", name)) == 1
    phone.ask("submit", registered("Signed With The New Key"))
    assert phone.ask("sync")["safe"] == 1
    phone.ask("lock")
    assert phone.ask("unlock", "dara", "4711")["ok"] is False
    assert phone.ask("unlock", "dara", "2222")["ok"] is True


def test_a_list_that_the_browser_took_away_takes_no_work_with_it(phone: Phone, line: Line) -> None:
    phone.enrol("dara", "4711")
    name = fresh("Sealed Before It Vanished")
    line.stop = "/sync/v1/"
    line.go.set()
    phone.ask("submit", registered(name))
    phone.ask("lock")
    phone.switch_off()
    phone.switch_on()
    [folder] = phone.page.evaluate(FOLDERS)
    phone.page.evaluate("(name) => navigator.storage.getDirectory().then((d) => d.removeEntry(name, {recursive: true}))", folder)
    for _ in range(2):
        assert phone.ask("unlock", "dara", "4711") == {"ok": False, "why": "vanished"}
    assert phone.ask("forgotten", "dara") == {**GONE_UP, "left": 1}
    line.stop = ""
    at_the_station(line.server, DARA + "phones.allow_new_pin(phone, 'sok')")
    assert phone.ask("forgotten", "dara") == {**GONE_UP, "sent": 1, "mayBegin": True}
    assert not phone.ask("setSecret", "dara", "4711", "pin")
    assert phone.ask("sync")["trouble"] == ""
    assert len(phone.ask("people", name)) == 1


def test_a_locked_phone_sends_what_it_has_and_opens_again_when_the_supervisor_says_so(phone: Phone, line: Line) -> None:
    phone.enrol("dara", "4711")
    phone.ask("submit", registered("Made Before The Lock"))
    at_the_station(line.server, DARA + "phones.lock(phone, 'sok')")
    told = phone.ask("sync")
    assert (told["here"], told["safe"], told["trouble"]) == (0, 1, "locked")
    assert phone.ask("today") == {"trouble": "closed"}
    assert phone.ask("unlock", "dara", "4711") == {"ok": False, "why": "shut"}
    at_the_station(line.server, DARA + "phones.unlock(phone, 'sok')")
    assert phone.ask("unlock", "dara", "4711") == {"ok": True}
    assert phone.ask("sync")["trouble"] == ""


def test_a_wiped_phone_holds_nothing_and_carries_what_was_not_sent(phone: Phone, line: Line) -> None:
    phone.enrol("dara", "4711")
    phone.ask("submit", registered("Not Sent Before The Wipe"))
    at_the_station(line.server, DARA + "phones.revoke(phone, 'sok', wipe=True)")
    assert phone.ask("sync")["trouble"] == "wiped"
    assert phone.ask("unlock", "dara", "4711") == {"ok": False, "why": "wiped"}
    assert phone.page.evaluate(FOLDERS) == []
    phone.enrol("srey", "0815")  # another worker's phone delivers it
    assert phone.ask("standing")["carried"] == 0
    assert len(phone.ask("people", "not sent before the wipe")) in (0, 1)  # signed by a revoked key: a person decides


def test_what_a_forgotten_phone_did_goes_with_another_worker_and_what_was_not_taken_in_is_said_so(phone: Phone, line: Line) -> None:
    phone.enrol("dara", "4711")
    line.stop = "/sync/v1/"
    line.go.set()
    phone.ask("submit", registered("Brought By Another"))
    phone.ask("submit", {**registered("In Another District"), "place": "KH-16010101"})
    phone.ask("lock")
    assert phone.ask("forgotten", "dara") == {**GONE_UP, "left": 2}
    [parcel] = phone.ask("handOver")
    assert parcel["submissions"] == 2, "nobody need open it to hand it over"
    line.stop = ""
    phone.enrol("srey", "0815")  # she works on the same phone: what is sealed here goes with hers
    assert phone.ask("standing")["here"] == 0
    phone.ask("lock")
    assert phone.ask("forgotten", "dara") == {**GONE_UP, "sent": 1, "held": 1}
    assert phone.ask("unlock", "dara", "4711") == {"ok": True}
    told = phone.ask("standing")
    assert (told["here"], told["safe"], len(told["held"])) == (0, 1, 1)


def test_a_lost_phone_is_emptied_without_a_pin(phone: Phone, line: Line) -> None:
    """Whoever found it need only switch it on where there is a network."""
    phone.enrol("dara", "4711")
    phone.ask("lock")
    at_the_station(line.server, DARA + "phones.revoke(phone, 'sok', wipe=True)")
    phone.switch_off()
    phone.switch_on()
    assert [one["username"] for one in phone.ask("workers")] == ["dara"]
    for _ in range(600):
        if phone.page.evaluate(FOLDERS) == []:
            break
        phone.page.wait_for_timeout(100)
    assert phone.ask("unlock", "dara", "4711") == {"ok": False, "why": "wiped"}


def test_another_area_takes_its_people_and_leaves_her_work(phone: Phone, line: Line) -> None:
    phone.enrol("srey", "0815")
    before = {one["subject"] for one in phone.ask("people", "", 1000)}
    assert len(before) > 5
    line.stop = "/sync/v1/"
    line.go.set()
    phone.ask("submit", registered("Made In The Old Area"))
    line.stop = ""
    moved = "Assignment.objects.filter(worker__username='srey').update(place='{place}')"
    at_the_station(line.server, moved.format(place="KH-16050202"))
    try:
        told = phone.ask("sync")
        assert told["trouble"] == ""
        assert told["here"] == 0
        assert told["safe"] + len(told["held"]) == 1
        assert not before & {one["subject"] for one in phone.ask("people", "", 1000)}
    finally:
        at_the_station(line.server, moved.format(place=VILLAGE))
    assert phone.ask("sync")["trouble"] == ""
    assert before <= {one["subject"] for one in phone.ask("people", "", 1000)}
