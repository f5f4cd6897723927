"""The page of the voices: who may open it, what it may do that no other page may, what it says when something is missing."""

from __future__ import annotations

import json
import re
from http.client import HTTPConnection

import pytest

from doorstep.sync.clips import key_of
from doorstep.sync.clips_store import Clips
from doorstep.web.headers import PERMISSIONS_POLICY
from tests.support.console import Answer, Console, Visitor
from tests.sync.test_clips import BLEEDING, KEY, spoken

BOUNDARY = "between-the-parts"


def send(visitor: Visitor, sound: bytes, **form: str) -> Answer:
    """What the page's script sends when Keep is pressed."""
    visitor.get("/voices/")
    parts = {"language": "km", "key": KEY, **form, "csrfmiddlewaretoken": visitor.cookies["csrftoken"]}
    head = "".join(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts.items())
    file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="sound"; filename="sound.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    body = head.encode() + file.encode() + sound + f"\r\n--{BOUNDARY}--\r\n".encode()
    connection = HTTPConnection("127.0.0.1", visitor.port, timeout=120)
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    headers = {"Cookie": cookies, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Accept-Language": "en"}
    connection.request("POST", "/voices/keep/", body, headers)
    answer = connection.getresponse()
    told = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode())
    connection.close()
    return told


def agree(visitor: Visitor, called: str = "Yeay Mao") -> Answer:
    return visitor.post("/voices/speaker/", language="km", called=called, agrees="yes")


@pytest.mark.parametrize("name", ["sok", "chan", "pov"])
def test_whoever_supervises_or_manages_may_record(console: Console, name: str) -> None:
    visitor = console.visitor(name)
    answer = visitor.get("/voices/")
    assert answer.status == 200
    assert answer.title.startswith("Which words have no voice yet?")
    assert BLEEDING in visitor.get("/voices/?language=km&part=antenatal").main
    assert 'href="/voices/"' in visitor.get("/").main


@pytest.mark.parametrize("name", ["dara", "mai", "neary", "rith", "nobody"])
def test_for_everybody_else_there_is_no_such_page(console: Console, name: str) -> None:
    visitor = console.visitor(name)
    for path in ("/voices/", f"/voices/sound/{'0' * 32}.ogg", "/voices/speaker/x/"):
        assert visitor.get(path).status == 404
    assert visitor.post("/voices/speaker/", language="km", called="Mao", agrees="yes").status == 404
    assert "/voices/" not in visitor.get("/").main


def test_whoever_is_not_logged_in_is_asked_who_is_there(console: Console) -> None:
    assert console.visitor().get("/voices/").headers["location"].startswith("/login/")


def test_only_this_page_may_listen_and_it_runs_no_script_of_its_own(console: Console) -> None:
    visitor = console.visitor("sok")
    page = visitor.get("/voices/")
    assert "microphone=(self)" in page.headers["permissions-policy"]
    assert "media-src 'self' blob:" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    for path in ("/", "/due/", "/about/"):
        other = visitor.get(path)
        assert other.headers["permissions-policy"] == PERMISSIONS_POLICY, path
        assert "microphone=()" in other.headers["permissions-policy"]
        assert "media-src" not in other.headers["content-security-policy"]


def test_nothing_is_recorded_before_somebody_agreed(console: Console) -> None:
    visitor = console.visitor("sok")
    answer = send(visitor, spoken())
    assert (answer.status, json.loads(answer.text)["says"][:22]) == (400, "Nobody has agreed to b")
    assert visitor.post("/voices/speaker/", language="km", called="Mao").headers["location"].endswith("needs=speaker")
    assert visitor.post("/voices/speaker/", language="km", called=" ", agrees="yes").headers["location"].endswith("needs=speaker")
    assert "Nothing was kept yet." in visitor.get("/voices/?needs=speaker").main
    assert send(visitor, spoken()).status == 400


