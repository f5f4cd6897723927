"""Backup and restore: the log in one file, the keys in another, the erasures in a ledger beside them.

Backups are SQLite files whatever the database, so that one can be restored into the other. What is worked out of the log
is never in them: it is rebuilt by replay. Backups of keys expire, and a restore replays every erasure that the ledgers know.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from doorstep.content.whole import becoming
from doorstep.record import schema
from doorstep.record.database import Connection, among, value
from doorstep.record.erasure import LEDGER, known_ledgers, read_ledger, remember_folder, write_ledgers
from doorstep.record.migrations import SchemaUnknown, bring_up_to_date
from doorstep.record.sqlite import Sqlite
from doorstep.record.store import Store

KEYS_LAST = 35
"""Days after which a backup of keys is destroyed, and refused: an old backup must not bring anybody back."""
BATCH = 5000
Progress = Callable[[str, int], None]


class CannotRestore(RuntimeError):
    """Nothing was changed; the message says why and what to do."""


@dataclass(frozen=True)
class Made:
    """A backup. stamp: when, as it stands in the files' names."""

    stamp: str
    log: Path
    keys: Path

    @property
    def age(self) -> float:
        """Days since it was made."""
        made = datetime.strptime(self.stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return (time.time() - made.timestamp()) / 86_400


def backups(folder: Path, keys: Path | None = None) -> list[Made]:
    """The backups in a folder, oldest first."""
    keys = keys or folder / "keys"
    stamps = sorted(path.name[4:-8] for path in (folder / "log").glob("log-*.sqlite3"))
    return [Made(stamp, folder / "log" / f"log-{stamp}.sqlite3", keys / f"keys-{stamp}.sqlite3") for stamp in stamps]


def backup(store: Store, folder: Path, keys: Path | None = None, progress: Progress = lambda what, count: None) -> Made:
    """A new backup in `folder`/log and in `keys` (`folder`/keys unless given: better on another disk).

    Backups of keys older than KEYS_LAST days are destroyed.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    made = Made(stamp, folder / "log" / f"log-{stamp}.sqlite3", (keys or folder / "keys") / f"keys-{stamp}.sqlite3")
    for path in (made.log, made.keys):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    remember_folder(store, folder)
    # The log first: every key that it uses was durable before.
    with store.log.read() as log:
        _copy(log, made.log, "log", progress)
    with store.keys.read() as held:
        _copy(held, made.keys, "keys", progress)
    _destroy_expired(folder, keys)
    write_ledgers(store)
    return made


def _copy(source: Connection, path: Path, store: str, progress: Progress) -> None:
    """The tables of one store as a SQLite file; whole, or not there at all."""
    with becoming(path) as fresh:
        target = Sqlite(fresh)
        with target.write() as connection:
            schema.make(connection, store)
            for table in schema.tables(store):
                _rows(source, connection, table, progress)
        target.purge([])
        target.close()


def _rows(source: Connection, target: Connection, table: str, progress: Progress) -> None:
    columns = [column for owner, column in schema.column_types() if owner == table]
    listed = ", ".join(f'"{column}"' for column in columns)
    waiting: list[tuple[Any, ...]] = []
    for row in source.stream(f"SELECT {listed} FROM {table}"):  # noqa: S608 - our own table
        waiting.append(row)
        if len(waiting) == BATCH:
            target.insert(table, columns, waiting)
            progress("rows", len(waiting))
            waiting = []
    if waiting:
        target.insert(table, columns, waiting)
        progress("rows", len(waiting))


def _destroy_expired(folder: Path, keys: Path | None) -> None:
    for made in backups(folder, keys):
        if made.age > KEYS_LAST:
            made.keys.unlink(missing_ok=True)


def restore(
    store: Store, folder: Path, keys: Path | None = None, *, stamp: str | None = None, extra_ledgers: Iterable[Path] = (),
    progress: Progress = lambda what, count: None,
) -> tuple[Made, int]:  # fmt: skip
    """Puts a backup (the newest unless named) into an empty installation. Returns it, and how many erasures since were replayed.

    Raises CannotRestore when there is something in the installation, no such backup, or only expired keys.
    """
    made = _chosen(folder, keys, stamp)
    with store.log.read() as log:
        if value(log, "SELECT COUNT(*) FROM submission") or value(log, "SELECT COUNT(*) FROM aside"):
            raise CannotRestore(
                "There are submissions here already, and a restore never mixes two histories. Nothing was changed. "
                "Let DOORSTEP_DATA (and DOORSTEP_DATABASE) name an empty place, then restore again."
            )
    entries = [entry for path in _ledgers(store, folder, extra_ledgers) for entry in read_ledger(path)]
    erased = {entry["subject"]: entry for entry in entries}
    with _readable(made, store.config.data) as source:
        with store.keys.write() as target:
            _load_keys(made, target, set(erased), progress)
        with store.log.write() as target:
            _load_log(source, target, progress)
            since = _replay_erasures(target, erased)
    write_ledgers(store)
    return made, since


def _chosen(folder: Path, keys: Path | None, stamp: str | None) -> Made:
    found = [made for made in backups(folder, keys) if stamp in (None, made.stamp)]
    if not found:
        raise CannotRestore(f"There is no backup{f' {stamp}' if stamp else ''} in {folder}. Nothing was changed.")
    made = found[-1]
    if made.age > KEYS_LAST or not made.keys.exists():
        raise CannotRestore(
            f"The keys of the backup {made.stamp} have expired (they last {KEYS_LAST} days) or are not in {made.keys.parent}: "
            "without them its words cannot be read, and that is meant. Nothing was changed. Use a newer backup."
        )
    return made


def _ledgers(store: Store, folder: Path, extra: Iterable[Path]) -> list[Path]:
    return [*known_ledgers(store), folder / LEDGER, *extra]


def _load_keys(made: Made, target: Connection, erased: set[str], progress: Progress) -> None:
    """The keys of everybody who was not erased since: the others' are never written at all."""
    log, keys = Sqlite(made.log), Sqlite(made.keys)
    with log.read() as source:
        condition, values = among(source, "subject", erased)
        gone = {row[0] for row in source.rows(f"SELECT secret FROM subject_key WHERE {condition}", values)}  # noqa: S608
    for table in schema.tables("keys"):
        target.run(f"DELETE FROM {table}")  # noqa: S608
    with keys.read() as source:
        held = source.rows("SELECT id, bytes, made_day FROM secret")
        target.insert("secret", ("id", "bytes", "made_day"), [row for row in held if row[0] not in gone])
        _rows(source, target, "own_secret", progress)
    log.close()
    keys.close()


@contextmanager
def _readable(made: Made, folder: Path) -> Iterator[Path]:
    """The log of a backup in the tables of today: a copy of it, where an older Doorstep wrote it."""
    with tempfile.TemporaryDirectory(prefix="restore-", dir=folder) as beside:
        copy = Path(beside) / made.log.name
        shutil.copyfile(made.log, copy)
        log = Sqlite(copy)
        try:
            with log.write() as connection:
                bring_up_to_date(connection)
        except SchemaUnknown as error:
            raise CannotRestore(f"The backup {made.stamp} cannot be read here. {error}") from None
        finally:
            log.close()
        yield copy


def _load_log(path: Path, target: Connection, progress: Progress) -> None:
    log = Sqlite(path)
    for table in reversed(schema.tables("log")):
        target.run(f"DELETE FROM {table}")  # noqa: S608
    with log.read() as source:
        for table in schema.tables("log"):
            _rows(source, target, table, progress)
    log.close()
    target.run("UPDATE log_meta SET value = ? WHERE name = 'generation'", [secrets.token_hex(8)])
    if target.dialect == "postgres":
        for table in ("aside", "pack_release"):
            target.rows(f"SELECT setval(pg_get_serial_sequence('{table}', 'n'), COALESCE(MAX(n), 0) + 1, false) FROM {table}")  # noqa: S608


def _replay_erasures(target: Connection, erased: dict[str, dict[str, Any]]) -> int:
    known = {row[0] for row in target.rows("SELECT subject FROM erasure")}
    n = int(value(target, "SELECT COALESCE(MAX(n), 0) FROM erasure"))
    fresh = [entry for subject, entry in sorted(erased.items()) if subject not in known]
    rows = [(entry["subject"], n + i, str(entry["submission"]), int(entry["at"])) for i, entry in enumerate(fresh, 1)]
    if rows:
        target.insert("erasure", ("subject", "n", "submission", "at"), rows)
        condition, values = among(target, "subject", [row[0] for row in rows])
        target.run(f"UPDATE aside SET decision = 'erased' WHERE decision = '' AND {condition}", values)  # noqa: S608
    return len(rows)
