"""Sheets -> XForm through pyxform; what pyxform refuses becomes a Problem at the row that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from doorstep.content.forms_limits import limited
from doorstep.content.forms_sheets import Cell, Row, Sheet, Sheets
from doorstep.content.model import Code
from doorstep.content.problems import Problem, quoted

SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")
"""Sheets that pyxform reads; any other is kept and not read."""
OWN = "doorstep_"
"""Columns of this name are Doorstep's and not shown to pyxform."""

_PLACE = re.compile(r"\[row : (\d+)\]\s*")
_SHEET = re.compile(r"On the '(\w+)' sheet|for sheet: '(\w+)'")
_QUOTED = re.compile(r"'([^']+)'")
_COLUMN = re.compile(r"the '([^']+)' (?:value|column)")


class Refused(Exception):
    """pyxform did not accept the form; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def standard(sheets: Sheets) -> dict[str, Sheet]:
    """The sheets of the XLSForm standard by their lower-case name; a lone sheet is the survey, whatever its name."""
    found = {name.strip().lower(): sheet for name, sheet in sheets.items()}
    known = {name: sheet for name, sheet in found.items() if name in SHEETS}
    if not known and len(sheets) == 1:
        known["survey"] = next(iter(sheets.values()))
    return known


def is_own(column: str) -> bool:
    """Whether a column is Doorstep's, not XLSForm's: doorstep_code ..., and translated titles of the form."""
    folded = column.strip().lower()
    return folded.startswith((OWN, "form_title:"))


def to_xform(
    sheets: Sheets, fallback_id: str, file: str, dictionary: Mapping[str, Code] | None = None
) -> tuple[str, list[str]]:
    """The XForm and pyxform's warnings. `file` is the name in messages. Raises Refused.

    dictionary: its ranges and units are put into the form (forms_limits).
    """
    from pyxform.errors import PyXFormError  # takes long to load: only where a form is read, not with every command
    from pyxform.xls2xform import convert

    warnings: list[str] = []
    _columns_once(standard(sheets), file)
    try:
        result = convert(xlsform=_workbook(sheets, fallback_id, dictionary or {}), warnings=warnings)
    except PyXFormError as error:
        raise Refused(_problem(str(error), standard(sheets), file)) from error
    except Exception as error:  # pyxform meets forms that it did not foresee with any error at all
        raise Refused(_problem(f"{type(error).__name__}: {error}", standard(sheets), file)) from error
    return str(result.xform), warnings


def _columns_once(sheets: Mapping[str, Sheet], file: str) -> None:
    """A column that stands twice would lose what one of the two says."""
    for name, sheet in sheets.items():
        seen: set[str] = set()
        for cell in sheet.header.cells:
            if cell.text and cell.text in seen:
                found = f"column {quoted(cell.text)} twice on the sheet '{name}'"
                raise Refused(Problem("form-refused", file, cell.line, cell.column, found, "each column once"))
            seen.add(cell.text)


def _workbook(sheets: Sheets, fallback_id: str, dictionary: Mapping[str, Code]) -> dict[str, Any]:
    book: dict[str, Any] = {"sheet_names": list(sheets), "fallback_form_name": fallback_id}
    tables = {name: [dict(_cells(sheet, row)) for row in sheet.rows] for name, sheet in standard(sheets).items()}
    headers = {
        name: [column for column in sheet.columns if column and not is_own(column)]
        for name, sheet in standard(sheets).items()
    }
    if "survey" in tables:
        settings = tables.setdefault("settings", [])
        headers["survey"], tables["survey"] = limited(
            headers["survey"], tables["survey"], settings, dictionary, *_own(standard(sheets), dictionary)
        )
        headers["settings"] = list(dict.fromkeys([*headers.get("settings", ()), *(name for row in settings for name in row)]))
    for name, rows in tables.items():
        book[f"{name}_header"] = [dict.fromkeys(headers[name])] if headers[name] else []
        book[name] = rows
    return book


def _own(sheets: Mapping[str, Sheet], dictionary: Mapping[str, Code]) -> tuple[list[str | None], frozenset[str]]:
    """From Doorstep's own columns: the code that each row of the survey feeds, and the questions that say when."""
    survey, settings = sheets["survey"], sheets.get("settings")
    rows = survey.dicts()
    codes = [row.get("doorstep_code") or (row.get("name") if row.get("name") in dictionary else None) for row in rows]
    times = {row.get("doorstep_when", "") for row in rows}
    times |= {row.get("doorstep_event_time", "") for row in (settings.dicts() if settings else ())}
    return codes, frozenset(times - {""})


def _cells(sheet: Sheet, row: Row) -> Iterator[tuple[str, str]]:
    for column, cell in sheet.pairs(row):
        if cell is not None and cell.text and not is_own(column):
            yield column, cell.text


def _problem(message: str, sheets: Mapping[str, Sheet], file: str) -> Problem:
    """Where pyxform's message points: its row counts from the header of the sheet it names (survey by default)."""
    row = _PLACE.search(message)
    named = _SHEET.search(message)
    column = _COLUMN.search(message)
    sheet = sheets.get((named[1] or named[2]).lower()) if named else sheets.get("survey")
    cell = Cell("", 1, 1)
    if sheet is not None and row:
        cell = _cell(sheet, int(row[1]), column[1] if column else None)
    elif sheet is not None:
        mentioned = (_mentioned(sheet, word) for word in _QUOTED.findall(message))
        cell = next((found for found in mentioned if found), _cell(sheet, 1, None))
    text = " ".join(_PLACE.sub("", message).split())
    found = f"what pyxform refuses: {text}"
    return Problem("form-refused", file, cell.line, cell.column, found, "a form of the XLSForm standard")


def _cell(sheet: Sheet, number: int, column: str | None) -> Cell:
    row = sheet.rows[number - 2] if 2 <= number < len(sheet.rows) + 2 else sheet.header
    cell = sheet.cell(row, column) if column and row is not sheet.header else None
    if cell is not None:
        return cell
    return row.cells[0] if row.cells else Cell("", row.line, 1)


def _mentioned(sheet: Sheet, word: str) -> Cell | None:
    """The first cell with that text: pyxform often names the question or the type, and no row."""
    rows = (sheet.header, *sheet.rows)
    return next((cell for row in rows for cell in row.cells if cell.text == word), None)
