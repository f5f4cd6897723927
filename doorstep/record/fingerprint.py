"""Whether something is still what it was: the code that made a file that is kept, and the files of a shelf."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import doorstep


@cache
def code_version(*folders: str) -> str:
    """Changes with any file of code in these folders of the package."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted((Path(doorstep.__file__).parent / folder).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def shelf_stamp(shelf: Path) -> str:
    """Changes when a file of the shelf comes, goes, or is written: names, sizes and times, without reading any."""
    digest = hashlib.sha256(code_version("content").encode())
    for path in sorted(shelf.rglob("*")):
        status = path.stat()
        if path.is_file():
            digest.update(f"{path.relative_to(shelf).as_posix()} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
