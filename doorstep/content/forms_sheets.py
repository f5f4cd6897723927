"""A workbook as it came - .md, .csv, .xlsx, .xls - as sheets of cells that know where they stand.

Nothing is dropped: unknown sheets, unknown columns and empty cells are all there. For .md and .csv every cell also
knows its slice of the file, so that one cell can be changed without touching the rest (workbook_patch.py).
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

LARGEST = 20 * 1024 * 1024
"""Bytes of a file that is still read."""
UNPACKED = 200 * 1024 * 1024
"""Bytes that an .xlsx may unpack to: a small file can hold a very large one."""
SUFFIXES = (".md", ".csv", ".xlsx", ".xlsm", ".xls")

_MD_ROW = re.compile(r"[ \t]*\|(.*)\|[ \t]*")
_MD_RULER = re.compile(r"[\s|:-]*")
_MD_PIPE = re.compile(r"(?<!\\)\|")
_CSV_CELL = re.compile(r'("(?:[^"]|"")*"|(?!")[^,\r\n]*)(,|\r\n|\n|\r|$)')


class Unreadable(Exception):
    """The file is not a workbook. `line`, `column` from 1; `found` and `expected` continue those words."""

    def __init__(self, line: int, column: int, found: str, expected: str) -> None:
        super().__init__(f"found {found}; expected {expected}")
        self.line, self.column, self.found, self.expected = line, column, found, expected


@dataclass(frozen=True)
class Cell:
    """`text` without surrounding blanks. Line and column from 1 (.xlsx: row and column). `start`, `end`: its slice
    of the file, -1 where there is none."""

    text: str
    line: int
    column: int
    start: int = -1
    end: int = -1


@dataclass(frozen=True)
class Row:
    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """The first row with words in it is the header. Rows may be shorter or longer than it."""

    name: str
    header: Row
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(cell.text for cell in self.header.cells)

    def dicts(self) -> tuple[dict[str, str], ...]:
        """Every row with every named column, in the header's order; absent cells are ''."""
        return tuple(
            {name: cell.text if cell else "" for name, cell in self.pairs(row)} for row in self.rows
        )

    def pairs(self, row: Row) -> Iterator[tuple[str, Cell | None]]:
        """Column name and cell, for every named column; None where the row is too short."""
        for index, name in enumerate(self.columns):
            if name:
                yield name, row.cells[index] if index < len(row.cells) else None

    def cell(self, row: Row, column: str) -> Cell | None:
        return next((cell for name, cell in self.pairs(row) if name == column), None)


Sheets = dict[str, Sheet]


def read_file(path: Path) -> Sheets:
    """All sheets of a workbook, by the name as written. Unreadable when it is none; OSError when there is no file."""
    if path.stat().st_size > LARGEST:
        raise Unreadable(1, 1, "a file of more than 20 MB", "a form of a few hundred kilobytes at most")
    return read_bytes(path.read_bytes(), path.suffix.lower())


def read_bytes(content: bytes, suffix: str) -> Sheets:
    """The same from bytes; `suffix` is one of SUFFIXES."""
    if suffix in (".xlsx", ".xlsm"):
        return read_xlsx(content)
    if suffix == ".xls":
        return read_xls(content)
    if suffix not in (".md", ".csv"):
        raise Unreadable(1, 1, f"a file named '{suffix}'", "an XLSForm: .md, .csv or .xlsx")
    text = decode(content)
    return read_md(text) if suffix == ".md" else read_csv(text)


