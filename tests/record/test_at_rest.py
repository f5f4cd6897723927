"""Her words lie nowhere in the open: not in the log, not in what is worked out, not in a backup, an export or a file."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest

from doorstep.pathways.engines_env import PostgresServer
from doorstep.record.backup import backup
from doorstep.record.conflicts import attribute_values
from doorstep.record.parquet import export, renew
from doorstep.record.store import Store
from doorstep.record.vault import Dark, unseal
from tests.record.cast import AREAS, ATTENDANT, FAR_VILLAGE, MAI, SECRET_NAME, SECRET_REMARK, VILLAGE, body, born, registered
from tests.record.world import World

WORDS = (SECRET_NAME, SECRET_REMARK, "Little Keo", "held words", "refused words")


def tell(world: World) -> None:
    """Words in everything that can hold them: attributes, remarks, a birth, something held, something refused, a file."""
    world.send(registered(id="r"), born(), body(answers={"remark": SECRET_REMARK, "hb": 77}))
    world.send(registered(id="r", answers={"called": "refused words"}))
    held = body(place=FAR_VILLAGE, answers={"remark": "held words"})
    world.send(held, authority=AREAS, sender=ATTENDANT)
    world.send(body("rename", answers={"called": SECRET_NAME, "residence": "held words, no code at all"}))
    world.catch_up()


def everything_of(world: World, server: PostgresServer | None) -> Iterator[tuple[str, bytes]]:
    """The raw bytes of every file in which the installation keeps anything."""
    folders = [world.store.config.data]
    if server is not None:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        folders.append(server.home / "data")
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and "packs" not in path.parts:
                with contextlib.suppress(FileNotFoundError):  # a running database makes its caches anew, and takes the old away
                    yield str(path), path.read_bytes()


@pytest.fixture
def server(world: World, request: pytest.FixtureRequest) -> PostgresServer | None:
    if not world.store.config.database:
        return None
    found: PostgresServer = request.getfixturevalue("postgres")
    return found


def assert_no_words(world: World, server: PostgresServer | None, words: tuple[str, ...] = WORDS) -> None:
    seen = 0
    for path, content in everything_of(world, server):
        seen += len(content)
        for word in words:
            for form in (word.encode(), word.encode("utf-16-le"), word.encode().hex().encode()):
                assert form not in content, f"{word!r} lies open in {path}"
    assert seen > 100_000, "the files were looked at"


def test_no_word_lies_open_in_any_file(world: World, server: PostgresServer | None) -> None:
    tell(world)
    assert_no_words(world, server)
    with world.store.register.read() as register:
        assert attribute_values(world.record, register, MAI)["called"] == SECRET_NAME, "and yet whoever may can read them"


def test_the_search_would_find_a_word_that_lies_open(world: World, server: PostgresServer | None) -> None:
    with world.store.register.write() as register:
        register.run("INSERT INTO register_meta (name, value) VALUES ('open', 'a word in the open')")
    try:
        with pytest.raises(AssertionError, match="lies open"):
            assert_no_words(world, server, ("a word in the open",))
    finally:
        with world.store.register.write() as register:
            register.run("DELETE FROM register_meta WHERE name = 'open'")


def test_log_and_keys_apart_say_nothing(world: World) -> None:
    """The log without keys is noise; the keys' store knows no subject."""
    tell(world)
    world.store.log.purge([])
    keys = world.store.config.keys_file.read_bytes()
    for id in (MAI, "mai-baby", ATTENDANT):
        assert id.encode() not in keys
    with world.store.log.read() as log:
        sealed = [bytes(row[0]) for row in log.rows("SELECT sealed FROM part")]
    with pytest.raises(ValueError, match="does not fit"):
        unseal(b"\0" * 32, "r/0", sealed[0])
    assert len(set(sealed)) == len(sealed)


def test_a_part_cannot_be_exchanged_for_another(world: World) -> None:
    tell(world)
    with world.store.log.read() as log:
        rows = log.rows("SELECT p.sealed, s.id, p.n, p.subject FROM part AS p JOIN submission AS s ON s.seq = p.seq ORDER BY 2")
        keys = world.store.vault.get(log, {MAI})
    mine = [row for row in rows if row[3] == MAI]
    with pytest.raises(ValueError, match="does not fit"):
        unseal(keys[MAI], f"{mine[0][1]}/{mine[0][2]}", bytes(mine[1][0]))


