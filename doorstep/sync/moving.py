"""The doors for women who move: places anywhere by name, somebody outside the own area, and her opening for some days.

Only who cares for people, and may know what they are called, may ask, with a reason, so many times an hour and a day; each
question and each person who is found has a line in the audit log. Only who was found may be opened.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from doorstep.accounts import access, audit, openings
from doorstep.accounts.models import Audit, Worker
from doorstep.accounts.roles import SEEKS
from doorstep.record.database import Connection
from doorstep.record.http import Answer, json_of, told
from doorstep.record.lists import today
from doorstep.record.people import opened
from doorstep.record.placing import as_told
from doorstep.record.record import Record
from doorstep.sync.holding import Holding
from doorstep.sync.seeking import CALLED, Cards, Villages, by_card, by_name

AN_HOUR, A_DAY = 20, 60
"""Questions of one worker: a day's work needs far fewer, and nobody reads a register through so few."""
FOUND_FOR = timedelta(hours=24)
"""So long after she was found she may be opened."""
NOTHING = "Nothing was changed."


class Moving:
    """Answers of the doors `places`, `seek`, `open` and `close`."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.cards, self.villages = Cards(record), Villages()

    def answer(self, door: str, asked: dict[str, Any], worker: Worker) -> Answer:
        """The answer of a door to what was asked."""
        who = access.viewer(worker)
        if door == "close":  # to give something back needs no right
            return Answer(200, json_of({"closed": openings.close(worker, _text(asked, "subject"))}))
        if not access.seeks(who) or not opened(self.record.rules.pack.programmes.values(), who.scope, who.roles & SEEKS, CALLED):
            return told(403, "Your work here does not need people of other areas.", NOTHING, "Ask your supervisor.")
        if door == "places":
            with self.record.reading() as register:
                return Answer(200, json_of({"places": self.villages.find(register, _text(asked, "words"))}))
        if asked.get("reason") not in openings.REASONS:
            return told(400, "A reason has to be given.", NOTHING, f"One of: {', '.join(openings.REASONS)}.")
        return self._seek(asked, worker, who) if door == "seek" else self._open(asked, worker)

    def _seek(self, asked: dict[str, Any], worker: Worker, who: access.Viewer) -> Answer:
        code, name, place, year = _text(asked, "card"), _text(asked, "name"), _text(asked, "place"), asked.get("year")
        if not code and not (name and place and isinstance(year, int) and not isinstance(year, bool)):
            return told(
                400, "She is looked for by the code on her card, or by name, year of birth and village together.", NOTHING,
                "Say what is missing.",
            )  # fmt: skip
        if wait := _wait(worker.username):
            answer = told(429, "You have looked for many people already.", NOTHING, "Try again later, or ask your supervisor.")
            answer.headers.append(("Retry-After", str(wait)))
            return answer
        audit.note(worker.username, "sought", about=f"{asked['reason']} {'card' if code else f'name {year} {place}'}")
        found = by_card(self.record, self.cards, who, code) if code else by_name(self.record, who, name, int(year or 0), place)
        for one in found or ():
            audit.note(worker.username, "found", subject=one.subject, about=str(asked["reason"]))
        return Answer(200, json_of({"found": [one.told() for one in found or ()], "many": found is None}))

    def _open(self, asked: dict[str, Any], worker: Worker) -> Answer:
        subject, days = _text(asked, "subject"), asked.get("days")
        since = timezone.now() - FOUND_FOR
        if not Audit.objects.filter(worker=worker.username, action="found", subject=subject, at__gte=since).exists():
            return told(404, "Nobody whom you looked for has this id.", NOTHING, "Look for her first.")
        number = days if isinstance(days, int) and not isinstance(days, bool) else openings.USUAL
        made = openings.open_for(worker, subject, str(asked["reason"]), number)
        return Answer(200, json_of({"subject": made.subject, "since": made.since, "until": made.until}))

    def guests(self, register: Connection, holding: Holding) -> list[dict[str, Any]]:
        """Who is open to the worker now, for the phone's state: until when, of which village, and whose rows go then."""
        day, found = today(), []
        for one, people in holding.guests(register, day):
            homes = register.rows(
                "SELECT place, told_on FROM home WHERE subject = ? AND valid_from <= ? AND ? < valid_to", [one.subject, day, day]
            )
            place = next((unit for unit in as_told(register, homes) if unit), None)
            found.append({
                "subject": one.subject, "since": one.since, "until": one.until, "reason": one.reason, "goes": sorted(people),
                "place": dict(place.names) if place else {},
            })  # fmt: skip
        return found


def _text(asked: dict[str, Any], name: str) -> str:
    found = asked.get(name)
    return found.strip()[:128] if isinstance(found, str) else ""


def _wait(username: str) -> int:
    """Seconds until another question is let in; 0 for now."""
    now, wait = timezone.now(), 0
    for most, within in ((AN_HOUR, timedelta(hours=1)), (A_DAY, timedelta(days=1))):
        lines = Audit.objects.filter(worker=username, action="sought", at__gt=now - within).order_by("-at")
        first = lines.values_list("at", flat=True)[most - 1 : most]
        wait = max([wait, *(int((at + within - now).total_seconds()) + 1 for at in first)])
    return wait


