"""A form that nobody here wrote: into a pack, out to ODK Collect, back into the record, read by whoever may, taken back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from doorstep.content.flatten_walk import tree
from doorstep.content.uploaded_read import Wishes
from doorstep.content.xform import answers_to_xform
from doorstep.record import uploaded
from doorstep.record.attachments import attachment
from doorstep.record.backup import backup, restore
from doorstep.record.packs import ContentWrong
from doorstep.record.record import Record
from doorstep.record.scope import EVERYTHING, Grant, Scope
from doorstep.record.store import Config, Store
from doorstep.record.uploaded_answers import FIRST, answers_of, attachments_of
from doorstep.record.uploaded_area import concerns, may_release, offered
from tests.content.test_forms_public import answered
from tests.content.test_uploaded import EXAMPLES, PNG, book
from tests.record.cast import FAR, FAR_VILLAGE, MAI, VILLAGE, body, registered, villages
from tests.record.test_http import Client
from tests.record.world import SHELF, World, rules_of

SURVEY = (
    ("type", "name", "label", "hint", "relevant", "constraint", "calculation", "choice_filter", "image"),
    ("text", "head", "Head of the house"),
    ("select_one district", "district", "District"),
    ("select_one commune", "commune", "Commune", "", "", "", "", "of=${district}"),
    ("begin_repeat", "wells", "Wells"),
    ("integer", "depth", "How deep, in metres?", "", "", ". > 0 and . < 200", "", "", "well.png"),
    ("image", "picture", "A picture"),
    ("end_repeat", "", ""),
    ("calculate", "count", "", "", "", "", "count(${wells})"),
    ("select_one yn", "boiled", "Boiled?", "", "${count} > 0"),
)
CHOICES = (
    ("list_name", "name", "label", "of"), ("district", "north", "North", ""), ("district", "south", "South", ""),
    ("commune", "a", "A", "north"), ("commune", "b", "B", "south"), ("yn", "yes", "Yes", ""), ("yn", "no", "No", ""),
)  # fmt: skip
FILLED = """<data id="wells of 2026" version="{version}" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">
<head>Uncle Sok</head><district>north</district><commune>a</commune>
<wells jr:template=""><depth/><picture/></wells>
<wells><depth>12</depth><picture>1.jpg</picture></wells><wells><depth>30</depth><picture/></wells>
<count>2</count><boiled>yes</boiled><orx:meta><orx:instanceID>uuid:{id}</orx:instanceID>{more}</orx:meta></data>"""
EVERYBODY = Wishes("place", ("attendant",), ("*",))
FORM = "wells of 2026"


def workbook(version: str = "1", survey: object = SURVEY, form: str = FORM) -> bytes:
    return book(survey, choices=CHOICES, settings=(("form_title", "form_id", "version"), ("Wells", form, version)))  # type: ignore[arg-type]


def filled(id: str, version: str = "1", more: str = "") -> str:
    return FILLED.format(id=id, version=version, more=more)


@pytest.fixture
def fresh(world: World) -> Iterator[World]:
    """An empty record; afterwards the small programme alone is in force, and no draft is left."""
    villages(world)
    yield world
    shutil.rmtree(world.store.config.data / uploaded.DRAFTS, ignore_errors=True)
    first = world.record.shelf.packs[0].hash
    with world.store.log.write() as log:
        for table, column in (("pack_release", "pack"), ("pack", "hash")):
            log.run(f"DELETE FROM {table} WHERE {column} <> ?", [first])
    world.record.reload()
    world.record.rules = rules_of(world.record)
    world.catch_up()


def release(world: World, content: bytes | None = None, wishes: Wishes = EVERYBODY, media: dict[str, bytes] | None = None) -> bool:
    found = uploaded.look_at(world.record, "wells.xlsx", content or workbook(), media or {"well.png": PNG}, wishes)
    return uploaded.release_form(world.record, found)


def test_a_released_form_is_in_the_pack_and_nobody_is_worked_out_anew(fresh: World) -> None:
    fresh.send(registered())
    fresh.catch_up()
    rules, changed = fresh.record.rules.pack.rules, fresh.rows("changed")
    assert release(fresh)
    pack = fresh.record.shelf.current
    assert FORM in {form for programme in pack.programmes.values() for form in programme.forms}
    assert pack.rules == rules
    assert pack.hash != rules
    fresh.catch_up()
    assert fresh.rows("changed") == changed
    assert not release(fresh), "the same once more is no change"


def test_what_has_mistakes_is_not_released_and_says_why(fresh: World) -> None:
    before = fresh.record.shelf.current.hash
    wrong = book((("type", "name", "label"), ("integr", "wells", "How many?")))
    with pytest.raises(uploaded.CannotRelease, match=r"survey A2: found the type integr.*\n.*what was in force stays in force"):
        release(fresh, wrong)
    assert fresh.record.shelf.current.hash == before


def test_a_release_of_the_shelf_keeps_it_and_it_keeps_the_shelf(fresh: World, tmp_path: Path) -> None:
    release(fresh)
    shelf = Path(shutil.copytree(SHELF, tmp_path / "shelf"))
    path = next(shelf.glob("*/dictionary.csv"))
    path.write_text(path.read_text() + "height,number,cm,,,care,,,Height\n")
    assert fresh.record.release(shelf)
    assert FORM in uploaded.in_force(fresh.record)
    assert "height" in fresh.record.shelf.current.dictionary
    assert not fresh.record.release(shelf)


def test_a_form_of_the_shelf_cannot_take_the_id_of_an_uploaded_one(fresh: World, tmp_path: Path) -> None:
    release(fresh, workbook(form="referral"))
    shelf = Path(shutil.copytree(SHELF, tmp_path / "shelf"))
    path = next(shelf.glob("*/forms/rename.md"))
    path.write_text(path.read_text().replace("| rename", "| referral"))
    with pytest.raises(ContentWrong, match=r"form id 'referral' found, which an uploaded form has"):
        fresh.record.release(shelf)


def test_an_id_of_the_shelf_cannot_be_uploaded(fresh: World) -> None:
    found = uploaded.look_at(fresh.record, "visit.xlsx", workbook(form="visit"), {"well.png": PNG})
    assert [one.code for one in found.troubles if one.stops] == ["id-taken"]


def test_another_process_takes_notice_of_it(fresh: World) -> None:
    with Record.open(fresh.store.config) as other:
        release(fresh)
        other._noticed = 0.0
        other.catch_up()
        assert FORM in uploaded.in_force(other)


def test_versions_follow_each_other_with_what_changed_and_can_be_released_again(fresh: World) -> None:
    content = workbook()
    release(fresh, content)
    release(fresh, workbook("2", (*SURVEY, ("text", "remark", "Anything else?"))))
    release(fresh, workbook("2", (*SURVEY, ("text", "remark", "Anything else at all?"))))
    assert [one.version for one in uploaded.history(fresh.record, FORM)] == ["2+2", "2", "1"]
    assert list(uploaded.versions_of(fresh.record, FORM)) == ["1", "2", "2+2"]
    first = uploaded.history(fresh.record, FORM)[-1]
    found = uploaded.files_at(fresh.record, FORM, first.pack)
    assert found is not None
    assert found[1:] == (content, {"well.png": PNG})
    assert uploaded.again(fresh.record, FORM, first.pack)
    assert uploaded.in_force(fresh.record)[FORM].told.version == "1"


def test_it_survives_a_backup_and_a_restore_with_its_media(fresh: World, tmp_path: Path) -> None:
    release(fresh)
    backup(fresh.store, tmp_path / "backup")
    with Store.open(Config(tmp_path / "new")) as empty:
        restore(empty, tmp_path / "backup")
    with Record.open(Config(tmp_path / "new"), SHELF) as restored:
        held = uploaded.in_force(restored)[FORM]
        assert held.told.places == ("*",)
        files = uploaded.files_at(restored, FORM, restored.shelf.current.hash)
        assert files is not None
        assert files[2] == {"well.png": PNG}


def test_a_draft_waits_on_the_disk_until_it_is_released_or_thrown_away(fresh: World) -> None:
    content = workbook()
    name = uploaded.keep_draft(fresh.record, FORM, "wells.xlsx", content, {"well.png": PNG}, "chan")
    found = uploaded.draft(fresh.record, name)
    assert found is not None
    assert (found.file, found.by, found.workbook, found.media) == ("wells.xlsx", "chan", content, {"well.png": PNG})
    assert [one.name for one in uploaded.drafts(fresh.record)] == [name]
    assert FORM not in uploaded.in_force(fresh.record)
    assert uploaded.draft(fresh.record, "../packs") is None
    assert uploaded.drop_draft(fresh.record, name)
    assert uploaded.drafts(fresh.record) == []


class TestCollect:
    @pytest.fixture
    def client(self, fresh: World) -> Iterator[Client]:
        client = Client(fresh)
        yield client
        client.writer.close()

    def test_from_the_list_of_forms_to_the_record_and_back_with_its_pictures(self, fresh: World, client: Client) -> None:
        release(fresh)
        listed = ElementTree.fromstring(client.request("GET", "/openrosa/formList").body)
        rows = {row.findtext("{*}formID"): row for row in listed}
        row = rows[FORM]
        assert row.findtext("{*}name") == "Wells"
        xml = client.request("GET", path_of(row.findtext("{*}downloadUrl")))
        assert xml.status == 200
        assert b'version="1"' in xml.body
        files = ElementTree.fromstring(client.request("GET", path_of(row.findtext("{*}manifestUrl"))).body)
        assert [one.findtext("{*}filename") for one in files] == ["well.png"]
        picture = client.request("GET", path_of(files[0].findtext("{*}downloadUrl")))
        assert (picture.status, picture.headers["content-type"], picture.body) == (200, "image/png", PNG)

        assert client.form(filled("one"), {"1.jpg": b"\xff\xd8\xff a well"}).status == 201
        fresh.catch_up()
        assert attachment(fresh.record, "one", "1.jpg") == ("text/xml", b"\xff\xd8\xff a well")
        assert [name for name, _, _ in attachments_of(fresh.record, "one")] == ["1.jpg"]
        found = answers_of(fresh.record, FORM, EVERYTHING, names=True)
        assert found is not None
        told = found.rows[0]
        assert {name: told[name] for name in ("district", "wells#", "wells[1]/depth", "wells[2]/depth", "count", "boiled")} == {
            "district": "north", "wells#": "2", "wells[1]/depth": "12", "wells[2]/depth": "30", "count": "2", "boiled": "yes",
        }  # fmt: skip
        assert told["head"] == "Uncle Sok"
        assert found.columns.index("head") < found.columns.index("district") < found.columns.index("wells#")
        assert fresh.rows("fact") == []
        assert fresh.rows("unread") == []

    def test_every_public_example_goes_out_and_comes_back_filled_in(self, fresh: World, client: Client) -> None:
        media = {"fruits.csv": next(path for path in EXAMPLES if path.name == "fruits.csv").read_bytes()}
        there: dict[str, tuple[str, int]] = {}
        for path in (path for path in EXAMPLES if path.parent.name != "refused"):
            found = uploaded.look_at(fresh.record, path.name, path.read_bytes(), media, EVERYBODY)
            assert uploaded.release_form(fresh.record, found), path.name
            assert found.form is not None
            answers = answered(tree(found.form))
            xml = answers_to_xform(found.form, answers, {"instanceID": f"uuid:{path.name}"})
            assert client.form(xml.decode()).status == 201, path.name
            there[path.name] = (found.form.id, len(found.form.questions))
        fresh.catch_up()
        assert fresh.rows("aside") == []
        assert fresh.rows("unread") == []
        for name, (form, questions) in there.items():
            told = answers_of(fresh.record, form, EVERYTHING, names=True)
            assert told is not None
            row = next(row for row in told.rows if row["submission"] == name)
            assert len(row) >= len(FIRST) + questions, name
        assert fresh.rows("fact") == []

    def test_each_filled_form_stands_alone_and_its_correction_with_it(self, fresh: World, client: Client) -> None:
        release(fresh)
        for id, more in (("one", ""), ("two", ""), ("three", "<orx:deprecatedID>uuid:one</orx:deprecatedID>"),
                         ("four", "<orx:deprecatedID>uuid:three</orx:deprecatedID>")):  # fmt: skip
            assert client.form(filled(id, more=more)).status == 201
        whose = dict(fresh.rows("submission", "id, subject"))
        assert whose["one"] == whose["three"] == whose["four"] != whose["two"]
        fresh.send(body(form="", kind="erase", subject=whose["one"], place="", id="gone"))
        found = answers_of(fresh.record, FORM, EVERYTHING)
        assert found is not None
        assert [row["submission"] for row in found.rows] == ["two"]

    def test_a_correction_stands_in_the_place_of_what_it_corrects(self, fresh: World, client: Client) -> None:
        release(fresh)
        client.form(filled("one"))
        client.form(filled("two", more="<orx:deprecatedID>uuid:one</orx:deprecatedID>").replace(">12<", ">13<"))
        found = answers_of(fresh.record, FORM, EVERYTHING)
        assert found is not None
        assert [(row["submission"], row["wells[1]/depth"]) for row in found.rows] == [("two", "13")]

    def test_questions_called_subject_place_and_start_mean_what_their_author_meant(self, fresh: World, client: Client) -> None:
        survey = (("type", "name", "label"), ("text", "subject", "Subject of the complaint"), ("text", "place", "Where"),
                  ("text", "start", "How it began"))  # fmt: skip
        release(fresh, workbook(survey=survey, form="complaint"), media={})
        sent = ('<data id="complaint" version="1"><subject>The long queue</subject><place>At the market</place><start>Then</start>'
                "<meta><instanceID>uuid:c1</instanceID></meta></data>")  # fmt: skip
        assert client.form(sent).status == 201
        assert [row[1] for row in fresh.rows("submission", "id, place")] == [VILLAGE]

    def test_a_form_of_a_person_is_offered_to_collect_only_if_it_asks_of_whom(self, fresh: World, client: Client) -> None:
        release(fresh, wishes=Wishes("person", ("attendant",), ("*",)))
        assert FORM.encode() not in client.request("GET", "/openrosa/formList").body
        named = (*SURVEY, ("text", "subject", "Whose card? Scan it."))
        release(fresh, workbook("2", named), wishes=Wishes("person", ("attendant",), ("*",)))
        assert FORM.encode() in client.request("GET", "/openrosa/formList").body

    def test_what_is_not_offered_looks_like_what_does_not_exist(self, fresh: World, client: Client) -> None:
        client.app.scope_of = lambda sender: Scope((Grant("attendant", FAR),))
        release(fresh, wishes=Wishes("place", ("attendant",), (VILLAGE,)))
        assert FORM.encode() not in client.request("GET", "/openrosa/formList").body
        hidden = client.request("GET", "/openrosa/forms/wells of 2026.xml")
        missing = client.request("GET", "/openrosa/forms/no such form.xml")
        assert hidden.status == missing.status == 404
        assert hidden.body == missing.body

    def test_after_it_was_taken_back_nobody_is_offered_it_and_what_was_on_its_way_arrives(self, fresh: World, client: Client) -> None:
        release(fresh)
        client.form(filled("one"))
        assert uploaded.withdraw(fresh.record, FORM)
        assert not uploaded.withdraw(fresh.record, FORM)
        assert FORM.encode() not in client.request("GET", "/openrosa/formList").body
        assert client.form(filled("late")).status == 201
        found = answers_of(fresh.record, FORM, EVERYTHING)
        assert found is not None
        assert [row["submission"] for row in found.rows] == ["one", "late"]
        assert [one.what for one in uploaded.history(fresh.record, FORM)] == ["withdrawn", "released"]


class TestFacts:
    ASKED = (("type", "name", "label"), ("integer", "hb", "Haemoglobin, g/L"), ("text", "remark", "Else?"))

    def test_what_the_officer_ticked_becomes_a_fact_and_the_rest_does_not(self, fresh: World) -> None:
        release(fresh, workbook(survey=self.ASKED, form="blood"), Wishes("person", ("attendant",), ("*",), ("hb",)), {})
        fresh.send(registered(), body("blood", answers={"hb": 81, "remark": "tired"}))
        fresh.catch_up()
        assert fresh.rows("fact", "code, num", "code IN ('hb', 'remark') AND subject = ?", [MAI])[0] == ("hb", 81.0)
        story = answers_of(fresh.record, "blood", EVERYTHING, names=True)
        assert story is not None
        assert story.rows[0]["remark"] == "tired"

    def test_nothing_is_a_fact_that_nobody_ticked(self, fresh: World) -> None:
        release(fresh, workbook(survey=self.ASKED, form="blood"), Wishes("person", ("attendant",), ("*",)), {})
        fresh.send(registered(), body("blood", answers={"hb": 81}))
        fresh.catch_up()
        assert fresh.rows("fact", "code", "code = 'hb'") == []


class TestWho:
    def test_answers_are_read_inside_the_own_area_and_words_only_by_who_may_open_names(self, fresh: World) -> None:
        release(fresh)
        for id, place in (("near", VILLAGE), ("far", FAR_VILLAGE)):
            fresh.send(body(FORM, f"alone-{id}", id, place=place, answers={"head": "Uncle Sok", "district": "north"}))

        def seen(*grants: Grant, names: bool = False) -> list[tuple[str, str]] | None:
            found = answers_of(fresh.record, FORM, Scope(grants), names)
            return None if found is None else [(row["submission"], row.get("head", "")) for row in found.rows]

        assert seen(Grant("supervisor", "KH-16")) == [("near", "")]
        assert seen(Grant("supervisor", "*")) == [("near", ""), ("far", "")]
        assert seen(Grant("attendant", "KH-01")) == [("far", "")]
        assert seen(Grant("manager", "*"), names=True) == [("near", ""), ("far", "")], "managers open no names"
        assert seen(Grant("attendant", "KH-16"), names=True) == [("near", "Uncle Sok")]
        assert seen(Grant("hospital", "*")) is None
        assert seen() is None
        hidden = answers_of(fresh.record, FORM, Scope((Grant("supervisor", "*"),)))
        assert hidden is not None
        assert hidden.left_out == ("head",)

    def test_it_is_offered_where_areas_meet_and_released_by_who_holds_all_of_its_places(self, fresh: World) -> None:
        told = uploaded.look_at(fresh.record, "wells.xlsx", workbook(), {}, Wishes("place", ("attendant",), ("KH-160101",))).told
        assert told is not None
        with fresh.store.register.read() as register:
            for place, is_offered in (("KH-16010101", True), ("KH-160101", True), ("KH-16", True), ("*", True), ("KH-01", False)):
                assert offered(register, told, Scope((Grant("attendant", place),))) is is_offered
                assert concerns(register, told, Scope((Grant("manager", place),))) is is_offered
                assert not offered(register, told, Scope((Grant("midwife", place),)))
            roles = frozenset({"manager"})
            for place, may in (("*", True), ("KH-16", True), ("KH-160101", True), ("KH-16010101", False), ("KH-01", False)):
                assert may_release(register, told.places, Scope((Grant("manager", place),)), roles) is may
            assert not may_release(register, ["*"], Scope((Grant("manager", "KH-16"),)), roles)
            assert not may_release(register, [], Scope((Grant("manager", "*"),)), roles)
            assert not may_release(register, told.places, Scope((Grant("attendant", "*"),)), roles)


def path_of(address: str | None) -> str:
    """What a server sees of an address: the path, its bytes as letters of Latin-1."""
    from urllib.parse import unquote_to_bytes, urlsplit

    assert address is not None
    return unquote_to_bytes(urlsplit(address).path).decode("latin-1")


