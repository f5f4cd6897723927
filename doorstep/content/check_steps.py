"""Windows that contradict themselves, forms that are not there, messages on edges that a step does not have."""

from __future__ import annotations

from collections.abc import Iterator

from doorstep.content.context import Context
from doorstep.content.model import Offset, Programme, Step
from doorstep.content.printer import span_text
from doorstep.content.problems import one_of, quoted
from doorstep.content.tree import Clock

CONTRARY = (
    ("closes", "opens", "window-closed", "a step that closes before it opens"),
    ("closes", "due", "window-missed", "a step that closes before it is due"),
    ("overdue", "due", "window-overdue", "a step that is overdue before it is due"),
    ("due", "opens", "window-opens", "a step that is due before it opens"),
    ("closes", "overdue", "window-late", "a step that closes before it is overdue, so that it is never late"),
)
"""(the earlier edge, the later edge, code, words): wrong when the first comes before the second."""


def check_windows(programme: Programme, context: Context) -> None:
    for pathway in programme.pathways.values():
        for step in pathway.steps:
            _windows(step, context)
            _chain(step, context)
            _owners(step, programme, context)
    _messages(programme, context)


def check_references(programme: Programme, context: Context) -> None:
    """Forms that a step names."""
    for pathway in programme.pathways.values():
        for step in pathway.steps:
            if step.form and step.form not in programme.forms:
                expected = one_of(step.form, programme.forms, "the form_id of a form of this programme")
                _add(context, step, "form", "form-unknown", quoted(step.form), expected)
            if step.countries and "country" not in programme.dictionary:
                _add(
                    context,
                    step,
                    "countries",
                    "rule-unknown-code",
                    "countries without a code 'country'",
                    "the code country in the dictionary",
                )


def edges(step: Step) -> dict[str, int]:
    """Edges of the window in the clock's unit, counted from the anchor (chain: from due)."""
    due = 0 if step.chain else step.due.by
    found = {"due": due}
    for key in ("opens", "overdue", "closes"):
        offset: Offset | None = getattr(step, key)
        if offset is not None:
            found[key] = offset.by + (due if offset.base == "due" else 0)
        elif key == "opens":
            found[key] = due if step.chain else 0
    return found


def _windows(step: Step, context: Context) -> None:
    """One contradiction a step is enough: the others follow from it."""
    at = edges(step)
    for early, late, code, words in CONTRARY:
        if early in at and late in at and at[early] < at[late]:
            key = early if context.notes.has(step, early) else late
            expected = f"{early} at {late} or after it (it comes {_length(at[late] - at[early], step.clock)} too early)"
            _add(context, step, key, code, words, expected)
            return


def _length(units: int, clock: Clock) -> str:
    if clock is Clock.DAY:
        return f"{units} day{'s' * (units != 1)}"
    return span_text(units, clock)


def _chain(step: Step, context: Context) -> None:
    chain = step.chain
    if chain is not None and chain.every is not None and chain.gap >= chain.every:
        found = f"a gap of {_length(chain.gap, step.clock)} in a chain every {_length(chain.every, step.clock)}"
        _add(context, step, "chain", "chain-gap", found, "a gap shorter than the interval, or punctual contacts would not count")


def _owners(step: Step, programme: Programme, context: Context) -> None:
    """Who is to act, or to be told, must be able to see the row."""
    told = [("owner", role) for role in step.owner] + ([("escalate", step.escalate.to)] if step.escalate else [])
    for key, role in told:
        if step.compartment not in programme.roles.get(role, ()):
            seeing = sorted(name for name, opened in programme.roles.items() if step.compartment in opened)
            found = f"role {quoted(role)} for a step in {quoted(step.compartment)}, which it does not open"
            _add(context, step, key, "owner-blind", found, "a role that opens it: " + ", ".join(seeing))


def _messages(programme: Programme, context: Context) -> None:
    for message in programme.messages:
        place = context.notes.messages[message.name]
        for step in _variants(programme, message.pathway, message.step):
            if message.at.base in ("overdue", "closes") and getattr(step, message.at.base) is None:
                found = f"message {message.name} at {message.at.base}, which step {step.name} does not have"
                context.problems.add(
                    "window-edge", place.file, place.line, place.column, found, "at: due or opens, or a step with that edge"
                )

            if step.compartment != "care" and not message.discreet:
                found = f"message {message.name}, not discreet, about a step in {quoted(step.compartment)}"
                expected = "discreet: true, and words that tell nothing"
                context.problems.add("message-tells", place.file, place.line, place.column, found, expected)


def _variants(programme: Programme, pathway: str, name: str) -> Iterator[Step]:
    return (step for step in programme.pathways[pathway].steps if step.name == name)


def _add(context: Context, step: Step, key: str, code: str, found: str, expected: str) -> None:
    place = context.notes.edge(step, key)
    context.problems.add(code, place.file, place.line, place.column, found, expected)
