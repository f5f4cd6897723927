"""What nobody may find in the maternal programme, and what everybody must."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorstep.content.model import Programme
from doorstep.content.read import read_programme

FOLDER = Path(__file__).parents[2] / "programmes" / "maternal"
HUSHED = (
    "hiv", "syphilis", "hepatitis", "violence", "giang mai", "viêm gan", "bạo lực",
    "អេដស៍", "ស្វាយ", "រលាកថ្លើម", "ហិង្សា", "хив", "сифилис", "хепатит", "насилие",
)  # fmt: skip


@pytest.fixture(scope="module")
def programme() -> Programme:
    found, problems = read_programme(FOLDER)
    assert found is not None, problems
    assert not problems
    return found


def test_no_message_names_what_a_shared_telephone_must_not_show(programme: Programme) -> None:
    texts = [text.lower() for message in programme.messages for text in message.text.values()]
    assert texts
    assert not [word for word in HUSHED for text in texts if word in text]
    assert all(message.discreet for message in programme.messages)


def test_the_attendant_sees_no_row_about_hiv_or_syphilis(programme: Programme) -> None:
    """She brings women to the tests by the midwife's word, not by a list on a telephone that others pick up."""
    hers = set(programme.roles["attendant"])
    seen = [step for pathway in programme.pathways.values() for step in pathway.steps if step.compartment in hers]
    titles = " ".join(text.lower() for step in seen for text in step.title.values())
    assert seen
    assert "hiv" not in titles
    assert "syphilis" not in titles


def test_nothing_is_signed_by_a_clinician_yet_and_every_step_says_so(programme: Programme) -> None:
    for pathway in programme.pathways.values():
        for step in pathway.steps:
            assert step.origin.review == dict.fromkeys(programme.countries), f"{pathway.name}.{step.name}"
            assert step.origin.source
            assert step.origin.valid_from is not None


def test_a_midwife_can_check_it_case_by_case(programme: Programme) -> None:
    titles = [case.title for case in programme.cases]
    assert len(titles) >= 80
    assert len(set(titles)) == len(titles)
    assert all(len(title.split()) >= 4 for title in titles)
