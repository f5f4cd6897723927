"""Forms that nobody here wrote, from the console's upload to the phone, filled in there, to the record and its pages."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.phone_forms.filling import Filler
from tests.journeys.phone_forms.forms import EXAMPLES
from tests.journeys.phone_screens import walk
from tests.journeys.phone_screens.looker import Looker, Seen
from tests.journeys.phone_screens.test_with_the_station import LONG, enrol
from tests.support.browser import PATIENCE
from tests.support.chromium import DESK, PHONE
from tests.support.console import PASSWORD
from tests.support.phone_server import PhoneServer, phone_server  # noqa: F401 - a fixture

pytestmark = pytest.mark.journey
WHOLE = "Spec test"
"""Groups, a repeat, calculations, constraints, pictures that are shown and one that is taken. Of a person."""
CHOSEN, CHOSEN_TITLE = "cascading_selects1", "cascading selects"
"""Choices that depend on the choice before. Of nobody but the place."""
SHOTS = os.environ.get("DOORSTEP_SHOTS")


def see(page: Page, name: str) -> None:
    """A picture, for whoever wants to look."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def drawn(page: Page, colour: str) -> bytes:
    """A real JPEG of one colour."""
    return bytes(page.evaluate("""async colour => {
        const canvas = new OffscreenCanvas(320, 200);
        const pen = canvas.getContext('2d');
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 320, 200);
        return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer())];
    }""", colour))  # fmt: skip


def log_in(page: Page, server: PhoneServer, name: str) -> None:
    page.goto(f"{server.address}/login/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("main button.button")
    page.wait_for_url(f"{server.address}/")


def upload(page: Page, server: PhoneServer) -> None:
    """At the console: chosen, looked at, released for attendants, of a person."""
    log_in(page, server, "pov")
    page.goto(f"{server.address}/forms/")
    page.set_input_files("#workbook", EXAMPLES / "xlsform_spec_test.xlsx")
    colours = {"a.jpg": "green", "b.jpg": "orange", "img_test.jpg": "teal", "img_test_2.jpg": "purple"}
    page.set_input_files("#media", [
        {"name": name, "mimeType": "image/jpeg", "buffer": drawn(page, colour)} for name, colour in colours.items()
    ])  # fmt: skip
    page.click("form[action$='/upload/'] .button")
    page.wait_for_selector("#release", state="attached")
    page.check("[name=subject][value=person]")
    page.check("[name=role][value=attendant]")
    page.check("[name=place][value='*']")
    see(page, "console-draft")
    page.click("form[action$='/release/'] .button")
    page.wait_for_url(lambda address: "/draft/" not in address)


def fill(page: Page, answers: dict[str, Any] | None = None) -> None:
    """To the end, and done."""
    page.wait_for_selector(".form footer .next", timeout=LONG)
    filler = Filler(page)
    for place in filler.walk(answers):
        if "/a_decimal" in place:
            kept_by_its_constraint(filler)
        if "/text_image_audio_video_test" in place:
            page.wait_for_function("() => [...document.querySelectorAll('.question img')].some(one => one.naturalWidth === 320)")
            see(page, "phone-pictures")
    assert filler.at_the_end
    see(page, "phone-review")
    filler.forward.click()
    page.wait_for_selector(".form", state="detached", timeout=LONG)
    assert filler.complaints == []


def kept_by_its_constraint(filler: Filler) -> None:
    """More than the form allows is told, and goes no further."""
    number = filler.question("a_decimal").locator("input")
    number.fill("9.5")
    filler.next()
    filler.page.wait_for_selector(".question.wrong .why")
    see(filler.page, "phone-constraint")
    number.fill("2.5")


def answers(server: PhoneServer, form: str) -> dict[str, Any]:
    """The one that was filled in, as the record has it."""
    (row,) = json.loads(server.command("form", "answers", form, "--format", "json", "--names"))
    found: dict[str, Any] = row
    return found


def test_from_the_consoles_upload_to_the_phone_and_back_into_the_record(browser: Browser, phone_server: PhoneServer) -> None:  # noqa: F811
    desk = browser.new_page(viewport=DESK)
    desk.set_default_timeout(LONG)
    upload(desk, phone_server)
    phone_server.command("form", "upload", str(EXAMPLES / "choice_filter_test.xlsx"), "--of", "place")

    context = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB", geolocation={"latitude": 13.7, "longitude": 107, "accuracy": 8},
        permissions=["geolocation"],
    )  # fmt: skip
    context.set_default_timeout(LONG)
    page = context.new_page()
    enrol(page, phone_server, phone_server.more_codes()["srey"])

    page.wait_for_selector(".sentence:has-text('Everything is at the station')", timeout=LONG)  # the forms are here too

    # of nobody: it stands under New, beside what registers somebody
    page.click("main > .row .button >> nth=0")
    walk.at(page, "new")
    seen = Seen()
    Looker(page, f"{phone_server.address}/phone/", seen, "en").see("new")
    assert "\n".join(seen.wrong) == ""
    see(page, "phone-new")
    context.set_offline(True)
    page.click(f".list .open:has-text('{CHOSEN_TITLE}')")
    fill(page, {"state": "washington", "county": "king", "city": "seattle"})
    walk.at(page, "today")

    # of a person: it stands in her story
    walk.go(page, "people")
    page.click(".list .open >> nth=0")
    walk.at(page, "person")
    page.click("main > details:last-of-type > summary")
    see(page, "phone-more")
    page.click(f"main > details .button:has-text('{WHOLE}')")
    page.wait_for_selector(".form footer .next", timeout=LONG)
    fill(page, {"skip_to_end": "no", "select_multiple_test": ["yes"], "a_integer": "7"})
    walk.at(page, "person")
    page.wait_for_selector(f".entry:has-text('{WHOLE}')")
    see(page, "phone-story")

    context.set_offline(False)
    walk.back(page, "people")
    walk.go(page, "today")
    page.wait_for_selector(".sentence:has-text('Everything is at the station')", timeout=LONG)
    walk.go(page, "work")
    page.wait_for_selector(".counts dl, .counts div")
    see(page, "phone-work")

    chosen = answers(phone_server, CHOSEN)
    assert {"state": "washington", "county": "king", "city": "seattle"}.items() <= chosen.items()
    whole = answers(phone_server, WHOLE)
    assert {"everything/calculate_test": "4", "everything/a_decimal": "2.5", "everything/repeat_test#": "2"}.items() <= whole.items()
    assert [whole[f"everything/repeat_test[{n}]/group_test/required_text"] for n in (1, 2)] == ["words", "words"]
    assert (whole["author"], len(whole["everything/image_test"])) == ("srey", 64 + len(".jpg"))
    desk.context.close()

    story = f"{phone_server.address}/people/{whole['subject']}/"
    reader = browser.new_page(viewport=DESK)
    reader.set_default_timeout(LONG)
    log_in(reader, phone_server, "sok")
    reader.goto(story)
    entry = reader.locator(f".timeline li:has(h3:has-text('{WHOLE}'))")
    entry.locator("h3").wait_for()
    for _ in range(60):  # pictures come last
        if entry.locator(".pictures li").count() == 2:
            break
        reader.wait_for_timeout(1000)
        reader.reload()
    entry.locator(".pictures img").scroll_into_view_if_needed()
    reader.wait_for_function("() => document.querySelector('.pictures img').naturalWidth === 1600")
    see(reader, "console-story")
    address = entry.locator(".pictures img").get_attribute("src")
    reader.context.close()

    stranger = browser.new_page(viewport=DESK)
    stranger.set_default_timeout(PATIENCE)
    log_in(stranger, phone_server, "mai")
    stranger.goto(story)
    stranger.wait_for_selector("#happened")
    assert stranger.locator(f".timeline h3:has-text('{WHOLE}')").count() == 0
    assert stranger.request.get(f"{phone_server.address}{address}").status == 404
    stranger.context.close()
    context.close()


