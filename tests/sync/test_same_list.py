"""The phone's list is the server's, for that role and area: every worked case, and simulated people of a village.

The phone here is plain SQLite with the pack's own statements and the rows that were sent; the app's register is the same.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import pytest

from doorstep.content.dates import day_number
from doorstep.content.model import Programme
from doorstep.pathways.worlds import day_of, second_of, zone_of
from doorstep.record.lists import STATUSES, Question, due, of_subjects, today
from doorstep.record.places import Places, load
from doorstep.record.places.model import FIRST_DAY
from doorstep.record.scope import Grant, Scope
from doorstep.record.store import Config
from doorstep.simulation.stream import simulate
from tests.record.world import World
from tests.support.pages import ROOT, maternal
from tests.sync.held import DERIVED, LISTED, Held, Register, Rows
from tests.sync.months import busiest, same_months

VILLAGE = "KH-16050201"
ROLES = ("attendant", "mediator", "midwife", "hospital", "social_worker", "supervisor", "manager")
UNTIL = day_number("2026-06-30")
EPOCH = 719_163
LATER = 1_950_000_000_000
"""Milliseconds UTC, in 2031: after every day that a case knows."""


@pytest.fixture(scope="module")
def atlas() -> Places:
    return Places.load()


@pytest.fixture(scope="module")
def maternal_world(config: Config, atlas: Places) -> Iterator[World]:
    """The maternal programme in force, and the places of Ratanakiri."""
    world = World(config, ROOT / "programmes")
    with world.store.register.write() as register:
        load(register, atlas, ["KH-16"])
    yield world
    world.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On both databases: what a phone gets must not depend on the server's."""
    if "maternal_world" in metafunc.fixturenames:
        metafunc.parametrize("config", ("sqlite", "postgres"), indirect=True, scope="module")


def village_of(world: World) -> World:
    """An empty record, with its places still there."""
    with world.store.register.read() as register:
        kept = {table: register.rows(f"SELECT * FROM {table}") for table in ("place_unit", "place_link", "place_closure")}
    world.empty()
    assert kept["place_unit"], "the places are not part of what is emptied"
    return world


def cases(programme: Programme) -> Iterator[dict[str, Any]]:
    """Every worked case as submissions about people of their own."""
    for number, case in enumerate(programme.cases):
        zone = zone_of(case)
        ids = {str(event["id"]): f"c{number}-{i}" for i, event in enumerate(case.events) if "id" in event}
        for i, event in enumerate(case.events):
            if "at" in event:
                made = datetime.fromtimestamp(second_of(event["at"], zone), zone).isoformat()
            else:
                made = f"{date.fromordinal(day_of(event['day']) + EPOCH)}T09:00:00{str(zone)[3:]}"
            sent = {
                "id": f"c{number}-{i}", "form": event["form"], "subject": f"c{number}-{event.get('subject', case.subject)}",
                "author": "case", "place": VILLAGE, "made_at": made, "hlc": 1_000 + i, "answers": own(event.get("answers"), number),
            }  # fmt: skip
            if "corrects" in event:
                sent |= {"kind": "correction", "replaces": ids[str(event["corrects"])]}
            yield sent


def own(answers: Any, number: int) -> Any:
    """The same answers about babies of their own."""
    if isinstance(answers, Mapping):
        return {key: f"c{number}-{value}" if key == "baby_id" else own(value, number) for key, value in answers.items()}
    return [own(one, number) for one in answers] if isinstance(answers, list) else answers


def scope_of(role: str, place: str = VILLAGE) -> Scope:
    return Scope((Grant(role, place),))


def snapshot_of(world: World, scope: Scope) -> Held:
    from doorstep.sync.snapshot import snapshot
    from tests.sync.held import open_snapshot

    return open_snapshot(snapshot(world.record, holding(world, scope), "pack"))


def holding(world: World, scope: Scope) -> Any:
    from doorstep.accounts.access import Viewer
    from doorstep.sync.holding import Holding

    return Holding.of(Viewer("somebody", scope), world.record.rules.pack.programmes)


def pack_of(world: World) -> Any:
    from doorstep.sync.pack import phone_pack

    return phone_pack(world.record).told


def server_rows(rows: list[Any]) -> Rows:
    return [tuple(row[column] for column in LISTED) for row in rows]


def assert_same(ours: Rows, theirs: Rows, about: str) -> None:
    """ours: the server's. In any order."""
    of_ours, of_theirs = Counter(ours), Counter(theirs)
    if of_ours != of_theirs:
        lacking, extra = of_ours - of_theirs, of_theirs - of_ours
        pytest.fail(f"{about}: the phone lacks {list(lacking)[:3]} and has besides {list(extra)[:3]}")


_worked_out: dict[str, tuple[Any, Any, Register]] = {}


def worked_out(pack: Any, held: Held, about: str) -> Register:
    """What a phone works out by itself from what was sent. What both databases sent alike is worked out once."""
    sent = {table: Counter(rows) for table, rows in held.tables.items() if table not in DERIVED}
    known = _worked_out.get(about)
    if known is None or known[:2] != (pack, sent):
        anew = Register(pack).fill(held, derived=False)
        anew.work_out()
        known = _worked_out[about] = pack, sent, anew
    return known[2]


