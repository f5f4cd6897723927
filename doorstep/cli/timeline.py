"""`doorstep timeline`: one person's story, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from doorstep.cli.opened import Failed, catch_up, opened
from doorstep.cli.output import emit, format_option
from doorstep.cli.places import Day
from doorstep.content.dates import iso_day
from doorstep.content.model import Code
from doorstep.record.lists import Listed, of_subjects, written
from doorstep.record.record import Record
from doorstep.record.scope import EVERYTHING
from doorstep.record.story import Story, Told, canonical, story

COLUMNS = ("when", "kind", "what", "value", "how", "status", "by", "place", "known_on", "submission")


@click.command("timeline")
@click.argument("subject")
@click.option("--on", "day", type=Day(), default="today", show_default=True, help="How the steps stood on this day.")
@click.option("--names", is_flag=True, help="Names and remarks too: whatever somebody said in words.")
@format_option
def command(subject: str, day: int, names: bool, output: str) -> None:
    """One person's story in order: what was told, by whom, when it could be known; and the steps that follow from it.

    That you looked is noted.
    """
    with opened() as record:
        catch_up(record)
        own = canonical(record, subject)
        found = story(record, own, frozenset(), EVERYTHING)
        if not found.kind:
            raise Failed(f"Nobody here has the id {subject}, or nothing is left of her record. Look for it: doorstep due")
        rows = list(_lines(record, found, of_subjects(record, [own], day, (day + 1) * 86_400 - 1), names))
    _note(own)
    # Within a day: what was told first, then what follows from it.
    emit(sorted(rows, key=lambda row: (row["when"][:10], row["kind"] == "step", row["when"])), COLUMNS, output)


def _lines(record: Record, found: Story, steps: list[Listed], names: bool) -> Iterator[dict[str, Any]]:
    dictionary = record.rules.pack.dictionary
    sent = {one.submission: one for one in found.sent}
    for fact in found.facts:
        one = sent.get(fact.submission)
        yield {
            "when": written(fact.at, "minute") or iso_day(fact.day), "kind": "fact", "what": fact.code,
            "value": value_of(fact, dictionary.get(fact.code), names), "how": fact.how, "submission": fact.submission,
            "by": one.author if one else None, "place": one.place if one else None,
            "known_on": iso_day(one.known_day) if one else None,
        }  # fmt: skip
    for one in found.sent:
        status = "replaced" if one.replaced else "corrects" if one.replaces else None
        if status:
            yield {
                "when": iso_day(one.made_day), "kind": "correction", "what": one.form, "value": one.replaces, "status": status,
                "by": one.author, "place": one.place, "known_on": iso_day(one.known_day), "submission": one.submission,
            }  # fmt: skip
    for step in steps:
        yield {
            "when": written(step["done_on"] or step["until"] or step["due"] or step["since"], step["clock"]), "kind": "step",
            "what": f"{step['pathway']}.{step['step']} {step['n']}", "value": written(step["due"], step["clock"]),
            "status": step["status"], "submission": step["done_by"],
        }  # fmt: skip
    for attribute in found.attributes if names else ():
        made = sent.get(attribute.submission)
        yield {
            "when": iso_day(made.made_day) if made else "", "kind": "attribute", "what": attribute.name, "value": attribute.value,
            "status": "shown" if attribute.shown else "conflict", "submission": attribute.submission,
        }  # fmt: skip


def value_of(fact: Told, code: Code | None, words: bool = True) -> Any:
    """A fact's value as people write it. Without `words`, of what was said in words only that something was said."""
    if fact.num is None:
        return fact.txt if words or code is None or code.kind != "text" or fact.code == "residence" else "..."
    kind = code.kind if code else "number"
    if kind == "date":
        return fact.txt or iso_day(int(fact.num))
    if kind == "time":
        return fact.txt or written(int(fact.num), "minute")
    number = int(fact.num) if float(fact.num).is_integer() else fact.num
    return f"{number} {code.unit}" if code and code.unit else number


def _note(subject: str) -> None:
    from doorstep.cli.django_ready import ready

    ready()
    from doorstep.accounts import audit

    audit.note(audit.OPERATOR, "looked", subject=subject, about="timeline")

