"""The one joint between the pages and the floors above: every fact that a page shows comes through here."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest

from doorstep.accounts import access, demonstration
from doorstep.accounts.models import Worker
from doorstep.accounts.roles import EVERYWHERE
from doorstep.content.model import Programme
from doorstep.content.uploaded import uploaded_of
from doorstep.record import lists, people, placing, whereabouts
from doorstep.record.attachments import attachment, attachments, opens_form
from doorstep.record.database import Connection
from doorstep.record.figures import Month
from doorstep.record.opened import shared_record
from doorstep.record.people import relatives
from doorstep.record.places.model import ADMINISTRATIVE, HEALTH
from doorstep.record.record import Record
from doorstep.record.story import Story, canonical, story
from doorstep.sync.calls import calls_of
from doorstep.sync.holding import Holding
from doorstep.sync.month import MonthOf, month_of
from doorstep.sync.snapshot import TooMany
from doorstep.web.days import civil_day
from doorstep.web.due_view import Person


def record() -> Record:
    """The record of this server process."""
    return shared_record(Path(settings.DOORSTEP_PROGRAMMES))


def programmes() -> Mapping[str, Programme]:
    """Every programme in force, by id."""
    return record().rules.pack.programmes


def written() -> Mapping[str, Programme]:
    """Those that somebody wrote for Doorstep, by id: without forms that were uploaded, which have a page of their own."""
    return {name: one for name, one in programmes().items() if uploaded_of(one) is None}


def viewer(request: HttpRequest) -> access.Viewer:
    """Who asks, with what they may see today."""
    return access.viewer(request.user)


def now() -> int:
    """UTC seconds."""
    return int(time.time())


@dataclass(frozen=True)
class Here:
    """A place on a day, as a page needs it: the ways up in both trees (widest first), what is directly inside."""

    place: placing.PlaceRow
    day: int
    lives: list[placing.PlaceRow]
    cares: list[placing.PlaceRow]
    inside: list[placing.PlaceRow]

    @property
    def is_today(self) -> bool:
        """Whether the day is today there."""
        return self.day == civil_day(now(), self.place.zone)


def here(who: access.Viewer, code: str, day: int) -> Here:
    """A place that the viewer may ask about; Http404 for any other, whether or not it exists."""
    found = access.place(record(), who, code, day)
    if found is None:
        raise Http404
    with record().store.register.read() as register:
        unit = placing.units(register, [found.id])[found.id]
        return Here(
            unit, day,
            placing.way_up(register, unit.id, day, ADMINISTRATIVE) if unit.tree == ADMINISTRATIVE else [],
            placing.way_up(register, unit.id, day, HEALTH),
            placing.inside(register, unit.id, day),
        )  # fmt: skip


def one_level(at: Here, lived: Mapping[str, set[str]]) -> list[placing.PlaceRow]:
    """What the place divides into, on one level, so that nobody counts twice: facilities under a facility, places under a
    place; where none of them has anybody, what it looks after. Of units inside one another only the widest.

    lived: the units in which each person lives.
    """
    inhabited = {unit for own in lived.values() for unit in own}
    own = [unit for unit in at.inside if unit.tree == at.place.tree]
    level = own if any(unit.id in inhabited for unit in own) else [unit for unit in at.inside if unit.tree != at.place.tree]
    with record().store.register.read() as register:
        nested = placing.nested(register, [unit.id for unit in level], at.day)
    return [unit for unit in level if unit.id not in nested]


def areas(who: access.Viewer) -> list[placing.PlaceRow]:
    """The places that the viewer works for; the countries when it is everywhere."""
    wanted = {grant.place for grant in who.scope.grants or ()}
    with record().store.register.read() as register:
        if EVERYWHERE in wanted or who.scope.everything:
            return placing.countries(register)
        return sorted(placing.units(register, wanted).values(), key=lambda unit: unit.code)


@dataclass(frozen=True)
class Listing:
    """A due list: rows, the people in them, and the units in which each lives on that day."""

    rows: list[lists.Listed]
    people: Mapping[str, Person]
    units: Mapping[str, set[str]]
    second: int
    names_open: bool
    """Whether the viewer's roles open what people are called."""


