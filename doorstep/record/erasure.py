"""Erasing somebody: her keys are destroyed, what was worked out of her words is removed, and a ledger remembers that it
was done, so that an old backup does not bring her back.

The log says first why (the submission of kind erase and the rows of `erasure`, in one transaction); then the keys go.
If the machine stops in between, the next start finishes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from doorstep.record.database import among
from doorstep.record.store import Store

LEDGER = "erasures.jsonl"


def finish_erasures(store: Store, subjects: Iterable[str] | None = None) -> int:
    """Destroys the keys of those whom the log calls erased (all of them, or these), and writes the ledgers.

    Returns how many keys there were. Safe to repeat.
    """
    with store.log.read() as log:
        if subjects is None:
            rows = log.rows("SELECT subject, submission, at FROM erasure ORDER BY n")
        else:
            condition, values = among(log, "subject", subjects)
            rows = log.rows(f"SELECT subject, submission, at FROM erasure WHERE {condition} ORDER BY n", values)  # noqa: S608
        if not rows:
            return 0
        count = store.vault.destroy(log, [row[0] for row in rows])
    entries = [{"subject": subject, "submission": submission, "at": at} for subject, submission, at in rows]
    for path in ledgers(store):
        add_to_ledger(path, entries)
    return count


def ledgers(store: Store) -> list[Path]:
    """Where erasures are remembered outside the databases: the data folder, DOORSTEP_LEDGER, and every folder that
    backups were written to and that is still there."""
    found = [store.config.data / LEDGER]
    named = os.environ.get("DOORSTEP_LEDGER", "").strip()
    if named:
        found.append(Path(named))
    folders = store.config.data / "backups.json"
    if folders.exists():
        found += [Path(folder) / LEDGER for folder in json.loads(folders.read_text()) if Path(folder).is_dir()]
    return found


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
    if not fresh:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in fresh)
        file.flush()
        os.fsync(file.fileno())
