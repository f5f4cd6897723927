"""A slow phone: every thread of a browser's pages gets one part in six of the time.

Chromium's own slowing (`Emulation.setCPUThrottlingRate`) slows the page's first thread alone and refuses workers, and in a worker
lies all that the phone does with its register. So the processes of pages are stopped and let go on, a few milliseconds at a time,
by a process of its own:

    python -m bench.phone_slow PID TIMES      # of everything that PID started; until its input ends
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

RUNS = 0.004
"""Seconds at a time. A frame of a screen is 0.016: a touch finds the page as it would find a slow one."""
LOOKS = 0.05
"""Seconds after which new processes are looked for."""


def pages(browser: int) -> list[int]:
    """Processes of pages and of their workers, below a browser."""
    parents: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                stat = Path(entry.path, "stat").read_text()
                parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, below = [], [browser]
    while below:
        own = parents.get(below.pop(), [])
        below += own
        for pid in own:
            with suppress(OSError):
                if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
    return found


Spent = dict[int, int]


def spent(browser: int) -> Spent:
    """Nanoseconds of a processor that each thread of a page took so far. Stopped they take none."""
    found: Spent = {}
    for pid in pages(browser):
        for entry in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with suppress(OSError):
                found[int(entry.parent.name)] = int(entry.read_text().split()[0])
    return found


def since(browser: int, before: Spent) -> float:
    """Seconds of a processor that pages took since then; of threads that have ended meanwhile nothing is known."""
    return sum(now - before.get(thread, 0) for thread, now in spent(browser).items()) / 1e9


@contextmanager
def slowed(browser: int, times: float) -> Iterator[None]:
    """As long as this lasts, pages of the browser are so many times slower."""
    process = subprocess.Popen([sys.executable, "-m", "bench.phone_slow", str(browser), str(times)], stdin=subprocess.PIPE)
    try:
        yield
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(20)


def _send(pids: list[int], what: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def main() -> None:
    browser, times = int(sys.argv[1]), float(sys.argv[2])
    found, looked = pages(browser), time.monotonic()
    try:
        while not select.select([sys.stdin], [], [], 0)[0]:
            began = time.monotonic()
            _send(found, signal.SIGCONT)
            time.sleep(RUNS)
            _send(found, signal.SIGSTOP)
            stopped = time.monotonic()
            if stopped - looked > LOOKS:
                found, looked = pages(browser), stopped
                _send(found, signal.SIGSTOP)
            time.sleep(max(0.0, (times - 1) * (stopped - began) - (time.monotonic() - stopped)))
    finally:
        _send(pages(browser), signal.SIGCONT)


if __name__ == "__main__":
    main()
