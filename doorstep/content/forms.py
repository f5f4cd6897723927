"""Reads an XLSForm into a Form: pyxform makes the XForm, the sheets say what Doorstep adds to it.

Own columns of the survey sheet: doorstep_code (dictionary code; `-` for none; default the question's name where that
is a code), doorstep_when, doorstep_how, doorstep_subject. Of the settings sheet: doorstep_event_time, doorstep_how.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from doorstep.content.forms_check import check_form
from doorstep.content.forms_convert import Refused, standard, to_xform
from doorstep.content.forms_sheets import SUFFIXES, Cell, Row, Sheet, Sheets, Unreadable, read_file
from doorstep.content.forms_xform import Entity, Node, XForm, read_xform
from doorstep.content.model import Code, Form, Place, Question, Words
from doorstep.content.problems import Problem, Problems

UNNAMED = "und"
"""Language of a label whose column names none and whose form has no default (ISO 639: undetermined)."""

_TRANSLATED = re.compile(r"(label|form_title)\s*::?\s*(.+)", re.IGNORECASE)
_TAG = re.compile(r".*\(\s*([A-Za-z]{2,3}(?:[-_]\w+)*)\s*\)\s*")
_BRACKET = re.compile(r"(begin|end)[ _](group|repeat|loop)", re.IGNORECASE)
_REFERENCE = re.compile(r"\s*\$\{\s*([^}\s]+)\s*\}\s*")


def read_forms(folder: Path, dictionary: Mapping[str, Code]) -> tuple[dict[str, Form], list[Problem]]:
    """Every form in `folder`/forms by id, and every mistake in any of them. No such folder: no forms."""
    problems = Problems()
    forms: dict[str, Form] = {}
    for path in form_files(folder):
        name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        form, found = read_form(path, dictionary, name)
        problems.extend(found)
        if form is None:
            continue
        if form.id in forms:
            first = forms[form.id].place
            expected = f"an id of its own ({first.file if first else 'another form'} has this one)"
            problems.add("form-duplicate", name, 1, 1, f"form id '{form.id}' a second time", expected)
            continue
        forms[form.id] = form
    return forms, problems.sorted()


def form_files(folder: Path) -> list[Path]:
    """The workbooks in `folder`/forms, sorted; Excel's own lock files (~$...) are none."""
    files = (folder / "forms").glob("*") if (folder / "forms").is_dir() else ()
    return sorted(path for path in files if path.suffix.lower() in SUFFIXES and path.name[0] not in "~.")


def read_form(
    path: Path, dictionary: Mapping[str, Code], name: str | None = None
) -> tuple[Form | None, list[Problem]]:
    """One form and its mistakes; None when it cannot be read at all. `name` is the file's name in messages."""
    file = name or path.name
    try:
        sheets = read_file(path)
    except Unreadable as error:
        return None, [Problem("form-unreadable", file, error.line, error.column, error.found, error.expected)]
    except OSError:
        return None, [Problem("file-missing", file, 1, 1, "no such file", "a form")]
    return build_form(sheets, dictionary, file, path.stem)


def build_form(
    sheets: Sheets, dictionary: Mapping[str, Code], file: str, fallback_id: str
) -> tuple[Form | None, list[Problem]]:
    """Sheets -> Form. `fallback_id` is the id of a form whose settings name none."""
    try:
        xml, _ = to_xform(sheets, fallback_id, file, dictionary)
    except Refused as refused:
        return None, [refused.problem]
    form = _Builder(sheets, read_xform(xml), dictionary, file).form(xml)
    return form, check_form(form, standard(sheets), dictionary, file)


