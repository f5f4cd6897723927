"""What cannot be is not taken: the ranges of a dictionary stand in every form that asks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from doorstep.content.dictionary import read_dictionary
from doorstep.content.forms import build_form
from doorstep.content.forms_sheets import read_md
from doorstep.content.model import Code
from doorstep.content.problems import Problems

WEIGHT = Code("weight_g", "integer", {}, unit="g", range=("300", "8000"), usual=("1000", "5500"))
DICTIONARY = {code.code: code for code in (WEIGHT, Code("last_period", "date", {}, past=True), Code("seen", "yesno", {}))}
FORM = """
| survey | | | | | | |
| | type | name | label::English (en) | label::ខ្មែរ (km) | constraint | doorstep_when |
| | integer | weight_g | Weight | ទម្ងន់ | | day |
| | integer | again | Again | ម្តងទៀត | . < 9 | |
| | date | last_period | Last period | រដូវ | | |
| | date | day | Which day? | ថ្ងៃណា? | | |
| | date | next | When again? | ពេលណា? | | |
| settings | | |
| | form_id | version |
| | weigh | 1 |
"""


def bind(xml: str, name: str) -> str:
    found = re.search(rf'<bind nodeset="/data/{name}"[^>]*>', xml)
    assert found
    return found[0]


@pytest.fixture(scope="module")
def xml() -> str:
    form, problems = build_form(read_md(FORM), DICTIONARY, "weigh.md", "weigh")
    assert form is not None
    assert problems == []
    return form.xml


def test_a_weight_of_31_grams_is_refused_in_words_of_every_language_of_the_form(xml: str) -> None:
    assert 'constraint=". &gt;= 300 and . &lt;= 8000"' in bind(xml, "weight_g")
    assert "This can only be from 300 to 8000." in xml
    assert "ពី 300 ដល់ 8000" in xml


def test_the_phone_is_told_the_unit_and_what_is_usual(xml: str) -> None:
    told = bind(xml, "weight_g")
    assert 'doorstep:unit="g"' in told
    assert 'doorstep:usual="1000 5500"' in told
    assert 'xmlns:doorstep="urn:doorstep:form"' in xml


@pytest.mark.parametrize("name", ["last_period", "day"])
def test_what_has_happened_lies_on_no_day_to_come(xml: str, name: str) -> None:
    assert 'constraint=". &lt;= today()"' in bind(xml, name)


def test_a_day_to_come_may_be_asked_for(xml: str) -> None:
    assert "constraint" not in bind(xml, "next")


def test_a_question_with_a_rule_of_its_own_keeps_it(xml: str) -> None:
    assert 'constraint=". &lt; 9"' in bind(xml, "again")
    assert "doorstep" not in bind(xml, "again")


@pytest.mark.parametrize(
    ("row", "good"),
    [("w,integer,300..8000", True), ("t,number,25.5..45", True), ("d,date,..today", True), ("w,integer,9..3", False),
     ("w,integer,about 9", False), ("d,date,1..2", False), ("w,integer,..today", False), ("s,text,1..2", False)],
)  # fmt: skip
def test_a_range_is_two_numbers_or_a_day_that_lies_behind(tmp_path: Path, row: str, good: bool) -> None:
    path = tmp_path / "dictionary.csv"
    path.write_text(f"code,kind,range\n{row}\n")
    problems = Problems()
    read_dictionary(path, "dictionary.csv", problems)
    assert [(one.code, one.column) for one in problems.sorted()] == ([] if good else [("value-wrong", len(row.rpartition(',')[0]) + 2)])
