"""What goes wrong in the writing: slips that somebody corrects, and women who are written down twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from doorstep.simulation.antenatal import contact
from doorstep.simulation.chance import Chance
from doorstep.simulation.report import Report, Values, day_of, iso
from doorstep.simulation.story import Story

Slip = Callable[[Values, Chance], bool]
"""Spoils answers in place; False when there is nothing to spoil."""
DAY = 86_400


def _other_day(name: str, furthest: int) -> Slip:
    """A date that is some days too early."""

    def slip(values: Values, chance: Chance) -> bool:
        told = str(values.get(name, ""))
        if len(told) < 10:
            return False
        moved = date.fromisoformat(told[:10]) - timedelta(days=chance.between(1, furthest))
        values[name] = moved.isoformat() + told[10:]
        return True

    return slip


def _swapped(name: str) -> Slip:
    """A number whose last two digits change places."""

    def slip(values: Values, chance: Chance) -> bool:
        digits = str(values.get(name, ""))
        if not digits.isdigit() or len(digits) < 2 or digits[-1] == digits[-2]:
            return False
        values[name] = int(digits[:-2] + digits[-1] + digits[-2])
        return True

    return slip


def _other_of_two(name: str) -> Slip:
    """Yes for no, a girl for a boy."""
    other = {"yes": "no", "no": "yes", "f": "m", "m": "f"}

    def slip(values: Values, chance: Chance) -> bool:
        if values.get(name) not in other:
            return False
        values[name] = other[values[name]]
        return True

    return slip


SLIPS: dict[str, tuple[Slip, ...]] = {
    "register": (_other_day("lmp_told", 31), _swapped("para"), _other_of_two("lmp_certain")),
    "anc_contact": (_other_day("visit_day", 9), _other_of_two("fever")),
    "station_visit": (_swapped("hb"), _swapped("bp_sys"), _other_day("visit_day", 3)),
    "birth": (_other_day("birth_at", 2), _other_day("birth_day", 9), _other_of_two("sex"), _swapped("birth_weight_g")),
    "postnatal_baby": (_other_of_two("not_feeding_well"), _other_day("visit_day", 2)),
    "postnatal_mother": (_other_of_two("fever"),),
}


def slips(story: Story) -> None:
    """Some reports are written with a mistake, and corrected by a later report of the same form."""
    for report in list(story.reports):
        if report.form in SLIPS and story.happens("mistake"):
            _spoil(story, report)


def _spoil(story: Story, report: Report) -> None:
    values, rows = dict(report.values), [dict(row) for row in report.rows]
    right = (report.values, report.rows)
    chosen = story.chance.one(SLIPS[report.form])
    spoiled = [values, *rows[:1]]
    if not any(chosen(one, story.chance) for one in spoiled):
        return
    report.values, report.rows = values, rows
    story.reports.append(_corrected(story, report, *right))


def _corrected(story: Story, report: Report, values: Values, rows: list[Values]) -> Report:
    """The same author finds it, or the midwife does, from her own phone."""
    by = story.village.midwife if story.happens("corrected_by_midwife") else report.worker
    at = report.at + story.chance.between(1, 20) * DAY + story.chance.between(0, 5) * 3600
    own = story.chance.uuid7(by.phone.clock(at) * 1000)
    base = dict.fromkeys(report.base, report.id)
    return replace(
        report, id=own, kind="correction", replaces=report.id, worker=by, at=at, values=values, rows=rows, base=base
    )


def written_twice(story: Story) -> None:
    """She comes to the station, is not found in the list, and is registered again as somebody else."""
    first = next((report for report in story.reports if report.form == "register"), None)
    if first is None or not story.happens("registered_twice"):
        return
    day = day_of(first.at, story.village.zone) + story.chance.between(3, 60)
    if day >= min(story.fate.last, story.programme.end) or story.is_away(day):
        return
    twin = _second_self(story, first, day)
    if story.happens("found_twice"):
        found = story.at(day + story.chance.between(7, 120))
        home = story.home(day)
        merge = story.say("", found, {}, by=home.supervisor, place=home.station)
        merge.kind, merge.other = "merge", twin


def _second_self(story: Story, first: Report, day: int) -> str:
    """Registered anew, with a visit; the id of the second record."""
    by, place = story.who(day, at_station=True)
    at = story.at(day)
    own = story.chance.uuid7(at * 1000)
    values = {name: value for name, value in first.values.items() if name not in ("lmp_told", "lmp_certain", "house_name")}
    values["visit_day"] = iso(day)
    again = story.chance.uuid7(by.phone.clock(at) * 1000)
    story.reports.append(
        replace(first, id=again, subject=own, worker=by, place=place, at=at, values=values, base={})
    )
    before = len(story.reports)
    kept = list(story.contacts)
    contact(story, day, None, at_station=True)
    story.contacts = kept
    for report in story.reports[before:]:
        report.subject = own
    return own