class _Builder:
    """Joins the XForm's questions to the rows of the survey sheet that they came from."""

    def __init__(self, sheets: Sheets, xform: XForm, dictionary: Mapping[str, Code], file: str) -> None:
        self.sheets, self.xform, self.dictionary, self.file = sheets, xform, dictionary, file
        known = standard(sheets)
        self.survey = known["survey"]
        self.settings = first_row(known.get("settings"))
        self.default = language(self.settings.get("default_language", "")) or UNNAMED
        self.rows = rows_by_name(self.survey)

    def form(self, xml: str) -> Form:
        questions = tuple(self._question(node) for node in self.xform.nodes)
        maker = self._maker()
        return Form(
            id=self.xform.id,
            version=self.xform.version,
            title=self._title(),
            questions=questions,
            xml=xml,
            sheets={name: sheet.dicts() for name, sheet in self.sheets.items()},
            event_time=self.settings.get("doorstep_event_time") or None,
            makes=maker.dataset if maker else None,
            makes_in=maker.repeat if maker else (),
            makes_id=self._id_question(maker, questions) if maker else None,
            outer=self._outer(questions, maker.repeat if maker else ()),
            place=Place(self.file, 1, 1),
        )

    def _outer(self, questions: tuple[Question, ...], makes_in: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """Repeats around questions that are no question's nearest one."""
        nearest = {question.repeat for question in questions} | {makes_in}
        around = {question.path[:depth] for question in questions for depth in range(1, len(question.path))}
        return tuple(path for path in self.xform.repeats if path in around and path not in nearest)

    def _title(self) -> Words:
        words = {}
        for column, text in self.settings.items():
            found = _TRANSLATED.fullmatch(column)
            if found and found[1].lower() == "form_title" and text:
                words[language(found[2])] = text
        if self.settings.get("form_title") or not words:
            words.setdefault(self.default, self.xform.title)
        return words

    def _question(self, node: Node) -> Question:
        name = node.path[-1]
        rows = self.rows.get(name, [])
        row = rows.pop(0) if len(rows) > 1 else next(iter(rows), None)
        cells = row_cells(self.survey, row) if row is not None else {}

        def own(column: str) -> str | None:
            return cells[column].text or None if column in cells else None

        written = own("doorstep_code")
        code = written or (name if name in self.dictionary else None)
        place = Place(self.file, cells["name"].line, cells["name"].column) if row is not None else None
        return Question(
            name=name,
            path=node.path,
            kind=node.kind,
            code=None if code == "-" else code,
            labels=self._labels(row),
            repeat=node.repeat,
            choices=node.choices,
            when=own("doorstep_when"),
            how=own("doorstep_how") or self.settings.get("doorstep_how") or None,
            constant=node.constant,
            save_to=node.save_to,
            subject=own("doorstep_subject"),
            precision=_precision(own("appearance") or "") if node.kind == "date" else None,
            place=place,
        )

    def _labels(self, row: Row | None) -> Words:
        labels: dict[str, str] = {}
        for column, cell in self.survey.pairs(row) if row is not None else ():
            found = _TRANSLATED.fullmatch(column.strip())
            if cell is None or not cell.text:
                continue
            if found and found[1].lower() == "label":
                labels[language(found[2])] = cell.text
            elif column.strip().lower() == "label":
                labels.setdefault(self.default, cell.text)
        return labels

    def _maker(self) -> Entity | None:
        """The entity that stands for new subjects: the one in a repeat, else the form's own."""
        ordered = sorted(self.xform.entities, key=lambda entity: not entity.repeat)
        return ordered[0] if ordered else None

    def _id_question(self, maker: Entity, questions: tuple[Question, ...]) -> str | None:
        """The question in `entity_id` of its declaration; else the first `..._id` right beside it that is no code."""
        sheet = standard(self.sheets).get("entities")
        for row in sheet.rows if sheet else ():
            cells = row_cells(sheet, row) if sheet else {}
            named = cells.get("list_name") or cells.get("dataset")
            if named and named.text == maker.dataset and "entity_id" in cells:
                found = _REFERENCE.fullmatch(cells["entity_id"].text)
                if found:
                    return found[1]
        beside = (q for q in questions if q.repeat == maker.repeat and q.name.endswith("_id") and q.code is None)
        return next((question.name for question in beside), None)


def _precision(appearance: str) -> str | None:
    words = appearance.split()
    return "month" if "month-year" in words else "year" if "year" in words else None


def language(header: str) -> str:
    """`English (en)` -> en; a name without a code stands for itself; '' for pyxform's word `default`."""
    text = header.strip()
    found = _TAG.fullmatch(text)
    return found[1] if found else "" if text.lower() == "default" else text


def first_row(sheet: Sheet | None) -> dict[str, str]:
    """The settings: column, in small letters, -> text of the first row."""
    if sheet is None or not sheet.rows:
        return {}
    return {name: cell.text for name, cell in row_cells(sheet, sheet.rows[0]).items()}


def row_cells(sheet: Sheet, row: Row) -> dict[str, Cell]:
    """Cells of a row by column name in small letters with _ for blanks."""
    return {name.strip().lower().replace(" ", "_"): cell for name, cell in sheet.pairs(row) if cell is not None}


def rows_by_name(survey: Sheet) -> dict[str, list[Row]]:
    """Rows of the survey sheet by question name, in order; the same name may stand in several groups."""
    rows: dict[str, list[Row]] = {}
    for row in survey.rows:
        cells = row_cells(survey, row)
        kind = cells["type"].text if "type" in cells else ""
        if "name" in cells and cells["name"].text and not _BRACKET.match(kind):
            rows.setdefault(cells["name"].text, []).append(row)
    return rows


