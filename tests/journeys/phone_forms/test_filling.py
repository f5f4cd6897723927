"""What a worker meets while she fills in a form: nothing is lost, what is wrong is said, and danger stands on top."""

from __future__ import annotations

import pytest

from tests.journeys.phone_forms.filling import Filler
from tests.journeys.phone_forms.forms import programme_forms
from tests.journeys.phone_forms.own_forms import EVERYTHING, MEDIA, VILLAGES, VILLAGES_CSV

pytestmark = pytest.mark.journey
DANGER = {
    "pathway": "danger", "step": "bleeding", "title": {"en": "Bleeding in pregnancy", "vi": "Ra máu khi mang thai"},
    "advice": {"en": "Call the midwife. Send her to the hospital now."}, "form": "referral", "refers": True, "confirmed": False,
}  # fmt: skip


def begin(filler: Filler, **given: object) -> None:
    filler.open(EVERYTHING, media=MEDIA, preload={"username": "dara"}, **given)


FITS = {"age": 22}
"""Answers where the form takes no others."""


def reach(filler: Filler, name: str, answers: dict[str, object] | None = None) -> None:
    """Walks until that question stands on the screen, unanswered."""
    for _ in range(60):
        if filler.question(name).count():
            return
        filler.answer_screen({**FITS, **(answers or {})})
        filler.next()
        filler.page.wait_for_timeout(50)
    raise AssertionError(f"{name} did not come")


def test_a_form_with_everything_becomes_the_answers_that_were_given(filler: Filler) -> None:
    begin(filler)
    said = {"her_name": "Sung Thị Mai", "age": 22, "province": "bk", "signs": ["fever", "swelling"], "weight": 50.5, "height": 1.5, "card": "DS-4711"}
    for _ in filler.walk(said):
        pass
    done = filler.done()
    answers = done["answers"]
    assert filler.complaints == []
    assert {key: answers[key] for key in ("her_name", "age", "province", "district", "signs", "signs_told", "card")} == {
        "her_name": "Sung Thị Mai", "age": "22", "province": "bk", "district": "babe", "signs": ["fever", "swelling"], "signs_told": "2", "card": "DS-4711",
    }  # fmt: skip
    assert answers["worst"] == ["fever", "bleeding", "swelling"]
    assert answers["body"] == {"weight": "50.5", "height": "1.5", "bmi": "22.4"}
    assert [child["child_name"] for child in answers["child"]] == ["words", "words"]
    assert (answers["pain"], answers["born"], answers["seen"], answers["told_her"]) == ("0", "2026-03-01", "2026-03-30", "OK")
    assert (answers["who"], answers["from_before"]) == ("dara", "kept")
    assert answers["end"] >= answers["start"]
    size = filler.page.evaluate("async name => { const bitmap = await createImageBitmap(tried.files.get(name)); return [bitmap.width, bitmap.height, tried.files.get(name).type]; }", answers["photo"])
    assert size == [1600, 800, "image/jpeg"]


def test_every_answer_is_told_at_once_and_the_form_goes_on_where_it_was(filler: Filler) -> None:
    begin(filler)
    reach(filler, "seen")
    parts = filler.question("seen").locator(".parts")
    parts.locator(".two").fill("12")
    kept = filler.told()
    assert kept["answers"]["her_name"] == "words"
    assert "seen" not in kept["answers"], "half a date is no answer"
    begin(filler, instance=kept["instance"], page=kept["page"])
    assert filler.question("seen").locator(".two").input_value() == "12", "and yet it is not lost"
    filler.question("seen").locator("select").select_option("04")
    filler.question("seen").locator(".four").fill("2026")
    assert filler.told()["answers"]["seen"] == "2026-04-12"
    assert filler.told()["instance"].count("<start>") == 1
    assert filler.told()["answers"]["start"] == kept["answers"]["start"]


def test_what_was_typed_is_told_when_the_app_goes_away(filler: Filler) -> None:
    begin(filler)
    filler.question("her_name").locator("input").fill("Mai")
    filler.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert filler.page.evaluate("tried.changes.at(-1).answers.her_name") == "Mai"


def test_an_answer_that_is_needed_or_cannot_be_right_is_said_in_the_forms_words(filler: Filler) -> None:
    begin(filler, language="vi")
    filler.next()
    assert filler.page.locator(".why").inner_text() == "Cần tên của chị."
    filler.question("her_name").locator("input").fill("Mai")
    assert filler.page.locator(".why").count() == 0
    filler.next()
    filler.press(filler.question("age"), "7")
    filler.next()
    assert filler.page.locator(".why").inner_text() == "Từ 10 đến 69."
    filler.question("age").locator(".keys button").last.click()
    filler.press(filler.question("age"), "22")
    filler.next()
    assert filler.question("province").count() == 1


