"""Forms that somebody uploads: drafts on the disk, what is in force, and its history in the log."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from doorstep.content.model import Form, Programme
from doorstep.content.uploaded import PREFIX, Uploaded, programme_id
from doorstep.content.uploaded_naming import Known
from doorstep.content.uploaded_read import Understood, Wishes, understand
from doorstep.content.uploaded_sheets import suffix_of
from doorstep.content.whole import beside, sweep
from doorstep.record.record import Record
from doorstep.record.store import now_ms
from doorstep.record.uploaded_packs import carried, change, content_of, files_of, medium, releases

DRAFTS = "uploaded"
_REPLACING = threading.Lock()


class CannotRelease(ValueError):
    """A form with mistakes, or a draft that is gone. Nothing was released; the message says why and what to do."""


@dataclass(frozen=True)
class Draft:
    """Files that somebody uploaded and nobody released yet. name: its folder. file: the workbook as it was called. by: username;
    at: UTC milliseconds."""

    name: str
    file: str
    by: str
    at: int
    workbook: bytes
    media: Mapping[str, bytes]


@dataclass(frozen=True)
class InForce:
    """An uploaded form as a pack has it."""

    told: Uploaded
    programme: Programme
    form: Form


@dataclass(frozen=True)
class Release:
    """One change of a form in the order of releases. what: released or withdrawn. at: UTC milliseconds. pack: where it stands."""

    n: int
    at: int
    what: str
    version: str
    pack: str
    digest: str

    @property
    def day(self) -> int:
        """Days since 1970-01-01, in UTC."""
        return self.at // 86_400_000


def known(record: Record) -> Known:
    """What the record knows that a new form must not contradict."""
    taken: dict[str, str] = {}
    versions: dict[str, dict[str, str]] = {}
    for pack in record.shelf.packs:
        uploaded = pack.uploaded
        for programme in pack.programmes.values():
            for form in programme.forms:
                if form not in uploaded:
                    taken[form] = programme.id
        for form, (told, _) in uploaded.items():
            versions.setdefault(form, {})[told.version] = told.digest
    for form in versions:
        taken.pop(form, None)
    day = datetime.now(UTC).strftime("%Y%m%d")
    return Known(taken, versions, record.shelf.current.dictionary, day)


def look_at(record: Record, file: str, workbook: bytes, media: Mapping[str, bytes], wishes: Wishes | None = None) -> Understood:
    """What Doorstep makes of these files here. Nothing is kept."""
    return understand(file, workbook, media, wishes or Wishes(), known(record))


# --- drafts --------------------------------------------------------------------------------------------------------------


def _drafts(record: Record) -> Path:
    return record.store.config.data / DRAFTS


def keep_draft(record: Record, own: str, file: str, workbook: bytes, media: Mapping[str, bytes], by: str) -> str:
    """Keeps files until they are released; the name of the draft. own: the form's id. A draft of the same form is replaced."""
    name = programme_id(own)
    folder, fresh = _drafts(record) / name, beside(_drafts(record) / name)
    sweep(_drafts(record))
    try:
        (fresh / "media").mkdir(parents=True, mode=0o700)
        (fresh / f"workbook{suffix_of(file)}").write_bytes(workbook)
        names = sorted(media)
        for number, one in enumerate(names):
            (fresh / "media" / str(number)).write_bytes(media[one])
        told = {"file": file[:200], "by": by, "at": now_ms(), "media": names}
        (fresh / "draft.json").write_text(json.dumps(told, ensure_ascii=False))
        with _REPLACING:
            shutil.rmtree(folder, ignore_errors=True)
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return name


def drafts(record: Record) -> list[Draft]:
    """All of them, the newest first."""
    if not _drafts(record).is_dir():
        return []
    names = (path.name for path in _drafts(record).iterdir() if path.is_dir())
    found = [one for name in names if (one := draft(record, name)) is not None]
    return sorted(found, key=lambda one: (-one.at, one.name))


