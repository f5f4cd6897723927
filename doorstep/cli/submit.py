"""`doorstep submit`: submissions from a file or a pipe into the record, each answered by name.

Whatever the file holds, it takes little memory, and never ends in an error that names no outcome.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

import click

from doorstep.cli.opened import Failed, Meter, accounts_of, catch_up, note_erased, opened
from doorstep.cli.output import emit
from doorstep.record import openrosa, uploaded_openrosa
from doorstep.record.admission import Item
from doorstep.record.authority import Authority, Operator
from doorstep.record.intake import Receipt
from doorstep.record.prepare import LONGEST_LINE, bounded_lines, decode, items_of, lines
from doorstep.record.reasons import ACCEPTED, DUPLICATE, HELD, OUTCOMES, REASONS, REFUSED, Refusal
from doorstep.record.record import Record
from doorstep.record.store import now_ms

AT_ONCE = 1000
"""Submissions in one transaction."""
SHOWN = 20
"""Ids listed for one reason."""
LISTED = 100_000
"""Receipts that are remembered to be listed; beyond them only their number is."""
LONGEST_LIST = 32 * 1024 * 1024
"""Bytes of a file that is one list: it has to be in memory as a whole. Lines do not."""


@click.command("submit")
@click.argument("file", type=click.File("rb"))
@click.option("--format", "output", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--later", is_flag=True, help="Append only; what is due is worked out at the next read.")
@click.option("--as", "sender", default="", metavar="USERNAME", help="As if this worker had sent them.")
def command(file: BinaryIO, output: str, later: bool, sender: str) -> None:
    """Take in submissions from FILE, or from standard input (-): JSON lines, one object, or a list; gzip too.

    One filled form of ODK Collect (XML) is taken as well: it does not say who filled it, so --as must.
    You vouch for them, unless --as names who sends: areas are not asked for, and a signature only where there is one. A line
    may carry `received_at`, for history that is brought from elsewhere. Exit code 0 when every submission was accepted or
    was here before, 3 when one was held or refused.
    """
    with opened(places=bool(sender), begins=True) as record:
        authority = _worker(record, sender) if sender else Vouching(record)
        tally = take_in(record, submissions_in(file), authority, sender)
        if not later:
            catch_up(record)
    note_erased(tally.erased)
    _report(tally, output)
    if tally.counts[HELD] or tally.counts[REFUSED]:
        sys.exit(3)


class Vouching(Operator):
    """The operator, who vouches for everything but a signature that does not fit."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._accounts: Authority | None = None

    def signing_key(self, device: str, author: str) -> bytes | tuple[bytes, ...] | None:
        if self._accounts is None:  # loading the accounts takes a while: only where something is signed
            self._accounts = accounts_of(self.record)
        return self._accounts.signing_key(device, author)


def _worker(record: Record, sender: str) -> Authority:
    authority = accounts_of(record)
    if not authority.knows(sender):
        raise Failed(f"Nobody here is called {sender}. Nothing was taken in. See: doorstep worker list")
    return authority


