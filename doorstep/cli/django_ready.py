"""Django, set up for a command that needs accounts: settings read, tables brought up to date."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

LOCK = 7_226_815_423
"""Names the making of the accounts' tables among a database's locks."""


def ready(migrate: bool = True) -> None:
    """Sets Django up. Safe to call twice. migrate: the accounts' tables are made or brought up to date, by one process at a
    time."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.settings")
    import django
    from django.core.management import call_command

    django.setup()
    if migrate:
        with _alone():
            call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def _alone() -> Iterator[None]:
    """Others wait: on this machine for a lock beside the data, on others for one of the database."""
    from django.conf import settings
    from django.db import connection

    from doorstep.content.whole import owned

    path = settings.CONFIG.data / ".making-accounts"
    with path.open("w") as lock:
        owned(path)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
