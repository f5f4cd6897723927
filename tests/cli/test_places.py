"""`doorstep places` on the terminal."""

import json

from click.testing import CliRunner

from doorstep.cli.places import places
from doorstep.record.store import Store


def run(*words):
    return CliRunner().invoke(places, words)


def test_a_code_is_shown_as_it_was_on_the_day():
    before = json.loads(run("show", "VN-01906", "--on", "2025-06-30", "--format", "json").output)
    since = json.loads(run("show", "VN-01906", "--on", "2025-07-01", "--format", "json").output)
    assert [row["id"] for row in before if row["relation"] == "in (administrative)"] == ["VN-061", "VN-06", "VN"]
    assert [row["id"] for row in since if row["relation"] == "in (administrative)"] == ["VN-19@2025", "VN"]
    assert since[0]["name"] == "Ba Be"
    assert {row["id"] for row in since if row["relation"] == "was"} == {"VN-01900", "VN-01906", "VN-01909"}


def test_a_place_that_is_gone_says_what_it_became_and_fails():
    result = run("show", "VN-06", "--on", "2025-07-01")
    assert result.exit_code == 1
    assert "ended on 2025-07-01" in result.output
    assert "VN-19@2025 Thai Nguyen" in result.output


def test_a_code_nobody_has_points_to_search():
    result = run("show", "XX-1")
    assert result.exit_code == 1
    assert "doorstep places search" in result.output


def test_search_in_khmer_as_csv():
    lines = run("search", "រតនគិរី", "--lang", "km", "--format", "csv").output.splitlines()
    assert lines[0].startswith("id,kind,name,in,")
    assert lines[1].startswith("KH-16,ខេត្ត,រតនគិរី,កម្ពុជា,")


def test_search_on_a_day_leaves_out_what_is_gone():
    everything = run("search", "bac", "kan", "--tree", "administrative").output
    today = run("search", "bac", "kan", "--tree", "administrative", "--on", "2025-07-01").output
    assert "VN-06 " in everything
    assert "VN-06 " not in today


def test_an_invented_facility_says_so_in_the_table():
    assert "demo health station (invented)" in run("search", "khang ninh", "--tree", "health").output


def test_a_date_that_is_none_is_refused_with_an_example():
    result = run("show", "KH-16", "--on", "1 July")
    assert result.exit_code == 2
    assert "2025-07-01" in result.output


def test_nothing_found_is_said():
    assert run("search", "qwxzqwxz").output == "Nothing to show.\n"


def test_places_are_loaded_into_an_empty_installation_and_again(tmp_path, monkeypatch):
    monkeypatch.setenv("DOORSTEP_DATA", str(tmp_path))
    monkeypatch.delenv("DOORSTEP_DATABASE", raising=False)
    monkeypatch.delenv("DOORSTEP_KEYS", raising=False)
    for _ in range(2):
        result = run("load", "--within", "KH-16", "--within", "VN-06", "--format", "json")
        assert result.exit_code == 0, result.output
        counts = {row["table"]: row["rows"] for row in json.loads(result.stdout)}
    with Store.open() as store, store.register.read() as connection:
        assert connection.rows("SELECT count(*) FROM place_unit") == [(counts["place_unit"],)]
        assert connection.rows("SELECT name FROM place_unit WHERE id = 'KH-16'") == [("Ratanakiri",)]


def test_loading_a_place_that_nobody_knows_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("DOORSTEP_DATA", str(tmp_path))
    result = run("load", "--within", "XX-1")
    assert result.exit_code == 1
    assert "There is no place with the id XX-1" in result.output
