"""Answers as a file for a spreadsheet: CSV or XLSX. No cell of it is taken for a formula."""

from __future__ import annotations

import csv
import io

from doorstep.record.uploaded_answers import Answers


def to_csv(answers: Answers) -> bytes:
    """UTF-8 with the mark by which spreadsheets read Khmer, Vietnamese and Bulgarian letters rightly."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow([plain(column) for column in answers.columns])
    for row in answers.rows:
        out.writerow([plain(row.get(column, "")) for column in answers.columns])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def to_xlsx(answers: Answers) -> bytes:
    """One sheet. Numbers are numbers."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = Workbook(write_only=True)
    sheet = book.create_sheet("answers")
    sheet.append(list(answers.columns))
    for row in answers.rows:
        cells = []
        for column in answers.columns:
            text = row.get(column, "")
            try:
                cell = WriteOnlyCell(sheet, value=_number(text))
            except IllegalCharacterError:
                cell = WriteOnlyCell(sheet, value="".join(letter for letter in text if letter.isprintable()))
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text that begins with = is a text
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _number(text: str) -> str | int | float:
    """The number, where the text is one and nothing is lost by it: 007 and +84 stay as they were written."""
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if str(number) == text and len(text) < 16:
            return number
    return text


def plain(text: str) -> str:
    """A spreadsheet takes a text that begins like this for a formula; a negative number it is not."""
    if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not isinstance(_number(text), int | float):
        return f"'{text}"
    return text
