"""What a station measures, tests and treats, and what comes of a referral."""

from __future__ import annotations

from doorstep.simulation.report import Values, day_of, iso, iso_minute
from doorstep.simulation.story import Story

STATION_SIGNS = (
    "bleeding", "convulsions", "severe_headache", "vision_disturbed", "severe_abdominal_pain", "severe_vomiting",
    "looks_very_ill", "breathing_difficulty", "waters_leaking", "epigastric_pain",
)  # fmt: skip
TESTS = ("syphilis_test", "hbsag_test", "hiv_test")


def station_visit(story: Story, day: int, shown: str | None, *, first: bool) -> None:
    """A contact at the station, with its tests, treatment and scan."""
    weeks = (day - story.fate.lmp) // 7
    values: Values = {"due_shown": shown, **dict.fromkeys(STATION_SIGNS, "no"), "danger_counselled": "yes"}
    sign = story.pick("danger_signs") if story.happens("danger_sign") else ""
    if sign in STATION_SIGNS:
        values[sign] = "yes"
    values |= {**_pressure(story, day, weeks), **_vitals(story, weeks), **_blood(story, weeks), **_given(story, first=first)}
    report = story.visit("station_visit", day, values, at_station=True)
    if (sign in STATION_SIGNS or values["bp_sys"] >= 160) and story.happens("referral_sent"):
        sent: Values = {"referral_day": iso(day), "referral_sent": "yes", "referral_to": story.home(day).hospital}
        _say(story, "referral", day, sent)
        referral_followed(story, report.at)
    if first or (weeks >= 28 and not story.positive and story.happens("tested_again")):
        _tests(story, day, weeks, first=first)
    if first and weeks < 24 and story.happens("scan"):
        _scan(story, day)


def _say(story: Story, form: str, day: int, values: Values) -> None:
    by, place = story.who(day, at_station=True)
    story.say(form, story.at(day), values, by=by, place=place)


def _pressure(story: Story, day: int, weeks: int) -> Values:
    chance = story.chance
    high = weeks >= 20 and story.happens("high_bp")
    at = story.at(day)
    values: Values = {"bp_at": iso_minute(at, story.village.zone)}
    if not high:
        return values | {"bp_sys": round(chance.around(110, 10, 85, 136)), "bp_dia": round(chance.around(70, 7, 48, 87))}
    above = int(chance.expovariate(1 / 9))
    values |= {"bp_sys": 140 + above, "bp_dia": 88 + above // 2}
    again = at + chance.between(10, 15) * 60
    values |= {
        "bp_sys_repeat": max(110, values["bp_sys"] + chance.between(-12, 6)),
        "bp_dia_repeat": max(60, values["bp_dia"] + chance.between(-8, 4)),
        "bp_repeat_at": iso_minute(again, story.village.zone),
    }  # fmt: skip
    return values | {"bp_reviewed": "yes"} if story.happens("bp_reviewed") else values


def _vitals(story: Story, weeks: int) -> Values:
    chance = story.chance
    values: Values = {
        "temp_c": round(chance.around(36.7, 0.3, 35.8, 37.7), 1), "pulse": round(chance.around(82, 8, 58, 100)),
        "weight_kg": round(chance.around(48 + weeks * 0.3, 6, 34, 95), 1),
    }  # fmt: skip
    if weeks >= 16:
        values["fundal_weeks"] = max(12, min(42, weeks + chance.between(-2, 2)))
    if weeks >= 20:
        values["fetal_heart"] = round(chance.around(141, 9, 112, 159))
    return values


def _blood(story: Story, weeks: int) -> Values:
    chance = story.chance
    if not story.happens("hb_measured"):
        return {"pallor": "some" if story.happens("pallor") else "none"}
    low = story.happens("anaemia")
    hb = 109 - int(chance.expovariate(1 / 9)) if low else 110 + int(abs(chance.gauss(0, 11)))
    return {"hb": max(58, hb), "urine_protein": 0 if weeks < 20 or not story.happens("protein") else chance.between(1, 2)}


def _given(story: Story, *, first: bool) -> Values:
    values: Values = {"iron_tablets": 30, "iron_daily_mg": 60} if story.happens("iron_given") else {}
    if first or story.happens("tetanus_again"):
        values["tetanus_dose"] = "yes" if story.happens("tetanus_given") else "no"
    values["calcium_given"] = "yes" if story.happens("calcium_given") else "no"
    return values


def _tests(story: Story, day: int, weeks: int, *, first: bool) -> None:
    values: Values = {"visit_day": iso(day)}
    for test in TESTS if first else ("syphilis_test", "hiv_test"):
        if story.happens("tested"):
            positive = story.happens("infection", test)
            values[test] = "positive" if positive else "negative"
            story.positive |= {test} if positive else set()
    if values.get("syphilis_test") == "positive":
        values["syphilis_stage"] = "unknown"
    if len(values) > 1:
        _say(story, "tests", day, values)
    if story.positive:
        _treated(story, day)


def _treated(story: Story, day: int) -> None:
    values: Values = {"visit_day": iso(day)}
    if "syphilis_test" in story.positive:
        values |= {"penicillin_dose": "yes" if story.happens("treated_at_once") else "no"}
    if "hbsag_test" in story.positive and story.happens("treated_at_once"):
        values["hepb_reviewed"] = "yes"
    if "hiv_test" in story.positive and story.happens("treated_at_once"):
        values["art_taken"] = "yes"
    if len(values) > 1:
        _say(story, "treatment", day, values)
    if "syphilis_test" in story.positive:
        for dose in (1, 2):
            again = day + dose * story.chance.between(7, 10)
            if again < story.fate.last and story.happens("treated_again"):
                _say(story, "treatment", again, {"visit_day": iso(again), "penicillin_dose": "yes"})


def _scan(story: Story, day: int) -> None:
    """The scan sees the true age, a few days more or less; from now on her list goes by it when it differs much."""
    age = max(42, day - story.fate.lmp + round(story.chance.around(0, 2.5, -6, 6)))
    values: Values = {"visit_day": iso(day), "scan_weeks": age // 7, "scan_days": age % 7}
    values["scan_babies"] = max(1, len(story.fate.babies))
    _say(story, "scan", day, values)
    if story.dated_by is None or abs(story.dated_by - (day - age)) > 10:
        story.dated_by = day - age


def sent_later(story: Story, day: int, baby: str = "") -> None:
    """A danger sign after which nobody went at once: often she goes a day later, or the midwife sends for her."""
    if not story.happens("sent_later"):
        return
    later = day + story.chance.between(1, 2)
    form, values = ("referral_baby", {"baby_referral_sent": "yes"}) if baby else ("referral", {"referral_sent": "yes"})
    by, place = story.who(later, at_station=True)
    report = story.say(form, story.at(later), {"referral_day": iso(later), **values}, by=by, place=place, subject=baby)
    if not baby:
        referral_followed(story, report.at)


def referral_followed(story: Story, sent: int) -> None:
    """What came of it, told by the hospital or by nobody."""
    if not story.happens("referral_answered"):
        return
    day = day_of(sent, story.village.zone) + story.chance.between(0, 4)
    home = story.home(day)
    values: Values = {"outcome_day": iso(day), "referral_outcome": story.pick("referral_outcome")}
    written = day + story.chance.between(0, 2)
    story.say("referral_outcome", story.at(written) + 90, values, by=home.ward, place=home.hospital)
