"""A first pull goes on where it broke off: the last one of each phone is kept for a while, in memory alone, not packed.

It is given to the same phone only, while what that phone may hold is unchanged.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

LASTS = 900.0
"""Seconds."""
MOST = 64 * 1024 * 1024
"""Bytes of all that are kept; the oldest go first."""


@dataclass(frozen=True)
class Piece:
    """What goes out. start: 0 for all of it. of: how long the whole is. mark: names the whole."""

    content: bytes
    start: int
    of: int
    mark: str


class Pieces:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, str, bytes]] = OrderedDict()

    def get(self, whose: Hashable, start: int, mark: str, make: Callable[[], bytes]) -> Piece:
        """The rest from byte `start` on when `mark` names what was begun; else all of a new one."""
        if start and mark:
            with self._lock:
                at, known, content = self._kept.get(whose, (0.0, "", b""))
            if known == mark and time.monotonic() - at < LASTS and start < len(content):
                return Piece(content[start:], start, len(content), known)
        content = make()
        mark = hashlib.sha256(content).hexdigest()[:32]
        self._keep(whose, mark, content)
        return Piece(content, 0, len(content), mark)

    def _keep(self, whose: Hashable, mark: str, content: bytes) -> None:
        now = time.monotonic()
        with self._lock:
            self._kept.pop(whose, None)
            self._kept[whose] = (now, mark, content)
            while self._kept:
                oldest = next(iter(self._kept.values()))
                if now - oldest[0] < LASTS and sum(len(one[2]) for one in self._kept.values()) <= MOST:
                    return
                self._kept.popitem(last=False)
