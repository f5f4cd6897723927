"""The server's key pair of age: phones seal to its public part what they made, and only this server reads it.

The private part lies in the keys' store, among the secrets of the installation, and goes into its backups with them.
"""

from __future__ import annotations

import pyrage

from doorstep.record.record import Record

NAME = "age identity of parcels"


class Unreadable(ValueError):
    """Not an age file, not for this server, or broken on the way."""


class Recipient:
    """Thread-safe. The key is made when it is first asked for."""

    def __init__(self, record: Record) -> None:
        self._vault = record.store.vault
        self._known: pyrage.x25519.Identity | None = None

    def _identity(self) -> pyrage.x25519.Identity:
        if self._known is None:
            made = self._vault.own(NAME, lambda: str(pyrage.x25519.Identity.generate()).encode())
            self._known = pyrage.x25519.Identity.from_str(made.decode())
        return self._known

    @property
    def public(self) -> str:
        """`age1...`: what phones seal to."""
        return str(self._identity().to_public())

    def unseal(self, sealed: bytes) -> bytes:
        """What was sealed to the public part. Raises Unreadable."""
        try:
            return pyrage.decrypt(sealed, [self._identity()])
        except (pyrage.DecryptError, ValueError, OSError) as error:
            raise Unreadable from error
