"""Django is set up: the journeys know how long a station remembers, from where that is decided."""

from __future__ import annotations

from tests.support.pages import use_django

use_django()
