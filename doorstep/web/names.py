"""What things are called in the reader's language: codes, choices, values, signs, units, roles. From content, else plainly.

A word that content does not have in this language is given in English, and `lacking` says so to the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import get_language, gettext, pgettext

from doorstep.content.model import Code, Programme, Words

_UNITS = {
    "mm[Hg]": "mmHg", "Cel": "°C", "{plus}": "+", "wk": "w", "{tablet}": "", "{dose}": "",
}  # fmt: skip


def in_words(words: Words, lang: str | None = None) -> str:
    """The text in the language in use, else in English, else in any; '' when there is none."""
    lang = lang or (get_language() or "en")
    return words.get(lang) or words.get("en") or next(iter(words.values()), "")


def spoken_in(words: Words) -> str:
    """The language in which `in_words` answers: for the lang attribute, so that it is read aloud rightly."""
    lang = get_language() or "en"
    return lang if words.get(lang) else "en" if words.get("en") else next(iter(words), "en")


def plain(name: str) -> str:
    """A name of the content that has no words of its own, made readable."""
    return name.replace("_", " ")


@dataclass(frozen=True)
class Names:
    """Names of one programme."""

    programme: Programme

    def code(self, code: str) -> Code | None:
        return self.programme.dictionary.get(code)

    def label(self, code: str) -> str:
        """A code of the dictionary, as it is asked or recorded."""
        row = self.code(code)
        return (in_words(row.labels) if row else "") or plain(code)

    def unit(self, code: str) -> str:
        """The unit of a code as people write it."""
        row = self.code(code)
        return _UNITS.get(row.unit, row.unit) if row else ""

    def choice(self, code: str, option: str) -> str:
        """A choice of a code, as a form words it."""
        if option in ("yes", "no"):
            return pgettext("answer", "yes") if option == "yes" else pgettext("answer", "no")
        return in_words(self._choices.get((code, option), {})) or plain(option)

    def how(self, how: str) -> str:
        """told, measured, seen."""
        return {
            "told": gettext("told by her or her family"), "measured": gettext("measured"), "seen": gettext("seen by the worker"),
        }.get(how, how)  # fmt: skip

    @cached_property
    def _choices(self) -> dict[tuple[str, str], Words]:
        """(code, choice) to its words, from the forms that ask it."""
        found: dict[tuple[str, str], Words] = {}
        for form in self.programme.forms.values():
            lists = choice_lists(form.sheets)
            for question in form.questions:
                for option, words in lists.get(list_name(form.sheets, question.name), {}).items():
                    if question.code:
                        found.setdefault((question.code, option), words)
        return found


def choice_lists(sheets: Mapping[str, tuple[Mapping[str, object], ...]]) -> dict[str, dict[str, Words]]:
    """list_name to choice to words, from the choices sheet of an XLSForm."""
    lists: dict[str, dict[str, Words]] = {}
    for row in sheets.get("choices", ()):
        own, name = str(row.get("list_name") or row.get("list name") or ""), str(row.get("name") or "")
        if own and name:
            lists.setdefault(own, {})[name] = words_of(row, "label")
    return lists


def list_name(sheets: Mapping[str, tuple[Mapping[str, object], ...]], question: str) -> str:
    """The list that a select question takes its choices from; '' for other questions."""
    for row in sheets.get("survey", ()):
        if row.get("name") == question:
            kind, _, rest = str(row.get("type") or "").partition(" ")
            return rest.split(" ")[0] if kind.startswith("select") else ""
    return ""


def words_of(row: Mapping[str, object], column: str) -> Words:
    """The words of a column that comes once for each language: `label::English (en)`, or plain `label` (English)."""
    words: dict[str, str] = {}
    for key, value in row.items():
        base, _, language = str(key).partition("::")
        if base.strip() == column and value:
            code = language.rpartition("(")[2].rstrip(") ") if "(" in language else (language.strip() or "en")
            words[code] = str(value)
    return words


def role_word(role: str) -> str:
    """A role, as people call it."""
    return {
        "attendant": gettext("village attendant"), "mediator": gettext("health mediator"), "midwife": gettext("midwife"),
        "hospital": gettext("hospital"), "social_worker": gettext("social worker"), "supervisor": gettext("supervisor"),
        "manager": gettext("manager"), "administrator": gettext("administrator"),
    }.get(role, plain(role))  # fmt: skip


def country_word(code: str) -> str:
    """A country, in the reader's language."""
    from doorstep.web.days import locale

    return locale().territories.get(code, code)
