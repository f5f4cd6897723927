"""Forms that somebody uploaded, inside packs: carried on from each release to the next, until they are taken back.

A pack's name is the hash of its programmes, and behind a dash that of its uploaded forms. Their media lie beside the packs,
each once, under the SHA-256 of its content. Source: docs/decisions/0032-uploaded-forms.md.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping

from doorstep.content.uploaded import FILE
from doorstep.record.database import Connection, first, value
from doorstep.record.store import Store, now_ms

MEDIA = "media/"
Files = Mapping[str, bytes]
"""Path in a folder -> content."""
Folders = Mapping[str, Files]
"""Name of an uploaded form's folder -> its files, without media."""


def last_release(store: Store) -> str:
    """Hash of the pack in force; '' before the first release."""
    with store.log.read() as log:
        return _last(log)


def _last(log: Connection) -> str:
    return str(value(log, "SELECT pack FROM pack_release ORDER BY n DESC LIMIT 1") or "")


def content_of(store: Store, hash: str) -> bytes:
    """The zip of a pack."""
    with store.log.read() as log:
        found = first(log, "SELECT content FROM pack WHERE hash = ?", [hash])
    return bytes(found[0]) if found else b""


def files_of(content: bytes) -> tuple[dict[str, bytes], dict[str, dict[str, bytes]]]:
    """What is in a pack's zip: files of the shelf, and the folders of uploaded forms."""
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        every = {info.filename: whole.read(info) for info in whole.infolist() if not info.is_dir()}
    names = {path.partition("/")[0] for path in every if path.endswith(f"/{FILE}") and path.count("/") == 1}
    uploaded: dict[str, dict[str, bytes]] = {name: {} for name in sorted(names)}
    shelf = {}
    for path, text in every.items():
        name, _, inside = path.partition("/")
        if name in uploaded:
            uploaded[name][inside] = text
        else:
            shelf[path] = text
    return shelf, uploaded


def carried(store: Store, hash: str) -> dict[str, dict[str, bytes]]:
    """The uploaded forms of a pack; none where there is no pack."""
    if "-" not in hash:  # its name says that it has none
        return {}
    return files_of(content_of(store, hash))[1]


def named(rules: str, uploaded: Folders) -> str:
    """The name of a pack. rules: of its programmes, with or without what stands behind."""
    rules = rules.partition("-")[0]
    if not uploaded:
        return rules
    digest = hashlib.sha256()
    for name in sorted(uploaded):
        for path in sorted(uploaded[name]):
            digest.update(f"{name}/{path}\0{len(uploaded[name][path])}\0".encode() + uploaded[name][path])
    return f"{rules}-{digest.hexdigest()[:16]}"


def packed(shelf: Files, uploaded: Folders) -> bytes:
    """A pack as a zip: the same files give the same bytes."""
    whole = {**shelf, **{f"{name}/{path}": text for name, files in uploaded.items() for path, text in files.items()}}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(whole):
            info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, whole[path])
    return buffer.getvalue()


def put_in_force(store: Store, hash: str, content: bytes, last: str, media: Mapping[str, bytes] | None = None) -> bool:
    """Appends a release; False when another one came after `last`, and nothing was done. media: by SHA-256 of its content."""
    at = now_ms()
    with store.log.write() as log:
        if _last(log) != last:
            return False
        for name, blob in {**(media or {}), hash: content}.items():
            if not log.rows("SELECT 1 FROM pack WHERE hash = ?", [name]):
                log.insert("pack", ("hash", "content", "added_at"), [(name, blob, at)])
        log.insert("pack_release", ("pack", "released_at"), [(hash, at)])
    return True


def change(store: Store, put: Mapping[str, Files | None]) -> bool:
    """Puts these folders in force beside the others, media included; None takes one back. Whether anything changed."""
    while True:
        last = last_release(store)
        shelf, uploaded = files_of(content_of(store, last))
        media: dict[str, bytes] = {}
        for name, files in put.items():
            uploaded.pop(name, None)
            if files is not None:
                media |= {hashlib.sha256(blob).hexdigest(): blob for path, blob in files.items() if path.startswith(MEDIA)}
                uploaded[name] = {path: text for path, text in files.items() if not path.startswith(MEDIA)}
        hash = named(last, uploaded)
        if hash == last:
            return False
        if put_in_force(store, hash, packed(shelf, uploaded), last, media):
            return True


def medium(store: Store, digest: str) -> bytes | None:
    """A file that some uploaded form shows, plays or reads; None when there is none."""
    return content_of(store, digest) or None


def releases(store: Store) -> Iterable[tuple[int, str, int]]:
    """(n, hash, moment in ms) of every release, oldest first."""
    with store.log.read() as log:
        rows = log.rows("SELECT n, pack, released_at FROM pack_release ORDER BY n")
    return [(int(n), str(pack), int(at)) for n, pack, at in rows]
