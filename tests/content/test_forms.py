"""What an author of a form meets: features of the standard, Doorstep's own columns, mistakes and where they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook

from doorstep.content.flatten_mapping import from_mapping, to_mapping
from doorstep.content.forms import read_form, read_forms
from doorstep.content.model import Code, Form, Question
from doorstep.content.problems import Problem
from doorstep.content.xform import xform_to_answers

DICTIONARY: Mapping[str, Code] = {
    code.code: code
    for code in (
        Code("hb", "number", {}),
        Code("bp_sys", "integer", {}),
        Code("fever", "yesno", {}, choices=("yes", "no")),
        Code("sex", "choice", {}, choices=("f", "m")),
        Code("danger", "choices", {}, choices=("bleeding", "fits")),
        Code("lmp_told", "date", {}),
        Code("anc_contact", "yesno", {}, choices=("yes", "no")),
        Code("mother", "subject", {}),
    )
}
CHOICES = """
| choices |
|  | list_name | name | label |
|  | yn | yes | Yes |
|  | yn | no | No |
|  | sexes | f | girl |
|  | sexes | m | boy |
"""


def form_of(folder: Path, text: str, name: str = "visit.md") -> tuple[Form | None, list[Problem]]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_form(path, DICTIONARY, f"maternal/forms/{name}")


def good(folder: Path, text: str) -> Form:
    form, problems = form_of(folder, text)
    assert form is not None, [str(problem) for problem in problems]
    assert not problems, [str(problem) for problem in problems]
    return form


def question(form: Form, name: str) -> Question:
    return next(question for question in form.questions if question.name == name)


def test_a_question_named_after_a_code_feeds_it_and_a_column_says_otherwise(tmp_path: Path) -> None:
    form = good(
        tmp_path,
        """
| survey |
|  | type | name | label | doorstep_code | doorstep_how | doorstep_when |
|  | date | visit_date | When? | | | |
|  | decimal | hb | Haemoglobin | | measured | |
|  | integer | sys_again | Again | bp_sys | | visit_date |
|  | decimal | remark_hb | Said | hb | | |
|  | select_one yn | fever | Hot? | - | | |
| settings |
|  | form_title | form_id | version | doorstep_event_time | doorstep_how |
|  | Visit | anc | 2026030101 | visit_date | told |
"""
        + CHOICES,
    )
    assert (form.id, form.version, form.event_time) == ("anc", "2026030101", "visit_date")
    assert {q.name: (q.code, q.how, q.when) for q in form.questions} == {
        "visit_date": (None, "told", None),
        "hb": ("hb", "measured", None),
        "sys_again": ("bp_sys", "told", "visit_date"),
        "remark_hb": ("hb", "told", None),
        "fever": (None, "told", None),
    }
    assert question(form, "fever").choices == ("yes", "no")
    assert question(form, "hb").place is not None
    assert question(form, "hb").place.line == 5  # type: ignore[union-attr]


def test_labels_come_in_every_language_of_the_form(tmp_path: Path) -> None:
    form = good(
        tmp_path,
        """
| survey |
|  | type | name | label::English (en) | label::Tiếng Việt (vi) | label::ខ្មែរ (km) |
|  | text | called | What is she called? | Chị tên gì? | តើនាងឈ្មោះអ្វី? |
| settings |
|  | form_title | form_title::Tiếng Việt (vi) | default_language |
|  | Register | Đăng ký | English (en) |
""",
    )
    assert question(form, "called").labels == {
        "en": "What is she called?", "vi": "Chị tên gì?", "km": "តើនាងឈ្មោះអ្វី?"
    }  # fmt: skip
    assert form.title == {"en": "Register", "vi": "Đăng ký"}
    assert form.id == "visit"


def test_only_a_calculation_that_is_always_there_is_a_constant(tmp_path: Path) -> None:
    form = good(
        tmp_path,
        """
| survey |
|  | type | name | label | calculation | relevant |
|  | select_one yn | fever | Hot? | | |
|  | calculate | anc_contact | | 'yes' | |
|  | calculate | three | | 3 | |
|  | calculate | half | | 0.5 | |
|  | calculate | sum | | 1 + 2 | |
|  | calculate | sometimes | | 'yes' | ${fever} = 'yes' |
|  | begin_group | g | G | | ${fever} = 'yes' |
|  | calculate | inside | | "yes" | |
|  | end_group | | | | |
"""
        + CHOICES,
    )
    assert {q.name: q.constant for q in form.questions} == {
        "fever": None, "anc_contact": "yes", "three": 3, "half": 0.5, "sum": None, "sometimes": None, "inside": None,
    }  # fmt: skip


def test_a_birth_makes_babies_in_a_repeat_and_updates_nobody_else(tmp_path: Path) -> None:
    form = good(
        tmp_path,
        """
