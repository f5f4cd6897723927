"""`doorstep submit`: submissions from a file or a pipe into the record, each answered by name."""

from __future__ import annotations

import gzip
import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

import click

from doorstep.cli.opened import Meter, catch_up, opened
from doorstep.cli.output import emit
from doorstep.record.admission import Item
from doorstep.record.authority import Operator
from doorstep.record.intake import Receipt
from doorstep.record.prepare import LONGEST_LINE, bounded_lines, decode, items_of, lines
from doorstep.record.reasons import ACCEPTED, DUPLICATE, HELD, OUTCOMES, REASONS, REFUSED
from doorstep.record.record import Record
from doorstep.record.store import now_ms

AT_ONCE = 1000
"""Submissions in one transaction."""
SHOWN = 20
"""Ids listed for one reason."""


@click.command("submit")
@click.argument("file", type=click.File("rb"))
@click.option("--format", "output", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--later", is_flag=True, help="Append only; what is due is worked out at the next read.")
def command(file: BinaryIO, output: str, later: bool) -> None:
    """Take in submissions from FILE, or from standard input (-): JSON lines, one object, or a list; gzip too.

    You vouch for them: areas and signatures are not asked for. A line may carry `received_at`, for history that is brought
    from elsewhere. Exit code 0 when every submission was accepted or was here before, 3 when one was held or refused.
    """
    with opened() as record:
        receipts = take_in(record, _submissions(file))
        if not later:
            catch_up(record)
    _report(receipts, output)
    if any(receipt.outcome in (HELD, REFUSED) for receipt in receipts.kept):
        sys.exit(3)


class Tally:
    """Counts, and the receipts that a person has to see."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.kept: list[Receipt] = []

    def add(self, receipts: Iterable[Receipt]) -> None:
        for receipt in receipts:
            self.counts[receipt.outcome] += 1
            if receipt.outcome not in (ACCEPTED, DUPLICATE):
                self.kept.append(receipt)


def _submissions(file: BinaryIO) -> Iterator[Any]:
    """What the file holds, one by one; lines are never read further than they may be long."""
    buffered = file if hasattr(file, "peek") else sys.stdin.buffer
    start = buffered.peek(2)[:2]  # type: ignore[union-attr]
    if start == b"\x1f\x8b":
        buffered = gzip.GzipFile(fileobj=buffered)  # type: ignore[assignment]
        start = buffered.peek(2)[:2]  # type: ignore[union-attr]
    # What is small is read whole: it may be one submission over many lines, as people write it.
    head = buffered.read(LONGEST_LINE)
    if head.lstrip()[:1] == b"[":
        yield from decode(head + buffered.read())
        return
    rest = buffered.read(1)
    if not rest:
        yield from decode(head) if head.strip() else ()
        return
    yield from lines(bounded_lines(io.BufferedReader(_Chained(head + rest, buffered))))


class _Chained(io.RawIOBase):
    """The bytes that were read already, then the rest of the file."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self.head, self.rest = memoryview(head), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        some = self.head[: len(buffer)] or self.rest.read(len(buffer))
        self.head = self.head[len(some) :] if self.head else self.head
        buffer[: len(some)] = some
        return len(some)


def take_in(record: Record, found: Iterator[Any]) -> Tally:
    """Decoded submissions into the record, as the operator vouches for them."""
    tally, meter, operator = Tally(), Meter("Submitting"), Operator()
    batch: list[Item] = []

    def flush() -> None:
        receipts = record.submit(batch, operator)
        tally.add(receipts)
        for outcome in OUTCOMES:
            if count := sum(receipt.outcome == outcome for receipt in receipts):
                meter(outcome, count)
        batch.clear()

    for item in items_of(found, operator, now_ms(), believe=True):
        batch.append(item)
        if len(batch) >= AT_ONCE:
            flush()
    if batch:
        flush()
    meter.done()
    return tally


def _report(tally: Tally, output: str) -> None:
    if output == "json":
        import json

        told = {"counts": {outcome: tally.counts[outcome] for outcome in OUTCOMES}, "reasons": [one.told() for one in tally.kept]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    emit(({"outcome": outcome, "submissions": tally.counts[outcome]} for outcome in OUTCOMES), ("outcome", "submissions"))
    by_reason: dict[str, list[Receipt]] = {}
    for receipt in tally.kept:
        by_reason.setdefault(receipt.reason, []).append(receipt)
    for code, receipts in by_reason.items():
        reason = REASONS[code]
        click.echo(f"\n{reason.outcome} ({code}), {len(receipts):,}: {reason}")
        _list(receipts)


def _list(receipts: Sequence[Receipt]) -> None:
    for receipt in receipts[:SHOWN]:
        click.echo(f"  {receipt.id or '(no id)'}" + (f"  {receipt.detail}" if receipt.detail else ""))
    if len(receipts) > SHOWN:
        click.echo(f"  and {len(receipts) - SHOWN:,} more")
