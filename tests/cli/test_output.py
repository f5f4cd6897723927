"""A list is printed for people or for programs, and says the same either way."""

import csv
import io
import json

import pytest

from doorstep.cli.output import emit

ROWS = [
    {"place": "Ba Bể", "people": 12, "invented": False, "note": "[red]"},
    {"place": "ភូមិ ភី", "people": None, "invented": True, "extra": 1},
]
COLUMNS = ("place", "people", "invented", "note")


def printed(rows, form):
    to = io.StringIO()
    count = emit(rows, COLUMNS, form, to)
    assert count == len(rows)
    return to.getvalue()


def test_json_is_one_list_with_every_letter_as_it_is():
    text = printed(ROWS, "json")
    assert "Ba Bể" in text
    assert "ភូមិ ភី" in text
    assert json.loads(text)[1] == {"place": "ភូមិ ភី", "people": None, "invented": True, "note": None}


def test_csv_has_a_header_even_when_nothing_was_found():
    assert printed([], "csv") == "place,people,invented,note\n"
    rows = list(csv.DictReader(io.StringIO(printed(ROWS, "csv"))))
    assert [row["people"] for row in rows] == ["12", ""]


def test_a_table_shows_what_was_typed_and_cuts_nothing_off():
    long = "x" * 300
    text = printed([{**ROWS[0], "place": long}], "table")
    assert long in text
    assert "[red]" in text


def test_an_empty_table_says_so():
    assert printed([], "table") == "Nothing to show.\n"


def test_a_format_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="expected one of table, json, csv"):
        emit([], COLUMNS, "xml")
