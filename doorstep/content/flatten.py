"""A submission -> typed answer rows. The only part of the fold that exists twice (here and in the phone's TypeScript).

tests/vectors/flatten.json holds the cases that both must pass. Source: docs/pathway-language.md, 1;
docs/guide-programme-authors.md for the columns that a form may have. Pure: no clock, no chance, no database.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from doorstep.content.dates import When, offset_of, parse_offset, parse_when
from doorstep.content.flatten_values import EXPECTED, Kind, Value, Wrong, is_absent, narrowed, text_of, values_of
from doorstep.content.flatten_walk import ABSENT, Given, Scope, Walk
from doorstep.content.model import Code, Form, Question

NAMESPACE = uuid.UUID("6f1c7d52-3a0e-5d38-9c0b-2f64b1a7e9d4")
"""Of the ids of subjects that a repeat makes and that nobody named: uuid5 of `submission/babies/001`."""

_COUNTRY = re.compile(r"([A-Z]{2})(?:-.*)?", re.DOTALL)
_PLAIN_KINDS = {
    "integer": "number", "decimal": "number", "range": "number",
    "select_multiple": "choices", "rank": "choices", "date": "date", "dateTime": "time",
}  # fmt: skip
"""Kind of a question that feeds no code -> kind by which its attribute is read; any other is text."""


class AnswerRow(NamedTuple):
    """One typed answer. `day`, `day_last`: civil days since 1970-01-01; `at`, `ts`: UTC seconds (`at` None: only the
    day is known). `row` pairs what belongs together: the repeat's row or the group, `#2` for a second question that
    feeds the same code there, `=choice` for a choice of many. So (submission, subject, code, row) stands once."""

    submission: str
    subject: str
    code: str
    day: int
    day_last: int
    at: int | None
    ts: int
    precision: str
    num: int | float | None
    txt: str | None
    how: str
    row: str


class AttributeRow(NamedTuple):
    """One changed attribute of a subject: `value` is JSON; `base` the submission whose value its author saw."""

    submission: str
    subject: str
    name: str
    value: str
    base: str | None


@dataclass(frozen=True)
class Flat:
    """What a submission says. `subjects`: (id, kind) that it makes or updates. `problems`: `name where: expected ...`;
    a bad answer is named there and its neighbours are kept."""

    answers: list[AnswerRow]
    attributes: list[AttributeRow]
    subjects: list[tuple[str, str]]
    problems: list[str]


def flatten(form: Form, dictionary: Mapping[str, Code], submission: Mapping[str, Any]) -> Flat:
    """Typed rows of one submission of kind data or correction (any other kind has none). Never raises.

    submission: id, subject, made_at (ISO 8601 with offset), answers {}, base {}, and where given kind, replaces,
    `root` (the first submission of a chain of corrections) and `zone` (the place's offset, else that of made_at).
    """
    if submission.get("kind") not in (None, "", "data", "correction"):
        return Flat([], [], [], [])
    return _Flattener(form, dictionary, submission).flat()


class _Flattener:
    def __init__(self, form: Form, dictionary: Mapping[str, Code], submission: Mapping[str, Any]) -> None:
        self.form, self.dictionary, self.submission = form, dictionary, submission
        self.id = str(submission.get("id") or "")
        self.problems: list[tuple[str, str]] = []
        self.questions = {question.name: question for question in form.questions}
        self.offset = self._zone()
        self.made = self._made()
        answers = submission.get("answers")
        if answers is not None and not isinstance(answers, dict):
            self.problems.append(("wrong-object", "answers"))
        self.walk = Walk(form, answers if isinstance(answers, dict) else {})
        self.problems.extend(self.walk.problems)
        self.answers: list[AnswerRow] = []
        self.attributes: list[AttributeRow] = []
        self.subjects: list[tuple[str, str]] = []

    def flat(self) -> Flat:
        self._name_subjects()
        if self.made is not None:
            for given in self.walk.given:
                self._take(given)
            self._countries()
        told = [f"{name} {where}: expected {EXPECTED[name]}" for name, where in dict.fromkeys(self.problems)]
        return Flat(self.answers, self.attributes, self.subjects, told)

    # --- when ------------------------------------------------------------------------------------------------------

    def _zone(self) -> int:
        """Offset of the place in seconds: as given, else that of made_at, else UTC."""
        made_at = self.submission.get("made_at")
        try:
            zone = self.submission.get("zone")
            if isinstance(zone, str) and zone:
                return parse_offset(zone)
            found = offset_of(made_at) if isinstance(made_at, str) else None
            return found if found is not None else 0
        except ValueError:
            return 0

    def _made(self) -> When | None:
        try:
            return parse_when(str(self.submission.get("made_at") or ""), self.offset)
        except ValueError:
            self.problems.append(("no-time", "made_at"))
            return None

    def _when(self, given: Given) -> When:
        """When it happened: as the question says, else as the form says, else when it was filled in."""
        for name in (given.question.when, self.form.event_time):
            raw = given.scope.find(name) if name else ABSENT
            if name and raw is not ABSENT:
                asked = self.questions.get(name)
                try:
                    text = narrowed(text_of(raw, "wrong-date").strip(), asked.precision if asked else None)
                    return parse_when(text, self.offset)
                except (Wrong, ValueError):
                    self.problems.append(("wrong-date", name))
        assert self.made is not None
        return self.made

    # --- whose -----------------------------------------------------------------------------------------------------

    def _name_subjects(self) -> None:
        """Gives every scope its subject: the repeat that makes subjects a new one, all others that of their parent."""
        top = self.walk.scopes[0]
        top.subject = self._own_subject(top)
        seen: set[str] = set()
        if self.form.makes and not self.form.makes_in and top.subject:
            self.subjects.append((top.subject, self.form.makes))
        for scope in self.walk.scopes[1:]:
            if self.form.makes is None or scope.path != self.form.makes_in:
                scope.subject = scope.parent.subject if scope.parent else None
                continue
            scope.subject = self._made_id(scope)
            if scope.subject in seen:
                self.problems.append(("subject-twice", scope.label))
            else:
                seen.add(scope.subject)
                self.subjects.append((scope.subject, self.form.makes))

    def _own_subject(self, top: Scope) -> str | None:
        given = self.submission.get("subject")
        if isinstance(given, str) and given:
            return given
        if self.form.makes and not self.form.makes_in:
            return self._made_id(top)
        return None

    def _made_id(self, scope: Scope) -> str:
        """Id of a new subject: answered, else the entity's as Collect wrote it, else derived and always the same."""
        meta = scope.answers.get("meta")
        entity = meta.get("entity") if isinstance(meta, dict) else None
        named = scope.values.get(self.form.makes_id, ABSENT) if self.form.makes_id else ABSENT
        for raw in (named, entity.get("id") if isinstance(entity, dict) else ABSENT):
            if raw is ABSENT or is_absent(raw):
                continue
            found, wrong = values_of(raw, Kind("subject"))
            if found and found[0].txt:
                return found[0].txt
            self.problems.extend((name, scope.label or "subject") for name in wrong)
        # A correction speaks of the same children as the submission that it replaces.
        seed = self.submission.get("root") or self.submission.get("replaces") or self.id
        return str(uuid.uuid5(NAMESPACE, f"{seed}/{scope.label}"))

    def _whose(self, given: Given) -> str | None:
        name = given.question.subject
        if name and name != ".":
            raw = given.scope.find(name)
            found, _ = ([], []) if raw is ABSENT else values_of(raw, Kind("subject"))
            if not found:
                self.problems.append(("no-whose", given.where))
                return None
            return found[0].txt
        subject = self.walk.scopes[0].subject if name == "." else given.scope.subject
        if subject is None:
            self.problems.append(("no-subject", "subject"))
        return subject

    # --- what ------------------------------------------------------------------------------------------------------

    def _take(self, given: Given) -> None:
        question = given.question
        code = self.dictionary.get(question.code) if question.code else None
        if code is None and question.save_to is None:
            return
        subject = self._whose(given)
        if subject is None:
            return
        values, wrong = self._values(given, code)
        self.problems.extend((name, given.where) for name in wrong)
        if code is not None and values:
            when = self._when(given)
            self.answers.extend(self._row(given, subject, code.code, value, when) for value in values)
        if question.save_to is not None and values:
            self._attribute(subject, question, [value.plain for value in values], code)

    def _values(self, given: Given, code: Code | None) -> tuple[list[Value], list[str]]:
        question = given.question
        kind = code.kind if code else _PLAIN_KINDS.get(question.kind, "text")
        raw = given.raw
        if kind == "subject" and raw == ".":
            raw = self.walk.scopes[0].subject
        choices = (code.choices if code else ()) or question.choices
        return values_of(raw, Kind(kind, choices, self.offset, question.precision))

    def _row(self, given: Given, subject: str, code: str, value: Value, when: When) -> AnswerRow:
        row = f"{given.row}={value.part}" if value.part else given.row
        return AnswerRow(
            self.id, subject, code, when.day, when.day_last, when.at, when.ts(self.offset), when.precision,
            value.num, value.txt, given.question.how or "told", row,
        )  # fmt: skip

    def _attribute(self, subject: str, question: Question, plain: list[Any], code: Code | None) -> None:
        many = (code.kind if code else _PLAIN_KINDS.get(question.kind)) == "choices"
        bases = self.submission.get("base")
        base = bases.get(question.save_to) if isinstance(bases, dict) else None
        own = subject == self.walk.scopes[0].subject and isinstance(base, str)
        value = json.dumps(plain if many else plain[0], ensure_ascii=False, separators=(",", ":"))
        self.attributes.append(
            AttributeRow(self.id, subject, question.save_to or "", value, str(base) if own else None)
        )

    def _countries(self) -> None:
        """Where somebody lives says in which country, unless the form asked for the country itself."""
        if "country" not in self.dictionary:
            return
        told = {answer.subject for answer in self.answers if answer.code == "country"}
        for answer in list(self.answers):
            found = _COUNTRY.fullmatch(answer.txt or "") if answer.code == "residence" else None
            if found and answer.subject not in told:
                self.answers.append(answer._replace(code="country", txt=found[1]))


def rows_with_subjects(form: Form, submission: Mapping[str, Any]) -> list[Scope]:
    """The form and every row of its repeats, each with whom it speaks of (`subject`) and its own object of answers."""
    flattener = _Flattener(form, {}, submission)
    flattener._name_subjects()
    return flattener.walk.scopes
