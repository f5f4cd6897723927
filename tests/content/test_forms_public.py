"""Forms that nobody here wrote: pyxform's public examples are read, answered, sent as XML and flattened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from doorstep.content.flatten import flatten
from doorstep.content.flatten_walk import Container, tree
from doorstep.content.forms import read_form
from doorstep.content.forms_sheets import read_file
from doorstep.content.model import Code, Form, Question
from doorstep.content.xform import answers_to_xform, xform_to_answers

HERE = Path(__file__).parent / "xlsforms"
FORMS = sorted(path for path in HERE.iterdir() if path.suffix in (".xlsx", ".xls", ".csv"))
REFUSED = sorted((HERE / "refused").iterdir())

ANSWERS: dict[str, Any] = {"integer": 7, "decimal": 2.5, "range": 3, "date": "2026-03-30", "dateTime": "2026-03-30T08:15:00.000+07:00"}
CODES = {"integer": "integer", "decimal": "number", "range": "number", "date": "date", "dateTime": "time"}


def name_of(path: Path) -> str:
    return path.name


def read(path: Path) -> Form:
    form, problems = read_form(path, {})
    assert form is not None, [str(problem) for problem in problems]
    assert not problems
    return form


@pytest.mark.parametrize("path", FORMS, ids=name_of)
def test_a_form_of_the_field_is_read_with_every_question_of_its_sheet(path: Path) -> None:
    form = read(path)
    sheets = {name.lower(): sheet for name, sheet in read_file(path).items()}
    assert set(form.sheets) == {sheet.name for sheet in sheets.values()}
    survey = sheets.get("survey") or next(iter(sheets.values()))
    asked = {
        row.get("name") or row.get("Name")
        for row in survey.dicts()
        if row["type"] and not row["type"].lower().startswith(("begin", "end ", "end_", "include"))
    }
    known = {question.name for question in form.questions}
    # A few rows of the examples have no name: pyxform names those by their type.
    assert {name for name in asked if name and name in form.xml} <= known
    assert len({question.path for question in form.questions}) == len(form.questions)
    assert all(question.kind for question in form.questions)


@pytest.mark.parametrize("path", FORMS, ids=name_of)
def test_the_same_answers_as_json_and_as_xml_become_the_same_rows(path: Path) -> None:
    form = coded(read(path))
    dictionary = {
        question.code: Code(question.code, CODES.get(question.kind, _kind(question)), {}, choices=question.choices)
        for question in form.questions
        if question.code
    }
    answers = answered(tree(form))
    submission = {"id": "s1", "subject": "p1", "made_at": "2026-03-30T09:00:00+07:00"}
    told = flatten(form, dictionary, {**submission, "answers": answers})
    xml = answers_to_xform(form, answers, {"instanceID": "uuid:s1"})
    instance = xform_to_answers(xml, form)
    sent = flatten(form, dictionary, {**submission, "answers": instance.answers})
    assert (instance.form, instance.version, instance.id) == (form.id, form.version, "s1")
    assert told.answers
    assert not told.problems
    assert sent == told


@pytest.mark.parametrize("path", REFUSED, ids=name_of)
def test_what_pyxform_refuses_is_told_with_the_place_and_in_its_words(path: Path) -> None:
    form, problems = read_form(path, {})
    assert form is None
    assert [problem.code for problem in problems] == ["form-refused"]
    assert problems[0].line >= 1
    assert len(problems[0].found) > len("what pyxform refuses: ")


def _kind(question: Question) -> str:
    return {"select_one": "choice", "select_multiple": "choices", "rank": "choices"}.get(question.kind, "text")


def coded(form: Form) -> Form:
    """The form with a code of its own for every question."""
    from dataclasses import replace

    codes = {question.path: f"code_{number}" for number, question in enumerate(form.questions)}
    return replace(form, questions=tuple(replace(q, code=codes[q.path]) for q in form.questions))


def answered(place: Container) -> dict[str, Any]:
    """An answer to every question, two rows in every repeat."""
    answers: dict[str, Any] = {question.name: answer(question) for question in place.questions}
    for name, below in place.containers.items():
        answers[name] = [answered(below), answered(below)] if below.repeats else answered(below)
    return answers


def answer(question: Question) -> Any:
    if question.kind in ("select_multiple", "rank"):
        return list(question.choices[:2]) or ["any"]
    if question.kind == "select_one":
        return next(iter(question.choices), "any")
    return ANSWERS.get(question.kind, f"words of {question.name}")