def test_a_birthday_is_kept_as_exactly_as_it_was_told(filler: Filler) -> None:
    begin(filler)
    reach(filler, "born")
    born = filler.question("born")
    born.locator(".four").fill("1998")
    assert filler.told()["answers"]["born"] == "1998"
    assert "1998-01-01" in filler.told()["instance"]
    kept = filler.told()
    begin(filler, instance=kept["instance"], page=kept["page"])
    assert filler.question("born").locator("select").first.input_value() == ""
    filler.question("born").locator("select").first.select_option("05")
    assert filler.told()["answers"]["born"] == "1998-05-01"
    filler.question("born").locator("select").first.select_option("23")
    assert filler.told()["answers"]["born"] == "1998-23", "the autumn of 1998, and no day of it"
    assert "1998-09-01" in filler.told()["instance"]
    filler.question("born").locator(".age input").fill("30")
    year = filler.page.evaluate("String(new Date().getFullYear() - 30)")
    assert filler.told()["answers"]["born"] == year
    begin(filler, instance=kept["instance"], page=kept["page"], language="vi")
    filler.question("born").locator(".animal").select_option("0")
    filler.question("born").locator(".quick button", has_text="1996").click()
    assert filler.told()["answers"]["born"] == "1996", "a year of the rat"


def test_a_choice_further_up_decides_what_may_be_chosen_below(filler: Filler) -> None:
    begin(filler)
    reach(filler, "district", {"province": "rk"})
    assert filler.question("district").locator(".item").all_inner_texts() == ["Lumphat", "Ban Lung"]
    filler.answer(filler.question("district"), "banlung")
    filler.page.locator("footer .back").click()
    filler.answer(filler.question("province"), "bk")
    filler.next()
    assert filler.question("district").locator(".item").all_inner_texts() == ["Ba Be"]
    assert "district" not in filler.told()["answers"]


def test_entries_are_added_and_only_taken_away_after_a_question(filler: Filler) -> None:
    begin(filler)
    reach(filler, "child_born")
    filler.question("child_born").locator(".four").fill("2020")
    filler.next()
    filler.page.locator(".add").click()
    filler.question("child_name").locator("input").fill("Second")
    filler.next()
    filler.question("child_born").locator(".four").fill("2023")
    filler.next()
    assert filler.told()["answers"]["child"] == [{"child_name": "words", "child_born": "2020"}, {"child_name": "Second", "child_born": "2023"}]
    entries = filler.page.locator("section.entries")
    entries.locator(".away").first.click()
    entries.locator(".keep").click()
    assert len(filler.told()["answers"]["child"]) == 2
    entries.locator("button.away").first.click()
    entries.locator(".ask .away").click()
    assert filler.told()["answers"]["child"] == [{"child_name": "Second", "child_born": "2023"}]
    entries.locator(".entry").click()
    assert filler.question("child_name").locator("input").input_value() == "Second"


def test_a_picture_is_kept_and_can_be_taken_away_even_after_the_app_was_closed(filler: Filler) -> None:
    begin(filler)
    reach(filler, "photo")
    filler.answer(filler.question("photo"))
    kept = filler.told()
    name = kept["answers"]["photo"]
    assert name.endswith(".jpg")
    begin(filler, instance=kept["instance"], page=kept["page"])
    photo = filler.question("photo")
    photo.locator("img").wait_for()
    photo.locator(".plain").click()
    photo.locator(".away").click()
    filler.question("photo").locator(".main").wait_for()
    assert "photo" not in filler.told()["answers"]
    assert filler.told()["answers"]["her_name"] == "words", "nothing else went with it"
    assert filler.page.evaluate("tried.files.size") == 0


def test_the_last_look_lists_what_was_said_and_leads_back(filler: Filler) -> None:
    begin(filler, mode="page")
    filler.question("her_name").locator("input").fill("Mai")
    for _ in filler.walk({**FITS, "born": None}):
        pass
    line = filler.page.locator("section.review button[data-ref='/data/born']")
    assert "not answered" in line.inner_text()
    line.click()
    filler.question("born").locator(".four").fill("1998")
    assert filler.forward.inner_text() == "Back to the list"
    filler.next()
    assert "1998" in line.inner_text()
    assert filler.done()["answers"]["born"] == "1998"


def test_a_needed_answer_that_is_missing_at_the_end_is_gone_to(filler: Filler) -> None:
    xml = programme_forms()["register"].xml
    filler.open(xml)
    for _ in filler.walk({"consent_record": "yes"}):
        pass
    kept = filler.told()
    lost = kept["instance"].replace("<called>words</called>", "<called/>")
    assert lost != kept["instance"]
    filler.open(xml, instance=lost, page=kept["page"])
    assert "still needed" in filler.page.locator(".missing").inner_text()
    filler.forward.click()
    assert filler.question("called").count() == 1
    assert filler.page.evaluate("tried.done") is None


