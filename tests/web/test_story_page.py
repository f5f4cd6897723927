"""What is her story? Where she is, what to do, who says so, and what two reports disagree about."""

from __future__ import annotations

import re

import pytest

from tests.support.console import DAY, Console, Visitor


@pytest.fixture
def mai(console: Console) -> Visitor:
    return console.visitor("mai")


def text(page: str) -> str:
    """A page without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_line_of_weeks_shows_where_she_is(console: Console, mai: Visitor) -> None:
    page = mai.get(f"/people/{console.cast['mom']}/?on={DAY}").main
    assert "22 weeks and 2 days pregnant" in text(page)
    line = re.search(r'<svg class="week-line".*?</svg>\s*</figure>', page, re.DOTALL)
    assert line is not None
    assert "Antenatal contact: Done, Monday, 30 March 2026" in line[0]
    assert "Antenatal contact 2: Late, Monday, 25 May 2026" in line[0]
    weeks = re.findall(r'<text class="(?:strong)?" x="[0-9.]+%" y="76"[^>]*>(\d+)</text>', line[0])
    assert weeks == ["12", "20", "26", "30", "34", "36", "38", "40"]


def test_an_open_step_says_what_to_do_who_says_so_and_that_nobody_signed_it(console: Console, mai: Visitor) -> None:
    page = text(mai.get(f"/people/{console.cast['bopha']}/?on={DAY}").main)
    assert "Go now · Danger sign - send her to hospital now Bleeding from the vagina" in page, "and which sign it was"
    assert "Call the midwife. Do not leave her alone." in page
    assert "WHO SMART Guidelines antenatal care, quick check" in page
    assert "not yet confirmed by a clinician of Cambodia" in page
    assert "1 danger to act on at once" in page


def test_nobody_tells_the_weeks_of_a_pregnancy_that_nothing_dates(console: Console) -> None:
    page = text(console.visitor("sok").get(f"/people/{console.cast['noy']}/?on={DAY}").main)
    assert "Ask for an ultrasound - her dates are not known" in page
    assert "pregnant" not in page.partition("What to do")[0]
    assert "best estimate" not in page
    assert "Completed weeks after the day she or he is first known to us (5 Apr 2026)" in page


def test_the_timeline_says_who_told_what_when_and_how(console: Console, mai: Visitor) -> None:
    page = mai.get(f"/people/{console.cast['bopha']}/?on={DAY}").main
    entry = text(next(part for part in page.split('<li class="card')[1:] if "9 Jun 2026" in part))
    assert "Bleeding from the vagina yes" in entry
    assert "Told by her or her family; by dara, written 9 Jun 2026" in entry
    assert "Sayas" in entry


def test_what_was_told_as_a_month_is_shown_as_a_month(console: Console, mai: Visitor) -> None:
    page = text(mai.get(f"/people/{console.cast['bopha']}/?on={DAY}").main)
    happened, _, _ = page.partition("Who she is")
    assert "as well as it is known May 2001" in happened
    assert "1 May 2001" not in page
    assert "2001-05" not in page


def test_where_she_lives_is_told_by_name_and_never_called_unreadable(console: Console, mai: Visitor) -> None:
    page = text(mai.get(f"/people/{console.cast['bopha']}/?on={DAY}").main)
    assert re.search(r"\(code of the place\) Sayas\b|Where she or he lives Sayas\b", page)
    assert "cannot be read any more" not in page


def test_what_was_told_later_is_not_in_the_story_of_an_earlier_day(console: Console, mai: Visitor) -> None:
    before = text(mai.get(f"/people/{console.cast['bopha']}/?on=2026-06-08").main)
    assert "Bleeding from the vagina" not in before
    assert "Go now" not in before


def test_two_reports_that_differ_are_both_shown(console: Console, mai: Visitor) -> None:
    page = text(mai.get(f"/people/{console.cast['mom']}/?on={DAY}").main)
    assert "Two reports differ: Name" in page
    assert "Shown: Srey Mum . Also reported: Srey Mom Chan ." in page.replace(".", " .").replace("  ", " ")


def test_a_newborn_is_asked_about_as_a_child_and_leads_to_the_mother(console: Console, mai: Visitor) -> None:
    answer = mai.get(f"/people/{console.cast['baby']}/?on={DAY}")
    assert answer.title.startswith("What is this child's story?") or answer.title.startswith("What is this child&#x27;s story?")
    assert "Baby of Kunthea" in text(answer.main)
    assert f"/people/{console.cast['kunthea']}/" in answer.main
    mother = mai.get(f"/people/{console.cast['kunthea']}/?on={DAY}").main
    assert f"/people/{console.cast['baby']}/" in mother
    assert not re.search(r"days pregnant", text(mother)), "after the birth the count of weeks stops"
    before = text(mai.get(f"/people/{console.cast['kunthea']}/?on=2026-06-07").main)
    assert "39 weeks and 6 days pregnant" in before


def test_a_newborns_line_is_counted_in_days_from_the_birth(console: Console, mai: Visitor) -> None:
    page = mai.get(f"/people/{console.cast['baby']}/?on={DAY}").main
    assert "Days after “Born” (8 Jun 2026)" in text(page)
    assert "Baby of Kunthea , 0 weeks and 2 days" in text(page)


def test_a_birth_is_a_star_on_the_line_of_the_mother(console: Console, mai: Visitor) -> None:
    page = mai.get(f"/people/{console.cast['kunthea']}/?on={DAY}").main
    line = page.partition('<svg class="week-line"')[2].partition("</svg></figure>")[0]
    assert "Monday, 8 June 2026</title>" in line


def test_she_is_counted_under_bac_kan_before_the_reform_and_thai_nguyen_after_it(console: Console) -> None:
    lan = console.visitor("lan")
    before = text(lan.get(f"/people/{console.cast['nga']}/?on=2025-06-30").main)
    after = text(lan.get(f"/people/{console.cast['nga']}/?on=2025-07-01").main)
    assert re.search(r"Bac Kan province\s+Ba Be rural district", before)
    assert re.search(r"Thai Nguyen province\s+Ba Be commune", after)
    facility = r"Ba Be demo area health centre \(invented\)"
    assert re.search(facility, before)
    assert re.search(facility, after), "who looks after her stays the same"


def test_the_due_list_counts_her_under_the_right_province_on_each_side_of_the_reform(console: Console) -> None:
    chan = console.visitor("chan")
    link = f"/people/{console.cast['nga']}/"
    for day, place, counted in (
        ("2024-04-15", "VN-06", True), ("2025-06-30", "VN-06", True), ("2025-07-01", "VN-19@2025", True),
    ):
        # How her birth went was asked for half a year: then she stands among those of whom something was missed.
        answer = chan.get(f"/due/?place={place}&on={day}{'&status=missed' if day > '2025' else ''}")
        assert answer.status == 200, (place, day)
        assert (link in answer.text) is counted, (place, day)
    assert chan.get("/due/?place=VN-06&on=2025-07-01").status == 404, "Bac Kan is no place any more"
    assert link not in chan.get("/due/?place=VN-19&on=2025-06-30&status=missed").text, "nor was she in Thai Nguyen before"


def test_a_step_of_her_story_leads_to_its_rule(console: Console, mai: Visitor) -> None:
    page = mai.get(f"/people/{console.cast['mom']}/?on={DAY}").main
    address, _, anchor = re.findall(r'href="(/programmes/maternal/)(#)([^"]+)">the rule', page)[0]
    assert f'id="{anchor}"' in mai.get(address).text


def test_a_corrected_report_of_a_closed_compartment_is_not_there_for_who_may_not_open_it(console: Console, mai: Visitor) -> None:
    address = f"/people/{console.cast['kunthea']}/?on={DAY}"
    assert text(mai.get(address).main).count("Results of tests") >= 1
    told = text(console.visitor("dara").get(address).main)
    assert "Results of tests" not in told
    assert "Registered" in told or "Register" in told
