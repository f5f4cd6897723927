"""What the choices of a code are called, from the forms that ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doorstep.content.model import Form, Programme

Words = dict[str, str]


def choice_words(programme: Programme) -> dict[str, dict[str, Words]]:
    """Code -> choice -> words by language."""
    found: dict[str, dict[str, Words]] = {}
    for form in programme.forms.values():
        lists, asked = _lists(form), _asked(form)
        for question in form.questions:
            if question.code:
                for choice, words in lists.get(asked.get(question.name, ""), {}).items():
                    found.setdefault(question.code, {}).setdefault(choice, words)
    return found | _never_asked(programme, found)


def _never_asked(programme: Programme, asked: Mapping[str, dict[str, Words]]) -> dict[str, dict[str, Words]]:
    """Codes that forms only make up (whoever fills in a visit made one) say yes and no as the programme's questions do."""
    usual = next((words for code, words in asked.items() if programme.dictionary[code].kind == "yesno"), {})
    made = [code.code for code in programme.dictionary.values() if code.kind == "yesno" and code.code not in asked]
    return dict.fromkeys(made, usual) if usual else {}


def _lists(form: Form) -> dict[str, dict[str, Words]]:
    """List -> choice -> words, from the choices sheet."""
    found: dict[str, dict[str, Words]] = {}
    for row in form.sheets.get("choices", ()):
        own, name = str(row.get("list_name") or row.get("list name") or ""), str(row.get("name") or "")
        words = _words(row)
        if own and name and words:
            found.setdefault(own, {})[name] = words
    return found


def _asked(form: Form) -> dict[str, str]:
    """Question -> the list that its choices come from."""
    kinds = ((str(row.get("name") or ""), str(row.get("type") or "").split()) for row in form.sheets.get("survey", ()))
    return {name: kind[1] for name, kind in kinds if len(kind) > 1 and kind[0].startswith("select")}


def _words(row: Mapping[str, Any]) -> Words:
    """Of the columns `label::English (en)`, or plain `label` (English)."""
    found: Words = {}
    for key, value in row.items():
        base, _, language = str(key).partition("::")
        if base.strip() == "label" and value:
            found[language.rpartition("(")[2].rstrip(") ") if "(" in language else language.strip() or "en"] = str(value)
    return found
