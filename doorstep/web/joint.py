"""The one joint between the pages and the record: every fact that a page shows comes through here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

from doorstep.content.model import Programme
from doorstep.content.read import read_all


@cache
def programmes() -> Mapping[str, Programme]:
    """Every programme in force, by id."""
    return read_all(Path(settings.DOORSTEP_PROGRAMMES))[0]
