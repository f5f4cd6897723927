"""A team opens the workbook, changes a question or a number, and sees exactly that difference."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from doorstep.content.forms import read_form
from doorstep.content.read import read_programme
from doorstep.content.workbook import export
from doorstep.content.workbook_import import Comparison, compare, write
from doorstep.content.workbook_tables import BadCell

HERE = Path(__file__).parent
SHELF = HERE.parents[1] / "programmes"
PROGRAMMES = sorted(path.parent for path in SHELF.glob("*/programme.yaml"))

PATHWAY = """# What ought to happen. Comments stay where they are.
pathways:
  care:
    title: {en: Care, vi: "Chăm sóc"}   # two languages
    episode: pregnancy
    source: invented for the tests
    valid_from: 2020-01-01
    review: {KH: not yet}
    ends:
      - {when: any(birth = 'yes'), why: born}   # the birth
      # and when nobody told
      - {at: start + 44w, why: silent}
    signs:
      pale: [hb < 70]
    values:
      start: last_period
    steps:
      # iron for those who need it
      tablet:
        title: {en: Give iron, vi: Cho sắt}
        while: any(pale) and mood = 'poor'
        from: start
        due: from + 7d
        overdue: from + 14d   # two weeks
        closes: from + 28d
        done: visit
        form: visit
        owner: [midwife]
        advice:
          en: >
            Give it with food,
            and ask again.
          vi: Ăn cùng bữa.
      again:
        - {title: {en: Again, vi: Lại}, due: from + 3d, done: visit, valid_from: 2020-01-01, valid_to: 2024-01-01}
        - title: {en: Again, vi: Lại}
          due: from + 5d
          done: visit
          valid_from: 2024-01-01
"""
MESSAGES = """messages:
  remind:
    step: care.tablet
    at: due - 1d
    to: midwife
    text: {en: "A visit: tomorrow", vi: Mai khám}
