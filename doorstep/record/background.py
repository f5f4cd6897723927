"""Working out what is due while nobody waits: after submissions were acknowledged, when the intake has a quiet moment."""

from __future__ import annotations

import json
import logging
import threading
import time
from pathlib import Path
from typing import Any

from doorstep.record.database import DatabaseAway, value
from doorstep.record.record import Record

QUIET = 0.3
"""Seconds without a submission that count as a quiet moment."""
LONGEST = 10.0
"""Seconds after which it is done even when there was none."""
EXPORTS = "exports.json"
"""In the data folder: where exports were written to."""
MANIFEST = "doorstep-export.json"
"""In the folder of an export: what it holds."""
logger = logging.getLogger("doorstep.register")


class Background:
    """One thread. `wake` after every commit; the lists are right anyway, since every read catches up first."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._last = self._first = 0.0
        self._wake = threading.Event()
        self._stop = False
        self._thread = threading.Thread(target=self._run, name="register", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something was accepted."""
        self._last = time.monotonic()
        if not self._wake.is_set():
            self._first = self._last
            self._wake.set()

    def close(self) -> None:
        """Ends after what is being done now."""
        self._stop = True
        self._wake.set()
        self._thread.join(60)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            while not self._stop and time.monotonic() - self._last < QUIET and time.monotonic() - self._first < LONGEST:
                time.sleep(0.05)
            if self._stop:
                return
            self._wake.clear()
            try:
                self.record.catch_up()
                self._renew()
            except DatabaseAway as error:
                logger.warning("%s", error)
                time.sleep(1)
                self.wake()
            except Exception:
                logger.exception("what is due could not be worked out; the next read tries again")

    def _renew(self) -> None:
        """Whoever was erased leaves the exports too."""
        if not outdated_exports(self.record):
            return
        from doorstep.record.parquet import CannotExport, renew  # large, and for few installations

        try:
            renew(self.record)
        except (CannotExport, OSError):
            logger.exception("an export still holds the pseudonym of somebody who was erased; the next attempt follows")


def outdated_exports(record: Record) -> list[tuple[Path, dict[str, Any]]]:
    """Exports that can be reached and still hold somebody who was erased: folder, and what its manifest says."""
    path = record.store.config.data / EXPORTS
    if not path.exists():
        return []
    with record.store.log.read() as log:
        erasures = int(value(log, "SELECT COALESCE(MAX(n), 0) FROM erasure"))
    found = []
    for folder in map(Path, json.loads(path.read_text())):
        if (folder / MANIFEST).exists():
            told = json.loads((folder / MANIFEST).read_text())
            if told["erasures"] != erasures:
                found.append((folder, told))
    return found
