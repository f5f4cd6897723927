"""Cards with a code to print, and the page that says who looked for whom and why."""

from __future__ import annotations

import re

import pytest

from tests.support.cast import ELSEWHERE, IDS, NAMES, WORKERS
from tests.support.console import Console
from tests.sync.test_phones_page import asked, enrolled, made

QUESTION = {
    "en": "Who looked for whom, and why?", "vi": "Ai đã tìm ai, và vì sao?", "km": "អ្នកណារកអ្នកណា ហើយហេតុអ្វី?",
    "bg": "Кой кого е търсил и защо?",
}  # fmt: skip


def codes(text: str) -> list[str]:
    """The codes on a page of cards."""
    return re.findall(r'class="code" lang="en">([A-Z]{5} [A-Z]{5})<', text)


class TestCards:
    def test_every_card_has_a_code_of_its_own_and_no_page_has_the_same_twice(self, console: Console) -> None:
        visitor = console.visitor("mai")
        pages = [visitor.get("/cards/?pages=2"), visitor.get("/cards/?pages=2")]
        found = [code for page in pages for code in codes(page.text)]
        assert len(found) == len(set(found)) == 32
        assert pages[0].text.count("<svg class=") + pages[0].text.count('class="qr"') >= 16
        assert "no-store" in pages[0].headers.get("cache-control", "")

    @pytest.mark.parametrize("login", [name for name, *_ in WORKERS] + ["nobody"])
    def test_whoever_cares_for_people_in_an_area_prints_them(self, console: Console, login: str) -> None:
        may = login not in ("chan", "pov", "nobody")
        assert console.visitor(login).get("/cards/").status == (200 if may else 404)
        assert ("/cards/" in console.visitor(login).get("/").main) is may

    def test_what_makes_no_sense_makes_one_page(self, console: Console) -> None:
        for asked_for in ("pages=999", "pages=-1", "pages=x", "place=KH-99", f"place={ELSEWHERE}"):
            assert len(codes(console.visitor("mai").get(f"/cards/?{asked_for}").text)) == 8


class TestWhoLooked:
    @pytest.mark.parametrize("login", [name for name, *_ in WORKERS] + ["nobody"])
    def test_only_who_may_read_the_audit_log_sees_it(self, console: Console, login: str) -> None:
        assert console.visitor(login).get("/looked/").status == (200 if login == "pov" else 404)
        assert ("/looked/" in console.visitor(login).get("/").main) is (login == "pov")

    def test_without_a_log_in_nobody_does(self, console: Console) -> None:
        assert console.visitor().get("/looked/").status == 302
        assert console.visitor().get("/cards/").status == 302

    def test_it_says_who_whom_why_and_for_how_long_and_no_name_to_whom_may_not_know_it(self, console: Console) -> None:
        _, letters = made(console.visitor("sok"), "dara")
        token = enrolled(console, letters, "phone-moving")
        status, told = asked(console, "POST", "seek", {"reason": "sent_here", "name": "hang", "year": 2001, "place": ELSEWHERE}, token)
        assert status == 200
        assert [one["called"] for one in told["found"]] == [NAMES["hang"]]
        assert asked(console, "POST", "open", {"reason": "sent_here", "subject": IDS["hang"], "days": 7}, token)[0] == 200
        page = console.visitor("pov").get("/looked/?worker=dara")
        for words in ("dara", "looked for somebody", f"by name, born about 2001, in {ELSEWHERE}", "found her", "opened her record",
                      "for 7 days", "she was sent here", IDS["hang"][-8:]):  # fmt: skip
            assert words in page.main, words
        assert NAMES["hang"] not in page.text, "an administrator knows no names"
        assert codes(page.text) == []
        assert console.visitor("pov").get("/looked/?worker=nobody-at-all&page=99").status == 200

    @pytest.mark.parametrize("language", list(QUESTION))
    def test_it_speaks_every_language(self, console: Console, language: str) -> None:
        assert QUESTION[language] in console.visitor("pov", language=language).get("/looked/").main
