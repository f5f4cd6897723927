"""Looks through the sheets of an uploaded form and tells every mistake at once, where pyxform would stop at the first.

What is found here has words of our own in every language; what only pyxform finds is told in pyxform's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from unicodedata import category, normalize

from doorstep.content.forms import language
from doorstep.content.forms_sheets import Cell, Row, Sheet, Sheets
from doorstep.content.uploaded_troubles import Troubles

MOST_QUESTIONS, DEEPEST = 2_000, 16
BRACKET = re.compile(r"(begin|end)[ _]+(looped group|lgroup|group|repeat|loop)\b.*", re.IGNORECASE)
SELECT = re.compile(
    r"(?P<how>add select one prompt using|add select multiple prompt using|select all that apply from|select all that apply"
    r"|select_one_from_file|select_multiple_from_file|select one from file|select multiple from file|select_one_external"
    r"|select one from|select multiple from|select_one|select_multiple|select1|select one|rank)(?P<rest>\s.*|$)", re.IGNORECASE,
)  # fmt: skip
FROM_FILE = ("from_file", "from file")
KEPT = ("meta", "instanceid", "instancename")
ALIASES = {"command": "type", "tag": "name", "caption": "label", "value": "name"}
EXAMPLES = ("text", "integer", "decimal", "date", "note", "select_one", "select_multiple", "image", "geopoint", "begin_group")
_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_WORDS = re.compile(r"(label|hint|caption)(?:\s*::?\s*(.+))?", re.IGNORECASE)
_OURS = re.compile(r"(doorstep_|last-saved#)")


@dataclass
class Open:
    """A group that is not closed yet."""

    kind: str
    name: str
    cell: Cell
    names: dict[str, Cell] = field(default_factory=dict)


def look(sheets: Sheets, troubles: Troubles) -> None:
    """Adds what is wrong or rarely seen with the sheets survey and choices."""
    survey = sheets["survey"]
    columns = _columns(survey, troubles)
    for needed in ("type", "name"):
        if needed not in columns:
            troubles.add("no-column", "survey", survey.header.line, 1, name=needed)
            return
    lists = _lists(sheets, troubles)
    _Looking(sheets, columns, lists, troubles).all()


def _columns(sheet: Sheet, troubles: Troubles) -> dict[str, int]:
    """Column, in small letters and by its present name -> where it stands."""
    found: dict[str, int] = {}
    for index, cell in enumerate(sheet.header.cells):
        name = folded(cell.text)
        if cell.text and name in found:
            troubles.add("column-twice", sheet.name, cell.line, cell.column, name=cell.text)
        elif name:
            found[name] = index
    return found


def folded(column: str) -> str:
    """A column's name as it is known today."""
    name = column.strip().lower().replace(" ", "_")
    return ALIASES.get(name, name)


def _lists(sheets: Sheets, troubles: Troubles) -> set[str]:
    """Names of the lists of choices."""
    found: set[str] = set()
    for name in ("choices", "external_choices"):
        sheet = sheets.get(name)
        if sheet is None:
            continue
        columns = _columns(sheet, troubles)
        for row in sheet.rows:
            own = text_in(row, columns.get("list_name"))
            found |= {own} if own else set()
            choice = text_in(row, columns.get("name"))
            labelled = any(text_in(row, at) for column, at in columns.items() if column.startswith("label"))
            if own and not choice and labelled:
                troubles.add("choice-nameless", name, row.line, columns.get("name", 0) + 1, list=own)
    return found


def text_in(row: Row, index: int | None) -> str:
    """The text of a row's cell; '' where there is none."""
    return row.cells[index].text if index is not None and index < len(row.cells) else ""


