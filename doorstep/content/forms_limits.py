"""What a dictionary says of its numbers and days, put into every form that asks for them, as the form is compiled.

A question that feeds a code with a `range` gets the constraint and its message; one that asks for a day on which something
happened takes no day to come. A question with a constraint of its own keeps it. Units and usual values travel as attributes
of the bind (doorstep:unit, range, usual, past): a phone shows them beside the field, other clients pass over them. What is
already in the record, or comes from elsewhere, is judged by admission alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from doorstep.content.model import Code

NAMESPACE = 'doorstep="urn:doorstep:form"'
NUMBERS = frozenset({"integer", "int", "decimal"})
DAYS: Mapping[str, str] = {"date": "today()", "dateTime": "now()", "datetime": "now()"}

# Machine translations, to be reviewed by speakers.
NUMBER_WORDS = {
    "en": "This can only be from {0} to {1}. Please look again, and write the number anew.",
    "vi": "Chỉ có thể từ {0} đến {1}. Hãy xem lại và ghi lại con số.",
    "km": "លេខនេះអាចមានតែពី {0} ដល់ {1} ប៉ុណ្ណោះ។ សូមមើលម្តងទៀត ហើយសរសេរលេខឡើងវិញ។",
    "bg": "Може да бъде само от {0} до {1}. Погледнете отново и напишете числото пак.",
}
DAY_WORDS = {
    "en": "This day has not come yet. Please look at the day, the month and the year.",
    "vi": "Ngày này chưa đến. Hãy xem lại ngày, tháng và năm.",
    "km": "ថ្ងៃនេះមិនទាន់មកដល់ទេ។ សូមមើលថ្ងៃ ខែ និងឆ្នាំម្តងទៀត។",
    "bg": "Този ден още не е дошъл. Погледнете деня, месеца и годината.",
}

_LABEL = re.compile(r"label\s*::?\s*(.+)", re.IGNORECASE)
_TAG = re.compile(r".*\(\s*([A-Za-z]{2,3})(?:[-_]\w+)*\s*\)\s*")

Table = list[dict[str, str]]


def limited(
    columns: Sequence[str], rows: Table, settings: Table, dictionary: Mapping[str, Code], codes: Sequence[str | None],
    moments: frozenset[str],
) -> tuple[list[str], Table]:
    """The survey's columns and rows with what the dictionary adds; `settings` is given the namespace where one is needed.

    codes: the code that each row feeds. moments: names of questions that say when something happened.
    """
    tongues = {column: _tongue(column) for column in columns if _LABEL.fullmatch(column.strip())}
    made = [
        _row(row, dictionary.get(code or ""), row.get("name", "") in moments, tongues)
        for row, code in zip(rows, codes, strict=True)
    ]
    added = dict.fromkeys(name for row in made for name in row if name not in columns)
    if any(name.startswith("bind::doorstep:") for name in added):
        _declare(settings)
    return [*columns, *added], made


def _row(row: dict[str, str], code: Code | None, moment: bool, tongues: Mapping[str, str]) -> dict[str, str]:
    kind = row.get("type", "").strip()
    if row.get("calculation") or row.get("readonly"):
        return row
    extra: dict[str, str] = {}
    free = "constraint" not in row
    if kind in NUMBERS and code is not None:
        if code.unit:
            extra["bind::doorstep:unit"] = code.unit
        if code.usual:
            extra["bind::doorstep:usual"] = " ".join(code.usual)
        if code.range and free:
            extra["bind::doorstep:range"] = " ".join(code.range)
            extra["constraint"] = f". >= {code.range[0]} and . <= {code.range[1]}"
            extra |= _message(NUMBER_WORDS, code.range, tongues)
    elif kind in DAYS and free and (moment or (code is not None and code.past)):
        extra |= {"bind::doorstep:past": "yes", "constraint": f". <= {DAYS[kind]}", **_message(DAY_WORDS, (), tongues)}
    return row | extra


def _message(words: Mapping[str, str], values: Sequence[str], tongues: Mapping[str, str]) -> dict[str, str]:
    """In every language that the form's labels have; a language that has no words here hears the English ones."""
    named = {column[column.index(":") :]: tongue for column, tongue in tongues.items()}
    if not named:
        return {"constraint_message": words["en"].format(*values)}
    return {f"constraint_message{tail}": words.get(tongue, words["en"]).format(*values) for tail, tongue in named.items()}


def _tongue(column: str) -> str:
    found = _LABEL.fullmatch(column.strip())
    named = found[1] if found else ""
    tagged = _TAG.fullmatch(named)
    return (tagged[1] if tagged else named.strip()).lower()


def _declare(settings: Table) -> None:
    if not settings:
        settings.append({})
    before = settings[0].get("namespaces", "")
    if "doorstep=" not in before:
        settings[0]["namespaces"] = f"{before} {NAMESPACE}".strip()
