"""`doorstep conflicts`: what does not fit together."""

from __future__ import annotations

import json
from typing import Any

import click

from doorstep.cli.opened import catch_up, opened
from doorstep.cli.output import emit, format_option
from doorstep.record.conflicts import KINDS, Misfit, conflicts

COLUMNS = ("kind", "subject", "what", "shown", "submissions", "values")


@click.command("conflicts")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Only this kind; may be repeated.")
@click.option("--values", is_flag=True, help="Show the values too: they may be names. That you looked is noted.")
@format_option
def command(kinds: tuple[str, ...], values: bool, output: str) -> None:
    """What does not fit together, and what is shown meanwhile. Nothing of it was lost.

    attribute: two people changed the same thing. correction: corrected twice. correction_ignored, base_ignored: it names
    something that is not earlier. gap: something from a phone has not arrived. unread: an answer did not fit.
    """
    with opened() as record:
        catch_up(record)
        found = [one for one in conflicts(record) if not kinds or one.kind in kinds]
    if values:
        _note(found)
    emit((_shown(one, values) for one in found), COLUMNS if values else COLUMNS[:-1], output)


def _shown(one: Misfit, values: bool) -> dict[str, Any]:
    told = json.dumps(dict(one.values), ensure_ascii=False) if values and one.values else None
    return {**vars(one), "submissions": " ".join(one.submissions), "values": told}


def _note(found: list[Misfit]) -> None:
    from doorstep.cli.django_ready import ready

    ready()
    from doorstep.accounts import audit

    for one in found:
        if one.values:
            audit.note(audit.OPERATOR, "looked", subject=one.subject, about=f"conflict {one.what}")
