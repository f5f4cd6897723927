"""Who may send what: asked by admission, answered by the accounts below. The record itself knows no log-ins."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol


class Authority(Protocol):
    """Answers about workers. Every answer may be remembered for the length of one batch."""

    def knows(self, author: str) -> bool:
        """Whether this worker is enrolled and active."""

    def may_do(self, author: str, kind: str) -> bool:
        """Whether a role of this worker sends submissions of this kind (data, correction, merge, unmerge, erase)."""

    def covers(self, author: str, place: str, day: int, kind: str) -> bool | None:
        """Whether this place is in the area of a role by which the worker sends this kind, on that day.

        None when nobody knows the place.
        """

    def opened(self, author: str, subject: str, days: Collection[int]) -> bool:
        """Whether somebody of another area was open to this worker for a time, on one of these days."""

    def signing_key(self, device: str, author: str) -> bytes | tuple[bytes, ...] | None:
        """The Ed25519 public key (32 bytes) of this worker on this device, or every one that it had, the newest first: work
        that was signed before the phone was enrolled anew may still come. None when none is enrolled."""

    def must_sign(self, device: str) -> bool:
        """Whether work from this device is always signed."""

    def may_send_for(self, sender: str, author: str) -> bool:
        """Whether `sender` may hand in unsigned work of `author`: oneself, or an importer."""


class Operator:
    """The person at the server's own command line: vouches for every line that is handed in."""

    def knows(self, author: str) -> bool:
        return True

    def may_do(self, author: str, kind: str) -> bool:
        return True

    def covers(self, author: str, place: str, day: int, kind: str) -> bool | None:
        return True

    def opened(self, author: str, subject: str, days: Collection[int]) -> bool:
        return True

    def signing_key(self, device: str, author: str) -> bytes | None:
        return None

    def must_sign(self, device: str) -> bool:
        return False

    def may_send_for(self, sender: str, author: str) -> bool:
        return True
