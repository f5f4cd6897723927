"""Who sees what, role by role, the person with no access included. What may not be seen looks like what does not exist."""

from __future__ import annotations

import re

import pytest

from tests.support.cast import ELSEWHERE, LUMPHAT, NAMES, RATANAKIRI, SAYAS
from tests.support.console import DAY, Answer, Console

NOWHERE = "/people/01960000-0000-7000-8000-0000000000ff/"
STORIES = ("mom", "bopha", "kunthea", "baby", "hang", "nga")
SEES: dict[str | None, set[str]] = {
    None: set(),
    "nobody": set(),
    "dara": {"mom", "bopha", "kunthea", "baby"},
    "mai": {"mom", "bopha", "kunthea", "baby"},
    "neary": {"mom", "bopha", "kunthea", "baby"},
    "sok": {"mom", "bopha", "kunthea", "baby", "hang"},
    "rith": {"mom", "bopha", "kunthea", "baby", "hang"},
    "chan": set(STORIES),
    "pov": set(STORIES),
    "lan": {"nga"},
}
NAMED = {"dara", "mai", "neary", "sok", "rith", "lan"}
PLACES: dict[str | None, dict[str, int]] = {
    "nobody": {SAYAS: 404, LUMPHAT: 404, RATANAKIRI: 404, ELSEWHERE: 404},
    "dara": {SAYAS: 200, LUMPHAT: 200, RATANAKIRI: 200, ELSEWHERE: 404},
    "mai": {SAYAS: 200, LUMPHAT: 200, RATANAKIRI: 200, ELSEWHERE: 404},
    "neary": {SAYAS: 200, LUMPHAT: 200, ELSEWHERE: 404},
    "sok": {SAYAS: 200, LUMPHAT: 200, RATANAKIRI: 200, ELSEWHERE: 200, "VN-06": 404},
    "rith": {SAYAS: 200, RATANAKIRI: 200, ELSEWHERE: 200, "KH-PHD-16": 200},
    "chan": {SAYAS: 200, RATANAKIRI: 200, ELSEWHERE: 200},
    "pov": {SAYAS: 200, RATANAKIRI: 200, ELSEWHERE: 200},
    "lan": {SAYAS: 404, RATANAKIRI: 404},
}
HIV, SYPHILIS = ("HIV test", "Antiretroviral treatment"), ("Syphilis test", "Penicillin", "Her partner is treated")
"""Words that tell: answers, and titles of steps that follow from them."""
OPENS: dict[str, set[tuple[str, ...]]] = {"dara": set(), "sok": set(), "neary": {SYPHILIS}, "mai": {SYPHILIS, HIV}, "rith": {SYPHILIS, HIV}, "chan": set()}


