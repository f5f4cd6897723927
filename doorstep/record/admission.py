"""Admission: accepted, duplicate, held or refused, decided once and kept with why. Pure: all it knows is handed in.

Admission is history, the fold is a function: what is decided here is never decided again by replay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from doorstep.content.model import Form
from doorstep.record.authority import Authority, Operator
from doorstep.record.envelope import Envelope
from doorstep.record.reasons import ACCEPTED, DUPLICATE, REASONS, Refusal
from doorstep.record.shelf import Shelf

DAY_MS = 86_400_000
EARLIEST = 10_957
"""1 January 2000: nothing was filled in on a phone before; a day before it is a clock that lost its time."""
TARGET_AWAITED = "target_awaited"
LATENCY_MS = 120_000
"""A clock that differs by less than the network may take is right."""


@dataclass(frozen=True)
class Item:
    """What arrived. signature: none, good, bad, unknown (no key enrolled) or missing (must sign, did not).

    sent_ms: the device's clock when it sent this. An envelope beside a refusal: read, but not taken in.
    """

    envelope: Envelope | None
    received_ms: int
    refusal: Refusal | None = None
    sent_ms: int | None = None
    sender: str = ""
    signature: str = "none"
    attachments: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    """Name -> (media type, content)."""


@dataclass(frozen=True)
class Seen:
    """An id that has been here. dark: its person was erased, hash is ''. waiting: kept aside, undecided."""

    hash: str
    kind: str
    form: str
    stamp: int
    state: str = "accepted"
    """accepted, dark, waiting or refused."""
    root: str | None = None
    seq: int = 0
    """Its number in the log, 0 when it is not there."""

    @property
    def admitted(self) -> bool:
        """Whether it is in the log."""
        return self.state in ("accepted", "dark")


@dataclass
class Context:
    """What admission knows; `intake` fills it for a batch and keeps it true while the batch goes on."""

    shelf: Shelf
    authority: Authority
    seen: dict[str, Seen] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    places: dict[str, set[str]] = field(default_factory=dict)
    """Subject -> where accepted submissions spoke of her."""
    about: dict[str, set[str]] = field(default_factory=dict)
    """Id of a submission that a correction may name -> whom it speaks of."""
    lived: Callable[[str], Collection[str]] = lambda subject: ()
    """Subject -> where the register knows that she lives, or lived: on whose lists she stands, or stood."""


@dataclass(frozen=True)
class Decision:
    """reason and detail are '' when accepted; form is set when the shelf has it."""

    outcome: str
    reason: str = ""
    detail: str = ""
    stamp: int = 0
    offset: int | None = None
    pack: str = ""
    version: str = ""
    form: Form | None = None


def decide(item: Item, hash: str, subjects: Collection[str], context: Context) -> Decision:
    """The outcome of one item. hash: of its body, '' when the key is destroyed. subjects: all whom it speaks of."""
    if item.refusal is not None or item.envelope is None:
        refusal = item.refusal or Refusal("not_understood")
        if item.envelope is not None and refusal.reason.code == "bad_number":
            again = _again(item.envelope, hash, context)
            if again is not None and again.outcome == DUPLICATE:
                return again  # it is in the log since before such numbers were refused
        return _no(refusal.reason.code, refusal.detail)
    sent = item.envelope
    if item.signature == "bad":
        return _no("bad_signature")
    again = _again(sent, hash, context)
    if again:
        return again
    found = context.shelf.form(sent.form, sent.version, sent.pack) if sent.form else None
    trouble = (
        _erased(sent, context)
        or _form(sent, context.shelf)
        or _time(sent, item, found.form if found else None)
        or _who(sent, item, context)
        or _target(sent, context)
        or _where(sent, item, subjects, context)
    )
    stamp, offset = corrected_stamp(sent, item, context.seen)
    kept: dict[str, Any] = {"stamp": stamp, "offset": offset}
    if found:
        kept |= {"pack": found.pack, "version": found.form.version, "form": found.form}
    if trouble:
        reason = REASONS[trouble[0]]
        return Decision(reason.outcome, reason.code, trouble[1], **kept)
    return Decision(ACCEPTED, **kept)


def _no(code: str, detail: str = "") -> Decision:
    return Decision(REASONS[code].outcome, code, detail)


def _again(sent: Envelope, hash: str, context: Context) -> Decision | None:
    """The same id once more: nothing happens twice, and nothing that was erased comes back."""
    seen = context.seen.get(sent.id)
    if seen is None:
        return None
    if seen.state == "dark":
        return Decision(DUPLICATE)
    if seen.hash != hash:
        return _no("same_id_other_body")
    if seen.state == "accepted":
        return Decision(DUPLICATE)
    if seen.state == "refused":
        return _no("refused_by_person")
    return Decision(DUPLICATE, detail="waiting")


Trouble = tuple[str, str]


def _erased(sent: Envelope, context: Context) -> Trouble | None:
    if sent.kind != "erase" and (sent.subject in context.erased or sent.other in context.erased):
        return "subject_erased", ""
    return None


def _form(sent: Envelope, shelf: Shelf) -> Trouble | None:
    if not sent.form or sent.kind not in ("data", "correction"):
        return None
    if not shelf.knows(sent.form):
        return "form_unknown", sent.form[:80]
    if shelf.form(sent.form, sent.version, sent.pack) is None:
        return "version_unknown", f"{sent.form[:80]} {sent.version[:80]}"
    return None


def _time(sent: Envelope, item: Item, form: Form | None) -> Trouble | None:
    """The day on which it happened: what the form asks, else when it was filled in."""
    day = event_day(sent, form)
    day = sent.day if day is None else day
    today = (item.received_ms + sent.zone * 60_000) // DAY_MS
    if day > today + 1:
        return "day_in_future", ""
    return ("day_too_early", "") if day < EARLIEST else None


def event_day(sent: Envelope, form: Form | None) -> int | None:
    """The day answered to the form's own question of when, None when it asks none or the answer is no whole date."""
    if form is None or form.event_time is None:
        return None
    path = next((question.path for question in form.questions if question.name == form.event_time), None)
    answer: Any = sent.answers
    for name in path or ():
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    return civil_day(answer)


