"""The page that asks who has which phone: who may see it, a code that is shown once, and what is decided about a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, Page

from tests.journeys.test_pages import SIZES, enter, findings, widest
from tests.support.browser import PATIENCE
from tests.support.console import Answer, Console, Visitor, console

__all__ = ["console"]

LOOKS_AFTER = {
    "sok": {"dara", "mai", "neary", "thu"},
    "pov": {"dara", "mai", "neary", "thu", "sok", "rith", "chan", "pov", "lan"},
}
QUESTION = {"en": "Who has which phone?", "vi": "Ai có điện thoại nào?", "km": "អ្នកណាមានទូរសព្ទណា?", "bg": "Кой има кой телефон?"}


def listed(answer: Answer) -> set[str]:
    """Usernames whose phones the page shows."""
    return set(re.findall(r'name="worker" value="([^"]+)"', answer.text))


def made(visitor: Visitor, username: str) -> tuple[Answer, str]:
    """The page with a new code, and its letters."""
    answer = visitor.post("/phones/code/", worker=username)
    found = re.search(r">([A-Z]{4}) ([A-Z]{4})<", answer.main)
    return answer, found[1] + found[2] if found else ""


def asked(console: Console, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
    """What a phone is answered over HTTP by the running server."""
    connection = HTTPConnection("127.0.0.1", console.port, timeout=120)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connection.request(method, f"/sync/v1/{path}", json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


def enrolled(console: Console, letters: str, device: str) -> str:
    """The token of a phone that was enrolled with these letters."""
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    status, told = asked(console, "POST", "enrol", {"code": letters, "device": device, "public_key": key})
    assert status == 200, told
    return str(told["token"])


@pytest.mark.parametrize("login", list(LOOKS_AFTER))
def test_each_sees_the_phones_of_whom_they_answer_for(console: Console, login: str) -> None:
    answer = console.visitor(login).get("/phones/")
    assert answer.status == 200
    assert answer.title.startswith(QUESTION["en"])
    assert listed(answer) == LOOKS_AFTER[login]


@pytest.mark.parametrize("login", [None, "dara", "mai", "neary", "rith", "chan", "lan", "nobody", "kim"])
def test_nobody_else_sees_the_page_or_makes_a_code(console: Console, login: str | None) -> None:
    visitor = console.visitor(login)
    assert visitor.get("/phones/").status == (302 if login is None else 404)
    for answer in (visitor.post("/phones/code/", worker="dara"), visitor.post("/phones/1/", what="revoke")):
        assert answer.status in ((302, 403) if login is None else (404,))


@pytest.mark.parametrize("username", ["rith", "chan", "pov", "sok", "lan", "nobody", "no-such-worker", ""])
def test_a_supervisor_makes_no_code_for_whom_she_does_not_answer_for(console: Console, username: str) -> None:
    answer, letters = made(console.visitor("sok"), username)
    assert (answer.status, letters) == (404, "")


def test_a_code_is_shown_once_with_its_picture_and_enrols_a_phone(console: Console) -> None:
    sok = console.visitor("sok")
    answer, letters = made(sok, "neary")
    assert answer.status == 200
    assert "<svg" in answer.main.partition('class="qr"')[2][:400]
    assert f"{console.address}/phone/" in answer.main
    assert letters not in sok.get("/phones/").text, "nowhere else"
    assert "A code waits to be used" in sok.get("/phones/?q=neary").main
    token = enrolled(console, letters, "phone-of-neary")
    after = sok.get("/phones/?q=neary").main
    assert "phone-of-neary" in after
    assert "A code waits" not in after
    assert "in use" in after
    assert asked(console, "GET", "state", token=token)[1]["worker"]["username"] == "neary"
    assert sok.get("/phones/code/").status == 302, "as when another language is chosen on it"


def test_a_phone_is_locked_opened_given_a_new_pin_and_taken_away(console: Console) -> None:
    sok = console.visitor("sok")
    token = enrolled(console, made(sok, "thu")[1], "phone-of-thu")

    def number() -> str:
        return re.findall(r'id="phone-(\d+)"', sok.get("/phones/?q=thu").main)[0]

    def decide(what: str) -> dict[str, Any]:
        assert sok.post(f"/phones/{number()}/", what=what, q="thu").status == 302
        told: dict[str, Any] = asked(console, "GET", "state", token=token)[1]
        return told

    assert decide("lock")["standing"] == "locked"
    assert decide("unlock")["standing"] == "active"
    assert decide("new_pin")["unlock"] is True
    assert "A new PIN may be chosen on it." in sok.get("/phones/?q=thu").main
    assert decide("revoke")["standing"] == "revoked"
    assert decide("unlock")["standing"] == "revoked", "this cannot be taken back"
    assert decide("wipe")["standing"] == "wipe"
    assert sok.post(f"/phones/{number()}/", what="dance").status == 404
    assert console.visitor("dara").post(f"/phones/{number()}/", what="unlock").status == 404


@pytest.mark.parametrize("language", list(QUESTION))
def test_it_asks_its_question_in_every_language(console: Console, language: str) -> None:
    visitor = console.visitor("sok")
    visitor.post("/language/", language=language, next="/phones/")
    answer = visitor.get("/phones/")
    assert answer.title.startswith(QUESTION[language])
    if language != "en":
        assert "Make a code" not in answer.text
    visitor.post("/language/", language="en", next="/")


def test_a_name_is_searched_for_in_part(console: Console) -> None:
    sok = console.visitor("sok")
    assert listed(sok.get("/phones/?q=DAR")) == {"dara"}
    assert "Nobody here has this in the name." in sok.get("/phones/?q=zzz").main


@pytest.fixture(params=list(SIZES))
def sized(request: pytest.FixtureRequest, browser: Browser, console: Console) -> Iterator[Page]:
    context = browser.new_context(**SIZES[request.param], locale="en-GB")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("console", lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None)  # type: ignore[attr-defined]
    enter(console, page)
    yield page
    context.close()


@pytest.mark.journey
def test_nobody_is_kept_out_of_the_page_with_a_code_on_it(sized: Page, console: Console) -> None:
    sized.goto(f"{console.address}/phones/?q=mai")
    sized.locator("main button.small", has_text="Make a code").click()
    sized.wait_for_selector(".letters")
    enrolled(console, re.sub(r"\s", "", sized.inner_text(".letters")), "phone-of-mai")
    assert findings(sized) == []
    assert widest(sized) <= sized.viewport_size["width"]  # type: ignore[index]
    sized.goto(f"{console.address}/phones/")
    for fold in sized.locator("details.more summary").all():
        fold.click()
    assert findings(sized) == []
    assert widest(sized) <= sized.viewport_size["width"]  # type: ignore[index]
    assert sized.complaints == []  # type: ignore[attr-defined]


def test_a_supervisor_writes_down_on_which_number_somebody_answers_and_phones_learn_it(console: Console) -> None:
    sok = console.visitor("sok")
    assert sok.post("/phones/number/", worker="mai", number=" +855 12 000-111 ").status == 302
    assert 'value="+85512000111"' in sok.get("/phones/").main
    wrong = sok.post("/phones/number/", worker="mai", number="ask her")
    assert wrong.status == 200
    assert "ask her" in wrong.main
    assert "Nothing was changed" in wrong.main
    assert sok.post("/phones/number/", number="+855 12 000 222").status == 302, "her own"
    assert sok.post("/phones/number/", worker="lan", number="1").status == 404, "she does not answer for her"
    token = enrolled(console, made(sok, "dara")[1].replace(" ", ""), "phone-that-calls")
    called = [(one["role"], one["number"]) for one in asked(console, "GET", "state", token=token)[1]["calls"]]
    assert called == [("midwife", "+85512000111"), ("supervisor", "+85512000222")]
    assert sok.post("/phones/number/", worker="mai", number="").status == 302
    assert sok.post("/phones/number/", number="").status == 302
    assert asked(console, "GET", "state", token=token)[1]["calls"] == []


def test_a_code_for_somebody_who_has_nobody_to_call_says_so(console: Console) -> None:
    """Whoever is in danger must not be the first to find out."""
    sok, warned = console.visitor("sok"), "nobody to call when somebody is in danger"
    assert warned in made(sok, "dara")[0].main
    sok.post("/phones/number/", number="+855 12 345 678")
    try:
        assert warned not in made(sok, "dara")[0].main
    finally:
        sok.post("/phones/number/", number="")
    assert warned in made(sok, "dara")[0].main
