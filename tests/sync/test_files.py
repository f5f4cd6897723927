"""Pictures of phones: they come last, in pieces, and hang on the one form that names them; nobody else's do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest

from doorstep.content.uploaded_read import Wishes
from doorstep.record.attachments import attachment, opens_form
from doorstep.record.scope import Grant, Scope
from tests.content.test_uploaded import PNG
from tests.record.cast import ATTENDANT, MAI, OTHER, VILLAGE, registered
from tests.record.test_uploaded import FORM, fresh, release
from tests.record.world import World
from tests.sync.station import MIDWIFE, Phone, Station, signed_by_the_station

__all__ = ["fresh"]
PICTURE = PNG + bytes(range(256)) * 200
NAME = f"{hashlib.sha256(PICTURE).hexdigest()}.jpg"
PIECE = 20_000


@pytest.fixture
def here(fresh: World, transactional_db: None) -> Iterator[Station]:
    station = Station(fresh)
    yield station
    station.close()


def sealed(phone: Phone, submission: str = "wells", name: str = NAME, content: bytes = PICTURE) -> bytes:
    """As a phone seals it."""
    head = json.dumps({"submission": submission, "name": name, "type": "image/jpeg"}).encode()
    recipient = pyrage.x25519.Recipient.from_str(phone.told["recipient"])
    return bytes(pyrage.encrypt(head + b"\n" + content, [recipient]))


def piece(phone: Phone, file: bytes, start: int, size: int = PIECE) -> dict[str, Any]:
    key = hashlib.sha256(file).hexdigest()
    answer = phone.post(f"files/{key}", file[start : start + size], QUERY_STRING=f"from={start}&of={len(file)}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def bring(phone: Phone, file: bytes) -> str:
    """Brings all of it; what became of it."""
    start = 0
    while True:
        told = piece(phone, file, start)
        if "outcome" in told:
            return str(told["outcome"])
        assert told["have"] > start
        start = told["have"]


def filled(phone: Phone) -> dict[str, Any]:
    return phone.made(FORM, MAI, id="wells", version="1", answers={"wells": [{"depth": "3", "picture": NAME}]})


def test_it_goes_on_where_the_line_broke_and_waits_for_its_form(here: Station) -> None:
    here.world.send(registered(id="one"))
    assert release(here.world, wishes=Wishes("person", ("attendant",), ("*",)))
    phone, other = here.phone(ATTENDANT), here.phone(OTHER)
    file = sealed(phone)
    assert piece(phone, file, 0) == {"have": PIECE}
    assert piece(phone, file, 0) == {"have": PIECE}, "the same piece twice is taken once"
    assert piece(other, file, 2 * PIECE) == {"have": PIECE}, "a piece is missing; whoever carries it is told where to go on"
    assert bring(other, file) == "awaited"
    assert "proof" not in piece(other, file, len(file)), "what only waits is not safe yet"
    assert attachment(here.world.record, "wells", NAME) is None
    phone.push(filled(phone))
    told = piece(phone, file, len(file))
    assert (told["have"], told["outcome"]) == (len(file), "kept")
    said = signed_by_the_station(other, told["proof"])
    assert said["sealed"] == [{"key": hashlib.sha256(file).hexdigest(), "outcome": "kept"}]
    assert attachment(here.world.record, "wells", NAME) == ("image/jpeg", PICTURE)
    assert bring(phone, file) == "kept", "the same once more is no news"
    data: Path = here.world.store.config.data
    assert not list((data / "arriving").iterdir())


def test_while_it_is_on_its_way_nothing_of_it_can_be_read(here: Station) -> None:
    phone = here.phone(ATTENDANT)
    file = sealed(phone)
    assert bring(phone, file) == "awaited"
    (path,) = (here.world.store.config.data / "arriving").iterdir()
    assert PICTURE[:60] not in path.read_bytes()
    assert b"wells" not in path.read_bytes()


def test_what_no_form_names_or_came_broken_is_not_kept(here: Station) -> None:
    here.world.send(registered(id="one"))
    release(here.world, wishes=Wishes("person", ("attendant",), ("*",)))
    phone = here.phone(ATTENDANT)
    phone.push(filled(phone))
    other = b"another picture"
    named = f"{hashlib.sha256(other).hexdigest()}.jpg"
    assert bring(phone, sealed(phone, name=named, content=other)) == "refused", "the form does not name it"
    assert bring(phone, sealed(phone, content=other)) == "refused", "it is not what its name says"
    stranger = pyrage.x25519.Identity.generate().to_public()
    assert bring(phone, bytes(pyrage.encrypt(b"x", [stranger]))) == "refused", "it was sealed for somebody else"
    file = bytearray(sealed(phone))
    key = hashlib.sha256(file).hexdigest()
    file[-1] ^= 1
    answer = phone.post(f"files/{key}", bytes(file), QUERY_STRING=f"from=0&of={len(file)}")
    assert answer.json == {"have": 0}, "broken on the way: it begins anew"
    assert phone.post("files/x", b"", QUERY_STRING="from=0&of=1").status == 400
    assert phone.post(f"files/{key}", b"", QUERY_STRING=f"from=0&of={10**9}").status == 413
    assert attachment(here.world.record, "wells", NAME) is None


def test_who_may_look_at_it_may_read_the_whole_form(here: Station) -> None:
    release(here.world, wishes=Wishes("person", ("attendant",), ("*",)))
    record = here.world.record
    for role, may in (("attendant", True), ("manager", True), ("midwife", False)):
        assert opens_form(record, FORM, [role], Scope((Grant(role, VILLAGE),))) is may
    assert not opens_form(record, "no such form", ["attendant"], Scope((Grant("attendant", "*"),)))
    assert here.phone(MIDWIFE).state["forms"] == []
