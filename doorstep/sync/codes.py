"""Enrolment codes: eight letters that no two people read differently, for one worker, once, for a few days.

Only a hash is kept, keyed with a secret of the keys' store: whoever has the accounts alone cannot search for the letters.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

import segno
from django.db import transaction
from django.utils import timezone

from doorstep.accounts import audit
from doorstep.accounts.models import PhoneCode, Worker
from doorstep.record.record import Record

ALPHABET = "ACDEFGHJKMNPQRTUVWXY"
"""Without B (8), I and L (1), O (0 and Q), S (5), Z (2)."""
LETTERS = 8
LASTS = timedelta(days=3)


def make_code(record: Record, worker: Worker, by: str) -> str:
    """A new code for this worker, shown this once; an unused one of before is worthless from now on. by: who makes it."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    with transaction.atomic():
        worker.phone_codes.filter(used_at=None).delete()
        PhoneCode.objects.create(
            worker=worker, digest=_digest(record, letters), made_by=by or audit.OPERATOR, expires_at=timezone.now() + LASTS
        )
        audit.note(by, "phone_code", about=worker.username)
    return letters


def written(letters: str) -> str:
    """As it is shown: in two halves."""
    return f"{letters[:4]} {letters[4:]}"


def link(address: str, letters: str) -> str:
    """What a phone opens: the letters stand behind the #, which no browser sends to any server."""
    return f"{address}/phone/#enrol={letters}"


def picture(address: str, letters: str) -> segno.QRCode:
    """The link as a QR code."""
    return segno.make(link(address, letters), micro=False, error="m")


def take(record: Record, typed: str) -> Worker | None:
    """The active worker whose code this is, which is used by that; None when it is wrong, used or too old."""
    code = _find(record, typed)
    if code is None or code.used_at is not None:
        return None
    now = timezone.now()
    # Of two phones with the same code at the same moment one gets it.
    taken = PhoneCode.objects.filter(pk=code.pk, used_at=None).update(used_at=now)
    return code.worker if taken else None


def taken_by(record: Record, typed: str) -> Worker | None:
    """The active worker whose code this was, used already and not yet too old; None for any other."""
    code = _find(record, typed)
    return code.worker if code is not None and code.used_at is not None else None


def _find(record: Record, typed: str) -> PhoneCode | None:
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    if len(letters) != LETTERS:
        return None
    return PhoneCode.objects.select_related("worker").filter(
        digest=_digest(record, letters), expires_at__gt=timezone.now(), worker__is_active=True
    ).first()  # fmt: skip


def _digest(record: Record, letters: str) -> str:
    return hmac.digest(record.store.vault.own("enrolment codes"), letters.encode(), "sha256").hex()
