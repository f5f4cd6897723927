"""What a form says of the dictionary and of itself, checked: codes, kinds, choices, references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from doorstep.content.forms_sheets import Row, Sheet
from doorstep.content.model import Code, Form, Question
from doorstep.content.problems import Problem, Problems, one_of, quoted

HOW = ("told", "measured", "seen")

_COMPUTED = frozenset({"calculate", "hidden", "metadata"})
_NUMBERS = frozenset({"integer", "range"})
FEEDS: Mapping[str, frozenset[str]] = {
    "number": _COMPUTED | _NUMBERS | {"decimal"},
    "integer": _COMPUTED | _NUMBERS,
    "yesno": _COMPUTED | {"select_one", "acknowledge"},
    "choice": _COMPUTED | {"select_one"},
    "choices": _COMPUTED | {"select_multiple", "select_one", "rank"},
    "date": _COMPUTED | {"date", "dateTime", "text"},
    "time": _COMPUTED | {"dateTime", "date", "text"},
    "subject": _COMPUTED | {"text", "select_one", "barcode"},
}
"""Kind of a code -> kinds of question whose answers it can hold. A text takes any."""


def check_form(form: Form, sheets: Mapping[str, Sheet], dictionary: Mapping[str, Code], file: str) -> list[Problem]:
    """Every mistake that pyxform does not see. `sheets` are the standard ones, by lower-case name."""
    problems = Problems()
    settings = sheets.get("settings")
    default_how = _setting(settings, "doorstep_how")
    for question in form.questions:
        for code, column, found, expected in _mistakes(question, form, dictionary):
            if code == "form-how" and question.how == default_how:
                continue  # told once, where the setting stands
            line, at = _place(question, sheets.get("survey"), column)
            problems.add(code, file, line, at, found, expected)
    for code, column, found, expected in _settings_mistakes(form, settings):
        cell = settings.cell(settings.rows[0], column) if settings else None
        problems.add(code, file, cell.line if cell else 1, cell.column if cell else 1, found, expected)
    return problems.sorted()


Mistake = tuple[str, str, str, str]
"""Code, column of the sheet, found, expected."""


def _mistakes(question: Question, form: Form, dictionary: Mapping[str, Code]) -> Iterator[Mistake]:
    names = [other.name for other in form.questions]
    if question.code is not None:
        code = dictionary.get(question.code)
        if code is None:
            expected = one_of(question.code, dictionary, "a code of the dictionary")
            yield "form-code", "doorstep_code", f"code {quoted(question.code)}", expected
        else:
            yield from _kind_mistakes(question, code)
    for column, name in (("doorstep_when", question.when), ("doorstep_subject", question.subject)):
        if name and name not in names and name != ".":
            yield "form-reference", column, quoted(name), one_of(name, names, "a question of this form")
    if question.how and question.how not in HOW:
        yield "form-how", "doorstep_how", quoted(question.how), one_of(question.how, HOW)


def _kind_mistakes(question: Question, code: Code) -> Iterator[Mistake]:
    allowed = FEEDS.get(code.kind)
    if allowed is not None and question.kind not in allowed:
        asked = ", ".join(sorted(allowed - _COMPUTED))
        found = f"a question of type {question.kind} for '{code.code}', a code of kind {code.kind}"
        yield "form-kind", "type", found, asked
        return
    if code.kind in ("yesno", "choice", "choices"):
        given = question.choices or ((str(question.constant),) if question.constant is not None else ())
        for choice in given:
            if choice not in code.choices:
                found = f"choice {quoted(choice)} in the list of '{code.code}'"
                yield "form-choice", "type", found, one_of(choice, code.choices, "a choice of the dictionary")


def _settings_mistakes(form: Form, settings: Sheet | None) -> Iterator[Mistake]:
    names = [question.name for question in form.questions]
    how = _setting(settings, "doorstep_how")
    if how and how not in HOW:
        yield "form-how", "doorstep_how", quoted(how), one_of(how, HOW)
    if form.event_time and form.event_time not in names:
        expected = one_of(form.event_time, names, "a question of this form")
        yield "form-reference", "doorstep_event_time", quoted(form.event_time), expected


def _setting(settings: Sheet | None, column: str) -> str:
    """A cell of the settings' only row; '' when there is none."""
    cell = settings.cell(settings.rows[0], column) if settings is not None and settings.rows else None
    return cell.text if cell else ""


def _place(question: Question, survey: Sheet | None, column: str) -> tuple[int, int]:
    """Line and column of the question's cell in that column, else of its name."""
    if question.place is None:
        return 1, 1
    row = _row(survey, question.place.line)
    cell = survey.cell(row, column) if survey and row else None
    return (cell.line, cell.column) if cell and cell.text else (question.place.line, question.place.column)


def _row(survey: Sheet | None, line: int) -> Row | None:
    return next((row for row in survey.rows if row.line == line), None) if survey else None