class _Looking:
    def __init__(self, sheets: Sheets, columns: Mapping[str, int], lists: set[str], troubles: Troubles) -> None:
        self.sheets, self.survey, self.columns, self.lists, self.troubles = sheets, sheets["survey"], columns, lists, troubles
        self.open: list[Open] = [Open("", "", Cell("", 1, 1))]
        self.names: set[str] = set()
        self.questions = 0

    def all(self) -> None:
        for row in self.survey.rows:
            self._row(row, text_in(row, self.columns["type"]), text_in(row, self.columns["name"]))
        for group in self.open[1:]:
            told = {"name": group.name or group.kind, "near": f"end_{group.kind}"}
            self.troubles.add("group-open", "survey", group.cell.line, group.cell.column, **told)
        if not self.questions:
            self.troubles.add("no-questions", "survey")
        if self.questions > MOST_QUESTIONS:
            self.troubles.add("too-many-questions", "survey", count=self.questions, most=MOST_QUESTIONS)
        self._references()
        self._languages()

    def _row(self, row: Row, kind: str, name: str) -> None:
        bracket = BRACKET.fullmatch(kind)
        if bracket:
            self._bracket(row, bracket[1].lower(), _container(bracket[2]), name)
            return
        if not kind:
            if name and any(cell.text for cell in row.cells) and self._labelled(row):
                self._add("type-missing", row, "type", name=name)
            return
        self.questions += 1
        self._kind(row, kind)
        self._name(row, name, kind)

    def _bracket(self, row: Row, edge: str, kind: str, name: str) -> None:
        cell = self._cell(row, "type")
        if edge == "begin":
            self._name(row, name, "begin")
            self.open.append(Open(kind, name, cell))
            if len(self.open) - 1 == DEEPEST + 1:
                self._add("too-deep", row, "type", count=DEEPEST + 1, most=DEEPEST)
        elif len(self.open) > 1 and self.open[-1].kind == kind:
            self.open.pop()
        else:
            self._add("group-not-open", row, "type", type=cell.text)

    def _kind(self, row: Row, kind: str) -> None:
        select = SELECT.fullmatch(kind)
        if select is None:
            if not _known(kind):
                near = self.troubles.near(kind, EXAMPLES)
                self._add("type-unknown", row, "type", type=kind, near=near or ", ".join(EXAMPLES[:6]))
            return
        rest = re.sub(r"\s+or[ _](specify[ _])?other\s*$", "", select["rest"]).strip()
        if not rest:
            self._add("list-missing", row, "type")
        elif not any(word in select["how"].lower() for word in FROM_FILE):
            own = rest.split()[0]
            if own not in self.lists and not own.startswith("${"):
                near = self.troubles.near(own, self.lists, 0.5)
                expected = f"{near}?" if near else ", ".join(sorted(self.lists)[:6]) or "choices: list_name, name, label"
                self._add("list-unknown", row, "type", list=own, near=expected)

    def _name(self, row: Row, name: str, kind: str) -> None:
        if not name:
            if kind != "begin" and _nameless(kind):
                return
            if kind != "begin":
                self._add("name-missing", row, "name")
            return
        cell = self._cell(row, "name")
        taken = self.open[-1].names
        if not lettered(name, "_.-") or name[0].isdecimal() or name[0] in ".-":
            self._add("name-letters", row, "name", name=name, near=as_name(name))
        elif name.lower() in KEPT and len(self.open) == 1:
            self._add("name-kept", row, "name", name=name, near=f"{name}_1")
        elif name.lower() in taken and kind != "begin":
            self._add("name-twice", row, "name", name=name, near=f"{name}_{cell.line}")
        taken.setdefault(name.lower(), cell)
        self.names.add(name)
        if kind != "begin" and not self._labelled(row) and _asked(kind):
            self._add("label-missing", row, "name", name=name)

    def _labelled(self, row: Row) -> bool:
        """Whether a person sees anything of it."""
        seen = ("label", "hint", "image", "audio", "video", "media", "big-image", "appearance")
        return any(text_in(row, at) for column, at in self.columns.items() if column.startswith(seen))

    def _references(self) -> None:
        for name in ("survey", "choices", "settings"):
            sheet = self.sheets.get(name)
            for row in sheet.rows if sheet else ():
                for cell in row.cells:
                    for found in _REFERENCE.findall(cell.text):
                        if found not in self.names and not _OURS.match(found):
                            near = self.troubles.near(found, self.names)
                            expected = f"${{{near}}}?" if near else "the name of a question of this form"
                            self.troubles.add(
                                "reference-unknown", name, cell.line, cell.column, reference=f"${{{found}}}", near=expected
                            )

    def _languages(self) -> None:
        """Labels that one language has and another has not."""
        lacking: dict[str, list[tuple[str, int, int, str]]] = {}
        for name in ("survey", "choices"):
            sheet = self.sheets.get(name)
            if sheet is None:
                continue
            columns = labels_of(sheet)
            tongues = set(columns.values())
            if len(tongues) < 2:
                continue
            for row in sheet.rows:
                there = {tongue for index, tongue in columns.items() if text_in(row, index)}
                own = _columns(sheet, Troubles()).get("name")
                for tongue in tongues - there if there else ():
                    lacking.setdefault(tongue, []).append((name, row.line, 0, text_in(row, own)))
        for tongue, places in lacking.items():
            sheet_name, line, column, own_name = places[0]
            self.troubles.add("words-missing", sheet_name, line, column, count=len(places), language=tongue or "-", name=own_name)

    def _cell(self, row: Row, column: str) -> Cell:
        index = self.columns[column]
        return row.cells[index] if index < len(row.cells) else Cell("", row.line, index + 1)

    def _add(self, code: str, row: Row, column: str, **values: object) -> None:
        cell = self._cell(row, column)
        self.troubles.add(code, "survey", cell.line, cell.column, **values)


