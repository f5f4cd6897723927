"""What both databases share: one writer at a time, readers handed out and taken back, a read inside a read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, Protocol, TypeVar


class Open(Protocol):
    """An open connection."""

    @property
    def usable(self) -> bool:
        """Whether it can still be used."""

    def begin(self, lock: bool) -> None:
        """Begins a transaction: the only writer, or a reader of one snapshot."""

    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def close(self) -> None: ...


Conn = TypeVar("Conn", bound=Open)


class Pooled(Generic[Conn]):
    """A database as a set of connections. Errors of the library come out as `DatabaseAway`."""

    def __init__(self) -> None:
        self._writer: Conn | None = None
        self._lock = threading.RLock()
        self._idle: list[Conn] = []
        self._local = threading.local()

    def _open(self) -> Conn:
        raise NotImplementedError  # each database has its own

    def _told(self) -> AbstractContextManager[None]:
        raise NotImplementedError  # each database has its own

    @contextmanager
    def write(self) -> Iterator[Conn]:
        """A transaction that no other writer of this store runs beside; rolled back when the block raises."""
        with self._lock, self._told():
            writer = self.writer()
            with _transaction(writer, lock=True):
                yield writer

    def writer(self) -> Conn:
        """The connection that writes; hold the lock."""
        if self._writer is None or not self._writer.usable:
            self._writer = self._open()
        return self._writer

    @contextmanager
    def read(self) -> Iterator[Conn]:
        """One consistent snapshot. A read inside a read of the same thread sees the same."""
        active: Conn | None = getattr(self._local, "active", None)
        if active is not None:
            yield active
            return
        with self._told():
            reader = self._take()
            try:
                with _transaction(reader, lock=False):
                    self._local.active = reader
                    yield reader
            finally:
                self._local.active = None
                if reader.usable:
                    self._idle.append(reader)

    def _take(self) -> Conn:
        while self._idle:
            try:
                reader = self._idle.pop()
            except IndexError:  # another thread was quicker
                break
            if reader.usable:
                return reader
        return self._open()

    def close(self) -> None:
        """Lets go of every connection."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()
            if self._writer is not None:
                self._writer.close()
                self._writer = None


@contextmanager
def _transaction(connection: Open, lock: bool) -> Iterator[None]:
    try:
        connection.begin(lock)
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
