"""Django, set up for a command that needs accounts: settings read, tables brought up to date."""

from __future__ import annotations

import os


def ready(migrate: bool = True) -> None:
    """Sets Django up. Safe to call twice. migrate: the accounts' tables are made or brought up to date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.settings")
    import django
    from django.core.management import call_command

    django.setup()
    if migrate:
        call_command("migrate", verbosity=0, interactive=False)