def civil_day(answer: Any) -> int | None:
    """Day number of 'YYYY-MM-DD...', None of anything else."""
    from datetime import date

    if not isinstance(answer, str) or len(answer) < 10:
        return None
    try:
        return date.fromisoformat(answer[:10]).toordinal() - 719_163
    except ValueError:
        return None


def _who(sent: Envelope, item: Item, context: Context) -> Trouble | None:
    authority = context.authority
    if item.signature == "unknown":
        return "device_unknown", sent.device[:80]
    if item.signature == "missing":
        return "not_signed", sent.device[:80]
    if not authority.knows(sent.author):
        return "author_unknown", sent.author[:80]
    if item.signature != "good" and not authority.may_send_for(item.sender, sent.author):
        return "author_not_sender", sent.author[:80]
    if not authority.may_do(sent.author, sent.kind):
        return "role_may_not", sent.kind
    return None


def _target(sent: Envelope, context: Context) -> Trouble | None:
    """What a correction names: until it is here nobody knows whom words are taken from, so the correction waits for it.

    Who vouches for everything need not wait: the fold does.
    """
    target = context.seen.get(sent.replaces or "")
    if sent.kind != "correction":
        return None
    if target is None or not target.admitted:
        return None if isinstance(context.authority, Operator) else (TARGET_AWAITED, sent.replaces or "")
    if target.kind == "erase":
        return "erasure_stands", ""
    return ("corrects_another_form", target.form) if target.form != sent.form else None


def _where(sent: Envelope, item: Item, subjects: Collection[str], context: Context) -> Trouble | None:
    """Inside the author's area; and not somebody who is known only elsewhere.

    Whoever may see her may write of her: she was spoken of in the area, or lives there (though so far only her station wrote of
    her), or is open to the author for a time.
    """
    # Work that arrives late counts by the area its author had then; a new author may bring what was done before.
    received = (item.received_ms + sent.zone * 60_000) // DAY_MS
    days = {min(sent.day, received), received}
    authority = context.authority
    if sent.place:
        inside = [authority.covers(sent.author, sent.place, day, sent.kind) for day in days]
        if not any(inside):
            unknown = all(one is None for one in inside)
            return ("place_unknown", sent.place) if unknown else ("place_outside_area", sent.place)
    # Who corrects takes words back: those whom the corrected submission speaks of are theirs to speak of too, or not.
    for subject in {*subjects, *context.about.get(sent.replaces or "", ())}:
        known = context.places.get(subject)
        if not known or _inside(sent, known, days, authority) or authority.opened(sent.author, subject, days):
            continue
        if not _inside(sent, context.lived(subject), days, authority):
            return "subject_of_another_area", ""
    return None


def _inside(sent: Envelope, places: Collection[str], days: Collection[int], authority: Authority) -> bool:
    """Whether one of the places was in the author's area on one of the days."""
    return any(authority.covers(sent.author, place, day, sent.kind) for place in places for day in days)


def corrected_stamp(sent: Envelope, item: Item, seen: Mapping[str, Seen]) -> tuple[int, int | None]:
    """(stamp, measured offset in ms). The device's clock, put right: never later than receipt, never before what it saw.

    So a phone in 2099 does not win for ever, and its own corrections still come after what they correct.
    """
    offset = None if item.sent_ms is None else item.received_ms - item.sent_ms
    wrong = offset if offset is not None and abs(offset) > LATENCY_MS else 0
    clock = sent.clock if sent.clock is not None else sent.made_ms * 1000
    stamp = min(clock + wrong * 1000, item.received_ms * 1000)
    named = [id for id in (sent.replaces, *sent.base.values()) if id]
    after = [seen[id].stamp + 1 for id in named if id in seen and seen[id].admitted]
    return max([stamp, *after]), offset
