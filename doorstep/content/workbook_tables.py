"""YAML files as sheets: steps, messages and indicators as tables, everything else as rows of path and value; and back.

Order and formatting of rows do not matter: a row is known by its keys, a cell by its column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from doorstep.content.workbook_yaml import Leaf, NotYaml, Path, leaves, show, unshow

Grid = list[list[str]]
"""Rows of a sheet, the header first."""
Cells = dict[tuple[str, Path], str]
"""(file, path) -> words."""


@dataclass
class Edits:
    """Of one file: `gone` are items of lists, numbered as they stand; `changes` come after, numbered without them."""

    gone: dict[Path, None] = field(default_factory=dict)
    changes: dict[Path, str | None] = field(default_factory=dict)
    """Path -> new words; None removes it."""


@dataclass(frozen=True)
class Table:
    """One row for everything at `pattern`; '*' in it is the name that stands in the column of `keys`."""

    sheet: str
    file: str
    pattern: tuple[str, ...]
    keys: tuple[str, ...]


TABLES = (
    Table("steps", "pathway.yaml", ("pathways", "*", "steps", "*"), ("pathway", "step")),
    Table("indicators", "indicators.yaml", ("indicators", "*"), ("indicator",)),
    Table("messages", "messages.yaml", ("messages", "*"), ("message",)),
)
VARIANT = "variant"
"""Key column: the number of a variant (valid_from ...) where a step has several; else empty."""
REST = ("file", "path", "value", "note")
REST_SHEETS = {"programme.yaml": "programme", "pathway.yaml": "pathway"}
SHEETS = (*(table.sheet for table in TABLES), *REST_SHEETS.values(), "other", "cases")
"""Every sheet that YAML is shown in."""


class BadCell(Exception):
    """A cell that cannot be read back: `where` (sheet and row), and in words what to do."""

    def __init__(self, where: str, words: str) -> None:
        super().__init__(f"{where}: {words}")


def rest_sheet(file: str) -> str:
    """The sheet that holds what no table holds of this file."""
    return "cases" if file.startswith("cases/") else REST_SHEETS.get(file, "other")


def to_sheets(files: Mapping[str, str]) -> dict[str, Grid]:
    """YAML texts by file name -> sheets by name. NotYaml when one is none."""
    sheets: dict[str, Grid] = {}
    for file, text in files.items():
        found = leaves(text, partial(_variant, file))
        for table in TABLES:
            if table.file == file:
                sheets[table.sheet] = _table(table, found)
        rest = sheets.setdefault(rest_sheet(file), [list(REST)])
        rest += [[file, show(leaf.path), leaf.text, leaf.note] for leaf in found if not _tabled(file, leaf.path)]
    return {name: grid for name, grid in sheets.items() if len(grid) > 1 or name in ("steps", "messages")}


def _variant(file: str, path: Path) -> bool:
    """Whether that is one of several variants of a row of a table."""
    return any(table.file == file and _match(table, (*path, "")) is not None for table in TABLES)


def _tabled(file: str, path: Path) -> bool:
    return any(table.file == file and _match(table, path) is not None for table in TABLES)


def _match(table: Table, path: Path) -> tuple[tuple[str, ...], Path] | None:
    """Key cells and the path within the row; None when the leaf belongs to no row of this table."""
    size = len(table.pattern)
    if len(path) <= size or any(want not in ("*", got) for want, got in zip(table.pattern, path, strict=False)):
        return None
    names = tuple(str(got) for want, got in zip(table.pattern, path, strict=False) if want == "*")
    within = path[size:]
    if isinstance(within[0], int):
        return ((*names, str(within[0] + 1)), within[1:]) if len(within) > 1 else None
    return (*names, ""), within


def _table(table: Table, found: Iterable[Leaf]) -> Grid:
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    columns: dict[str, None] = {}
    for leaf in found:
        placed = _match(table, leaf.path)
        if placed:
            column = show(placed[1])
            columns.setdefault(column)
            rows.setdefault(placed[0], {})[column] = leaf.text
    header = [*table.keys, VARIANT, *columns]
    return [header, *([*key, *(cells.get(column, "") for column in columns)] for key, cells in rows.items())]


def edits(files: Mapping[str, str], sheets: Mapping[str, Grid]) -> dict[str, Edits]:
    """What the sheets say otherwise than the texts. A sheet that is not there says nothing. BadCell for what is none."""
    found: dict[str, Edits] = {}
    for old, new in _sides(files, sheets):
        gone = _gone(old, new)
        for file, path in gone:
            found.setdefault(file, Edits()).gone[path] = None
        left = _compact({place: value for place, value in old.items() if not _inside(place, gone)})
        wanted = _compact(new)
        for file, path in {**wanted, **left}:
            value = wanted.get((file, path), "")
            if left.get((file, path), "") != value:
                found.setdefault(file, Edits()).changes[path] = value or None
    return found


def differing(files: Mapping[str, str], sheets: Mapping[str, Grid]) -> set[str]:
    """Files whose text does not say what the sheets say, however lists are numbered there."""
    wrong = set()
    for old, new in _sides(files, sheets):
        wanted, told = _compact(new), _compact(old)
        wrong |= {file for file, path in {**wanted, **told} if wanted.get((file, path), "") != told.get((file, path), "")}
    return wrong


def _sides(files: Mapping[str, str], sheets: Mapping[str, Grid]) -> Iterator[tuple[Cells, Cells]]:
    before = to_sheets(files)
    for name in SHEETS:
        if name in sheets:
            yield _cells(name, before.get(name, [])), _cells(name, sheets[name])


def _gone(old: Cells, new: Cells) -> dict[tuple[str, Path], None]:
    """Items of lists of which no cell is left."""
    kept = {(file, path[: at + 1]) for file, path in new for at, step in enumerate(path) if isinstance(step, int)}
    gone: dict[tuple[str, Path], None] = {}
    for file, path in old:
        for at, step in enumerate(path):
            if isinstance(step, int) and (file, path[: at + 1]) not in kept:
                gone[(file, path[: at + 1])] = None
                break
    return gone


def _inside(place: tuple[str, Path], gone: Mapping[tuple[str, Path], None]) -> bool:
    file, path = place
    return any((file, path[: at + 1]) in gone for at in range(len(path)))


def _compact(cells: Cells) -> Cells:
    """The same with the items of every list numbered without gaps."""
    numbers: dict[tuple[str, Path], set[int]] = {}
    for file, path in cells:
        for at, step in enumerate(path):
            if isinstance(step, int):
                numbers.setdefault((file, path[:at]), set()).add(step)
    ranks = {place: {number: rank for rank, number in enumerate(sorted(found))} for place, found in numbers.items()}
    return {
        (file, tuple(ranks[(file, path[:at])][step] if isinstance(step, int) else step for at, step in enumerate(path))): value
        for (file, path), value in cells.items()
    }


def _cells(name: str, grid: Grid) -> Cells:
    if not grid:
        return {}
    table = next((table for table in TABLES if table.sheet == name), None)
    return _table_cells(table, grid) if table else _rest_cells(name, grid)


def _rest_cells(name: str, grid: Grid) -> Cells:
    header = grid[0]
    missing = [column for column in REST[:3] if column not in header]
    if missing:
        raise BadCell(f"sheet '{name}'", f"its columns {', '.join(REST[:3])} are needed; {missing[0]} is not there")
    cells: Cells = {}
    for number, row in enumerate(grid[1:], 2):
        file, path, value = (_at(row, header.index(column)) for column in REST[:3])
        if not file and not path:
            continue
        place = (file, _path(path, f"sheet '{name}', row {number}"))
        if place in cells:
            raise BadCell(f"sheet '{name}', row {number}", f"'{path}' stands a second time; keep one of the two")
        cells[place] = value
    return cells


def _table_cells(table: Table, grid: Grid) -> Cells:
    header = grid[0]
    keys = [*table.keys, VARIANT]
    if any(key not in header for key in table.keys):
        raise BadCell(f"sheet '{table.sheet}'", f"its columns {', '.join(table.keys)} are needed")
    cells: Cells = {}
    seen: set[Path] = set()
    for number, row in enumerate(grid[1:], 2):
        where = f"sheet '{table.sheet}', row {number}"
        if not any(row):
            continue
        base = _base(table, [_at(row, header.index(key)) if key in header else "" for key in keys], where)
        if base in seen:
            raise BadCell(where, f"'{show(base)}' stands a second time; keep one of the two")
        seen.add(base)
        for index, column in enumerate(header):
            if column and column not in keys:
                cells[(table.file, (*base, *_path(column, where)))] = _at(row, index)
    return cells


def _base(table: Table, names: list[str], where: str) -> Path:
    *keys, variant = names
    if not all(keys):
        raise BadCell(where, f"the columns {', '.join(table.keys)} name the row; one of them is empty")
    given = iter(keys)
    base: Path = tuple(next(given) if want == "*" else want for want in table.pattern)
    if variant and not variant.isdigit():
        raise BadCell(where, f"variant '{variant}' should be a number from 1, or empty")
    return (*base, int(variant) - 1) if variant else base


def _path(text: str, where: str) -> Path:
    try:
        return unshow(text)
    except NotYaml as error:
        raise BadCell(where, str(error)) from error


def _at(row: list[str], index: int) -> str:
    return row[index] if index < len(row) else ""