def due(who: access.Viewer, at: Here, known_on: int | None, statuses: Collection[str], lang: str) -> Listing:
    """Who needs a visit at a place on a day."""
    second = now() if at.is_today else None
    asked = lists.Question(at.place.id, at.day, known_on, frozenset(statuses), second=second)
    rows = lists.due(record(), asked, who.scope) if known_on is None else _as_known(asked, who)
    subjects = {row["subject"] for row in rows}
    last = second if second is not None else last_second(at.place, at.day)
    with record().store.register.read() as register:
        seen = whereabouts.visible(register, subjects, who.scope, lists.today())
        units = whereabouts.units_of(register, subjects, at.day)
        places = placing.units(register, {unit for own in units.values() for unit in own})
        mothers = relatives(register, subjects, "mother")
        seen |= whereabouts.visible(register, set(mothers.values()), who.scope, lists.today())
    called = names(who, seen)
    found = {}
    for subject in subjects:
        home = narrowest(places[unit] for unit in units.get(subject, ()) if unit in places)
        where = (place_name(home, lang), home.id) if home else ("", "")
        found[subject] = Person(subject, called.get(subject), called.get(mothers.get(subject, "")), *where)
    return Listing(rows, found, units, last, opens_names(who, seen))


_KEPT: dict[tuple[object, ...], list[lists.Listed]] = {}
KEPT, KEPT_FOR = 4, 600
"""How many lists as they could be known then are kept, and for how many seconds at most."""


