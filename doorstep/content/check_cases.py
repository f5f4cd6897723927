"""Worked cases against the programme: forms, questions, codes, steps and clocks that they name, and what none names."""

from __future__ import annotations

from collections.abc import Iterator

from doorstep.content.cases import MOMENTS, Written
from doorstep.content.context import Context
from doorstep.content.model import Code, Form, Place, Programme, Step
from doorstep.content.problems import one_of, quoted
from doorstep.content.tree import Clock
from doorstep.content.yamlpos import Mapping as Map
from doorstep.content.yamlpos import Node, Scalar, Sequence

HOW = ("told", "measured", "seen")


def check_cases(programme: Programme, context: Context, cases: list[Written]) -> None:
    titles: dict[str, Written] = {}
    for written in cases:
        title, place = written.case.title, written.case.place
        if title and title in titles:
            first = titles[title].case.place
            found = f"{quoted(title)} again (it stands in {first.file} line {first.line})" if first else quoted(title)
            assert place is not None
            context.problems.add("case-duplicate", place.file, place.line, place.column, found, "each title once")
        titles.setdefault(title, written)
        _Case(written, programme, context).check()
    _untested(programme, context, cases)


class _Case:
    def __init__(self, written: Written, programme: Programme, context: Context) -> None:
        self.case, self.notes = written.case, written.notes
        self.programme, self.context = programme, context
        self.steps = {
            f"{pathway.name}.{step.name}": pathway.clock for pathway in programme.pathways.values() for step in pathway.steps
        }
        self.ids: set[str] = set()

    def add(self, code: str, node: Node, found: str, expected: str) -> None:
        self.context.problems.add(code, node.file, node.line, node.column, found, expected)

    def check(self) -> None:
        for event in self.notes.events:
            self._event(event)
        for key, place in self.notes.expect.items():
            step = key.split(":", 1)[-1]
            if step not in self.steps:
                found, expected = quoted(step), one_of(step, self.steps, "pathway.step")
                self.context.problems.add("step-unknown", place.file, place.line, place.column, found, expected)
        for (key, _, column), cell in self.notes.cells.items():
            self._clock(key.split(":", 1)[-1], column, cell)

    def _clock(self, step: str, column: str, cell: Scalar) -> None:
        """Dates for steps in days, date-times for steps in minutes."""
        clock = self.steps.get(step)
        if clock is None or column not in MOMENTS or cell.value is None:
            return
        is_day = len(cell.text) == 10
        if is_day is (clock is Clock.MINUTE):
            expected = "a date such as 2026-03-30" if clock is Clock.DAY else "a date-time such as 2026-05-02T10:30+07:00"
            self.add("case-clock", cell, f"{quoted(cell.text)} for a step on a {clock.value} clock", expected)

    def _event(self, event: Map) -> None:
        corrects, own = event.get("corrects"), event.get("id")
        if isinstance(corrects, Scalar) and corrects.text not in self.ids:
            self.add("case-event", corrects, quoted(corrects.text), one_of(corrects.text, self.ids, "the id of an event before"))
        if isinstance(own, Scalar):
            if own.text in self.ids:
                self.add("case-event", own, f"id {quoted(own.text)} again", "an id of its own")
            self.ids.add(own.text)
        form, code = event.get("form"), event.get("code")
        if isinstance(form, Scalar):
            self._form(form, event)
        if isinstance(code, Scalar):
            self._code(code, event)

    def _form(self, name: Scalar, event: Map) -> None:
        form = self.programme.forms.get(name.text)
        if form is None:
            self.add("form-unknown", name, quoted(name.text), one_of(name.text, self.programme.forms, "a form of this programme"))
            return
        questions = {question.name: question.choices for question in form.questions}
        groups = {part for question in form.questions for part in question.path[:-1]}
        for key, value in _answers(event.get("answers")):
            if key.text not in questions and key.text not in groups:
                expected = one_of(key.text, questions, f"a question of {form.id}")
                self.add("case-answer", key, quoted(key.text), expected)
                continue
            self._choice(value, questions.get(key.text, ()), form)

    def _choice(self, value: Node, choices: tuple[str, ...], form: Form) -> None:
        values = value.items if isinstance(value, Sequence) else (value,)
        for item in values:
            if choices and isinstance(item, Scalar) and item.value is not None:
                for word in item.text.split():
                    if word not in choices:
                        self.add("case-answer", item, quoted(word), one_of(word, choices, f"a choice of {form.id}"))

    def _code(self, name: Scalar, event: Map) -> None:
        code = self.programme.dictionary.get(name.text)
        if code is None:
            expected = one_of(name.text, self.programme.dictionary, "a code of the dictionary")
            self.add("rule-unknown-code", name, quoted(name.text), expected)
            return
        how = event.get("how")
        if isinstance(how, Scalar) and how.text not in HOW:
            self.add("value-wrong", how, quoted(how.text), one_of(how.text, HOW))
        for key in ("value", "txt"):
            value = event.get(key)
            if isinstance(value, Scalar):
                self._value(code, value)

    def _value(self, code: Code, value: Scalar) -> None:
        if code.choices and value.text not in code.choices:
            self.add("case-answer", value, quoted(value.text), one_of(value.text, code.choices, f"a choice of {code.code}"))
        if code.kind in ("number", "integer") and isinstance(value.value, str):
            self.add("case-answer", value, quoted(value.text), f"a number for {code.code}")


def _answers(node: Node | None) -> Iterator[tuple[Scalar, Node]]:
    """Every key and value in the answers, through groups and repeats."""
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _answers(item)
    if isinstance(node, Map):
        for key, value in node.entries.items():
            yield node.keys[key], value
            yield from _answers(value)


def _untested(programme: Programme, context: Context, cases: list[Written]) -> None:
    """Steps whose rows no case expects, forms that no case fills in."""
    named = {key.split(":", 1)[-1] for written in cases for key in written.case.expect}
    filled = {str(event.get("form")) for written in cases for event in written.case.events}
    for pathway in programme.pathways.values():
        for name, place in _first_places(pathway.steps).items():
            if f"{pathway.name}.{name}" not in named:
                found = f"step {pathway.name}.{name}, which no case expects"
                context.problems.add("step-untested", place.file, place.line, place.column, found, "a worked case with its rows")
    for form in programme.forms.values():
        if form.id not in filled and form.place is not None:
            found = f"form {quoted(form.id)}, which no case fills in"
            context.problems.add("form-untested", form.place.file, 1, 1, found, "a worked case with this form")


def _first_places(steps: tuple[Step, ...]) -> dict[str, Place]:
    """Each step once, where its first variant stands."""
    found: dict[str, Place] = {}
    for step in steps:
        if step.place is not None:
            found.setdefault(step.name, step.place)
    return found
