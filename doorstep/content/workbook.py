"""A programme folder as one Excel workbook, and back: what was changed in the workbook becomes a change of the files.

Every file stands in it twice: as sheets that people edit, and line by line in the sheet `files`, so that comments and
layout survive and the workbook can be unpacked where the folder is not. `contents` says which sheet is which file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path

from doorstep.content.forms import form_files
from doorstep.content.forms_sheets import Row, Sheet, Sheets, Unreadable, csv_records, decode, read_bytes
from doorstep.content.workbook_excel import TITLE
from doorstep.content.workbook_excel import write as write_excel
from doorstep.content.workbook_grid import grid_of, trimmed
from doorstep.content.workbook_tables import BadCell, Grid, to_sheets
from doorstep.content.workbook_yaml import NotYaml

YAML = ("programme.yaml", "pathway.yaml", "indicators.yaml", "messages.yaml")
DICTIONARY = "dictionary.csv"
FILE = re.compile(
    r"(?:programme|pathway|indicators|messages)\.yaml|dictionary\.csv"
    r"|cases/[\w-][\w. -]*\.yaml|forms/[\w-][\w. -]*\.(?:md|csv|xlsx)"
)
"""Files that a workbook may hold; nothing that it names is ever written anywhere else."""
CONTENTS = ("sheet", "file", "part", "digest")
FILES = ("file", "line", "text")

GUIDE = (
    "Change cells, add and delete rows, save, and bring the file back with: doorstep programme import FILE",
    "It shows the difference, file by file. Nothing is changed before you add --write.",
    "",
    "programme: names, subjects, roles and episodes, one value in a row.",
    "dictionary: every code with its kind, unit and choices.",
    "steps: what ought to happen and when, one step in a row; an empty cell means the default.",
    "pathway: schedules, signs, named values and ends, one value in a row.",
    "messages, indicators, cases: reminders, shares, and the worked cases that the rules must pass.",
    "Each form has its sheets: survey (the questions), choices, settings, and any other that it came with.",
    "files: every file line by line. Change a file here or in the sheets above, not in both.",
    "contents: which sheet is which file. Leave it as it is.",
    "The column note shows comments; it is not read back.",
)


@dataclass
class Source:
    """The files of a folder that a workbook holds: texts with \\n as line end, and forms in Excel's own format."""

    texts: dict[str, str] = field(default_factory=dict)
    books: dict[str, bytes] = field(default_factory=dict)


def load(folder: Path) -> Source:
    """Reads what is there. BadCell when a file is not UTF-8."""
    source = Source()
    paths = [folder / name for name in (*YAML, DICTIONARY)] + sorted((folder / "cases").glob("*.yaml"))
    for path in (*paths, *form_files(folder)):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or not FILE.fullmatch(name):
            continue
        if path.suffix == ".xlsx":
            source.books[name] = path.read_bytes()
        else:
            source.texts[name] = plain_text(path.read_bytes(), name)
    return source


def plain_text(content: bytes, name: str) -> str:
    """UTF-8 without a mark, lines ending in \\n."""
    try:
        return decode(content).replace("\r\n", "\n")
    except Unreadable as error:
        raise BadCell(f"{name}, line {error.line}", f"found {error.found}; expected {error.expected}") from error


def export(folder: Path) -> bytes:
    """One .xlsx with everything in the folder. BadCell or NotYaml (in words) when a file cannot be shown in it."""
    source = load(folder)
    if not source.texts and not source.books:
        raise BadCell(str(folder.name), "no file of a programme is here; name a folder with a programme.yaml")
    sheets, contents = parts(source)
    files: Grid = [list(FILES)]
    for name, text in source.texts.items():
        contents.append(["files", name, "text", digest([[text]])])
        files += [[name, str(number), line] for number, line in enumerate(text.split("\n"), 1)]
    contents += [["", name, "bytes", hashlib.sha256(book).hexdigest()] for name, book in source.books.items()]
    guide: Grid = [[f"Programme: {folder.name}"], [], *([line] for line in GUIDE)]
    ordered = {
        "README": guide,
        **{name: sheets[name] for name in _order(sheets)},
        "files": files,
        "contents": [list(CONTENTS), ["", folder.name, "programme", ""], *contents],
    }
    return write_excel(ordered, plain=frozenset({"README"}))


