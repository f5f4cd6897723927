"""Who may see what, kind of record by kind of record, role by role, the person with no access included."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from doorstep.accounts.roles import ROLES
from doorstep.content.dates import day_number
from doorstep.record.held import kept_aside
from doorstep.record.lists import Question, due, of_subjects, today
from doorstep.record.scope import EVERYTHING, Grant, Scope
from tests.record.cast import AREAS, ATTENDANT, COMMUNE, FAR, FAR_VILLAGE, MAI, SOK, VILLAGE, body, registered, villages
from tests.record.world import World

NOBODY, STRANGER = "nobody", "a-stranger"
EVERYBODY = (*ROLES, NOBODY, STRANGER)
CARE = {"attendant", "mediator", "midwife", "hospital", "social_worker", "supervisor"}


@pytest.fixture
def people(world: World, accounts: None) -> World:
    """Every role in her commune; somebody enrolled without any; two women, one here and one far away; something held."""
    from doorstep.accounts.models import Assignment, Worker

    villages(world)
    for role in ROLES:
        worker = Worker.objects.create_user(role)
        Assignment.objects.create(worker=worker, role=role, place=COMMUNE, valid_from=0)
    Worker.objects.create_user(NOBODY)
    far = registered(subject=SOK, author="attendant.elsewhere", place=FAR_VILLAGE, id="far",
                     answers={"called": "Sok", "residence": FAR_VILLAGE, "lmp_told": "2026-01-05"})  # fmt: skip
    world.send(registered(id="here"), body(id="test", answers={"hiv_test": "positive"}), far)
    world.send(body(id="held", place=FAR_VILLAGE), authority=AREAS, sender=ATTENDANT)
    return world.catch_up()


def viewer(name: str):  # type: ignore[no-untyped-def] - its type comes with Django
    from doorstep.accounts.access import viewer
    from doorstep.accounts.models import Worker

    return viewer(Worker.objects.filter(username=name).first())


def matrix(ask: Callable[[str], object]) -> set[str]:
    """Everybody to whom the answer is yes."""
    return {name for name in EVERYBODY if ask(name)}


def test_a_person_is_seen_by_those_whose_area_she_lives_in(people: World) -> None:
    from doorstep.accounts import access

    assert matrix(lambda name: access.person(people.record, viewer(name), MAI)) == set(ROLES)
    assert matrix(lambda name: access.person(people.record, viewer(name), SOK)) == set()
    assert matrix(lambda name: access.person(people.record, viewer(name), "nobody-at-all")) == set()


def test_a_place_is_seen_from_inside_and_from_above_and_from_below(people: World) -> None:
    from doorstep.accounts import access

    for code in (VILLAGE, COMMUNE, "KH-16", "KH", "HC-1"):
        expected = set(ROLES) if code != "HC-1" else set()
        assert matrix(lambda name, code=code: access.place(people.record, viewer(name), code, today())) == expected, code
    assert matrix(lambda name: access.place(people.record, viewer(name), FAR, today())) == set()
    assert matrix(lambda name: access.place(people.record, viewer(name), "KH-99", today())) == set()


def test_what_was_held_is_decided_by_supervisors_and_administrators_of_her_area(people: World) -> None:
    from doorstep.accounts import access

    [aside] = kept_aside(people.record)
    deciders = {"supervisor", "administrator"}
    assert matrix(lambda name: access.held(people.record, viewer(name), aside.n)) == deciders
    assert matrix(lambda name: access.held(people.record, viewer(name), aside.n, decide=True)) == deciders
    assert matrix(lambda name: access.held(people.record, viewer(name), aside.n + 1)) == set()


def test_an_author_sees_what_was_held_of_the_own_work_and_does_not_decide_about_it(people: World) -> None:
    from doorstep.accounts import access
    from doorstep.accounts.models import Worker

    Worker.objects.create_user(ATTENDANT)
    [aside] = kept_aside(people.record)
    assert access.held(people.record, viewer(ATTENDANT), aside.n)
    assert not access.held(people.record, viewer(ATTENDANT), aside.n, decide=True)


def test_what_became_of_a_submission_is_told_to_its_author_and_to_who_cares_for_her(people: World) -> None:
    from doorstep.accounts import access

    assert matrix(lambda name: access.submission(people.record, viewer(name), "here")) == CARE
    assert matrix(lambda name: access.submission(people.record, viewer(name), "far")) == set()
    assert matrix(lambda name: access.submission(people.record, viewer(name), "none")) == set()


def test_the_audit_log_and_the_workers_belong_to_administrators(people: World) -> None:
    from doorstep.accounts import access

    assert matrix(lambda name: access.audit(viewer(name))) == {"administrator"}
    assert matrix(lambda name: access.worker(viewer(name))) == {"administrator"}


def test_a_list_shows_the_rows_of_the_compartments_that_a_role_opens(people: World) -> None:
    def steps(name: str) -> set[str]:
        asked = Question("KH-16", today(), statuses=("later", "due", "late", "missed", "done", "ended"))
        return {row["step"] for row in due(people.record, asked, viewer(name).scope)}

    assert "treat" in steps("midwife")
    assert "contact" in steps("attendant")
    assert "treat" not in steps("attendant"), "its title would tell"
    assert steps("hospital") == set(), "a role that the programme does not name opens nothing"
    assert steps(NOBODY) == steps(STRANGER) == set()


def test_a_role_counts_only_in_its_own_area(people: World) -> None:
    """Midwife far away and attendant here: here she sees what an attendant sees."""
    scope = Scope((Grant("attendant", COMMUNE), Grant("midwife", FAR)))
    rows = of_subjects(people.record, [MAI, SOK], today(), today() * 86_400, scope)
    assert {row["subject"] for row in rows} == {MAI, SOK}
    assert {row["step"] for row in rows if row["subject"] == MAI}.isdisjoint({"treat"})


def test_yesterdays_role_opens_nothing_today(people: World) -> None:
    from doorstep.accounts import access
    from doorstep.accounts.models import Assignment

    Assignment.objects.filter(worker__username="midwife").update(valid_to=today())
    assert access.person(people.record, viewer("midwife"), MAI) is None
    Assignment.objects.filter(worker__username="hospital").update(valid_from=today() + 1)
    assert access.person(people.record, viewer("hospital"), MAI) is None


def test_somebody_who_was_sent_away_sees_nothing(people: World) -> None:
    from doorstep.accounts import access
    from doorstep.accounts.models import Worker

    Worker.objects.filter(username="supervisor").update(is_active=False)
    assert access.person(people.record, viewer("supervisor"), MAI) is None
    [aside] = kept_aside(people.record)
    assert not access.held(people.record, viewer("supervisor"), aside.n)


def test_she_moves_and_is_seen_where_she_lives_now(people: World) -> None:
    from doorstep.accounts import access

    people.send(body("rename", id="moved", made_at="2026-06-01T09:00:00+07:00", answers={"residence": FAR_VILLAGE}))
    people.catch_up()
    assert access.person(people.record, viewer("midwife"), MAI) is None
    everywhere = Scope((Grant("manager", "*"),))
    before, after = (
        {row["subject"] for row in due(people.record, Question(VILLAGE, day, statuses=("due", "late", "later")), everywhere)}
        for day in (day_number("2026-03-27"), day_number("2026-06-02"))
    )
    assert MAI in before, "the list of a day in March holds her where she lived then"
    assert MAI not in after


def test_the_other_tree_opens_the_same_woman(people: World) -> None:
    """A health centre that looks after her village."""
    from doorstep.accounts import access

    scope = Scope((Grant("midwife", "HC-1"),))
    assert access.person(people.record, access.Viewer("centre", scope), MAI) == {"midwife"}
    assert access.person(people.record, access.Viewer("centre", scope), SOK) is None


def test_the_operator_sees_everything_and_nobody_nothing(people: World) -> None:
    from doorstep.accounts import access

    operator = access.Viewer("", EVERYTHING)
    assert access.person(people.record, operator, SOK) is not None
    assert access.audit(operator)
    assert not access.audit(access.NOBODY)
    assert access.place(people.record, access.NOBODY, VILLAGE, today()) is None
    assert due(people.record, Question(VILLAGE, today()), access.NOBODY.scope) == []


def test_missing_and_forbidden_are_one_answer(people: World) -> None:
    from doorstep.accounts import access

    who = viewer("attendant")
    assert access.person(people.record, who, SOK) is access.person(people.record, who, "never-was") is None
    assert access.place(people.record, who, FAR, today()) is access.place(people.record, who, "KH-99", today()) is None