def test_a_recording_is_kept_heard_taken_away_and_put_back(console: Console) -> None:
    visitor = console.visitor("sok")
    assert agree(visitor).headers["location"] == "/voices/?language=km"
    told = json.loads(send(visitor, spoken()).text)
    assert told["speaker"] == "Yeay Mao"
    assert told["counts"]["recorded"] >= 1
    for ending, begins in (("ogg", b"OggS"), ("mp3", b"")):
        connection = HTTPConnection("127.0.0.1", visitor.port, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        connection.request("GET", f"/voices/sound/{told['sound']}.{ending}", headers={"Cookie": cookies})
        answer = connection.getresponse()
        assert answer.status == 200
        assert "no-store" in str(answer.getheader("Cache-Control"))
        assert answer.read().startswith(begins)
    row = visitor.get("/voices/?language=km&show=recorded&part=antenatal").main
    assert "Recorded" in row
    assert "Yeay Mao" in row
    visitor.post("/voices/take/", language="km", key=KEY)
    assert ("km", KEY) not in Clips(console.data).state().clips
    assert "1 earlier one" in visitor.get("/voices/?language=km&part=antenatal").main
    visitor.post("/voices/again/", language="km", key=KEY, sound=told["sound"])
    assert Clips(console.data).state().clips["km", KEY].hash == told["sound"]
    assert visitor.post("/voices/speaker/leave/", language="km").status == 302
    assert send(visitor, spoken()).status == 400


@pytest.mark.parametrize(
    ("sound", "form", "says"),
    [
        (b"not a sound", {}, "could not be read"), (spoken(0, quiet=1), {}, "Nothing was heard"),
        (spoken(31, rate=8000), {}, "longer than half a minute"), (spoken(), {"key": "0" * 32}, "have changed"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_with_what_to_do(console: Console, sound: bytes, form: dict[str, str], says: str) -> None:
    visitor = console.visitor("chan")
    agree(visitor, "Sary")
    before = len(Clips(console.data).state().hashes())
    answer = send(visitor, sound, **form)
    assert answer.status == 400
    assert says in json.loads(answer.text)["says"]
    assert "Nothing was kept" in json.loads(answer.text)["says"]
    assert len(Clips(console.data).state().hashes()) == before


def test_a_language_without_letters_is_added_and_its_words_are_those_that_are_read(console: Console) -> None:
    visitor = console.visitor("pov")
    answer = visitor.post("/voices/language/", code="jra", name="Jarai", source="km")
    assert answer.headers["location"] == "/voices/?language=jra"
    page = visitor.get("/voices/?language=jra&part=antenatal").main
    assert "Jarai" in page
    assert BLEEDING in page
    agree(visitor, "Ksor")
    told = json.loads(send(visitor, spoken(tone=330), language="jra").text)
    assert Clips(console.data).state().clips["jra", key_of("km", BLEEDING)].hash == told["sound"]
    assert visitor.post("/voices/language/", code="no such code", name="x", source="km").headers["location"].endswith("needs=language")
    assert visitor.get("/voices/?language=fr").status == 404


def test_who_takes_the_voice_back_is_told_what_is_deleted_and_then_it_is(console: Console) -> None:
    visitor = console.visitor("sok")
    agree(visitor, "Chanthou")
    told = json.loads(send(visitor, spoken(tone=440)).text)
    speaker = next(one.id for one in Clips(console.data).state().speakers.values() if one.called == "Chanthou")
    asked = visitor.get(f"/voices/speaker/{speaker}/")
    assert "1 recording of <strong>Chanthou</strong>" in asked.main
    done = visitor.post(f"/voices/speaker/{speaker}/")
    assert "1 recording was deleted" in done.main
    assert visitor.get(f"/voices/sound/{told['sound']}.ogg").status == 404
    assert visitor.get(f"/voices/speaker/{speaker}/").status == 404
    assert "Chanthou" not in visitor.get("/voices/").main
    assert send(visitor, spoken()).status == 400, "and nobody speaks in this session any more"
