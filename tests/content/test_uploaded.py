"""A workbook from a stranger: what comes of it, and what is said when nothing can. Every mistake at once, with its cell."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from doorstep.content.model import Code
from doorstep.content.uploaded import Uploaded, programme_id, subject_of, uploaded_of
from doorstep.content.uploaded_difference import difference
from doorstep.content.uploaded_naming import Known
from doorstep.content.uploaded_read import Understood, Wishes, read_uploaded, understand
from doorstep.content.uploaded_sheets import LARGEST
from doorstep.content.uploaded_troubles import KINDS, letters

HERE = Path(__file__).parent / "xlsforms"
EXAMPLES = sorted(path for path in HERE.rglob("*") if path.suffix in (".xlsx", ".xls", ".csv"))
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
Rows = Sequence[Sequence[object]]
SURVEY: Rows = (("type", "name", "label"), ("integer", "wells", "How many wells?"))


def book(survey: Rows = SURVEY, **sheets: Rows) -> bytes:
    """An .xlsx with these rows."""
    made = Workbook()
    made.active.title = "survey"
    for name, rows in {"survey": survey, **sheets}.items():
        sheet = made[name] if name in made.sheetnames else made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(made)


def saved(made: Workbook) -> bytes:
    """As a file; the same workbook gives the same bytes, whenever it is made."""
    moment = datetime(2026, 1, 1)
    made.properties.created = moment
    raw, out = io.BytesIO(), io.BytesIO()
    made.save(raw)
    with zipfile.ZipFile(raw) as told, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name in told.namelist():
            content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", told.read(name))
            written.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def made_of(content: bytes, name: str = "wells.xlsx", media: Mapping[str, bytes] | None = None, **more: object) -> Understood:
    wishes = more.pop("wishes", Wishes())
    return understand(name, content, media or {}, wishes, Known(today="20261122", **more))  # type: ignore[arg-type]


def codes(found: Understood) -> dict[str, str]:
    """Code -> cell of what stops it."""
    return {one.code: f"{one.sheet} {one.cell}".strip() for one in found.troubles if one.stops}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_public_example_gives_a_form_or_says_why_not(path: Path, tmp_path: Path) -> None:
    media = {"fruits.csv": (HERE / "refused" / "fruits.csv").read_bytes()}
    found = made_of(path.read_bytes(), path.name, media)
    if path.parent.name == "refused":
        assert found.stops
        assert all(one.found and one.expected for one in found.troubles)
        return
    assert not found.stops, [str(one) for one in found.troubles if one.stops]
    assert found.form is not None
    assert found.form.questions
    assert found.form.version == "20261122"
    folder = laid_out(found, tmp_path)
    programme, problems = read_uploaded(folder, {})
    assert programme is not None, problems
    again = programme.forms[found.form.id]
    assert (again.xml, [q.path for q in again.questions]) == (found.form.xml, [q.path for q in found.form.questions])
    assert (folder / "forms" / f"form{path.suffix}").read_bytes() == path.read_bytes(), "the workbook as it came"
    assert uploaded_of(programme) == found.told


def laid_out(found: Understood, tmp_path: Path) -> Path:
    folder = tmp_path / found.name
    for name, content in found.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_every_mistake_of_a_workbook_is_told_at_once_with_its_cell_and_what_to_write_instead() -> None:
    found = made_of(book(
        (
            ("type", "name", "label", "relevant"),
            ("integr", "wells", "How many wells?", ""),
            ("text", "who is it", "Who?", ""),
            ("select_one sources", "source", "From where?", "${wels} > 0"),
            ("", "forgotten", "Asked how?", ""),
            ("text", "wells", "Again?", ""),
            ("begin_group", "inside", "Inside", ""),
            ("end_repeat", "", "", ""),
            ("text", "instanceID", "Kept?", ""),
        ),
        choices=(("list_name", "name", "label"), ("source", "river", "River"), ("source", "", "Rain")),
    ))  # fmt: skip
    assert codes(found) == {
        "type-unknown": "survey A2", "name-letters": "survey B3", "list-unknown": "survey A4", "reference-unknown": "survey D4",
        "type-missing": "survey A5", "name-twice": "survey B6", "group-not-open": "survey A8", "group-open": "survey A7",
        "choice-nameless": "choices B3",
    }  # fmt: skip
    told = {one.code: one.expected for one in found.troubles}
    assert told["type-unknown"] == "a type such as integer"
    assert told["name-letters"].endswith("such as who_is_it")
    assert told["list-unknown"] == "source?"
    assert told["reference-unknown"] == "${wells}?"


@pytest.mark.parametrize(("name", "content", "code"), [
    ("form.xlsx", b"not a zip at all", "not-a-workbook"),
    ("form.pdf", b"%PDF-1.7", "not-a-workbook"),
    ("form.csv", b"\0\0\0", "not-a-workbook"),
    ("form.csv", "caf\xe9".encode("latin-1"), "not-a-workbook"),
    ("form.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ("form.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le"), "macros"),
    ("form.xlsx", b"x" * (LARGEST + 1), "too-large"),
    ("form.md", b"no table here", "not-a-workbook"),
    ("form.xlsx", book(()), "no-column"),
    ("form.xlsx", book((("type", "label"), ("text", "Who?"))), "no-column"),
    ("form.xlsx", book((("type", "name", "label"),)), "no-questions"),
])  # fmt: skip
def test_what_is_no_form_is_named(name: str, content: bytes, code: str) -> None:
    assert code in codes(made_of(content, name))


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (80 * 1024 * 1024))
    assert codes(made_of(bomb.getvalue())) == {"unpacks-too-far": ""}


def test_a_sheet_that_says_it_has_a_million_rows_is_read_as_what_it_has() -> None:
    raw, out = zipfile.ZipFile(io.BytesIO(book())), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in raw.infolist():
            text = raw.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                text = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', text)
                text = text.replace(b"</sheetData>", b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>far</t></is></c></row></sheetData>')
            packed.writestr(part.filename, text)
    found = made_of(out.getvalue())
    assert not found.stops
    assert found.form is not None
    assert [question.name for question in found.form.questions] == ["wells"]


def test_a_workbook_of_nothing_but_mistakes_is_read_in_bounded_time() -> None:
    rows = [("text", f"question_{n}", f"${{question-{n}}} ${{q{n}}} ${{nothing{n}}}") for n in range(1900)]
    found = made_of(book((("type", "name", "label"), *rows)))
    assert found.stops
    assert len(found.troubles) == 300


def test_an_entity_bomb_inside_a_workbook_is_no_workbook() -> None:
    raw, out = zipfile.ZipFile(io.BytesIO(book())), io.BytesIO()
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    with zipfile.ZipFile(out, "w") as packed:
        for part in raw.infolist():
            text = raw.read(part)
            packed.writestr(part.filename, bomb + text.replace(b"wells", b"&b;") if "sheet1" in part.filename else text)
    assert codes(made_of(out.getvalue())) == {"not-a-workbook": ""}


def test_macros_formulas_and_errors_of_the_spreadsheet_are_named() -> None:
    made = Workbook()
    sheet = made.active
    sheet.title = "survey"
    for row in (*SURVEY, ("note", "sum", "=1+1"), ("note", "broken", "#REF!")):
        sheet.append(list(row))
    found = made_of(saved(made))
    assert codes(found) == {"formula-unknown": "survey C3", "cell-error": "survey C4"}
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"Sub Auto_Open()")
    assert codes(made_of(out.getvalue())) == {"macros": ""}


def test_wrong_sheets_are_named_with_those_that_are_there() -> None:
    made = Workbook()
    made.active.title = "Questions"
    made.create_sheet("Answers")
    found = made_of(saved(made))
    assert [one.found for one in found.troubles] == ["no sheet named survey; the sheets here are: Questions, Answers"]


def test_bold_letters_and_unknown_sheets_are_no_mistake() -> None:
    made = Workbook()
    made.active.title = "survey"
    for row in SURVEY:
        made.active.append(list(row))
    made.active["A1"].font = Font(bold=True)
    made.create_sheet("Notes of the ministry").append(["anything"])
    assert not made_of(saved(made)).stops


@pytest.mark.parametrize("own", ["../../etc", "<b>", "a/b", "x" * 65, "a\tb", "'; DROP TABLE"])
def test_an_id_of_strange_letters_is_refused_with_another_to_write(own: str) -> None:
    found = made_of(book(settings=(("form_id",), (own,))))
    assert codes(found) == {"id-letters": "settings A2"}
    near = next(one.expected for one in found.troubles if one.code == "id-letters").rpartition(" ")[2]
    assert not made_of(book(settings=(("form_id",), (near,)))).stops


@pytest.mark.parametrize("own", ["Spec test", "អនាម័យ", "Вода 2026", "a.b-c_d"])
def test_an_id_of_any_script_is_an_id_and_its_folder_has_plain_letters(own: str) -> None:
    found = made_of(book(settings=(("form_id",), (own,))))
    assert found.told is not None
    assert found.told.form == own
    assert re.fullmatch(r"form-[a-z0-9-]+", found.name)
    assert found.name == programme_id(own)


def test_an_id_that_another_programme_has_is_refused() -> None:
    found = made_of(book(settings=(("form_id",), ("birth",))), taken={"birth": "maternal"})
    assert codes(found) == {"id-taken": "settings A2"}


class TestVersions:
    def test_a_workbook_without_one_is_given_the_day(self) -> None:
        found = made_of(book())
        assert found.told is not None
        assert found.told.version == "20261122"
        assert found.form is not None
        assert 'version="20261122"' in found.form.xml, "phones send it back"

    def test_other_questions_under_the_same_version_get_another(self) -> None:
        first = made_of(book(settings=(("form_id", "version"), ("wells", "3"))))
        assert first.told is not None
        before = {"wells": {"3": first.told.digest}}
        other = book((*SURVEY, ("integer", "pumps", "Pumps?")), settings=(("form_id", "version"), ("wells", "3")))
        second = made_of(other, versions=before)
        assert second.told is not None
        assert second.told.version == "3+2"
        assert "version-used" in {one.code for one in second.troubles}

    def test_the_very_same_files_are_the_same_version(self) -> None:
        content = book(settings=(("form_id",), ("wells",)))
        first = made_of(content)
        assert first.told is not None
        again = made_of(content, versions={"wells": {"20250101": first.told.digest}})
        assert again.told is not None
        assert again.told.version == "20250101"


class TestMedia:
    SHOWN: Rows = (("type", "name", "label", "image"), ("integer", "wells", "How many?", "well.png"))

    def test_a_picture_that_is_missing_is_told_and_stops_nothing(self) -> None:
        found = made_of(book(self.SHOWN))
        assert not found.stops
        assert "well.png" in next(one.found for one in found.troubles if one.code == "media-missing")

    def test_a_picture_is_kept_and_what_nobody_asks_for_is_left_out(self) -> None:
        found = made_of(book(self.SHOWN), media={"well.png": PNG, "other.png": PNG})
        assert found.told is not None
        assert [one.name for one in found.told.media] == ["well.png"]
        assert found.files["media/well.png"] == PNG
        assert [one.code for one in found.troubles if "media" in one.code] == ["media-unused"]

    def test_what_is_not_what_its_name_says_is_refused(self) -> None:
        assert codes(made_of(book(self.SHOWN), media={"well.png": b"<script>alert(1)</script>"})) == {"media-kind": ""}

    def test_a_list_that_the_form_reads_must_be_there(self) -> None:
        path = HERE / "pull_data.xlsx"
        assert codes(made_of(path.read_bytes(), path.name)) == {"data-missing": ""}

    def test_choices_of_external_choices_travel_as_collect_wants_them(self) -> None:
        path = HERE / "select_one_external.xlsx"
        found = made_of(path.read_bytes(), path.name)
        assert found.files["media/itemsets.csv"].startswith(b'"list_name"')


class TestFacts:
    DICTIONARY: ClassVar = {
        "hb": Code("hb", "integer", {"en": "Haemoglobin"}, unit="g/L"),
        "danger": Code("danger", "choices", {"en": "Danger"}, choices=("bleeding", "fever")),
    }
    ASKED: Rows = (
        ("type", "name", "label"), ("integer", "hb", "Hb?"), ("select_multiple d", "danger", "Any?"), ("text", "note", "Else?"),
    )  # fmt: skip

    def of(self, choice: str, wishes: Wishes, header: Rows | None = None) -> Understood:
        content = book(header or self.ASKED, choices=(("list_name", "name", "label"), ("d", choice, choice)))
        return made_of(content, dictionary=self.DICTIONARY, wishes=wishes)

    def test_a_question_called_as_a_code_is_no_fact_until_somebody_says_so(self) -> None:
        found = self.of("fever", Wishes("person"))
        assert found.suggested == ("hb", "danger")
        assert found.told is not None
        assert found.told.facts == ()
        assert found.form is not None
        assert all(question.code is None for question in found.form.questions)

    def test_what_was_ticked_is_a_fact(self) -> None:
        found = self.of("fever", Wishes("person", facts=("hb",)))
        assert found.form is not None
        assert {q.name: q.code for q in found.form.questions} == {"hb": "hb", "danger": None, "note": None}

    def test_choices_that_the_dictionary_has_not_make_no_fact(self) -> None:
        found = self.of("haemorrhage", Wishes("person", facts=("danger",)))
        assert found.suggested == ("hb",)
        assert "fact-unlike" in {one.code for one in found.troubles}

    def test_a_form_of_nobody_has_no_facts(self) -> None:
        found = self.of("fever", Wishes("place", facts=("hb",)))
        assert found.told is not None
        assert found.told.facts == ()

    def test_the_workbook_itself_may_say_so(self) -> None:
        named = (("type", "name", "label", "doorstep_code"), ("integer", "blood", "Hb?", "hb"))
        found = self.of("fever", Wishes("person"), named)
        assert found.written == ("hb",)
        assert found.told is not None
        assert found.told.facts == ("hb",)

    def test_a_code_that_is_gone_since_is_fed_no_more(self, tmp_path: Path) -> None:
        folder = laid_out(self.of("fever", Wishes("person", facts=("hb", "danger"))), tmp_path)
        left = {"hb": self.DICTIONARY["hb"]}
        programme, _ = read_uploaded(folder, left)
        assert programme is not None
        form = next(iter(programme.forms.values()))
        assert {q.code for q in form.questions} == {"hb", None}


def test_an_uploaded_form_opens_nothing_but_itself(tmp_path: Path) -> None:
    programme, _ = read_uploaded(laid_out(made_of(book()), tmp_path), {})
    assert programme is not None
    assert {name for names in programme.roles.values() for name in names} == {"answers"}
    assert not programme.dictionary
    assert not programme.pathways
    assert not programme.episodes


def test_whose_a_filled_form_is() -> None:
    told = {kind: Uploaded("f", "1", kind, ("attendant",), ("*",), "form.xlsx") for kind in ("household", "place")}
    assert subject_of(told["place"], "a", "KH-16", {}) != subject_of(told["place"], "b", "KH-16", {})
    assert subject_of(told["place"], "a", "KH-16", {"household_id": "7"}) == subject_of(told["place"], "a", "KH-01", {})
    numbered = [subject_of(told["household"], one, "KH-16", {"household_id": 7}) for one in "ab"]
    assert numbered[0] == numbered[1] == subject_of(told["household"], "c", "KH-16", {"household_id": " 7 "})
    assert numbered[0] != subject_of(told["household"], "a", "KH-01", {"household_id": 7})
    assert subject_of(told["household"], "a", "KH-16", {}) != subject_of(told["household"], "b", "KH-16", {})


def test_two_versions_are_told_apart_question_by_question() -> None:
    before = made_of(book((*SURVEY, ("text", "remark", "Else?")))).form
    after = made_of(book((("type", "name", "label"), ("integer", "wells", "How many dug wells?"), ("date", "day", "When?")))).form
    assert before is not None
    assert after is not None
    found = difference(before, after)
    assert (found.came, found.gone, found.changed) == (("day",), ("remark",), ("wells",))
    assert not difference(before, before)


def test_a_language_that_lacks_words_is_told_and_stops_nothing() -> None:
    found = made_of(book((("type", "name", "label::English (en)", "label::ខ្មែរ (km)"), ("text", "who", "Who?", ""))))
    assert not found.stops
    assert any(one.code == "words-missing" and "km" in one.found for one in found.troubles)


def test_what_phones_tell_unasked_is_said_before_it_goes_out() -> None:
    found = made_of(book((*SURVEY, ("phonenumber", "own", ""), ("audit", "audit", ""))))
    assert {one.found for one in found.troubles if one.code == "asks-phone"} == {
        "the telephone number, which the phone tells without being asked", "every tap and its moment, which the phone tells without being asked",
    }  # fmt: skip


def test_every_kind_of_trouble_has_words_that_fit_their_gaps() -> None:
    for kind in KINDS.values():
        gaps = re.findall(r"%\((\w+)\)s", kind.found + kind.expected)
        assert kind.found % dict.fromkeys(gaps, "x")
        assert kind.expected % dict.fromkeys(gaps, "x")


def test_columns_are_named_as_a_spreadsheet_names_them() -> None:
    assert [letters(number) for number in (1, 26, 27, 52, 53, 703)] == ["A", "Z", "AA", "AZ", "BA", "AAA"]
