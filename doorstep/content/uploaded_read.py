"""Reads an uploaded form: from what came over the wire to a folder (`understand`), and from the folder to a programme (`read`).

One reader for both, so that what an officer was shown is what runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from doorstep.content.forms import build_form
from doorstep.content.forms_check import FEEDS
from doorstep.content.forms_convert import Refused, to_xform
from doorstep.content.forms_sheets import Cell, Row, Sheet, Sheets
from doorstep.content.model import Code, Form, Place, Programme, Question
from doorstep.content.problems import Problem
from doorstep.content.uploaded import (
    ANSWERS,
    FILE,
    PERSON,
    READERS,
    Uploaded,
    digest_of,
    from_tree,
    head_yaml,
    programme_id,
    to_yaml,
)
from doorstep.content.uploaded_look import folded, look
from doorstep.content.uploaded_media import medium, sort_out
from doorstep.content.uploaded_naming import Known, name_it
from doorstep.content.uploaded_sheets import read_workbook, suffix_of
from doorstep.content.uploaded_troubles import Trouble, Troubles, short
from doorstep.content.uploaded_unusual import of_whom, unusual

FORMS, MEDIA = "forms", "media"


@dataclass(frozen=True)
class Wishes:
    """What the officer says of the form. facts: codes that its answers are to feed."""

    subject: str = "place"
    roles: tuple[str, ...] = ("attendant",)
    places: tuple[str, ...] = ("*",)
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understood:
    """What Doorstep made of it. form, told: None when something stops it. suggested: codes that questions are called after, of
    the right kind; written: those that the workbook itself names in doorstep_code."""

    troubles: tuple[Trouble, ...]
    form: Form | None = None
    told: Uploaded | None = None
    suggested: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Path in the folder -> content."""
    own: str = ""
    """The form's id, as soon as it is known: also where something stops it."""

    @property
    def stops(self) -> bool:
        return any(trouble.stops for trouble in self.troubles)

    @property
    def name(self) -> str:
        """Of its folder."""
        return programme_id(self.told.form) if self.told else ""


def understand(
    name: str, workbook: bytes, media: Mapping[str, bytes], wishes: Wishes, known: Known
) -> Understood:
    """The form in a workbook. name: of its file."""
    troubles = Troubles()
    sheets = read_workbook(name, workbook, troubles)
    if sheets:
        look(sheets, troubles)
    if not sheets or troubles.stop:
        return Understood(troubles.sorted())
    digest = digest_of(sheets, media)
    own, version = name_it(sheets, name, digest, known, troubles)
    form = _built(sheets, own, version, known.dictionary, troubles)
    if form is None or troubles.stop:
        return Understood(troubles.sorted(), own=own)
    kept = sort_out(form.xml, media, sheets, troubles)
    suggested, written = feeding(form, known.dictionary, troubles)
    unusual(form, sheets, troubles)
    of_whom(form, wishes.subject, troubles)
    if troubles.stop:
        return Understood(troubles.sorted(), form, None, suggested, written, own=own)
    facts = tuple(code for code in suggested if code in wishes.facts or code in written) if wishes.subject == PERSON else ()
    told = Uploaded(
        form=form.id, version=version, subject=wishes.subject, roles=wishes.roles, places=wishes.places,
        workbook=f"form{suffix_of(name)}", facts=facts, media=tuple(medium(one, kept[one]) for one in sorted(kept)),
        digest=digest, title=short(next(iter(form.title.values()), form.id)),
    )  # fmt: skip
    form = with_facts(form, facts)
    return Understood(troubles.sorted(), form, told, suggested, written, folder_of(told, workbook, kept), own)


