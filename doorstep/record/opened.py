"""The one record that a server process has open: shared by the intake and the pages."""

from __future__ import annotations

import threading
from pathlib import Path

from doorstep.record.packs import ContentWrong
from doorstep.record.record import Record

_lock = threading.Lock()
_shared: Record | None = None


def shared_record(programmes: Path | None = None) -> Record:
    """The record of the settings, opened at the first call; `programmes` is then put in force.

    Programmes with mistakes leave what was in force in force; without any, ContentWrong.
    """
    global _shared
    with _lock:
        if _shared is None:
            record = Record.open()
            try:
                if programmes is not None:
                    record.release(programmes)
            except ContentWrong:
                if not record.shelf.packs:
                    record.close()
                    raise
            _shared = record
        return _shared
