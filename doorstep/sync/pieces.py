"""A snapshot goes on where it broke off: the last one of each phone is kept for a while, in memory alone.

It is given to the same phone only, while what that phone may hold is unchanged.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

LASTS = 900.0
"""Seconds."""
MOST = 64 * 1024 * 1024
"""Bytes of all that are kept; the oldest go first."""
_FROM = re.compile(r"bytes=(\d{1,12})-")


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

    def get(self, whose: Hashable, asked: str, mark: str, make: Callable[[], bytes]) -> Piece:
        """The rest from `asked` (a Range header) when `mark` (If-Range) names what was begun; else all of a new one."""
        start = _FROM.fullmatch(asked.strip())
        if start and mark:
            with self._lock:
                at, known, content = self._kept.get(whose, (0.0, "", b""))
            if known == mark.strip() and time.monotonic() - at < LASTS and int(start[1]) < len(content):
                return Piece(content[int(start[1]) :], int(start[1]), len(content), known)
        content = make()
        mark = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
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
