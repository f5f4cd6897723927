"""What every page knows: whether it is a demonstration, and the languages to choose from."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

UNREVIEWED = ("vi", "km", "bg")
"""Languages whose words were made by a machine and that no speaker has reviewed: the foot of every page says so."""


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"demo": bool(getattr(settings, "DOORSTEP_DEMO", False)), "languages": settings.LANGUAGES, "unreviewed": UNREVIEWED}
