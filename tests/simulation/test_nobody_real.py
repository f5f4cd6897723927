"""The places are real, the people are not, and everything says so. What a demo must never tell, it does not tell."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from doorstep.content.dates import day_number
from doorstep.content.model import Programme
from doorstep.record.places import Places
from doorstep.simulation.chance import Chance
from doorstep.simulation.peoples import HERE, called, mark, peoples_of

Submissions = list[dict[str, Any]]
SENSITIVE = ("syphilis", "hiv", "hbsag", "hepb", "penicillin", "art_taken", "hbig", "baby_arv")


def forms(told: Submissions, *names: str) -> Submissions:
    return [one for one in told if one.get("form") in names]


def test_every_name_says_that_it_is_invented(told: Submissions) -> None:
    names = {one["answers"]["called"] for one in forms(told, "register")}
    assert len(names) > 100
    assert all(name.endswith(mark()) and len(name) > len(mark()) + 2 for name in names)
    assert mark() == "(invented)"


def test_no_telephone_number_can_be_rung(told: Submissions) -> None:
    numbers = {one["answers"]["phone"] for one in forms(told, "register") if "phone" in one["answers"]}
    assert numbers
    assert all(number.startswith("000") for number in numbers)


def test_places_are_real_villages_and_invented_stations(told: Submissions, atlas: Places) -> None:
    for place in {one["place"] for one in told}:
        unit = atlas.get(place)
        assert unit.invented == (unit.tree == "health")
        assert unit.kind in ("village", "health_centre", "referral_hospital", "hospital")
    for one in forms(told, "register", "move"):
        if "residence" in one["answers"]:
            home = atlas.get(one["answers"]["residence"])
            assert "KH-16" in [above.id for above in atlas.ancestors(home, day_number("2026-06-30"))]


def test_nobody_has_to_say_to_which_people_she_belongs(told: Submissions) -> None:
    registered = forms(told, "register")
    said = [one for one in registered if "ethnicity" in one["answers"]]
    assert 0.5 * len(registered) < len(said) < 0.9 * len(registered)
    assert {"Tampuan", "Jarai", "Kreung", "Khmer"} <= {one["answers"]["ethnicity"] for one in said}


def test_no_submission_joins_a_people_to_a_test_or_a_treatment(told: Submissions) -> None:
    for one in told:
        if {"ethnicity", "language"} & set(one["answers"]):
            assert one["form"] == "register"
            assert not any(word in str(one["answers"]) for word in SENSITIVE)


def test_identity_numbers_are_never_made_up(told: Submissions) -> None:
    assert not any("identity_number" in one["answers"] for one in told)


@pytest.mark.parametrize("place", ["KH-16", "KH-11", "KH", "VN-06", "VN-12", "VN-14", "VN-64", "VN-62", "VN-67", "VN", "BG"])
def test_every_people_has_names_and_a_language_of_the_dictionary(place: str, maternal: Programme) -> None:
    found = peoples_of([place])
    assert abs(sum(one.share for one in found) - 100) < 0.5
    for one in found:
        assert one.group in ("majority", "minority")
        assert one.language in maternal.dictionary["language"].choices
        names = {called(one, sex, Chance(one.name, sex, number)) for sex in "fm" for number in range(40)}
        assert len(names) > 15


def test_shares_of_peoples_are_said_to_be_assumed() -> None:
    assert yaml.safe_load((HERE / "peoples.yaml").read_text(encoding="utf-8"))["source"] == "assumed"


def test_each_writes_from_an_own_phone_in_an_own_place(told: Submissions) -> None:
    authors: dict[str, set[str]] = {}
    for one in told:
        authors.setdefault(one["author"], set()).add(one["device"])
        assert one["device"] == f"phone.{one['author']}"
    assert all(len(devices) == 1 for devices in authors.values())
    assert {author.split(".")[0] for author in authors} == {"attendant", "midwife", "hospital", "supervisor"}
