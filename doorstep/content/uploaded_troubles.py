"""What can be wrong or unusual in a workbook that somebody uploads, in words for whoever uploads it: a closed vocabulary.

The words are templates: pages translate them (doorstep/web/forms_words.py holds the same ones), commands print them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from doorstep.content.problems import Problem


@dataclass(frozen=True)
class Kind:
    """found, expected: phrases with %(name)s in them. stops: nothing can be released with it."""

    found: str
    expected: str
    stops: bool = True


def _unusual(found: str, expected: str) -> Kind:
    return Kind(found, expected, stops=False)


KINDS: dict[str, Kind] = {
    # the file
    "too-large": Kind(
        "a file of %(size)s MB", "a workbook of at most %(most)s MB; pictures and sounds are added beside it, not in it"
    ),
    "not-a-workbook": Kind("a file that is no workbook", "an Excel workbook (.xlsx), or the same saved as .csv or .md"),
    "unpacks-too-far": Kind(
        "a workbook that unpacks to more than %(most)s MB", "a form: copy its sheets into a new workbook and save that"
    ),
    "password": Kind(
        "a workbook that is locked with a password",
        "the same without: in Excel, File, Info, Protect Workbook, and remove the password",
    ),
    "macros": Kind("a workbook with macros, which are programs", "the same without: in Excel, Save As, Excel Workbook (.xlsx)"),
    "too-many-rows": Kind("more than %(most)s rows", "a form that people fill in; long lists go into a .csv file beside it"),
    "formula-unknown": Kind("a formula without a result: %(formula)s", "its result: copy the cell, then paste it as a value"),
    "formula": _unusual(
        "a formula; its last result is used: %(value)s",
        "nothing, if that is right; the formula itself is not worked out on phones",
    ),
    "cell-error": Kind("an error of the spreadsheet: %(value)s", "what the cell should say"),
    # the sheets
    "no-survey": Kind(
        "no sheet named survey; the sheets here are: %(sheets)s", "a sheet named survey, with the columns type, name and label"
    ),
    "no-column": Kind("no column named %(name)s", "the columns type, name and label in the first row"),
    "column-twice": Kind("the column %(name)s a second time", "each column once"),
    "no-questions": Kind("no question", "at least one row with a type, a name and a label"),
    "too-many-questions": Kind("%(count)s questions", "at most %(most)s in one form: make two forms of it"),
    "too-deep": Kind("groups inside groups, %(count)s deep", "at most %(most)s"),
    # rows of the survey
    "type-missing": Kind(
        "a question without a type: %(name)s", "what kind of answer it takes, such as text, integer or select_one LIST"
    ),
    "type-unknown": Kind("the type %(type)s, which XLSForm does not have", "a type such as %(near)s"),
    "name-missing": Kind("a question without a name", "a short name for it, such as weight, which its answers are kept under"),
    "name-letters": Kind("the name %(name)s", "letters, digits and _ only, beginning with a letter, such as %(near)s"),
    "name-twice": Kind("the name %(name)s a second time in the same group", "another name, such as %(near)s"),
    "name-kept": Kind("the name %(name)s, which every filled form needs for itself", "another name, such as %(near)s"),
    "list-missing": Kind("a choice question that names no list", "the list beside the type, such as select_one yes_no"),
    "list-unknown": Kind("the list %(list)s, which the sheet choices does not have", "%(near)s"),
    "choice-nameless": Kind("a choice of the list %(list)s without a name", "a short name, such as yes"),
    "group-open": Kind("the group %(name)s is not closed", "a row with the type %(near)s where it ends"),
    "group-not-open": Kind("%(type)s, where no such group is open", "a begin row before it, or no such row"),
    "reference-unknown": Kind("%(reference)s, and no question has that name", "%(near)s"),
    "refused": Kind("something that XLSForm does not allow: %(said)s", "the row as the XLSForm standard wants it (xlsform.org)"),
    # who it is
    "id-letters": Kind("the form_id %(id)s", "letters, digits, spaces and - _ . only, at most 64, such as %(near)s"),
    "id-taken": Kind(
        "the form_id %(id)s, which a form of the programme %(programme)s has", "a form_id of its own, such as %(near)s"
    ),
    "id-given": _unusual(
        "no form_id",
        "nothing: it is called %(id)s, after the file; write form_id on the sheet settings if it should have another",
    ),
    "version-given": _unusual("no version", "nothing: this is version %(version)s"),
    "version-used": _unusual(
        "version %(version)s, under which other questions were released before",
        "nothing: this one is called %(given)s, so that answers are not mixed",
    ),
    # words and files
    "words-missing": _unusual(
        "%(count)s labels without words in %(language)s, the first: %(name)s",
        "words in every language; until then another language is shown",
    ),
    "label-missing": _unusual(
        "the question %(name)s without a label", "what to ask, in the column label; until then its name is shown"
    ),
    "media-missing": _unusual(
        "%(file)s, which the form shows or plays, was not added", "the file; until then the question has no picture or sound"
    ),
    "data-missing": Kind(
        "%(file)s, from which the form takes its choices or values, was not added", "the file, added beside the workbook"
    ),
    "media-unused": _unusual("%(file)s, which the form does not ask for", "nothing, or the right name: it was left out"),
    "media-kind": Kind(
        "%(file)s, whose content is not what its name says",
        "a picture (.png, .jpg, .gif, .webp), a sound (.mp3, .m4a, .ogg, .wav), a film (.mp4, .webm), a list (.csv, .xml)",
    ),
    "media-large": Kind(
        "%(file)s with %(size)s MB", "at most %(most)s MB a file and %(all)s MB in all: make the picture smaller"
    ),
    "media-name": Kind("a file named %(file)s", "a name of letters, digits and - _ . only"),
    # what is rarely seen
    "phone-cannot": _unusual(
        "%(what)s, which Doorstep's own app does not show yet", "another kind of question, or ODK Collect, which has it"
    ),
    "asks-phone": _unusual(
        "%(what)s, which the phone tells without being asked", "that you need it: it may tell who somebody is"
    ),
    "entities": _unusual(
        "the sheet entities", "nothing: what it would make is kept in the answers; nobody is registered by this form"
    ),
    "fact-unlike": _unusual(
        "%(name)s is called as something in the dictionary, but is asked in another way",
        "nothing: the answer is kept, and is no fact of the record",
    ),
    "person-unnamed": _unusual(
        "a form of a person that does not ask of whom",
        "nothing on Doorstep's own app, which knows; ODK Collect needs a question named subject, and is not offered this form",
    ),
}
"""Every kind of trouble there is."""


@dataclass(frozen=True, order=True)
class Trouble:
    """One of them. sheet: '' for the file as a whole. row, column from 1, as the spreadsheet counts; 0 where there is none."""

    sheet: str
    row: int
    column: int
    code: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> Kind:
        return KINDS[self.code]

    @property
    def stops(self) -> bool:
        return self.kind.stops

    @property
    def found(self) -> str:
        return self.kind.found % dict(self.values)

    @property
    def expected(self) -> str:
        return self.kind.expected % dict(self.values)

    @property
    def cell(self) -> str:
        """Where, as a spreadsheet names it: `C7`; the row alone where no column is known."""
        return f"{letters(self.column)}{self.row}" if self.row else ""

    def __str__(self) -> str:
        where = " ".join(part for part in (self.sheet, self.cell) if part)
        return f"{where + ': ' if where else ''}found {self.found}; {'expected' if self.stops else 'to do:'} {self.expected}"

    def problem(self, file: str) -> Problem:
        """As the rest of the content floor tells mistakes."""
        return Problem("form-refused", file, self.row or 1, self.column or 1, self.found, self.expected)


def letters(column: int) -> str:
    """1 -> A, 27 -> AA; '' for 0."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


