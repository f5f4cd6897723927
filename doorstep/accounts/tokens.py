"""Tokens: random, shown once, kept as a hash. 256 bits need no slow hash."""

from __future__ import annotations

import hashlib
import secrets

from django.utils import timezone

from doorstep.accounts.models import Device, Token, Worker

PREFIX = "dst_"


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_token(worker: Worker, label: str = "", device: Device | None = None) -> str:
    """A new token of this worker, shown this once. device: the phone that it is for."""
    token = PREFIX + secrets.token_urlsafe(32)
    Token.objects.create(worker=worker, digest=digest_of(token), label=label[:100], device=device)
    return token


def revoke_tokens(worker: Worker) -> int:
    """Every token of this worker stops working within seconds; how many there were."""
    return Token.objects.filter(worker=worker, revoked_at=None).update(revoked_at=timezone.now())


def worker_of(token: str) -> str | None:
    """Username of the active worker whose token this is, None when it is nobody's or was revoked."""
    found = (
        Token.objects.filter(digest=digest_of(token), revoked_at=None, worker__is_active=True)
        .values_list("worker__username", flat=True)
        .first()
    )
    return str(found) if found else None
