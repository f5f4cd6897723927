"""Tables in Markdown and CSV: puts changed cells back into the text and leaves every other letter where it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from doorstep.content.forms_sheets import Row, Sheet
from doorstep.content.workbook_tables import BadCell, Grid

_QUOTE = re.compile(r'[",\r\n]|^\s|\s$')


def grid_of(sheet: Sheet) -> Grid:
    """The sheet's words, header first, without the empty cells at the end of rows."""
    return [trimmed([cell.text for cell in row.cells]) for row in (sheet.header, *sheet.rows)]


def trimmed(row: Sequence[str]) -> list[str]:
    size = len(row)
    while size and not row[size - 1]:
        size -= 1
    return list(row[:size])


def patch(text: str, sheet: Sheet, new: Grid, suffix: str) -> str:
    """The text of a .md or .csv with this sheet's rows as in `new`. Empty rows of `new` are left out.

    Rows keep their place and their form; a new row stands behind the one before it. BadCell for what cannot be written.
    """
    if not sheet.header.cells:
        if any(map(trimmed, new)):
            raise BadCell(f"sheet '{sheet.name}'", "it has no header in the form; give it one there first")
        return text
    style = _Markdown(text, sheet) if suffix == ".md" else _Csv(text, sheet)
    rows = [sheet.header, *sheet.rows]
    old = [tuple(row) for row in grid_of(sheet)]
    wanted = [tuple(row) for row in map(trimmed, new) if row]
    edits: list[tuple[int, int, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, wanted, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        common = min(b - a, d - c)
        for index in range(common):
            edits += style.change(rows[a + index], wanted[c + index])
        edits += [(*style.span(rows[index]), "") for index in range(a + common, b)]
        if c + common < d:
            _, end = style.span(rows[max(a + common - 1, 0)])
            added = "".join(style.line(row) for row in wanted[c + common : d])
            open_ended = end == len(text) and not text.endswith("\n")
            edits.append((end, end, "\n" + added.rstrip("\n") if open_ended else added))
    for start, end, words in sorted(edits, key=lambda edit: (edit[0], edit[1]), reverse=True):
        text = text[:start] + words + text[end:]
    return text


@dataclass
class _Markdown:
    """Rows of a table in Markdown: `|  | type | name |`."""

    text: str
    sheet: Sheet

    def span(self, row: Row) -> tuple[int, int]:
        """The row's whole line, with its end."""
        at = row.cells[0].start
        end = self.text.find("\n", at)
        return self.text.rfind("\n", 0, at) + 1, len(self.text) if end < 0 else end + 1

    def change(self, row: Row, new: Sequence[str]) -> list[tuple[int, int, str]]:
        edits = []
        for index, cell in enumerate(row.cells):
            words = new[index] if index < len(new) else ""
            if words != cell.text:
                edits.append(self._cell(cell.start, cell.end, self._words(words)))
        if len(new) > len(row.cells):
            start, end = self.span(row)
            line = self.text[start:end].rstrip()
            more = "".join(f" {self._words(words)} |" for words in new[len(row.cells) :])
            edits.append((start + len(line), start + len(line), more))
        return edits

    def _cell(self, start: int, end: int, words: str) -> tuple[int, int, str]:
        """Keeps the next bar in its column where there is room for the new words."""
        stop = end
        while stop < len(self.text) and self.text[stop] == " ":
            stop += 1
        room = stop - start - len(words)
        blanks = 1 if stop - end <= 1 else max(room, 1)
        return start, stop, words + " " * blanks

    def line(self, new: Sequence[str]) -> str:
        start, _ = self.span(self.sheet.header)
        before = self.text[start : self.sheet.header.cells[0].start].rstrip()
        before = before if before.count("|") >= 2 and not before.strip("| \t") else "|  |"
        return before + "".join(f" {self._words(words)} |" for words in new) + "\n"

    def _words(self, words: str) -> str:
        if "\n" in words:
            raise BadCell(f"sheet '{self.sheet.name}'", f"a cell of a .md form has no line breaks: '{words[:40]}'")
        return words.replace("|", "\\|")


@dataclass
class _Csv:
    """Records of a CSV file; those of a form begin with an empty cell, those of a dictionary do not."""

    text: str
    sheet: Sheet

    def span(self, row: Row) -> tuple[int, int]:
        start = self.text.rfind("\n", 0, row.cells[0].start) + 1
        end = self.text.find("\n", row.cells[-1].end)
        return start, len(self.text) if end < 0 else end + 1

    def change(self, row: Row, new: Sequence[str]) -> list[tuple[int, int, str]]:
        edits = []
        for index, cell in enumerate(row.cells):
            words = new[index] if index < len(new) else ""
            if words != cell.text:
                edits.append((cell.start, cell.end, _quoted(words)))
        if len(new) > len(row.cells):
            more = "".join(f",{_quoted(words)}" for words in new[len(row.cells) :])
            edits.append((row.cells[-1].end, row.cells[-1].end, more))
        return edits

    def line(self, new: Sequence[str]) -> str:
        first = self.sheet.header.cells[0]
        lead = "," if self.text[first.start - 1 : first.start] == "," else ""
        missing = [""] * (len(self.sheet.header.cells) - len(new))
        ending = "\r\n" if "\r\n" in self.text else "\n"
        return lead + ",".join(map(_quoted, [*new, *missing])) + ending


def _quoted(words: str) -> str:
    return '"' + words.replace('"', '""') + '"' if _QUOTE.search(words) else words
