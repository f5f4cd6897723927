"""Workers, their roles and areas, their phones and tokens, and the audit log."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models

from doorstep.accounts.roles import ROLES
from doorstep.record.places.model import TREES

USERNAME = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", "At most 64 letters without marks, digits, and . _ - between them."
)


class Workers(BaseUserManager["Worker"]):
    """Makes workers."""

    def create_user(self, username: str, password: str | None = None, **more: Any) -> Worker:
        """A worker who may log in; without a password, only with a token."""
        worker = self.model(username=username, **more)
        worker.set_password(password)
        worker.full_clean(exclude=["password"])
        worker.save(using=self._db)
        return worker


class Worker(AbstractBaseUser):
    """Somebody who works here. `username` is the author of their submissions; `called` what people call them."""

    username = models.CharField(max_length=64, unique=True, validators=[USERNAME])
    called = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True, default="")
    """In which the pages speak to them; '' when nobody said: then as their browser asks."""
    telephone = models.CharField(max_length=20, blank=True, default="")
    """On which a colleague reaches them when somebody is in danger, as it is dialled; '' when nobody said."""
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)
    invented = models.BooleanField(default=False)
    """Exists in a demonstration only."""

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ()
    objects = Workers()

    def __str__(self) -> str:
        return self.username


class Assignment(models.Model):
    """A role in an area, from a day to before a day (days since 1970-01-01; no end: None)."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="assignments")
    role = models.CharField(max_length=32, choices=[(role, role) for role in ROLES])
    place = models.CharField(max_length=128)
    """Id of a unit in either tree, or '*' for everywhere."""
    tree = models.CharField(max_length=32, blank=True, choices=[(tree, tree) for tree in TREES])
    valid_from = models.IntegerField()
    valid_to = models.IntegerField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["worker", "valid_from"]),)

    def __str__(self) -> str:
        return f"{self.role} at {self.place}"


ACTIVE, LOCKED, REVOKED, WIPE = "active", "locked", "revoked", "wipe"
STANDINGS = (ACTIVE, LOCKED, REVOKED, WIPE)
"""Of a worker's phone: in use; shut until a supervisor opens it; worthless; and to be emptied when it asks next."""


class Device(models.Model):
    """A worker's key on a phone. Work from a phone with a key is always signed."""

    device = models.CharField(max_length=128)
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="devices")
    public_key = models.CharField(max_length=64)
    """Ed25519, 32 bytes in hex."""
    former_keys = models.TextField(blank=True, default="")
    """Keys of before she was enrolled anew, the newest first, apart by spaces: what was signed with them may still come."""
    enrolled_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    standing = models.CharField(max_length=8, default=ACTIVE, choices=[(one, one) for one in STANDINGS])
    may_renew = models.BooleanField(default=False)
    """A supervisor allowed a new PIN: the phone may begin anew without another code, once."""
    last_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["device", "worker"], name="one_key_per_worker_and_phone"),)

    def __str__(self) -> str:
        return self.device


class Token(models.Model):
    """What an app sends instead of a password. Only its hash is kept."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="tokens", null=True, blank=True)
    """The phone that it was made for; None for an app or a script of another kind."""
    label = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.label or f"token {self.pk}"


class PhoneCode(models.Model):
    """An enrolment code: by it a phone becomes a worker's, once, for a few days. Only a keyed hash of it is kept."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="phone_codes")
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=64)
    """Username; 'operator' at the command line."""
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"code {self.pk}"


class Opening(models.Model):
    """Somebody of another area, open to one worker from a day to before a day: she is here now. Ends by itself; ended early, its
    last day is moved. Days since 1970-01-01."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="openings")
    subject = models.CharField(max_length=128, db_index=True)
    reason = models.CharField(max_length=32)
    """One of `doorstep.accounts.openings.REASONS`."""
    made_at = models.DateTimeField(auto_now_add=True)
    valid_from = models.IntegerField()
    valid_to = models.IntegerField()

    class Meta:
        indexes = (models.Index(fields=["worker", "valid_to"]),)

    def __str__(self) -> str:
        return f"opening {self.pk}"


class Audit(models.Model):
    """Who looked at what, and did what. Written only; holds ids, never words about a person."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    worker = models.CharField(max_length=64, db_index=True)
    """Username; 'operator' at the command line."""
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=128, blank=True, db_index=True)
    about = models.CharField(max_length=200, blank=True)
    """Ids and codes: a submission, a place, a reason."""

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.worker} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Appends. A row that is there already is not changed."""
        if self.pk is not None:
            raise TypeError("the audit log is only ever added to")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("the audit log is only ever added to")
