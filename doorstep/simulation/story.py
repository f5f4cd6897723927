"""One pregnancy as the programme gets to know it: who she is, who writes, and the reports in the order of events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from doorstep.simulation.chance import Chance
from doorstep.simulation.fate import Fate
from doorstep.simulation.households import Beginning, household_people
from doorstep.simulation.peoples import People, called, house_name
from doorstep.simulation.rates import Setting
from doorstep.simulation.report import Report, Values, iso, moment
from doorstep.simulation.villages import Village, Worker
from doorstep.simulation.weeks import Schedule

OPENING, CLOSING = 7 * 60 + 30, 17 * 60
"""Minutes of the day between which visits take place."""


@dataclass
class Woman:
    """Somebody who never existed, through all her pregnancies. seen: attribute -> the submission that told it last."""

    subject: str
    name: str
    house: str
    people: People
    birthday: str
    born: int
    village: Village
    seen: dict[str, str] = field(default_factory=dict)
    gone: bool = False
    """Moved away for good, or dead: the programme hears no more of her."""


def woman_of(begin: Beginning, village: Village) -> Woman:
    """Who she is: the same for the same household and number."""
    own = begin.woman
    programme = village.programme
    chance = Chance(programme.seed, "woman", village.unit.id, own.household, own.number)
    people = household_people(village, own.household)
    house = house_name(people, Chance(programme.seed, "house", village.unit.id, own.household))
    return Woman(
        chance.uuid7((begin.lmp + 70) * 86_400_000 + chance.between(0, 86_399_999)), called(people, "f", chance), house, people,
        _birthday(own.born, village, people, chance), own.born, village,
    )  # fmt: skip


def _birthday(born: int, village: Village, people: People, chance: Chance) -> str:
    """As well as it is known: a month, or a year."""
    known = chance.yes(village.programme.rates.of("birthday_known", village.setting_of(people)))
    return iso(born)[: 7 if known else 4]


class Story:
    """What is told of one pregnancy. `say` adds a report; the parts of the story are functions over it."""

    def __init__(
        self, woman: Woman, begin: Beginning, fate: Fate, schedule: Schedule, neighbours: list[Village], chance: Chance
    ) -> None:
        self.woman, self.begin, self.fate, self.schedule = woman, begin, fate, schedule
        self.village, self.neighbours = woman.village, neighbours
        self.moved: tuple[int, Village] | None = None
        """From this day on she lives in another village."""
        self.programme, self.chance = woman.village.programme, chance
        self.reports: list[Report] = []
        self.contacts: list[int] = []
        """Days of the antenatal contacts that took place."""
        self.dated_by: int | None = None
        """The LMP that the worker's list goes by."""
        self.known = False
        """Whether the programme knows of this pregnancy."""
        self.given: dict[str, set[str]] = {}
        """Of each baby: the care that it was given."""
        self.positive: set[str] = set()
        """Tests of hers that were positive."""
        self.away: tuple[int, int] | None = None
        """First day and last day of an absence; while it lasts nobody can visit her."""

    @property
    def setting(self) -> Setting:
        """Where she lived when the pregnancy began, and whether the staff speak her language."""
        return self.village.setting_of(self.woman.people)

    def home(self, day: int) -> Village:
        """The village in which she lives on a day."""
        return self.moved[1] if self.moved and self.moved[0] <= day else self.village

    def rate(self, name: str, *more: str) -> float:
        """A rate, for her."""
        return self.programme.rates.of(name, self.setting, *more)

    def happens(self, name: str, *more: str) -> bool:
        """A draw by a rate, for her."""
        return self.chance.yes(self.rate(name, *more))

    def pick(self, name: str) -> str:
        """A draw by weights, for her."""
        return self.chance.weighted(self.programme.rates.weights(name, self.setting))

    def is_away(self, day: int) -> bool:
        """Whether she is elsewhere that day."""
        return self.away is not None and self.away[0] <= day <= self.away[1]

    def at(self, day: int, first: int = OPENING, last: int = CLOSING) -> int:
        """Some second of a day within these minutes."""
        return moment(day, self.chance.between(first, last - 1), self.village.zone) + self.chance.between(0, 59)

    def say(
        self, form: str, at: int, values: Values, *, by: Worker, place: str, subject: str = "",
        rows: Iterable[Values] = (), base: Iterable[str] = (),
    ) -> Report:  # fmt: skip
        """Adds a report. base: the attributes that the form changes; what it saw of them is named."""
        report = Report(
            self.chance.uuid7(by.phone.clock(at) * 1000 + self.chance.between(0, 999)), form, subject or self.woman.subject,
            by, place, self.village.zone, at, _answered(values), [_answered(row) for row in rows],
            {name: self.woman.seen[name] for name in base if name in self.woman.seen},
        )  # fmt: skip
        self.reports.append(report)
        self.woman.seen.update(dict.fromkeys(base, report.id))
        return report

    def who(self, day: int, *, at_station: bool) -> tuple[Worker, str]:
        """Who sees her that day, and where."""
        home = self.home(day)
        return (home.midwife, home.station) if at_station else (home.attendant, home.place_on(day))

    def visit(self, form: str, day: int, values: Values, *, at_station: bool, subject: str = "") -> Report:
        """A report of a visit on a day: by the midwife at the station, or by the village's worker, who may write it later."""
        by, place = self.who(day, at_station=at_station)
        written = day
        if not at_station and self.happens("written_later"):
            written += self.chance.between(1, 21)
        return self.say(form, self.at(written), {"visit_day": iso(day), **values}, by=by, place=place, subject=subject)


def _answered(values: Values) -> dict[str, Any]:
    """Without what was not answered."""
    return {name: value for name, value in values.items() if value is not None and value != ""}
