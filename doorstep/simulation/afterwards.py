"""After the birth: contacts of the mother and of each baby, in hours and in days; the visit after a loss."""

from __future__ import annotations

from doorstep.simulation.deaths import baby_died, stillborn
from doorstep.simulation.fate import Baby
from doorstep.simulation.report import Values, iso
from doorstep.simulation.station import referral_followed, sent_later
from doorstep.simulation.story import Story

MOTHER_SIGNS = (
    "heavy_bleeding", "fever", "severe_headache", "convulsions", "foul_discharge", "severe_abdominal_pain",
    "breathing_difficulty", "calf_pain", "wound_infected", "breast_painful", "cannot_pass_urine", "thoughts_of_harm",
)  # fmt: skip
BABY_SIGNS = (
    "not_feeding_well", "baby_convulsions", "chest_indrawing", "no_movement", "jaundice", "jaundice_palms_soles",
    "cord_red", "skin_pustules",
)  # fmt: skip
CONTACTS = (("postnatal_day1", 0, 1), ("postnatal_day3", 2, 3), ("postnatal_week2", 7, 14), ("postnatal_week6", 39, 46))
"""Rate, first day and last day after the birth."""
HEAVY = 500
"""Millilitres of blood from which a loss is heavy."""
CARE = {"birth_weight_g": 7, "vitamin_k_given": 7, "eye_care_given": 1, "hepb_given": 7, "bcg_given": 45}
"""What a contact can still give, and until which day after the birth."""


def after_birth(story: Story, heard: int, babies: list[tuple[str, Baby]]) -> None:
    """Contacts that fall after somebody heard of the birth, until the sixth week."""
    born = story.fate.last
    for own, baby in babies:
        if baby.dies is not None and born + baby.dies + 5 <= story.programme.end:
            baby_died(story, own, born + baby.dies, heard)
        if not baby.alive:
            stillborn(story, own, heard)
    _haemorrhage(story, heard)
    for rate, first, last in CONTACTS:
        day = born + story.chance.between(first, last)
        where = ("facility" if story.fate.in_facility else "home",) if first == 0 else ()
        if heard <= day <= story.programme.end and not story.is_away(day) and story.happens(rate, *where):
            _contact(story, day, babies, at_station=first == 0 and story.fate.in_facility)
    _baby_tests(story, heard, babies)
    if babies and not any(baby.alive for _, baby in babies):
        loss_visit(story, heard)


def _haemorrhage(story: Story, heard: int) -> None:
    """A heavy loss of blood: what is done at once, in the facility or after the journey to one."""
    fate = story.fate
    where = "facility" if fate.in_facility else "home"
    if fate.blood_ml < HEAVY or not story.happens("bundle_started", where):
        return
    if where == "facility" and heard == fate.last:
        story.visit("postnatal_mother", heard, {"pph_bundle": "yes"}, at_station=True)
        return
    by, place = story.who(heard, at_station=False)
    sent: Values = {"referral_day": iso(heard), "referral_sent": "yes"}
    story.say("referral", story.at(heard, 17 * 60, 18 * 60), sent, by=by, place=place)
    home = story.home(heard)
    outcome: Values = {"outcome_day": iso(heard), "referral_outcome": "admitted", "pph_bundle": "yes"}
    story.say("referral_outcome", story.at(heard + 1), outcome, by=home.ward, place=home.hospital)


def _contact(story: Story, day: int, babies: list[tuple[str, Baby]], *, at_station: bool) -> None:
    since = day - story.fate.last
    dies = story.fate.mother_dies
    if dies is None or since < dies:
        _mother(story, day, at_station=at_station)
    for own, baby in babies:
        if baby.alive and (baby.dies is None or since < baby.dies):
            _baby(story, own, baby, day, at_station=at_station)


def _mother(story: Story, day: int, *, at_station: bool) -> None:
    values: Values = dict.fromkeys(MOTHER_SIGNS, "no")
    sign = story.pick("mother_danger_signs") if story.happens("mother_danger_sign") else ""
    if sign:
        values |= {sign: "yes", "referral_sent": "yes" if story.happens("referral_sent") else "no"}
    if story.happens("iron_given"):
        values["iron_tablets"] = 30
    report = story.visit("postnatal_mother", day, values, at_station=at_station)
    if values.get("referral_sent") == "yes":
        referral_followed(story, report.at)
    elif sign:
        sent_later(story, day)


