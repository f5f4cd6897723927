"""Files that are there as a whole, or not at all: for whoever reads them, beside others who write them, and after a power cut."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

PRIVATE, SHARED = 0o600, 0o666
"""Who may read and write a new file: this user alone, or whom the machine's umask lets."""
LEFT, EVERY = 24 * 3600, 3600
"""Seconds after which a file that somebody began and never ended is nobody's any more; and until a folder is looked at again."""
LEFT_BEHIND = (".new", ".new-wal", ".new-shm")
"""How the names of unfinished files end; SQLite writes two beside its own."""
_SWEPT: dict[Path, float] = {}


@contextlib.contextmanager
def becoming(path: Path, mode: int = PRIVATE) -> Iterator[Path]:
    """A new empty file beside `path` to write into, nobody else's, which takes its place when the block ends well.

    Of several that do so at once each is whole, and the last one stays. Its folder must be there.
    """
    sweep(path.parent)
    fresh = beside(path)
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    try:
        owned(fresh)
        yield fresh
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.replace(path)
    finally:
        for left in LEFT_BEHIND:
            fresh.with_name(fresh.name.removesuffix(LEFT_BEHIND[0]) + left).unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """A name for what becomes `path`: of nobody else, and swept away if it is never ended."""
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}{LEFT_BEHIND[0]}")


def write_whole(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Puts content in place of what the file held; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with becoming(path, mode) as fresh:
        fresh.write_bytes(content)


def write_once(path: Path, content: bytes) -> bytes:
    """Writes a file that never changes, readable by this user alone, unless it is there; what it holds. Of several that do so
    at once, one wins, and the others wait for it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileNotFoundError):
        if held := path.read_bytes():
            return held
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        held = file.read()
        if held:
            return held
        owned(path)
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
        else:
            owned(path)
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())


def owned(path: Path) -> None:
    """What root makes in somebody's folder is theirs: a command by root must not lock the service out of its own files."""
    if os.geteuid() == 0:
        whose = path.parent.stat()
        os.chown(path, whose.st_uid, whose.st_gid)


def sweep(folder: Path) -> None:
    """Removes what processes that were killed left half written in a folder long ago. Looks once an hour at most."""
    now = time.monotonic()
    if now - _SWEPT.get(folder, -EVERY) < EVERY:
        return
    _SWEPT[folder] = now
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for one in found:
            if one.name.startswith(".") and one.name.endswith(LEFT_BEHIND):
                with contextlib.suppress(OSError):
                    if time.time() - one.stat(follow_symlinks=False).st_mtime > LEFT:
                        shutil.rmtree(one.path) if one.is_dir(follow_symlinks=False) else os.unlink(one.path)
