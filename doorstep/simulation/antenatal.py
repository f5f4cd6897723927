"""The pregnancy: registration, contacts kept and missed, danger signs, moves, the plan for the birth."""

from __future__ import annotations

from doorstep.simulation.report import Values, iso
from doorstep.simulation.station import referral_followed, sent_later, station_visit
from doorstep.simulation.story import Story
from doorstep.simulation.villages import Village

VILLAGE_SIGNS = (
    "bleeding", "convulsions", "severe_headache", "vision_disturbed", "fever", "severe_abdominal_pain", "severe_vomiting",
    "looks_very_ill", "breathing_difficulty", "waters_leaking", "baby_moves_less", "swelling_face_hands",
)  # fmt: skip
ATTRIBUTES = ("called", "house_name", "birthday", "residence", "sex")
"""What a registration says of the woman herself."""
MOST = 14
"""Contacts of one pregnancy, at most."""


def pregnancy(story: Story) -> None:
    """From the first contact to the day before the end."""
    first = story.fate.first_contact
    if first is None:
        return
    # Women who were pregnant when the programme began are found in its first weeks.
    day = max(first, story.programme.start + story.chance.between(0, 40))
    if day >= story.fate.last:
        return
    at_station = story.happens("seen_at_station_once")
    register(story, day, at_station=at_station)
    contact(story, day, due=None, at_station=at_station)
    _plan_moves(story, day)
    _contacts(story)
    _birth_plan(story)


def register(story: Story, day: int, *, at_station: bool) -> None:
    """She is written down, or written down anew in a later pregnancy."""
    woman = story.woman
    by, place = story.who(day, at_station=at_station)
    values = {
        "visit_day": iso(day), "consent_record": "yes", "called": woman.name, "house_name": woman.house,
        "birthday": woman.birthday, "residence": story.home(day).place_on(day), "language": woman.people.language,
        "ethnicity": woman.people.name if story.happens("ethnicity_told") else None,
        **_phone(story), **_dating(story, day, at_station=at_station), **_before(story, day),
    }  # fmt: skip
    story.known = True
    story.say("register", story.at(day), values, by=by, place=place, base=ATTRIBUTES)


def _phone(story: Story) -> Values:
    whose = story.pick("phone")
    if whose == "none":
        return {"phone_is": whose}
    wanted = "yes" if story.happens("messages_wanted") else "no"
    words = {"messages_words": "come" if whose == "shared" else "visit"} if wanted == "yes" else {}
    # No network gives out numbers that begin like these: nobody is ever rung up by a demo.
    return {"phone_is": whose, "phone": f"000{story.chance.between(0, 9_999_999):07d}", "messages_wanted": wanted, **words}


def _dating(story: Story, day: int, *, at_station: bool) -> Values:
    chance, values = story.chance, Values()
    if story.happens("lmp_known"):
        sure = story.happens("lmp_certain")
        told = min(story.fate.lmp + (0 if sure else round(chance.around(0, 7, -21, 21))), day)
        values |= {"lmp_told": iso(told), "lmp_certain": "yes" if sure else "no"}
        story.dated_by = told if sure else None
    elif story.happens("lmp_month_told"):
        values |= {"lmp_told": iso(story.fate.lmp)[:7], "lmp_certain": "no"}
    weeks = (day - story.fate.lmp) // 7
    if at_station and weeks >= 14:
        values["fundal_weeks"] = max(12, weeks + chance.between(-2, 2))
    return values


def _before(story: Story, day: int) -> Values:
    before, chance = story.begin.before, story.chance
    values: Values = {"gravida": before + 1, "para": before, "tt_doses_before": min(5, before * 2)}
    if before:
        values["previous_caesarean"] = "yes" if story.happens("caesarean_before") else "no"
        values["tt_last_before"] = iso(day - chance.between(500, 1600))[:7]
    return values


def contact(story: Story, day: int, due: int | None, *, at_station: bool) -> None:
    """An antenatal contact takes place."""
    first = not story.contacts
    shown = iso(due) if due is not None else None
    if at_station:
        station_visit(story, day, shown, first=first)
    else:
        _village_contact(story, day, shown)
    story.contacts.append(day)


def _village_contact(story: Story, day: int, shown: str | None) -> None:
    values: Values = {"due_shown": shown, **dict.fromkeys(VILLAGE_SIGNS, "no"), "danger_counselled": "yes"}
    sign = story.pick("danger_signs") if story.happens("danger_sign") else ""
    if sign:
        values |= {sign: "yes", "referral_sent": "yes" if story.happens("referral_sent") else "no"}
    if story.happens("iron_given"):
        values["iron_tablets"] = 30
    if (day - story.fate.lmp) // 7 >= 28:
        values["birth_place_plan"] = _planned_place(story)
    report = story.visit("anc_contact", day, values, at_station=False)
    if values.get("referral_sent") == "yes":
        referral_followed(story, report.at)
    elif sign and day + 2 < story.fate.last:
        sent_later(story, day)


