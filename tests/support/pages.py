"""Django, set up for tests of the pages' own parts: the real settings, in a folder that nobody keeps."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

from doorstep.content.model import Programme
from doorstep.content.read import read_programme

ROOT = Path(__file__).resolve().parents[2]


def use_django() -> None:
    """Sets Django up, once per process. Settings that another test has loaded stay as they are."""
    os.environ.setdefault("DOORSTEP_DATA", tempfile.mkdtemp(prefix="doorstep-pages-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.settings")
    import django

    django.setup()
    _hurry()


def _hurry() -> None:
    """Nothing in this process is about what survives a power cut, nor about Django's own permissions, which nobody here has: no
    write waits for the disk, and those are not made anew after every test."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db import connections
    from django.db.models.signals import post_migrate

    connections.databases["default"]["OPTIONS"]["init_command"] = "PRAGMA synchronous=OFF"
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid=f"{create_permissions.__module__}.create_permissions")


@cache
def maternal() -> Programme:
    """The maternal programme, as it stands on the shelf."""
    programme, problems = read_programme(ROOT / "programmes" / "maternal")
    assert programme is not None, [str(problem) for problem in problems if problem.is_error]
    return programme
