"""What admission asks about workers, answered from the accounts, and remembered for a few seconds.

A revoked phone or a changed area takes effect within REMEMBERED seconds, in every process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection

from doorstep.accounts import openings
from doorstep.accounts.models import Assignment, Device, Worker
from doorstep.accounts.roles import BRINGS_FOR_OTHERS, EVERYWHERE, MAY_SEND
from doorstep.accounts.tokens import worker_of
from doorstep.record.database import DatabaseAway, first
from doorstep.record.lists import today
from doorstep.record.record import Record
from doorstep.record.whereabouts import ancestors_of, with_children

REMEMBERED = 5.0
MOST = 50_000
Answer = TypeVar("Answer")


class Accounts:
    """`doorstep.record.authority.Authority`, from the accounts. Safe to use from several threads."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._answers: dict[Hashable, tuple[float, Any]] = {}

    def _remember(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        now = time.monotonic()
        known = self._answers.get(key)
        if known is not None and now - known[0] < REMEMBERED:
            answer: Answer = known[1]
            return answer
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()  # one that broke is opened anew
        try:
            answer = ask()
        except (OperationalError, InterfaceError) as error:
            raise DatabaseAway("The accounts do not answer. Nothing was changed; try again in a moment.") from error
        if len(self._answers) > MOST:
            self._answers.clear()
        self._answers[key] = (now, answer)
        return answer

    def forget(self) -> None:
        """Asks anew, at once."""
        self._answers.clear()

    def sender_of(self, token: str) -> str | None:
        """Username of whose token this is, None when it is nobody's."""

        return self._remember(("token", token), lambda: worker_of(token))

    def knows(self, author: str) -> bool:
        return self._remember(("knows", author), lambda: Worker.objects.filter(username=author, is_active=True).exists())

    def _assigned(self, author: str) -> list[tuple[str, str, int, int | None]]:
        def ask() -> list[tuple[str, str, int, int | None]]:
            rows = Assignment.objects.filter(worker__username=author, worker__is_active=True)
            return list(rows.values_list("role", "place", "valid_from", "valid_to"))

        return self._remember(("assigned", author), ask)

    def _roles(self, author: str) -> set[str]:
        day = today()
        return {role for role, _, start, end in self._assigned(author) if start <= day and (end is None or day < end)}

    def may_do(self, author: str, kind: str) -> bool:
        return bool(self._roles(author) & MAY_SEND.get(kind, frozenset()))

    def covers(self, author: str, place: str, day: int, kind: str) -> bool | None:
        units = self._remember(("units", place, day), lambda: self._units(place, day))
        if not units:
            return None
        roles = MAY_SEND.get(kind, frozenset())  # who administers a commune and attends a province erases in the commune
        return any(
            role in roles and (area == EVERYWHERE or area in units) and start <= day and (end is None or day < end)
            for role, area, start, end in self._assigned(author)
        )

    def opened(self, author: str, subject: str, days: Collection[int]) -> bool:
        key = ("opened", author, tuple(sorted(days)))
        return subject in self._remember(key, lambda: self._opened(author, days))

    def _opened(self, author: str, days: Collection[int]) -> set[str]:
        found = openings.on(author, days)
        with self.record.store.register.read() as register:
            return found | with_children(register, found)

    def _units(self, place: str, day: int) -> frozenset[str]:
        with self.record.store.register.read() as register:
            found = ancestors_of(register, place, day)
            if found or first(register, "SELECT 1 FROM place_unit LIMIT 1"):
                return found
        # No places were loaded: what cannot be asked is not refused, but it is nobody's area either.
        return frozenset({place})

    def signing_key(self, device: str, author: str) -> bytes | tuple[bytes, ...] | None:
        def ask() -> bytes | tuple[bytes, ...] | None:
            rows = Device.objects.filter(device=device, worker__username=author, worker__is_active=True, revoked_at=None)
            found = rows.first()
            if found is None:
                return None
            keys = tuple(bytes.fromhex(key) for key in (found.public_key, *found.former_keys.split()))
            return keys if len(keys) > 1 else keys[0]

        return self._remember(("key", device, author), ask)

    def must_sign(self, device: str) -> bool:
        return self._remember(("signs", device), lambda: Device.objects.filter(device=device).exists())

    def may_send_for(self, sender: str, author: str) -> bool:
        return sender == author or bool(self._roles(sender) & BRINGS_FOR_OTHERS)

    def place_of(self, author: str) -> str:
        """Where a worker's forms happen when they do not say: the one place that the worker is assigned to, else ''."""
        day = today()
        places = {
            place for _, place, start, end in self._assigned(author)
            if place != EVERYWHERE and start <= day and (end is None or day < end)
        }  # fmt: skip
        return places.pop() if len(places) == 1 else ""