def test_danger_stands_on_top_until_somebody_acted(filler: Filler) -> None:
    begin(filler, warnings=[DANGER], warningActions=[{"key": "call", "text": "Call the midwife"}, {"key": "send", "text": "Send her"}])
    card = filler.page.locator(".warnings")
    assert "Act now" in card.inner_text()
    assert "Send her to the hospital now" in card.inner_text()
    filler.answer_screen({})
    filler.next()
    assert card.is_visible()
    card.get_by_text("Call the midwife").last.click()
    assert filler.page.evaluate("tried.warned") == ["call bleeding"]
    assert "Send her to the hospital now" not in card.inner_text()
    assert card.is_visible(), "small, and still there"


def test_a_label_is_heard_by_its_button_and_a_choice_by_a_long_press_that_does_not_choose(filler: Filler) -> None:
    begin(filler, language="vi")
    filler.page.locator(".label .ear").click()
    assert filler.page.evaluate("tried.spoken") == ["vi: Chị tên gì?\nTên thường gọi"]
    reach(filler, "province")
    label = filler.question("province").locator(".item label").last
    label.dispatch_event("pointerdown", {"clientX": 100, "clientY": 300})
    filler.page.evaluate("new Promise((done) => setTimeout(done, 700))")
    label.dispatch_event("pointerup")
    label.dispatch_event("click")
    assert filler.page.evaluate("tried.spoken.at(-1)") == "vi: Bắc Kạn"
    assert filler.question("province").locator("input:checked").count() == 0
    label.click()
    assert filler.question("province").locator("input:checked").count() == 1


def test_the_language_changes_in_the_middle_and_nothing_is_lost(filler: Filler) -> None:
    begin(filler)
    reach(filler, "many", {"signs": ["fever", "bleeding"]})
    assert filler.question("many").locator(".text").inner_text() == "She told 2 things, words."
    filler.page.locator(".tongue select").select_option("Tiếng Việt (vi)")
    assert filler.question("many").locator(".text").inner_text() == "Chị nói 2 điều."
    assert filler.told()["answers"]["signs"] == ["fever", "bleeding"]


def test_what_was_said_last_time_stands_beside_the_question(filler: Filler) -> None:
    day = 20_542  # 30 March 2026
    last = {"her_name": "Mai", "province": "bk", "weight": "48", "born": "1998-05"}
    begin(filler, previous={name: {"value": value, "day": day} for name, value in last.items()})
    for name, told in (("her_name", "Mai"), ("province", "Bac Kan"), ("born", "May 1998"), ("weight", "48")):
        reach(filler, name)
        assert filler.page.locator(".before").inner_text() == f"Last time, 30 March 2026: {told}"


def test_a_correction_begins_with_the_answers_that_were_sent(filler: Filler) -> None:
    form = programme_forms()["birth"]
    sent = {
        "registered_before": "no", "she": {"consent_record": "yes", "her_name": "Mai", "birthday": "1998", "her_sex": "f"},
        "birth_at": "2026-03-30T08:15:00.000+07:00", "born_alive": 2,
        "babies": [{"baby_id": "b1", "called": "A", "sex": "f", "birth_weight_g": 2900}, {"baby_id": "b2", "called": "B", "sex": "m", "birth_weight_g": 2005}],
    }  # fmt: skip
    filler.open(form.xml, initial=sent)
    told = filler.page.evaluate("async () => { document.querySelector('footer .next').click(); await new Promise(go => setTimeout(go, 600)); return tried.changes.at(-1).answers; }")
    assert told["she"]["birthday"] == "1998"
    assert [(row["baby_id"], row["called"], row["birth_weight_g"]) for row in told["babies"]] == [("b1", "A", "2900"), ("b2", "B", "2005")]
    assert told["babies"][0]["meta"]["entity"]["dataset"] == "person"
    assert told["birth_at"] == "2026-03-30T08:15:00.000+07:00"


def test_an_hour_that_nobody_knows_is_told_so_and_no_birth_lies_ahead(filler: Filler) -> None:
    form = programme_forms()["birth"]
    filler.open(form.xml, initial={"registered_before": "yes"}, page=1)
    filler._day(filler.question("birth_at"), "2299-03-30")
    filler.next()
    why = filler.page.locator(".why")
    assert "hour is not known" in why.inner_text(), "the way out is named"
    filler.page.locator(".unknown").click()
    assert "not come yet" in why.inner_text()
    filler._day(filler.question("birth_at"), "2026-03-30")
    why.wait_for(state="detached")
    kept = filler.told()
    assert kept["answers"]["birth_at"] == "2026-03-30"
    filler.open(form.xml, instance=kept["instance"], page=1)
    assert filler.page.locator(".unknown").get_attribute("aria-pressed") == "true"
    filler.open(form.xml, initial=kept["answers"], page=1)
    assert filler.page.locator(".unknown").get_attribute("aria-pressed") == "true", "and in a correction"


