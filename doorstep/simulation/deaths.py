"""A death or a stillbirth: told, notified, reviewed without blame."""

from __future__ import annotations

from doorstep.simulation.report import Values, iso, iso_minute
from doorstep.simulation.story import Story

EARLY = 7
"""Days after the birth up to which a baby's death is notified as an early one."""


def mother_died(story: Story) -> None:
    """The mother's death in the six weeks after the birth, its notification and its review."""
    day = story.fate.last + (story.fate.mother_dies or 0)
    told = day + story.chance.between(0, 2)
    _death(story, story.woman.subject, day, told)
    _looked_into(story, "mother", story.woman.subject, told)


def baby_died(story: Story, baby: str, day: int, heard: int) -> None:
    """The death of a baby, told when somebody hears of it; an early one is notified and reviewed."""
    told = max(heard, day + story.chance.between(0, 5))
    _death(story, baby, day, told)
    if day - story.fate.last < EARLY:
        _looked_into(story, "baby", baby, told)


def stillborn(story: Story, baby: str, heard: int) -> None:
    """The notification and the review of a stillbirth."""
    _looked_into(story, "baby", baby, heard)


def _looked_into(story: Story, who: str, subject: str, told: int) -> None:
    """Notified within hours of the news, written down the next day; reviewed weeks later. who: mother or baby."""
    if not story.happens("death_notified", who):
        return
    home, zone = story.home(told), story.village.zone
    written = story.at(told + 1)
    notice: Values = {"death_notified": "yes", "notified_at": iso_minute(written - story.chance.between(1, 7) * 3600, zone)}
    story.say("death_notice", written, notice, by=home.midwife, place=home.station, subject=subject)
    if story.happens("death_reviewed", who):
        review = told + story.chance.between(20, 60)
        delay = story.chance.one(("deciding", "reaching", "receiving"))
        values: Values = {"review_day": iso(review), "death_reviewed": "yes", "death_delays": [delay]}
        at = story.at(review + story.chance.between(0, 7))
        story.say("death_review", at, values, by=home.supervisor, place=home.station, subject=subject)


def _death(story: Story, subject: str, day: int, told: int) -> None:
    where = "facility" if story.fate.in_facility and day - story.fate.last < 2 else "home"
    by, place = story.who(told, at_station=where == "facility")
    values = {"death_day": iso(day), "death_place": where}
    story.say("death", story.at(told, 18 * 60, 20 * 60), values, by=by, place=place, subject=subject)
