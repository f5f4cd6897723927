"""Pictures and recordings of phones: each an age file sealed to this server, brought in pieces, put together, opened once.

It is called by the SHA-256 of its sealed bytes. Until the last piece is here it lies sealed in the data folder (`arriving/`), as
does one whose form has not come yet; opened it goes into the record, sealed under its person's key.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from doorstep.record.attachments import AWAITED, REFUSED, add_attachment
from doorstep.record.reasons import Refusal
from doorstep.record.record import Record
from doorstep.sync.recipient import Recipient, Unreadable

LARGEST = 12 * 1024 * 1024
"""Bytes of one sealed file."""
MOST = 2 * 1024 * 1024 * 1024
"""Bytes of all that are on their way."""
FORGOTTEN = 60 * 86_400
"""Seconds after which what was begun and never ended goes: the phone has it still, and begins anew."""
HEAD = 4096
_KEY = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")
_TYPE = re.compile(r"(image|audio|video|text|application)/[a-z0-9.+-]{1,60}(;[\w=., \"-]{1,60})?")


@dataclass(frozen=True)
class Arrived:
    """have: bytes that are here. outcome: '' while some are missing; see `doorstep.record.attachments`."""

    have: int
    outcome: str = ""

    def told(self) -> dict[str, object]:
        """As the phone is answered."""
        return {"have": self.have, **({"outcome": self.outcome} if self.outcome else {})}


class Arriving:
    """Thread-safe within one server process."""

    def __init__(self, record: Record, recipient: Recipient) -> None:
        self._record, self._recipient, self._lock = record, recipient, threading.Lock()

    @property
    def _folder(self) -> Path:
        return self._record.store.config.data / "arriving"

    def take(self, key: str, start: int, size: int, piece: bytes) -> Arrived:
        """Appends a piece where it belongs. `have` says where to go on; it has not grown when the piece belongs elsewhere, or
        when there is no room: the phone keeps what it has, and tries again later."""
        if not _KEY.fullmatch(key) or not 0 <= start <= size or not 0 < size <= LARGEST or start + len(piece) > size:
            raise Refusal("too_big" if size > LARGEST else "bad_number", f"a file of at most {LARGEST:,} bytes")
        with self._lock:
            path = self._folder / key
            have = path.stat().st_size if path.exists() else 0
            if start == have and piece and self._room(size - have):
                with path.open("ab") as file:
                    file.write(piece)
                have += len(piece)
            return self._ended(path) if have >= size else Arrived(have)

    def _room(self, wanted: int) -> bool:
        """Makes the folder, and forgets what was left in the middle long ago; whether there is room."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        total, now = wanted, time.time()
        for other in self._folder.iterdir():
            told = other.stat()
            if now - told.st_mtime > FORGOTTEN:
                other.unlink(missing_ok=True)
            else:
                total += told.st_size
        return total <= MOST

    def _ended(self, path: Path) -> Arrived:
        sealed = path.read_bytes()
        if hashlib.sha256(sealed).hexdigest() != path.name:
            path.unlink()
            return Arrived(0)
        outcome = self._opened(sealed)
        if outcome != AWAITED:
            path.unlink()
        return Arrived(len(sealed), outcome)

    def _opened(self, sealed: bytes) -> str:
        try:
            whole = self._recipient.unseal(sealed)
            head, found, content = whole.partition(b"\n")
            told = json.loads(head) if found and len(head) <= HEAD else None
        except (Unreadable, ValueError, RecursionError):
            return REFUSED
        if not isinstance(told, dict):
            return REFUSED
        submission, name, kind = (told.get(one) for one in ("submission", "name", "type"))
        if not isinstance(submission, str) or not isinstance(name, str) or not _NAME.fullmatch(name):
            return REFUSED
        known = kind if isinstance(kind, str) and _TYPE.fullmatch(kind.lower()) else "application/octet-stream"
        return add_attachment(self._record, submission, name, known.lower(), content)
