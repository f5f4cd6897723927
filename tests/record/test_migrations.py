"""Stores of another Doorstep: an older one is brought up to date as it is opened, a newer one is left alone and said so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from doorstep.record import migrations, replay, schema
from doorstep.record.backup import CannotRestore, backup, restore
from doorstep.record.database import Connection, ddl
from doorstep.record.migrations import SchemaUnknown
from doorstep.record.record import Record
from doorstep.record.sqlite import Sqlite
from doorstep.record.store import Config, Store
from tests.record.cast import MAI, body, registered
from tests.record.test_backup import live
from tests.record.world import SHELF, World

OLD = sorted((Path(__file__).parent / "stores").glob("log-*.sql"))
"""The log's tables as each version made them, kept as they were."""


def shape(connection: Connection) -> list[tuple[str, ...]]:
    """Every column and index of the log."""
    tables = schema.tables("log")
    if connection.dialect == "sqlite":
        made = [(table, *map(str, row[1:4])) for table in tables for row in connection.rows(f"PRAGMA table_info({table})")]
        indexes = connection.rows("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    else:
        made = connection.rows(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = ANY(?)", [tables]
        )
        indexes = connection.rows("SELECT tablename::text, indexname::text, indexdef FROM pg_indexes WHERE tablename = ANY(?)", [tables])
    return sorted((*made, *(row for row in indexes if row[0] in tables)))


def as_of(world: World, script: Path) -> None:
    """The log of this world in the tables of an older version, with everything that is in it."""
    with world.store.log.write() as log:
        rows = {table: log.rows(f"SELECT * FROM {table}") for table in schema.tables("log")}
        schema.drop(log, "log")
        log.script(ddl(script.read_text(), log.dialect))
        for table, found in rows.items():
            columns = [column for owner, column in schema.column_types() if owner == table]
            if found:
                log.insert(table, columns, found)
        log.run("UPDATE log_meta SET value = ? WHERE name = 'schema'", [script.stem.removeprefix("log-")])


@pytest.fixture
def whole(world: World) -> Iterator[World]:
    """A world whose log is of today again afterwards."""
    yield world
    with world.store.log.write() as log:
        log.run("UPDATE log_meta SET value = ? WHERE name = 'schema'", [migrations.VERSION])
        log.run("DROP INDEX IF EXISTS aside_awaited")
        log.script("CREATE INDEX aside_awaited ON aside (detail) WHERE reason = 'target_awaited'")


def test_every_older_version_has_its_tables_here() -> None:
    assert [path.stem for path in OLD] == [f"log-{version}" for version in sorted(migrations.STEPS)]


@pytest.mark.parametrize("script", OLD, ids=lambda path: path.stem)
def test_an_older_store_is_brought_up_to_date_as_it_is_opened_and_nothing_is_lost(whole: World, script: Path) -> None:
    live(whole)
    was = whole.state()
    with whole.store.log.read() as log:
        today = shape(log)
    as_of(whole, script)
    with whole.store.log.read() as log:
        assert shape(log) != today
    with Record.open(whole.store.config, SHELF) as record:
        with record.store.log.read() as log:
            assert shape(log) == today
            assert log.rows("SELECT value FROM log_meta WHERE name = 'schema'") == [(migrations.VERSION,)]
        record.rules = whole.record.rules
        assert replay.check(record) == []
    assert whole.state() == was
    assert whole.send(body(id="after"))[0].outcome == "accepted"
    with Store.open(whole.store.config) as store, store.log.read() as log:
        assert shape(log) == today, "and once is enough"


def test_a_store_of_a_newer_doorstep_is_left_alone_and_said_so(whole: World) -> None:
    with whole.store.log.write() as log:
        log.run("UPDATE log_meta SET value = '99' WHERE name = 'schema'")
    with pytest.raises(SchemaUnknown, match=r"of version 99, .* Nothing was changed"):
        Store.open(whole.store.config)
    with whole.store.log.read() as log:
        assert log.rows("SELECT value FROM log_meta WHERE name = 'schema'") == [("99",)]


def test_a_backup_of_an_older_doorstep_can_be_restored_and_one_of_a_newer_not(whole: World, tmp_path: Path) -> None:
    whole.send(registered(id="r"), body(id="v", answers={"hb": 70}))
    made = backup(whole.store, tmp_path / "backup")
    file = Sqlite(made.log)
    with file.write() as log:
        log.run("DROP INDEX aside_awaited")
        log.run("UPDATE log_meta SET value = '1' WHERE name = 'schema'")
    file.close()
    before = made.log.read_bytes()
    config = Config(tmp_path / "new")
    with Store.open(config) as store:
        restore(store, tmp_path / "backup")
    assert made.log.read_bytes() == before, "the backup stays as it was written"
    with Store.open(config) as store, store.log.read() as log:
        assert [row[0] for row in log.rows("SELECT id FROM submission ORDER BY seq")] == ["r", "v"]
        assert MAI in store.vault.get(log, [MAI])
    file = Sqlite(made.log)
    with file.write() as log:
        log.run("UPDATE log_meta SET value = '99' WHERE name = 'schema'")
    file.close()
    with Store.open(Config(tmp_path / "newer")) as store:
        with pytest.raises(CannotRestore, match="of version 99"):
            restore(store, tmp_path / "backup")
        with store.log.read() as log, store.keys.read() as keys:
            assert log.rows("SELECT id FROM submission") == keys.rows("SELECT id FROM secret") == []
    assert not list((tmp_path / "newer").glob("restore-*"))


def test_a_register_of_another_doorstep_is_worked_out_again(whole: World) -> None:
    live(whole)
    was = whole.state()
    with whole.store.register.write() as register:
        register.run("UPDATE register_meta SET value = 'another' WHERE name = 'tables'")
        register.run("DELETE FROM fact")
    with Record.open(whole.store.config, SHELF) as record:
        record.rules = whole.record.rules
        record.catch_up()
    assert whole.state() == was