def _planned_place(story: Story) -> str:
    place = story.fate.place
    return place if place in ("home", "health_centre", "hospital") else "health_centre"


def _contacts(story: Story) -> None:
    """Contact after contact, each planned for when it falls due; one that is not kept is planned again."""
    own = story.chance.about(story.rate("contact_kept"))
    for _ in range(MOST):
        due = story.schedule.next_due(story.dated_by, story.contacts)
        if due is None:
            _past_term(story)
            return
        day = _kept_on(story, max(due, story.contacts[-1] + 7), own, due)
        if day is None:
            return
        contact(story, day, due, at_station=story.happens("contact_at_station"))


def _kept_on(story: Story, planned: int, own: float, due: int) -> int | None:
    """The day on which the contact takes place; None when the pregnancy ends before."""
    chance = story.chance
    day = planned - chance.between(1, 7) if story.happens("contact_early") else planned + _delay(story)
    day = max(day, story.contacts[-1] + 7)
    while day < story.fate.last:
        if story.is_away(day):
            day += 21
        elif chance.yes(own):
            return day
        else:
            if story.happens("reason_told"):
                _not_done(story, day, due)
            day += chance.between(14, 28)
    return None


def _delay(story: Story) -> int:
    return int(story.chance.expovariate(1 / story.rate("contact_late_days")))


def _not_done(story: Story, day: int, due: int) -> None:
    values: Values = {
        "visit_day": iso(day), "not_done_step": story.schedule.step, "not_done_due": iso(due),
        "not_done_reason": [story.pick("reasons")],
    }  # fmt: skip
    by, place = story.who(day, at_station=False)
    story.say("visit_not_done", story.at(day), values, by=by, place=place)


def _past_term(story: Story) -> None:
    """At 41 weeks without a birth she is sent to give birth."""
    day = story.fate.lmp + 41 * 7
    if day < story.fate.last and not story.is_away(day) and story.happens("referral_sent"):
        by, place = story.who(day, at_station=True)
        values: Values = {"referral_day": iso(day), "referral_sent": "yes", "delivery_referral": "yes"}
        story.say("referral_delivery", story.at(day), values, by=by, place=place)


def _birth_plan(story: Story) -> None:
    day = story.fate.lmp + story.chance.between(30 * 7, 36 * 7)
    if not max(story.contacts[0], story.programme.start) < day < story.fate.last or story.is_away(day):
        return
    if story.happens("birth_plan"):
        values: Values = {"visit_day": iso(day), "birth_place_plan": _planned_place(story)}
        for question in ("transport_plan", "companion_plan", "blood_plan"):
            values[question] = "yes" if story.happens("plan_made") else "no"
        by, place = story.who(day, at_station=False)
        story.say("birth_plan", story.at(day), values, by=by, place=place)


def _plan_moves(story: Story, day: int) -> None:
    """She goes away, or to live in another village; told when it happens."""
    leaves = story.chance.between(day + 10, max(day + 10, story.fate.last - 10))
    if story.happens("moves_away"):
        back = leaves + story.chance.between(20, 100) if story.happens("comes_back") else story.programme.end + 400
        story.away = (leaves, back - 1)
        story.woman.gone = back > story.programme.end
        _away(story, leaves, {"whereabouts": "away"})
        _away(story, back, {"whereabouts": "here"})
    elif story.happens("moves_house"):
        _move_house(story, leaves)


def _away(story: Story, day: int, values: Values) -> None:
    told = day + story.chance.between(0, 12)
    by, place = story.who(told, at_station=False) if told <= story.programme.end else (None, "")
    if by is not None:
        story.say("move", story.at(told), {**values, "move_day": iso(day)}, by=by, place=place)


def _move_house(story: Story, day: int) -> None:
    """The new village's worker and the old one's may both tell it, neither knowing of the other: a conflict."""
    others = [one for one in story.neighbours if one is not story.village]
    if not others or day > story.programme.end - 12:
        return
    old, new, seen = story.village, story.chance.one(others), dict(story.woman.seen)
    story.moved, story.woman.village = (day, new), new
    _lives_in(story, new, day, new)
    if story.happens("told_differently"):
        story.woman.seen = seen
        _lives_in(story, old, day, story.chance.one(others))


def _lives_in(story: Story, teller: Village, day: int, where: Village) -> None:
    values = {"whereabouts": "here", "move_day": iso(day), "residence": where.place_on(day)}
    at = story.at(day + story.chance.between(0, 10))
    story.say("move", at, values, by=teller.attendant, place=teller.place_on(day), base=("residence",))
