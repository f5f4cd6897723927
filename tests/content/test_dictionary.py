"""What an author of a dictionary meets."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorstep.content.dictionary import read_dictionaries, read_dictionary
from doorstep.content.model import Code
from doorstep.content.problems import Problem, Problems

HEADER = "code,kind,unit,choices,episode,compartment,loinc,label_en,label_km,note\n"


def read(folder: Path, text: str | bytes) -> tuple[dict[str, Code], list[Problem]]:
    path = folder / "dictionary.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    problems = Problems()
    return read_dictionary(path, "maternal/dictionary.csv", problems), problems.sorted()


def test_a_row_becomes_a_code(tmp_path: Path) -> None:
    codes, problems = read(
        tmp_path,
        HEADER
        + "hb,number,g/L,,pregnancy,care,718-7,Haemoglobin,អេម៉ូក្លូប៊ីន,\n"
        + 'sex,choice,,f m,,,,"Sex, as told",,"two ""lines""\nof note"\n'
        + "fever,yesno,,,,,,Fever,,\n",
    )
    assert not problems
    assert codes["hb"].unit == "g/L"
    assert codes["hb"].episode == "pregnancy"
    assert codes["hb"].standard == {"loinc": "718-7"}
    assert codes["hb"].labels == {"en": "Haemoglobin", "km": "អេម៉ូក្លូប៊ីន"}
    assert codes["sex"].choices == ("f", "m")
    assert codes["sex"].labels == {"en": "Sex, as told"}
    assert codes["sex"].compartment == "care"
    assert codes["fever"].choices == ("yes", "no")
    assert codes["fever"].place is not None
    assert codes["fever"].place.line == 5


def test_excel_puts_a_mark_before_the_first_column_and_it_does_no_harm(tmp_path: Path) -> None:
    codes, problems = read(tmp_path, ("\ufeff" + HEADER + "hb,number,,,,,,Hb,,\r\n").encode())
    assert list(codes) == ["hb"]
    assert not problems


def test_an_author_keeps_notes_in_columns_of_her_own(tmp_path: Path) -> None:
    codes, problems = read(tmp_path, "code,kind,x_asked_by,label_bg_Latn\nhb,number,Ms Todorova,Hemoglobin\n")
    assert not problems
    assert codes["hb"].labels == {"bg_Latn": "Hemoglobin"}


@pytest.mark.parametrize(
    ("rows", "line", "column", "code", "words"),
    [
        ("Hb,number,,,,,,,,", 2, 1, "dictionary-code", "small letters"),
        ("count,number,,,,,,,,", 2, 1, "dictionary-code", "a word of the rule language"),
        ("hb,nummer,,,,,,,,", 2, 4, "dictionary-kind", "did you mean 'number'?"),
        ("sex,choice,,,,,,,,", 2, 13, "dictionary-choices", "no choices"),
        ("sex,choice,,f f,,,,,,", 2, 13, "dictionary-choices", "the same choice twice"),
        ("hb,number,,f m,,,,,,", 2, 12, "dictionary-choices", "kind number"),
        (",number,,,,,,,,", 2, 1, "key-missing", "a row without a code"),
        ("hb,number,,,,,,,,\nbp,integer,,,,,,,,\nhb,integer,,,,,,,,", 4, 1, "dictionary-duplicate", "line 2"),
        ("hb,number,,,,,,Blood, red,,a note", 2, 28, "value-wrong", "quotes"),
    ],
)
def test_a_mistake_is_shown_at_its_cell(
    tmp_path: Path, rows: str, line: int, column: int, code: str, words: str
) -> None:
    _, problems = read(tmp_path, HEADER + rows + "\n")
    assert [(p.code, p.line, p.column) for p in problems] == [(code, line, column)]
    assert words in str(problems[0])
    assert problems[0].file == "maternal/dictionary.csv"


def test_a_column_that_nobody_knows_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    _, problems = read(tmp_path, "code,kind,uint\nhb,number,g/L\n")
    assert [(p.code, p.line, p.column) for p in problems] == [("key-unknown", 1, 11)]
    assert "did you mean 'unit'?" in problems[0].expected


def test_all_mistakes_come_at_once_and_the_good_rows_are_kept(tmp_path: Path) -> None:
    codes, problems = read(tmp_path, HEADER + "Hb,x,,,,,,,,\nbp,integer,,,,,,,,\nsex,choice,,,,,,,,\n")
    assert set(codes) == {"bp", "sex"}
    assert [p.line for p in problems] == [2, 4]


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00c", b'code,kind\nhb,"num"ber"\n', b"kind,unit\nnumber,x\n"])
def test_a_file_that_is_no_dictionary_is_told_and_nothing_breaks(tmp_path: Path, text: bytes) -> None:
    codes, problems = read(tmp_path, text)
    assert not codes
    assert problems


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    problems = Problems()
    assert read_dictionary(tmp_path / "dictionary.csv", "x/dictionary.csv", problems) == {}
    assert [p.code for p in problems] == ["file-missing"]


def test_every_programme_has_the_common_codes_and_none_may_mean_another_thing(tmp_path: Path) -> None:
    for name, rows in (("common", "sex,choice,f m\ncountry,choice,KH VN BG\n"), ("maternal", "hb,number,\nsex,text,\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dictionary.csv").write_text("code,kind,choices\n" + rows)
    codes, problems = read_dictionaries(tmp_path / "maternal")
    assert set(codes) == {"sex", "country", "hb"}
    assert [(p.code, p.file, p.line) for p in problems] == [("dictionary-duplicate", "maternal/dictionary.csv", 3)]
