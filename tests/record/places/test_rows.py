"""In a database, "who is inside this place on that day" is one join."""

from collections import Counter

import pytest

from doorstep.content.dates import day_number
from doorstep.record import schema
from doorstep.record.places import TABLES, load, rows
from doorstep.record.postgres import Postgres
from doorstep.record.sqlite import Sqlite

INSIDE = """
    SELECT descendant FROM place_closure
    WHERE ancestor = ? AND tree = ? AND valid_from <= ? AND ? < valid_to
"""


@pytest.fixture(params=["sqlite", "postgres"])
def connection(request, tmp_path):
    """The record's own tables of places, in both databases."""
    if request.param == "sqlite":
        database = Sqlite(tmp_path / "places.sqlite3")
    else:
        database = Postgres(request.getfixturevalue("postgres_dsn"), lock=1)
    with database.write() as opened:
        schema.make(opened, "places")
        yield opened
    database.close()


def count(connection, table):
    return connection.rows(f"SELECT count(*) FROM {table}")[0][0]


def inside(connection, ancestor, tree, day):
    return {row[0] for row in connection.rows(INSIDE, (ancestor, tree, day, day))}


def test_the_join_says_the_same_as_the_trees(connection, places, before, since):
    load(connection, places, ["VN-06", "KH-16"])
    for day in (day_number("2024-01-01"), before, since):
        for ancestor, tree in [
            ("VN-06", "administrative"), ("KH-16", "administrative"), ("VN-061", "administrative"),
            ("VN-AHC-061", "health"), ("KH-OD-1602", "health"),
        ]:  # fmt: skip
            found = inside(connection, ancestor, tree, day)
            assert found == places.descendants([ancestor], day, tree)


def test_she_is_in_bac_kan_and_then_in_thai_nguyen(connection, places, before, since):
    load(connection, places, ["VN-06"])
    assert "VN-01906" in inside(connection, "VN-06", "administrative", before)
    assert "VN-01906" not in inside(connection, "VN-19@2025", "administrative", before)
    assert "VN-01906" in inside(connection, "VN-19@2025", "administrative", since)
    assert "VN-01906" in inside(connection, "VN-HS-01906", "health", since)


def test_everything_is_loaded_and_counted(connection, places):
    counts = load(connection, places)
    assert counts["place_unit"] == len(places.units) == 31464
    for table, expected in counts.items():
        assert count(connection, table) == expected
    assert counts["place_closure"] < 200_000


def test_loading_twice_leaves_the_same_rows(connection, places):
    first = load(connection, places, ["BG"])
    assert load(connection, places, ["BG"]) == first
    assert count(connection, "place_unit") == first["place_unit"]


def test_no_row_appears_twice_and_no_day_is_unknown(places):
    found = Counter(rows(places, ["KH-16", "BG"]))
    assert max(found.values()) == 1
    for (table, row), _ in found.items():
        dated = dict(zip(TABLES[table], row, strict=True))
        if "valid_from" in dated:
            assert dated["valid_from"] < dated["valid_to"]


def test_a_chosen_province_comes_with_what_is_above_it_and_what_it_became(places):
    units = {row[0] for table, row in rows(places, ["VN-06"]) if table == "place_unit"}
    assert {"VN", "VN-06", "VN-19@2025", "VN-01906", "VN-01906@2025", "VN-HS-01906", "VN-DOH-19"} <= units
    assert "KH" not in units
