"""The first pull of a phone that was just enrolled is made while its worker chooses her secret: then she waits for the way alone.

It goes out only when nothing changed for her since it was made; else it is made anew, as for everybody who asks later. Then there
is time to pack it better, too: a tenth of the bytes less, which a hill with 50 kbit/s waits twelve seconds for.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from concurrent.futures import Future

from doorstep.record.lists import today
from doorstep.record.record import Record
from doorstep.sync import pull
from doorstep.sync.cursor import Cursor
from doorstep.sync.holding import Holding
from doorstep.sync.packing import in_brotli
from doorstep.sync.snapshot import snapshot

MOST = 8
"""Documents that wait for their phones: some megabytes each. The oldest go first."""

WORTH = 10
"""Brotli's quality; 9 takes a tenth of the time."""

Made = tuple[Cursor, bytes]


class Beforehand:
    """Thread-safe; makes one at a time."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._lock, self._one = threading.Lock(), threading.Lock()
        self._coming: OrderedDict[Hashable, Future[Made]] = OrderedDict()
        self._packed: OrderedDict[int, tuple[bytes, bytes]] = OrderedDict()

    def begin(self, whose: Hashable, holding: Holding, pack: str) -> None:
        """Begins to make what this phone will ask for soon."""
        with self._lock:
            self._coming.pop(whose, None)
            while len(self._coming) >= MOST:
                self._coming.popitem(last=False)[1].cancel()
            coming = self._coming[whose] = Future()
        threading.Thread(target=self._make, args=(coming, holding, pack), name="first-pull", daemon=True).start()

    def document(self, whose: Hashable, holding: Holding, pack: str) -> bytes:
        """What `snapshot` gives, at once where it was made beforehand. Raises what `snapshot` raises."""
        with self._lock:
            coming = self._coming.pop(whose, None)
        # What waits for its turn behind others is not waited for; what went wrong shows itself again.
        if coming is not None and not coming.cancel() and coming.exception() is None:
            since, content = coming.result()
            if self._still(since, holding, pack):
                return content
        return snapshot(self.record, holding, pack)

    def _make(self, coming: Future[Made], holding: Holding, pack: str) -> None:
        with self._one:
            if not coming.set_running_or_notify_cancel():
                return
            try:
                with self.record.reading() as register:
                    since = Cursor.now(self.record, register, holding, pack)
                content = snapshot(self.record, holding, pack)
            except Exception as error:  # told to whoever asks
                coming.set_exception(error)
                return
            coming.set_result((since, content))
            with self._lock:
                wanted = coming in self._coming.values()  # and has not gone out already
            if wanted:
                self._keep(content, in_brotli(content, WORTH))

    def _keep(self, content: bytes, packed: bytes) -> None:
        with self._lock:
            self._packed[id(content)] = content, packed
            while len(self._packed) > MOST:
                self._packed.popitem(last=False)

    def packed(self, content: bytes) -> bytes | None:
        """A document as Brotli, if it is packed already."""
        with self._lock:
            known, packed = self._packed.get(id(content), (b"", b""))
        return packed if known is content else None

    def _still(self, since: Cursor, holding: Holding, pack: str) -> bool:
        """Whether the next pull of this phone would bring nothing."""
        told = pull.pull(self.record, holding, pack, since, 1)
        return since.day == today() and not (told["fresh"] or told["bundles"] or told["forget"] or told["more"])
