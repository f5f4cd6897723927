"""Answers packed for the way: Brotli for whoever takes it (its window holds a whole first pull, gzip's 32 kB), else gzip."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import brotli

Header = tuple[str, str]
VARY: Header = ("Vary", "Accept-Encoding")
WINDOW = 24
"""Bits: 16 MB, the most that every browser unpacks."""


def packed(environ: Mapping[str, Any], content: bytes, worth: int = 9, ready: bytes | None = None) -> tuple[bytes, list[Header]]:
    """What goes out, with the headers that say how it is packed. worth: Brotli's quality, up to 11. ready: the same as Brotli."""
    taken = _taken(environ)
    if not taken:
        return content, [VARY]
    if ready is not None and taken == "br":
        return ready, [("Content-Encoding", taken), VARY]
    return _BY[taken](content, worth), [("Content-Encoding", taken), VARY]


@lru_cache(maxsize=64)
def kept_packed(taken: str, content: bytes) -> bytes:
    """Of gzipped content that its address names for ever: as this phone takes it."""
    return _BY[taken](gzip.decompress(content), 9)


def for_ever(environ: Mapping[str, Any], gzipped: bytes) -> tuple[bytes, list[Header]]:
    """The same of content that is kept gzipped."""
    taken = _taken(environ)
    if taken == "gzip":
        return gzipped, [("Content-Encoding", "gzip"), VARY]
    return (kept_packed(taken, gzipped), [("Content-Encoding", taken), VARY]) if taken else (gzip.decompress(gzipped), [VARY])


def _taken(environ: Mapping[str, Any]) -> str:
    told = str(environ.get("HTTP_ACCEPT_ENCODING", "")).lower()
    taken = [one.split(";")[0].strip() for one in told.split(",") if "q=0" not in one.replace(" ", "").replace("q=0.", "q=.")]
    return next((one for one in ("br", "gzip") if one in taken), "")


def in_brotli(content: bytes, worth: int) -> bytes:
    return bytes(brotli.compress(content, mode=brotli.MODE_TEXT, quality=worth, lgwin=WINDOW))


_BY: Mapping[str, Callable[[bytes, int], bytes]] = {
    "br": in_brotli,
    "gzip": lambda content, _: gzip.compress(content, 6, mtime=0),
}
