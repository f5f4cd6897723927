"""The record, opened: its stores, the shelf of content packs, the rules in force. What everything below works with."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from doorstep.record import folding
from doorstep.record.admission import Item
from doorstep.record.authority import Authority
from doorstep.record.database import Connection
from doorstep.record.erasure import finish_erasures
from doorstep.record.intake import Receipt
from doorstep.record.packs import load_shelf, release
from doorstep.record.rules import Rules
from doorstep.record.shelf import Shelf
from doorstep.record.store import Config, Store
from doorstep.record.uploaded_packs import last_release
from doorstep.record.writer import admit_safely

NOTICED = 2.0
"""Seconds that pass at least between one look for it and the next."""


class Record:
    """Make it with `Record.open`. Safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.shelf = Shelf([])
        self.rules = self._rules()
        self._folding = threading.Lock()
        self._noticed = time.monotonic()
        self.reload()

    @classmethod
    def open(cls, config: Config | None = None, programmes: Path | None = None) -> Record:
        """Opens what the settings name. programmes: a shelf to put in force, unless it is already.

        Raises ContentWrong (the record is then not opened), ConfigurationWrong, DatabaseAway.
        """
        store = Store.open(config)
        try:
            finish_erasures(store)
            if programmes is not None:
                release(store, programmes)
            return cls(store)
        except BaseException:
            store.close()
            raise

    def reload(self) -> None:
        """Takes notice of packs that were released, here or by another process."""
        self.shelf = load_shelf(self.store)
        self.rules = self._rules()

    def notice(self) -> None:
        """Takes notice of what another process released, such as a form uploaded by command."""
        now = time.monotonic()
        if now - self._noticed < NOTICED:
            return
        self._noticed = now
        if last_release(self.store) != self.shelf.current.hash:
            self.reload()

    def _rules(self) -> Rules:
        return Rules(self.shelf.current, self.store.register.dialect, self.store.config.data / "packs")

    def release(self, programmes: Path) -> bool:
        """Puts a shelf in force; whether that was a change."""
        changed = release(self.store, programmes)
        # Another process may have put the same in force a moment before: that was no change, and is news here all the same.
        if changed or last_release(self.store) != self.shelf.current.hash:
            self.reload()
        return changed

    def submit(self, items: Sequence[Item], authority: Authority) -> list[Receipt]:
        """Receipts of these items; what was accepted is on the disk."""
        return admit_safely(self.store, self.shelf, items, authority)

    def catch_up(self, progress: folding.Progress = folding._silent) -> int:
        """Works the register up to the end of the log; every read that needs it calls this first."""
        self.notice()
        with self._folding:
            return folding.catch_up(self.store, self.shelf, self.rules, progress)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot of the register in which everything counts that was acknowledged before."""
        self.notice()
        with self.store.register.read() as register:
            right = folding.standing(register).right(self.rules)
            if right:
                yield register
        if not right:
            self.catch_up()
            with self.store.register.read() as register:
                yield register

    def close(self) -> None:
        """Lets go of every file and connection."""
        self.store.close()

    def __enter__(self) -> Record:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
