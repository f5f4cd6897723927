"""What a status means to the eye: one colour, one shape and one word each, so that colour never stands alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

OPEN = ("due", "late")


@dataclass(frozen=True)
class Meaning:
    """`key` names the colour (class s-KEY) and the shape; `rank` sorts: what is most urgent comes first."""

    key: str
    rank: int
    word: Promise
    says: Promise


_ALL = (
    Meaning("danger", 0, pgettext_lazy("status", "Go now"), gettext_lazy("A danger sign is open: act at once.")),
    Meaning("late", 1, pgettext_lazy("status", "Late"), gettext_lazy("The last day for it has passed.")),
    Meaning("due", 2, pgettext_lazy("status", "Now"), gettext_lazy("It can be done now, and is still in time.")),
    Meaning("later", 3, pgettext_lazy("status", "Later"), gettext_lazy("Its time has not come yet.")),
    Meaning("missed", 4, pgettext_lazy("status", "Missed"), gettext_lazy("Its time is over; it can no longer be done.")),
    Meaning("done", 5, pgettext_lazy("status", "Done"), gettext_lazy("It took place.")),
    Meaning("ended", 6, pgettext_lazy("status", "Ended"), gettext_lazy("It is no longer called for.")),
)
MEANINGS = {meaning.key: meaning for meaning in _ALL}
KEYS = tuple(MEANINGS)


def meaning_key(status: str, urgency: str | None) -> str:
    """The meaning of a step row: an open step of urgency `danger` is an alert. KeyError for a word that is no status."""
    key = "danger" if urgency == "danger" and status in OPEN else status
    return MEANINGS[key].key


def rank(key: str) -> int:
    """Place in a list: 0 is most urgent."""
    return MEANINGS[key].rank
