"""Submissions become rows: the vectors that every flattener must pass, and what must hold for any input at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.content.flatten import flatten
from doorstep.content.flatten_mapping import from_mapping, to_mapping
from doorstep.content.flatten_values import EXPECTED
from doorstep.content.model import Code

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "flatten.json").read_text("utf-8"))
DICTIONARY = {
    code: Code(code, entry["kind"], {}, choices=tuple(entry.get("choices", ())))
    for code, entry in VECTORS["dictionary"].items()
}
FORMS = {name: from_mapping(mapping) for name, mapping in VECTORS["forms"].items()}


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["title"])
def test_vector(case: dict[str, Any]) -> None:
    flat = flatten(FORMS[case["form"]], DICTIONARY, case["submission"])
    expect = case["expect"]
    assert [list(row[1:]) for row in flat.answers] == expect["answers"]
    assert [list(row[1:]) for row in flat.attributes] == expect["attributes"]
    assert [list(subject) for subject in flat.subjects] == expect["subjects"]
    assert [problem.partition(":")[0] for problem in flat.problems] == expect["problems"]


def test_the_vectors_cover_every_problem_and_their_titles_are_unique() -> None:
    titles = [case["title"] for case in VECTORS["cases"]]
    named = {problem.split()[0] for case in VECTORS["cases"] for problem in case["expect"]["problems"]}
    assert len(set(titles)) == len(titles) >= 60
    assert named == set(EXPECTED)


@pytest.mark.parametrize("name", FORMS)
def test_what_the_phone_gets_of_a_form_is_what_the_server_flattens_by(name: str) -> None:
    assert to_mapping(FORMS[name]) == VECTORS["forms"][name]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = sorted({part for form in FORMS.values() for question in form.questions for part in question.path})


@settings(max_examples=300, deadline=None)
@given(
    form=st.sampled_from(sorted(FORMS)),
    answers=st.recursive(
        anything,
        lambda inner: st.dictionaries(st.sampled_from(names), inner | st.lists(inner, max_size=2), max_size=6),
        max_leaves=12,
    ),
    rest=st.dictionaries(st.sampled_from(["made_at", "zone", "base", "subject", "replaces", "kind"]), anything),
)
def test_no_submission_at_all_breaks_the_flattener(form: str, answers: Any, rest: dict[str, Any]) -> None:
    submission = {"id": "s1", "subject": "mum", "made_at": "2026-03-01T08:30:00+07:00", **rest, "answers": answers}
    flat = flatten(FORMS[form], DICTIONARY, submission)
    assert len({(row.subject, row.code, row.row) for row in flat.answers}) == len(flat.answers)
    for row in flat.answers:
        assert row.day <= row.day_last
        assert (row.num is None) != (row.txt is None) or DICTIONARY[row.code].kind in ("date", "time")
        (row.txt or "").encode("utf-8")
        assert "\x00" not in (row.txt or "")


@settings(max_examples=200, deadline=None)
@given(name=st.text(max_size=30).map("Sokha".__add__))
def test_what_was_found_is_never_repeated_since_it_may_be_a_name(name: str) -> None:
    answers = {"hb": name, "fever": name, "lmp_told": name, "danger": [name], "vitals": name}
    flat = flatten(FORMS["visit"], DICTIONARY, {"id": "s1", "subject": "mum", "made_at": name, "answers": answers})
    assert flat.problems
    assert not any("Sokha" in problem for problem in flat.problems)
