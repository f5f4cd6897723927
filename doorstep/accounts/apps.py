"""Accounts as a Django app."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

WAIT, AGAIN = 20.0, 0.01
"""Seconds to wait for another process that makes the file, and until it is tried again."""
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
"""What another process is the cause of. A full disk, or a file that cannot be written, is told at once."""


class AccountsConfig(AppConfig):
    name = "doorstep.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        connection_created.connect(as_wal)


def as_wal(connection: Any, **_: Any) -> None:
    """Readers do not wait for a writer. Of two that open a new file at once, SQLite turns one away without waiting."""
    if connection.vendor != "sqlite":
        return
    until = time.monotonic() + WAIT
    while True:
        try:
            connection.connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in BUSY or time.monotonic() > until:
                connection.close()
                raise
            time.sleep(AGAIN)
