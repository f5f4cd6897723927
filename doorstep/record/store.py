"""The three stores of one installation, opened together: the log, the keys apart from it, and the register.

Settings come from the environment: DOORSTEP_DATA (a folder), DOORSTEP_DATABASE (a postgresql:// URL; SQLite files in
DOORSTEP_DATA when unset), DOORSTEP_KEYS (a folder or a postgresql:// URL; DOORSTEP_DATA/keys when unset).
"""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from doorstep.record import migrations, schema
from doorstep.record.database import Database, value
from doorstep.record.sqlite import Sqlite
from doorstep.record.vault import Vault

LOCKS = {"log": 7_301, "register": 7_302, "keys": 7_303}
"""Advisory locks of PostgreSQL: who writes the log, the register, the keys."""


class ConfigurationWrong(ValueError):
    """A setting that cannot be meant. The message says which and how it is written."""


@dataclass(frozen=True)
class Config:
    """Where things are kept. database: '' for SQLite in `data`. keys: a URL, or a folder."""

    data: Path
    database: str = ""
    keys: str = ""

    @classmethod
    def from_environment(cls) -> Config:
        """As the settings say; DOORSTEP_DATA is the folder `var` when unset."""
        database = os.environ.get("DOORSTEP_DATABASE", "").strip()
        if database.startswith("sqlite"):
            raise ConfigurationWrong(
                "DOORSTEP_DATABASE names SQLite, which needs no setting: its files lie in DOORSTEP_DATA. Nothing was "
                "opened. Unset DOORSTEP_DATABASE, or write postgresql://user:password@host/database."
            )
        if database and not database.startswith(("postgres://", "postgresql://")):
            raise ConfigurationWrong(
                "DOORSTEP_DATABASE is not understood. Nothing was opened. "
                "Write postgresql://user:password@host/database, or unset it for SQLite."
            )
        data = Path(os.environ.get("DOORSTEP_DATA", "").strip() or "var").absolute()
        return cls(data, database, os.environ.get("DOORSTEP_KEYS", "").strip())

    @property
    def keys_url(self) -> str:
        """The URL of the keys' database, '' when they lie in a file."""
        return self.keys if self.keys.startswith(("postgres://", "postgresql://")) else ""

    @property
    def keys_file(self) -> Path:
        """The file of the keys, when they lie in one."""
        return (Path(self.keys).absolute() if self.keys else self.data / "keys") / "keys.sqlite3"


class Store:
    """An open installation. Make it with `Store.open`; safe to use from several threads."""

    def __init__(
        self, config: Config, log: Database, register: Database, keys: Database, vault: Vault | None = None
    ) -> None:
        self.config, self.log, self.register, self.keys = config, log, register, keys
        self.vault = vault or Vault(keys)

    @classmethod
    def open(cls, config: Config | None = None) -> Store:
        """Opens what the settings name, and makes what is not there yet."""
        config = config or Config.from_environment()
        config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if config.database:
            from doorstep.record.postgres import Postgres

            log: Database = Postgres(config.database, LOCKS["log"])
            register: Database = Postgres(
                config.database, LOCKS["register"], setup=schema.temporary("postgres")
            )
        else:
            file = config.data / "log.sqlite3"
            log = Sqlite(file)
            register = Sqlite(
                config.data / "register.sqlite3", [("log", file)], setup=schema.temporary("sqlite")
            )
        store = cls(config, log, register, _open_keys(config))
        store._make()
        return store

    def _make(self) -> None:
        with self.keys.write() as keys:
            schema.make(keys, "keys")
        with self.log.write() as log:
            if schema.make(log, "log"):
                told = {"schema": migrations.VERSION, "generation": secrets.token_hex(8)}
                log.insert("log_meta", ("name", "value"), list(told.items()))
            else:
                migrations.bring_up_to_date(log)
        with self.register.write() as register:
            schema.make(register, "register")
            schema.make(register, "places")

    @property
    def generation(self) -> str:
        """Changes when a backup is restored: cursors of before are then void."""
        with self.log.read() as log:
            return str(value(log, "SELECT value FROM log_meta WHERE name = 'generation'"))

    def close(self) -> None:
        """Lets go of every file and connection."""
        for database in (self.register, self.log, self.keys):
            database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _open_keys(config: Config) -> Database:
    if config.keys_url:
        if config.keys_url == config.database:
            raise ConfigurationWrong(
                "DOORSTEP_KEYS and DOORSTEP_DATABASE name the same database, but keys are kept apart from what they "
                "lock. Nothing was opened. Name another database, or a folder."
            )
        from doorstep.record.postgres import Postgres

        return Postgres(config.keys_url, LOCKS["keys"])
    config.keys_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Sqlite(config.keys_file)


def now_ms() -> int:
    """Milliseconds UTC."""
    return time.time_ns() // 1_000_000
