"""A form that somebody uploaded, on its way to phones: in their pack with its pictures, offered to whom it is for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from doorstep.content.uploaded_read import Wishes
from tests.content.test_uploaded import PNG
from tests.record.cast import ATTENDANT, FAR_VILLAGE, MAI, OTHER, VILLAGE, registered
from tests.record.test_uploaded import FORM, fresh, release
from tests.record.world import World
from tests.sync.station import MIDWIFE, Station

__all__ = ["fresh"]


@pytest.fixture
def here(fresh: World, transactional_db: None) -> Iterator[Station]:
    station = Station(fresh)
    yield station
    station.close()


def test_it_is_offered_to_whom_it_is_for_and_costs_nobody_a_new_pack_or_snapshot(here: Station) -> None:
    near, far, midwife = here.phone(ATTENDANT), here.phone(OTHER), here.phone(MIDWIFE)
    before, cursor = near.state, near.snapshot().cursor
    assert before["forms"] == []
    assert release(here.world, wishes=Wishes("place", ("attendant",), (VILLAGE,)))
    (offer,) = near.state["forms"]
    assert (offer["id"], offer["version"]) == (FORM, "1")
    assert far.state["forms"] == [], "it is for another place"
    assert midwife.state["forms"] == [], "and for another role"
    assert near.state["pack"] == before["pack"]
    assert not near.pull(cursor)["fresh"]
    assert FORM not in {one["id"] for one in near.pack()["forms"]}
    form = near.get(f"form/{offer['hash']}").json
    assert form["uploaded"] == {"subject": "place", "roles": ["attendant"], "places": [VILLAGE]}
    assert {"head", "depth", "boiled"} <= {question["path"][-1] for question in form["model"]["questions"]}
    (picture,) = form["media"]
    assert (picture["name"], picture["type"]) == ("well.png", "image/png")
    assert near.get(f"medium/{picture['digest']}").body == PNG
    assert near.get("form/0").status == near.get("medium/0").status == 404


def test_a_filled_form_is_in_her_story_though_none_of_its_answers_is_a_fact(here: Station) -> None:
    near, far, midwife = here.phone(ATTENDANT), here.phone(OTHER), here.phone(MIDWIFE)
    here.world.send(registered(id="one"))
    assert release(here.world, wishes=Wishes("person", ("attendant",), ("*",)))
    cursor = near.snapshot().cursor
    sent = near.made(FORM, MAI, id="wells", version="1", answers={"district": "north"})
    assert near.push(sent)[0]["outcome"] == "accepted"
    here.world.catch_up()
    pulled = near.pull(cursor)
    (bundle,) = pulled["bundles"]
    assert bundle["subject"] == MAI
    assert ["wells", MAI] in bundle["rows"]["speaks_of"]
    assert "wells" in {row[0] for row in bundle["rows"]["sub"]}
    assert "wells" not in str(bundle["rows"]["answer"])
    held = near.snapshot()
    assert ("wells", MAI) in held.of("speaks_of", "submission", "subject")
    assert ("wells",) in held.of("sub", "submission")
    assert ("wells",) not in midwife.snapshot().of("sub", "submission"), "she may not read its answers"
    assert ("wells",) not in far.snapshot().of("sub", "submission")


def test_it_opens_nothing_of_anybody(here: Station) -> None:
    phone = here.phone(ATTENDANT)
    here.world.send(registered(id="one"), registered(id="two", subject="far", answers={"residence": FAR_VILLAGE}))
    before, opened = phone.state, phone.snapshot()
    assert release(here.world)
    assert (phone.state["opens"], phone.state["scope"]) == (before["opens"], before["scope"])
    assert phone.snapshot().tables["opened"] == opened.tables["opened"]
