"""Content packs: programmes as they were released together, immutable, named by their hash, kept for ever in the log.

A submission is read for ever with the mapping of the pack it was admitted with; what is due is worked out by the pack in
force. Releasing a pack is the one event after which everybody is worked out anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from doorstep.content.model import Programme
from doorstep.record.fingerprint import shelf_stamp
from doorstep.record.kept_packs import Reader, kept_at
from doorstep.record.rules import keep
from doorstep.record.shelf import Pack, Shelf
from doorstep.record.store import Store
from doorstep.record.uploaded_packs import Folders, carried, last_release, named, packed, put_in_force

if TYPE_CHECKING:
    from doorstep.content.problems import Problem

LEFT_OUT = {".DS_Store", "Thumbs.db"}


class ContentWrong(ValueError):
    """Programmes with mistakes: none of them was released. `problems` are all the mistakes."""

    def __init__(self, problems: Sequence[Problem | str]) -> None:
        self.problems = tuple(problems)
        listed = "\n".join(str(problem) for problem in problems)
        super().__init__(
            f"The programmes have mistakes:\n{listed}\n"
            "Nothing was released: what was in force stays in force. Correct them, then try again."
        )


def pack_hash(shelf: Path) -> str:
    """The name of what stands on this shelf now."""
    from doorstep.content.read import content_hash, folders  # reads forms, which takes long to load: only when it must

    digest = hashlib.sha256()
    for folder in folders(shelf):
        digest.update(f"{folder.name} {content_hash(folder)}\n".encode())
    return digest.hexdigest()


def zip_shelf(shelf: Path, uploaded: Folders | None = None) -> bytes:
    """The files of every programme and of what they share, as a zip: the same files give the same bytes.

    uploaded: forms that somebody uploaded, which stand on no shelf.
    """
    from doorstep.content.read import COMMON, folders

    chosen = [*folders(shelf), shelf / COMMON]
    files = {
        path.relative_to(shelf).as_posix(): path.read_bytes()
        for path in sorted(path for folder in chosen if folder.is_dir() for path in folder.rglob("*"))
        if path.is_file() and path.name not in LEFT_OUT and path.name[0] != "~"
    }
    return packed(files, uploaded or {})


def release(store: Store, shelf: Path) -> bool:
    """Puts what stands on the shelf in force unless it is; whether that was a change. Raises ContentWrong.

    Forms that were uploaded stay in force as they are.
    """
    last = last_release(store)
    seen = store.config.data / "packs" / "shelf-seen"
    stamp = f"{shelf.absolute()} {shelf_stamp(shelf)} {last}"
    if last and seen.exists() and seen.read_text() == stamp:
        return False
    uploaded = carried(store, last)
    hash = named(pack_hash(shelf), uploaded)
    if last == hash:
        seen.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        seen.write_text(stamp)
        return False
    from doorstep.content.read import folders

    programmes, problems = _read(folders(shelf))
    if any(problem.is_error for problem in problems) or not programmes:
        raise ContentWrong([problem for problem in problems if problem.is_error])
    if changed := [*_other_meaning(store, programmes), *_uploaded_ids(store, programmes)]:
        raise ContentWrong(changed)
    keep(kept_at(store, hash.partition("-")[0]), programmes)
    if not put_in_force(store, hash, zip_shelf(shelf, uploaded), last):
        return release(store, shelf)  # another process released something meanwhile: once more, on top of it
    return True


def _uploaded_ids(store: Store, programmes: Mapping[str, Programme]) -> list[str]:
    """Forms of the shelf that have the id of one that somebody uploaded: a submission could not tell which it means."""
    ids = {form: programme.id for programme in programmes.values() for form in programme.forms}
    taken = {form for pack in load_shelf(store).packs for form in pack.uploaded}
    expected = "which an uploaded form has; expected an id of its own"
    return [f"{ids[form]}: form id '{form}' found, {expected}" for form in sorted(ids.keys() & taken)]


NUMBERS = {"number", "integer"}


def _other_meaning(store: Store, programmes: Mapping[str, Programme]) -> list[str]:
    """Codes under which facts may have been told in one kind or unit and would now be read in another.

    A changed unit is another code: 8.1 g/dL among facts in g/L would make everybody pale, and nothing would say so.
    """
    with store.log.read() as log:
        if not log.rows("SELECT 1 FROM submission LIMIT 1"):
            return []
    now = Pack("", programmes).dictionary
    found = {}
    for pack in load_shelf(store).packs:
        for code, was in pack.dictionary.items():
            row = now.get(code, was)
            if row.unit != was.unit or not (row.kind == was.kind or {row.kind, was.kind} <= NUMBERS):
                found[code] = (
                    f"dictionary: code {code} found as {row.kind} {row.unit}".rstrip() + "; expected "
                    f"{was.kind} {was.unit}".rstrip() + ", as facts were told under it before, or a new code for the new meaning"
                )
    return [found[code] for code in sorted(found)]


def load_shelf(store: Store) -> Shelf:
    """Every pack that was ever released, in the order of release."""
    with store.log.read() as log:
        released = [row[0] for row in log.rows("SELECT pack FROM pack_release ORDER BY n")]
    ordered = list(dict.fromkeys(reversed(released)))[::-1]  # released again after another: it stands where it was last
    reader = Reader(store)
    return Shelf(Pack(hash, reader.programmes(hash)) for hash in ordered)


def _read(chosen: Sequence[Path]) -> tuple[dict[str, Programme], list[Problem]]:
    from doorstep.content.read import read_programme

    programmes: dict[str, Programme] = {}
    problems: list[Problem] = []
    for folder in chosen:
        programme, found = read_programme(folder)
        problems.extend(found)
        if programme is not None:
            programmes[programme.id] = programme
    return programmes, problems
