"""From reports to submissions as they reach the server: answers that mirror the form, the phone's clock, late uploads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from doorstep.content.model import Form, Question
from doorstep.simulation.report import Report, Values, iso_time, iso_utc

Submission = dict[str, Any]
Arrival = tuple[int, str, int, Submission]
"""Second of receipt, id, 0 or 1 for the second delivery, and the submission."""


class Writer:
    """Writes reports into the forms of a programme."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        self.forms = forms
        self._questions = {own: {question.name: question for question in form.questions} for own, form in forms.items()}

    def arrivals(self, report: Report) -> Iterator[Arrival]:
        """The submission as often as it reaches the server: once, or twice when the first receipt was lost."""
        phone = report.worker.phone
        upload = phone.upload(report.at)
        # Whatever waited on the phone goes up together, in no order: a correction may come before what it corrects.
        sent = upload.at + int(report.id[-4:], 16) % 50
        body = self._body(report)
        for number, at in enumerate((sent, sent + upload.again) if upload.again else (sent,)):
            told = {"sent_at": iso_time(phone.clock(at), report.zone), "received_at": iso_utc(at + 1)}
            yield at + 1, report.id, number, {**body, **told}

    def _body(self, report: Report) -> Submission:
        body: Submission = {"id": report.id, "kind": report.kind}
        if report.form:
            body |= {"form": report.form, "version": self.forms[report.form].version}
        body |= {
            "subject": report.subject, "place": report.place, "author": report.worker.author,
            "device": report.worker.phone.id, "made_at": iso_time(report.worker.phone.clock(report.at), report.zone),
        }  # fmt: skip
        if report.replaces:
            body["replaces"] = report.replaces
        if report.base:
            body["base"] = dict(report.base)
        body["answers"] = self._answers(report) if report.form else {"other": report.other}
        return body

    def _answers(self, report: Report) -> Values:
        """Groups are objects, repeats are lists of objects."""
        form, questions = self.forms[report.form], self._questions[report.form]
        answers: Values = {}
        for name, value in report.values.items():
            _put(answers, questions[name].path, value)
        if report.rows:
            _put(answers, form.makes_in, [_row(row, questions, form.makes_in) for row in report.rows])
        return answers


def _row(values: Values, questions: Mapping[str, Question], repeat: tuple[str, ...]) -> Values:
    row: Values = {}
    for name, value in values.items():
        _put(row, questions[name].path[len(repeat) :], value)
    return row


def _put(answers: Values, path: tuple[str, ...], value: Any) -> None:
    for group in path[:-1]:
        answers = answers.setdefault(group, {})
    answers[path[-1]] = value
