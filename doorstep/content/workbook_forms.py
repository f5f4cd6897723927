"""Forms kept in Excel's own format: changed words go into the cells of the file, and what else it holds stays."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell

from doorstep.content.workbook_excel import words
from doorstep.content.workbook_tables import Grid


def render(grids: Mapping[str, Grid]) -> str:
    """The words as tables in Markdown, so that a difference can be read."""
    lines = []
    for name, grid in grids.items():
        lines.append(f"| {name} |")
        lines += [f"|  | {' | '.join(cell.replace(chr(10), ' ') for cell in row)} |" for row in grid if row]
    return "".join(f"{line}\n" for line in lines)


def fill(content: bytes | None, grids: Mapping[str, Grid]) -> bytes:
    """The workbook with those words, formats and untouched cells as they were; a new one when there is none."""
    book = load_workbook(BytesIO(content)) if content else Workbook()
    if content is None:
        book.remove(book.worksheets[0])
    for name, grid in grids.items():
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        height = max(len(grid), sheet.max_row)
        width = max([sheet.max_column, *map(len, grid)])
        for row in range(1, height + 1):
            for column in range(1, width + 1):
                wanted = grid[row - 1][column - 1] if row <= len(grid) and column <= len(grid[row - 1]) else ""
                cell = sheet.cell(row, column)
                if isinstance(cell, Cell) and words(cell.value).strip() != wanted.strip():
                    cell.value = wanted or None
                    if wanted.startswith("="):
                        cell.data_type = "s"
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()