MOST = 300
"""Troubles that are told of one workbook: nobody reads more, and a hostile one has thousands."""


@dataclass
class Troubles:
    """What was found so far; the same thing is told once."""

    items: list[Trouble] = field(default_factory=list)

    def add(self, code: str, sheet: str = "", row: int = 0, column: int = 0, **values: object) -> None:
        if len(self.items) < MOST:
            told = tuple((name, short(str(value))) for name, value in sorted(values.items()))
            self.items.append(Trouble(sheet, row, column, code, told))
        elif KINDS[code].stops and not self.stop:  # what stops it must not go under in what is only worth knowing
            self.items[-1] = Trouble(sheet, row, column, code, tuple((name, short(str(value))) for name, value in values.items()))

    def near(self, word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
        """The known word that was probably meant; '' when none is near. Looking takes long: after many troubles nobody does."""
        if len(self.items) > MOST // 4:
            return ""
        return next(iter(difflib.get_close_matches(word, sorted(known), n=1, cutoff=cutoff)), "")

    @property
    def stop(self) -> bool:
        return any(one.stops for one in self.items)

    def sorted(self) -> tuple[Trouble, ...]:
        """What stops first, then by place."""
        return tuple(sorted(set(self.items), key=lambda one: (not one.stops, one)))


def short(text: str, most: int = 120) -> str:
    """On one line, not longer than `most`."""
    flat = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
