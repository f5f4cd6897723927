"""An uploaded form as its page shows it: what is asked, in the words of one of its languages; and its places and roles."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.utils.translation import get_language

from doorstep.content.forms import language
from doorstep.content.model import Form, Programme
from doorstep.content.uploaded_look import BRACKET, SELECT, folded
from doorstep.web.form_view import QuestionView, form_view

UNKNOWN = "und"
_WORDS = re.compile(r"(label|hint|caption)\s*(?:::?\s*(.+))?", re.IGNORECASE)
_KINDS = {
    "string": "text", "int": "integer", "photo": "image", "q image": "image", "gps": "geopoint", "location": "geopoint",
    "trigger": "acknowledge", "datetime": "dateTime",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One line: what is asked, in one language. lang: for the lang attribute, '' when nobody knows."""

    view: QuestionView
    text: str
    hint: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """A form to be looked through. languages: (as the workbook calls it, code for the page's address, chosen)."""

    asked: tuple[Asked, ...]
    languages: tuple[tuple[str, str, bool], ...]
    lang: str
    how_many: Mapping[str, int]


def preview(programme: Programme, form: Form, wanted: str = "") -> Preview:
    """The form in the wanted language, else the reader's, else its first."""
    names = _languages(form)
    codes = {name: code_of(name) for name in names}
    reader = get_language() or "en"
    chosen = next((name for name in names if wanted and wanted == name), None)
    chosen = chosen or next((name for name in names if codes[name] == reader), None) or next(iter(names), "")
    view = form_view(programme, replace(form, sheets=_sheets(form, chosen)))
    asked = tuple(
        Asked(one, one.words.get("x", ""), one.hint.get("x", ""), tuple(choice.get("x", "") for choice in one.choices))
        for one in view.questions
    )
    listed = tuple((name or "–", name, name == chosen) for name in names)
    return Preview(asked, listed if len(listed) > 1 else (), codes.get(chosen, ""), _how_many(form, view.questions))


def _how_many(form: Form, asked: Sequence[QuestionView]) -> Mapping[str, int]:
    return {
        "questions": sum(one.kind == "question" for one in asked), "repeats": sum(one.kind == "repeat" for one in asked),
        "calculated": sum(question.kind == "calculate" for question in form.questions),
        "conditions": sum(bool(one.asked_if) for one in asked),
    }  # fmt: skip


def _languages(form: Form) -> list[str]:
    """Languages of the labels as the workbook calls them; '' for a column that names none."""
    found: dict[str, None] = {}
    for row in form.sheets.get("survey", ())[:1]:
        for column in row:
            match = _WORDS.fullmatch(str(column).strip())
            if match and match[1].lower() in ("label", "caption"):
                found[(match[2] or "").strip()] = None
    return list(found)


def _sheets(form: Form, chosen: str) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Survey and choices with today's names of columns and types, and labels in one language (any other where it has none)."""
    return {name: tuple(_row(row, chosen) for row in form.sheets.get(name, ())) for name in ("survey", "choices")}


def _row(row: Mapping[str, Any], chosen: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    words: dict[str, dict[str, str]] = {"label": {}, "hint": {}}
    for column, text in row.items():
        match = _WORDS.fullmatch(str(column).strip())
        if match:
            kind = "hint" if match[1].lower() == "hint" else "label"
            if text:
                words[kind][(match[2] or "").strip()] = str(text)
        else:
            found.setdefault(folded(str(column)), text)
    for kind, told in words.items():
        best = told.get(chosen) or next(iter(told.values()), "")
        if best:
            found[f"{kind}::x"] = best
    if "type" in found:
        found["type"] = _kind(str(found["type"]))
    return found


def _kind(kind: str) -> str:
    """A type by its present name: `select one from yn` is select_one yn."""
    bracket = BRACKET.fullmatch(kind)
    if bracket:
        group = "repeat" if "repeat" in bracket[2].lower() or "loop" in bracket[2].lower() else "group"
        return f"{bracket[1].lower()}_{group}"
    select = SELECT.fullmatch(kind)
    if select:
        many = "all" in select["how"] or "multiple" in select["how"]
        base = "select_multiple" if many else "rank" if select["how"].lower() == "rank" else "select_one"
        return f"{base} {select['rest'].strip()}"
    return _KINDS.get(kind.lower(), kind)


def code_of(name: str) -> str:
    """The code of a language as a workbook names it: `English (en)`, `Kiswahili`, `French`; '' when nobody knows."""
    text = language(name).strip()
    if not text:
        return ""
    if re.fullmatch(r"[a-z]{2,3}", text) and text != UNKNOWN:
        return text
    return _named().get(text.strip().lower(), "")


@cache
def _named() -> Mapping[str, str]:
    """Names of languages, in English and in themselves -> their codes."""
    from babel import Locale
    from babel.core import UnknownLocaleError

    found: dict[str, str] = {}
    for code, name in Locale.parse("en").languages.items():
        if len(code) <= 3:
            found[name.lower()] = code
            try:
                found.setdefault((Locale.parse(code).get_display_name(code) or "").lower(), code)
            except (UnknownLocaleError, ValueError):
                continue
    return found
