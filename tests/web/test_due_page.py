"""Who needs a visit? The list of any day, danger first, with the same words as the signs."""

from __future__ import annotations

import csv
import io
import re

import pytest

from doorstep.web.due_view import when_words
from tests.support.cast import LUMPHAT, RATANAKIRI, SAYAS
from tests.support.console import DAY, Answer, Console, Visitor


@pytest.fixture
def mai(console: Console) -> Visitor:
    return console.visitor("mai")


def people(answer: Answer) -> list[str]:
    """Ids of the people in the list, in its order."""
    return re.findall(r'<th scope="row">.*?/people/([0-9a-f-]+)/', answer.text, re.DOTALL)


def row(answer: Answer, subject: str) -> str:
    """What stands in the line of one person, without tags."""
    found = next(part for part in answer.text.split("<tr")[1:] if f"/people/{subject}/" in part)
    return " ".join(re.sub(r"<[^>]+>", " ", found.partition("</tr>")[0].partition(">")[2]).split())


def sentence(answer: Answer) -> str:
    """The sentence that answers the question."""
    found = re.search(r'<p class="answer">(.*?)</p>', answer.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()).replace(" .", ".").replace(" :", ":") if found else ""


def test_the_one_who_must_go_now_stands_first_then_who_is_late(console: Console, mai: Visitor) -> None:
    answer = mai.get(f"/due/?place={LUMPHAT}&on={DAY}")
    listed = people(answer)
    assert listed[0] == console.cast["bopha"]
    assert set(listed[1:]) == {console.cast[name] for name in ("mom", "kunthea", "baby")}
    assert "Go now" in row(answer, console.cast["bopha"])
    assert sentence(answer).startswith("4 people in Lumphat on Wednesday, 10 June 2026: 1 must go now, 3 late.")
    assert answer.title == "Who needs a visit? · Doorstep"


def test_her_line_says_how_late_she_is(console: Console, mai: Visitor) -> None:
    line = row(mai.get(f"/due/?place={SAYAS}&on={DAY}"), console.cast["mom"])
    assert "Late: Antenatal contact (2) 9 days late; in time until 1 Jun 2026" in line
    assert "Now: Plan for the birth since 30 Mar 2026" in line


def test_what_waits_for_the_one_before_is_not_planned_for_a_day_that_is_over() -> None:
    row = {"clock": "day", "status": "later", "waits_for": "contact 1", "due": 100, "opens": 93, "overdue": 107, "closes": None}
    assert when_words(row, "later", 100, 0, "UTC") == "after the one before; planned for 11 Apr 1970"
    assert when_words(row, "later", 101, 0, "UTC") == "waits for the one before"


def test_the_list_of_a_past_day_is_as_it_was_then(console: Console, mai: Visitor) -> None:
    before = mai.get(f"/due/?place={SAYAS}&on=2026-06-08")
    assert "Go now" not in row(before, console.cast["bopha"])
    assert "due 25 May 2026, in time until 1 Jun 2026" in row(mai.get(f"/due/?place={SAYAS}&on=2026-05-30"), console.cast["mom"])
    assert console.cast["mom"] not in people(mai.get(f"/due/?place={SAYAS}&on=2026-03-29"))


def test_the_list_can_be_asked_for_as_it_could_be_known_then(console: Console, mai: Visitor) -> None:
    known = mai.get(f"/due/?place={SAYAS}&on={DAY}&known=2026-04-01")
    assert people(known) == [console.cast["kunthea"], console.cast["mom"]]
    assert "Only what was known by 1 Apr 2026 counts." in sentence(known)


@pytest.mark.parametrize(
    ("asked", "who"),
    [("status=danger", {"bopha"}), ("status=late", {"mom", "kunthea", "baby"}), ("pathway=antenatal", {"mom", "bopha"}),
     ("pathway=newborn_hours", {"baby"}), ("status=late&pathway=antenatal&who=attendant", {"mom", "bopha"})],
)  # fmt: skip
def test_a_filter_stands_in_the_address_and_narrows_the_list(console: Console, mai: Visitor, asked: str, who: set[str]) -> None:
    answer = mai.get(f"/due/?place={SAYAS}&on={DAY}&{asked}")
    assert set(people(answer)) == {console.cast[name] for name in who}


