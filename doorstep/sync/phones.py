"""Phones: enrolled by a code, looked up by their token, locked, opened, revoked and emptied by people, each with a line in the
audit log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from doorstep.accounts import audit
from doorstep.accounts.models import ACTIVE, LOCKED, REVOKED, WIPE, Device, Token, Worker
from doorstep.accounts.tokens import digest_of, make_token

SEEN_EVERY = 60
"""Seconds between two notes of when a phone was last seen."""


@dataclass(frozen=True)
class Phone:
    """Who asks: a worker on a phone. standing: as it counts now, whatever the row says of a worker who is gone."""

    device: Device
    worker: Worker
    standing: str

    @property
    def may_send(self) -> bool:
        """Whether work may be brought: a locked phone still may."""
        return self.standing in (ACTIVE, LOCKED)

    @property
    def may_read(self) -> bool:
        """Whether anything about people may be taken."""
        return self.standing == ACTIVE


def phone_of(token: str) -> Phone | None:
    """Whose token this is; None when it is nobody's, or not a phone's. One that was revoked still learns that it was."""
    row = Token.objects.select_related("device", "worker").filter(digest=digest_of(token)).exclude(device=None).first()
    if row is None or row.device is None:
        return None
    device, standing = row.device, row.device.standing
    if standing not in (REVOKED, WIPE) and (row.revoked_at is not None or not row.worker.is_active):
        standing = REVOKED
    _seen(device)
    return Phone(device, row.worker, standing)


def _seen(device: Device) -> None:
    now = timezone.now()
    if device.last_seen_at is None or (now - device.last_seen_at).total_seconds() > SEEN_EVERY:
        Device.objects.filter(pk=device.pk).update(last_seen_at=now)


def enrol(worker: Worker, device: str, public_key: str, former: Collection[str] = ()) -> tuple[Device, str]:
    """The worker's phone with its new key, and a new token of it. What the key before had signed stays hers; the token before
    is worthless.

    former: keys that the phone says it had before. After a restore the server does not know those made since the backup; who
    may enrol a new key for the worker may name them too. Of a phone that was revoked they count for nothing.
    """
    with transaction.atomic():
        found, _ = Device.objects.get_or_create(worker=worker, device=device, defaults={"public_key": public_key})
        # A key that was revoked stays so: what it signed since is held for a person.
        if found.revoked_at is None or found.public_key != public_key:
            known = [found.public_key, *found.former_keys.split(), *former] if found.revoked_at is None else []
            found.former_keys = " ".join(key for key in dict.fromkeys(known) if key != public_key)
        found.public_key, found.revoked_at, found.standing, found.may_renew = public_key, None, ACTIVE, False
        found.last_seen_at = timezone.now()
        found.save()
        found.tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
        token = make_token(worker, f"phone {device}", found)
        audit.note(worker.username, "enrolled", about=f"{worker.username} {device}")
    return found, token


def has_key(worker: Worker, device: str, public_key: str) -> bool:
    """Whether this is the key that her phone, in use, was enrolled with last. Nobody but phone and station knows it."""
    return worker.is_active and worker.devices.filter(device=device, public_key=public_key, standing=ACTIVE).exists()


def was_replaced(phone: Phone) -> bool:
    """Whether the token that it asks with became worthless only because the phone was enrolled anew."""
    return phone.standing == REVOKED and phone.device.standing == ACTIVE and phone.device.tokens.filter(revoked_at=None).exists()


def lock(device: Device, by: str) -> None:
    """Shuts it: nothing about people goes to it, and it opens for nobody, until `unlock`. What was made on it still comes."""
    _set(device, by, "phone_locked", standing=LOCKED)


def unlock(device: Device, by: str) -> None:
    """Opens it again. A revoked phone stays revoked: its key may be in other hands; it is enrolled anew."""
    _set(device, by, "phone_unlocked", standing=ACTIVE)


def allow_new_pin(device: Device, by: str) -> None:
    """Its worker may begin anew on it with another PIN, without another code, once."""
    _set(device, by, "phone_new_pin", standing=ACTIVE, may_renew=True)


def revoke(device: Device, by: str, wipe: bool = False) -> None:
    """Its token opens nothing more, and what its key signs is held for a person. wipe: it empties itself when it asks next."""
    with transaction.atomic():
        now = timezone.now()
        device.standing, device.may_renew = WIPE if wipe else REVOKED, False
        device.revoked_at = device.revoked_at or now
        device.save(update_fields=["standing", "may_renew", "revoked_at"])
        device.tokens.filter(revoked_at=None).update(revoked_at=now)
        audit.note(by, "phone_wiped" if wipe else "revoked", about=f"{device.worker.username} {device.device}")


def _set(device: Device, by: str, action: str, **to: object) -> None:
    with transaction.atomic():
        if device.standing in (REVOKED, WIPE):
            raise ValueError("a phone that was revoked is enrolled anew, with a code")
        for name, value in to.items():
            setattr(device, name, value)
        device.save(update_fields=list(to))
        audit.note(by, action, about=f"{device.worker.username} {device.device}")