def folder_of(told: Uploaded, workbook: bytes, media: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the programme's folder."""
    return {
        "programme.yaml": head_yaml(programme_id(told.form), told).encode(), FILE: to_yaml(told).encode(),
        "dictionary.csv": b"code,kind\n", f"{FORMS}/{told.workbook}": workbook,
        **{f"{MEDIA}/{name}": content for name, content in media.items()},
    }  # fmt: skip


def _built(
    sheets: Sheets, own: str, version: str, dictionary: Mapping[str, Code], troubles: Troubles
) -> Form | None:
    """The form; what only pyxform refuses is among the troubles."""
    named = with_settings(sheets, {"form_id": own, "version": version})
    try:
        to_xform(named, own, "")
    except Refused as refused:
        problem = refused.problem
        sheet = _sheet_of(problem, sheets)
        said = problem.found.removeprefix("what pyxform refuses: ")
        troubles.add("refused", sheet, problem.line, problem.column, said=said)
        return None
    form, _ = build_form(named, dictionary, "", own)
    return None if form is None else replace(form, makes=None, makes_in=(), makes_id=None, questions=tuple(
        replace(question, save_to=None, subject=None) for question in form.questions
    ))  # fmt: skip


def _sheet_of(problem: Problem, sheets: Sheets) -> str:
    """The sheet that pyxform speaks of: the one that it names, else survey."""
    return next((name for name in sheets if f"'{name}' sheet" in problem.found or f"sheet: '{name}'" in problem.found), "survey")


def with_settings(sheets: Sheets, told: Mapping[str, str]) -> Sheets:
    """The same workbook with these cells in its settings; what stood in them before is replaced."""
    before = sheets.get("settings")
    header = before.header if before else Row(1, ())
    cells = list(before.rows[0].cells) if before and before.rows else []
    columns = list(header.cells)
    line = before.rows[0].line if before and before.rows else 2
    for name, text in told.items():
        index = next((at for at, cell in enumerate(columns) if _today(cell.text) == name), len(columns))
        if index == len(columns):
            columns.append(Cell(name, header.line, index + 1))
        cells += [Cell("", line, at + 1) for at in range(len(cells), index + 1)]
        cells[index] = Cell(text, line, index + 1)
    rest = before.rows[1:] if before else ()
    return {**sheets, "settings": Sheet("settings", Row(header.line, tuple(columns)), (Row(line, tuple(cells)), *rest))}


SETTINGS = {"set_form_id": "form_id", "id_string": "form_id", "set_form_title": "form_title", "title": "form_title"}


def _today(column: str) -> str:
    """A column of the settings by the name that it has today."""
    return SETTINGS.get(folded(column), folded(column))


def feeding(form: Form, dictionary: Mapping[str, Code], troubles: Troubles) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes that questions could feed, and those that the workbook's own column doorstep_code names."""
    found: dict[str, None] = {}
    written: dict[str, None] = {}
    for question in form.questions:
        code = dictionary.get(question.code or "")
        if code is None:
            continue
        if not fits(question, code):
            place = question.place or Place("", 0, 0)
            troubles.add("fact-unlike", "survey", place.line, place.column, name=question.name)
            continue
        found[code.code] = None
        if question.code != question.name:
            written[code.code] = None
    return tuple(found), tuple(written)


def fits(question: Question, code: Code) -> bool:
    """Whether the answers of a question are what a code holds, every choice of them."""
    allowed = FEEDS.get(code.kind)
    if allowed is not None and question.kind not in allowed:
        return False
    return code.kind not in ("yesno", "choice", "choices") or (
        bool(question.choices) and set(question.choices) <= set(code.choices or ("yes", "no"))
    )


def with_facts(form: Form, facts: tuple[str, ...]) -> Form:
    """The form whose questions feed these codes and no others."""
    return replace(form, questions=tuple(
        question if question.code in facts else replace(question, code=None) for question in form.questions
    ))  # fmt: skip


def is_uploaded(folder: Path) -> bool:
    """Whether a programme's folder is an uploaded form's."""
    return (folder / FILE).is_file()


def read_uploaded(folder: Path, dictionary: Mapping[str, Code]) -> tuple[Programme | None, list[Problem]]:
    """The programme in a folder that `folder_of` laid out. dictionary: the codes of the programmes beside it."""
    name = f"{folder.name}/{FILE}"
    try:
        tree = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
        told = from_tree(tree if isinstance(tree, dict) else {})
        workbook = (folder / FORMS / told.workbook).read_bytes()
    except (OSError, ValueError, yaml.YAMLError) as error:
        return None, [Problem("file-unreadable", name, 1, 1, short(str(error)), "an uploaded form as Doorstep lays it out")]
    troubles = Troubles()
    sheets = read_workbook(told.workbook, workbook, troubles)
    form = _built(sheets, told.form, told.version, dictionary, troubles) if sheets else None
    if form is None:
        return None, [trouble.problem(f"{folder.name}/{FORMS}/{told.workbook}") for trouble in troubles.sorted() if trouble.stops]
    fed = feeding(form, dictionary, Troubles())[0]  # a code that is gone since, or is asked for in another way, is fed no more
    place = Place(f"{folder.name}/{FORMS}/{told.workbook}", 1, 1)
    form = replace(with_facts(form, tuple(code for code in told.facts if code in fed)), place=place)
    return programme_of(folder, told, form, tree), []


def programme_of(folder: Path, told: Uploaded, form: Form, tree: Mapping[str, object]) -> Programme:
    """It gives nobody anything but the answers of its own form: no code, no episode, no step is its own."""
    roles = dict.fromkeys((*told.roles, *READERS), (ANSWERS,))
    return Programme(
        id=folder.name, names=dict(form.title) or {"en": told.form}, subject=told.subject, compartment=ANSWERS,
        source=f"uploaded: {told.workbook}", languages=("en",), countries=(), roles=roles, episodes={}, dictionary={}, tables={},
        pathways={}, forms={form.id: form}, indicators=(), messages=(), cases=(), path=str(folder), tree={FILE: tree},
    )  # fmt: skip