def test_the_list_can_be_sorted_and_the_address_says_how(console: Console, mai: Visitor) -> None:
    path = f"/due/?place={SAYAS}&on={DAY}"
    usual, longest = people(mai.get(path)), people(mai.get(f"{path}&sort=waiting"))
    assert usual[0] == longest[0] == console.cast["bopha"], "who must go now stays first"
    assert usual[1:] == [console.cast[name] for name in ("kunthea", "baby", "mom")], "urgent before routine, and late longest before late since today"
    assert longest[1:] == [console.cast[name] for name in ("kunthea", "mom", "baby")]
    by_name = people(mai.get(f"{path}&sort=name"))
    assert by_name == [console.cast[name] for name in ("bopha", "kunthea", "baby", "mom")]
    assert people(mai.get(f"{path}&sort=nonsense")) == usual


def test_the_number_on_a_sign_is_the_number_of_people_behind_it(console: Console, mai: Visitor) -> None:
    answer = mai.get(f"/due/?place={SAYAS}&on={DAY}")
    chips = re.findall(r'href="(\?[^"]*status=(\w+)[^"]*)"[^>]*>.*?<b>(\d+)</b>', answer.text, re.DOTALL)
    assert {key for _, key, _ in chips} == {"danger", "late", "due"}
    for address, key, number in chips:
        behind = people(mai.get("/due/" + address.replace("&amp;", "&")))
        assert len(behind) == int(number), key
    assert sum(int(number) for *_, number in chips) == len(people(answer)), "everybody counts once"
    assert [f"{number} {word}" for (_, key, number), word in zip(chips, ("must go now", "late", "due now"), strict=True) if number != "0"] == (
        sentence(answer).partition(": ")[2].rstrip(".").split(", ")
    )


def test_what_is_still_to_come_is_counted_when_it_is_asked_for(console: Console, mai: Visitor) -> None:
    answer = mai.get(f"/due/?place={SAYAS}&on={DAY}&status=later")
    [number] = re.findall(r'aria-current="true">(?:(?!</a>).)*<b>(\d+)</b>', answer.text, re.DOTALL)
    assert len(people(answer)) == int(number) > 0
    assert "Late:" not in row(answer, console.cast["mom"])


def test_a_bar_leads_to_the_people_it_counts(console: Console) -> None:
    sok = console.visitor("sok")
    answer = sok.get(f"/due/?place={RATANAKIRI}&on={DAY}")
    picture = answer.text.partition('<ul class="bars')[2].partition("</ul>")[0]
    bars = re.findall(r'<li><a href="(\?[^"]*)">.*?<span class="counts">(.*?)</li>', picture, re.DOTALL)
    assert len(bars) == 2
    for address, counts in bars:
        total = sum(int(n) for n in re.findall(r"</span>\s*(\d+)</span>", counts))
        assert len(people(sok.get("/due/" + address.replace("&amp;", "&")))) == total > 0


@pytest.mark.parametrize("place", [RATANAKIRI, "KH-PHD-16", "KH-OD-1602", "KH-HC-160501", "KH", "KH-160502"])
def test_nobody_counts_twice_in_the_picture_of_a_place(console: Console, place: str) -> None:
    """A health centre looks after communes and after their villages, a country holds provinces and health departments."""
    answer = console.visitor("chan").get(f"/due/?place={place}&on={DAY}")
    everybody = int(re.findall(r'<p class="answer"><strong>(\d+)', answer.text)[0])
    picture = answer.text.partition('<ul class="bars')[2].partition("</ul>")[0]
    assert sum(int(n) for n in re.findall(r"</span>\s*(\d+)</span>", picture)) == everybody > 0


def test_in_a_village_the_picture_shows_what_they_wait_for(console: Console, mai: Visitor) -> None:
    answer = mai.get(f"/due/?place={SAYAS}&on={DAY}")
    picture = answer.text.partition('<ul class="bars')[2].partition("</ul>")[0]
    bars = re.findall(r'<li><a href="(\?[^"]*)">.*?<span class="counts">(.*?)</li>', picture, re.DOTALL)
    assert len(bars) > 3
    assert "whoever waits for several things counts in each" in answer.text
    for address, counts in bars:
        shown = [int(n) for n in re.findall(r"</span>\s*(\d+)</span>", counts)]
        behind = mai.get("/due/" + address.replace("&amp;", "&"))
        assert len(people(behind)) == sum(shown) > 0
        assert sum(map(int, re.findall(r"(\d+) (?:must go now|late|due now)", sentence(behind)))) == sum(shown)


