"""A form that somebody uploaded, on its way to phones: in their pack with its pictures, offered to whom it is for."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from doorstep.content.uploaded_read import Wishes
from tests.content.test_uploaded import PNG
from tests.record.cast import ATTENDANT, FAR_VILLAGE, OTHER, VILLAGE, registered
from tests.record.test_uploaded import FORM, fresh, release
from tests.record.world import World
from tests.sync.station import MIDWIFE, Station

__all__ = ["fresh"]


@pytest.fixture
def here(fresh: World, transactional_db: None) -> Iterator[Station]:
    station = Station(fresh)
    yield station
    station.close()


def test_it_is_in_the_pack_with_its_pictures_and_offered_to_whom_it_is_for(here: Station) -> None:
    near, far, midwife = here.phone(ATTENDANT), here.phone(OTHER), here.phone(MIDWIFE)
    before = near.state
    assert before["forms"] == []
    assert release(here.world, wishes=Wishes("place", ("attendant",), (VILLAGE,)))
    assert near.state["forms"] == [FORM]
    assert far.state["forms"] == [], "it is for another place"
    assert midwife.state["forms"] == [], "and for another role"
    pack = near.pack()
    form = next(one for one in pack["forms"] if one["id"] == FORM)
    assert form["media"] == {"well.png": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"}
    assert form["uploaded"] == {"subject": "place", "roles": ["attendant"], "places": [VILLAGE]}
    assert {"head", "depth", "boiled"} <= {question["path"][-1] for question in form["model"]["questions"]}
    assert near.state["pack"] != before["pack"]


def test_it_opens_nothing_of_anybody(here: Station) -> None:
    phone = here.phone(ATTENDANT)
    here.world.send(registered(id="one"), registered(id="two", subject="far", answers={"residence": FAR_VILLAGE}))
    before, opened = phone.state, phone.snapshot()
    assert release(here.world)
    assert (phone.state["opens"], phone.state["scope"]) == (before["opens"], before["scope"])
    assert phone.snapshot().tables["opened"] == opened.tables["opened"]
