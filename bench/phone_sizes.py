"""What a phone fetches before it works, in bytes packed as the server sends them (gzip)."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SHELL, ALL = 150_000, 1_300_000
"""Limits."""
APART = {"letters": (".woff2",), "pictures": (".png", ".svg", ".jpg", ".webp"), "voices": (".mp3", ".ogg", ".m4a", ".wav")}
NOT_FETCHED = "said"
"""A folder for the server alone."""
_IN_PAGE = re.compile(r"""(?:src|href)="[^"]*?([^"/]+\.(?:js|css))\"""")
_IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*["']\./([^"']+\.js)["']""")


@dataclass(frozen=True)
class Sizes:
    """Packed bytes. shell: until the first screen; all: everything that is kept for working without a network; apart: by kind,
    cached when first wanted."""

    shell: int
    all: int
    apart: dict[str, int]


def sizes(dist: Path) -> Sizes:
    """Of the built app."""
    files = [path for path in dist.rglob("*") if path.is_file() and path.suffix != ".gz" and NOT_FETCHED not in path.parts]
    by_name = {path.name: path for path in files}
    first = {"index.html", *_IN_PAGE.findall((dist / "index.html").read_text())} & by_name.keys()
    shell, waiting = set(first), list(first)
    while waiting:
        name = waiting.pop()
        for other in _IMPORTED.findall(by_name[name].read_text()) if name.endswith(".js") else ():
            if other not in shell:
                shell.add(other)
                waiting.append(other)
    kinds = {path: next((kind for kind, ends in APART.items() if path.suffix in ends), "") for path in files}
    apart = {kind: packed(path for path in files if kinds[path] == kind) for kind in APART}
    return Sizes(packed(by_name[name] for name in shell), packed(path for path in files if not kinds[path]), apart)


def packed(files: Iterable[Path]) -> int:
    return sum(min(len(gzip.compress(content, 9)), len(content)) for content in (path.read_bytes() for path in files))