"""
VISIT_CSV = 'survey\n,type,name,label,my_notes\n,decimal,hb,"Haemoglobin, g/L",kept\n,note,bye,"Say ""thank you""",\n'


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A small programme with everything that a programme can have."""
    folder = tmp_path / "clinic"
    shutil.copytree(HERE / "good" / "clinic", folder)
    (folder / "pathway.yaml").write_text(PATHWAY, encoding="utf-8")
    (folder / "messages.yaml").write_text(MESSAGES, encoding="utf-8")
    (folder / "forms" / "second.csv").write_text(VISIT_CSV, encoding="utf-8")
    visit = folder / "forms" / "visit.md"
    visit.write_text("Prose before the table.\n\n" + visit.read_text("utf-8") + "| remarks |\n|  | who | what |\n|  | me | asked |\n")
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "survey"
    for row in (["type", "name", "label", "odd"], ["date", "last_period", "When?", 7], ["note", "n", "Bye", None]):
        sheet.append(row)
    book.save(folder / "forms" / "third.xlsx")
    return folder


def edited(workbook: bytes, *edits: Callable[[dict[str, Worksheet]], None]) -> bytes:
    """The workbook as somebody saves it after changing cells."""
    book = load_workbook(BytesIO(workbook))
    for edit in edits:
        edit({sheet.title: sheet for sheet in book.worksheets})
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def put(sheet: str, row: dict[str, str], column: str, value: object) -> Callable[[dict[str, Worksheet]], None]:
    """Writes into the one row with those words in those columns."""

    def edit(sheets: dict[str, Worksheet]) -> None:
        found = sheets[sheet]
        header = [cell.value for cell in found[1]]
        rows = [
            number
            for number in range(2, found.max_row + 1)
            if all(str(found.cell(number, header.index(name) + 1).value) == words for name, words in row.items())
        ]
        assert len(rows) == 1, (sheet, row, rows)
        found.cell(rows[0], header.index(column) + 1).value = value  # type: ignore[assignment]

    return edit


def drop(sheet: str, words: str) -> Callable[[dict[str, Worksheet]], None]:
    """Deletes the one row with those words in its second column."""

    def edit(sheets: dict[str, Worksheet]) -> None:
        rows = [number for number in range(2, sheets[sheet].max_row + 1) if sheets[sheet].cell(number, 2).value == words]
        assert len(rows) == 1
        sheets[sheet].delete_rows(rows[0])

    return edit


def append(sheet: str, **cells: str) -> Callable[[dict[str, Worksheet]], None]:
    def edit(sheets: dict[str, Worksheet]) -> None:
        header = [cell.value for cell in sheets[sheet][1]]
        sheets[sheet].append([cells.get(str(name).replace(".", "_").replace("::", "_")) for name in header])

    return edit


def changed(comparison: Comparison) -> list[str]:
    """The lines that the difference takes out and puts in."""
    assert not comparison.refused
    return [
        line
        for line in comparison.diff().splitlines()
        if line[:1] in "+-" and not line.startswith(("+++", "---"))
    ]


def test_a_workbook_that_nobody_changed_makes_no_difference(clinic: Path) -> None:
    comparison = compare(export(clinic), clinic)
    assert (comparison.changes, comparison.refused, comparison.notes) == ([], [], [])
    assert comparison.programme == "clinic"
    assert export(clinic) == export(clinic)


def test_saving_it_in_another_program_makes_no_difference(clinic: Path) -> None:
    assert changed(compare(edited(export(clinic)), clinic)) == []


@pytest.mark.parametrize("folder", [*PROGRAMMES, HERE / "good" / "clinic"], ids=lambda path: path.name)
def test_every_programme_of_the_shelf_goes_out_and_comes_back_the_same(folder: Path, tmp_path: Path) -> None:
    workbook = export(folder)
    assert changed(compare(edited(workbook), folder)) == []
    unpacked = compare(workbook, tmp_path / "elsewhere")
    write(unpacked, tmp_path / "elsewhere")
    for change in unpacked.changes:
        text = (folder / change.file).read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        assert (tmp_path / "elsewhere" / change.file).read_text("utf-8") == text


def test_the_sheets_are_what_a_reader_looks_for(clinic: Path) -> None:
    book = load_workbook(BytesIO(export(clinic)))
    assert book.sheetnames == [
        "README", "programme", "dictionary", "steps", "pathway", "messages", "cases", "second survey",
        "visit survey", "visit choices", "visit settings", "visit remarks", "third survey", "files", "contents",
    ]  # fmt: skip
    steps = [[cell.value for cell in row] for row in book["steps"]]
    assert steps[0][:5] == ["pathway", "step", "variant", "title.en", "title.vi"]
    assert [row[:4] for row in steps[1:]] == [
        ["care", "tablet", None, "Give iron"], ["care", "again", "1", "Again"], ["care", "again", "2", "Again"],
    ]  # fmt: skip
    notes = {row[1].value: row[3].value for row in book["pathway"]}
    assert notes["pathways.care.ends[1]"] == "the birth"
    assert notes["pathways.care.ends[2]"] == "and when nobody told"


EDITS = [
    (
        "a label in a form",
        put("visit survey", {"name": "hb"}, "label::English (en)", "Blood: haemoglobin, g/L"),
        [
            "-|          | decimal         | hb          | Haemoglobin      | Huyết sắc tố            |             |",
            "+|          | decimal         | hb          | Blood: haemoglobin, g/L | Huyết sắc tố            |             |",
        ],
    ),
    ("a window", put("steps", {"step": "tablet"}, "overdue", "from + 21d"),
     ["-        overdue: from + 14d   # two weeks", "+        overdue: from + 21d   # two weeks"]),
    ("a threshold", put("pathway", {"path": "pathways.care.signs.pale"}, "value", "[hb < 80]"),
     ["-      pale: [hb < 70]", "+      pale: [hb < 80]"]),
    ("a window of the second variant", put("steps", {"step": "again", "variant": "2"}, "due", "from + 6d"),
     ["-          due: from + 5d", "+          due: from + 6d"]),
    ("a date that Excel took for a date", put("steps", {"step": "again", "variant": "2"}, "valid_from", "2024-02-01"),
     ["-          valid_from: 2024-01-01", "+          valid_from: 2024-02-01"]),
    ("words that need quotes", put("steps", {"step": "tablet"}, "title.en", "Iron: 60 mg"),
     ["-        title: {en: Give iron, vi: Cho sắt}", '+        title: {en: "Iron: 60 mg", vi: Cho sắt}']),
    ("words in quotes", put("messages", {"message": "remind"}, "text.en", 'Say "yes"'),
     ['-    text: {en: "A visit: tomorrow", vi: Mai khám}', '+    text: {en: "Say \\"yes\\"", vi: Mai khám}']),
    ("words over two lines", put("steps", {"step": "tablet"}, "advice.en", "With food.\nNot with tea."),
     ["-          en: >", "-            Give it with food,", "-            and ask again.",
      "+          en: |", "+            With food.", "+            Not with tea."]),
    ("a window that there was not", put("steps", {"step": "again", "variant": "2"}, "overdue", "from + 9d"),
     ["+          overdue: from + 9d"]),
    ("a window taken away", put("steps", {"step": "tablet"}, "closes", None), ["-        closes: from + 28d"]),
    ("an end taken away", drop("pathway", "pathways.care.ends[1]"), ["-      - {when: any(birth = 'yes'), why: born}   # the birth"]),
    ("a code's unit", put("dictionary", {"code": "hb"}, "unit", "g/dL"),
     ["-hb,number,g/L,,pregnancy,care,,,Haemoglobin,Huyết sắc tố", "+hb,number,g/dL,,pregnancy,care,,,Haemoglobin,Huyết sắc tố"]),
    ("a new code", append("dictionary", code="bp", kind="integer", label_en="Pressure, upper", label_vi="HA"),
     ['+bp,integer,,,,,,,"Pressure, upper",HA']),
    ("a question in CSV", put("second survey", {"name": "hb"}, "label", 'How "red"?'),
     ['-,decimal,hb,"Haemoglobin, g/L",kept', '+,decimal,hb,"How ""red""?",kept']),
    ("a question in Excel's own format", put("third survey", {"name": "last_period"}, "label", "Since when?"),
     ["-|  | date | last_period | When? | 7 |", "+|  | date | last_period | Since when? | 7 |"]),
    ("a new question", append("visit survey", type="date", name="seen_on", **{"label_English (en)": "Seen on", "label_Tiếng Việt (vi)": "Ngày"}),
     ["+|          | date | seen_on | Seen on | Ngày |"]),
    ("a case", put("cases", {"path": "[1].title"}, "value", "Another title"),
     ["-- title: Pale and in a poor mood, she gets iron within two weeks", "+- title: Another title"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "edit", "lines"), EDITS, ids=[what for what, _, _ in EDITS])
def test_a_change_in_excel_is_exactly_that_difference(
    clinic: Path, what: str, edit: Callable[[dict[str, Worksheet]], None], lines: list[str]
) -> None:
    before = {path: path.read_bytes() for path in clinic.rglob("*") if path.is_file()}
    comparison = compare(edited(export(clinic), edit), clinic)
    assert changed(comparison) == lines
    assert {path: path.read_bytes() for path in before} == before
    assert len(write(comparison, clinic)) == 1
    assert changed(compare(edited(export(clinic)), clinic)) == []
    assert sum(path.read_bytes() != old for path, old in before.items()) == 1


def test_a_date_typed_in_excel_and_a_number_are_written_as_people_mean_them(clinic: Path) -> None:
    import datetime

    workbook = edited(
        export(clinic),
        put("steps", {"step": "again", "variant": "2"}, "valid_from", datetime.datetime(2024, 3, 1)),
        put("dictionary", {"code": "hb"}, "unit", 7.0),
    )
    lines = changed(compare(workbook, clinic))
    assert "+          valid_from: 2024-03-01" in lines
    assert "+hb,number,7,,pregnancy,care,,,Haemoglobin,Huyết sắc tố" in lines


def test_a_new_step_is_written_behind_the_last_one(clinic: Path) -> None:
    new = append("steps", pathway="care", step="scan", title_en="Scan", title_vi="Siêu âm", due="from + 1d", done="visit")
    comparison = compare(edited(export(clinic), new), clinic)
    assert changed(comparison) == [
        "+      scan:",
        "+        title:",
        "+          en: Scan",
        "+          vi: Siêu âm",
        "+        due: from + 1d",
        "+        done: visit",
    ]


def test_a_step_is_taken_out_with_its_row(clinic: Path) -> None:
    comparison = compare(edited(export(clinic), drop("steps", "tablet")), clinic)
    write(comparison, clinic)
    assert "tablet" not in (clinic / "pathway.yaml").read_text("utf-8")
    assert "again:" in (clinic / "pathway.yaml").read_text("utf-8")
    assert "# the birth" in (clinic / "pathway.yaml").read_text("utf-8")


def test_rows_may_be_sorted_and_sheets_of_no_interest_deleted(clinic: Path) -> None:
    def edit(sheets: dict[str, Worksheet]) -> None:
        rows = [[cell.value for cell in row] for row in sheets["pathway"]]
        for number, row in enumerate([rows[0], *reversed(rows[1:])], 1):
            for column, value in enumerate(row, 1):
                sheets["pathway"].cell(number, column).value = value
        book = sheets["pathway"].parent
        assert book is not None
        for name in ("README", "visit survey", "cases"):
            book.remove(sheets[name])

    assert changed(compare(edited(export(clinic), edit), clinic)) == []


def test_columns_and_sheets_that_nobody_knows_survive(clinic: Path) -> None:
    write(compare(edited(export(clinic), put("second survey", {"name": "hb"}, "label", "Blood")), clinic), clinic)
    form, _ = read_form(clinic / "forms" / "second.csv", {})
    assert form is not None
    assert form.sheets["survey"][0]["my_notes"] == "kept"
    write(compare(edited(export(clinic), put("visit remarks", {"who": "me"}, "what", "answered")), clinic), clinic)
    text = (clinic / "forms" / "visit.md").read_text("utf-8")
    assert "|  | me | answered |" in text
    assert text.startswith("Prose before the table.\n")


def test_a_form_in_excels_format_keeps_its_other_cells_as_they_are(clinic: Path) -> None:
    write(compare(edited(export(clinic), put("third survey", {"name": "n"}, "label", "So long")), clinic), clinic)
    sheet = load_workbook(clinic / "forms" / "third.xlsx")["survey"]
    assert sheet["D2"].value == 7
    assert sheet["C3"].value == "So long"


def test_a_change_of_the_text_itself_counts_too(clinic: Path) -> None:
    edit = put("files", {"file": "messages.yaml", "text": "    at: due - 1d"}, "text", "    at: due - 2d  # earlier")
    assert changed(compare(edited(export(clinic), edit), clinic)) == ["-    at: due - 1d", "+    at: due - 2d  # earlier"]


def test_line_ends_and_the_mark_of_windows_stay(clinic: Path) -> None:
    dictionary = clinic / "dictionary.csv"
    dictionary.write_bytes(b"\xef\xbb\xbf" + dictionary.read_bytes().replace(b"\n", b"\r\n"))
    assert changed(compare(export(clinic), clinic)) == []
    write(compare(edited(export(clinic), put("dictionary", {"code": "hb"}, "unit", "g/dL")), clinic), clinic)
    content = dictionary.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfcode,")
    assert content.count(b"\r\n") == content.count(b"\n") == 7
    assert b"hb,number,g/dL," in content


def test_a_file_changed_in_both_is_refused_and_the_others_are_shown(clinic: Path) -> None:
    workbook = edited(
        export(clinic),
        put("steps", {"step": "tablet"}, "due", "from + 8d"),
        put("dictionary", {"code": "hb"}, "unit", "g/dL"),
    )
    (clinic / "pathway.yaml").write_text(PATHWAY.replace("44w", "43w"), encoding="utf-8")
    (clinic / "messages.yaml").write_text(MESSAGES.replace("1d", "3d"), encoding="utf-8")
    comparison = compare(workbook, clinic)
    assert [change.file for change in comparison.changes] == ["dictionary.csv"]
    assert len(comparison.refused) == 1
    assert comparison.refused[0].startswith("pathway.yaml: changed in the folder and in the workbook; export anew")
    assert comparison.notes == ["messages.yaml: changed in the folder since the export; left as it is there"]


def test_a_file_changed_in_two_places_of_the_workbook_is_refused(clinic: Path) -> None:
    workbook = edited(
        export(clinic),
        put("messages", {"message": "remind"}, "at", "due - 3d"),
        put("files", {"file": "messages.yaml", "text": "    to: midwife"}, "text", "    to: hospital"),
    )
    assert compare(workbook, clinic).refused == [
        "messages.yaml: it was changed in the sheet 'files' and in its own sheets; keep one of the two"
    ]


BAD = [
    (put("pathway", {"path": "pathways.care.episode"}, "path", "pathways..["), "sheet 'pathway', row 4"),
    (put("steps", {"step": "tablet"}, "pathway", None), "sheet 'steps', row 2"),
    (put("steps", {"step": "tablet"}, "variant", "first"), "variant 'first'"),
    (put("pathway", {"path": "pathways.care.title.vi"}, "path", "pathways.care.title.en"), "stands a second time"),
    (put("contents", {"file": "messages.yaml", "part": "text"}, "file", "../../outside.yaml"), "no file of a programme"),
    (put("files", {"file": "messages.yaml", "line": "1"}, "file", "/etc/cron.d/x"), "no file of a programme"),
    (put("cases", {"path": "[1].title"}, "file", "forms/../../x.yaml"), "no file of a programme"),
]


@pytest.mark.parametrize(("edit", "words"), BAD)
def test_a_cell_that_cannot_be_read_is_told_and_nothing_is_changed(
    clinic: Path, edit: Callable[[dict[str, Worksheet]], None], words: str
) -> None:
    with pytest.raises(BadCell) as found:
        compare(edited(export(clinic), edit), clinic)
    assert words in str(found.value)


@pytest.mark.parametrize(
    ("edit", "file"),
    [
        (put("pathway", {"path": "pathways.care.signs.pale"}, "value", "[hb < 70"), "pathway.yaml"),
        (put("visit survey", {"name": "hb"}, "label::English (en)", "two\nlines"), "forms/visit.md"),
    ],
)
def test_what_cannot_be_written_back_is_refused(
    clinic: Path, edit: Callable[[dict[str, Worksheet]], None], file: str
) -> None:
    comparison = compare(edited(export(clinic), edit), clinic)
    assert not comparison.changes
    assert [words.split(":")[0] for words in comparison.refused] == [file]


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04 half of one"])
def test_a_file_that_is_no_workbook_is_told(clinic: Path, content: bytes) -> None:
    with pytest.raises(BadCell):
        compare(content, clinic)


def test_any_other_workbook_is_told_apart(clinic: Path) -> None:
    saved = BytesIO()
    Workbook().save(saved)
    with pytest.raises(BadCell, match="export the programme anew"):
        compare(saved.getvalue(), clinic)


def test_a_folder_without_a_programme_is_not_exported(tmp_path: Path) -> None:
    with pytest.raises(BadCell, match="programme"):
        export(tmp_path)


def test_the_clinic_of_these_tests_is_a_programme_that_can_be_read(tmp_path: Path) -> None:
    shutil.copytree(HERE / "good" / "clinic", tmp_path / "clinic")
    write(compare(edited(export(tmp_path / "clinic"), put("dictionary", {"code": "hb"}, "unit", "g/dL")), tmp_path / "clinic"),
          tmp_path / "clinic")  # fmt: skip
    programme, problems = read_programme(tmp_path / "clinic")
    assert programme is not None, [str(problem) for problem in problems]
    assert programme.dictionary["hb"].unit == "g/dL"