def _as_known(asked: lists.Question, who: access.Viewer) -> list[lists.Listed]:
    """A list as it could be known on a day. It is worked out from the answers, which takes seconds: the last few are kept for
    whoever sorts, filters or turns the page, until anything new arrives or the viewer's roles change."""
    record().catch_up()
    with record().store.register.read() as register:
        folded = register.rows("SELECT value FROM register_meta WHERE name = 'folded'")
    moment = asked.second and asked.second // 60
    key = (replace(asked, second=moment), who.scope, record().rules.pack.hash, str(folded), now() // KEPT_FOR)
    rows = _KEPT.get(key)
    if rows is None:
        rows = lists.due(record(), asked, who.scope)
        for old in list(_KEPT)[: 1 - KEPT]:
            _KEPT.pop(old, None)
        _KEPT[key] = rows
    return rows


def names(who: access.Viewer, seen: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """What these people are called, as far as they have a name and the roles open it."""
    found = people.attributes(record(), seen, who.scope, ["called"])
    return {subject: str(own[0].value) for subject, own in found.items() if own[0].shown and own[0].value}


def opens_names(who: access.Viewer, seen: Mapping[str, frozenset[str]]) -> bool:
    """Whether any of the roles by which these people are seen opens names."""
    return any(people.opened(list(programmes().values()), who.scope, roles, "called") for roles in set(seen.values()))


@dataclass(frozen=True)
class Opened:
    """A person's record, opened: her story, her step rows on the day, her home that day with the ways up in both trees,
    and the records that may be opened from hers, with what they are called. roles: by which she is seen. lived: the units
    of her homes as they were told; wheres: those of the submissions. flagged: her commune was split, and somebody has to
    say in which part she lives. filled: forms that somebody uploaded, and whose answers may be read. files: submission -> (name,
    media type, bytes) of the pictures and recordings that may be looked at."""

    told: Story
    rows: list[lists.Listed]
    roles: frozenset[str]
    home: placing.PlaceRow | None
    lives: list[placing.PlaceRow]
    cares: list[placing.PlaceRow]
    lived: list[placing.PlaceRow | None]
    wheres: Mapping[str, placing.PlaceRow | None]
    flagged: bool
    seen: Mapping[str, str]
    called: str | None
    names_open: bool
    second: int
    filled: frozenset[str]
    files: Mapping[str, list[tuple[str, str, int]]]

    @property
    def zone(self) -> str:
        """Time zone of her home."""
        return self.home.zone if self.home else "UTC"

    @property
    def country(self) -> str:
        """ISO 3166 code of the country that she lives in; '' when her home is not known."""
        return self.lives[0].code if self.lives else ""


def opened_record(who: access.Viewer, subject: str, day: int | None) -> tuple[Opened, int]:
    """The record of somebody whom the viewer may see, and the day it is shown for (None: today, where she lives).

    Http404 for anybody else, whether or not there is such a record.
    """
    held = record()
    held.catch_up()
    subject = canonical(held, subject)
    roles = access.person(held, who, subject)
    if roles is None:
        raise Http404
    told = story(held, subject, roles, who.scope)
    near = {other for _, other in (*told.belongs_to, *told.others)}
    with held.store.register.read() as register:
        today = civil_day(now(), _zone(_home(register, subject, lists.today())))
        when = today if day is None else day
        home = _home(register, subject, when)
        lives = placing.way_up(register, home.id, when, ADMINISTRATIVE) if home else []
        cares = placing.way_up(register, home.id, when, HEALTH) if home else []
        seen = whereabouts.visible(register, near | {subject}, who.scope, lists.today())
        residence = next((one for one in told.homes if one.valid_from <= when < one.valid_to), None)
        flagged = bool(residence and placing.unsettled(register, residence.place, residence.told_on, when))
        lived = placing.as_told(register, [(one.place, one.told_on) for one in told.homes])
        sent_from = {one.place: one.made_day for one in told.sent if one.place}
        wheres = dict(zip(sent_from, placing.as_told(register, sent_from.items()), strict=True))
    called = names(who, seen)
    second = now() if when == today else last_second(home, when)
    rows = lists.of_subjects(held, [subject], when, second, who.scope)
    others = {other: called.get(other, "") for other in near if other in seen}
    own, opens = called.get(subject), opens_names(who, seen)
    whole = {form for form in {sent.form for sent in told.sent} if opens_form(held, form, roles, who.scope)}
    files = attachments(held, [sent.submission for sent in told.sent if sent.form in whole]) if opens and whole else {}
    filled = frozenset(whole & set(held.shelf.uploaded_forms))
    return Opened(told, rows, roles, home, lives, cares, lived, wheres, flagged, others, own, opens, second, filled, files), when


def file_of(opened: Opened, submission: str, name: str) -> tuple[str, bytes]:
    """(media type, content) of a picture or a recording of an opened record. Http404 for any other."""
    known = any(name == own for own, _, _ in opened.files.get(submission, ()))
    found = attachment(record(), submission, name) if known else None
    if found is None:
        raise Http404
    return found


def _home(register: Connection, subject: str, day: int) -> placing.PlaceRow | None:
    """The smallest unit that she lives in on a day."""
    return narrowest(placing.units(register, whereabouts.units_of(register, [subject], day).get(subject, ())).values())


def _zone(place: placing.PlaceRow | None) -> str:
    return place.zone if place else "UTC"


def last_second(place: placing.PlaceRow | None, day: int) -> int:
    """UTC seconds of the end of a day at a place."""
    here = place or placing.PlaceRow("", ADMINISTRATIVE, "", "", {}, "UTC", False, False)
    return whereabouts.PlaceThen(here.id, here.tree, here.kind, here.code, "", here.zone).last_second(day)


def narrowest(units: Iterable[placing.PlaceRow]) -> placing.PlaceRow | None:
    """The smallest administrative unit among these."""
    own = [unit for unit in units if unit.tree == ADMINISTRATIVE]
    return max(own, key=lambda unit: (int(placing.kind_words().get(unit.kind, {}).get("rank", 0)), unit.id), default=None)


def place_name(place: placing.PlaceRow, lang: str) -> str:
    """The name in this language, else in English, else in any."""
    return place.names.get(lang) or place.names.get("en") or next(iter(place.names.values()), place.id)


Roles = list[tuple[str, placing.PlaceRow | None]]


def areas_of(workers: Collection[Worker]) -> dict[int, Roles]:
    """What each of these does where today: (role, place or None for everywhere), by the worker's key."""
    held = {one.pk: list(access.viewer(one).scope.grants or ()) for one in workers}
    with record().store.register.read() as register:
        units = placing.units(register, {grant.place for own in held.values() for grant in own})
    return {pk: [(grant.role, units.get(grant.place)) for grant in own] for pk, own in held.items()}


def answered(worker: Worker) -> bool:
    """Whether she finds anybody on her phone to call when somebody is in danger."""
    with record().store.register.read() as register:
        return bool(calls_of(register, Holding.of(access.viewer(worker), programmes())))


def month(worker: Worker, days: Month) -> MonthOf | None:
    """A worker's month, as her phone shows it; None where no phone could hold everybody whom she may see."""
    try:
        return month_of(record(), Holding.of(access.viewer(worker), programmes()), days)
    except TooMany:
        return None


def opened_anywhere(who: access.Viewer) -> frozenset[tuple[str, str]]:
    """Programme and compartment, of what the viewer's roles open."""
    return frozenset((name, one) for name, own in programmes().items() for role in who.roles for one in own.roles.get(role, ()))


def people_seen(who: access.Viewer, subjects: Collection[str], lang: str) -> dict[str, Person]:
    """Those of these people whom the viewer may see, as lists show them."""
    day = lists.today()
    with record().store.register.read() as register:
        seen = whereabouts.visible(register, subjects, who.scope, day)
        units = whereabouts.units_of(register, seen, day)
        places = placing.units(register, {unit for own in units.values() for unit in own})
        mothers = relatives(register, seen, "mother")
        near = whereabouts.visible(register, set(mothers.values()), who.scope, day)
    called = names(who, {**near, **seen})
    found = {}
    for subject in seen:
        home = narrowest(places[unit] for unit in units.get(subject, ()) if unit in places)
        where = (place_name(home, lang), home.id) if home else ("", "")
        found[subject] = Person(subject, called.get(subject), called.get(mothers.get(subject, "")), *where)
    return found


def demo_logins() -> list[demonstration.Login]:
    """Who can log in to the demonstration; nobody where there is none."""
    found = demonstration.read(record().store.config.data)
    return found.logins if found else []