| survey |
|  | type | name | label | save_to | calculation | doorstep_subject |
|  | select_one yn | fever | Mother hot? | | | |
|  | begin_repeat | babies | Babies | | | |
|  | text | baby_id | Id | | | |
|  | select_one sexes | sex | Sex | sex | | |
|  | calculate | mother | | | '.' | |
|  | decimal | hb | Mother's blood | | | . |
|  | end_repeat | | | | | |
| entities |
|  | list_name | label |
|  | person | concat('Baby ', ${sex}) |
"""
        + CHOICES,
    )
    assert (form.makes, form.makes_in, form.makes_id) == ("person", ("babies",), "baby_id")
    assert question(form, "sex").repeat == ("babies",)
    assert question(form, "sex").save_to == "sex"
    assert question(form, "mother").constant == "."
    assert question(form, "hb").subject == "."


def test_a_repeat_that_holds_only_a_repeat_is_a_list_too(tmp_path: Path) -> None:
    form = good(
        tmp_path,
        """
| survey |
|  | type | name | label |
|  | begin_repeat | houses | Houses |
|  | begin_repeat | rooms | Rooms |
|  | text | colour | Colour |
|  | end_repeat | | |
|  | end_repeat | | |
""",
    )
    assert form.outer == (("houses",),)
    assert from_mapping(to_mapping(form)).outer == form.outer
    house = "<houses><rooms><colour>{}</colour></rooms></houses>"
    one = f'<data id="{form.id}">{house.format("red")}</data>'
    assert xform_to_answers(one.encode(), form).answers == {"houses": [{"rooms": [{"colour": "red"}]}]}
    two = f'<data id="{form.id}">{house.format("red")}{house.format("blue")}</data>'
    assert len(xform_to_answers(two.encode(), form).answers["houses"]) == 2


def test_an_update_takes_the_id_that_the_entities_sheet_names(tmp_path: Path) -> None:
    form = good(
        tmp_path,
        """
| survey |
|  | type | name | label | save_to |
|  | select_one_from_file people.csv | who | Who? | |
|  | text | phone | Phone? | phone |
| entities |
|  | list_name | entity_id |
|  | person | ${who} |
""",
    )
    assert (form.makes, form.makes_in, form.makes_id) == ("person", (), "who")


def test_the_features_that_forms_of_the_field_use_are_read(tmp_path: Path) -> None:
    form = good(
        tmp_path,
        """
| survey |
|  | type | name | label | choice_filter | parameters | appearance | constraint | repeat_count | image |
|  | select_one provinces | province | Where? | | | | | | |
|  | select_one districts | district | Where there? | province=${province} | | | | | |
|  | select_one_from_file villages.csv | village | Village? | district=${district} | | | | | |
|  | range | pain | Pain? | | start=0 end=10 step=1 | | | | |
|  | rank wishes | order | What first? | | | | | | |
|  | geopoint | home | Home? | | | | | | |
|  | image | card | Photo of the card | | | | | | card.png |
|  | date | lmp_told | Last period | | | month-year | . <= today() | | |
|  | begin_repeat | rooms | Rooms | | | | | 2 | |
|  | begin_group | inside | Inside | | | | | | |
|  | begin_repeat | beds | Beds | | | | | | |
|  | select_multiple wishes or_other | wants | Wants | | | | | | |
|  | end_repeat | | | | | | | | |
|  | end_group | | | | | | | | |
|  | end_repeat | | | | | | | | |
| choices |
|  | list_name | name | label | province |
|  | provinces | kh16 | Ratanakiri | |
|  | districts | d1 | Lumphat | kh16 |
|  | wishes | net | Net | |
|  | wishes | kit | Kit | |
""",
    )
    kinds = {q.name: q.kind for q in form.questions}
    assert kinds["district"] == kinds["village"] == "select_one"
    assert (kinds["pain"], kinds["order"], kinds["home"], kinds["card"]) == ("range", "rank", "geopoint", "image")
    assert question(form, "lmp_told").precision == "month"
    assert question(form, "wants").path == ("rooms", "inside", "beds", "wants")
    assert question(form, "wants").repeat == ("rooms", "inside", "beds")
    assert question(form, "wants").choices == ("net", "kit", "other")
    assert question(form, "wants_other").kind == "text"


def test_columns_and_sheets_that_nobody_knows_are_kept(tmp_path: Path) -> None:
    form = good(
        tmp_path,
        """
