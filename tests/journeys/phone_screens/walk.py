"""One walk past every screen of the phone, in the practice village, whatever the language: nothing here looks for words."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

See = Callable[[str], None]
CODE = "PRACTICE"
PIN = "2468"
WAIT = 90_000  # ms; generous, since other work may use the machine


def at(page: Page, screen: str) -> None:
    """Waits until that screen is shown."""
    page.wait_for_selector(f"[data-screen={screen}]", timeout=WAIT)


def begin(page: Page, address: str, language: str) -> None:
    """Opens the app for the first time and chooses a language."""
    page.goto(address)
    at(page, "language")
    page.click(f"button[lang={language}]")
    at(page, "start")


def practise(page: Page) -> None:
    """From the first screen into the village, without code or secret."""
    page.click("button.way >> nth=1")
    at(page, "today")
    page.wait_for_selector(".card.danger", timeout=WAIT)


def keys(page: Page, digits: str) -> None:
    """Touches keys of the keypad, and the tick."""
    for digit in digits:
        page.click(f".key:text-is('{digit}')")
    page.click(".key.go")


def go(page: Page, place: str) -> None:
    """To one of the five places."""
    page.click(f".places li >> nth={['today', 'people', 'learn', 'work', 'me'].index(place)} >> button")
    at(page, place)


def back(page: Page, to: str) -> None:
    """One screen back."""
    page.click(".back")
    at(page, to)


def door(page: Page, address: str, language: str, see: See) -> None:
    """From the very first start to the list of today, with the code of the practice village."""
    page.goto(address)
    at(page, "language")
    see("language")
    page.click(f"button[lang={language}]")
    at(page, "start")
    see("start")
    enter(page, see)


def enter(page: Page, see: See) -> None:
    """From the start to the list of today."""
    page.click("button.way >> nth=0")
    at(page, "enrol")
    see("enrol")
    page.fill("#code", "ABCD EFGH")
    page.click("form .button")
    page.wait_for_selector("[data-screen=enrol] .notice", timeout=WAIT)
    see("enrol-wrong")
    page.fill("#code", CODE)
    page.click("form .button")
    at(page, "secret")
    see("secret")
    page.click("main .button >> nth=1")
    page.click(".keys .key >> nth=4")
    see("secret-pictures")
    page.click(".back")
    page.click("main .button >> nth=0")
    keys(page, "1234")
    page.wait_for_selector("[data-screen=secret] .notice")
    see("secret-easy")
    keys(page, PIN)
    see("secret-again")
    keys(page, PIN)
    at(page, "today")
    page.wait_for_selector(".card.danger", timeout=WAIT)


def day(page: Page, see: See) -> None:
    """A day: the list, a story, a reason, a visit with a danger sign, a draft."""
    see("today")
    in_order(page, see)
    page.click(".card.danger .who")
    at(page, "person")
    page.wait_for_selector(".weeks", timeout=WAIT)
    see("person-danger")
    page.click(".entry summary >> nth=0")
    page.click("main > details summary")
    see("person-open")
    page.click("article.late .button.quiet")
    at(page, "not-done")
    page.wait_for_selector(".reasons button")
    see("not-done")
    page.click(".reasons button >> nth=1")
    at(page, "person")
    page.wait_for_selector(".weeks", timeout=WAIT)
    see("person-not-done")
    back(page, "today")
    page.click("[data-screen=today] section[aria-labelledby=late] .open >> nth=0")
    at(page, "person")
    page.wait_for_selector(".weeks", timeout=WAIT)
    see("person-shared-phone")
    back(page, "today")
    go(page, "people")
    page.wait_for_selector(".list .open")
    see("people")
    page.fill("#find", "zzzz")
    page.wait_for_selector(".empty")
    see("people-nobody")


def in_order(page: Page, see: See) -> None:
    """The list as she walks, her own order of places and houses, and one house; then the most urgent first again."""
    page.click(".order button >> nth=1")
    page.wait_for_selector(".hamlet", timeout=WAIT)
    see("today-walking")
    page.click(".between .button")
    at(page, "walk")
    page.wait_for_selector(".walk button", timeout=WAIT)
    see("walk")
    page.click(".walk button >> nth=0")
    page.click(".hands .big >> nth=1")
    see("walk-moved")
    page.click(".hands .wide")
    page.click(".walk button >> nth=0")
    see("walk-houses")
    page.click(".back")
    back(page, "today")
    page.click("button.house >> nth=0")
    at(page, "house")
    page.wait_for_selector(".list .open", timeout=WAIT)
    see("house")
    name = page.inner_text("h1")
    back(page, "today")
    page.click(".order button >> nth=0")
    page.wait_for_selector("section[aria-labelledby=late]", timeout=WAIT)
    go(page, "people")
    page.fill("#find", name)
    page.wait_for_selector(".houses .to-house", timeout=WAIT)
    see("people-houses")
    page.fill("#find", "")
    go(page, "today")
    page.wait_for_selector(".card.danger", timeout=WAIT)


def rest(page: Page, see: See) -> None:
    """The other places, and what is behind them."""
    go(page, "learn")
    page.click("details summary >> nth=0")
    see("learn")
    go(page, "work")
    page.wait_for_selector(".counts")
    see("work")
    page.click("main > .button.wide")
    at(page, "month")
    page.click("details summary >> nth=-1")
    see("month")
    back(page, "work")
    go(page, "me")
    see("me")
    for nth, name in ((0, "hand-over"), (1, "accept"), (2, "call"), (3, "about")):
        page.click(f"main .list .open >> nth={nth}")
        at(page, name)
        see(name)
        if name == "hand-over":
            page.click("main .button")
            page.wait_for_selector("main .card")
            see("hand-over-made")
        back(page, "me")
    go(page, "today")
    page.click(".head .chip")
    at(page, "sync")
    see("sync")
    back(page, "today")


def locked(page: Page, see: See) -> None:
    """Locked: wrong numbers, a wait, what to do when they are forgotten, and who else works here."""
    go(page, "me")
    page.click("main > .button")
    at(page, "unlock")
    see("unlock")
    for _ in range(3):
        keys(page, "9753")
        page.wait_for_selector("[data-screen=unlock] .notice", timeout=WAIT)
    see("unlock-wait")
    page.click("main > .row .button >> nth=0")
    at(page, "forgotten")
    page.click("main .button")
    page.wait_for_selector("[data-screen=forgotten] .notice", timeout=WAIT)
    see("forgotten")
    back(page, "unlock")
    page.click("main > .row .button >> nth=1")
    at(page, "who")
    page.wait_for_selector(".list .open", timeout=WAIT)
    see("who")


def visits(page: Page, see: See) -> None:
    """Forms: a visit in which danger becomes true, the referral from within it, the draft that is gone on with, somebody new."""
    go(page, "today")
    page.click("section[aria-labelledby=due] .open >> nth=-1")
    at(page, "person")
    page.click("article.due .button >> nth=0")
    at(page, "form")
    page.wait_for_selector(".form footer .next", timeout=WAIT)
    see("form")
    for _ in range(4):
        if page.query_selector("[data-ref$='/bleeding']"):
            break
        page.click(".form footer .next")
        page.wait_for_timeout(300)
    see("form-question")
    page.click("[data-ref$='/bleeding'] .answer label:not(.find) >> nth=1")
    page.wait_for_selector(".warnings", timeout=WAIT)
    see("form-danger")
    page.click(".warnings .actions button >> nth=1")
    page.wait_for_function("() => document.querySelector('.form') && !document.querySelector('.warnings')", timeout=WAIT)
    see("form-referral")
    page.click(".form header button >> nth=0")
    page.wait_for_selector(".warnings", timeout=WAIT)
    page.click(".form header button >> nth=0")
    at(page, "person")
    page.click(".back")
    at(page, "today")
    page.wait_for_selector("article.danger[data-draft]", timeout=WAIT)
    see("today-draft")
    go(page, "work")
    page.wait_for_selector("article.card .button")
    see("work-draft")
    go(page, "today")
    page.click("main > .row .button >> nth=0")
    at(page, "form")
    page.wait_for_selector(".form footer .next", timeout=WAIT)
    see("form-new")
    page.click(".form header button >> nth=0")
    at(page, "today")


def day_of(page: Page, see: See) -> None:
    """Every screen, from the start on."""
    enter(page, see)
    day(page, see)
    rest(page, see)
    visits(page, see)
    locked(page, see)
