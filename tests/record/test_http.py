"""Submissions over HTTP: JSON in its shapes, OpenRosa as Collect speaks it, and everything that strangers may send."""

from __future__ import annotations

import base64
import gzip
import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest

from doorstep.record.background import Background
from doorstep.record.http import MOST, IntakeApp
from doorstep.record.parquet import export
from doorstep.record.prepare import item_of
from doorstep.record.writer import Writer
from tests.record.cast import ATTENDANT, FAR_VILLAGE, MAI, OTHER, SOK, VILLAGE, Area, body
from tests.record.world import NOW, World

TOKENS = {"token-of-attendant": ATTENDANT, "token-of-other": OTHER}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(one["outcome"], one.get("reason", "")) for one in self.json["outcomes"]]

    @property
    def message(self) -> str:
        return ElementTree.fromstring(self.body)[0].text or ""


class Client:
    """Speaks WSGI to the intake, as the server does."""

    def __init__(self, world: World) -> None:
        self.areas = Area({ATTENDANT: {VILLAGE}, OTHER: {FAR_VILLAGE}})
        self.writer = Writer(world.store, lambda: world.record.shelf, self.areas)
        self.app = IntakeApp(
            world.record, self.writer, self.areas, TOKENS.get, lambda author: VILLAGE if author == ATTENDANT else "",
            lambda who, id: who == ATTENDANT,
        )  # fmt: skip

    def request(
        self, method: str, path: str, content: bytes = b"", token: str = "token-of-attendant", **environ: str
    ) -> Answer:
        told: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            told.update(status=int(status.split()[0]), headers={key.lower(): value for key, value in headers})

        asked = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": io.BytesIO(content), "wsgi.url_scheme": "http",
            "CONTENT_LENGTH": str(len(content)), "HTTP_HOST": "station.example:8000", **environ,
        }  # fmt: skip
        if token:
            asked.setdefault("HTTP_AUTHORIZATION", f"Bearer {token}")
        answer = b"".join(self.app(asked, start_response))
        return Answer(told["status"], told["headers"], answer)

    def post(self, content: Any, **environ: str) -> Answer:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.request("POST", "/api/v1/submissions", raw, **environ)

    def form(self, xml: str, files: dict[str, bytes] | None = None, token: str = "token-of-attendant") -> Answer:
        boundary = "----collect7"
        parts = [("xml_submission_file", "submission.xml", xml.encode()), *((n, n, c) for n, c in (files or {}).items())]
        content = b"".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
            f"Content-Type: text/xml\r\n\r\n".encode() + inside + b"\r\n"
            for name, file, inside in parts
        ) + f"--{boundary}--\r\n".encode()  # fmt: skip
        return self.request(
            "POST", "/openrosa/submission", content, token, CONTENT_TYPE=f"multipart/form-data; boundary={boundary}"
        )


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    client = Client(world)
    yield client
    client.writer.close()


ACCEPTED = ("accepted", "")


