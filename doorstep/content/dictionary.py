"""Reads dictionary.csv: every code that a fact may have, with its kind, unit, choices and legal basis.

One row a code; `programmes/common/dictionary.csv` holds the shared ones. Columns: see COLUMNS, `label_<language>`
for any language, and `x_<anything>` for an author's own notes. `choices` are separated by spaces.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path

from doorstep.content.forms_sheets import Cell, Sheet, Unreadable, csv_records, decode
from doorstep.content.forms_sheets import Row as SheetRow
from doorstep.content.model import Code, Place
from doorstep.content.problems import Problem, Problems, one_of, quoted

KINDS = ("number", "integer", "yesno", "choice", "choices", "text", "date", "time", "subject")
STANDARDS = ("loinc", "icd", "smart")
COLUMNS = (
    "code", "kind", "unit", "range", "usual", "choices", "episode", "compartment", "legal_basis", "purpose", "retention",
    *STANDARDS, "note",
)  # fmt: skip
LARGEST = 5 * 1024 * 1024

_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)")
PAST = "..today"
"""The range of a day that lies behind."""
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_LABEL = re.compile(r"label_([a-z]{2,3}(?:_[A-Za-z]+)?)")
_WORDS = """how and or not in true false any count latest first day first_day at first_at known weeks_since
age within differs later_of earlier_of episode_start moment unknown"""
WORDS = frozenset(_WORDS.split())
"""Words of the rule language: no code may be one of them."""


def read_dictionary(path: Path, name: str, problems: Problems) -> dict[str, Code]:
    """All codes of one file by code, in the file's order. `name` is the file's name in messages."""
    try:
        content = path.read_bytes()
    except OSError:
        problems.add("file-missing", name, 1, 1, "no such file", "a dictionary.csv with a row for every code")
        return {}
    if len(content) > LARGEST:
        problems.add("file-unreadable", name, 1, 1, "a file of more than 5 MB", "a row for every code")
        return {}
    try:
        records = list(csv_records(decode(content)))
    except Unreadable as error:
        problems.add("file-unreadable", name, error.line, error.column, error.found, error.expected)
        return {}
    if not records:
        problems.add("key-missing", name, 1, 1, "an empty file", f"a header: {','.join(COLUMNS[:4])},...")
        return {}
    rows = [SheetRow(cells[0].line, tuple(cells)) for cells in records]
    sheet = Sheet(name, rows[0], tuple(row for row in rows[1:] if any(cell.text for cell in row.cells)))
    return _Reader(sheet, name, problems).read()


def read_dictionaries(folder: Path, shelf: Path | None = None) -> tuple[dict[str, Code], list[Problem]]:
    """The codes of a programme's folder and of `common` beside it (own first), and every mistake in either.

    File names in messages are relative to the shelf, which is the folder's parent unless given.
    """
    problems = Problems()
    shelf = shelf or folder.parent
    own = read_dictionary(folder / "dictionary.csv", f"{folder.name}/dictionary.csv", problems)
    common_file = shelf / "common" / "dictionary.csv"
    shared: dict[str, Code] = {}
    if folder.name != "common" and common_file.exists():
        shared = read_dictionary(common_file, "common/dictionary.csv", problems)
    problems.extend(_clashes(own, shared))
    return {**shared, **own}, problems.sorted()


def _clashes(own: Mapping[str, Code], shared: Mapping[str, Code]) -> list[Problem]:
    found = []
    for code in own.keys() & shared.keys():
        place = own[code].place
        if place:
            found.append(
                Problem(
                    "dictionary-duplicate", place.file, place.line, place.column,
                    f"code '{code}', which programmes/common has already", "one row for each code of all programmes",
                )
            )
    return found


class _Reader:
    """Turns the rows of one file into codes; collects mistakes as it goes."""

    def __init__(self, sheet: Sheet, name: str, problems: Problems) -> None:
        self.sheet, self.name, self.problems = sheet, name, problems

    def read(self) -> dict[str, Code]:
        self._header()
        codes: dict[str, Code] = {}
        for row in self.sheet.rows:
            cells = {name: cell for name, cell in self.sheet.pairs(row) if cell is not None}
            self._overlong(row)
            code = self._code(row, cells, codes)
            if code is not None:
                codes[code.code] = code
        return codes

    def _add(self, code: str, cell: Cell, found: str, expected: str) -> None:
        self.problems.add(code, self.name, cell.line, cell.column, found, expected)

    def _header(self) -> None:
        seen: set[str] = set()
        for cell in self.sheet.header.cells:
            known = cell.text in COLUMNS or _LABEL.fullmatch(cell.text) or cell.text.startswith("x_")
            if cell.text and not known:
                expected = one_of(cell.text, (*COLUMNS, "label_en"), "a column")
                self._add("key-unknown", cell, f"column {quoted(cell.text)}", expected)
            if cell.text in seen and cell.text:
                self._add("dictionary-duplicate", cell, f"column '{cell.text}' a second time", "each column once")
            seen.add(cell.text)
        for needed in ("code", "kind"):
            if needed not in seen:
                first = self.sheet.header.cells[0]
                self._add("key-missing", first, f"no column '{needed}'", "at least the columns code and kind")

    def _overlong(self, row: SheetRow) -> None:
        extra = [cell for cell in row.cells[len(self.sheet.header.cells) :] if cell.text]
        if extra:
            expected = 'a text with a comma in it to stand in "quotes"'
            self._add("value-wrong", extra[0], "more cells than the header has", expected)

    def _code(self, row: SheetRow, cells: Mapping[str, Cell], before: Mapping[str, Code]) -> Code | None:
        first = row.cells[0]
        named = cells.get("code")
        if named is None or not named.text:
            self._add("key-missing", named or first, "a row without a code", "a code such as hb or anc_contact")
            return None
        if not _CODE.fullmatch(named.text) or named.text in WORDS:
            why = "a word of the rule language" if named.text in WORDS else quoted(named.text)
            self._add("dictionary-code", named, why, "small letters, digits and _, beginning with a letter")
            return None
        if named.text in before:
            line = before[named.text].place
            self._add(
                "dictionary-duplicate", named, f"code '{named.text}' a second time",
                f"one row for each code (the first is in line {line.line if line else '?'})",
            )  # fmt: skip
            return None
        return self._build(named, cells)

    def _build(self, named: Cell, cells: Mapping[str, Cell]) -> Code:
        def text(column: str) -> str:
            return cells[column].text if column in cells else ""

        kind = text("kind")
        if kind not in KINDS:
            self._add("dictionary-kind", cells.get("kind", named), quoted(kind), one_of(kind, KINDS, "a kind"))
            kind = next(iter(difflib.get_close_matches(kind, KINDS, n=1)), "text")
        words = ((_LABEL.fullmatch(name), cell.text) for name, cell in cells.items())
        labels = {found[1]: label for found, label in words if found and label}
        return Code(
            code=named.text,
            kind=kind,
            labels=labels,
            unit=text("unit"),
            choices=self._choices(kind, cells.get("choices", named), text("choices")),
            episode=text("episode"),
            compartment=text("compartment") or "care",
            legal_basis=text("legal_basis"),
            purpose=text("purpose"),
            retention=text("retention"),
            standard={name: text(name) for name in STANDARDS if text(name)},
            range=self._range(kind, cells.get("range")),
            usual=self._range(kind, cells.get("usual")),
            past=kind in ("date", "time") and text("range") == PAST,
            place=Place(self.name, named.line, named.column),
        )

    def _range(self, kind: str, cell: Cell | None) -> tuple[str, str] | None:
        """`30..45` -> its two ends. A day has no range but `..today`."""
        if cell is None or not cell.text or (kind in ("date", "time") and cell.text == PAST):
            return None
        found = _RANGE.fullmatch(cell.text)
        if found and kind in ("number", "integer") and float(found[1]) <= float(found[2]):
            return found[1], found[2]
        self._add("value-wrong", cell, quoted(cell.text), f"30..45, for a number, or {PAST}, for a day that lies behind")
        return None

    def _choices(self, kind: str, cell: Cell, text: str) -> tuple[str, ...]:
        choices = tuple(text.split())
        if choices and kind not in ("yesno", "choice", "choices"):
            expected = "choices for the kinds choice and choices alone"
            self._add("dictionary-choices", cell, f"choices for a code of kind {kind}", expected)
        if len(set(choices)) != len(choices):
            self._add("dictionary-choices", cell, "the same choice twice", "each choice once, separated by spaces")
        if kind in ("choice", "choices") and not choices:
            self._add("dictionary-choices", cell, "no choices", "the names of the choices, separated by spaces")
        return choices or (("yes", "no") if kind == "yesno" else ())