def _order(sheets: dict[str, Grid]) -> list[str]:
    first = ("programme", "dictionary", "steps", "pathway", "messages", "indicators", "other", "cases")
    return [*(name for name in first if name in sheets), *(name for name in sheets if name not in first)]


def parts(source: Source) -> tuple[dict[str, Grid], list[list[str]]]:
    """The sheets that people edit, and their rows of `contents`."""
    yaml = {name: text for name, text in source.texts.items() if name.endswith(".yaml")}
    try:
        sheets = to_sheets(yaml)
    except NotYaml as error:
        raise BadCell("a YAML file", str(error)) from error
    contents = [[name, file, "yaml", digest(of_file(grid, file))] for name, grid in sheets.items() for file in _in(grid, name)]
    for file, name, sheet in tables(source):
        title = _title(file, name, sheets)
        sheets[title] = grid_of(sheet)
        contents.append([title, file, f"grid {name}", digest(sheets[title])])
    return sheets, contents


def _in(grid: Grid, sheet: str) -> list[str]:
    """The files that a sheet of YAML speaks of."""
    if sheet in ("steps", "messages", "indicators"):
        return ["pathway.yaml" if sheet == "steps" else f"{sheet}.yaml"]
    return list(dict.fromkeys(row[0] for row in grid[1:]))


def of_file(grid: Grid, file: str) -> Grid:
    """The rows of a sheet that speak of one file; all of them where the sheet has no column for it."""
    if not grid or grid[0][:1] != ["file"]:
        return grid
    return [row[:3] for row in grid[1:] if row and row[0] == file]


def tables(source: Source) -> Iterator[tuple[str, str, Sheet]]:
    """File, name of the sheet, sheet: for the dictionary and every sheet of every form."""
    for name, text in source.texts.items():
        if not name.endswith(".yaml"):
            yield from ((name, title, sheet) for title, sheet in sheets_of(name, text.encode()).items())
    for name, book in source.books.items():
        yield from ((name, title, sheet) for title, sheet in sheets_of(name, book).items())


def sheets_of(file: str, content: bytes) -> Sheets:
    """The sheets of a form, or the dictionary as a sheet of that name."""
    try:
        if file != DICTIONARY:
            return read_bytes(content, Path(file).suffix)
        rows = [Row(cells[0].line, tuple(cells)) for cells in csv_records(decode(content))]
    except Unreadable as error:
        raise BadCell(f"{file}, line {error.line}", f"found {error.found}; expected {error.expected}") from error
    return {"dictionary": Sheet("dictionary", rows[0], tuple(rows[1:]))} if rows else {}


def _title(file: str, sheet: str, taken: dict[str, Grid]) -> str:
    """A name for the sheet that Excel allows and no other sheet has."""
    if file == DICTIONARY:
        return "dictionary"
    stem = re.sub(r"[\[\]:*?/\\']", "_", Path(file).stem)
    sheet = re.sub(r"[\[\]:*?/\\']", "_", sheet)
    folded = {name.lower() for name in taken} | {"readme", "files", "contents", "history"}
    for number in range(1, 1000):
        tail = f" {sheet[:16]}" if number == 1 else f"~{number} {sheet[:13]}"
        title = stem[: TITLE - len(tail)] + tail
        if title.lower() not in folded:
            return title
    raise BadCell(file, "too many forms with the same beginning of their names")


def digest(grid: Grid) -> str:
    """Of the words in a grid, whatever empty cells and rows surround them."""
    rows = [trimmed(row) for row in grid]
    return hashlib.sha256(json.dumps([row for row in rows if row], ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """One file as it stands (`before`, '' for none) and as it would be. For a form in Excel both are its words."""

    file: str
    before: str
    after: str
    content: bytes

    def diff(self) -> str:
        lines = unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), self.file, f"{self.file} (workbook)"
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ no end of line\n" for line in lines)