class TestJson:
    def test_one_a_list_lines_and_a_batch_with_its_senders_clock(self, client: Client) -> None:
        assert client.post(body()).outcomes == [ACCEPTED]
        assert client.post([body(), body()]).outcomes == [ACCEPTED] * 2
        lines = b"\n".join(json.dumps(body()).encode() for _ in range(3)) + b"\n\n"
        assert client.post(lines).outcomes == [ACCEPTED] * 3
        batch = {"sent_at": "2026-03-01T09:00:00+07:00", "submissions": [body(), body()]}
        answer = client.post(batch)
        assert answer.outcomes == [ACCEPTED] * 2
        assert answer.json["counts"] == {"accepted": 2}

    def test_packed_with_gzip(self, client: Client) -> None:
        assert client.post(gzip.compress(json.dumps([body()]).encode()), HTTP_CONTENT_ENCODING="gzip").outcomes == [ACCEPTED]

    def test_a_bad_line_does_not_keep_its_neighbours_out(self, client: Client) -> None:
        lines = b"\n".join([json.dumps(body()).encode(), b"{broken", json.dumps(body()).encode()])
        answer = client.post(lines)
        assert answer.outcomes == [ACCEPTED, ("refused", "bad_json"), ACCEPTED]
        refused = answer.json["outcomes"][1]
        assert "line 2" in refused["detail"]
        assert refused["safe"] == "Nothing of it was stored: keep your copy."

    def test_what_is_held_says_so_and_what_happens_next(self, client: Client) -> None:
        held = client.post(body(place=FAR_VILLAGE)).json["outcomes"][0]
        assert (held["outcome"], held["reason"]) == ("held", "place_outside_area")
        assert held["happened"]
        assert "until a person decides" in held["safe"]

    def test_the_author_is_the_sender_when_nobody_is_named(self, client: Client, world: World) -> None:
        sent = body()
        del sent["author"]
        assert client.post(sent).outcomes == [ACCEPTED]
        assert world.rows("submission", "author, sender") == [(ATTENDANT, ATTENDANT)]

    def test_received_at_in_a_body_is_not_believed_over_http(self, client: Client, world: World) -> None:
        client.post({**body(), "received_at": "2020-01-01T00:00:00Z"})
        assert world.rows("submission", "received_at")[0][0] > 1_700_000_000_000

    def test_what_became_of_a_submission_can_be_asked_by_who_may_know(self, client: Client) -> None:
        client.post([body(id="one"), body(id="two", place=FAR_VILLAGE)])
        assert client.request("GET", "/api/v1/submissions/one").json["outcome"] == "accepted"
        assert client.request("GET", "/api/v1/submissions/two").json["reason"] == "place_outside_area"
        missing = client.request("GET", "/api/v1/submissions/three")
        forbidden = client.request("GET", "/api/v1/submissions/one", token="token-of-other")
        assert (missing.status, missing.body) == (forbidden.status, forbidden.body)
        assert missing.status == 404

    def test_nobody_gets_in_without_a_token(self, client: Client, world: World) -> None:
        for environ in (
            {"HTTP_AUTHORIZATION": ""}, {"HTTP_AUTHORIZATION": "Bearer wrong"}, {"HTTP_AUTHORIZATION": "Basic !!!"},
            {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(b"somebody:token-of-attendant").decode()},
        ):  # fmt: skip
            answer = client.post(body(), **environ)
            assert answer.status == 401
            assert answer.headers["www-authenticate"].startswith("Basic")
            assert set(answer.json) == {"happened", "safe", "next"}
        assert world.rows("submission") == []

    def test_status_says_what_is_in_force(self, client: Client, world: World) -> None:
        told = client.request("GET", "/api/v1/status").json
        assert told["programmes"] == ["small"]
        assert told["generation"] == world.store.generation
        assert client.request("GET", "/api/v1/submissions").status == 405
        assert client.request("GET", "/api/v1/nothing").status == 404

    def test_an_empty_request_is_an_empty_answer(self, client: Client) -> None:
        assert client.post(b"[]").outcomes == []
        assert client.post(b"").outcomes == [("refused", "bad_json")]


