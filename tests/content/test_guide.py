"""The guide for authors is true: its programme is read without a mistake, and every kind of mistake is in its table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from doorstep.content.codes import CODES, Severity
from doorstep.content.model import Programme
from doorstep.content.read import read_programme
from doorstep.pathways.cases import run
from doorstep.pathways.engines import open_engine

GUIDE = Path(__file__).parents[2] / "docs" / "guide-programme-authors.md"
BLOCK = re.compile(r"^```\w*\n# FILE: (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `([a-z-]+)`( \(warning\))? \| (.*) \|$", re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The guide's own programme, written out."""
    folder = tmp_path / "iron"
    for name, text in BLOCK.findall(GUIDE.read_text()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_the_programme_in_the_guide_has_no_mistake(folder: Path) -> None:
    programme, problems = read_programme(folder)
    assert [str(problem) for problem in problems] == []
    assert isinstance(programme, Programme)
    assert [step.name for step in programme.pathways["anaemia"].steps] == ["iron", "measure"]
    assert len(programme.cases) == len(programme.messages) == len(programme.indicators) == 1


def test_the_worked_case_in_the_guide_comes_true(folder: Path) -> None:
    programme, _ = read_programme(folder)
    assert programme is not None
    with open_engine("sqlite") as engine:
        report = run(programme, engine)
    assert [str(failure) for failure in report.failures] == []
    assert report.passed == 1


def test_the_mistake_that_the_guide_shows_is_told_in_these_words(folder: Path) -> None:
    (shown,) = re.findall(r"^iron/pathway.yaml:\d+:\d+: rule-unknown-code .*$", GUIDE.read_text(), re.MULTILINE)
    path = folder / "pathway.yaml"
    path.write_text(path.read_text().replace("done: tablets", "done: tablet"))
    _, problems = read_programme(folder)
    assert [str(problem) for problem in problems] == [shown]


def test_every_kind_of_mistake_stands_in_the_guide() -> None:
    table = {code: (bool(warning), meaning) for code, warning, meaning in ROW.findall(GUIDE.read_text())}
    assert table == {code: (kind.severity is Severity.WARNING, kind.meaning) for code, kind in CODES.items()}
