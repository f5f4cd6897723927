"""Forms against pathways: thresholds told twice, questions that nobody needs, words that a language lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from doorstep.content import trees
from doorstep.content.context import Context
from doorstep.content.forms import language
from doorstep.content.forms_convert import standard
from doorstep.content.forms_sheets import Cell, Row, Sheet, Unreadable, read_file
from doorstep.content.model import Form, Programme, Question
from doorstep.content.problems import quoted
from doorstep.content.tree import Arith, Compare, EventNum, Expr, Filter, First, Latest, Lit

UNASKED = frozenset({"calculate", "hidden", "metadata", "note", "trigger"})
DOCUMENTS = frozenset({"image", "photo", "audio", "video", "file", "signature", "geopoint", "barcode"})
_REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_WORDS = re.compile(r"(label|hint|constraint_message|required_message|form_title)\s*::?\s*(.+)", re.IGNORECASE)


def check_forms(programme: Programme, context: Context) -> None:
    thresholds = _thresholds(context)
    for form in programme.forms.values():
        sheets = _sheets(programme, form)
        _Form(form, sheets, programme, context, thresholds).check()


def _sheets(programme: Programme, form: Form) -> Mapping[str, Sheet]:
    """The form's sheets with the place of every cell; none when the file went away meanwhile."""
    assert form.place is not None
    try:
        return standard(read_file(Path(programme.path).parent / form.place.file))
    except (OSError, Unreadable):
        return {}


def _thresholds(context: Context) -> dict[str, set[float]]:
    """Numbers that rules compare a code with, in the code's own unit."""
    found: dict[str, set[float]] = {}
    for rule in context.notes.rules:
        for item in trees.walk(rule.tree):
            if isinstance(item, Filter) and item.where is not None:
                for number in _compared(item.where, EventNum):
                    found.setdefault(item.code, set()).add(number)
            if isinstance(item, Compare):
                for side in (item.left, item.right):
                    leaf = _leaf(side)
                    if isinstance(leaf, Latest | First):
                        codes = {one.code for one in leaf.stream.filters}
                        for code in codes:
                            found.setdefault(code, set()).update(_numbers(item))
    return found


def _compared(where: Expr, kind: type) -> Iterator[float]:
    for item in trees.walk(where):
        if isinstance(item, Compare) and any(isinstance(_leaf(side), kind) for side in (item.left, item.right)):
            yield from _numbers(item)


def _numbers(item: Compare) -> Iterator[float]:
    """The literal of a comparison, divided by the unit that the other side was multiplied with."""
    size = max(_size(item.left), _size(item.right))
    for side in (item.left, item.right):
        if isinstance(side, Lit) and isinstance(side.value, int | float) and not isinstance(side.value, bool):
            yield side.value / size


def _leaf(expr: Expr) -> Expr:
    return expr.left if isinstance(expr, Arith) and isinstance(expr.right, Lit) and expr.op == "*" else expr


def _size(expr: Expr) -> float:
    if isinstance(expr, Arith) and expr.op == "*" and isinstance(expr.right, Lit):
        return float(expr.right.value)
    return 1.0


class _Form:
    """Checks one form."""

    def __init__(
        self, form: Form, sheets: Mapping[str, Sheet], programme: Programme, context: Context,
        thresholds: Mapping[str, set[float]],
    ) -> None:  # fmt: skip
        self.form, self.sheets, self.programme = form, sheets, programme
        self.context, self.thresholds = context, thresholds
        assert form.place is not None
        self.file = form.place.file

    def check(self) -> None:
        self._feeds()
        survey = self.sheets.get("survey")
        for question in self.form.questions:
            row = self._row(survey, question)
            if survey is not None and row is not None:
                self._constraint(question, survey, row)
        for name in ("survey", "choices", "settings"):
            sheet = self.sheets.get(name)
            for row in sheet.rows if sheet is not None else ():
                assert sheet is not None
                self._words(sheet, row)

    def _add(self, code: str, cell: Cell, found: str, expected: str) -> None:
        self.context.problems.add(code, self.file, cell.line, cell.column, found, expected)

    def _row(self, survey: Sheet | None, question: Question) -> Row | None:
        if survey is None or question.place is None:
            return None
        return next((row for row in survey.rows if row.line == question.place.line), None)

    def _constraint(self, question: Question, survey: Sheet, row: Row) -> None:
        """A number of the pathway that stands in the constraint of the question that feeds it."""
        cell = survey.cell(row, "constraint")
        if cell is None or question.code is None:
            return
        written = {float(text) for text in _NUMBER.findall(cell.text)}
        for number in sorted(written & self.thresholds.get(question.code, set())):
            found = f"{number:g} in the constraint of {quoted(question.name)}, which is a threshold of the pathway"
            expected = "a wider constraint: the threshold lives in pathway.yaml alone"
            self._add("threshold-in-form", cell, found, expected)

    def _feeds(self) -> None:
        """Questions whose answers become no fact, no attribute and no document, and steer nothing in the form."""
        used = self._referred()
        for question in self.form.questions:
            feeds = question.code or question.save_to or question.kind in DOCUMENTS
            if feeds or question.kind in UNASKED or question.name in used or question.place is None:
                continue
            place = question.place
            found = f"question {quoted(question.name)}, whose answer becomes no fact, no attribute and no document"
            expected = "the name of a code (or doorstep_code), save_to, or no question"
            self.context.problems.add("question-unused", place.file, place.line, place.column, found, expected)

    def _referred(self) -> set[str]:
        """Names that other cells of the form refer to, or that Doorstep's own columns name."""
        names = {name for q in self.form.questions for name in (q.when, q.subject) if name}
        names |= {name for name in (self.form.event_time, self.form.makes_id) if name}
        for rows in self.form.sheets.values():
            for row in rows:
                names |= {name for text in row.values() for name in _REFERENCE.findall(str(text))}
        return names

    def _words(self, sheet: Sheet, row: Row) -> None:
        """Each kind of words in a row is in every language of the programme, or in none."""
        families: dict[str, dict[str, Cell]] = {}
        for column, cell in sheet.pairs(row):
            match = _WORDS.fullmatch(column.strip())
            if match and cell is not None and cell.text:
                families.setdefault(match[1].lower(), {})[language(match[2])] = cell
            elif column.strip().lower() in ("label", "hint") and cell is not None and cell.text:
                families.setdefault(column.strip().lower(), {})[""] = cell
        for family, cells in families.items():
            missing = [tongue for tongue in self.programme.languages if tongue not in cells]
            if missing:
                first = min(cells.values(), key=lambda cell: cell.column)
                found = f"{family} {quoted(first.text)} without {', '.join(missing)}"
                expected = "every language of the programme: " + ", ".join(self.programme.languages)
                self._add("words-missing", first, found, expected)