def draft(record: Record, name: str) -> Draft | None:
    """One draft; None when there is none of this name."""
    folder = _drafts(record) / name
    with _REPLACING:
        if not name.startswith(PREFIX) or "/" in name or not (folder / "draft.json").is_file():
            return None
        told = json.loads((folder / "draft.json").read_text())
        workbook = next(folder.glob("workbook.*")).read_bytes()
        media = {one: (folder / "media" / str(number)).read_bytes() for number, one in enumerate(told["media"])}
    return Draft(name, told["file"], told["by"], int(told["at"]), workbook, media)


def drop_draft(record: Record, name: str) -> bool:
    """Throws a draft away; whether there was one."""
    there = draft(record, name) is not None
    if there:
        with _REPLACING:
            shutil.rmtree(_drafts(record) / name, ignore_errors=True)
    return there


# --- releases ------------------------------------------------------------------------------------------------------------


def release_form(record: Record, found: Understood) -> bool:
    """Puts a form in force, for good kept in the log; whether that was a change. Raises CannotRelease."""
    if found.stops or found.told is None:
        listed = "\n".join(str(one) for one in found.troubles if one.stops)
        raise CannotRelease(f"The form has mistakes:\n{listed}\nNothing was released: what was in force stays in force.")
    current = record.shelf.current.uploaded.get(found.told.form)
    if current is not None and current[0] == found.told:
        return False
    changed = change(record.store, {found.name: found.files})
    record.reload()
    return changed


def withdraw(record: Record, form: str) -> bool:
    """Takes a form back: nobody is offered it any more. What was filled in stays, and what is still on its way is admitted."""
    if form not in record.shelf.current.uploaded:
        return False
    changed = change(record.store, {programme_id(form): None})
    record.reload()
    return changed


def in_force(record: Record) -> dict[str, InForce]:
    """Uploaded forms of the pack in force, by form id."""
    return {
        name: InForce(told, programme, programme.forms[name])
        for name, (told, programme) in sorted(record.shelf.current.uploaded.items())
        if name in programme.forms
    }


def ever(record: Record) -> dict[str, InForce]:
    """Every uploaded form there ever was, as it was last in force."""
    found: dict[str, InForce] = {}
    for pack in record.shelf.packs:
        for name, (told, programme) in pack.uploaded.items():
            if name in programme.forms:
                found[name] = InForce(told, programme, programme.forms[name])
    return found


def history(record: Record, form: str) -> list[Release]:
    """Its releases and withdrawals, the newest first."""
    packs = {pack.hash: pack.uploaded.get(form) for pack in record.shelf.packs}
    found: list[Release] = []
    before: Uploaded | None = None
    for n, hash, at in releases(record.store):
        held = packs.get(hash)
        told = held[0] if held else None
        if told is not None and told != before:
            found.append(Release(n, at, "released", told.version, hash, told.digest))
        elif told is None and before is not None:
            found.append(Release(n, at, "withdrawn", before.version, hash, before.digest))
        before = told
    return found[::-1]


def at_release(record: Record, form: str, pack: str) -> InForce | None:
    """The form as one pack has it."""
    for one in record.shelf.packs:
        if one.hash == pack and form in one.uploaded:
            told, programme = one.uploaded[form]
            return InForce(told, programme, programme.forms[form]) if form in programme.forms else None
    return None


def files_at(record: Record, form: str, pack: str) -> tuple[str, bytes, dict[str, bytes]] | None:
    """(name, workbook, media) of a form as it came, from the log; None when that pack does not have it."""
    held = at_release(record, form, pack)
    folder = carried(record.store, pack).get(programme_id(form))
    if held is None or folder is None:
        return None
    media = {one.name: medium(record.store, one.digest) or b"" for one in held.told.media}
    return held.told.workbook, folder[f"forms/{held.told.workbook}"], media


def versions_of(record: Record, form: str) -> dict[str, Form]:
    """Every version of it, the oldest first."""
    return {
        told.version: programme.forms[form]
        for pack in record.shelf.packs
        for name, (told, programme) in pack.uploaded.items()
        if name == form and form in programme.forms
    }


def again(record: Record, form: str, pack: str) -> bool:
    """Releases a former version once more, exactly as it was."""
    _, uploaded = files_of(content_of(record.store, pack))
    folder = uploaded.get(programme_id(form))
    if folder is None:
        return False
    changed = change(record.store, {programme_id(form): folder})
    record.reload()
    return changed
