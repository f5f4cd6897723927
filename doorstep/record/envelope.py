"""A submission as it was sent: read strictly, kept whole, and reduced to the one form that hashes and signatures cover.

Unknown fields are kept in the body, nothing is dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from doorstep.record.canonical import canonical, former
from doorstep.record.reasons import Refusal

KINDS = ("data", "correction", "merge", "unmerge", "erase")
LARGEST = 1_048_576
"""Bytes of one submission without its attachments."""
DEEPEST = 24
"""Levels of nesting: XLSForm has no limit, but no form that people fill in comes near."""
MOST_OBJECTS, MOST_VALUES = 500_000, 2_000_000
"""Lists and objects, and values, in one text: a few bytes of `[],` take twenty times as many in memory."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,127}")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL as JSON writes it, not somebody's backslash before the same letters."""
_HLC = re.compile(r"(\d{1,15})-([0-9a-fA-F]{1,4})")
_TEXTS = ("form", "version", "pack", "device", "prev", "sig", "salt")
_UNSIGNED = ("sig",)
"""Fields that the signature cannot cover. `sent_at` and `received_at` belong to the request and are taken off before."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One submission, checked. Times in milliseconds UTC; `zone` in minutes east; `day` the civil day in that offset."""

    id: str
    kind: str
    form: str
    version: str
    pack: str
    subject: str
    place: str
    author: str
    device: str
    made_at: str
    made_ms: int
    zone: int
    day: int
    clock: int | None
    """Hybrid logical clock of the device: milliseconds * 1000 + counter; None when it keeps none."""
    prev: str
    sig: str
    salt: str
    replaces: str | None
    answers: Mapping[str, Any]
    base: Mapping[str, str | None]
    body: Mapping[str, Any]
    """Everything that was sent, but the signature."""
    canonical: bytes
    """The body as the one string of bytes that hash and signature cover."""
    other: str | None = None
    """The second person of a merge or its undoing."""


class Twice(dict[str, Any]):
    """An object in which a key stands twice: readers differ about which one counts, so neither does."""


TWICE = "a key stands twice in one object"


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Twice(found)


