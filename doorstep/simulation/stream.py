"""All submissions of a place in the order in which the server receives them.

Villages plan their pregnancies at once; each is told when it begins, and its submissions wait here until nothing earlier
can come any more. What is held in memory grows with the pregnancies under way, not with the years or the submissions.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator

from doorstep.content.model import Programme as Content
from doorstep.record.places import Places
from doorstep.simulation.antenatal import pregnancy
from doorstep.simulation.chance import Chance
from doorstep.simulation.childbirth import ending
from doorstep.simulation.fate import fate_of
from doorstep.simulation.households import Beginning, Person, beginnings
from doorstep.simulation.mistakes import slips, written_twice
from doorstep.simulation.rates import Rates, load
from doorstep.simulation.report import Report
from doorstep.simulation.story import Story, Woman, woman_of
from doorstep.simulation.villages import Programme, Village, villages_of
from doorstep.simulation.weeks import Schedule
from doorstep.simulation.writing import Arrival, Submission, Writer

YEARS = 3
DAY = 86_400
Progress = Callable[[int, int], None]
"""Called with the day that has come and the last day (day numbers)."""


def simulate(
    content: Content, places: Places, place: str, people: int, seed: str, until: int, *,
    years: int = YEARS, rates: Rates | None = None, progress: Progress | None = None,
) -> Iterator[Submission]:  # fmt: skip
    """Submissions of invented people of a real place, in order of receipt, from `years` before `until` (day number).

    The same arguments and the same content give the same submissions. PlaceError when there is no such place.
    """
    run = Programme(places, rates or load(), seed, until - round(years * 365.25), until)
    villages = villages_of(place, people, run)
    teller = _Teller(villages, Schedule.of(content), Writer(content.forms))
    return teller.submissions(progress or (lambda day, last: None))


class _Teller:
    """Tells pregnancy after pregnancy, and lets go of what has certainly come."""

    def __init__(self, villages: list[Village], schedule: Schedule, writer: Writer) -> None:
        self.villages, self.schedule, self.writer = villages, schedule, writer
        self.run = villages[0].programme
        self.women: dict[Person, Woman] = {}
        self.waiting: list[Arrival] = []

    def submissions(self, progress: Progress) -> Iterator[Submission]:
        last = (self.run.end + 1) * DAY
        plans = heapq.merge(*(beginnings(village, own) for own, village in enumerate(self.villages)), key=_order)
        for begin in plans:
            # Nothing is told of a pregnancy before it begins; a day is left for the time zones.
            yield from self._come((begin.lmp - 1) * DAY)
            progress(max(begin.lmp, self.run.start), self.run.end)
            for report in self._told(begin):
                self._wait(report, last)
        yield from self._come(last)

    def _told(self, begin: Beginning) -> list[Report]:
        village = self.villages[begin.woman.village]
        woman = self.women.setdefault(begin.woman, woman_of(begin, village))
        if woman.gone:
            return []
        seed = (self.run.seed, "story", village.unit.id, begin.woman.household, begin.woman.number, begin.nth)
        fate = fate_of(begin, self.run.rates, woman.village.setting_of(woman.people), Chance(*seed, "fate"))
        story = Story(woman, begin, fate, self.schedule, self.villages, Chance(*seed))
        pregnancy(story)
        ending(story)
        written_twice(story)
        slips(story)
        return story.reports

    def _wait(self, report: Report, last: int) -> None:
        """What is written or received after the last day is not part of the run."""
        if report.at >= last:
            return
        for arrival in self.writer.arrivals(report):
            if arrival[0] < last:
                heapq.heappush(self.waiting, arrival)

    def _come(self, until: int) -> Iterator[Submission]:
        while self.waiting and self.waiting[0][0] < until:
            yield heapq.heappop(self.waiting)[3]


def _order(begin: Beginning) -> tuple[int, int, int, int]:
    return begin.lmp, begin.woman.village, begin.woman.household, begin.woman.number


