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


@cache
def maternal() -> Programme:
    """The maternal programme, as it stands on the shelf."""
    programme, problems = read_programme(ROOT / "programmes" / "maternal")
    assert programme is not None, [str(problem) for problem in problems if problem.is_error]
    return programme
