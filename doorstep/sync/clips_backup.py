"""Recorded voices in a backup and out of it. A voice that was withdrawn is in no backup, and no restore brings it back.

Sounds are named by their content, so a backup adds what is new and takes away what was withdrawn: FOLDER/voices is as the
installation was at the newest backup. Who withdrew her voice is written, by number alone, beside every ledger of erasures.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterable
from pathlib import Path

from doorstep.content.whole import becoming
from doorstep.record.erasure import backup_folders, known_ledgers
from doorstep.record.store import Store
from doorstep.sync.clips_store import FOLDER, LANGUAGES, LEDGER, SOUND, SPEAKERS, WITHDRAWN, Clips, append, read_lines, write_json

BESIDE = "voices-withdrawn.jsonl"
"""Numbers of those who withdrew their voices, beside each ledger of erasures."""
logger = logging.getLogger("doorstep.sync")


def save(data: Path, folder: Path) -> int:
    """Brings FOLDER/voices up to the installation's state. How many recordings it holds. OSError when it cannot be written."""
    source = Clips(data)
    target = Clips(folder)
    if not source.folder.exists():
        return 0
    target.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (target.folder / SOUND).mkdir(exist_ok=True, mode=0o700)
    for name in (WITHDRAWN, SPEAKERS, LANGUAGES, LEDGER):
        _copy(source.folder / name, target.folder / name)
    for path in (source.folder / SOUND).glob("*.ogg"):
        if not (target.folder / SOUND / path.name).exists():
            _copy(path, target.folder / SOUND / path.name)
    target.tidy()
    return len(target.state().hashes())


def load(data: Path, folder: Path, ledgers: Iterable[Path] = ()) -> int:
    """Puts the voices of FOLDER into an installation that has none; how many recordings came back.

    ledgers: ledgers of erasures; whoever withdrew her voice since is known beside them.
    """
    source, target = folder / FOLDER, Clips(data)
    if not source.is_dir() or target.state().clips:
        return 0
    (target.folder / SOUND).mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (WITHDRAWN, SPEAKERS, LANGUAGES, LEDGER):
        _copy(source / name, target.folder / name)
    withdrawn = withdrawals([folder, *(ledger.parent for ledger in ledgers)])
    known = Clips(folder).state()
    for path in (source / SOUND).glob("*.ogg"):
        clip = known.hashes().get(path.stem)
        if clip and clip.speaker not in withdrawn:
            _copy(path, target.folder / SOUND / path.name)
    target.withdraw(withdrawn)
    return len(target.state().hashes())


def withdrawals(folders: Iterable[Path]) -> set[str]:
    """Numbers of those who withdrew their voices, as far as any of these folders knows."""
    return {entry["speaker"] for folder in folders for entry in read_lines(folder / BESIDE) if "speaker" in entry}


def tell_everywhere(store: Store) -> list[Path]:
    """Writes who withdrew beside every ledger of erasures, and takes their sounds out of every backup that can be reached.

    Returns the folders that could not be reached: the next call tries again, and a restore there asks the other ledgers.
    """
    withdrawn = Clips(store.config.data).state().withdrawn
    missed = []
    for ledger in known_ledgers(store):
        folder = ledger.parent
        try:
            if folder in backup_folders(store) and not folder.is_dir():
                raise NotADirectoryError(folder)  # a disk that is not mounted: nothing is made in its place
            fresh = withdrawn - withdrawals([folder])
            append(folder / BESIDE, [{"speaker": speaker} for speaker in sorted(fresh)])
            if fresh and (folder / FOLDER).is_dir() and folder != store.config.data:
                _forget(folder, fresh)
        except OSError as error:
            logger.warning("a withdrawn voice could not be taken out of a backup (%s): %s", type(error).__name__, folder)
            missed.append(folder)
    return missed


def _forget(folder: Path, speakers: Iterable[str]) -> None:
    copy, gone = Clips(folder), set(speakers)
    append(copy.folder / WITHDRAWN, [{"speaker": speaker} for speaker in sorted(gone)])
    names = copy.folder / SPEAKERS
    known = json.loads(names.read_text(encoding="utf-8")) if names.exists() else {}
    write_json(names, {id: own for id, own in known.items() if id not in gone})
    copy.tidy()


def _copy(source: Path, target: Path) -> None:
    """Whole, or as it was."""
    if source.exists():
        with becoming(target) as fresh:
            shutil.copyfile(source, fresh)
