"""`doorstep programme` on the terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from doorstep.cli.main import main

CLINIC = Path(__file__).parents[1] / "content" / "good" / "clinic"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["programme", *map(str, words)])


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    shutil.copytree(CLINIC, tmp_path / "clinic")
    return tmp_path / "clinic"


def changed(clinic: Path, sheet: str, old: str, new: str) -> Path:
    """A workbook of the clinic in which one cell was changed."""
    out = clinic.parent / "clinic.xlsx"
    assert run("export", clinic, out).exit_code == 0
    book = load_workbook(out)
    cells = [cell for row in book[sheet] for cell in row if cell.value == old]
    assert len(cells) == 1
    cells[0].value = new
    book.save(out)
    return out


def test_out_and_back_without_a_change_is_no_difference(clinic: Path) -> None:
    out = clinic.parent / "clinic.xlsx"
    exported = run("export", clinic, out)
    assert exported.exit_code == 0
    assert "doorstep programme import" in exported.output
    imported = run("import", out, "--into", clinic)
    assert (imported.exit_code, imported.output) == (0, f"No difference: {clinic} says what the workbook says.\n")


def test_a_change_is_shown_first_and_written_when_asked(clinic: Path) -> None:
    out = changed(clinic, "visit survey", "Haemoglobin", "Blood test")
    shown = run("import", out, "--into", clinic)
    assert shown.exit_code == 0
    assert "+|          | decimal         | hb          | Blood test" in shown.output
    assert "Nothing was changed" in shown.output
    assert "Blood test" not in (clinic / "forms" / "visit.md").read_text("utf-8")
    written = run("import", out, "--into", clinic, "--write")
    assert written.exit_code == 0
    assert f"written: {clinic / 'forms' / 'visit.md'}" in written.output
    assert "Blood test" in (clinic / "forms" / "visit.md").read_text("utf-8")
    assert "No difference" in run("import", out, "--into", clinic).output


def test_a_change_that_would_be_a_mistake_is_told_and_not_written(clinic: Path) -> None:
    out = changed(clinic, "steps", "from + 7d", "from + 7h")
    refused = run("import", out, "--into", clinic, "--write")
    assert refused.exit_code == 1
    assert "clinic/pathway.yaml:" in refused.output
    assert "Nothing was changed" in refused.output
    assert "from + 7d" in (clinic / "pathway.yaml").read_text("utf-8")
    assert run("import", out, "--into", clinic, "--write", "--anyway").exit_code == 0
    assert "from + 7h" in (clinic / "pathway.yaml").read_text("utf-8")


def test_a_file_changed_in_both_is_refused(clinic: Path) -> None:
    out = changed(clinic, "dictionary", "Haemoglobin", "Hb")
    dictionary = clinic / "dictionary.csv"
    dictionary.write_text(dictionary.read_text("utf-8").replace("Mood", "Spirits"), encoding="utf-8")
    refused = run("import", out, "--into", clinic, "--write")
    assert refused.exit_code == 1
    assert "refused: dictionary.csv" in refused.output
    assert "Hb" not in dictionary.read_text("utf-8")


def test_a_workbook_is_unpacked_where_the_programme_is_not(clinic: Path) -> None:
    out = clinic.parent / "clinic.xlsx"
    run("export", clinic, out)
    new = clinic.parent / "new" / "clinic"
    assert run("import", out, "--into", new, "--write").exit_code == 0
    files = sorted(path.relative_to(clinic) for path in clinic.rglob("*") if path.is_file())
    assert sorted(path.relative_to(new) for path in new.rglob("*") if path.is_file()) == files
    assert all((new / file).read_bytes() == (clinic / file).read_bytes() for file in files)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("export", "no-such-programme", "x.xlsx"), "no programme 'no-such-programme'"),
        (("export", "../etc", "x.xlsx"), "no programme"),
        (("export", str(CLINIC), "x.doc"), "should end in .xlsx"),
        (("export", str(CLINIC), "no/such/folder/x.xlsx"), "could not be written"),
        (("import", str(CLINIC / "programme.yaml")), "Nothing was changed"),
        (("show", "no-such-programme"), "no programme"),
    ],
)
def test_what_cannot_be_done_is_told(words: tuple[str, ...], told: str) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert told in result.output
    assert "Traceback" not in result.output


def test_a_programme_is_shown_with_its_steps_and_who_signed_them() -> None:
    shown = run("show", CLINIC)
    assert shown.exit_code == 0
    assert "A small clinic (clinic)" in shown.output
    assert "1 worked cases" in shown.output
    rows = json.loads(run("show", CLINIC, "--format", "json").output)
    assert [(row["step"], row["due"], row["closes"], row["review"]) for row in rows] == [
        ("tablet", "from + 7d", "from + 28d", "KH: not yet")
    ]
