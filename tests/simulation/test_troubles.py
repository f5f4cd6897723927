"""What makes field data hard is in the story: mistakes, wrong clocks, phones away for weeks, everything twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

Submissions = list[dict[str, Any]]
REQUEST = ("sent_at", "received_at")


def when(one: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(one[name])


def body(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in REQUEST}


def test_a_correction_names_an_earlier_submission_of_the_same_form_about_the_same_person(told: Submissions) -> None:
    by_id = {one["id"]: one for one in told}
    corrections = [one for one in told if one["kind"] == "correction"]
    assert len(corrections) > 30
    known = [(one, by_id[one["replaces"]]) for one in corrections if one["replaces"] in by_id]
    assert len(known) / len(corrections) > 0.9, "nearly all of what is corrected has arrived by the end"
    for one, target in known:
        assert (one["form"], one["subject"]) == (target["form"], target["subject"])
        assert one["answers"] != target["answers"]
        assert when(one, "received_at") > when(one, "received_at") - timedelta(1)


def test_some_corrections_come_before_what_they_correct(told: Submissions) -> None:
    first = {}
    for number, one in enumerate(told):
        first.setdefault(one["id"], number)
    corrections = [one for one in told if one["kind"] == "correction" and one["replaces"] in first]
    early = [one for one in corrections if first[one["id"]] < first[one["replaces"]]]
    assert 0 < len(early) < len(corrections) / 2


def test_a_corrected_birth_speaks_of_the_same_babies(told: Submissions) -> None:
    by_id = {one["id"]: one for one in told}
    births = [one for one in told if one["kind"] == "correction" and one["form"] == "birth" and one["replaces"] in by_id]
    assert births
    for one in births:
        babies = [[baby["baby_id"] for baby in told_of["answers"]["babies"]] for told_of in (one, by_id[one["replaces"]])]
        assert babies[0] == babies[1]


def test_some_phones_are_wrong_by_months_or_years_and_say_so_when_they_send(told: Submissions) -> None:
    wrong = [one for one in told if abs(when(one, "received_at") - when(one, "sent_at")) > timedelta(days=30)]
    assert 5 < len(wrong) < len(told) / 10
    assert any(when(one, "made_at").year == 1980 for one in wrong), "a phone whose battery was empty"
    right = [one for one in told if abs(when(one, "received_at") - when(one, "sent_at")) <= timedelta(minutes=5)]
    assert len(right) > 0.9 * len(told)


def test_a_phone_with_a_wrong_clock_still_asks_for_the_day(told: Submissions) -> None:
    wrong = [
        one for one in told
        if abs(when(one, "received_at") - when(one, "sent_at")) > timedelta(days=400) and "visit_day" in one["answers"]
    ]
    assert wrong
    for one in wrong:
        day = datetime.fromisoformat(one["answers"]["visit_day"] + "T00:00+00:00")
        assert timedelta(days=-1) < when(one, "received_at") - day < timedelta(days=120)


def test_some_phones_are_away_from_any_network_for_weeks(told: Submissions) -> None:
    waited = [when(one, "sent_at") - when(one, "made_at") for one in told]
    weeks = sum(timedelta(days=14) < wait < timedelta(days=70) for wait in waited)
    assert 0.005 < weeks / len(told) < 0.30
    assert sorted(waited)[len(waited) // 2] < timedelta(days=7)


def test_uploads_whose_receipt_was_lost_are_sent_again_unchanged(told: Submissions) -> None:
    seen: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in told:
        seen[one["id"]].append(one)
    twice = [copies for copies in seen.values() if len(copies) > 1]
    assert 0.005 < len(twice) / len(seen) < 0.08
    for first, second in twice:
        assert body(first) == body(second)
        assert first["received_at"] < second["received_at"]


def test_submissions_do_not_come_in_the_order_in_which_they_were_made(told: Submissions) -> None:
    made = [when(one, "made_at") for one in told]
    assert sum(later < earlier for earlier, later in pairwise(made)) > len(made) / 10


def test_a_woman_written_down_twice_is_made_one(told: Submissions) -> None:
    registered = {one["subject"]: one for one in told if one.get("form") == "register"}
    merges = [one for one in told if one["kind"] == "merge"]
    assert merges
    for one in merges:
        assert one["author"].startswith("supervisor.")
        pair = [registered[one["subject"]], registered[one["answers"]["other"]]]
        assert pair[0]["subject"] != pair[1]["subject"]
        assert pair[0]["answers"]["called"] == pair[1]["answers"]["called"]


def test_two_workers_tell_a_move_in_two_ways_from_the_same_base(told: Submissions) -> None:
    moves = Counter(
        (one["subject"], one["base"]["residence"]) for one in told
        if one.get("form") == "move" and "residence" in one.get("base", {})
    )
    assert any(count > 1 for count in moves.values())
    assert sum(count == 1 for count in moves.values()) > sum(count > 1 for count in moves.values())


def test_a_base_names_a_submission_about_the_same_woman(told: Submissions) -> None:
    subject = {one["id"]: one["subject"] for one in told}
    bases = [(one["subject"], base) for one in told for base in one.get("base", {}).values()]
    assert bases
    assert all(subject[base] == whose for whose, base in bases if base in subject)


def test_some_visits_are_written_down_weeks_after_they_took_place(told: Submissions) -> None:
    late = 0
    for one in told:
        if "visit_day" in one["answers"]:
            visit = datetime.fromisoformat(one["answers"]["visit_day"] + "T00:00+07:00")
            late += timedelta(days=7) < when(one, "made_at") - visit < timedelta(days=23)
    assert late > 20


def test_some_births_are_the_first_thing_that_anybody_hears(told: Submissions) -> None:
    registered = {one["subject"] for one in told if one.get("form") == "register"}
    births = [one for one in told if one.get("form") == "birth"]
    assert 0.01 < sum(one["subject"] not in registered for one in births) / len(births) < 0.15
