"""Guesses of enrolment codes are slowed down: so many wrong ones from one address, and so many from everywhere.

Kept in memory: 20 letters to the power of 8 are enough against whoever can start the server anew.
"""

from __future__ import annotations

import threading
import time
from collections import deque

FROM_ONE, WITHIN = 10, 900.0
"""Wrong codes from one address, in so many seconds."""
FROM_ALL, WITHIN_ALL = 2000, 3600.0


class Guesses:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[str, deque[float]] = {}
        self._all: deque[float] = deque()

    def wait(self, address: str) -> int:
        """Seconds until another try is let in; 0 for now."""
        now = time.monotonic()
        with self._lock:
            own = self._of.get(address, deque())
            return max(_wait(own, FROM_ONE, WITHIN, now), _wait(self._all, FROM_ALL, WITHIN_ALL, now))

    def wrong(self, address: str) -> None:
        """One more wrong code from here."""
        now = time.monotonic()
        with self._lock:
            if len(self._of) > 10_000:  # whoever guessed long ago is let go of
                self._of = {one: tries for one, tries in self._of.items() if tries and now - tries[-1] < WITHIN}
            for tries, most in ((self._of.setdefault(address, deque()), FROM_ONE), (self._all, FROM_ALL)):
                tries.append(now)
                while len(tries) > most:
                    tries.popleft()


def _wait(tries: deque[float], most: int, within: float, now: float) -> int:
    if len(tries) < most or now - tries[0] >= within:
        return 0
    return int(within - (now - tries[0])) + 1
