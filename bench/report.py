"""How benches speak: a line of progress on anything long, a table, and the one line that counts, last."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

SILENT = 2.0  # seconds after which somebody wants to know
Counted = Callable[[Iterable[tuple[object, ...]]], Iterator[tuple[object, ...]]]


def say(words: str) -> None:
    """A line for whoever waits; the figures themselves go to standard output."""
    print(f"bench: {words}", file=sys.stderr, flush=True)


@contextmanager
def progress(what: str, total: int) -> Iterator[Counted]:
    """`told(rows)` passes rows on and says every two seconds how many there were."""
    began = time.monotonic()
    last = [began]

    def told(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
        for number, row in enumerate(rows, 1):
            if number % 20_000 == 0 and time.monotonic() - last[0] > SILENT:
                last[0] = time.monotonic()
                say(f"{what}: {number:,} of {total:,}")
            yield row

    yield told
    if time.monotonic() - began > SILENT:
        say(f"{what}: done in {time.monotonic() - began:.0f} s")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Right-aligned columns; numbers get their thousands marked, None is shown as -."""
    lines = [list(head), *([shown(cell) for cell in row] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for line in lines:
        cells = [cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(line, widths, strict=True))]
        print("  ".join(cells).rstrip())


def shown(cell: object) -> str:
    """A number with three significant figures at least, everything else as it is."""
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}" if abs(cell) < 1 else f"{cell:.1f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def machine() -> str:
    """What it ran on, and how busy that was already: on a busy machine wall seconds say little."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores ({platform.machine()}), load {load:.1f}, Python {platform.python_version()}"


def median(values: Sequence[float]) -> float:
    """The middle one (the upper of two)."""
    return sorted(values)[len(values) // 2]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def last_line(bench: str, ratio: float, beside: str) -> None:
    """`bench NAME: RATIO x PEER`, or `x LIMIT`."""
    print(f"bench {bench}: {ratio:,.0f} x {beside}" if ratio >= 100 else f"bench {bench}: {ratio:.2f} x {beside}", flush=True)
