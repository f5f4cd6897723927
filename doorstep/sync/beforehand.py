"""The first pull of a phone that was just enrolled is made while its worker chooses her secret: then she waits for the way alone.

It goes out only when nothing changed for her since it was made; else it is made anew, as for everybody who asks later. What is
made early can be packed better, too: a tenth of the bytes less, which a hill with 50 kbit/s waits twelve seconds for.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field

from doorstep.record.lists import today
from doorstep.record.record import Record
from doorstep.sync import pull
from doorstep.sync.cursor import Cursor
from doorstep.sync.holding import Holding
from doorstep.sync.packing import in_brotli
from doorstep.sync.snapshot import snapshot

MOST, LARGEST, LASTS = 8, 16 * 1024 * 1024, 600.0
"""Documents that wait for their phones; bytes of one; seconds. Of others, or later, each is made when it is asked for."""
WORTH = 10
"""Brotli's quality; 9 takes a tenth of the time."""


@dataclass(eq=False)
class Coming:
    """A document that is being made, or waits. packed: it as Brotli, once it is. gone: it went out."""

    made: Future[tuple[Cursor, bytes]] = field(default_factory=Future)
    packed: bytes | None = None
    gone: threading.Event = field(default_factory=threading.Event)


class Beforehand:
    """Thread-safe; makes one at a time, each in a thread that keeps it until it goes out or is too old."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._lock, self._one = threading.Lock(), threading.Lock()
        self._coming: dict[Hashable, Coming] = {}

    def begin(self, whose: Hashable, holding: Holding, pack: str) -> None:
        """Begins to make what this phone will ask for soon; nothing where it is made already, or too many are."""
        with self._lock:
            if whose in self._coming or len(self._coming) >= MOST:
                return
            coming = self._coming[whose] = Coming()
        threading.Thread(target=self._keep, args=(whose, coming, holding, pack), name="first-pull", daemon=True).start()

    def document(self, whose: Hashable, holding: Holding, pack: str) -> tuple[bytes, bytes | None]:
        """What `snapshot` gives, at once where it was made beforehand; and the same as Brotli where it is packed. Raises what
        `snapshot` raises."""
        with self._lock:
            coming = self._coming.pop(whose, None)
        if coming is not None:
            coming.gone.set()
            # What waits for its turn behind others is not waited for; what went wrong shows itself again.
            if not coming.made.cancel() and coming.made.exception() is None:
                since, content = coming.made.result()
                if self._still(since, holding, pack):
                    return content, coming.packed
        return snapshot(self.record, holding, pack), None

    def _keep(self, whose: Hashable, coming: Coming, holding: Holding, pack: str) -> None:
        try:
            content = self._made(coming, holding, pack)
            if len(content) <= LARGEST and not coming.gone.is_set():
                coming.packed = in_brotli(content, WORTH) if content else None
                coming.gone.wait(LASTS if content else 0)
        finally:
            with self._lock:
                if self._coming.get(whose) is coming:
                    del self._coming[whose]

    def _made(self, coming: Coming, holding: Holding, pack: str) -> bytes:
        """b'' when nobody wants it any more, or it cannot be made."""
        with self._one:
            if not coming.made.set_running_or_notify_cancel():
                return b""
            try:
                with self.record.reading() as register:
                    since = Cursor.now(self.record, register, holding, pack)
                content = snapshot(self.record, holding, pack)
            except Exception as error:  # whoever asks makes it again, and is told
                coming.made.set_exception(error)
                return b""
            coming.made.set_result((since, content))
            return content

    def _still(self, since: Cursor, holding: Holding, pack: str) -> bool:
        """Whether the next pull of this phone would bring nothing."""
        told = pull.pull(self.record, holding, pack, since, 1)
        return since.day == today() and not (told["fresh"] or told["bundles"] or told["forget"] or told["more"])
