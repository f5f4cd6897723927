"""What is said of an uploaded workbook, in the reader's language: the words of `doorstep.content.uploaded_troubles`."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from doorstep.content.uploaded_troubles import Trouble

WORDS: dict[str, tuple[Promise, Promise]] = {
    "too-large": (
        _("a file of %(size)s MB"),
        _("a workbook of at most %(most)s MB; pictures and sounds are added beside it, not in it"),
    ),
    "not-a-workbook": (_("a file that is no workbook"), _("an Excel workbook (.xlsx), or the same saved as .csv or .md")),
    "unpacks-too-far": (
        _("a workbook that unpacks to more than %(most)s MB"),
        _("a form: copy its sheets into a new workbook and save that"),
    ),
    "password": (
        _("a workbook that is locked with a password"),
        _("the same without: in Excel, File, Info, Protect Workbook, and remove the password"),
    ),
    "macros": (_("a workbook with macros, which are programs"), _("the same without: in Excel, Save As, Excel Workbook (.xlsx)")),
    "too-many-rows": (_("more than %(most)s rows"), _("a form that people fill in; long lists go into a .csv file beside it")),
    "formula-unknown": (_("a formula without a result: %(formula)s"), _("its result: copy the cell, then paste it as a value")),
    "formula": (
        _("a formula; its last result is used: %(value)s"),
        _("nothing, if that is right; the formula itself is not worked out on phones"),
    ),
    "cell-error": (_("an error of the spreadsheet: %(value)s"), _("what the cell should say")),
    "no-survey": (
        _("no sheet named survey; the sheets here are: %(sheets)s"),
        _("a sheet named survey, with the columns type, name and label"),
    ),
    "no-column": (_("no column named %(name)s"), _("the columns type, name and label in the first row")),
    "column-twice": (_("the column %(name)s a second time"), _("each column once")),
    "no-questions": (_("no question"), _("at least one row with a type, a name and a label")),
    "too-many-questions": (_("%(count)s questions"), _("at most %(most)s in one form: make two forms of it")),
    "too-deep": (_("groups inside groups, %(count)s deep"), _("at most %(most)s")),
    "type-missing": (
        _("a question without a type: %(name)s"),
        _("what kind of answer it takes, such as text, integer or select_one LIST"),
    ),
    "type-unknown": (_("the type %(type)s, which XLSForm does not have"), _("a type such as %(near)s")),
    "name-missing": (_("a question without a name"), _("a short name for it, such as weight, which its answers are kept under")),
    "name-letters": (_("the name %(name)s"), _("letters, digits and _ only, beginning with a letter, such as %(near)s")),
    "name-twice": (_("the name %(name)s a second time in the same group"), _("another name, such as %(near)s")),
    "name-kept": (_("the name %(name)s, which every filled form needs for itself"), _("another name, such as %(near)s")),
    "list-missing": (_("a choice question that names no list"), _("the list beside the type, such as select_one yes_no")),
    "list-unknown": (_("the list %(list)s, which the sheet choices does not have"), _("%(near)s")),
    "choice-nameless": (_("a choice of the list %(list)s without a name"), _("a short name, such as yes")),
    "group-open": (_("the group %(name)s is not closed"), _("a row with the type %(near)s where it ends")),
    "group-not-open": (_("%(type)s, where no such group is open"), _("a begin row before it, or no such row")),
    "reference-unknown": (_("%(reference)s, and no question has that name"), _("%(near)s")),
    "refused": (
        _("something that XLSForm does not allow: %(said)s"),
        _("the row as the XLSForm standard wants it (xlsform.org)"),
    ),
    "id-letters": (_("the form_id %(id)s"), _("letters, digits, spaces and - _ . only, at most 64, such as %(near)s")),
    "id-taken": (
        _("the form_id %(id)s, which a form of the programme %(programme)s has"),
        _("a form_id of its own, such as %(near)s"),
    ),
    "id-given": (
        _("no form_id"),
        _("nothing: it is called %(id)s, after the file; write form_id on the sheet settings if it should have another"),
    ),
    "version-given": (_("no version"), _("nothing: this is version %(version)s")),
    "version-used": (
        _("version %(version)s, under which other questions were released before"),
        _("nothing: this one is called %(given)s, so that answers are not mixed"),
    ),
    "words-missing": (
        _("%(count)s labels without words in %(language)s, the first: %(name)s"),
        _("words in every language; until then another language is shown"),
    ),
    "label-missing": (
        _("the question %(name)s without a label"),
        _("what to ask, in the column label; until then its name is shown"),
    ),
    "media-missing": (
        _("%(file)s, which the form shows or plays, was not added"),
        _("the file; until then the question has no picture or sound"),
    ),
    "data-missing": (
        _("%(file)s, from which the form takes its choices or values, was not added"),
        _("the file, added beside the workbook"),
    ),
    "media-unused": (_("%(file)s, which the form does not ask for"), _("nothing, or the right name: it was left out")),
    "media-kind": (
        _("%(file)s, whose content is not what its name says"),
        _("a picture (.png, .jpg, .gif, .webp), a sound (.mp3, .m4a, .ogg, .wav), a film (.mp4, .webm), a list (.csv, .xml)"),
    ),
    "media-large": (
        _("%(file)s with %(size)s MB"),
        _("at most %(most)s MB a file and %(all)s MB in all: make the picture smaller"),
    ),
    "media-name": (_("a file named %(file)s"), _("a name of letters, digits and - _ . only")),
    "phone-cannot": (
        _("%(what)s, which Doorstep's own app does not show yet"),
        _("another kind of question, or ODK Collect, which has it"),
    ),
    "asks-phone": (_("%(what)s, which the phone tells without being asked"), _("that you need it: it may tell who somebody is")),
    "entities": (
        _("the sheet entities"),
        _("nothing: what it would make is kept in the answers; nobody is registered by this form"),
    ),
    "fact-unlike": (
        _("%(name)s is called as something in the dictionary, but is asked in another way"),
        _("nothing: the answer is kept, and is no fact of the record"),
    ),
    "person-unnamed": (
        _("a form of a person that does not ask of whom"),
        _("nothing on Doorstep's own app, which knows; ODK Collect needs a question named subject, and is not offered this form"),
    ),
}
"""Kind of trouble -> what was found, and what to write instead. The same words as there; a test holds them together."""

WHAT: dict[str, Promise] = {
    "the number of the phone": _("the number of the phone"),
    "the telephone number": _("the telephone number"),
    "the number of the SIM card": _("the number of the SIM card"),
    "who fills it in": _("who fills it in"),
    "the address of who fills it in": _("the address of who fills it in"),
    "every tap and its moment": _("every tap and its moment"),
    "where it was opened": _("where it was opened"),
    "where it was filled in": _("where it was filled in"),
    "what is said in the room": _("what is said in the room"),
    "a choice from the sheet external_choices": _("a choice from the sheet external_choices"),
    "a question to OpenStreetMap": _("a question to OpenStreetMap"),
    "a record of every tap": _("a record of every tap"),
    "a recording of the room": _("a recording of the room"),
    "a choice that is searched for in a list, search()": _("a choice that is searched for in a list, search()"),
    "an answer from another app": _("an answer from another app"),
}
"""What phones tell unasked, and what does not run."""


@dataclass(frozen=True)
class Said:
    """A trouble, ready for the page. where: `survey C7`; quoted: what pyxform said, in its own English, '' for none."""

    code: str
    sheet: str
    cell: str
    found: str
    expected: str
    quoted: str


def says(trouble: Trouble) -> Said:
    """In the language in use."""
    found, expected = WORDS[trouble.code]
    values = dict(trouble.values)
    quoted = values.get("said", "")
    if "what" in values:
        values["what"] = str(WHAT.get(values["what"], values["what"]))
    return Said(trouble.code, trouble.sheet, trouble.cell, str(found) % {**values, "said": ""}, str(expected) % values, quoted)
