"""In a database, "who is inside this place on that day" is one join."""

import sqlite3
from collections import Counter

import pytest

from doorstep.content.dates import day_number
from doorstep.record.places import TABLES, load, rows

INSIDE = """
    SELECT descendant FROM place_closure
    WHERE ancestor = ? AND tree = ? AND valid_from <= ? AND ? < valid_to
"""


@pytest.fixture
def database():
    connection = sqlite3.connect(":memory:")
    for table, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
    yield connection
    connection.close()


def inside(database, ancestor, tree, day):
    return {row[0] for row in database.execute(INSIDE, (ancestor, tree, day, day))}


def test_the_join_says_the_same_as_the_trees(database, places, before, since):
    load(database.cursor(), places, ["VN-06", "KH-16"])
    for day in (day_number("2024-01-01"), before, since):
        for ancestor, tree in [
            ("VN-06", "administrative"), ("KH-16", "administrative"), ("VN-061", "administrative"),
            ("VN-AHC-061", "health"), ("KH-OD-1602", "health"),
        ]:  # fmt: skip
            found = inside(database, ancestor, tree, day)
            assert found == places.descendants([ancestor], day, tree)


def test_she_is_in_bac_kan_and_then_in_thai_nguyen(database, places, before, since):
    load(database.cursor(), places, ["VN-06"])
    assert "VN-01906" in inside(database, "VN-06", "administrative", before)
    assert "VN-01906" not in inside(database, "VN-19@2025", "administrative", before)
    assert "VN-01906" in inside(database, "VN-19@2025", "administrative", since)
    assert "VN-01906" in inside(database, "VN-HS-01906", "health", since)


def test_everything_is_loaded_and_counted(database, places):
    counts = load(database.cursor(), places)
    assert counts["place_unit"] == len(places.units) == 31464
    for table, count in counts.items():
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (count,)
    assert counts["place_closure"] < 200_000


def test_loading_twice_leaves_the_same_rows(database, places):
    first = load(database.cursor(), places, ["BG"])
    assert load(database.cursor(), places, ["BG"]) == first
    assert database.execute("SELECT count(*) FROM place_unit").fetchone() == (first["place_unit"],)


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
