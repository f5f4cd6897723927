"""A day of an attendant, through the screens, on a line that breaks in the middle of everything she does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Browser

from tests.journeys.phone_screens.hands import LONG, Hands
from tests.support.line import Line, drawn
from tests.support.phone_server import PhoneServer, phone_server  # noqa: F401 - a fixture
from tests.support.station import Made, made_by

pytestmark = pytest.mark.journey
WORKER = "chanda"
NAME = "Bopha Samnang"
HOUSE = "House of Ta Som"
PIN = "2468"
CAMBODIA = timezone(timedelta(hours=7))
DANGER = "Danger sign - send her to hospital now"


@pytest.fixture(scope="module")
def line(phone_server: PhoneServer) -> Iterator[Line]:  # noqa: F811
    """What stands between her phone and the station."""
    with drawn(phone_server) as found:
        yield found


@pytest.fixture(scope="module")
def hers(browser: Browser, line: Line) -> Iterator[Hands]:
    """Her phone, enrolled."""
    hands = Hands(browser, line)
    line.server.worker(WORKER)
    hands.enrol(line.server.code(WORKER))
    hands.choose(PIN)
    hands.listed()
    yield hands
    hands.put_away()


def agree(hands: Hands, line: Line, forms: dict[str, int]) -> Made:
    """The station holds of her what was done, each once, and phone and station have the same steps open."""
    made = made_by(line.server, WORKER)
    assert sorted(made.log) == sorted(line.sent), "what was sent is not what is in the log"
    assert made.aside == {}
    assert made.called(NAME).forms() == forms
    hands.person(NAME)
    assert hands.cards() == made.called(NAME).open
    return made


def test_a_danger_sign_is_seen_while_she_types_and_reaches_the_station_over_a_line_that_breaks(hers: Hands, line: Line) -> None:
    hers.offline(True)
    hers.new("Register a pregnancy")
    lmp = datetime.now(CAMBODIA).date() - timedelta(weeks=39)
    hers.fill({"consent_record": "yes", "called": NAME, "house_name": HOUSE, "lmp_told": lmp.isoformat(), "lmp_certain": "yes", "phone_is": "none"})
    hers.only_here(1)

    hers.person(NAME)
    hers.start("Antenatal contact")
    hers.fill({"bleeding": "yes"}, until="bleeding")
    hers.page.wait_for_selector(f".warnings:has-text('{DANGER}')")
    hers.page.click(".warnings .actions button >> nth=1")  # send now
    hers.page.wait_for_selector("[data-ref$='/referral_sent']:visible, [data-ref$='/referral_day']:visible")
    hers.fill({"referral_sent": "no", "referral_to": "Lumphat"})
    hers.page.wait_for_selector(f".warnings:has-text('{DANGER}')")
    hers.fill({"danger_counselled": "yes", "iron_tablets": 30})
    hers.only_here(3)
    assert hers.in_danger() == [NAME]

    line.cut(lose="/push")  # the station takes it in, and its receipt is lost
    hers.offline(False)
    assert line.reached.wait(LONG / 1000)
    line.server.kill()
    hers.reload()
    hers.unlock(PIN)
    hers.only_here(3)
    assert hers.in_danger() == [NAME]
    line.mend()
    line.server.start()
    hers.all_there()
    assert len(line.sent) == 3
    assert all(often > 1 for often in line.sent.values()), "nothing was sent twice"
    made = agree(hers, line, {"register": 1, "anc_contact": 1, "referral": 1})
    assert ("danger", DANGER) in made.called(NAME).open
    assert made.called(NAME).facts["iron_tablets"] == [30]
    assert hers.in_danger() == [NAME]

    line.cut(stop="/push")  # it does not even arrive
    hers.page.click(f"article.card.danger:has-text('{NAME}') .button.danger.quiet")
    hers.begun()
    hers.fill({"referral_sent": "yes", "referral_to": "Ban Lung"})
    hers.only_here(1)
    assert hers.in_danger() == []
    line.mend()
    hers.all_there()
    made = agree(hers, line, {"register": 1, "anc_contact": 1, "referral": 2})
    assert "danger" not in dict(made.called(NAME).open)


def test_who_is_sent_to_hospital_from_within_a_visit_is_not_to_be_sent_again(hers: Hands, line: Line) -> None:
    hers.person(NAME)
    hers.another_form("Antenatal contact")
    hers.fill({"bleeding": "yes"}, until="bleeding")
    hers.page.wait_for_selector(f".warnings:has-text('{DANGER}')")
    hers.kept()
    hers.home()  # she closes it, and runs for help
    left = hers.page.locator("article.card.danger[data-draft]")
    left.wait_for()
    assert NAME in left.inner_text()
    hers.page.wait_for_function("scrollY === 0")  # wherever the list had been left
    left.locator(".button.quiet").click()
    hers.begun()
    hers.page.click(f".warnings article:has-text('{DANGER}') .actions button >> nth=1")
    hers.page.wait_for_selector("[data-ref$='/referral_sent']:visible")
    hers.fill({"referral_sent": "yes", "referral_to": "Ban Lung"})
    hers.page.wait_for_selector(".warnings .sent")
    hers.kept()
    hers.reload()  # it stays so when the draft is opened again
    hers.unlock(PIN)
    hers.page.click(".draft")
    hers.begun()
    hers.page.wait_for_selector(".warnings .sent")
    assert hers.page.locator(".warnings .actions button").count() == 1, "she can still call, and is not told to send her again"
    hers.fill({"referral_sent": "no"}, until="referral_sent")  # her husband will not have it
    hers.page.wait_for_selector(f".warnings article:not(.sent):has-text('{DANGER}')")
    hers.page.click(f".warnings article:has-text('{DANGER}') .actions button >> nth=1")
    hers.page.wait_for_selector("[data-ref$='/referral_sent']:visible")
    hers.fill({"referral_sent": "yes", "referral_to": "Ban Lung"})
    hers.page.wait_for_selector(".warnings .sent")
    hers.fill({"iron_tablets": 30})
    hers.page.wait_for_selector("main > .notice:has-text('It is kept')")
    assert hers.page.evaluate("scrollY") == 0
    assert hers.in_danger() == []
    hers.all_there()
    made = agree(hers, line, {"register": 1, "anc_contact": 2, "referral": 4})
    assert "danger" not in dict(made.called(NAME).open)


def test_a_birth_at_home_is_written_down_through_a_crash_and_the_baby_is_there_once(hers: Hands, line: Line) -> None:
    hers.person(NAME)
    hers.another_form("A birth")
    at = datetime.now(CAMBODIA) - timedelta(hours=3)
    birth = {
        "registered_before": "yes", "birth_at": at.strftime("%Y-%m-%dT%H:%M"), "birth_place": "home", "birth_attendant": "village_attendant", "birth_mode": "vaginal",
        "born_alive": 1, "birth_outcome": "live", "sex": "f", "birth_weight_g": 3100,
    }  # fmt: skip
    hers.fill(birth, until="birth_weight_g")
    hers.kept()
    line.server.kill()
    hers.crash()
    hers.unlock(PIN)
    hers.page.click(".draft")
    hers.begun()
    assert hers.answered("birth_weight_g") == "3100"
    hers.fill({"breastfed": "no", "skin_to_skin": "yes"}, entries=0)
    hers.only_here(1)
    line.server.start()
    hers.all_there()
    made = agree(hers, line, {"register": 1, "anc_contact": 2, "referral": 4, "birth": 1})
    (baby,) = made.nameless()
    assert baby.relatives == [("mother", NAME)]
    assert (baby.facts["birth_weight_g"], baby.facts["sex"]) == ([3100], ["f"])
    assert made.called(NAME).facts["birth_place"] == ["home"]


def test_mother_and_baby_are_visited_while_the_line_comes_and_goes(hers: Hands, line: Line) -> None:
    hers.person(NAME)
    hers.offline(True)
    hers.start("Mother - first 24 hours")
    hers.fill({"fever": "no", "heavy_bleeding": "no", "iron_tablets": 90}, until="iron_tablets")
    known = hers.page.inner_text("section.question[data-ref$='/iron_tablets'] .before")
    assert known.startswith("Last time, "), "what was told before the birth, in another form, stands beside the question"
    assert known.endswith(f"{datetime.now(CAMBODIA).year}: 30 tablets")
    hers.fill({})
    line.cut(lose="/pull")
    hers.offline(False)
    hers.open_baby()
    hers.start("Baby - first 24 hours")
    hers.fill({"not_feeding_well": "no", "breaths_per_min": 44, "baby_temp_c": 36.8})
    assert line.reached.wait(LONG / 1000)
    line.mend()
    hers.all_there()
    made = agree(hers, line, {"register": 1, "anc_contact": 2, "referral": 4, "birth": 1, "postnatal_mother": 1})
    (baby,) = made.nameless()
    assert baby.forms() == {"birth": 1, "postnatal_baby": 1}
    assert baby.facts["baby_temp_c"] == [36.8]
    assert made.called(NAME).facts["iron_tablets"] == [30, 30, 90]
    hers.person(NAME)
    hers.open_baby()
    assert hers.cards() == baby.open


def test_what_was_not_done_needs_two_touches_and_stays_due(hers: Hands, line: Line) -> None:
    hers.person(NAME)
    hers.open_baby()
    before = hers.cards()
    line.cut(lose="/push")
    hers.page.click("article.card:has(h3:has-text('Vitamin K')) .button.quiet")
    hers.at("not-done")
    hers.page.click(".reasons button:has-text('Out of stock')")
    hers.at("person")
    hers.page.wait_for_selector("article.card:has(h3:has-text('Vitamin K')):has-text('out of stock')")
    assert hers.cards() == before
    assert line.reached.wait(LONG / 1000)
    line.server.kill()
    line.mend()
    line.server.start()
    hers.all_there()
    (baby,) = made_by(line.server, WORKER).nameless()
    assert baby.forms() == {"birth": 1, "postnatal_baby": 1, "visit_not_done": 1}
    assert baby.facts["not_done_reason"] == ["out_of_stock"]
    assert baby.open == before


def test_a_mistake_is_corrected_and_makes_nobody_twice(hers: Hands, line: Line) -> None:
    hers.person(NAME)
    hers.page.click("details.entry:has(summary:has-text('A birth')) summary")
    line.cut(stop="/push")
    hers.page.click("details.entry[open] .button:has-text('Correct it')")
    hers.begun()
    hers.correct({"birth_weight_g": 2300})
    hers.only_here(1)
    hers.reload()
    line.cut(lose="/push")
    hers.unlock(PIN)
    assert line.reached.wait(LONG / 1000)
    line.mend()
    hers.all_there()
    made = made_by(line.server, WORKER)
    (baby,) = made.nameless()
    assert baby.facts["birth_weight_g"] == [2300]
    assert [(kind, replaced) for form, kind, _, replaced in baby.sent if form == "birth"] == [("data", True), ("correction", False)]
    assert len(made.people) == 2
    hers.person(NAME)
    assert hers.cards() == made.called(NAME).open
    hers.open_baby()
    assert hers.cards() == baby.open


def test_she_walks_from_house_to_house_in_her_own_order(hers: Hands, line: Line) -> None:
    hers.home()
    hers.page.click(".order button >> nth=1")
    hers.page.click(".between .button")
    hers.at("walk")
    houses = hers.page.locator(".walk .says strong")
    houses.first.wait_for()
    if hers.page.locator(".walk li").count() > 1 and hers.page.locator("h1:has-text('My way')").count():
        hers.page.click(f".walk button:has-text('{HOUSE}')")
    for _ in range(400):
        up = hers.page.locator(".hands .big").first
        if up.is_disabled():
            break
        up.click()
    order = houses.all_inner_texts()
    assert order[0] == HOUSE
    hers.page.click(".back")
    hers.page.wait_for_selector("[data-screen=today] .hamlet")
    shown = hers.page.locator("button.house span:not(.go)").all_inner_texts()
    assert len(shown) > 5
    assert shown[0] == HOUSE
    assert shown == [house for house in order if house in shown], "the list stands in the order that she chose"
    hers.reload()
    hers.unlock(PIN)
    hers.page.wait_for_selector(f"[data-screen=today] .hamlet button.house >> nth=0 >> text={HOUSE}")

    hers.offline(True)
    hers.page.click("button.house >> nth=0")
    hers.at("house")
    hers.page.wait_for_selector(".list .open")
    assert sorted(hers.page.locator(".list .open strong:not([class])").all_inner_texts()) == sorted([NAME, f"Baby of {NAME}"])
    hers.page.click("main > .button")
    hers.begun()
    hers.fill({"consent_record": "yes", "called": "Sister Of Bopha"}, until="house_name")
    assert hers.answered("house_name") == HOUSE
    hers.fill({})
    hers.at("house")
    hers.page.wait_for_selector(".open:has-text('Sister Of Bopha')")
    hers.home()
    hers.go("people")
    hers.page.fill("#find", "ta som")
    hers.page.click(f".houses .to-house:has-text('{HOUSE}')")
    hers.page.wait_for_selector(".open:has-text('Sister Of Bopha')")
    assert hers.page.locator(".list .open").count() == 3
    hers.offline(False)
    hers.all_there()
    assert made_by(line.server, WORKER).called("Sister Of Bopha").facts["house_name"] == [HOUSE]


def test_what_was_answered_long_ago_is_no_warning_when_a_birth_moves_it_to_another_pregnancy(hers: Hands) -> None:
    """A birth told with a day before her visits: what was said at them counts to a pregnancy after it."""
    hers.person(NAME)
    hers.another_form("A birth")
    at = datetime.now(CAMBODIA) - timedelta(days=3)
    hers.fill({"registered_before": "yes", "birth_at": at.strftime("%Y-%m-%dT%H:%M"), "blood_loss_ml": 900}, until="blood_loss_ml")
    hers.page.wait_for_selector(".warnings article")
    assert hers.page.locator(".warnings article.sent").count() == 0
    assert hers.complaints == []
