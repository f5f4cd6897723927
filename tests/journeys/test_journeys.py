"""Paths through the pages as people walk them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import PATIENCE
from tests.support.cast import NAMES, SAYAS
from tests.support.console import DAY, PASSWORD, Console

pytestmark = pytest.mark.journey


def enter(console: Console, page: Page, name: str) -> None:
    """Logs in as somebody would: the name, tab, the password, enter."""
    page.goto(console.address)
    page.fill("#id_username", name)
    page.press("#id_username", "Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{console.address}/")


def test_a_midwife_finds_who_must_go_now_and_reads_what_to_do(phone: Page, console: Console) -> None:
    enter(console, phone, "mai")
    phone.click("a.ask:has-text('Who needs a visit?')")
    phone.fill("#on", DAY)
    phone.click("button:has-text('Show')")
    expect(phone.locator("p.answer")).to_contain_text("1 must go now")
    phone.click(f"#due-table a:has-text('{NAMES['bopha']}')")
    expect(phone.locator("h1")).to_have_text("What is her story?")
    expect(phone.locator("article.is-danger")).to_contain_text("Danger sign - send her to hospital now")
    expect(phone.locator("article.is-danger")).to_contain_text("Call the midwife.")
    assert NAMES["bopha"] not in phone.title()
    assert console.cast["bopha"] in phone.url


def test_a_supervisor_goes_from_a_number_to_the_people_behind_it(desk: Page, console: Console) -> None:
    enter(console, desk, "sok")
    desk.goto(f"{console.address}/due/?place=KH-16&on={DAY}")
    desk.click(".bars a:has-text('Lumphat')")
    expect(desk.locator("nav[aria-label='Where people live'] [aria-current]")).to_have_text("Lumphat")
    desk.click(".statuses a:has-text('Late')")
    number = int(re.findall(r"\d+", desk.inner_text(".statuses a[aria-current]"))[0])
    expect(desk.locator("#due-table tbody tr")).to_have_count(number)
    desk.click("nav[aria-label='Where people live'] a:has-text('Ratanakiri')")
    expect(desk.locator(".statuses a[aria-current]")).to_contain_text("Late")


def test_the_list_of_a_past_day_can_be_sent_to_a_colleague(desk: Page, console: Console) -> None:
    enter(console, desk, "mai")
    desk.goto(f"{console.address}/due/?place={SAYAS}")
    desk.fill("#on", "2026-05-30")
    desk.select_option("#pathway", "antenatal")
    desk.click("button:has-text('Show')")
    address, listed = desk.url, desk.inner_text("#due-table")
    desk.click("text=Log out")
    desk.goto(address)
    expect(desk.locator("h1")).to_have_text("Who is there?")
    desk.fill("#id_username", "dara")
    desk.fill("#id_password", PASSWORD)
    desk.click("main button.button")
    assert desk.url == address
    assert desk.inner_text("#due-table") == listed


def test_a_midwife_proof_reads_a_rule_from_its_picture(desk: Page, console: Console) -> None:
    enter(console, desk, "mai")
    desk.click("nav a:has-text('Programmes')")
    desk.click("h2 a")
    expect(desk.locator("p.answer")).to_contain_text("Not yet confirmed by a clinician of")
    desk.click("figure.line a:has-text('Antenatal contact')")
    step = desk.locator("article:target")
    expect(step).to_contain_text("In weeks 12, 20, 26, 30, 34, 36, 38, 40 after")
    expect(step).to_contain_text("not yet confirmed by a clinician of Vietnam, Cambodia, Bulgaria")
    step.locator("dd a").first.click()
    expect(desk.locator("article:target")).to_contain_text("Bleeding from the vagina")


def test_the_language_is_changed_where_one_stands_and_stays_changed(phone: Page, console: Console) -> None:
    phone.goto(f"{console.address}/login/")
    phone.click("summary")
    phone.click("button:has-text('ខ្មែរ')")
    expect(phone.locator("h1")).to_have_text("អ្នកណានៅទីនោះ?")
    phone.fill("#id_username", "thu")
    phone.fill("#id_password", PASSWORD)
    phone.click("main button.button")
    phone.goto(f"{console.address}/due/?place={SAYAS}&on={DAY}")
    expect(phone.locator("h1")).to_have_text("អ្នកណាត្រូវការការជួប?")
    expect(phone.locator("footer")).to_contain_text("បកប្រែដោយម៉ាស៊ីន")
    phone.click("summary")
    phone.click("button:has-text('English')")
    assert phone.url.endswith(f"/due/?place={SAYAS}&on={DAY}")
    expect(phone.locator("h1")).to_have_text("Who needs a visit?")


def test_khmer_is_drawn_with_the_letters_that_we_ship(phone: Page, console: Console) -> None:
    phone.goto(f"{console.address}/login/")
    phone.click("summary")
    phone.click("button:has-text('ខ្មែរ')")
    loaded = phone.evaluate("document.fonts.ready.then(() => [...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.unicodeRange))")
    assert any("1780" in ranges for ranges in loaded)


def test_with_the_keyboard_alone_one_gets_past_the_menu(desk: Page, console: Console) -> None:
    enter(console, desk, "mai")
    desk.goto(f"{console.address}/about/")
    desk.keyboard.press("Tab")
    expect(desk.locator(":focus")).to_have_text("To the content")
    desk.keyboard.press("Enter")
    assert desk.evaluate("document.activeElement.id") == "main"


def test_what_takes_seconds_says_so_at_once(desk: Page, console: Console) -> None:
    enter(console, desk, "sok")
    desk.goto(f"{console.address}/due/?place=KH-16&on={DAY}")
    says = desk.locator("[data-busy-says]")
    desk.evaluate("document.querySelector('.filters').addEventListener('submit', (sent) => sent.preventDefault())")
    desk.click("button:has-text('Show')")
    expect(says).to_be_hidden()
    desk.fill("#known", "2026-06-09")
    desk.click("button:has-text('Show')")
    expect(says).to_be_visible()
    expect(says).to_contain_text("Nothing is changed by it")


def test_without_scripts_everything_but_copying_still_works(browser: Browser, console: Console) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    enter(console, page, "mai")
    page.goto(f"{console.address}/due/?place={SAYAS}&on={DAY}")
    page.select_option("#pathway", "antenatal")
    page.click("button:has-text('Show')")
    expect(page.locator("#due-table tbody tr")).to_have_count(2)
    assert page.locator("[data-copy]").is_hidden()
    context.close()


def test_the_list_is_downloaded_and_copied(desk: Page, console: Console, tmp_path: Path) -> None:
    enter(console, desk, "mai")
    desk.goto(f"{console.address}/due/?place={SAYAS}&on={DAY}")
    with desk.expect_download() as started:
        desk.click("text=Download as CSV, without names")
    started.value.save_as(tmp_path / "list.csv")
    content = (tmp_path / "list.csv").read_text(encoding="utf-8-sig")
    assert content.splitlines()[0].startswith("subject,place,programme,pathway")
    assert NAMES["bopha"] not in content
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.click("[data-copy]")
    expect(desk.locator("[data-copy]")).to_contain_text("Copied")
    copied = desk.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0] == "Who\tWhat for\tHome"
    assert len(copied.splitlines()) == 1 + desk.locator("#due-table tbody tr").count()


def test_somebody_without_access_is_told_kindly_and_sees_nobody(phone: Page, console: Console) -> None:
    enter(console, phone, "nobody")
    expect(phone.locator("p.answer")).to_contain_text("You have no area yet")
    phone.goto(f"{console.address}/people/{console.cast['mom']}/")
    expect(phone.locator("h1")).to_have_text("What were you looking for?")
    phone.click("text=To the first page")
    expect(phone.locator("h1")).to_have_text("What would you like to know?")
