"""Files that are there as a whole, or not at all: for whoever reads them, beside others who write them, and after a power cut."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

PRIVATE, SHARED = 0o600, 0o666
"""Who may read and write a new file: this user alone, or whom the machine's umask lets."""
LEFT = 24 * 3600
"""Seconds after which a file that somebody began and never ended is nobody's any more."""


@contextlib.contextmanager
def becoming(path: Path, mode: int = PRIVATE) -> Iterator[Path]:
    """A new empty file beside `path` to write into, nobody else's, which takes its place when the block ends well.

    Of several that do so at once each is whole, and the last one stays. Its folder must be there.
    """
    _tidy(path)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    try:
        yield fresh
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Puts content in place of what the file held; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with becoming(path, mode) as fresh:
        fresh.write_bytes(content)


def write_once(path: Path, content: bytes) -> bytes:
    """Writes a file that never changes, readable by this user alone, unless it is there; what it holds. Of several that do so
    at once, one wins, and the others wait for it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        held = file.read()
        if held:
            return held
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        return content


def append_lines(path: Path, lines: str) -> None:
    """Adds whole lines at the end, durably. A half line that a power cut left is closed first. Its folder is made."""
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())


def _tidy(path: Path) -> None:
    """What a process that was killed left half written."""
    for left in path.parent.glob(f".{path.name}.*.new"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT:
                left.unlink()
