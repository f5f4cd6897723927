"""A backup, the loss of everything, a restore: replay equals what was. Whoever was erased since does not come back."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from doorstep.pathways.engines_env import PostgresServer
from doorstep.record import replay
from doorstep.record.backup import KEYS_LAST, CannotRestore, backup, backups, restore
from doorstep.record.erasure import LEDGER, add_to_ledger, finish_erasures, forget_folder, read_ledger, unreached
from doorstep.record.record import Record
from doorstep.record.store import Config, Store
from doorstep.record.vault import unseal
from tests.record.cast import (
    AREAS,
    ATTENDANT,
    FAR_VILLAGE,
    MAI,
    SECRET_NAME,
    SECRET_REMARK,
    SOK,
    body,
    born,
    registered,
)
from tests.record.world import NOW, SHELF, World

_numbers = count(1)


@pytest.fixture
def elsewhere(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Config]:
    """An empty installation of the same kind: a new disk, a new database."""
    if not world.store.config.database:
        yield Config(tmp_path / "new")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"restored_{next(_numbers)}"
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    yield Config(tmp_path / "new", server.dsn_of(name))
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


def live(world: World) -> World:
    """A record with a life behind it: corrections, a merge, an erasure, things held and refused."""
    world.send(registered(id="r"), born(), body("register", SOK, id="s", answers={"called": "Sok"}))
    world.send(body(id="v", answers={"hb": 70, "remark": SECRET_REMARK}))
    world.send(body(id="w", kind="correction", replaces="v", answers={"hb": 95}))
    world.send(body("register", "sok-again", id="t", answers={"called": "Sokha"}), body(kind="merge", form="", subject=SOK,
               answers={"other": "sok-again"}))  # fmt: skip
    world.send(body("register", "lan", id="u", answers={"called": "Lan"}), body(kind="erase", form="", subject="lan", place=""))
    world.send(body(place=FAR_VILLAGE), authority=AREAS, sender=ATTENDANT)
    world.send(body(id="v", answers={"hb": 71}))
    world.send(body(answers={"hb": "a lot"}))
    return world.catch_up()


def words_of(store: Store, subject: str) -> list[bytes]:
    """Everything of a person that can still be read in the log."""
    with store.log.read() as log:
        keys = store.vault.get(log, {subject})
        rows = log.rows(
            "SELECT p.sealed, s.id, p.n FROM part AS p JOIN submission AS s ON s.seq = p.seq WHERE p.subject = ?", [subject]
        )
    return [unseal(keys[subject], f"{id}/{n}", bytes(sealed)) for sealed, id, n in rows] if subject in keys else []


def test_loss_of_everything_and_restore_replay_equals_what_was(world: World, elsewhere: Config, tmp_path: Path) -> None:
    live(world)
    was = world.state()
    log_was = {table: world.rows(table) for table in ("submission", "part", "aside", "erasure", "pack_release")}
    generation = world.store.generation
    backup(world.store, tmp_path / "backup")
    with Store.open(elsewhere) as store:
        restore(store, tmp_path / "backup")
        assert store.generation != generation, "cursors of before are void"
    with Record.open(elsewhere) as record:
        record.catch_up()
        restored = World.__new__(World)
        restored.record, restored.store = record, record.store
        assert {table: restored.rows(table) for table in log_was} == log_was
        assert restored.state() == was
        assert replay.check(record) == []
        # It goes on from there: what was accepted is known, and new things are taken in.
        receipts = restored.send(registered(id="r"), body(id="new"), body(place=FAR_VILLAGE, made_at="2099-01-01T00:00:00Z"))
        assert [receipt.outcome for receipt in receipts] == ["duplicate", "accepted", "held"]


def test_a_restore_from_before_an_erasure_does_not_bring_her_back(world: World, elsewhere: Config, tmp_path: Path) -> None:
    live(world)
    backup(world.store, tmp_path / "backup")
    assert words_of(world.store, MAI)
    world.send(body(kind="erase", form="", place=""))
    world.catch_up()
    ledger = read_ledger(tmp_path / "backup" / LEDGER)
    assert {entry["subject"] for entry in ledger} >= {MAI, "lan"}, "the ledger beside the backup knows of her"
    assert SECRET_NAME not in json.dumps(ledger)
    with Store.open(elsewhere) as store:
        _, since = restore(store, tmp_path / "backup")
        assert since == 1
        assert words_of(store, MAI) == []
        assert words_of(store, SOK)
    with Record.open(elsewhere) as record:
        record.catch_up()
        restored = World.__new__(World)
        restored.record, restored.store = record, record.store
        for table in ("answer", "fact", "attribute", "step", "subject"):
            assert restored.rows(table, "subject", "subject = ?", [MAI]) == []
        assert restored.rows("fact", "num", "code = 'weight'") == [(3100.0,)], "her baby's record is her baby's"
        receipt = restored.send(body(id="late"))[0]
        assert receipt.reason == "subject_erased"
    for path in (tmp_path / "new").rglob("*"):
        if path.is_file():
            assert SECRET_NAME.encode() not in path.read_bytes()


def test_a_ledger_from_another_disk_is_enough(
    world: World, elsewhere: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORSTEP_LEDGER", str(tmp_path / "other-disk" / "erasures.jsonl"))
    live(world)
    backup(world.store, tmp_path / "backup")
    shutil.copytree(tmp_path / "backup", tmp_path / "in-a-drawer")
    world.send(body(kind="erase", form="", place=""))
    monkeypatch.delenv("DOORSTEP_LEDGER")
    with Store.open(elsewhere) as store:
        _, since = restore(store, tmp_path / "in-a-drawer", extra_ledgers=[tmp_path / "other-disk" / "erasures.jsonl"])
        assert since == 1
        assert words_of(store, MAI) == []


def test_a_backup_of_keys_expires(world: World, elsewhere: Config, tmp_path: Path) -> None:
    live(world)
    made = backup(world.store, tmp_path / "backup")
    old = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - (KEYS_LAST + 1) * 86_400))
    log, keys = (path.with_name(path.name.replace(made.stamp, old)) for path in (made.log, made.keys))
    made.log.rename(log)
    made.keys.rename(keys)
    with Store.open(elsewhere) as store:
        with pytest.raises(CannotRestore, match="have expired"):
            restore(store, tmp_path / "backup")
        assert words_of(store, MAI) == []
    backup(world.store, tmp_path / "backup")
    assert not keys.exists(), "the next backup destroys expired keys"
    assert len(backups(tmp_path / "backup")) == 2


def test_log_and_keys_can_lie_on_different_disks(world: World, elsewhere: Config, tmp_path: Path) -> None:
    live(world)
    made = backup(world.store, tmp_path / "backup", tmp_path / "safe")
    assert made.keys.parent == tmp_path / "safe"
    assert not (tmp_path / "backup" / "keys").exists()
    with Store.open(elsewhere) as store:
        with pytest.raises(CannotRestore, match="are not in"):
            restore(store, tmp_path / "backup")
        restore(store, tmp_path / "backup", tmp_path / "safe")
        assert words_of(store, MAI)


def test_a_restore_never_mixes_two_histories(world: World, tmp_path: Path) -> None:
    live(world)
    backup(world.store, tmp_path / "backup")
    with pytest.raises(CannotRestore, match="never mixes two histories"):
        restore(world.store, tmp_path / "backup")
    with pytest.raises(CannotRestore, match="no backup"):
        restore(world.store, tmp_path)


def test_a_district_box_becomes_a_provinces_server(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """From one database into the other."""
    live(world)
    was = world.state()
    backup(world.store, tmp_path / "backup")
    if world.store.config.database:
        config = Config(tmp_path / "box")
    else:
        config = Config(tmp_path / "box", request.getfixturevalue("postgres_dsn"))
    with Store.open(config) as store:
        restore(store, tmp_path / "backup")
    with Record.open(config, SHELF) as record:
        record.catch_up()
        moved = World.__new__(World)
        moved.record, moved.store = record, record.store
        for table, rows in moved.state().items():
            assert sorted(map(repr, rows)) == sorted(map(repr, was[table])), table


def test_a_power_cut_in_the_middle_of_an_erasure_is_finished_at_the_next_start(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from doorstep.record import intake

    live(world)

    def power_cut(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(intake, "finish_erasures", power_cut)
        with pytest.raises(KeyboardInterrupt):
            intake.admit(world.store, world.record.shelf, _erase_items(), AREAS)
    assert _has_key(world.store), "the log says it, the key is still there"
    assert words_of(world.store, MAI) == [], "and is not used any more"
    with Record.open(world.store.config) as record:
        assert not _has_key(record.store)
        record.catch_up()
    assert world.rows("fact", "subject", "subject = ?", [MAI]) == []


def _has_key(store: Store) -> bool:
    with store.log.read() as log, store.keys.read() as keys:
        number = log.rows("SELECT secret FROM subject_key WHERE subject = ?", [MAI])[0][0]
        return bool(keys.rows("SELECT 1 FROM secret WHERE id = ?", [number]))


def _erase_items() -> list[Any]:
    from doorstep.record.prepare import item_of

    sent = body(kind="erase", form="", place="", author="administrator")
    return [item_of(sent, AREAS, NOW, sender="administrator")]


def test_a_ledger_line_that_a_power_cut_left_half_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / LEDGER
    path.write_text('{"subject": "a", "submission": "e", "at": 1}\n{"subj')
    assert [entry["subject"] for entry in read_ledger(path)] == ["a"]
    add_to_ledger(path, [{"subject": "b", "submission": "f", "at": 2}])
    assert [entry["subject"] for entry in read_ledger(path)] == ["a", "b"], "and takes nobody with it who is erased later"


def test_a_disk_that_was_not_there_when_she_was_erased_is_told_of_her_when_it_is_back(world: World, tmp_path: Path) -> None:
    live(world)
    disk, away = tmp_path / "disk", tmp_path / "in-a-drawer"
    backup(world.store, disk)
    assert unreached(world.store) == []
    disk.rename(away)
    world.send(body(kind="erase", form="", place=""))
    assert not _has_key(world.store), "her key is gone all the same"
    assert not disk.exists(), "nothing was made where the disk was"
    assert [(one.path, one.count) for one in unreached(world.store)] == [(disk / LEDGER, 1)]
    finish_erasures(world.store)
    assert unreached(world.store), "it is told until it is done"
    away.rename(disk)
    with Record.open(world.store.config) as record:  # the next start
        assert unreached(record.store) == []
    assert {entry["subject"] for entry in read_ledger(disk / LEDGER)} == {MAI, "lan"}
    disk.rename(away)
    world.send(registered(subject="x"), body(kind="erase", form="", place="", subject="x"))
    assert unreached(world.store)
    backup(world.store, tmp_path / "another")
    assert unreached(world.store), "another backup does not reach it either"
    assert forget_folder(world.store, disk)
    assert unreached(world.store) == []
    assert {entry["subject"] for entry in read_ledger(tmp_path / "another" / LEDGER)} == {MAI, "lan", "x"}


def test_a_ledger_that_cannot_be_written_keeps_nobody_from_being_erased(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(world)
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DOORSTEP_LEDGER", str(tmp_path / "file" / "erasures.jsonl"))
    assert world.send(body(kind="erase", form="", place=""))[0].outcome == "accepted"
    assert not _has_key(world.store)
    assert [one.path.parent.name for one in unreached(world.store)] == ["file"]
    assert {entry["subject"] for entry in read_ledger(world.store.config.data / LEDGER)} >= {MAI}, "the others are written"
