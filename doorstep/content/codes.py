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
    "rule-never": Kind("No history can make the rule true, so what hangs on it never happens."),
    "rule-any-answer": _warning("The answer no counts as well as the answer yes."),
    "code-not-fed": Kind("The rule waits for an answer that nobody is ever asked for."),
    # programme.yaml and the dictionary beside it
    "programme-id": Kind("A programme is found by its folder; another id would be another programme."),
    "language-unknown": Kind("A language is named by its short code."),
    "country-unknown": Kind("A country is named by its two letters, and the programme says which ones are meant."),
    "compartment-unknown": Kind("No role opens the compartment, so nobody could see what is in it."),
    "role-unknown": Kind("Nobody has this role, so nobody would act."),
    "episode-unknown": Kind("Facts of this episode would belong to none."),
    "marker-unknown": Kind("An episode begins or ends with a fact of the dictionary."),
    "marker-episode": Kind("A fact that begins or ends an episode must belong to that kind of episode."),
    "legal-basis-missing": Kind("What is sensitive is asked only with a legal basis and for a purpose."),
    "words-missing": Kind("Whoever reads that language would see nothing."),
    # where numbers come from
    "source-missing": Kind("A number without a source cannot be checked by anybody."),
    "valid-from-missing": Kind("A history is judged by the rules of its day; a rule without a day has none."),
    "valid-order": Kind("The rule would never be in force."),
    "review-missing": Kind("A country's clinician signed it, or nobody has yet: one of the two is said."),
    # pathways
    "name-clash": Kind("The name means something else already."),
    "value-cycle": Kind("Values that need each other can never be known."),
    "value-type": Kind("A value has one type, whichever branch gives it."),
    "value-unknown": Kind("The schedule is dated by a value that is a day."),
    "value-unused": _warning("Nothing reads the value."),
    "sign-unused": _warning("Nothing reads the sign."),
    "table-unknown": Kind("There is no such schedule."),
    "table-unused": _warning("No chain follows the schedule."),
    "table-order": Kind("The entries of a schedule are read from the top; the last one holds for the rest."),
    "step-shape": Kind("Keys that stand together contradict each other, or one needs another."),
    "step-never": Kind("An end of the pathway holds wherever the step could begin."),
    "step-never-done": Kind("Nothing that a form can tell completes the step."),
    "step-unknown": Kind("There is no such step."),
    "step-untested": _warning("No worked case says what rows the step gives."),
    "chain-gap": Kind("Contacts that come when they are due would count as one with the contact before."),
    "variants-overlap": Kind("On some days two variants of the step would be in force."),
    "window-edge": Kind("The edge is not one that the step has, or is not written as an edge."),
    "window-closed": Kind("The step closes before it opens, so it can never be done in time."),
    "window-missed": Kind("The step is missed before it is due."),
    "window-overdue": Kind("The step is late before it is due."),
    "window-opens": Kind("The step is due before it may be done."),
    "window-late": Kind("The step is missed before it can be late."),
    "compartment-leak": Kind("Who sees the row learns what a compartment closed to them holds: its title tells."),
    "pathway-unknown": Kind("There is no such pathway."),
    # forms against the rest
    "form-unknown": Kind("The programme has no such form."),
    "episode-other": Kind("Facts of that code belong to another kind of episode, so the rule never sees them."),
    "owner-blind": Kind("Who answers for the step may not open its compartment, and so never sees it."),
    "message-tells": Kind("Words about a sensitive step must not tell whoever else holds the telephone."),
    "indicator-never": Kind("Nobody can be counted: numerator and denominator exclude each other."),
    "form-not-completing": Kind("The worker opens the form that the step names, and the step stays open."),
    "form-untested": _warning("No worked case fills in the form."),
    "question-unused": Kind("What nobody uses is not asked."),
    "threshold-in-form": _warning("A threshold lives in the pathway alone; its copy will one day differ."),
    # worked cases
    "case-duplicate": Kind("Two cases with one title cannot be told apart."),
    "case-event": Kind("An event happened at one time, through one form or one fact."),
    "case-answer": Kind("The form would not take this answer."),
    "case-clock": Kind("A step in days has days, a step in minutes has moments."),
}
