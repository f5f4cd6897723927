"""What an uploaded form is called: an id that no other form has, and a version that no other questions had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorstep.content.forms_sheets import Sheets
from doorstep.content.model import Code
from doorstep.content.uploaded_look import as_name, folded, lettered
from doorstep.content.uploaded_troubles import Troubles

LONGEST = 64


@dataclass(frozen=True)
class Known:
    """What the record knows already. taken: form id -> the programme that has or had it, but for uploaded forms; versions:
    form id -> version -> digest of what was released under it; today: as 20261122, for versions that Doorstep gives."""

    taken: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dictionary: Mapping[str, Code] = field(default_factory=dict)
    today: str = "1"


def name_it(sheets: Sheets, file: str, digest: str, known: Known, troubles: Troubles) -> tuple[str, str]:
    """(form id, version) of the workbook in `file`."""
    own, line, column = _setting(sheets, ("form_id", "id_string", "set_form_id"))
    stem = file.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    if not own:
        own = as_name(stem, "form")[:LONGEST]
        troubles.add("id-given", "settings" if "settings" in sheets else "", id=own)
    elif len(own) > LONGEST or not lettered(own, " _.-") or own[0] in "_.-":
        troubles.add("id-letters", "settings", line, column, id=own, near=as_name(own, "form")[:LONGEST])
    if own in known.taken:
        troubles.add("id-taken", "settings", line, column, id=own, programme=known.taken[own], near=f"{as_name(own, 'form')}_2")
    return own, _version(sheets, own, digest, known, troubles)


def _version(sheets: Sheets, own: str, digest: str, known: Known, troubles: Troubles) -> str:
    """As the workbook says; another where it says none, or named other questions before. The same files, the same version."""
    version, line, column = _setting(sheets, ("version",))
    before = known.versions.get(own, {})
    again = next((name for name, one in before.items() if one == digest), "")
    given = again or _free(version[:100] or known.today, before)
    if not version:
        troubles.add("version-given", "settings" if "settings" in sheets else "", version=given)
    elif given != version:
        troubles.add("version-used", "settings", line, column, version=version, given=given)
    return given


def _free(version: str, before: Mapping[str, str]) -> str:
    """This version, or with the next number behind it: 3, 3+2, 3+3."""
    number, given = 1, version
    while given in before:
        number += 1
        given = f"{version}+{number}"
    return given


def _setting(sheets: Sheets, names: tuple[str, ...]) -> tuple[str, int, int]:
    """A setting with its row and column; the place of the header where it is empty."""
    sheet = sheets.get("settings")
    for index, cell in enumerate(sheet.header.cells if sheet else ()):
        if folded(cell.text) in names and sheet is not None:
            row = sheet.rows[0] if sheet.rows else sheet.header
            found = row.cells[index] if sheet.rows and index < len(row.cells) else None
            return (found.text, found.line, found.column) if found else ("", cell.line, cell.column)
    return "", 0, 0