def test_a_birth_weight_of_31_grams_is_not_taken(filler: Filler) -> None:
    filler.open(programme_forms()["postnatal_baby"].xml)
    for _ in range(20):
        if filler.question("birth_weight_g").count():
            break
        filler.next()
        filler.page.wait_for_timeout(50)
    weight = filler.question("birth_weight_g")
    assert weight.locator(".unit").inner_text() == "grams"
    assert weight.locator(".keys button").filter(has_text="−").count() == 0
    filler.press(weight, "31")
    filler.next()
    assert "300" in filler.page.locator(".why").inner_text()
    filler.press(weight, "00")
    filler.next()
    weight.wait_for(state="detached")


def test_a_draft_of_an_older_version_of_the_form_goes_on(filler: Filler) -> None:
    begin(filler)
    filler.question("her_name").locator("input").fill("Mai")
    old = filler.told()["instance"].replace("<her_name>", "<gone>x</gone><her_name>").replace('version="3"', 'version="2"')
    begin(filler, instance=old, page=1)
    assert filler.question("age").count() == 1
    assert filler.told().get("answers", {"her_name": "Mai"})["her_name"] == "Mai"


def test_a_draft_from_before_a_part_of_the_form_was_opened_goes_on_with_all_of_it(filler: Filler) -> None:
    form = programme_forms()["birth"]
    filler.open(form.xml)
    filler.next()
    kept = filler.told()
    assert "her_name" not in kept["instance"], "nobody has asked for her name yet"
    filler.open(form.xml, instance=kept["instance"])
    filler.answer(filler.question("registered_before"), "no")
    filler.next()
    filler.answer(filler.question("consent_record"), "yes")
    filler.next()
    filler.question("her_name").locator("input").fill("Mai")
    told = filler.told()["answers"]
    entity = told["she"].pop("meta")["entity"]
    assert told["she"] == {"consent_record": "yes", "her_name": "Mai", "her_sex": "f"}
    assert entity["label"] == "Mai"
    assert len(entity["id"]) == 36, "she is somebody, although the form was closed before it asked who"


def test_of_who_does_not_agree_to_a_record_nothing_is_asked(filler: Filler) -> None:
    filler.open(programme_forms()["register"].xml)
    filler.answer(filler.question("consent_record"), "no")
    filler.next()
    filler.page.wait_for_selector("text=Then no record is kept of her")
    assert filler.page.locator("[data-ref$='/called']").count() == 0


def test_answers_to_what_is_not_asked_any_more_come_back_when_it_is_asked_again(filler: Filler) -> None:
    form = programme_forms()["birth"]
    filler.open(form.xml)
    filler.answer(filler.question("registered_before"), "no")
    filler.next()
    filler.answer(filler.question("consent_record"), "yes")
    filler.next()
    filler.question("her_name").locator("input").fill("Mai")
    who = filler.told()["answers"]["she"]["meta"]["entity"]["id"]
    for _ in range(2):
        filler.page.locator("footer .back").click()
    filler.answer(filler.question("registered_before"), "yes")
    kept = filler.told()
    assert "she" not in kept["answers"]
    filler.open(form.xml, instance=kept["instance"])
    filler.answer(filler.question("registered_before"), "no")
    she = filler.told()["answers"]["she"]
    assert (she["consent_record"], she["her_name"], she["meta"]["entity"]["id"]) == ("yes", "Mai", who)


def test_a_list_from_a_file_is_found_by_a_few_letters_without_marks(filler: Filler) -> None:
    filler.open(VILLAGES, media={"villages.csv": VILLAGES_CSV})
    village = filler.question("village")
    assert village.locator(".item").count() == 60
    assert "240 more" in village.locator(".rest").inner_text()
    village.locator("input[type=search]").fill("dong en 299")
    assert village.locator(".item").all_inner_texts() == ["Bản Đồng Én 299"]
    filler.answer(village, "v299")
    assert filler.told()["answers"] == {"village": "v299"}


def test_a_form_whose_list_did_not_come_says_that_nothing_can_be_chosen(filler: Filler) -> None:
    filler.open(VILLAGES)
    assert "nothing to choose" in filler.question("village").inner_text()
    filler.next()
    assert filler.question("shown").count() == 1


def test_a_form_that_cannot_be_opened_says_so_and_lets_her_go_back(filler: Filler) -> None:
    filler.open("<h:html xmlns:h='http://www.w3.org/1999/xhtml'></h:html>")
    assert "cannot be opened" in filler.page.inner_text("h1")
    filler.page.get_by_role("button", name="Back").click()
    assert filler.page.evaluate("tried.cancelled") == 1
