"""The page that asks how somebody's month was: who may see it, the people behind a number, and what a role does not open."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.journeys.test_pages import SIZES, enter, findings, widest
from tests.support.browser import PATIENCE
from tests.support.console import Console, console

__all__ = ["console"]

QUESTION = {"en": "How was the month?", "vi": "Tháng này thế nào?", "km": "ខែនេះយ៉ាងម៉េចដែរ?", "bg": "Как мина месецът?"}
OF = "2026-06"
"""A month in the past, so that it never changes."""


def months_of(console: Console, login: str) -> dict[str, str]:
    """The months that somebody may look at: what the worker is called, to the address."""
    answer = console.visitor(login).follow("/month/")
    found = re.findall(r'href="(/month/\d+/)">.*?<h2>(.*?)</h2>', answer.main, re.DOTALL)
    return {name: address for address, name in found}


@pytest.mark.parametrize("login", ["rith", "lan", "nobody"])
def test_whoever_neither_cares_nor_answers_for_anybody_finds_no_such_page(console: Console, login: str) -> None:
    visitor = console.visitor(login)
    if visitor.get("/month/").status == 404:
        assert visitor.get(f"/month/1/?of={OF}").status == 404
    else:
        assert len(months_of(console, login)) <= 1


def test_an_attendant_comes_to_her_own_month_and_to_nobody_elses(console: Console) -> None:
    visitor = console.visitor("dara")
    answer = visitor.follow(f"/month/?of={OF}")
    assert answer.status == 200
    assert answer.title.startswith(QUESTION["en"])
    own = visitor.get("/month/").headers["location"]
    others = set(months_of(console, "sok").values()) - {own}
    assert others
    for address in others:
        assert visitor.get(address).status == 404, "missing and forbidden look the same"


def test_a_supervisor_sees_a_workers_month_with_the_people_behind_each_number(console: Console) -> None:
    visitor = console.visitor("sok")
    own = console.visitor("dara").get("/month/").headers["location"]
    seen = visitor.get(f"{own}?of={OF}")
    hers = console.visitor("dara").get(f"{own}?of={OF}")
    number = re.compile(r"<summary>.*?<b>(.*?)</b>", re.DOTALL)
    assert number.findall(seen.main) == number.findall(hers.main), "the same numbers, whoever looks"
    assert visitor.get(f"{own}?of=2026-13").status == 400
    story = re.search(r'href="(/people/[^"]+/)"', seen.main)
    assert story, "a number leads to the people behind it"
    assert visitor.get(story[1]).status == 200


@pytest.mark.parametrize("size", list(SIZES))
def test_it_can_be_read_by_everybody_in_every_language(console: Console, browser: Browser, size: str) -> None:
    own = console.visitor("dara").get("/month/").headers["location"]
    context = browser.new_context(**SIZES[size], locale="en-GB")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    enter(console, page)
    for language, question in QUESTION.items():
        context.add_cookies([{"name": "django_language", "value": language, "url": console.address}])
        page.goto(f"{console.address}{own}?of={OF}")
        assert page.text_content("h1") == question
        for one in page.query_selector_all("details.number"):
            one.evaluate("one => { one.open = true; }")
        assert findings(page) == []
        assert widest(page) <= page.viewport_size["width"]  # type: ignore[index]
    context.close()
