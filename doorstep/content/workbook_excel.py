"""Plain grids of words <-> an Excel workbook that is pleasant to read: headers, widths, wrapped lines, text cells."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Mapping
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.worksheet import Worksheet

from doorstep.content.forms_sheets import excel_values
from doorstep.content.workbook_tables import VARIANT, BadCell, Grid

LONGEST = 32_767
"""Letters that a cell of Excel holds."""
TITLE = 31
"""Letters that the name of a sheet may have."""

_WORDS = "words"
"""Style of every cell: text, from the top, over several lines."""
_HEAD = PatternFill("solid", start_color="DCE9F2")
_WIDEST, _NARROWEST = 60, 8


def write(sheets: Mapping[str, Grid], plain: frozenset[str] = frozenset()) -> bytes:
    """Sheets in their order -> .xlsx. Every cell is text, so that Excel turns no date and no number into another.

    `plain`: sheets whose first row is no header. BadCell for words that no cell can hold.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    book.add_named_style(
        NamedStyle(_WORDS, alignment=Alignment(vertical="top", wrap_text=True), number_format="@")
    )
    for title, grid in sheets.items():
        sheet = book.create_sheet(title)
        for number, row in enumerate(grid, 1):
            for column, words in enumerate(row, 1):
                if words:
                    _put(sheet, title, number, column, words)
        _dress(sheet, grid, title not in plain)
    # Formatting counts as used space in some programs; the time of writing would make two equal exports differ.
    book.properties.created = book.properties.modified = datetime.datetime(2000, 1, 1)  # noqa: DTZ001
    saved = BytesIO()
    book.save(saved)
    return _without_times(saved.getvalue())


def _put(sheet: Worksheet, title: str, row: int, column: int, words: str) -> None:
    if len(words) > LONGEST:
        raise BadCell(f"sheet '{title}', row {row}", f"more than {LONGEST} letters in one cell; Excel cannot hold them")
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    try:
        cell.value = words
    except IllegalCharacterError as error:
        raise BadCell(f"sheet '{title}', row {row}", "a control character that Excel cannot hold") from error
    cell.data_type = "s"  # words that begin with = are words, not a formula
    cell.style = _WORDS


def _dress(sheet: Worksheet, grid: Grid, header: bool) -> None:
    if header:
        keys = grid[0].index(VARIANT) + 1 if VARIANT in grid[0] else 0
        sheet.freeze_panes = f"{get_column_letter(keys + 1)}2"  # what a row is about stays in sight
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            cell.fill = _HEAD
    for column in range(1, max(map(len, grid), default=0) + 1):
        lengths = [len(line) for row in grid if len(row) >= column for line in row[column - 1].split("\n")]
        width = min(max([_NARROWEST, *lengths]), _WIDEST) + 2
        sheet.column_dimensions[get_column_letter(column)].width = width


def read(content: bytes) -> dict[str, Grid]:
    """The words of every sheet. Unreadable when the file is no workbook."""
    return {title: [[words(value) for value in row] for row in rows] for title, rows in excel_values(content).items()}


def words(value: object) -> str:
    """What a person meant who typed it: 2026-03-30 for a date, 7 for 7.0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(timespec="minutes")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")


def _without_times(content: bytes) -> bytes:
    """The same workbook with the clock left out of its parts: the same content gives the same bytes."""
    told = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as parts, zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as plain:
        for part in parts.infolist():
            body = parts.read(part)
            if part.filename == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", body)
            plain.writestr(zipfile.ZipInfo(part.filename), body, zipfile.ZIP_DEFLATED)
    return told.getvalue()