def test_a_form_is_tried_as_on_the_phone_before_anybody_gets_it(browser: Browser, phone_server: PhoneServer) -> None:  # noqa: F811
    context = browser.new_context(viewport=DESK, locale="en-GB")
    context.set_default_timeout(LONG)
    desk, sent = context.new_page(), list[str]()
    log_in(desk, phone_server, "pov")
    desk.goto(f"{phone_server.address}/forms/")
    desk.set_input_files("#workbook", EXAMPLES / "choice_filter_test.xlsx")
    desk.click("form[action$='/upload/'] .button")
    desk.wait_for_selector("#release", state="attached")
    see(desk, "console-try")
    context.on("request", lambda asked: sent.append(f"{asked.method} {asked.url}") if asked.method != "GET" else None)
    with context.expect_page() as draft:
        desk.click("a:has-text('Try it as on the phone')")
    page = draft.value
    page.wait_for_selector("[data-screen=try] .button.big")
    see(page, "try-desk")
    seen = Seen()
    Looker(page, f"{phone_server.address}/phone/", seen, "en").see("try")
    page.click("[data-screen=try] .button.big")
    page.wait_for_selector("[data-screen=form] .form")
    assert page.is_visible(".practice")
    see(page, "try-desk-form")
    fill(page, {"state": "washington", "county": "king", "city": "seattle"})
    page.wait_for_selector("[data-screen=try] .notice:has-text('Nothing was kept or sent.')")
    see(page, "try-desk-done")
    page.close()

    desk.goto(f"{phone_server.address}/programmes/maternal/forms/")
    see(desk, "console-programme")
    with context.expect_page() as programme:
        desk.click("#form-postnatal_baby a:has-text('Try it as on the phone')")
    page = programme.value
    page.set_viewport_size(PHONE)
    page.wait_for_selector("[data-screen=try] .button.big")
    see(page, "try-phone")
    page.click("[data-screen=try] .button.big")
    page.wait_for_selector("[data-screen=form] .form:has-text('Practice')")
    see(page, "try-phone-form")
    assert sent == []
    assert "\n".join(seen.wrong) == ""

    context.clear_cookies()
    with context.expect_page() as logged_out:
        desk.click("#form-postnatal_mother a:has-text('Try it as on the phone')")
    logged_out.value.wait_for_selector("[data-screen=try] .notice.late:has-text('Log in')")
    context.close()
