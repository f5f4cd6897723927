"""Every kind of mistake that the checker knows, and what it means: the checker's own dictionary.

A code without a broken programme in tests/content/broken fails the tests, and so does one that is raised
but not named here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Kind:
    """`meaning` says in one sentence why this is a mistake."""

    meaning: str
    severity: Severity = Severity.ERROR


def _warning(meaning: str) -> Kind:
    return Kind(meaning, Severity.WARNING)


CODES: dict[str, Kind] = {
    # files
    "file-missing": Kind("A programme needs this file."),
    "file-unreadable": Kind("The file is not text in UTF-8, is too large, or could not be read."),
    "yaml-syntax": Kind("The file is not YAML."),
    "yaml-duplicate-key": Kind("The same key stands twice; the second would silently replace the first."),
    "yaml-alias": Kind("Anchors and aliases hide what is meant and can blow a small file up to any size."),
    "file-too-large": Kind("The file is larger or nested deeper than any programme needs."),
    # the shape of things
    "key-unknown": Kind("Nobody reads this key, so what it says would be lost."),
    "key-missing": Kind("A key that is needed is not there."),
    "value-wrong": Kind("The value is not of the kind that the key needs."),
    # dictionary and forms
    "dictionary-code": Kind("A code is a word that a rule can be written with."),
    "dictionary-duplicate": Kind("Codes are one namespace for all programmes; the same one cannot mean two things."),
    "dictionary-kind": Kind("The kind says what a value can be; there is no such kind."),
    "dictionary-choices": Kind("A choice is checked against the dictionary, so the dictionary must list it."),
    "form-unreadable": Kind("The file is no workbook in .md, .csv or .xlsx."),
    "form-refused": Kind("pyxform, and so every tool of the XLSForm standard, refuses the form."),
    "form-duplicate": Kind("A submission names its form by id; two forms with one id cannot be told apart."),
    "form-code": Kind("The question's answers would become facts of a code that does not exist."),
    "form-kind": Kind("The question's answers are not of the kind of the code that they feed."),
    "form-choice": Kind("The form offers a choice that the dictionary does not have, so its answer would be lost."),
    "form-reference": Kind("The form names a question that it does not have."),
    "form-how": Kind("A fact is told, measured or seen."),
    # rules
    "rule-syntax": Kind("The text is no rule."),
    "rule-too-long": Kind("Nobody can proof-read a rule of this length or depth."),
    "rule-unknown-code": Kind("The dictionary has no such code, and no value or sign has the name."),
    "rule-unknown-choice": Kind("The code can never have this value, so the comparison never holds."),
    "rule-unknown-function": Kind("The language is closed; there is no such function."),
    "rule-unknown-relation": Kind("Only a code of kind subject leads to another subject."),
    "rule-arguments": Kind("The function takes another number of arguments."),
    "rule-type": Kind("Values of different types say nothing to each other."),
    "rule-weeks": Kind("Completed weeks are only ever compared with a whole number."),
    "rule-filter": Kind("A filter is a condition on one event of one code."),
    "rule-clock": Kind("A day clock knows no time of day."),
    "span-unit": Kind("The length of time does not fit the pathway's clock."),
}
