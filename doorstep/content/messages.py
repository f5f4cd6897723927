"""Reads messages.yaml: reminders and health education, each hung on an edge of a step's row."""

from __future__ import annotations

from collections.abc import Mapping

from doorstep.content.context import Context
from doorstep.content.fields import Fields
from doorstep.content.model import Message, Offset, Pathway, Place
from doorstep.content.problems import one_of, quoted
from doorstep.content.tree import Clock
from doorstep.content.yamlpos import Node

KEYS = frozenset({"step", "at", "to", "text", "audio", "discreet"})
EDGES = ("opens", "overdue", "closes", "due")


def read_messages(
    node: Node | None, file: str, pathways: Mapping[str, Pathway], subject: str, context: Context
) -> tuple[Message, ...]:
    """Messages by name, under `messages`. `subject` is whom the programme follows: she may be written to herself."""
    fields = Fields(node, "messages.yaml", frozenset({"messages"}), Place(file, 1, 1), context.problems, context.shelf)
    return tuple(
        message
        for name, (place, written) in fields.children("messages").items()
        if (message := _message(name, place, written, pathways, subject, context))
    )


def _message(
    name: str, place: Place, node: Node, pathways: Mapping[str, Pathway], subject: str, context: Context
) -> Message | None:
    fields = Fields(node, f"message {name}", KEYS, place, context.problems, context.shelf)
    context.notes.messages[name] = fields.key_place("at")
    reference = fields.text("step", needed="step: pathway.step, such as antenatal.contact")
    known = {f"{pathway.name}.{step.name}": pathway.clock for pathway in pathways.values() for step in pathway.steps}
    if reference and reference not in known:
        fields.add("step-unknown", fields.map["step"], quoted(reference), one_of(reference, known, "a step of a pathway"))
    fields.need("at", "at: an edge of the step, such as due - 1d")
    at = fields.offset("at", EDGES, known.get(reference, Clock.DAY))
    recipients = [subject, *context.roles]
    fields.need("to", f"to: {subject} or a role")
    to = fields.choice("to", recipients, "", code="role-unknown", what=f"{subject} or a role of the programme")
    text = fields.words("text", needed=True)
    audio = {language: words for language, words in _audio(fields).items() if words}
    discreet = fields.flag("discreet", True)
    if reference not in known or at is None:
        return None
    pathway, step = reference.split(".", 1)
    return Message(name, step, pathway, Offset(at.base, at.by), to, text, audio, discreet)


def _audio(fields: Fields) -> dict[str, str]:
    """Language -> file; unlike words, not every language must have one."""
    inner = fields.inner("audio", "audio", fields.shelf.languages)
    return {language: inner.text(language) for language in inner.map}
