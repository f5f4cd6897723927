"""What the flattener needs of a form, as JSON: it travels in the content pack to the phone, and stands in the vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doorstep.content.model import Form, Question

_TEXTS = ("when", "how", "save_to", "subject", "precision", "constant")


def to_mapping(form: Form) -> dict[str, Any]:
    """Form -> plain data; keys that say nothing are left out. Questions keep the form's order."""
    mapping: dict[str, Any] = {"id": form.id, "version": form.version}
    for key, value in (("event_time", form.event_time), ("makes", form.makes), ("makes_id", form.makes_id)):
        if value is not None:
            mapping[key] = value
    if form.makes_in:
        mapping["makes_in"] = list(form.makes_in)
    if form.outer:
        mapping["outer"] = [list(path) for path in form.outer]
    mapping["questions"] = [_question(question) for question in form.questions]
    return mapping


def _question(question: Question) -> dict[str, Any]:
    data: dict[str, Any] = {"path": list(question.path), "kind": question.kind}
    if question.code is not None:
        data["code"] = question.code
    for key, value in (("repeat", question.repeat), ("choices", question.choices)):
        if value:
            data[key] = list(value)
    data.update({key: getattr(question, key) for key in _TEXTS if getattr(question, key) is not None})
    return data


def from_mapping(mapping: Mapping[str, Any]) -> Form:
    """The same back: a form that can be flattened, without its words and its XForm."""
    return Form(
        id=mapping["id"],
        version=mapping["version"],
        title={},
        questions=tuple(
            Question(
                name=data["path"][-1],
                path=tuple(data["path"]),
                kind=data["kind"],
                code=data.get("code"),
                labels={},
                repeat=tuple(data.get("repeat", ())),
                choices=tuple(data.get("choices", ())),
                **{key: data.get(key) for key in _TEXTS},
            )
            for data in mapping["questions"]
        ),
        xml="",
        sheets={},
        event_time=mapping.get("event_time"),
        makes=mapping.get("makes"),
        makes_in=tuple(mapping.get("makes_in", ())),
        makes_id=mapping.get("makes_id"),
        outer=tuple(tuple(path) for path in mapping.get("outer", ())),
    )