def test_erased_she_is_in_no_table_no_file_and_no_export(world: World, server: PostgresServer | None, tmp_path: Path) -> None:
    tell(world)
    with world.store.log.read() as log:
        secrets = dict(log.rows("SELECT subject, secret FROM subject_key"))
    with world.store.keys.read() as keys:
        key = {number: bytes(content) for number, content in keys.rows("SELECT id, bytes FROM secret")}[secrets[MAI]]
    export(world.record, tmp_path / "export", ("care", "identity", "hiv"))
    before = pq.read_table(tmp_path / "export" / "fact.parquet").num_rows
    world.send(body(kind="erase", form="", place=""))
    world.catch_up()
    assert [one.folder for one in renew(world.record)] == [tmp_path / "export"]
    for table in ("answer", "attribute_write", "fact", "attribute", "subject", "home", "step", "made"):
        assert world.rows(table, "subject", "subject = ?", [MAI]) == [], table
    assert pq.read_table(tmp_path / "export" / "fact.parquet").num_rows < before
    for path, content in everything_of(world, None):
        assert key not in content, f"her key is still in {path}"
    assert_no_words(world, server)
    with world.store.log.read() as log:
        assert world.store.vault.get(log, {MAI}) == {}


def test_an_export_has_pseudonyms_and_no_words_and_only_what_was_chosen(world: World, tmp_path: Path) -> None:
    tell(world)
    world.send(body(answers={"hiv_test": "positive"}))
    export(world.record, tmp_path / "one", ("care",))
    export(world.record, tmp_path / "two", ("care", "identity", "hiv"))
    facts = pq.read_table(tmp_path / "one" / "fact.parquet").to_pylist()
    assert facts
    assert {row["code"] for row in facts}.isdisjoint({"called", "remark", "hiv_test", "residence"})
    steps = pq.read_table(tmp_path / "one" / "step.parquet").to_pylist()
    assert {row["compartment"] for row in steps} == {"care"}
    wide = pq.read_table(tmp_path / "two" / "fact.parquet").to_pylist()
    assert {row["code"] for row in wide} >= {"hiv_test", "remark"}
    assert {row["txt"] for row in wide if row["code"] == "remark"} == {None}, "that something was said, not what"
    ids = {row[0] for row in world.rows("submission", "id")} | {MAI, "mai-baby"}
    for folder in ("one", "two"):
        for path in (tmp_path / folder).iterdir():
            content = path.read_bytes()
            assert not any(id.encode() in content for id in ids if len(id) > 3), path
    ours, theirs = ({row["subject"] for row in rows} for rows in (facts, wide))
    assert ours.isdisjoint(theirs), "another folder, other pseudonyms"
    assert {row["target"] for row in pq.read_table(tmp_path / "one" / "relation.parquet").to_pylist()} <= ours


def test_where_she_lives_is_exported_only_with_identity(world: World, tmp_path: Path) -> None:
    tell(world)
    folder = tmp_path / "one"
    assert "home" in export(world.record, folder, ("care", "identity")).rows
    assert VILLAGE in {row["place"] for row in pq.read_table(folder / "home.parquet").to_pylist()}
    assert "home" not in export(world.record, folder, ("care",)).rows
    assert not (folder / "home.parquet").exists(), "an earlier export leaves none behind"
    for path in folder.glob("*.parquet"):
        assert VILLAGE not in str(pq.read_table(path).to_pylist()), path


def test_a_backup_holds_no_words_in_the_open_and_nothing_worked_out(world: World, tmp_path: Path) -> None:
    tell(world)
    made = backup(world.store, tmp_path)
    for path in (made.log, made.keys):
        content = path.read_bytes()
        assert not any(word.encode() in content for word in WORDS)
        assert path.stat().st_mode & 0o077 == 0, "readable by nobody else"
    tables = {row[0] for row in sqlite3.connect(made.log).execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables.isdisjoint({"fact", "answer", "step", "attribute", "secret"})


def test_another_process_forgets_her_key_too(world: World) -> None:
    tell(world)
    with Store.open(world.store.config) as other:
        with other.log.read() as log:
            assert MAI in other.vault.get(log, {MAI})
        world.send(body(kind="erase", form="", place=""))
        with other.log.read() as log:
            assert other.vault.get(log, {MAI}) == {}


def test_dark_is_an_error_of_its_own() -> None:
    assert issubclass(Dark, Exception)