class TestStrangers:
    def test_fifty_megabytes_are_refused_by_name(self, client: Client, world: World) -> None:
        answer = client.post(b'{"answers": "' + b"x" * 50_000_000 + b'"}')
        assert (answer.status, answer.outcomes) == (413, [("refused", "too_big")])
        assert world.rows("submission") == world.rows("aside") == []

    def test_one_of_thirty_megabytes_is_refused_and_its_neighbour_is_taken_in(self, client: Client) -> None:
        big = json.dumps(body(answers={"remark": "x" * 30_000_000})).encode()
        assert client.post(big + b"\n" + json.dumps(body()).encode()).outcomes == [("refused", "too_big"), ACCEPTED]

    def test_a_small_file_that_unpacks_to_a_mountain_is_not_unpacked(self, client: Client) -> None:
        bomb = gzip.compress(b" " * (MOST * 8))
        assert len(bomb) < 400_000
        answer = client.post(bomb, HTTP_CONTENT_ENCODING="gzip")
        assert (answer.status, answer.outcomes) == (413, [("refused", "too_big")])

    @pytest.mark.parametrize("packed", [b"not gzip at all", gzip.compress(b"[]" * 5000, mtime=0)[:-9]], ids=["plain", "cut"])
    def test_what_does_not_unpack_is_refused_by_name(self, client: Client, packed: bytes) -> None:
        assert client.post(packed, HTTP_CONTENT_ENCODING="gzip").outcomes == [("refused", "bad_json")]

    def test_an_erasure_is_noted_and_leaves_the_exports(self, client: Client, world: World, tmp_path: Path) -> None:
        noted: list[tuple[str, str]] = []
        client.app.erased = lambda author, subject: noted.append((author, subject))
        client.areas.areas = {**client.areas.areas, "administrator": {VILLAGE}}
        client.app.sender_of = {"token-of-attendant": "administrator"}.get
        world.send(body(answers={"hb": 80}), body(subject=SOK, answers={"hb": 90}))
        export(world.record, tmp_path / "export")
        background = Background(world.record)
        client.writer.after = background.wake
        erase = body(id="e", kind="erase", form="", author="administrator")
        assert client.post([erase]).outcomes == [ACCEPTED]
        client.post([erase])
        assert noted == [("administrator", MAI)], "once"

        def left() -> set[float]:
            facts = pq.read_table(tmp_path / "export" / "fact.parquet").to_pylist()
            return {row["num"] for row in facts if row["code"] == "hb"}

        until = time.monotonic() + 60
        while len(left()) > 1 and time.monotonic() < until:
            time.sleep(0.1)
        background.close()
        assert left() == {90.0}

    def test_several_packings_one_after_another_are_one_request(self, client: Client) -> None:
        lines = [json.dumps(body(answers={"remark": "x" * 9000})).encode() + b"\n" for _ in range(3)]
        packed = b"".join(gzip.compress(line) for line in lines)
        assert client.post(packed, HTTP_CONTENT_ENCODING="gzip").outcomes == [ACCEPTED] * 3
        assert client.post(packed[:-9], HTTP_CONTENT_ENCODING="gzip").outcomes == [("refused", "bad_json")]
        assert client.post(packed + b"and more", HTTP_CONTENT_ENCODING="gzip").outcomes == [("refused", "bad_json")]
        mountains = gzip.compress(b" " * (MOST // 2 + 1)) * 2
        assert client.post(mountains, HTTP_CONTENT_ENCODING="gzip").status == 413

    def test_another_packing_is_refused_by_name(self, client: Client) -> None:
        assert client.post(b"{}", HTTP_CONTENT_ENCODING="br").outcomes == [("refused", "bad_json")]

    def test_nesting_without_end(self, client: Client) -> None:
        assert client.post(b"[" * 200_000).outcomes == [("refused", "too_deep")]

    def test_no_answer_of_ours_repeats_an_answer_of_theirs(self, client: Client) -> None:
        wrong = body(answers={"remark": "Nang Keo"}, made_at="Nang Keo", subject={"Nang Keo": 1})
        for sent in (wrong, {**body(), "kind": "Nang Keo"}, {**body(), "hlc": "Nang Keo"}):
            assert b"Nang Keo" not in client.post(sent).body


XML = """<data id="visit" version="1" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">
<start>2026-03-01T08:00:00.000+07:00</start><end>2026-03-01T08:30:00.000+07:00</end><subject>mai</subject>
<visit_day>2026-03-01</visit_day><hb>81.5</hb><hiv_test>negative</hiv_test>{more}
<orx:meta><orx:instanceID>uuid:{id}</orx:instanceID>{meta}</orx:meta></data>"""
REGISTER = """<data id="register" version="1" xmlns:orx="http://openrosa.org/xforms"
 xmlns:entities="http://www.opendatakit.org/xforms/entities"><called>Nang Keo</called><lmp_told>2026-01-05</lmp_told>
<orx:meta><orx:instanceID>uuid:{id}</orx:instanceID>
<entities:entity dataset="person" id="{person}" create="1"><entities:label>Nang Keo</entities:label></entities:entity></orx:meta></data>"""


def visit(id: str, more: str = "", meta: str = "") -> str:
    return XML.format(id=id, more=more, meta=meta)


class TestCollect:
    def test_it_is_asked_who_it_is_then_lists_and_fetches_forms(self, client: Client) -> None:
        asked = client.request("HEAD", "/openrosa/submission", token="")
        assert asked.status == 401
        assert asked.headers["x-openrosa-version"] == "1.0"
        basic = "Basic " + base64.b64encode(f"{ATTENDANT}:token-of-attendant".encode()).decode()
        head = client.request("HEAD", "/openrosa/submission", HTTP_AUTHORIZATION=basic)
        assert head.status == 204
        assert head.headers["location"] == "http://station.example:8000/openrosa/submission"
        assert int(head.headers["x-openrosa-accept-content-length"]) > 1_000_000
        listed = client.request("GET", "/openrosa/formList", HTTP_AUTHORIZATION=basic)
        space = "{http://openrosa.org/xforms/xformsList}"
        forms = {form.findtext(f"{space}formID"): form for form in ElementTree.fromstring(listed.body)}
        assert set(forms) == {"register", "visit", "birth", "look", "rename"}
        address = forms["visit"].findtext(f"{space}downloadUrl") or ""
        xform = client.request("GET", address.removeprefix("http://station.example:8000"), HTTP_AUTHORIZATION=basic)
        assert b"<h:html" in xform.body
        assert client.request("GET", "/openrosa/forms/none.xml").status == 404

    def test_a_form_arrives_with_numbers_read_as_numbers(self, client: Client, world: World) -> None:
        assert client.form(visit("a1")).status == 201
        world.catch_up()
        assert world.rows("fact", "code, num, txt", "code IN ('hb', 'hiv_test')") == [
            ("hb", 81.5, None), ("hiv_test", None, "negative"),
        ]  # fmt: skip
        assert world.rows("submission", "id, subject, author, place") == [("a1", MAI, ATTENDANT, VILLAGE)]

    def test_a_new_person_has_the_id_that_collect_gave_her(self, client: Client, world: World) -> None:
        assert client.form(REGISTER.format(id="a1", person="11111111-2222-4333-8444-555555555555")).status == 201
        world.catch_up()
        assert world.rows("subject", "subject, kind") == [("11111111-2222-4333-8444-555555555555", "person")]

    def test_sent_again_it_is_the_same_thing(self, client: Client, world: World) -> None:
        for _ in range(2):
            assert client.form(visit("a1")).status == 201
            assert client.form(REGISTER.format(id="a2", person="sok")).status == 201, "without a time of its own too"
        assert len(world.rows("submission")) == 2

    def test_an_edited_form_is_a_correction(self, client: Client, world: World) -> None:
        client.form(visit("a1"))
        edited = visit("a2", meta="<orx:deprecatedID>uuid:a1</orx:deprecatedID>").replace("81.5", "99")
        assert client.form(edited).status == 201
        world.catch_up()
        assert world.rows("fact", "num", "code = 'hb'") == [(99.0,)]

    def test_pictures_come_along_and_the_rest_of_them_later(self, client: Client, world: World) -> None:
        client.form(visit("a1"), {"one.jpg": b"\xff\xd8 a face \x00\r\n--x"})
        client.form(visit("a1"), {"two.jpg": b"\xff\xd8 another"})
        assert world.rows("attachment", "name, size") == [("one.jpg", 16), ("two.jpg", 10)]
        from doorstep.record.attachments import attachment

        assert attachment(world.record, "a1", "one.jpg") == ("text/xml", b"\xff\xd8 a face \x00\r\n--x")
        assert all(b"a face" not in bytes(row[0]) for row in world.rows("attachment", "sealed"))

    def test_what_is_held_has_arrived_and_collect_may_delete_its_copy(self, client: Client) -> None:
        answer = client.form(visit("a1", more=f"<place>{FAR_VILLAGE}</place>"))
        assert answer.status == 201
        assert "until a person decides" in answer.message

    def test_pictures_of_what_is_held_wait_with_it_however_they_come(self, client: Client, world: World) -> None:
        from doorstep.record import held
        from doorstep.record.attachments import attachment

        far = visit("a1", more=f"<place>{FAR_VILLAGE}</place>")
        for name in ("one.jpg", "two.jpg", "three.jpg"):
            assert client.form(far, {name: name.encode()}).status == 201
        [aside] = held.kept_aside(world.record)
        assert held.release(world.record, aside.n, "supervisor").outcome == "accepted"
        assert client.form(far, {"four.jpg": b"four.jpg"}).status == 201
        for name in ("one.jpg", "two.jpg", "three.jpg", "four.jpg"):
            assert attachment(world.record, "a1", name) == ("text/xml", name.encode())

    @pytest.mark.parametrize("place", [VILLAGE, FAR_VILLAGE])
    def test_a_form_and_the_rest_of_its_pictures_in_one_breath(self, client: Client, world: World, place: str) -> None:
        from doorstep.record import held

        sent = body(id="a1", place=place)
        files = [{"one.jpg": ("image/jpeg", b"1")}, {"one.jpg": ("image/jpeg", b"1"), "two.jpg": ("image/jpeg", b"2")}]
        items = [replace(item_of(sent, client.areas, NOW, sender=ATTENDANT), attachments=some) for some in files]
        world.submit(items, client.areas)
        for aside in held.kept_aside(world.record):
            held.release(world.record, aside.n, "supervisor")
        assert world.rows("attachment", "name, size") == [("one.jpg", 1), ("two.jpg", 1)]

    @pytest.mark.parametrize(("xml", "status"), [
        ("<data", 400),
        ("<data/>", 400),
        ('<data id="visit"><hb>1</hb></data>', 400),
        (visit("a1").replace("<subject>mai</subject>", ""), 400),
        ('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><data id="visit">&b;</data>', 400),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><data id="visit">&e;</data>', 400),
        ("<a>" * 5000 + "</a>" * 5000, 400),
        ('<data id="visit">' + "<x/>" * 200_000 + "</data>", 413),
        ('<data id="visit"><x>' + "y" * 6_000_000 + "</x></data>", 413),
        ("\x00\x01\x02", 400),
    ])  # fmt: skip
    def test_a_hostile_form_is_refused_with_a_sentence(self, client: Client, world: World, xml: str, status: int) -> None:
        answer = client.form(xml)
        assert answer.status == status
        assert len(answer.message.split()) > 5
        assert b"root:" not in answer.body
        assert world.rows("submission") == []

    def test_a_request_that_is_no_form_at_all(self, client: Client) -> None:
        for kind in ("", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x"):
            answer = client.request("POST", "/openrosa/submission", b"hello", CONTENT_TYPE=kind)
            assert answer.status == 400
            assert answer.message

    def test_too_many_files_are_refused(self, client: Client) -> None:
        assert client.form(visit("a1"), {f"{n}.jpg": b"x" for n in range(80)}).status == 413
