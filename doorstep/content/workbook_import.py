"""Takes a workbook back: which files it would change, and how, against the folder as it stands now.

Careful by design: a file that was changed in the folder since the export, or in two places of the workbook, is refused
and left alone; what cannot be written back word for word is refused too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from doorstep.content.forms_sheets import Unreadable
from doorstep.content.whole import SHARED, write_whole
from doorstep.content.workbook import DICTIONARY, FILE, Change, Source, digest, load, of_file, sheets_of
from doorstep.content.workbook_excel import read
from doorstep.content.workbook_forms import fill, render
from doorstep.content.workbook_grid import grid_of, patch, trimmed
from doorstep.content.workbook_tables import SHEETS, TABLES, BadCell, Grid, differing, edits
from doorstep.content.workbook_yaml import NotYaml, apply


@dataclass
class Comparison:
    """`changes`: what import would write. `refused`: what it will not, and what to do. `notes`: what was left out."""

    programme: str = ""
    changes: list[Change] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def diff(self) -> str:
        return "".join(change.diff() for change in self.changes)


@dataclass(frozen=True)
class Part:
    """A row of `contents`."""

    sheet: str
    file: str
    part: str
    digest: str


def programme_of(workbook: bytes) -> str:
    """The name of the folder that the workbook was exported from. BadCell when it is no such workbook."""
    return next((part.file for part in _contents(_read(workbook)) if part.part == "programme"), "")


def compare(workbook: bytes, folder: Path) -> Comparison:
    """What the workbook says otherwise than the folder. BadCell when the workbook is none, or a cell cannot be read."""
    return _Import(_read(workbook), load(folder)).compare()


def write(comparison: Comparison, folder: Path) -> list[Path]:
    """Writes the changes, each file as a whole or not at all, and returns their paths."""
    written = []
    for change in comparison.changes:
        path = folder / change.file
        path.parent.mkdir(parents=True, exist_ok=True)
        content = change.content if path.suffix == ".xlsx" else _as_before(change.content, path)
        write_whole(path, content, SHARED)
        written.append(path)
    return written


def _as_before(content: bytes, path: Path) -> bytes:
    """With the line ends and the mark that the file has now."""
    old = path.read_bytes() if path.exists() else b""
    if b"\r\n" in old:
        content = content.replace(b"\n", b"\r\n")
    return b"\xef\xbb\xbf" + content if old.startswith(b"\xef\xbb\xbf") else content


def _read(workbook: bytes) -> dict[str, Grid]:
    try:
        return read(workbook)
    except Unreadable as error:
        raise BadCell("the file", f"found {error.found}; expected a workbook from `doorstep programme export`") from error


def _contents(book: dict[str, Grid]) -> list[Part]:
    if "contents" not in book:
        raise BadCell("the file", "it has no sheet 'contents'; export the programme anew and carry the changes over")
    rows = [[*row, "", "", "", ""][:4] for row in book["contents"][1:] if any(row)]
    parts = [Part(*row) for row in rows]
    for part in parts:
        if part.part != "programme" and not FILE.fullmatch(part.file):
            raise BadCell("sheet 'contents'", f"'{part.file[:60]}' is no file of a programme")
    return parts


def _of(text: str) -> str:
    return digest([[text]])


class _Import:
    def __init__(self, book: dict[str, Grid], here: Source) -> None:
        self.book, self.here = book, here
        self.parts = _contents(book)
        self.result = Comparison(next((part.file for part in self.parts if part.part == "programme"), ""))
        self.base = {**here.texts, **self._texts()}
        self.refused_files: set[str] = set()
        self.by_text = {part.file for part in self.parts if part.part == "text" and self._text_edited(part)}
        self.by_sheet = {part.file for part in self.parts if part.sheet not in ("", "files") and self._sheet_edited(part)}

    def compare(self) -> Comparison:
        for file in sorted(self.by_text & self.by_sheet):
            self._refuse(file, "it was changed in the sheet 'files' and in its own sheets; keep one of the two")
        new = {**self.base, **self._yaml(), **self._grids()}
        for file in sorted(new):
            if file not in self.refused_files:
                self._against_folder(file, new[file])
        self._books()
        self._unknown_sheets()
        return self.result

    def _texts(self) -> dict[str, str]:
        """The texts in the sheet `files`, in the order of its rows."""
        lines: dict[str, list[str]] = {}
        for row in self.book.get("files", [])[1:]:
            if row and row[0]:
                if not FILE.fullmatch(row[0]):
                    raise BadCell("sheet 'files'", f"'{row[0][:60]}' is no file of a programme")
                lines.setdefault(row[0], []).append(row[2] if len(row) > 2 else "")
        return {file: "\n".join(found) for file, found in lines.items()}

    def _text_edited(self, part: Part) -> bool:
        return "files" in self.book and _of(self.base.get(part.file, "")) != part.digest

    def _sheet_edited(self, part: Part) -> bool:
        if part.sheet not in self.book:
            return False
        grid = self.book[part.sheet]
        return digest(of_file(grid, part.file) if part.part == "yaml" else grid) != part.digest

    def _refuse(self, file: str, words: str) -> None:
        self.refused_files.add(file)
        self.result.refused.append(f"{file}: {words}")

    def _yaml(self) -> dict[str, str]:
        """YAML texts with the edits of their sheets; those edited as text are taken as they are."""
        base = {file: text for file, text in self.base.items() if file.endswith(".yaml") and file not in self.by_text}
        sheets = {name: grid for name, grid in self.book.items() if name in SHEETS}
        for table in TABLES:
            if table.file in self.by_text:
                sheets.pop(table.sheet, None)
        for name in [name for name in sheets if sheets[name][:1] and sheets[name][0][:1] == ["file"]]:
            grid = sheets[name]
            sheets[name] = [grid[0], *(row for row in grid[1:] if row and row[0] not in self.by_text)]
        new = {}
        for file, changes in edits(base, sheets).items():
            if not FILE.fullmatch(file):
                raise BadCell("a sheet", f"'{file[:60]}' is no file of a programme")
            try:
                shorter = apply(base.get(file, ""), dict(changes.gone))
                new[file] = apply(shorter, changes.changes)
                wrong = file in differing({**base, file: new[file]}, sheets)
            except NotYaml as error:
                self._refuse(file, f"{error}; nothing of it was changed")
                continue
            if wrong:
                self._refuse(file, "this change cannot be written back word for word; make it in the sheet 'files'")
        return new

    def _grids(self) -> dict[str, str]:
        """The dictionary and the forms in .md and .csv, with the edits of their sheets."""
        new: dict[str, str] = {}
        for part in self.parts:
            edited = part.part.startswith("grid ") and part.file in self.by_sheet and part.sheet in self.book
            if not edited or part.file in self.refused_files or part.file.endswith(".xlsx"):
                continue
            text = new.get(part.file, self.base.get(part.file, ""))
            try:
                new[part.file] = self._patched(text, part)
            except BadCell as error:
                self._refuse(part.file, f"{error}; nothing of it was changed")
        return new

    def _patched(self, text: str, part: Part) -> str:
        name = part.part.removeprefix("grid ")
        wanted = [[cell.strip() for cell in row] for row in self.book[part.sheet]]
        sheet = sheets_of(part.file, text.encode()).get(name)
        if sheet is None:
            raise BadCell(f"sheet '{part.sheet}'", "the file has no such sheet any more")
        patched = patch(text, sheet, wanted, Path(part.file).suffix)
        found = sheets_of(part.file, patched.encode()).get(name)
        if found is None or digest(grid_of(found)) != digest(wanted):
            raise BadCell(f"sheet '{part.sheet}'", "this change cannot be written back; make it in the sheet 'files'")
        return patched

    def _against_folder(self, file: str, new: str) -> None:
        base, now = self.base.get(file, ""), self.here.texts.get(file)
        if new == now:
            return
        exported = next((part.digest for part in self.parts if part.file == file and part.part == "text"), _of(base))
        if now is None or _of(now) == exported:
            self.result.changes.append(Change(file, now or "", new, new.encode()))
        elif new == base and file not in self.by_text:
            self.result.notes.append(f"{file}: changed in the folder since the export; left as it is there")
        else:
            self._refuse(file, "changed in the folder and in the workbook; export anew and carry your changes over")

    def _books(self) -> None:
        """Forms in Excel's own format: the words of each sheet, cell by cell, into the file that is there."""
        for part in self.parts:
            if part.part != "bytes":
                continue
            own = [p for p in self.parts if p.file == part.file and p.sheet in self.book]
            grids = {p.part.removeprefix("grid "): self.book[p.sheet] for p in own}
            now = self.here.books.get(part.file)
            if now is not None and part.file not in self.by_sheet:
                continue
            if now is not None and hashlib.sha256(now).hexdigest() != part.digest:
                self._refuse(part.file, "changed in the folder and in the workbook; export anew and carry your changes over")
                continue
            before = {name: grid_of(sheet) for name, sheet in sheets_of(part.file, now).items()} if now else {}
            after = {name: list(map(trimmed, grid)) for name, grid in {**before, **grids}.items()}
            change = Change(part.file, render(before), render(after), fill(now, after))
            if change.before != change.after:
                self.result.changes.append(change)

    def _unknown_sheets(self) -> None:
        known = {part.sheet for part in self.parts} | set(SHEETS) | {"README", "files", "contents", DICTIONARY}
        for name in self.book:
            if name not in known:
                self.result.notes.append(f"sheet '{name}': belongs to no file of the programme; left out")
