"""A mistake is told with its file, line and column, what was found, and what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import doorstep.content as content
from doorstep.content.codes import CODES
from doorstep.content.read import content_hash, read_all, read_programme
from doorstep.content.uploaded_troubles import KINDS

HERE = Path(__file__).parent
BROKEN = sorted(path for path in (HERE / "broken").iterdir() if path.is_dir())


@pytest.mark.parametrize("shelf", BROKEN, ids=lambda path: path.name)
def test_each_mistake_is_told_exactly(shelf: Path) -> None:
    _, problems = read_all(shelf)
    assert [str(problem) for problem in problems] == (shelf / "expected.txt").read_text().splitlines()
    assert {problem.code for problem in problems} == {shelf.name}


def test_every_kind_of_mistake_has_its_broken_programme() -> None:
    assert {path.name for path in BROKEN} == set(CODES)


def test_every_mistake_that_is_raised_is_a_known_kind() -> None:
    source = "".join(path.read_text() for path in Path(content.__path__[0]).glob("*.py"))
    raised = set(
        re.findall(r'(?:\.add|_add|add|mistake|stop|wrong|yield|Problem|SyntaxMistake)\(?\s*"([a-z]+(?:-[a-z]+)+)"', source)
    )
    assert len(raised) > 40
    assert raised <= {*CODES, *KINDS}


@pytest.mark.parametrize("shelf", BROKEN, ids=lambda path: path.name)
def test_a_programme_with_an_error_is_not_used_and_one_with_a_warning_is(shelf: Path) -> None:
    programmes, problems = read_all(shelf)
    assert bool(programmes) is not any(problem.is_error for problem in problems)


def test_a_programme_without_mistakes_is_read_without_a_word() -> None:
    programme, problems = read_programme(HERE / "good" / "clinic")
    assert problems == []
    assert programme is not None
    assert programme.pathways["care"].steps[0].rule == "tablet@2020-01-01"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    path = folder / "pathway.yaml"
    text = (
        path.read_text()
        .replace("mood = 'poor'", "mod = 'poor'")
        .replace("due: from + 7d", "due: from + 7")
        .replace("owner: midwife", "owner: midwif")
    )
    path.write_text(text)
    _, problems = read_programme(folder)
    assert [(problem.code, problem.line) for problem in problems] == [
        ("rule-unknown-code", 17),
        ("span-unit", 19),
        ("role-unknown", 24),
    ]


def test_a_mistake_in_a_folded_rule_is_found_where_it_stands(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    path = folder / "pathway.yaml"
    path.write_text(
        path.read_text().replace(
            "while: any(pale) and mood = 'poor'", "while: >-\n          any(pale)\n          and moood = 'poor'"
        )
    )
    _, problems = read_programme(folder)
    assert [(problem.code, problem.line, problem.column) for problem in problems] == [("rule-unknown-code", 19, 15)]


def test_the_content_hash_changes_with_a_rule_and_not_with_a_case(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    before = content_hash(folder)
    case = folder / "cases" / "one.yaml"
    case.write_text(case.read_text() + "# a note\n")
    assert content_hash(folder) == before
    head = folder / "programme.yaml"
    head.write_bytes(head.read_bytes().replace(b"\n", b"\r\n"))
    assert content_hash(folder) == before
    path = folder / "pathway.yaml"
    path.write_text(path.read_text().replace("from + 7d", "from + 8d"))
    assert content_hash(folder) != before


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_programme_spoilt_at_random_is_told_and_never_crashes(tmp_path: Path, data: st.DataObject) -> None:
    folder = _copy(tmp_path)
    name = data.draw(st.sampled_from(["pathway.yaml", "programme.yaml", "dictionary.csv", "cases/one.yaml"]))
    path = folder / name
    words = re.split(r"(\W)", path.read_text())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(words) - 1))
        words[at] = data.draw(st.sampled_from(["", "3", "x", "[]", "{a: 1}", "null", "hb", ":", "\n", "'", "7d", "visit", "- "]))
    path.write_text("".join(words))
    programme, problems = read_programme(folder)
    assert (programme is None) is any(problem.is_error for problem in problems)
    assert {problem.code for problem in problems} <= set(CODES)


def test_a_shelf_without_a_programme_says_so(tmp_path: Path) -> None:
    programmes, problems = read_all(tmp_path)
    assert programmes == {}
    assert [problem.code for problem in problems] == ["file-missing"]


def _copy(to: Path) -> Path:
    """The good programme, to be spoilt."""
    folder = to / "clinic"
    for path in (HERE / "good" / "clinic").rglob("*"):
        if path.is_file():
            target = folder / path.relative_to(HERE / "good" / "clinic")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return folder
