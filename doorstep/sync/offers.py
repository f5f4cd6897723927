"""Forms that somebody uploaded, as phones take them: each alone, named by the hash of what it says, its media each by their own.

So a phone fetches what is for its worker and what it does not have yet, and nothing that it holds is taken anew.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doorstep.record.database import Connection
from doorstep.record.record import Record
from doorstep.record.scope import Scope
from doorstep.record.uploaded import InForce, in_force
from doorstep.record.uploaded_area import offered
from doorstep.record.uploaded_packs import medium
from doorstep.sync.pack import form_told

LARGEST_MEDIA = 1_500_000
"""Bytes of pictures, sounds and lists that go with one form; the smallest first, and the form works without the rest."""


@dataclass(frozen=True)
class Offer:
    """A form in force. packed: gzipped JSON; hash: of the JSON. media: digest -> media type."""

    held: InForce
    hash: str
    packed: bytes
    media: Mapping[str, str]

    def told(self) -> dict[str, str]:
        """As the state names it."""
        return {"id": self.held.told.form, "version": self.held.told.version, "hash": self.hash}


class Offers:
    """Thread-safe. Worked out once for each pack."""

    def __init__(self, record: Record) -> None:
        self._record, self._lock = record, threading.Lock()
        self._of, self._known = "", tuple[Offer, ...]()

    def all(self) -> tuple[Offer, ...]:
        """Of every uploaded form in force, by id."""
        with self._lock:
            hash = self._record.rules.pack.hash
            if hash != self._of:
                self._known = tuple(_offer(held) for _, held in sorted(in_force(self._record).items()))
                self._of = hash
            return self._known

    def to(self, register: Connection, scope: Scope) -> list[dict[str, str]]:
        """Those that a worker of this scope is asked to fill in."""
        return [one.told() for one in self.all() if offered(register, one.held.told, scope)]

    def form(self, hash: str) -> Offer | None:
        """The form of this hash; None when it is not in force."""
        return next((one for one in self.all() if one.hash == hash), None)

    def medium(self, digest: str) -> tuple[str, bytes] | None:
        """(media type, content) of what a form in force shows, plays or reads."""
        kind = next((one.media[digest] for one in self.all() if digest in one.media), None)
        content = medium(self._record.store, digest) if kind else None
        return (kind, content) if kind and content is not None else None


def _offer(held: InForce) -> Offer:
    """What a phone is told of one form."""
    told, listed, size = held.told, list[dict[str, Any]](), 0
    for one in sorted(told.media, key=lambda one: (one.size, one.name)):
        size += one.size
        if size <= LARGEST_MEDIA:
            listed.append({"name": one.name, "type": one.type, "digest": one.digest, "size": one.size})
    whole = {
        **form_told(held.form, held.programme), "media": listed, "languages": list(held.programme.languages),
        "uploaded": {"subject": told.subject, "roles": list(told.roles), "places": list(told.places)},
    }  # fmt: skip
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    digests = {one["digest"]: one["type"] for one in listed}
    return Offer(held, hashlib.sha256(text).hexdigest()[:32], gzip.compress(text, 9, mtime=0), digests)
