"""Keys: one for every subject, made ahead, kept apart from the log; destroying one makes her words unreadable everywhere.

The log knows which key is whose (`subject_key`), the keys' own store holds only numbers and secrets: either alone says
nothing. Keys are made durable before they are used, a block at a time, so that taking one costs no extra write to disk.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from doorstep.record.database import Connection, Database, among, value

BLOCK = 1000
REMEMBERED = 100_000
"""Keys kept in memory: at most this many."""
Key = bytes


class Dark(Exception):
    """The key is destroyed: this was erased."""


def seal(key: Key, label: str, plain: bytes) -> bytes:
    """AES-256-GCM with a fresh nonce; `label` is bound to it, so that sealed parts cannot be exchanged."""
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, label.encode())


def unseal(key: Key, label: str, sealed: bytes) -> bytes:
    """What `seal` sealed. ValueError when it is not that, or was changed."""
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], label.encode())
    except InvalidTag as error:
        raise ValueError("a sealed part does not fit its key: the log was changed or a key exchanged") from error


def seal_word(key: Key, label: str, plain: str) -> str:
    """A word for a derived table: the same word, label and key always give the same text (AES-SIV), so replay equals live."""
    siv = AESSIV(hashlib.sha512(b"doorstep word" + key).digest())
    return siv.encrypt(plain.encode(), [label.encode()]).hex()


def unseal_word(key: Key, label: str, sealed: str) -> str:
    """What `seal_word` sealed. ValueError when it is not that."""
    siv = AESSIV(hashlib.sha512(b"doorstep word" + key).digest())
    try:
        return siv.decrypt(bytes.fromhex(sealed), [label.encode()]).decode()
    except InvalidTag as error:
        raise ValueError("a sealed word does not fit its key") from error


def salt_of(key: Key, id: str) -> bytes:
    """The salt of a submission whose sender gave none: known only while the key is."""
    return hmac.digest(key, b"salt " + id.encode(), "sha256")


class Vault:
    """The keys' store. Thread-safe; knows nothing of who is who beyond what it is asked."""

    def __init__(self, keys: Database) -> None:
        self.keys = keys
        self._lock = threading.Lock()
        self._block: list[tuple[int, Key]] = []
        self._known: dict[str, Key] = {}
        self._erasures = -1

    def get(self, log: Connection, subjects: Iterable[str]) -> dict[str, Key]:
        """Keys of these subjects, as far as they have one that is not destroyed."""
        self._forget_erased(value(log, "SELECT COALESCE(MAX(n), 0) FROM erasure"))
        wanted = set(subjects)
        found = {subject: self._known[subject] for subject in wanted if subject in self._known}
        missing = wanted - found.keys()
        if missing:
            condition, values = among(log, "k.subject", missing)
            # Whoever is erased has no key, even in the moment before it is destroyed.
            alive = "NOT EXISTS (SELECT 1 FROM erasure AS e WHERE e.subject = k.subject)"
            sql = f"SELECT k.subject, k.secret FROM subject_key AS k WHERE {condition} AND {alive}"  # noqa: S608
            found |= self._read(dict(log.rows(sql, values)))
        return found

    def _read(self, numbers: Mapping[str, int]) -> dict[str, Key]:
        if not numbers:
            return {}
        with self.keys.read() as keys:
            condition, values = among(keys, "id", numbers.values())
            held: dict[int, bytes] = dict(keys.rows(f"SELECT id, bytes FROM secret WHERE {condition}", values))  # noqa: S608
        found = {subject: bytes(held[number]) for subject, number in numbers.items() if number in held}
        self._remember(found)
        return found

    def take(
        self, subjects: Iterable[str], secrets: Mapping[str, int], erasures: int
    ) -> tuple[dict[str, Key], list[tuple[str, int]]]:
        """Keys of these subjects, a new one for whoever never had one; and (subject, key) of the new ones, for the caller
        to append to `subject_key` in the transaction that uses them.

        secrets: which key is whose, as the log knows of these subjects; erasures: how many there were. A subject whose
        key was destroyed stays without: it is missing from the answer.
        """
        self._forget_erased(erasures)
        wanted = set(subjects)
        found = {subject: self._known[subject] for subject in wanted if subject in self._known}
        found |= self._read({subject: secrets[subject] for subject in wanted - found.keys() if subject in secrets})
        fresh = {subject: self._next() for subject in sorted(wanted - found.keys() - secrets.keys())}
        # Not remembered yet: should the transaction fail, the keys were never anybody's.
        keys = found | {subject: key for subject, (_, key) in fresh.items()}
        return keys, [(subject, number) for subject, (number, _) in fresh.items()]

    def _next(self) -> tuple[int, Key]:
        with self._lock:
            if not self._block:
                day = int(time.time()) // 86_400
                block = [(secrets.randbits(62), os.urandom(32)) for _ in range(BLOCK)]
                with self.keys.write() as keys:
                    keys.insert("secret", ("id", "bytes", "made_day"), [(*one, day) for one in block])
                self._block = block
            return self._block.pop()

    def _remember(self, found: Mapping[str, Key]) -> None:
        with self._lock:
            if len(self._known) + len(found) > REMEMBERED:
                self._known.clear()
            self._known.update(found)

    def _forget_erased(self, count: int) -> None:
        """Another process may have erased somebody: what is remembered here is then stale."""
        with self._lock:
            if count != self._erasures:
                self._known.clear()
                self._erasures = count

    def destroy(self, log: Connection, subjects: Iterable[str]) -> int:
        """Destroys the keys of these subjects for good; how many there were. The log must already say why."""
        condition, values = among(log, "subject", subjects)
        numbers = [row[0] for row in log.rows(f"SELECT secret FROM subject_key WHERE {condition}", values)]  # noqa: S608
        with self._lock:
            self._known.clear()
        if not numbers:
            return 0
        with self.keys.write() as keys:
            condition, values = among(keys, "id", numbers)
            count = value(keys, f"SELECT COUNT(*) FROM secret WHERE {condition}", values)  # noqa: S608
            keys.run(f"DELETE FROM secret WHERE {condition}", values)  # noqa: S608
        if count or self.keys.dialect == "sqlite":  # where it costs little, once more: a reader may have been in the way
            self.keys.purge(["secret"], full=count > 0)
        return int(count)

    def own(self, name: str, make: Callable[[], bytes] = lambda: os.urandom(32)) -> Key:
        """A secret of the installation itself (pseudonyms, sessions, the key that parcels are sealed to), made when first
        asked for."""
        with self.keys.write() as keys:
            found = value(keys, "SELECT bytes FROM own_secret WHERE name = ?", [name])
            if found is None:
                found = make()
                keys.run("INSERT INTO own_secret (name, bytes) VALUES (?, ?)", [name, found])
        return bytes(found)
