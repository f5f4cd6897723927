"""Erasing somebody: her keys are destroyed, what was worked out of her words is removed, and a ledger remembers that it
was done, so that an old backup does not bring her back.

The log says first why (the submission of kind erase and the rows of `erasure`, in one transaction); then the keys go.
If the machine stops in between, the next start finishes it.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorstep.content.whole import append_lines, write_whole
from doorstep.record.database import Row, among
from doorstep.record.store import Store

LEDGER = "erasures.jsonl"
FOLDERS = "backups.json"
"""In the data folder: where backups were written to."""
WRITTEN = "ledgers.json"
"""In the data folder: ledger -> how many erasures of the log it is known to hold."""
logger = logging.getLogger("doorstep.record")


@dataclass(frozen=True)
class Unreached:
    """A ledger that was not there, or could not be written, when somebody was erased. count: erasures that it lacks."""

    path: Path
    count: int

    def __str__(self) -> str:
        return (
            f"{self.count} erasure{'s' if self.count != 1 else ''} could not be written to {self.path}: a restore from the "
            "backups there would not know of them. The keys are destroyed, and the other ledgers know. Make the folder "
            "reachable, then run any command; if it is gone for good, run: doorstep backup --forget FOLDER"
        )


def finish_erasures(store: Store, subjects: Iterable[str] | None = None) -> int:
    """Destroys the keys of those whom the log calls erased (all of them, or these), and writes the ledgers.

    Returns how many keys there were. Safe to repeat; a ledger that cannot be reached is written the next time.
    """
    with store.log.read() as log:
        if subjects is None:
            rows = log.rows("SELECT subject FROM erasure")
        else:
            condition, values = among(log, "subject", subjects)
            rows = log.rows(f"SELECT subject FROM erasure WHERE {condition}", values)  # noqa: S608
        if not rows:
            return 0
        count = store.vault.destroy(log, [row[0] for row in rows])
    write_ledgers(store)
    return count


def write_ledgers(store: Store) -> list[Path]:
    """Writes every erasure of the log into every ledger that lacks it; those that could not be reached."""
    rows = _erased(store)
    entries = [{"subject": subject, "submission": submission, "at": at} for subject, submission, at in rows]
    done, missed = _written(store), []
    for path in known_ledgers(store):
        try:
            if path.parent in backup_folders(store) and not path.parent.is_dir():
                raise NotADirectoryError(path.parent)  # a disk that is not mounted: nothing is made in its place
            add_to_ledger(path, entries)
            done[str(path)] = len(entries)
        except OSError as error:
            logger.warning("a ledger of erasures could not be written (%s): %s", type(error).__name__, path)
            missed.append(path)
    _remember(store.config.data / WRITTEN, done)
    return missed


def unreached(store: Store) -> list[Unreached]:
    """Ledgers that lack erasures, as far as is known."""
    count, written = len(_erased(store)), _written(store)
    lacking = ((path, count - written.get(str(path), 0)) for path in known_ledgers(store))
    return [Unreached(path, missing) for path, missing in lacking if missing > 0]


def _erased(store: Store) -> Sequence[Row]:
    with store.log.read() as log:
        return log.rows("SELECT subject, submission, at FROM erasure ORDER BY n")


def _written(store: Store) -> dict[str, int]:
    path = store.config.data / WRITTEN
    found: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    return found


def known_ledgers(store: Store) -> list[Path]:
    """Where erasures are remembered outside the databases: the data folder, DOORSTEP_LEDGER, and every folder that
    backups were written to, whether it can be reached now or not."""
    named = os.environ.get("DOORSTEP_LEDGER", "").strip()
    found = [store.config.data / LEDGER, *([Path(named)] if named else []), *(one / LEDGER for one in backup_folders(store))]
    return list(dict.fromkeys(found))


def backup_folders(store: Store) -> list[Path]:
    """Every folder that backups were written to and that was not forgotten."""
    path = store.config.data / FOLDERS
    return [Path(folder) for folder in json.loads(path.read_text())] if path.exists() else []


def remember_folder(store: Store, folder: Path) -> None:
    """So that later erasures are written to the ledger that lies beside this backup."""
    known = [str(one) for one in backup_folders(store)]
    if str(folder.absolute()) not in known:
        _remember(store.config.data / FOLDERS, [*known, str(folder.absolute())])


def forget_folder(store: Store, folder: Path) -> bool:
    """Backups in this folder are gone for good: no erasure is written there any more. Whether it was known."""
    known = [str(one) for one in backup_folders(store)]
    left = [one for one in known if one != str(folder.absolute())]
    _remember(store.config.data / FOLDERS, left)
    return left != known


def _remember(path: Path, what: Any) -> None:
    write_whole(path, json.dumps(what).encode())


def read_ledger(path: Path) -> list[dict[str, Any]]:
    """Entries {subject, submission, at}; [] when there is no such file. A last line cut off by a power cut is left out."""
    if not path.exists():
        return []
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and isinstance(entry.get("subject"), str):
            entries.append(entry)
    return entries


def add_to_ledger(path: Path, entries: Iterable[dict[str, Any]]) -> None:
    """Appends the entries that are not there yet, durably. Holds ids alone: no words, no names."""
    known = {entry["subject"] for entry in read_ledger(path)}
    fresh = [entry for entry in entries if entry["subject"] not in known]
    append_lines(path, "".join(json.dumps(entry) + "\n" for entry in fresh))
