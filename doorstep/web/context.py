"""What every page knows: whether it is a demonstration, and the languages to choose from."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"demo": bool(getattr(settings, "DOORSTEP_DEMO", False)), "languages": settings.LANGUAGES}
