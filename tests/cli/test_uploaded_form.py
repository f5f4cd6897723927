"""`doorstep form`: from a workbook to the answers, by command."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from doorstep.cli.main import main
from doorstep.record.prepare import item_of
from doorstep.record.record import Record
from doorstep.record.store import Config
from doorstep.record.uploaded_answers import Answers
from doorstep.record.uploaded_table import to_csv, to_xlsx
from tests.content.test_uploaded import PNG, book
from tests.record.test_uploaded import CHOICES, FORM, SURVEY
from tests.record.world import NOW, SHELF


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of its own, with a workbook and its picture beside it."""
    monkeypatch.setenv("DOORSTEP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DOORSTEP_PROGRAMMES", str(SHELF))
    monkeypatch.delenv("DOORSTEP_DATABASE", raising=False)
    monkeypatch.delenv("DOORSTEP_KEYS", raising=False)
    Record.open(Config(tmp_path / "data"), SHELF).close()
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "well.png").write_bytes(PNG)
    settings = (("form_title", "form_id", "version"), ("Wells", FORM, "1"))
    (tmp_path / "wells.xlsx").write_bytes(book(SURVEY, choices=CHOICES, settings=settings))
    return tmp_path


def run(*words: str, ends: int = 0) -> str:
    done = CliRunner().invoke(main, ["form", *words], catch_exceptions=False)
    assert done.exit_code == ends, done.output
    return done.output


def test_a_form_is_checked_before_it_is_put_in_force_and_mistakes_are_listed_with_their_cells(data: Path) -> None:
    assert json.loads(run("check", str(data / "wells.xlsx"), "--media", str(data / "media"), "--format", "json")) == []
    (data / "wrong.xlsx").write_bytes(book((("type", "name", "label"), ("integr", "wells", "How many?"))))
    told = json.loads(run("check", str(data / "wrong.xlsx"), "--format", "json", ends=1))
    assert next((one["sheet"], one["cell"], one["mistake"]) for one in told) == ("survey", "A2", "yes")


def test_what_was_answered_comes_out_without_words_unless_they_are_asked_for(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from doorstep.cli import form

    monkeypatch.setattr(form, "opened", opened_here)
    noted: list[tuple[str, str]] = []
    monkeypatch.setattr(form, "note", lambda action, about="": noted.append((action, about)))
    assert "is in force." in run("upload", str(data / "wells.xlsx"), "--media", str(data / "media"))
    assert "Nothing was changed." in run("upload", str(data / "wells.xlsx"), "--media", str(data / "media"))
    listed = json.loads(run("list", "--format", "json"))
    assert [(one["form"], one["version"], one["filled"]) for one in listed] == [(FORM, "1", 0)]
    with Record.open() as record:
        from doorstep.record.authority import Operator

        sent = {
            "id": "one", "form": FORM, "subject": "alone-1", "author": "dara", "place": "KH-16", "made_at": "2026-03-01T08:30:00+07:00",
            "answers": {"head": "=HYPERLINK(1)", "district": "north", "wells": [{"depth": 12}]},
        }  # fmt: skip
        assert record.submit([item_of(sent, Operator(), NOW)], Operator())[0].outcome == "accepted"
    plain = list(csv.DictReader(io.StringIO(run("answers", FORM, "--format", "csv").removeprefix("\ufeff").split("\nLeft out")[0])))
    assert [(row["district"], row["wells[1]/depth"]) for row in plain] == [("north", "12")]
    assert "head" not in plain[0]
    assert "'=HYPERLINK(1)" in run("answers", FORM, "--format", "csv", "--names")
    assert "was taken back" in run("withdraw", FORM)
    assert "Nothing was changed" in run("withdraw", FORM, ends=1)
    assert noted == [
        ("form_released", f"{FORM} version 1"), ("answers_read", FORM), ("answers_read", f"{FORM} with names"), ("form_withdrawn", FORM),
    ]  # fmt: skip


def opened_here(**_: object) -> Record:
    """The record of the settings: places take long to load, and no test here asks for one."""
    return Record.open()


def test_a_spreadsheet_takes_no_answer_for_a_formula_and_no_number_for_another() -> None:
    answers = Answers(("a", "b"), (), ({"a": "=1+1", "b": "007"}, {"a": "-5", "b": "+84 1"}, {"a": "12.5", "b": "\x0bx"}))
    assert to_csv(answers).decode("utf-8-sig").splitlines()[1:3] == ["'=1+1,007", "-5,'+84 1"]
    sheet = load_workbook(io.BytesIO(to_xlsx(answers))).active
    values = [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert values == [[("=1+1", "s"), ("007", "s")], [(-5, "n"), ("+84 1", "s")], [(12.5, "n"), ("x", "s")]]
