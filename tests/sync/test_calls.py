"""Whom a phone rings when somebody is in danger: who answers for her area, nearest first, and nobody else's number."""

from __future__ import annotations

import pytest

from doorstep.accounts.models import Assignment, Worker
from doorstep.sync.calls import number_of
from tests.record.cast import ATTENDANT, OTHER, VILLAGE
from tests.sync.station import MIDWIFE, SUPERVISOR, Station


def number(username: str, telephone: str) -> None:
    Worker.objects.filter(username=username).update(telephone=telephone)


def rung(station: Station, username: str = ATTENDANT) -> list[tuple[str, str]]:
    """(role, number) of whom a new phone of this worker rings, in order."""
    told = station.phone(username, f"phone-{Worker.objects.count()}-{Assignment.objects.count()}").state
    return [(one["role"], one["number"]) for one in told["calls"]]


def test_the_midwife_of_the_area_comes_before_whoever_is_further_away(station: Station) -> None:
    assert rung(station) == [], "nobody wrote a number yet"
    number(SUPERVISOR, "+855100")
    number(MIDWIFE, "+855200")
    number(OTHER, "+855300")
    assert rung(station) == [("midwife", "+855200"), ("supervisor", "+855100")]
    near = station.enrol_worker("near", "midwife", VILLAGE)
    number("near", "+855400")
    told = station.phone(ATTENDANT, "phone-9").state["calls"]
    assert [one["number"] for one in told] == ["+855400", "+855200", "+855100"]
    assert told[0]["name"] == "near (invented)"
    assert told[0]["place"], "where she works is said in words"
    Assignment.objects.filter(worker=near).update(valid_to=1)
    assert rung(station) == [("midwife", "+855200"), ("supervisor", "+855100")], "she does not work there any more"


def test_nobody_rings_herself_or_somebody_of_another_area_or_who_is_gone(station: Station) -> None:
    number(MIDWIFE, "+855200")
    station.enrol_worker("far", "midwife", "KH-11")
    number("far", "+855500")
    assert ("midwife", "+855500") not in rung(station)
    assert rung(station, MIDWIFE) == []
    Worker.objects.filter(username=MIDWIFE).update(is_active=False)
    assert rung(station) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("", ""), (" 012 345-678 ", "012345678"), ("+855 (12) 34.56", "+855123456"), ("12", None), ("call me", None),
     ("+", None), ("0" * 16, None), ("12;345", None)],
)  # fmt: skip
def test_a_number_is_kept_as_it_is_dialled(typed: str, kept: str | None) -> None:
    assert number_of(typed) == kept
