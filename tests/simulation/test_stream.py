"""What `doorstep simulate` writes: submissions that a server can take in, the same for the same seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from doorstep.content.dates import day_number
from doorstep.content.flatten import flatten
from doorstep.content.model import Programme
from doorstep.record.envelope import read_envelope
from doorstep.record.places import PlaceError, Places
from doorstep.simulation.households import persons
from doorstep.simulation.rates import load
from doorstep.simulation.stream import simulate
from doorstep.simulation.villages import Programme as Run
from doorstep.simulation.villages import villages_of
from tests.simulation.conftest import PEOPLE, UNTIL

ROOT = Path(__file__).parents[2]
Submissions = list[dict[str, Any]]
REQUEST = ("sent_at", "received_at")


def written(seed: str, hash_seed: str) -> bytes:
    """The command's output, in a process of its own."""
    arguments = ["--place", "KH-16", "--people", "900", "--seed", seed, "--until", "2026-06-30"]
    found = subprocess.run(
        [sys.executable, "-c", "from doorstep.cli.main import main; main()", "simulate", *arguments],
        cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, check=True,
    )
    return found.stdout


def test_the_same_seed_tells_the_same_story_byte_for_byte() -> None:
    first, again, other = written("7", "1"), written("7", "2"), written("8", "1")
    assert first == again
    assert first != other
    assert len(first.splitlines()) > 300
    assert all(json.loads(line)["id"] for line in first.splitlines())


def test_submissions_come_in_the_order_in_which_they_were_received(told: Submissions) -> None:
    received = [one["received_at"] for one in told]
    assert received == sorted(received)
    assert "2023-06" <= received[0] < received[-1] <= "2026-07-01"


def test_every_submission_is_one_that_the_server_can_read(told: Submissions) -> None:
    for one in told:
        envelope = read_envelope({name: value for name, value in one.items() if name not in REQUEST})
        assert envelope.kind in ("data", "correction", "merge")
        assert envelope.id[14] == "7", "an id in the shape of a UUID version 7"
        assert envelope.id[19] in "89ab"


def test_every_answer_belongs_to_a_question_and_fits_it(told: Submissions, maternal: Programme) -> None:
    for one in told:
        if one["kind"] == "merge":
            continue
        flat = flatten(maternal.forms[one["form"]], maternal.dictionary, one)
        assert not flat.problems, (one["form"], flat.problems)
        assert flat.answers


def required(maternal: Programme, form: str) -> Iterator[tuple[str, ...]]:
    """Paths of the questions that must be answered."""
    asked = {row.get("name"): row for row in maternal.forms[form].sheets["survey"]}
    for question in maternal.forms[form].questions:
        if str(asked[question.name].get("required", "")).lower() in ("yes", "true", "true()") and not question.repeat:
            yield question.path


def test_no_required_question_is_left_open(told: Submissions, maternal: Programme) -> None:
    paths = {form: list(required(maternal, form)) for form in maternal.forms}
    assert ("consent_record",) in paths["register"]
    for one in told:
        for path in paths[one["form"]] if "form" in one else ():
            answer: Any = one["answers"]
            for name in path:
                answer = answer[name]
            assert answer not in (None, "", [])


def test_a_birth_that_is_the_first_news_of_a_woman_tells_who_she_is(told: Submissions, maternal: Programme) -> None:
    births = [one for one in told if one.get("form") == "birth"]
    first = [one for one in births if one["answers"]["registered_before"] == "no"]
    assert 0 < len(first) < len(births)
    for one in first:
        flat = flatten(maternal.forms["birth"], maternal.dictionary, one)
        hers = {row.name for row in flat.attributes if row.subject == one["subject"]}
        assert {"called", "birthday", "residence", "sex"} <= hers
        assert not any(row.code == "pregnancy_registered" for row in flat.answers)


def test_the_story_touches_nearly_every_form_of_the_programme(told: Submissions, maternal: Programme) -> None:
    used = {one.get("form") for one in told}
    assert {"register", "anc_contact", "station_visit", "scan", "tests", "birth", "postnatal_mother", "postnatal_baby"} <= used
    assert {"loss", "loss_visit", "move", "visit_not_done", "birth_plan", "labour", "referral", "death", "treatment"} <= used
    assert len(set(maternal.forms) - used) <= 3, set(maternal.forms) - used


def test_a_village_has_exactly_the_people_asked_for_women_men_and_children(atlas: Places) -> None:
    run = Run(atlas, load(), "tests", UNTIL - 1096, UNTIL)
    villages = villages_of("KH-16", PEOPLE, run)
    everybody = [one for own, village in enumerate(villages) for one in persons(village, own)]
    assert len(everybody) == PEOPLE == sum(village.people for village in villages)
    ages = [(UNTIL - one.born) / 365.25 for one in everybody]
    assert 0.45 < sum(one.sex == "f" for one in everybody) / PEOPLE < 0.58
    assert 0.30 < sum(age < 15 for age in ages) / PEOPLE < 0.60
    assert len({(one.village, one.household) for one in everybody}) == pytest.approx(PEOPLE / 4.8, rel=0.1)


def test_villages_lie_all_over_the_province(atlas: Places) -> None:
    run = Run(atlas, load(), "tests", UNTIL - 1096, UNTIL)
    villages = villages_of("KH-16", PEOPLE, run)
    districts = {atlas.ancestors(village.unit, UNTIL)[1].id for village in villages}
    assert len(villages) == 22
    assert len(districts) >= 7


def test_a_place_that_was_abolished_meanwhile_tells_its_story_on(maternal: Programme, atlas: Places) -> None:
    """Bac Kan became part of Thai Nguyen on 1 July 2025, and its communes others."""
    told = list(simulate(maternal, atlas, "VN-06", 1500, "1", UNTIL))
    reform = day_number("2025-07-01")
    for one in told:
        day = day_number(one["received_at"][:10])
        unit = atlas.get(one["place"])
        if unit.tree == "administrative" and one["device"].startswith("phone.attendant") and abs(day - reform) > 120:
            assert unit.valid_from != reform or day > reform
            assert unit.valid_to != reform or day < reform
    places = {one["place"] for one in told}
    assert any(place.endswith("@2025") for place in places)
    assert all(one["made_at"].endswith("+07:00") for one in told)


@pytest.mark.parametrize("place", ["VN-19", "BG-SFO39", "KH-16010102", "KH-1601"])
def test_any_place_with_people_in_it_can_be_told(place: str, maternal: Programme, atlas: Places) -> None:
    told = list(simulate(maternal, atlas, place, 700, "1", UNTIL))
    assert len(told) > 100
    offsets = {one["made_at"][-6:] for one in told}
    assert offsets == ({"+02:00", "+03:00"} if place.startswith("BG") else {"+07:00"})


@pytest.mark.parametrize("place", ["XX-1", "KH-HC-160101"])
def test_a_place_that_is_none_is_told_with_what_to_do(place: str, maternal: Programme, atlas: Places) -> None:
    with pytest.raises(PlaceError) as raised:
        list(simulate(maternal, atlas, place, 100, "1", UNTIL))
    assert raised.value.do


def test_more_years_or_fewer(maternal: Programme, atlas: Places) -> None:
    one_year = list(simulate(maternal, atlas, "KH-16", 800, "1", UNTIL, years=1))
    assert datetime.fromisoformat(one_year[0]["received_at"]).year >= 2025
