"""What a store promises whoever writes: all of it or nothing, told in time, and the next one goes through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from doorstep.record.database import Connection, Database
from tests.record.world import World

COLUMNS = ("subject", "secret")
Harm = Callable[[Connection], Any]


def append(log: Connection, *subjects: str) -> None:
    log.append([("subject_key", COLUMNS, [(subject, n) for n, subject in enumerate(subjects)])])


def subjects(store: Database) -> set[str]:
    with store.read() as log:
        return {row[0] for row in log.rows("SELECT subject FROM subject_key")}


def fails_by_itself(log: Connection) -> None:
    raise RuntimeError("something else went wrong")


def write_badly(log: Database, harm: Harm) -> None:
    with log.write() as connection:
        append(connection, "bea", "ada")
        harm(connection)


@pytest.mark.parametrize("harm", [
    lambda log: None,
    lambda log: log.rows("SELECT 1"),
    lambda log: log.run("SELECT nonsense FROM nowhere"),
    lambda log: log.insert("subject_place", ("subject", "place"), [("grace", "KH-16")]),
    fails_by_itself,
], ids=["at the end", "at a query", "twice", "before another write", "and for another reason"])  # fmt: skip
def test_a_write_that_fails_leaves_nothing_and_the_next_one_goes_through(world: World, harm: Harm) -> None:
    log = world.store.log
    with log.write() as connection:
        append(connection, "ada")
    for _ in range(7):  # until the server has every statement prepared, and once more
        with pytest.raises(Exception, match=r"(?i)unique|nowhere|something else"):
            write_badly(log, harm)
        assert subjects(log) == {"ada"}
        with log.write() as connection:
            assert connection.rows("SELECT COUNT(*) FROM subject_key") == [(1,)]
            connection.insert("subject_place", ("subject", "place"), [("ada", "KH-16")])
            connection.run("DELETE FROM subject_place")


@pytest.mark.parametrize("count", [1, 40, 999, 1000, 2500])
def test_many_rows_are_written_like_few(world: World, count: int) -> None:
    columns = ("submission", "subject", "code", "day", "day_last", "at", "ts", "precision", "num", "txt", "how", "row")
    given = [
        (f"s{n}", "ada", "hb", n, n, None if n % 3 else n * 10**9, n, "day", [None, 7, 7.5][n % 3], 'a "b", {\\c} é' * (n % 2) or None,
         "told", "")
        for n in range(count)
    ]  # fmt: skip
    with world.store.register.write() as register:
        register.append([("answer", columns, given), ("dirty", ("subject", "stage"), [("ada", 1)])])
        listed = ", ".join(f'"{column}"' for column in columns)
        assert register.rows(f"SELECT {listed} FROM answer ORDER BY day") == given
        assert register.rows("SELECT subject, stage FROM dirty") == [("ada", 1)]


def test_what_is_streamed_is_all_there_and_other_questions_may_be_asked_meanwhile(world: World) -> None:
    with world.store.log.write() as log:
        append(log, *(f"woman-{n:05d}" for n in range(5000)))
        found = log.stream("SELECT subject FROM subject_key ORDER BY subject")
        assert next(found) == ("woman-00000",)
        assert log.rows("SELECT COUNT(*) FROM subject_key") == [(5000,)]
        assert sum(1 for _ in found) == 4999


def test_rows_of_some_subjects_go_from_several_tables(world: World) -> None:
    with world.store.log.write() as log:
        append(log, "ada", "bea", "eve")
        log.insert("subject_place", ("subject", "place"), [(who, "KH-16") for who in ("ada", "bea", "eve")])
        log.clear(["subject_key", "subject_place"], ["ada", "eve", "nobody"])
        assert log.rows("SELECT subject FROM subject_key") == [("bea",)]
        assert log.rows("SELECT subject FROM subject_place") == [("bea",)]
        log.clear(["subject_key"], [])
        assert log.rows("SELECT subject FROM subject_key") == [("bea",)]
