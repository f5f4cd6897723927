"""A death: told, notified, reviewed without blame."""

from __future__ import annotations

from doorstep.simulation.report import Values, iso
from doorstep.simulation.story import Story


def mother_died(story: Story) -> None:
    """The mother's death in the six weeks after the birth, its notification and its review."""
    day = story.fate.last + (story.fate.mother_dies or 0)
    told = day + story.chance.between(0, 2)
    home = story.home(told)
    _death(story, story.woman.subject, day, told)
    if not story.happens("death_notified"):
        return
    story.say("death_notice", story.at(told + 1), {"death_notified": "yes"}, by=home.midwife, place=home.station)
    if story.happens("death_reviewed"):
        review = told + story.chance.between(20, 60)
        delay = story.chance.one(("deciding", "reaching", "receiving"))
        values: Values = {"death_reviewed": "yes", "death_delays": [delay]}
        story.say("death_review", story.at(review), values, by=home.supervisor, place=home.station)


def baby_died(story: Story, baby: str, day: int, heard: int) -> None:
    """The death of a baby, told when somebody hears of it."""
    _death(story, baby, day, max(heard, day + story.chance.between(0, 5)))


def _death(story: Story, subject: str, day: int, told: int) -> None:
    where = "facility" if story.fate.in_facility and day - story.fate.last < 2 else "home"
    by, place = story.who(told, at_station=where == "facility")
    values = {"death_day": iso(day), "death_place": where}
    story.say("death", story.at(told, 18 * 60, 20 * 60), values, by=by, place=place, subject=subject)
