"""The dictionary against the rest: episodes, compartments, labels, legal basis, and codes that no form feeds."""

from __future__ import annotations

import re
from collections.abc import Callable

from doorstep.content import trees
from doorstep.content.context import Context
from doorstep.content.model import Code, Programme, Step
from doorstep.content.problems import one_of, quoted
from doorstep.content.yamlpos import Scalar

DERIVED = {"country": "residence"}
"""Codes that come from another one's answers: a place lies in a country."""


def check_codes(programme: Programme, context: Context, fed_elsewhere: Callable[[str], bool]) -> None:
    own = [code for code in programme.dictionary.values() if not _is_common(code)]
    for code in own:
        _row(code, programme, context)
    fed = fed_codes(programme)

    def is_fed(code: str) -> bool:
        known = programme.dictionary.get(code)
        shared = known is not None and _is_common(known)
        return code in fed or (shared and fed_elsewhere(code))

    _rules_fed(is_fed, context)
    _done_fed(programme, is_fed, context)


def fed_codes(programme: Programme) -> set[str]:
    """Codes that some question of the programme's forms feeds, and those that follow from them."""
    fed = {question.code for form in programme.forms.values() for question in form.questions if question.code}
    return fed | {code for code, source in DERIVED.items() if source in fed}


def _is_common(code: Code) -> bool:
    return code.place is not None and code.place.file.startswith("common/")


def _row(code: Code, programme: Programme, context: Context) -> None:
    """One row of the programme's own dictionary."""
    place = code.place
    assert place is not None

    def add(kind: str, found: str, expected: str) -> None:
        context.problems.add(kind, place.file, place.line, place.column, found, expected)

    if code.episode and code.episode not in programme.episodes:
        expected = one_of(code.episode, programme.episodes, "a kind of episode of programme.yaml, or nothing")
        add("episode-unknown", f"episode {quoted(code.episode)} of {quoted(code.code)}", expected)
    if code.compartment not in context.compartments:
        expected = one_of(code.compartment, context.compartments, "a compartment that some role opens")
        add("compartment-unknown", f"compartment {quoted(code.compartment)} of {quoted(code.code)}", expected)
    missing = [language for language in programme.languages if not code.labels.get(language)]
    if missing:
        columns = ", ".join(f"label_{language}" for language in missing)
        add("words-missing", f"{quoted(code.code)} without {columns}", "a label in every language of the programme")
    if code.compartment != "care" and not (code.legal_basis and code.purpose):
        found = f"{quoted(code.code)} of compartment {quoted(code.compartment)} without legal_basis or purpose"
        add("legal-basis-missing", found, "legal_basis: what allows to ask it; purpose: what it is for")


def _rules_fed(is_fed: Callable[[str], bool], context: Context) -> None:
    """A condition on a code that nobody is ever asked for."""
    told: set[tuple[str, str]] = set()
    for rule in context.notes.rules:
        if rule.key == "done":
            continue
        for code in sorted(trees.codes(rule.tree)):
            written = position(rule.scalar, code)
            if is_fed(code) or (code, rule.pathway) in told or written is None:
                continue
            told.add((code, rule.pathway))
            found = f"{quoted(code)}, which no question of any form feeds"
            expected = f"a question named {code} (or with doorstep_code {code}), or a rule without it"
            context.problems.add("code-not-fed", rule.scalar.file, *written, found, expected)


def position(scalar: Scalar, code: str) -> tuple[int, int] | None:
    """Line and column where the code stands in a rule; None when it stands in a sign or value that the rule uses."""
    if code == "birthday" and "age(" in scalar.text:
        return scalar.locate(scalar.text.index("age("))
    match = re.search(rf"(?<!\w){code}(?!\w)", re.sub(r"'[^']*'", lambda text: " " * len(text[0]), scalar.text))
    return scalar.locate(match.start()) if match else None


def _done_fed(programme: Programme, is_fed: Callable[[str], bool], context: Context) -> None:
    """A step whose done no form can ever tell, and a step whose own form does not tell it."""
    for pathway in programme.pathways.values():
        for step in pathway.steps:
            if step.done is None:
                _never_done(step, context)
                continue
            codes = sorted({item.code for item in step.done.filters if item.relation is None} or trees.codes(step.done))
            if not any(is_fed(code) for code in codes):
                found = f"done: {', '.join(codes)}, which no question of any form feeds"
                _add(context, step, "done", "step-never-done", found, "a code that some form tells")
                continue
            form = programme.forms.get(step.form)
            if form is not None and not {question.code for question in form.questions} & set(codes):
                found = f"form {quoted(step.form)}, which does not tell {' or '.join(codes)}"
                _add(context, step, "form", "form-not-completing", found, "a form with a question that completes the step")


def _never_done(step: Step, context: Context) -> None:
    if not context.notes.has(step, "done") and step.while_ is None and not step.ends:
        found = f"step {step.name} with neither done, while nor ends"
        _add(context, step, "done", "step-never-done", found, "done: the code that completes it")


def _add(context: Context, step: Step, key: str, kind: str, found: str, expected: str) -> None:
    place = context.notes.edge(step, key)
    context.problems.add(kind, place.file, place.line, place.column, found, expected)
