"""`doorstep erase`: a person's words, gone for good."""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, datetime

import click

from doorstep.cli.opened import Failed, catch_up, note_erased, opened
from doorstep.record.authority import Operator
from doorstep.record.database import first, value
from doorstep.record.prepare import item_of
from doorstep.record.reasons import ACCEPTED
from doorstep.record.record import Record
from doorstep.record.store import now_ms


@click.command("erase")
@click.argument("subject")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--by", default="operator", help="Who decided it.")
def command(subject: str, yes: bool, by: str) -> None:
    """Destroy the key of SUBJECT (and of every record merged with hers): her words can never be read again, anywhere.

    What remains names nobody. Lists, exports and phones lose her; a backup does not bring her back.
    """
    with opened() as record:
        if not _is_here(record, subject):
            raise Failed(f"Nobody here has the id {subject}. Nothing was changed.")
        if not yes:
            _ask(subject)
        _erase(record, subject, by)
        catch_up(record)
        with record.store.log.read() as log:
            together = "SELECT COUNT(*) FROM erasure WHERE submission = (SELECT submission FROM erasure WHERE subject = ?)"
            gone = value(log, together, [subject])
    note_erased([(by, subject)])
    click.echo(f"Erased: {gone} record{'s' if gone != 1 else ''} of {subject}. Her words can no longer be read.")


def _is_here(record: Record, subject: str) -> bool:
    with record.store.log.read() as log:
        if first(log, "SELECT 1 FROM erasure WHERE subject = ?", [subject]):
            raise Failed(f"{subject} was erased before. Nothing was changed.")
        return first(log, "SELECT 1 FROM subject_key WHERE subject = ?", [subject]) is not None


def _ask(subject: str) -> None:
    if not sys.stdin.isatty():
        raise Failed("This cannot be undone. Nothing was changed. Say --yes if it is meant.")
    click.confirm(f"Everything that was ever said of {subject} becomes unreadable, for good. Erase?", abort=True)


def _erase(record: Record, subject: str, by: str) -> None:
    sent = {
        "id": f"erase-{uuid.uuid4()}", "kind": "erase", "subject": subject, "author": by,
        "made_at": datetime.now(UTC).isoformat(), "answers": {},
    }  # fmt: skip
    receipt = record.submit([item_of(sent, Operator(), now_ms())], Operator())[0]
    if receipt.outcome != ACCEPTED:
        raise Failed(f"It was {receipt.outcome}: {receipt.reason} {receipt.detail}. Nothing was changed.")
