"""The end of a pregnancy: labour, birth at home or in a facility, heard of late or never; loss; the death of a mother."""

from __future__ import annotations

from doorstep.simulation.afterwards import after_birth, loss_visit
from doorstep.simulation.antenatal import ATTRIBUTES
from doorstep.simulation.deaths import mother_died
from doorstep.simulation.fate import HOME, STATION, Baby
from doorstep.simulation.report import Values, day_of, iso, iso_minute, moment
from doorstep.simulation.story import Story
from doorstep.simulation.villages import Worker

HOUR = 3600


def ending(story: Story) -> None:
    """What the programme hears of the end, if it hears anything."""
    fate, end = story.fate, story.programme.end
    if fate.last > end or fate.last < story.programme.start:
        return
    if fate.end != "birth":
        _loss(story)
        return
    heard = _heard_on(story)
    if fate.mother_dies is not None:
        story.woman.gone = True
    if heard is None or heard > end:
        return
    _labour(story)
    babies = _birth(story, heard)
    if fate.mother_dies is not None:
        mother_died(story)
    after_birth(story, heard, babies)


def _heard_on(story: Story) -> int | None:
    """Day on which the birth is first written down; None when nobody ever does."""
    fate, chance = story.fate, story.chance
    if story.is_away(fate.last):
        back = story.away[1] + 1 if story.away else 0
        return back + chance.between(1, 10) if back - fate.last < 60 else None
    if not story.known and not story.happens("birth_first_heard"):
        return None
    if story.known and story.happens("birth_never_heard"):
        return None
    if not story.known:
        return fate.last + chance.between(1, 35)
    if fate.in_facility:
        return fate.last
    return fate.last + (chance.between(7, 35) if story.happens("birth_heard_late") else chance.between(0, 2))


def _labour(story: Story) -> None:
    """A village's worker who is called to a labour may write it down before the birth."""
    fate = story.fate
    if not story.known or story.is_away(fate.last) or not story.happens("labour_told"):
        return
    at = moment(fate.last, fate.minute, story.village.zone) - story.chance.between(2, 9) * HOUR
    values: Values = {"labour_at": iso_minute(at, story.village.zone), "labour_started": "yes", "birth_imminent": "no"}
    values["left_for_birth"] = "yes" if fate.in_facility else "no"
    if fate.place == HOME:
        values["midwife_called"] = "yes" if fate.helper == "midwife" else "no"
        values["clean_kit"] = "yes" if story.happens("clean_kit") else "no"
    by, place = story.who(fate.last, at_station=False)
    story.say("labour", at, values, by=by, place=place)


def _birth(story: Story, heard: int) -> list[tuple[str, Baby]]:
    """The report of the birth; the ids of the babies with what becomes of them."""
    fate, chance = story.fate, story.chance
    born = moment(fate.last, fate.minute, story.village.zone)
    by, place = _who(story, heard)
    written = born + chance.between(1, 9) * HOUR if heard == fate.last else story.at(heard)
    babies = [(chance.uuid7(written * 1000 + number), baby) for number, baby in enumerate(fate.babies)]
    first = not story.known and not story.woman.seen
    values = {**(_who_she_is(story, heard) if first else {"registered_before": "yes"}), **_when(story, born), **_how(story)}
    rows = [_row(story, own, baby, born) for own, baby in babies]
    story.say("birth", written, values, by=by, place=place, rows=rows, base=ATTRIBUTES if first else ())
    return babies


def _who_she_is(story: Story, heard: int) -> Values:
    """What the report of a birth says of a woman of whom nobody had heard before."""
    woman = story.woman
    return {
        "registered_before": "no", "consent_record": "yes", "her_name": woman.name, "house_name": woman.house,
        "birthday": woman.birthday, "residence": story.home(heard).place_on(heard), "language": woman.people.language,
        "her_sex": "f",
    }  # fmt: skip


def _who(story: Story, heard: int) -> tuple[Worker, str]:
    fate, home = story.fate, story.home(heard)
    if heard == fate.last and fate.in_facility:
        return (home.midwife, home.station) if fate.place == STATION else (home.ward, home.hospital)
    return home.attendant, home.place_on(heard)


def _when(story: Story, born: int) -> Values:
    if story.happens("birth_hour_known", "facility" if story.fate.in_facility else "home"):
        return {"birth_at": iso_minute(born, story.village.zone)}
    return {"birth_day": iso(story.fate.last)}


def _how(story: Story) -> Values:
    fate = story.fate
    values: Values = {
        "birth_place": fate.place, "birth_attendant": fate.helper, "birth_mode": fate.mode,
        "born_alive": sum(baby.alive for baby in fate.babies), "blood_loss_ml": fate.blood_ml,
    }  # fmt: skip
    if fate.in_facility:
        values["vitals_abnormal"] = "yes" if fate.blood_ml >= 700 else "no"
    return values


def _row(story: Story, own: str, baby: Baby, born: int) -> Values:
    where = "facility" if story.fate.in_facility else "home"
    row: Values = {
        "baby_id": own, "birth_outcome": "live" if baby.alive else "stillborn", "sex": baby.sex,
        "preterm": "yes" if story.fate.preterm else "no",
    }  # fmt: skip
    given = story.given.setdefault(own, set())
    if where == "facility" or story.happens("weighed_at_home"):
        row["birth_weight_g"] = baby.weight
        given.add("birth_weight_g")
    if not baby.alive:
        return row
    soon = story.happens("breastfed_first_hour")
    row |= {"breastfed": "yes", "breastfed_first_hour": "yes" if soon else "no"}
    if soon:
        row["breastfed_at"] = iso_minute(born + story.chance.between(10, 55) * 60, story.village.zone)
    for care in ("skin_to_skin", "cord_clean", "vitamin_k_given", "eye_care_given", "hepb_given"):
        row[care] = "yes" if story.happens("newborn_care", where) else "no"
    given |= {name for name, value in row.items() if value == "yes"}
    return row


def _loss(story: Story) -> None:
    """A loss is told of women whom the programme knows."""
    fate = story.fate
    if not story.known or story.is_away(fate.last):
        return
    at = story.at(fate.last + story.chance.between(0, 6))
    day = day_of(at, story.village.zone)
    values: Values = {"pregnancy_end": fate.end, "loss_day": iso(fate.last)}
    values |= dict.fromkeys(("heavy_bleeding", "fever", "foul_discharge", "severe_abdominal_pain"), "no")
    by, place = story.who(day, at_station=False)
    story.say("loss", at, values, by=by, place=place)
    loss_visit(story, day)