def _baby(story: Story, own: str, baby: Baby, day: int, *, at_station: bool) -> None:
    since, chance = day - story.fate.last, story.chance
    values: Values = dict.fromkeys(BABY_SIGNS, "no")
    values |= {"breaths_per_min": chance.between(36, 56), "baby_temp_c": round(chance.around(36.8, 0.25, 35.9, 37.4), 1)}
    sign = story.pick("baby_danger_signs") if story.happens("baby_danger_sign") else ""
    if sign:
        values |= {sign: "yes", "baby_referral_sent": "yes" if story.happens("referral_sent") else "no"}
    values |= _caught_up(story, own, baby, since)
    if baby.weight < 2500 or story.fate.preterm:
        values["kmc_started"] = "yes" if story.happens("kmc_started") else "no"
    story.visit("postnatal_baby", day, values, at_station=at_station, subject=own)
    if sign and values["baby_referral_sent"] == "no":
        sent_later(story, day, own)
    if sign and story.happens("referral_answered"):
        _clinic(story, own, sign, day)


def _caught_up(story: Story, own: str, baby: Baby, since: int) -> Values:
    """Care that was not given at birth and is given now."""
    given, values = story.given.setdefault(own, set()), Values()
    open_ = [care for care, until in CARE.items() if care not in given and since <= until]
    for care in open_:
        if story.happens("care_caught_up"):
            values[care] = baby.weight if care == "birth_weight_g" else "yes"
    given |= set(values)
    return values


def _clinic(story: Story, own: str, sign: str, day: int) -> None:
    """The station looks at a baby with a sign."""
    values: Values = {
        "clinic_severe_sign": "yes" if sign in BABY_SIGNS[:4] else "no", "clinic_breaths": story.chance.between(38, 58),
        "clinic_temp_c": round(story.chance.around(36.9, 0.3, 36.0, 37.9), 1),
        "cord_red": "yes" if sign == "cord_red" else "no", "skin_pustules": "yes" if sign == "skin_pustules" else "no",
    }  # fmt: skip
    if sign in ("cord_red", "skin_pustules"):
        values["local_infection_treated"] = "yes"
    if values["clinic_severe_sign"] == "yes":
        values["baby_referral_sent"] = "yes" if story.happens("sent_by_station") else "no"
    story.visit("baby_clinic", day + 1, values, at_station=True, subject=own)
    home = story.home(day)
    heard = day + story.chance.between(1, 4)
    outcome: Values = {"outcome_day": iso(heard), "baby_referral_outcome": story.pick("referral_outcome")}
    story.say("referral_outcome_baby", story.at(heard), outcome, by=home.ward, place=home.hospital, subject=own)


def _baby_tests(story: Story, heard: int, babies: list[tuple[str, Baby]]) -> None:
    """What a mother's positive test means for each baby."""
    day = max(heard, story.fate.last + 1)
    for own, baby in babies:
        if not baby.alive or (baby.dies is not None and story.fate.last + baby.dies <= day):
            continue
        values: Values = {}
        if "syphilis_test" in story.positive:
            values["baby_syphilis_checked"] = "yes"
        if "hbsag_test" in story.positive:
            values["hbig_decided"] = "yes"
        if "hiv_test" in story.positive:
            values["baby_arv_started"] = "yes"
        if values and story.happens("treated_at_once"):
            story.visit("baby_treatment", day, values, at_station=True, subject=own)


def loss_visit(story: Story, heard: int) -> None:
    """Somebody comes to see how she is after a loss or a stillbirth."""
    day = heard + story.chance.between(2, 12)
    if story.fate.mother_dies is None and not story.is_away(day) and story.happens("loss_visit"):
        signs = ("heavy_bleeding", "fever", "foul_discharge", "severe_abdominal_pain", "thoughts_of_harm")
        story.visit("loss_visit", day, dict.fromkeys(signs, "no"), at_station=False)
