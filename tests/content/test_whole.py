"""Files that are whole or not there: several that write at once, one that is killed, what a power cut left."""

from __future__ import annotations

import multiprocessing
import os
import stat
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from doorstep.content.whole import LEFT, append_lines, becoming, write_once, write_whole

SIZE, TIMES = 200_000, 40


def _write(path: Path, letter: bytes) -> None:
    for _ in range(TIMES):
        write_whole(path, letter * SIZE)


def _lines(path: Path, own: int) -> None:
    for n in range(TIMES):
        append_lines(path, f"{own}-{n}\n")


def _together() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(4, multiprocessing.get_context("spawn"))


def test_of_several_that_write_at_once_each_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "kept"
    with _together() as workers:
        at_work = [workers.submit(_write, path, letter) for letter in (b"a", b"b", b"c", b"d")]
        while not all(one.done() for one in at_work):
            if path.exists():
                seen = path.read_bytes()
                assert len(seen) == SIZE
                assert len(set(seen)) == 1
        for one in at_work:
            one.result()
    assert os.listdir(path.parent) == ["kept"]


def test_of_several_that_make_what_never_changes_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with _together() as workers:
        found = list(workers.map(write_once, [path] * 12, [b"%d" % n for n in range(12)]))
    assert set(found) == {path.read_bytes()}
    assert write_once(path, b"another") == found[0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_made_empty_by_a_power_cut_is_made(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    assert write_once(tmp_path / "secret", b"word") == b"word"


def test_what_ends_in_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    write_whole(path, b"before")

    def interrupted() -> None:
        with becoming(path) as fresh:
            fresh.write_bytes(b"half")
            raise ValueError("full")

    with pytest.raises(ValueError, match="full"):
        interrupted()
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["kept"]


def test_what_killed_processes_left_goes_after_a_day_and_not_before(tmp_path: Path) -> None:
    old = [".kept.0a.new", ".keys-2026.sqlite3.0b.new", ".keys-2026.sqlite3.0b.new-wal", ".keys-2026.sqlite3.0b.new-shm"]
    stay = [".kept.0c.new", ".made", "a.new"]
    for name in (*old, *stay):
        (tmp_path / name).write_text("half")
    (tmp_path / ".form.0d.new" / "media").mkdir(parents=True)
    for name in (*old, ".form.0d.new", ".made", "a.new"):
        os.utime(tmp_path / name, times=(time.time() - LEFT - 60,) * 2)
    write_whole(tmp_path / "another", b"whole")
    assert sorted(os.listdir(tmp_path)) == sorted([*stay, "another"])


def test_what_sqlite_writes_beside_an_unfinished_file_goes_with_it(tmp_path: Path) -> None:
    with becoming(tmp_path / "log.sqlite3") as fresh:
        for end in ("-wal", "-shm"):
            fresh.with_name(fresh.name + end).write_text("rows")
    assert os.listdir(tmp_path) == ["log.sqlite3"]


def test_what_root_makes_in_somebodys_folder_is_theirs(tmp_path: Path) -> None:
    whose = 65534 if os.geteuid() == 0 else os.geteuid()  # nobody else can give a folder away
    os.chown(tmp_path, whose, -1)
    write_whole(tmp_path / "ledgers.json", b"[]")
    write_once(tmp_path / "secret", b"word")
    append_lines(tmp_path / "erasures.jsonl", "{}\n")
    assert {path.stat().st_uid for path in tmp_path.iterdir()} == {whose}
    assert len(os.listdir(tmp_path)) == 3


def test_a_new_file_is_this_users_alone_unless_it_is_shared(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_whole(tmp_path / "own", b"")
        write_whole(tmp_path / "shared", b"", 0o666)
    finally:
        os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("own", "shared")] == [0o600, 0o644]


def test_lines_that_several_add_at_once_are_all_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lines"
    with _together() as workers:
        list(workers.map(_lines, [path] * 4, range(4)))
    assert sorted(path.read_text().split()) == sorted(f"{own}-{n}" for own in range(4) for n in range(TIMES))


def test_a_half_line_takes_no_other_with_it(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text("one\nha")
    append_lines(path, "two\n")
    assert path.read_text() == "one\nha\ntwo\n"
    append_lines(path, "")
    assert path.read_text() == "one\nha\ntwo\n"