class Tally:
    """Counts, and the receipts that a person has to see."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.kept: list[Receipt] = []
        self.erased: list[tuple[str, str]] = []

    def add(self, items: Iterable[Item], receipts: Iterable[Receipt]) -> None:
        for item, receipt in zip(items, receipts, strict=True):
            self.counts[receipt.outcome] += 1
            if receipt.outcome == ACCEPTED and item.envelope is not None and item.envelope.kind == "erase":
                self.erased.append((item.envelope.author, item.envelope.subject))
            if receipt.outcome in (ACCEPTED, DUPLICATE):
                continue
            self.reasons[receipt.reason] += 1
            if len(self.kept) < LISTED:
                self.kept.append(receipt)


@dataclass(frozen=True)
class Filled:
    """A filled form as ODK Collect writes it."""

    xml: bytes


def submissions_in(file: BinaryIO) -> Iterator[Any]:
    """What the file holds, one by one, a Refusal for what cannot be read. What cannot be read on is one more Refusal."""
    try:
        yield from _read(file)
    except Refusal as refusal:
        yield refusal
    except (gzip.BadGzipFile, EOFError, zlib.error):
        yield Refusal("bad_json", "it does not unpack as gzip to its end: what was read before was taken in")
    except OSError as error:
        yield Refusal("bad_json", f"the file cannot be read to its end ({error.strerror}): what was read before was taken in")


def _read(file: BinaryIO) -> Iterator[Any]:
    """Lines are never read further than they may be long; a list or one object not further than fits in memory."""
    buffered = file if hasattr(file, "peek") else sys.stdin.buffer
    start = buffered.peek(2)[:2]  # type: ignore[union-attr]
    if start == b"\x1f\x8b":
        buffered = gzip.GzipFile(fileobj=buffered)  # type: ignore[assignment]
        start = buffered.peek(2)[:2]  # type: ignore[union-attr]
    # What is small is read whole: it may be one submission over many lines, as people write it.
    head = buffered.read(LONGEST_LINE).removeprefix(b"\xef\xbb\xbf")
    if head.lstrip()[:1] == b"<":
        yield Filled(head + buffered.read(openrosa.ACCEPTS + 1 - min(len(head), openrosa.ACCEPTS)))
        return
    if head.lstrip()[:1] == b"[":
        whole = head + buffered.read(LONGEST_LIST - len(head) + 1)
        if len(whole) > LONGEST_LIST:
            raise Refusal("too_big", f"a list of more than {LONGEST_LIST:,} bytes: write one submission on each line")
        yield from decode(whole)
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


def take_in(record: Record, found: Iterator[Any], authority: Authority | None = None, sender: str = "") -> Tally:
    """Decoded submissions into the record, as the operator vouches for them unless another authority is given."""
    tally, meter, who = Tally(), Meter("Submitting"), authority or Operator()
    batch: list[Item] = []

    def flush() -> None:
        receipts = record.submit(batch, who)
        tally.add(batch, receipts)
        for outcome in OUTCOMES:
            if count := sum(receipt.outcome == outcome for receipt in receipts):
                meter(outcome, count)
        batch.clear()

    size = 0
    for item in _items(record, found, who, sender):
        batch.append(item)
        size += len(item.envelope.canonical) if item.envelope else 0
        if len(batch) >= AT_ONCE or size >= LONGEST_LIST:
            flush()
            size = 0
    if batch:
        flush()
    meter.done()
    return tally


def _items(record: Record, found: Iterable[Any], who: Authority, sender: str) -> Iterator[Item]:
    for one in found:
        if isinstance(one, Filled):
            yield _item_of_form(record, one, who, sender)
        else:
            yield from items_of([one], who, now_ms(), sender=sender, believe=not sender)


def _item_of_form(record: Record, one: Filled, who: Authority, sender: str) -> Item:
    if len(one.xml) > openrosa.ACCEPTS:
        return Item(None, now_ms(), Refusal("too_big", f"a form of more than {openrosa.ACCEPTS:,} bytes"))
    if not sender:
        nobody = Refusal("field_missing", "author: a filled form does not say who filled it; add --as USERNAME")
        return Item(None, now_ms(), nobody)
    part = openrosa.Part(openrosa.XML_PART, "", "text/xml", one.xml)
    whose = partial(uploaded_openrosa.whose, record)
    return openrosa.item_of_form([part], record.shelf, who, now_ms(), sender, accounts_of(record).place_of, whose)


def _report(tally: Tally, output: str) -> None:
    if output == "json":
        import json

        told: dict[str, Any] = {"counts": {outcome: tally.counts[outcome] for outcome in OUTCOMES}}
        told["reasons"] = [one.told() for one in tally.kept]
        if left_out := tally.reasons.total() - len(tally.kept):
            told["reasons_left_out"] = left_out
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    emit(({"outcome": outcome, "submissions": tally.counts[outcome]} for outcome in OUTCOMES), ("outcome", "submissions"))
    by_reason: dict[str, list[Receipt]] = {}
    for receipt in tally.kept:
        by_reason.setdefault(receipt.reason, []).append(receipt)
    for code, receipts in by_reason.items():
        reason = REASONS[code]
        click.echo(f"\n{reason.outcome} ({code}), {tally.reasons[code]:,}: {reason}")
        _list(receipts, tally.reasons[code])


def _list(receipts: Sequence[Receipt], count: int) -> None:
    for receipt in receipts[:SHOWN]:
        click.echo(f"  {receipt.id or '(no id)'}" + (f"  {receipt.detail}" if receipt.detail else ""))
    if count > SHOWN:
        click.echo(f"  and {count - SHOWN:,} more")
