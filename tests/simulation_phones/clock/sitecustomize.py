"""The machine's clock, as a file says it: for the processes of a simulated server, which live through weeks in minutes.

Nothing of Doorstep is changed: Python reads this before anything else, and asks it what time it is.
"""

from __future__ import annotations

import datetime as real
import mmap
import os
import struct
import time

PATH = os.environ.get("SIMULATED_CLOCK", "")


def install(path: str) -> None:
    """path: a file of 8 bytes, seconds UTC as a little-endian double; read at every look."""
    with open(path, "rb") as file:
        at = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
    begun, ticks = struct.unpack("<d", at[:8])[0], time.monotonic

    def now() -> float:
        return float(struct.unpack("<d", at[:8])[0])

    class Dates(type):
        """What is a date to the rest of Python is one here too."""

        def __instancecheck__(cls, one: object) -> bool:
            return isinstance(one, cls.__mro__[1])

    class datetime(real.datetime, metaclass=Dates):
        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> real.datetime:
            return cls.fromtimestamp(now(), tz)

        @classmethod
        def utcnow(cls) -> real.datetime:
            return cls.fromtimestamp(now(), real.UTC).replace(tzinfo=None)

    class date(real.date, metaclass=Dates):
        @classmethod
        def today(cls) -> real.date:
            return cls.fromtimestamp(now())

    real.datetime, real.date = datetime, date  # type: ignore[misc]
    time.time = now
    time.time_ns = lambda: int(now() * 1e9)
    # What is remembered for some seconds is forgotten after a night, as it would be.
    time.monotonic = lambda: ticks() + now() - begun


if PATH:
    install(PATH)