def labels_of(sheet: Sheet) -> dict[int, str]:
    """Where the labels stand -> in which language, '' where the column names none."""
    found = {}
    for index, cell in enumerate(sheet.header.cells):
        match = _WORDS.fullmatch(cell.text.strip())
        if match and match[1].lower() != "hint":
            found[index] = language(match[2]) if match[2] else ""
    return found


def lettered(text: str, also: str) -> bool:
    """Whether it is made of letters, marks and digits of any script, and of these signs: Khmer writes vowels as marks."""
    return bool(text) and all(letter in also or category(letter)[0] in "LMN" for letter in text)


def as_name(text: str, otherwise: str = "question") -> str:
    """Something like it that may be a name."""
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode()
    found = re.sub(r"\W+", "_", plain).strip("_").lower()
    return found if re.match(r"[a-z]", found) else f"{otherwise}_{found}".strip("_")


def _container(kind: str) -> str:
    return {"lgroup": "repeat", "looped group": "repeat"}.get(kind.lower(), kind.lower())


@cache
def _types() -> frozenset[str]:
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

    return frozenset(name.lower() for name in QUESTION_TYPE_DICT) | {"xml-external", "csv-external", "start-geopoint"}


def _known(kind: str) -> bool:
    """Whether pyxform has this type, with its parameters or without. `include` is its own affair."""
    plain = kind.strip().lower()
    return plain in _types() or plain.split()[0] in _types() or plain.startswith(("include", "osm"))


NAMELESS = ("start", "end", "today", "deviceid", "phonenumber", "username", "email", "simserial", "subscriberid", "audit", "note")
UNSEEN = (*NAMELESS[:-1], "calculate", "hidden", "background-", "start-geopoint", "csv-external", "xml-external", "include")


def _nameless(kind: str) -> bool:
    """pyxform gives these a name itself."""
    return kind.strip().lower().startswith(NAMELESS) or kind.strip().lower().startswith("include")


def _asked(kind: str) -> bool:
    """Whether somebody is asked."""
    plain = kind.strip().lower()
    return not plain.startswith(UNSEEN) and not plain.startswith("q calculate")