def parse_json(text: bytes | str) -> Any:
    """JSON, strictly: no NaN, no bottomless nesting, no endless number, no crowd of empty lists. Refusal with its code.

    An object with a key twice comes back as `Twice`, which no submission may hold.
    """
    _not_too_many(text)
    try:
        return json.loads(text, parse_constant=_constant, object_pairs_hook=_object_of)
    except RecursionError as error:
        raise Refusal("too_deep") from error
    except UnicodeDecodeError as error:
        raise Refusal("bad_json", f"byte {error.start} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise Refusal("bad_json", f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except ValueError as error:
        raise Refusal("bad_json", "a number that no form can hold") from error


def _not_too_many(text: bytes | str) -> None:
    if len(text) <= MOST_OBJECTS:
        return
    opening, comma = (b"[", b"{"), b","
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if sum(map(raw.count, opening)) > MOST_OBJECTS or raw.count(comma) > MOST_VALUES:
        raise Refusal("too_big", f"more than {MOST_OBJECTS:,} lists and objects, or {MOST_VALUES:,} values")


def _constant(name: str) -> Any:
    raise ValueError(name)


def read_envelope(
    sent: Any, *, author: str | None = None, made_at: str | None = None, kept: bool = False
) -> Envelope:
    """A checked envelope of what was sent. `author` and `made_at` stand in when the sender's format has none.

    kept: it was taken in before, perhaps by an older Doorstep: a number that is refused now is none of its faults.
    Raises Refusal: too_deep, too_big, bad_text, bad_number, field_missing, wrong_type, bad_time.
    """
    if not isinstance(sent, dict):
        raise Refusal("wrong_type", "a submission is a JSON object")
    own = _identity(sent)
    try:
        return _read(sent, own, author, made_at, kept)
    except Refusal as refusal:
        refusal.id = own
        raise


def _read(sent: Mapping[str, Any], own: str, author: str | None, made_at: str | None, kept: bool) -> Envelope:
    _well_formed(sent)
    body = {key: inner for key, inner in sent.items() if key not in _UNSIGNED}
    flat = _flat(body, kept)
    if len(flat) > LARGEST:
        raise Refusal("too_big", f"{len(flat):,} bytes; the limit is {LARGEST:,}")
    if _NUL.search(flat):
        raise Refusal("bad_text", "a NUL")
    kind = _text(sent, "kind", "data")
    if kind not in KINDS:
        raise Refusal("wrong_type", f"kind is one of {', '.join(KINDS)}")
    texts = {name: _text(sent, name, "") for name in _TEXTS}
    if kind in ("data", "correction") and not texts["form"]:
        raise Refusal("field_missing", "form")
    made, moment = _moment(sent.get("made_at", made_at))
    offset = moment.utcoffset()
    zone = int(offset.total_seconds()) // 60 if offset else 0
    made_ms = int((moment - EPOCH).total_seconds() * 1000)
    return Envelope(
        id=own, kind=kind, **texts,
        subject=_ident(sent, "subject"),
        place=_ident(sent, "place", "" if kind not in ("data", "correction") else None),
        author=_ident(sent, "author", author),
        made_at=made, made_ms=made_ms, zone=zone, day=(made_ms + zone * 60_000) // 86_400_000,
        clock=_hybrid(sent.get("hlc")),
        replaces=_replaces(sent, kind), answers=_object(sent, "answers"), base=_base(sent),
        body=body, canonical=flat, other=_other(sent, kind),
    )  # fmt: skip


def _flat(body: Mapping[str, Any], kept: bool) -> bytes:
    try:
        return canonical(body)
    except Refusal as refusal:
        if kept and refusal.reason.code == "bad_number":
            return former(body)
        raise


def _identity(sent: Mapping[str, Any]) -> str:
    own = sent.get("id")
    if own is None:
        raise Refusal("field_missing", "id")
    if not isinstance(own, str) or not _ID.fullmatch(own):
        raise Refusal("wrong_type", "id is a text of at most 128 letters, digits and . _ : @ / + -")
    return own


def _ident(sent: Mapping[str, Any], name: str, default: str | None = None) -> str:
    found = sent.get(name, default)
    if found is None:
        raise Refusal("field_missing", name)
    if found == "" and default == "":
        return ""
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise Refusal("wrong_type", f"{name} is a text of at most 128 letters, digits and . _ : @ / + -")
    return found


def _text(sent: Mapping[str, Any], name: str, default: str) -> str:
    found = sent.get(name, default)
    if found is None:
        return default
    if isinstance(found, int) and not isinstance(found, bool) and name == "version" and 0 <= found < 10**15:
        return str(found)
    if not isinstance(found, str) or len(found) > 512:
        raise Refusal("wrong_type", f"{name} is a short text")
    return found


def _object(sent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = sent.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Refusal("wrong_type", f"{name} is an object")
    return found


def _base(sent: Mapping[str, Any]) -> Mapping[str, str | None]:
    found = _object(sent, "base")
    for name, seen in found.items():
        if seen is not None and not (isinstance(seen, str) and _ID.fullmatch(seen)):
            raise Refusal("wrong_type", f"base.{name[:40]} is the id of a submission, or null")
    return found


def _replaces(sent: Mapping[str, Any], kind: str) -> str | None:
    if sent.get("replaces") is None:
        if kind == "correction":
            raise Refusal("field_missing", "replaces")
        return None
    return _ident(sent, "replaces")


def _other(sent: Mapping[str, Any], kind: str) -> str | None:
    if kind not in ("merge", "unmerge"):
        return None
    other = _object(sent, "answers").get("other")
    if other is None:
        raise Refusal("field_missing", "answers.other")
    if not isinstance(other, str) or not _ID.fullmatch(other) or other == sent["subject"]:
        raise Refusal("wrong_type", "answers.other is the id of another record of the same person")
    return other


def _moment(text: Any) -> tuple[str, datetime]:
    if text is None:
        raise Refusal("field_missing", "made_at")
    return text, parse_moment(text)


def parse_moment(text: Any) -> datetime:
    """An ISO 8601 date and time with its offset. Refusal bad_time."""
    if not isinstance(text, str) or len(text) > 40:
        raise Refusal("bad_time", "made_at")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal("bad_time", "made_at") from error
    if moment.tzinfo is None or "T" not in text.upper().replace(" ", "T"):
        raise Refusal("bad_time", "made_at has no offset")
    return moment


def read_moment(text: Any) -> int:
    """Milliseconds UTC of an ISO 8601 date and time with offset. Refusal bad_time."""
    return int((parse_moment(text) - EPOCH).total_seconds() * 1000)


def _hybrid(found: Any) -> int | None:
    """`hlc` is '<milliseconds>-<counter in hex>', or milliseconds alone."""
    if found is None or found == "":
        return None
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 10**15:
        return found * 1000
    match = _HLC.fullmatch(found) if isinstance(found, str) else None
    if match is None:
        raise Refusal("wrong_type", "hlc is '<milliseconds>-<counter in hex>'")
    return int(match[1]) * 1000 + min(int(match[2], 16), 999)


def _well_formed(sent: Any) -> None:
    """Refuses what is nested more deeply than DEEPEST, without recursion, and objects with a key twice."""
    level = [sent]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, Twice):
                raise Refusal("bad_json", TWICE)
            inside = value.values() if isinstance(value, dict) else value
            below.extend(inner for inner in inside if isinstance(inner, dict | list))
        if not below:
            return
        level = below
    raise Refusal("too_deep", f"more than {DEEPEST} levels")