| survey |
|  | type | name | label | my_column |
|  | text | a | A | kept |
| remarks |
|  | who | what |
|  | me | asked |
""",
    )
    assert form.sheets["survey"][0]["my_column"] == "kept"
    assert form.sheets["remarks"] == ({"who": "me", "what": "asked"},)


def test_the_same_form_is_read_from_markdown_csv_and_excel(tmp_path: Path) -> None:
    rows = [["type", "name", "label"], ["decimal", "hb", "Haemoglobin, g/L"], ["note", "n", 'Say "thank you"']]
    (tmp_path / "a.md").write_text("| survey |\n" + "".join(f"| | {' | '.join(row)} |\n" for row in rows))
    (tmp_path / "b.csv").write_text('survey\n,type,name,label\n,decimal,hb,"Haemoglobin, g/L"\n,note,n,"Say ""thank you"""\n')
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in rows:
        sheet.append(row)
    book.save(tmp_path / "c.xlsx")
    forms = [read_form(tmp_path / name, DICTIONARY)[0] for name in ("a.md", "b.csv", "c.xlsx")]
    seen = [[(q.name, q.kind, q.code, q.labels) for q in form.questions] for form in forms if form]
    assert len(seen) == 3
    assert seen[0] == seen[1] == seen[2]


MISTAKES = [
    ("| | decimel | hb | Hb | | |", "form-refused", 4, 5, "decimel"),
    ("| | select_one nowhere | x | X | | |", "form-refused", 4, 5, "nowhere"),
    ("| | integer | a b | X | | |", "form-refused", 4, 15, "letter"),
    ("| | integer | x | ${nobody} | | |", "form-refused", 4, 19, "nobody"),
    ("| | text | hb | Hb | | |", "form-kind", 4, 5, "a question of type text for 'hb'"),
    ("| | integer | x | Hb | hbb | |", "form-code", 4, 24, "did you mean 'hb'?"),
    ("| | integer | bp_sys | Sys | | weighed |", "form-how", 4, 32, "measured"),
    ("| | select_one yn | sex | Sex | | |", "form-choice", 4, 5, "a choice of the dictionary"),
]


@pytest.mark.parametrize(("row", "code", "line", "column", "words"), MISTAKES)
def test_a_mistake_is_shown_at_its_cell(
    tmp_path: Path, row: str, code: str, line: int, column: int, words: str
) -> None:
    head = "| survey |\n| | type | name | label | doorstep_code | doorstep_how |\n| | text | ok | Fine | | |\n"
    _, problems = form_of(tmp_path, head + row + CHOICES)
    assert problems
    assert {(p.code, p.line, p.column, p.file) for p in problems} == {(code, line, column, "maternal/forms/visit.md")}
    assert words in str(problems[0])


def test_a_reference_to_no_question_is_shown_where_it_stands(tmp_path: Path) -> None:
    _, problems = form_of(
        tmp_path,
        "| survey |\n| | type | name | label | doorstep_when |\n| | decimal | hb | Hb | visit_day |\n"
        "| settings |\n| | form_title | doorstep_event_time |\n| | V | visit_date |\n",
    )
    assert [(p.code, p.line, p.column) for p in problems] == [("form-reference", 3, 25), ("form-reference", 6, 9)]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", b"no zip"), ("a.xls", b"no book"), ("a.md", b"\xff\xfe"), ("a.md", b"words"), ("a.csv", b'"x'), ("a.md", b"")],
)
def test_a_file_that_is_no_form_is_told_and_nothing_breaks(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    form, problems = read_form(tmp_path / name, DICTIONARY)
    assert form is None
    assert [p.code for p in problems] == ["form-unreadable"]


def test_two_forms_with_one_id_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "maternal"
    (folder / "forms").mkdir(parents=True)
    text = "| survey |\n| | type | name | label |\n| | text | a | A |\n| settings |\n| | form_id |\n| | anc |\n"
    for name in ("a.md", "b.md", "~$c.xlsx", "notes.txt"):
        (folder / "forms" / name).write_text(text)
    forms, problems = read_forms(folder, DICTIONARY)
    assert list(forms) == ["anc"]
    assert [(p.code, p.file) for p in problems] == [("form-duplicate", "maternal/forms/b.md")]
