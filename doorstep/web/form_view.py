"""A form as a page: every question in order, with its choices and the condition under which it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from doorstep.content.model import Form, Programme, Words
from doorstep.web.names import Names, choice_lists, words_of

GROUPS = {"begin group": "group", "begin_group": "group", "begin repeat": "repeat", "begin_repeat": "repeat"}
ENDS = ("end group", "end_group", "end repeat", "end_repeat")
UNSEEN = ("calculate", "hidden", "start", "end", "today", "deviceid", "username", "audit")


@dataclass(frozen=True)
class QuestionView:
    """One line of a form. `kind` is question, group or repeat; `depth` how far it stands inside groups."""

    name: str
    kind: str
    depth: int
    words: Words
    hint: Words
    answer: str
    choices: tuple[Words, ...]
    asked_if: str
    required: bool
    code: str


@dataclass(frozen=True)
class FormView:
    """A form, ready for the page."""

    form: Form
    title: Words
    how: str
    questions: tuple[QuestionView, ...]
    by_itself: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.form.id


def form_view(programme: Programme, form: Form) -> FormView:
    """All that a person who checks the form wants to see of it."""
    names = Names(programme)
    hows = [question.how for question in form.questions if question.how]
    how = hows[0] if hows else str(_settings(form).get("doorstep_how") or "")
    by_itself = tuple(
        f"{names.label(q.code)}: {names.choice(q.code, str(q.constant))}"
        for q in form.questions
        if q.constant is not None and q.code and q.constant != "."
    )
    return FormView(form, form.title, names.how(how) if how else "", tuple(_questions(form, names)), by_itself)


def _settings(form: Form) -> Mapping[str, Any]:
    rows = form.sheets.get("settings", ())
    return rows[0] if rows else {}


def _questions(form: Form, names: Names) -> Iterator[QuestionView]:
    lists, depth = choice_lists(form.sheets), 0
    codes = {question.name: question.code or "" for question in form.questions}
    for row in form.sheets.get("survey", ()):
        kind, name = str(row.get("type") or "").strip(), str(row.get("name") or "")
        if kind in ENDS:
            depth -= 1
            continue
        base, _, rest = kind.partition(" ")
        if base in UNSEEN or not kind:
            continue
        group = GROUPS.get(kind, "")
        code = codes.get(name, "")
        choices = tuple(lists.get(rest.split(" ")[0], {}).values()) if base.startswith("select") else ()
        yield QuestionView(
            name=name, kind=group or "question", depth=depth, words=words_of(row, "label"), hint=words_of(row, "hint"),
            answer="" if group else _answer(base, names.unit(code) if code else ""), choices=choices,
            asked_if=str(row.get("relevant") or ""), required=str(row.get("required") or "").lower() in ("yes", "true", "true()"),
            code=code,
        )  # fmt: skip
        depth += bool(group)


def _answer(kind: str, unit: str) -> str:
    """What kind of answer is wanted."""
    word = {
        "integer": gettext("a whole number"), "decimal": gettext("a number"), "text": gettext("words"), "date": gettext("a day"),
        "dateTime": gettext("a day and an hour"), "time": gettext("an hour"), "select_one": gettext("one of these"),
        "select_multiple": gettext("any of these"), "note": gettext("only to read"), "image": gettext("a photograph"),
        "audio": gettext("a recording"), "geopoint": gettext("a position"), "barcode": gettext("a code to scan"),
        "file": gettext("a file"), "acknowledge": gettext("a tick"), "range": gettext("a number on a scale"),
    }.get(kind, kind.replace("_", " "))  # fmt: skip
    return f"{word} ({unit})" if unit else word