def decode(content: bytes) -> str:
    """UTF-8, with or without a byte order mark (kept out, so that the first column's name is right)."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable(line, 1, "letters that are not UTF-8", "a file saved as UTF-8") from error


def read_md(text: str) -> Sheets:
    """Tables of Markdown as pyxform reads them: the first column names the sheet; lines without `|` are prose."""
    return _assemble(_md_records(text))


def _md_records(text: str) -> Iterator[list[Cell]]:
    offset = 0
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip("\r")
        found = None if line.lstrip().startswith("#") else _MD_ROW.match(line)
        # A row of dashes under a header belongs to Markdown, not to the form.
        if found and not ("-" in found[1] and _MD_RULER.fullmatch(found[1])):
            ends = [pipe.start() for pipe in _MD_PIPE.finditer(line, found.start(1), found.end(1))]
            starts = [found.start(1), *(end + 1 for end in ends)]
            yield [
                _md_cell(line[start:end], start, number, offset)
                for start, end in zip(starts, [*ends, found.end(1)], strict=True)
            ]
        offset += len(raw) + 1


def _md_cell(inner: str, at: int, line: int, offset: int) -> Cell:
    text = inner.strip()
    start = at + (len(inner) - len(inner.lstrip()) if text else min(1, len(inner)))
    return Cell(text.replace(r"\|", "|"), line, start + 1, offset + start, offset + start + len(text))


def read_csv(text: str) -> Sheets:
    """One file, many sheets: a name in the first column begins a sheet, the next row is its header."""
    return _assemble(csv_records(text))


def csv_records(text: str) -> Iterator[list[Cell]]:
    """Records of a CSV file with the place of every cell; quoted cells may hold commas and line breaks."""
    position, line, line_start = 0, 1, 0
    record: list[Cell] = []
    while True:
        found = _CSV_CELL.match(text, position)
        if not found:
            column = position - line_start + 1
            raise Unreadable(line, column, "a quotation mark out of place", 'a cell such as "he said ""no"""')
        raw = found[1]
        plain = raw[1:-1].replace('""', '"') if raw.startswith('"') and len(raw) > 1 else raw
        record.append(Cell(plain.strip(), line, position - line_start + 1, position, position + len(raw)))
        if breaks := raw.count("\n"):
            line += breaks
            line_start = position + raw.rindex("\n") + 1
        position = found.end()
        if found[2] == ",":
            continue
        if len(record) > 1 or record[0].text:
            yield record
        if position >= len(text):
            return
        line, line_start, record = line + 1, position, []


def _assemble(records: Iterable[list[Cell]]) -> Sheets:
    """Records whose first cell names a sheet (or is empty) -> sheets. A sheet's first row with words is its header."""
    rows: dict[str, list[Row]] = {}
    name: str | None = None
    for cells in records:
        if cells[0].text:
            name = cells[0].text
            rows.setdefault(name, [])
        if name is not None and any(cell.text for cell in cells[1:]):
            rows[name].append(Row(cells[0].line, tuple(cells[1:])))
    if not rows:
        raise Unreadable(1, 1, "no table", "a sheet 'survey' with the columns type, name and label")
    return {name: _sheet(name, found) for name, found in rows.items()}


def _sheet(name: str, rows: list[Row]) -> Sheet:
    return Sheet(name, rows[0], tuple(rows[1:])) if rows else Sheet(name, Row(1, ()), ())


def read_xlsx(content: bytes) -> Sheets:
    """Every worksheet of an Excel workbook; a formula gives its last computed value."""
    return {
        title: _grid(title, ([_excel(value) for value in row] for row in rows))
        for title, rows in excel_values(content).items()
    }


def excel_values(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    """The values of every worksheet of an .xlsx, by its title. Unreadable when it is none, or unpacks to too much."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED:
                raise Unreadable(1, 1, "a workbook that unpacks to more than 200 MB", "a form")
        with warnings.catch_warnings():  # openpyxl speaks of every extension that it does not know
            warnings.simplefilter("ignore")
            book = load_workbook(BytesIO(content), read_only=True, data_only=True)
            try:
                return {sheet.title: list(sheet.values) for sheet in book.worksheets}
            finally:
                book.close()
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, TypeError) as error:
        raise Unreadable(1, 1, "a file that Excel would not open", "an .xlsx workbook") from error


def _excel(value: object) -> str:
    from pyxform.xls2json_backends import xlsx_value_to_str

    return "" if value is None else str(xlsx_value_to_str(value))


def read_xls(content: bytes) -> Sheets:
    """The same for Excel's format of before 2007, which many forms of the field still are."""
    import xlrd
    from pyxform.xls2json_backends import xls_value_to_unicode

    try:
        book = xlrd.open_workbook(file_contents=content)
    except (xlrd.XLRDError, AssertionError, IndexError, ValueError) as error:
        raise Unreadable(1, 1, "a file that Excel would not open", "an .xls workbook") from error
    return {
        sheet.name: _grid(
            sheet.name,
            (
                [xls_value_to_unicode(cell.value, cell.ctype, book.datemode) for cell in sheet.row(index)]
                for index in range(sheet.nrows)
            ),
        )
        for sheet in book.sheets()
    }


def _grid(name: str, values: Iterable[list[str]]) -> Sheet:
    """Rows of a worksheet; the first is the header even when it is empty, and empty rows keep their numbers."""
    rows = [
        Row(line, tuple(Cell(text.strip(), line, column) for column, text in enumerate(row, 1)))
        for line, row in enumerate(values, 1)
    ]
    while rows and not any(cell.text for cell in rows[-1].cells):
        rows.pop()
    return _sheet(name, rows)
