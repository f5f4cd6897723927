"""`doorstep timeline`: one person's story, line by line."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

import click

from doorstep.cli.opened import Failed, catch_up, opened
from doorstep.cli.output import emit, format_option
from doorstep.cli.places import Day
from doorstep.content.dates import iso_day
from doorstep.content.model import Code
from doorstep.record.lists import Listed, of_subjects, today, written
from doorstep.record.places import PlaceError
from doorstep.record.record import Record
from doorstep.record.scope import EVERYTHING
from doorstep.record.story import Home, Story, Told, canonical, story
from doorstep.record.whereabouts import PlaceThen, place_then

COLUMNS = ("when", "kind", "what", "value", "how", "status", "by", "place", "known_on", "submission")


@click.command("timeline")
@click.argument("subject")
@click.option(
    "--on", "day", type=Day(), default=None, show_default="today, where she lives", help="How the steps stood on this day."
)
@click.option("--names", is_flag=True, help="Names and remarks too: whatever somebody said in words.")
@format_option
def command(subject: str, day: int | None, names: bool, output: str) -> None:
    """One person's story in order: what was told, by whom, when it could be known; and the steps that follow from it.

    That you looked is noted.
    """
    with opened() as record:
        catch_up(record)
        own = canonical(record, subject)
        found = story(record, own, frozenset(), EVERYTHING)
        if not found.kind:
            raise Failed(f"Nobody here has the id {subject}, or nothing is left of her record. Look for it: doorstep due")
        rows = list(_lines(record, found, of_subjects(record, [own], *moment(record, found.homes, day)), names))
    _note(own)
    # Within a day: what was told first, then what follows from it.
    emit(sorted(rows, key=lambda row: (row["when"][:10], row["kind"] == "step", row["when"])), COLUMNS, output)


def moment(record: Record, homes: Sequence[Home], day: int | None) -> tuple[int, int]:
    """The day, today where she lives unless one is given; and the second UTC at which minute clocks are read.

    That is now for today, and the end of any other day there. UTC for somebody who lives nowhere that is known.
    """
    near = today() if day is None else day
    lives = PlaceThen("", "", "", "", "", "UTC")
    for home in homes:
        if home.valid_from <= near < home.valid_to:
            with record.reading() as register, contextlib.suppress(PlaceError):  # it may have been told by a name of no place
                lives = place_then(register, home.place, home.told_on)
    here = lives.today()
    if day in (None, here):
        return here, int(time.time())
    return near, lives.last_second(near)


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

