"""A message as a page: to whom, when, and its words in every language."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from doorstep.content.model import Message, Programme, Words
from doorstep.content.tree import Clock
from doorstep.web.days import exact_hours, exact_length
from doorstep.web.names import role_word


@dataclass(frozen=True)
class MessageView:
    """A message, ready for the page."""

    to: str
    when: str
    step: Words
    text: Words


def message_view(programme: Programme, message: Message) -> MessageView:
    """A message with the step that it belongs to."""
    step = next(s for s in programme.pathways[message.pathway].steps if s.name == message.step)
    to = gettext("To herself or her family") if message.to == programme.subject else gettext("To the %(role)s") % {
        "role": role_word(message.to)}  # fmt: skip
    return MessageView(to, _when(message, step.clock), step.title, message.text)


def _when(message: Message, clock: Clock) -> str:
    edge = {
        "opens": gettext("the time it can first be done"), "due": gettext("the time it is due"),
        "overdue": gettext("the last moment in time"), "closes": gettext("the time it closes"), "from": gettext("its beginning"),
    }[message.at.base]  # fmt: skip
    by = message.at.by
    if by == 0:
        return gettext("at %(day)s") % {"day": edge}
    told = exact_length(abs(by)) if clock is Clock.DAY else exact_hours(abs(by))
    word = gettext("%(length)s after %(day)s") if by > 0 else gettext("%(length)s before %(day)s")
    return word % {"length": told, "day": edge}
