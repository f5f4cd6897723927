"""A workbook from a stranger -> its sheets, within bounds: never more memory than a form needs, and nothing in it is run.

Formulas give the result that was saved with them; macros, passwords and mountains are named troubles.
"""

from __future__ import annotations

import warnings
import zipfile
from io import BytesIO
from itertools import chain
from typing import Any

from doorstep.content.forms_convert import SHEETS, standard
from doorstep.content.forms_sheets import Cell, Row, Sheet, Sheets, Unreadable, read_bytes
from doorstep.content.uploaded_troubles import Troubles, short

MB = 1024 * 1024
LARGEST, UNPACKED = 10 * MB, 30 * MB
"""Bytes of a workbook, and of what an .xlsx may unpack to."""
ROWS, COLUMNS, EMPTY = 5_000, 400, 2_000
"""Rows and columns of a sheet that are read; and how many empty rows one after another end it."""
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".csv", ".md")
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How Excel's files of before 2007 begin, and locked ones of today."""
MACROS = "_VBA_PROJECT".encode("utf-16-le")
LOCKED = "EncryptedPackage".encode("utf-16-le")
ERRORS = ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!")


def suffix_of(name: str) -> str:
    """`.xlsx` of `Form.XLSX`; '' where there is none."""
    return "." + name.rpartition(".")[2].lower() if "." in name else ""


def read_workbook(name: str, content: bytes, troubles: Troubles) -> Sheets:
    """Its sheets, those of the standard under their names in small letters; {} when it cannot be read, which `troubles` says."""
    if len(content) > LARGEST:
        troubles.add("too-large", size=round(len(content) / MB), most=LARGEST // MB)
        return {}
    suffix = suffix_of(name)
    if suffix not in SUFFIXES:
        troubles.add("not-a-workbook")
        return {}
    try:
        sheets = _read(suffix, content, troubles)
    except Unreadable:
        troubles.add("not-a-workbook")
        return {}
    except Exception:  # a broken file breaks its reader in any way it likes
        troubles.add("not-a-workbook")
        return {}
    if troubles.stop:
        return {}
    known = standard(sheets)
    if "survey" not in known:
        troubles.add("no-survey", sheets=", ".join(sheets) or "-")
        return {}
    return _standard_first(sheets, known)


def _standard_first(sheets: Sheets, known: Sheets) -> Sheets:
    taken = {id(sheet) for sheet in known.values()}
    return {**known, **{name: sheet for name, sheet in sheets.items() if id(sheet) not in taken and name.lower() not in SHEETS}}


def _read(suffix: str, content: bytes, troubles: Troubles) -> Sheets:
    if content.startswith(OLD):
        if LOCKED in content:
            troubles.add("password")
        elif MACROS in content:
            troubles.add("macros")
        elif suffix != ".xls":
            troubles.add("not-a-workbook")
        return {} if troubles.stop else _cut(read_bytes(content, ".xls"), troubles)
    if suffix == ".xls" and not content.startswith(b"PK"):
        troubles.add("not-a-workbook")
        return {}
    if suffix in (".xlsx", ".xlsm", ".xls"):
        return _excel(content, troubles)
    if b"\0" in content:
        troubles.add("not-a-workbook")
        return {}
    return _cut(read_bytes(content, suffix), troubles)


def _cut(sheets: Sheets, troubles: Troubles) -> Sheets:
    for name, sheet in sheets.items():
        if len(sheet.rows) > ROWS:
            troubles.add("too-many-rows", name, ROWS, most=ROWS)
        for row in (sheet.header, *sheet.rows[:ROWS]):
            for cell in row.cells:
                if cell.text in ERRORS:
                    troubles.add("cell-error", name, cell.line, cell.column, value=cell.text)
    return sheets


def _excel(content: bytes, troubles: Troubles) -> Sheets:
    from openpyxl import load_workbook

    with zipfile.ZipFile(BytesIO(content)) as packed:
        parts = packed.infolist()
        if sum(part.file_size for part in parts) > UNPACKED or len(parts) > 2_000:
            troubles.add("unpacks-too-far", most=UNPACKED // MB)
            return {}
        if any(part.filename.lower().endswith(("vbaproject.bin", ".xlm")) for part in parts):
            troubles.add("macros")
            return {}
    with warnings.catch_warnings():  # openpyxl speaks of every extension that it does not know
        warnings.simplefilter("ignore")
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        written = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            lone = len(book.worksheets) == 1  # is the survey, whatever its name
            return {
                sheet.title: _sheet(sheet.title, sheet, written[sheet.title], troubles)
                if lone or sheet.title.strip().lower() in SHEETS
                else Sheet(sheet.title, Row(1, ()), ())  # what XLSForm does not read stays in the workbook, and is not read here
                for sheet in book.worksheets
            }
        finally:
            book.close()
            written.close()


def _sheet(name: str, shown: Any, written: Any, troubles: Troubles) -> Sheet:
    """One worksheet. What it says about its own size is not believed: a format of a million rows is one line long."""
    rows: list[Row] = []
    empty = 0
    for sheet in (shown, written):
        sheet.reset_dimensions()
    for line, (values, formulas) in enumerate(zip(shown.iter_rows(), written.iter_rows(), strict=False), 1):
        texts = [_text(cell.value) for cell in values[:COLUMNS]]
        for column, cell in enumerate(formulas[:COLUMNS], 1):
            if getattr(cell, "data_type", "") == "f":
                shown_as = texts[column - 1] if column <= len(texts) else ""
                if shown_as:
                    troubles.add("formula", name, line, column, value=shown_as)
                else:
                    troubles.add("formula-unknown", name, line, column, formula=short(str(cell.value), 40))
        for column, text in enumerate(texts, 1):
            if text in ERRORS:
                troubles.add("cell-error", name, line, column, value=text)
        if not any(texts):
            empty += 1
            if empty >= EMPTY:
                break
            texts = []
        else:
            empty = 0
        rows.append(Row(line, tuple(Cell(text, line, column) for column, text in enumerate(texts, 1))))
        if len(rows) - empty > ROWS:
            troubles.add("too-many-rows", name, line, most=ROWS)
            break
    while rows and not rows[-1].cells:
        rows.pop()
    return Sheet(name, rows[0] if rows else Row(1, ()), tuple(rows[1:]))


def _text(value: object) -> str:
    from pyxform.xls2json_backends import xlsx_value_to_str

    return "" if value is None else str(xlsx_value_to_str(value)).strip()


def all_rows(sheet: Sheet) -> chain[Row]:
    """The header, then the rows."""
    return chain((sheet.header,), sheet.rows)
