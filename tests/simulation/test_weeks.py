"""The day that a simulated worker's list shows is the day that the schedule gives."""

from __future__ import annotations

import pytest

from doorstep.content.model import Programme
from doorstep.pathways.schedule import schedule
from doorstep.simulation.weeks import Schedule


@pytest.mark.parametrize("contacts", [[10], [10, 19], [22], [28], [25, 31], [12, 20, 26, 30, 34, 36, 38], [39]])
def test_the_next_contact_is_that_of_the_schedule(contacts: list[int], maternal: Programme) -> None:
    own = Schedule.of(maternal)
    due = own.next_due(1000, [1000 + 7 * week for week in contacts])
    assert due == 1000 + 7 * schedule(maternal, contacts).contacts[len(contacts)]


def test_the_list_ends_and_begins_where_the_schedule_does(maternal: Programme) -> None:
    own = Schedule.of(maternal)
    assert own.step == "antenatal.contact"
    assert own.next_due(1000, []) == 1000 + 7 * schedule(maternal, []).contacts[0]
    assert own.next_due(1000, [1000 + 7 * 40]) is None


def test_without_a_date_she_is_seen_every_four_weeks(maternal: Programme) -> None:
    own = Schedule.of(maternal)
    assert own.next_due(None, [500, 530]) == 530 + 28
    assert own.next_due(None, []) is None