def compare(world: World, scope: Scope, phone: Register, days: list[int]) -> int:
    """How many rows were compared: today's list of the area, and on each of the days that of everybody who is here."""
    count = 0
    noon = today() * 86_400 + 43_200
    listed = due(world.record, Question(VILLAGE, today(), statuses=STATUSES, second=noon), scope)
    assert_same(server_rows(listed), phone.list_on(today(), noon), "today")
    people = [row[0] for row in phone.rows("subject")]
    for day in days:
        second = day * 86_400 + 43_200
        ours = server_rows(of_subjects(world.record, people, day, second, scope))
        assert_same(ours, phone.list_on(day, second), f"day {day}")
        count += len(ours)
    return count


def test_every_worked_case_gives_the_same_list_in_every_role(maternal_world: World) -> None:
    world, programme = village_of(maternal_world), maternal()
    sent = list(cases(programme))
    receipts = world.send(*sent, received=LATER)
    assert {(one.outcome, one.reason) for one in receipts} == {("accepted", "")}
    pack = pack_of(world.catch_up())
    days = [*(row[0] for row in world.rows("fact", "DISTINCT day")[::30]), today()]
    assert len(days) > 3
    months = busiest(world, 6)
    for role in ROLES:
        scope = scope_of(role)
        held = snapshot_of(world, scope)
        kept, anew = Register(pack).fill(held), worked_out(pack, held, f"the worked cases, {role}")
        for table in ("fact", "relation", "attribute", "subject", "step"):
            assert_same(kept.rows(table), anew.rows(table), f"{role}: {table} as sent and as worked out there")
        count = compare(world, scope, kept, days)
        assert count > 1000 or role == "manager"
        figures = same_months(world, holding(world, scope), kept, months)
        assert figures["figures"] > 100 or role == "manager"
        assert bool(figures["syphilis_tested"]) == (role in ("mediator", "midwife", "hospital"))
        assert bool(figures["hiv_tested"]) == (role in ("midwife", "hospital"))


@pytest.fixture(scope="module")
def story(atlas: Places) -> list[dict[str, Any]]:
    """Three years of a village of 600, as the server received them."""
    return list(simulate(maternal(), atlas, VILLAGE, 600, "phones", UNTIL))


def test_five_hundred_simulated_people_give_the_same_list_in_every_role(maternal_world: World, atlas: Places) -> None:
    from doorstep.cli.submit import take_in

    world = village_of(maternal_world)
    take_in(world.record, simulate(maternal(), atlas, VILLAGE, 3600, "five hundred", UNTIL))
    world.catch_up()
    pack, days = pack_of(world), [UNTIL - 700, UNTIL - 250, UNTIL - 40, UNTIL, UNTIL + 20]
    for role in ("attendant", "mediator", "midwife", "supervisor"):
        scope = scope_of(role)
        held = snapshot_of(world, scope)
        assert len(held.tables["subject"]) >= 500
        anew = worked_out(pack, held, f"five hundred, {role}")
        assert_same(Register(pack).fill(held).rows("step"), anew.rows("step"), f"{role}: as sent, and as worked out there")
        assert compare(world, scope, anew, days) > 10_000
        figures = same_months(world, holding(world, scope), anew, busiest(world, 3))
        assert figures["figures"] > 50
        assert figures["work"] > 50


@pytest.mark.parametrize("role", ["attendant", "midwife"])
def test_simulated_people_give_the_same_list_from_the_snapshot_and_from_bundles(
    maternal_world: World, story: list[dict[str, Any]], role: str
) -> None:
    """What came after the snapshot comes in small pulls, some of them twice; the lists are the same on many days."""
    from doorstep.cli.submit import take_in
    from doorstep.sync.cursor import Cursor
    from doorstep.sync.pull import pull

    world, scope, chance = village_of(maternal_world), scope_of(role), random.Random(role)
    early, pack = len(story) * 2 // 3, pack_of(world)
    take_in(world.record, iter(story[:early]))
    world.catch_up()
    held = snapshot_of(world, scope)
    phone, cursor = Register(pack).fill(held), held.cursor
    take_in(world.record, iter(story[early:]))
    mine = holding(world, scope)
    while True:
        pulled = pull(world.record, mine, "pack", Cursor.read(cursor), 7)
        assert not pulled["fresh"]
        phone.take(pulled)
        if chance.random() < 0.3:  # the answer came, and its receipt was lost
            phone.take(pull(world.record, mine, "pack", Cursor.read(cursor), 9))
        cursor = pulled["cursor"]
        if not pulled["more"]:
            break
    first = FIRST_DAY if FIRST_DAY > UNTIL - 1000 else UNTIL - 1000
    assert compare(world, scope, phone, list(range(first, UNTIL + 60, 90))) > 5000
    fresh = Register(pack).fill(snapshot_of(world, scope))
    for table in ("fact", "answer", "attribute", "subject", "relation", "step", "home", "speaks_of", "sub", "opened", "conflict"):
        assert_same(fresh.rows(table), phone.rows(table), f"{table} after pulls, and in a new snapshot")