def test_a_list_as_known_then_is_another_one_when_something_arrives(console: Console) -> None:
    """The last few are kept for whoever sorts or turns the page, each for its own question and its own viewer."""
    sok, dara = console.visitor("sok"), console.visitor("dara")
    path = f"/due/?place={SAYAS}&on={DAY}&known=2026-06-09"
    first = people(sok.get(path))
    assert people(sok.get(f"{path}&sort=name")) != first == people(sok.get(path))
    assert set(people(sok.get(f"/due/?place={SAYAS}&on={DAY}&known=2026-04-01"))) < set(first)
    assert "Syphilis" in console.visitor("mai").get(path).text
    assert "Syphilis" not in dara.get(path).text, "what one viewer opened is not shown to another"


def test_the_table_to_download_says_the_same_as_the_page(console: Console, mai: Visitor) -> None:
    answer = mai.get(f"/due/list.csv?place={SAYAS}&on={DAY}&status=late")
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {row["subject"] for row in rows} == set(people(mai.get(f"/due/?place={SAYAS}&on={DAY}&status=late")))
    contact = next(row for row in rows if row["step"] == "contact" and row["subject"] == console.cast["mom"])
    assert (contact["n"], contact["due"], contact["overdue"], contact["status"]) == ("2", "2026-05-25", "2026-06-01", "late")
    assert contact["place"] == SAYAS
    assert "called" not in contact


def test_with_one_area_the_menu_leads_straight_to_it_today(console: Console, mai: Visitor) -> None:
    first = mai.get("/due/")
    assert first.status == 302
    assert re.fullmatch(rf"/due/\?place={LUMPHAT}&on=\d{{4}}-\d\d-\d\d", first.headers["location"])
    assert "Choose where." in console.visitor("chan").follow("/due/").text


def test_an_address_without_a_day_leads_to_today_where_the_place_is(mai: Visitor) -> None:
    answer = mai.get(f"/due/?place={SAYAS}&status=late")
    assert answer.status == 302
    assert re.search(r"on=\d{4}-\d\d-\d\d", answer.headers["location"])
    assert "status=late" in answer.headers["location"]


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "1066-10-14", "9999-01-01"])
def test_a_day_that_does_not_exist_is_told_not_guessed(mai: Visitor, day: str) -> None:
    answer = mai.get(f"/due/?place={SAYAS}&on={day}")
    assert answer.status == 400
    assert "What did you mean?" in answer.text


@pytest.mark.parametrize("asked", ["pathway=nope", "status=xx", "who=nobody"])
def test_a_filter_that_does_not_exist_is_told_and_not_answered_with_a_list(mai: Visitor, asked: str) -> None:
    for page in ("/due/", "/due/list.csv"):
        assert mai.get(f"{page}?place={SAYAS}&on={DAY}&{asked}").status == 400
    assert mai.get(f"/due/?place={SAYAS}&on={DAY}&{asked.partition('=')[0]}=").status == 200


def test_an_empty_list_says_why_and_what_to_do(mai: Visitor) -> None:
    nothing = mai.get(f"/due/?place={SAYAS}&on=2020-01-01")
    assert "Nothing is open here that day" in nothing.text
    assert sentence(nothing) == "Nobody in Sayas on Wednesday, 1 January 2020."
    filtered = mai.get(f"/due/?place={SAYAS}&on={DAY}&pathway=maternal_death")
    assert "The filters leave nobody" in filtered.text
    assert "4 people have something open here that day." in filtered.text


def test_somebody_without_an_area_is_told_what_to_do_next(console: Console) -> None:
    nobody = console.visitor("nobody")
    for path in ("/", "/due/"):
        answer = nobody.get(path)
        assert answer.status == 200
        assert "You have no area yet" in answer.text
        assert "Ask your supervisor to give you a role and an area." in answer.text


def test_a_place_shows_its_way_up_in_both_trees(mai: Visitor) -> None:
    main = mai.get(f"/due/?place={SAYAS}&on={DAY}").main
    ways = [re.sub(r"<[^>]+>|\s+", " ", way) for way in re.findall(r'<ol class="path">(.*?)</ol>', main, re.DOTALL)]
    lives, cares = (" ".join(way.split()) for way in ways)
    assert lives == "Cambodia country Ratanakiri province Lumphat district Ka Laeng commune Sayas village"
    assert cares.startswith("Looked after by: Cambodia Ratanakiri demo health department (invented)")
    assert "health centre (invented)" in cares
