"""What is rarely seen in a form and somebody should know before it goes out: what phones tell unasked, what does not run."""

from __future__ import annotations

from collections.abc import Iterator

from doorstep.content.forms_sheets import Row, Sheet, Sheets
from doorstep.content.model import Form
from doorstep.content.uploaded import names_its_person
from doorstep.content.uploaded_look import folded, text_in
from doorstep.content.uploaded_troubles import Troubles

TELLS = {
    "deviceid": "the number of the phone", "imei": "the number of the phone", "phonenumber": "the telephone number",
    "simserial": "the number of the SIM card", "subscriberid": "the number of the SIM card", "username": "who fills it in",
    "email": "the address of who fills it in", "audit": "every tap and its moment", "start-geopoint": "where it was opened",
    "background-geopoint": "where it was filled in", "background-audio": "what is said in the room",
}  # fmt: skip
CANNOT = {
    "select_one_external": "a choice from the sheet external_choices",
    "select one external": "a choice from the sheet external_choices",
    "osm": "a question to OpenStreetMap", "audit": "a record of every tap", "background-audio": "a recording of the room",
}  # fmt: skip


def unusual(form: Form, sheets: Sheets, troubles: Troubles) -> None:
    """Adds what the survey has of it."""
    survey = sheets["survey"]
    at = {folded(cell.text): index for index, cell in enumerate(survey.header.cells)}
    for row, column, what in _cannot(survey, at):
        troubles.add("phone-cannot", "survey", row.line, column + 1, what=what)
    for row in survey.rows:
        kind = text_in(row, at.get("type")).lower()
        for word, what in TELLS.items():
            if kind == word or kind.startswith(f"{word} "):
                troubles.add("asks-phone", "survey", row.line, at["type"] + 1, what=what)
    if "entities" in sheets and sheets["entities"].rows:
        troubles.add("entities", "entities", sheets["entities"].header.line)


def _cannot(survey: Sheet, at: dict[str, int]) -> Iterator[tuple[Row, int, str]]:
    for row in survey.rows:
        kind, appearance = text_in(row, at.get("type")).lower(), text_in(row, at.get("appearance"))
        for word, what in CANNOT.items():
            if kind == word or kind.startswith(f"{word} "):
                yield row, at["type"], what
        if "search(" in appearance:
            yield row, at["appearance"], "a choice that is searched for in a list, search()"
        if appearance.strip().startswith("ex:"):
            yield row, at["appearance"], "an answer from another app"


def of_whom(form: Form, subject: str, troubles: Troubles) -> None:
    """A form of a person that does not say of whom."""
    if subject == "person" and not names_its_person(form):
        troubles.add("person-unnamed")