def plain(answer: Answer) -> str:
    """The page without what is different at every request: the token, and the address that the language switch returns to."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.text)
    return re.sub(r'name="next" value="[^"]*"', "", text)


@pytest.mark.parametrize("login", list(SEES))
def test_each_sees_the_stories_of_their_own_area_and_no_others(console: Console, login: str | None) -> None:
    visitor = console.visitor(login)
    for name in STORIES:
        answer = visitor.get(f"/people/{console.cast[name]}/?on={DAY}")
        if login is None:
            assert (answer.status, answer.headers["location"].split("?")[0]) == (302, "/login/")
        else:
            assert answer.status == (200 if name in SEES[login] else 404), (login, name)


@pytest.mark.parametrize("login", ["nobody", "dara", "lan"])
def test_a_story_that_may_not_be_seen_looks_like_one_that_does_not_exist(console: Console, login: str) -> None:
    visitor = console.visitor(login)
    hidden = visitor.get(f"/people/{console.cast['hang']}/")
    missing = visitor.get(NOWHERE)
    assert hidden.status == missing.status == 404
    assert plain(hidden) == plain(missing)
    headers = [{k: v for k, v in a.headers.items() if k not in ("date", "content-length", "set-cookie")} for a in (hidden, missing)]
    assert headers[0] == headers[1]


@pytest.mark.parametrize("login", [name for name in PLACES if name])
def test_each_may_ask_about_the_places_of_their_area_and_those_above_it(console: Console, login: str) -> None:
    visitor = console.visitor(login)
    for place, status in PLACES[login].items():
        day = "2024-04-15" if place.startswith("VN") else DAY
        assert visitor.get(f"/due/?place={place}&on={day}").status == status, (login, place)
        assert visitor.get(f"/due/list.csv?place={place}&on={day}").status == status, (login, place)
    assert visitor.get(f"/due/?place=KH-99999999&on={DAY}").status == 404


@pytest.mark.parametrize("login", [name for name in SEES if name])
def test_a_list_names_only_people_of_the_area_even_when_a_wider_place_is_asked_for(console: Console, login: str) -> None:
    place = "VN-19@2025" if login == "lan" else RATANAKIRI
    answer = console.visitor(login).get(f"/due/?place={place}&on={DAY}")
    for name in STORIES:
        linked = f"/people/{console.cast[name]}/" in answer.text
        assert not linked or name in SEES[login], (login, name)
    if login in ("dara", "mai", "sok", "chan"):
        assert f"/people/{console.cast['mom']}/" in answer.text


@pytest.mark.parametrize("login", [name for name in SEES if name and name != "nobody"])
def test_names_are_shown_to_those_roles_alone_that_open_them(console: Console, login: str) -> None:
    visitor = console.visitor(login)
    someone = "nga" if login == "lan" else "bopha"
    story = visitor.get(f"/people/{console.cast[someone]}/?on={DAY}")
    assert story.status == 200
    assert (NAMES[someone] in story.text) == (login in NAMED)
    if login not in NAMED:
        assert "Your role does not open names." in story.text


@pytest.mark.parametrize("login", list(OPENS))
def test_infections_are_shown_to_those_roles_alone_that_open_them(console: Console, login: str) -> None:
    visitor = console.visitor(login)
    pages = [visitor.get(f"/people/{console.cast['kunthea']}/?on={day}").main for day in ("2026-02-03", DAY)]
    pages.append(visitor.get(f"/due/?place={SAYAS}&on={DAY}&pathway=elimination").main)
    shown = "".join(pages).lower()
    for words in (HIV, SYPHILIS):
        assert any(word.lower() in shown for word in words) == (words in OPENS[login]), words


def test_no_page_about_people_has_a_name_in_its_title_or_its_address(console: Console) -> None:
    visitor = console.visitor("mai")
    paths = [f"/people/{console.cast[name]}/" for name in ("mom", "bopha", "kunthea", "baby")]
    paths += [f"/due/?place={LUMPHAT}&on={DAY}", f"/due/list.csv?place={LUMPHAT}&on={DAY}"]
    for path in paths:
        answer = visitor.get(path)
        assert answer.status == 200
        for name in NAMES.values():
            assert name not in answer.title
            for address in re.findall(r'(?:href|action|value)="([^"]*)"', answer.text):
                assert name not in address


def test_the_download_holds_names_only_when_they_were_asked_for(console: Console) -> None:
    mai, chan = console.visitor("mai"), console.visitor("chan")
    path = f"/due/list.csv?place={SAYAS}&on={DAY}"
    without, with_names = mai.get(path), mai.get(f"{path}&names=yes")
    assert with_names.headers["content-type"] == "text/csv; charset=utf-8"
    assert NAMES["bopha"] not in without.text
    assert NAMES["bopha"] in with_names.text
    assert with_names.headers["content-disposition"] == f'attachment; filename="due-{SAYAS}-{DAY}.csv"'
    assert NAMES["bopha"] not in chan.get(f"{path}&names=yes").text
    assert "hiv_test" not in console.visitor("dara").get(path).text
    assert "hiv_test" in without.text


def test_nothing_about_a_person_goes_to_the_servers_log(console: Console) -> None:
    visitor = console.visitor("mai")
    visitor.get(f"/people/{console.cast['bopha']}/")
    visitor.get(NOWHERE)
    visitor.get("/due/?place=KH-16&on=2026-02-30")
    written = console.log.read_text(errors="replace")
    for word in (*NAMES.values(), *console.cast.values(), "/people/", "a long walk home"):
        assert word not in written


def test_looking_at_a_story_is_written_down(console: Console) -> None:
    import sqlite3

    console.visitor("mai").get(f"/people/{console.cast['bopha']}/?on={DAY}")
    with sqlite3.connect(f"file:{console.data / 'accounts.sqlite3'}?mode=ro", uri=True) as accounts:
        rows = accounts.execute(
            "SELECT worker, action, about FROM accounts_audit WHERE subject = ?", [console.cast["bopha"]]
        ).fetchall()
    assert ("mai", "looked", DAY) in rows


@pytest.mark.parametrize("login", [None, "nobody", "mai"])
def test_whoever_may_log_in_may_read_the_programmes(console: Console, login: str | None) -> None:
    visitor = console.visitor(login)
    for path in ("/", "/programmes/", "/programmes/maternal/", "/programmes/maternal/forms/", "/about/"):
        assert visitor.get(path).status == (302 if login is None else 200)
    if login:
        for path in ("/programmes/none/", "/programmes/maternal/none/", "/nothing/"):
            assert visitor.get(path).status == 404
