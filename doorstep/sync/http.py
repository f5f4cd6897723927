"""The doors of phones, /sync/v1/: see docs/decisions/0030-the-phone.md. A WSGI application beside the intake.

Errors say what happened, what is safe and what to do next, in the intake's own shape.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from django.db import InterfaceError, OperationalError, connection

from doorstep.accounts import access, audit, openings
from doorstep.accounts.models import Worker
from doorstep.record.attachments import AWAITED
from doorstep.record.database import DatabaseAway
from doorstep.record.http import NOTHING_STORED, STATUS, Answer, IntakeApp, bearer, body_of, json_of, of_refusal, told
from doorstep.record.intake import Receipt
from doorstep.record.lists import today
from doorstep.record.placing import PlaceRow, countries, units
from doorstep.record.reasons import Refusal
from doorstep.record.record import Record
from doorstep.sync import codes, parcels, phones, pull
from doorstep.sync.beforehand import Beforehand
from doorstep.sync.calls import calls_of
from doorstep.sync.clips_answer import clips_answer
from doorstep.sync.clips_voices import Voices
from doorstep.sync.cursor import Cursor
from doorstep.sync.files import Arriving
from doorstep.sync.guesses import Guesses
from doorstep.sync.holding import Holding
from doorstep.sync.moving import Moving
from doorstep.sync.offers import Offers
from doorstep.sync.pack import PhonePack, phone_pack
from doorstep.sync.packing import for_ever, packed
from doorstep.sync.phones import Phone
from doorstep.sync.pieces import Pieces
from doorstep.sync.receipts import Receipts
from doorstep.sync.recipient import Recipient
from doorstep.sync.snapshot import MOST_PEOPLE, TooMany

logger = logging.getLogger("doorstep.http")
PREFIX = "/sync/v1/"
WORTH_PACKING = 600
"""Bytes from which an answer is packed for whoever takes it so."""
NOTHING_CHANGED = "Nothing was changed."
FOR_EVER = "private, max-age=31536000, immutable"
MOST_KEYS = 20
"""Of one worker on one phone: it has another with every new PIN."""
_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,127}")
_KEY = re.compile(r"[0-9a-f]{64}")


class SyncApp:
    """WSGI. intake: takes in what phones bring. forget: called when keys or standings of phones changed."""

    def __init__(self, record: Record, intake: IntakeApp, forget: Callable[[], None] = lambda: None) -> None:
        self.record, self.intake, self.forget = record, intake, forget
        self.recipient, self.guesses, self.pieces, self.beforehand = Recipient(record), Guesses(), Pieces(), Beforehand(record)
        self.voices = Voices(record.store.config.data, lambda: record.rules.pack)
        self.moving = Moving(record)
        self.offers, self.arriving, self.receipts = Offers(record), Arriving(record, self.recipient), Receipts(record)
        self._packs: dict[str, PhonePack] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._safely(environ)
        headers = [("Content-Type", answer.type), *answer.headers]
        if not any(name == "Cache-Control" for name, _ in answer.headers):
            headers.append(("Cache-Control", "no-store"))
        done = any(name == "Vary" for name, _ in headers) or not answer.type.startswith("application/json")
        if not done and len(answer.body) > WORTH_PACKING:
            answer.body, how = packed(environ, answer.body, 5)
            headers += how
        headers.append(("Content-Length", str(len(answer.body))))
        start_response(STATUS.get(answer.status, "410 Gone"), headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    def _safely(self, environ: WSGIEnvironment) -> Answer:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        try:
            return self._route(environ)
        except (OperationalError, InterfaceError):
            return _away("The accounts do not answer.")
        except DatabaseAway as error:
            return _away(str(error))
        except Refusal as refusal:
            return of_refusal(refusal)
        except Exception:
            logger.exception("a phone was not answered")
            return told(
                500, "Doorstep failed on this; it is a defect of Doorstep.",
                "What was answered with an outcome before is safe; of this request nothing is certain: keep your copy.",
                "Try again later: nothing is taken in twice. If it fails again, tell whoever keeps this server.",
            )  # fmt: skip

    def _route(self, environ: WSGIEnvironment) -> Answer:
        path, method = environ.get("PATH_INFO", "").removeprefix(PREFIX), environ["REQUEST_METHOD"]
        token = bearer(environ)
        phone = phones.phone_of(token) if token else None
        if path == "enrol" and method == "POST":
            return self._enrol(environ, phone)
        if phone is None and not token and path.startswith("clips/"):
            body_of(environ, drain_only=True)
            return clips_answer(environ.get("PATH_INFO", ""), method, None, self.voices)
        if phone is None:
            body_of(environ, drain_only=True)
            return told(
                401, "No phone here has this token, or none was sent.", NOTHING_STORED,
                "Ask your supervisor for an enrolment code, and enrol this phone again.",
            )  # fmt: skip
        if path == "state" and method in ("GET", "HEAD"):
            return self._state(phone)
        doors: Mapping[tuple[str, str], Callable[[WSGIEnvironment, Phone], Answer]] = {
            ("POST", "push"): self._push, ("POST", "parcels"): self._parcels, ("POST", "pull"): self._pull,
            ("GET", "area"): self._area, ("GET", "snapshot"): self._older, ("POST", "places"): self._moving,
            ("POST", "seek"): self._moving, ("POST", "open"): self._moving, ("POST", "close"): self._moving,
        }  # fmt: skip
        door = doors.get((method, path))
        if path.startswith(("pack/", "form/", "medium/")) and method in ("GET", "HEAD"):
            door = self._pack if path.startswith("pack/") else self._form
        if path.startswith("clips/"):
            door = self._clips
        if path.startswith("files/") and method == "POST":
            door = self._file
        if door is None:
            body_of(environ, drain_only=True)
            return told(404, "There is nothing here that can be shown to you.", NOTHING_CHANGED, "Look at the address again.")
        if not (phone.may_send if door in (self._push, self._parcels, self._file) else phone.may_read):
            body_of(environ, drain_only=True)
            return told(
                403, f"This phone is {phone.standing}.", NOTHING_STORED,
                "Ask your supervisor. What was made on it and sealed can be brought by another phone.", standing=phone.standing,
            )  # fmt: skip
        return door(environ, phone)

    # --- who -------------------------------------------------------------------------------------------------------

    def _enrol(self, environ: WSGIEnvironment, phone: Phone | None) -> Answer:
        """By a code; or, without one, anew on a phone whose supervisor allowed a new PIN."""
        address = environ.get("REMOTE_ADDR", "")
        if wait := self.guesses.wait(address):
            body_of(environ, drain_only=True)
            answer = told(
                429, "There were too many wrong codes.", NOTHING_CHANGED, "Wait a while, then try once more with the right code."
            )
            answer.headers.append(("Retry-After", str(wait)))
            return answer
        asked = _object(body_of(environ))
        device, key = asked.get("device"), str(asked.get("public_key") or "").lower()
        if not isinstance(device, str) or not _DEVICE.fullmatch(device) or not _KEY.fullmatch(key):
            return told(
                400, "A phone is enrolled with its id and its public key (64 hex digits).", NOTHING_CHANGED, "Update the app."
            )
        worker = self._enrolling(phone, asked.get("code"), device, key)
        if worker is None:
            self.guesses.wrong(address)
            return told(
                404, "This code is wrong, was used before, or is too old.", NOTHING_CHANGED,
                "Look at the letters again, or ask your supervisor for a new code.",
            )  # fmt: skip
        enrolled, token = phones.enrol(worker, device, key, _former(asked.get("former"), worker.username))
        self.forget()
        try:
            self.beforehand.begin(*self._whose(Phone(enrolled, worker, enrolled.standing)))
        except Exception:  # she is enrolled; her first pull is made when it is asked for
            logger.exception("a first pull was not begun")
        return Answer(200, json_of({
            "worker": _worker(worker), "token": token, "recipient": self.recipient.public,
            "receipt_key": self.receipts.public, "generation": self.record.store.generation,
        }))  # fmt: skip

    def _enrolling(self, phone: Phone | None, code: object, device: str, key: str) -> Worker | None:
        """Whom this phone may be enrolled for. Who asks the same with the same key lost the answer, and gets it once more."""
        if code and isinstance(code, str):
            if found := codes.take(self.record, code):
                return found
            before = codes.taken_by(self.record, code)
            return before if before and phones.has_key(before, device, key) else None
        if code or phone is None or phone.device.device != device:
            return None
        renews = phone.device.may_renew and phone.may_read
        return phone.worker if renews or (phones.was_replaced(phone) and phones.has_key(phone.worker, device, key)) else None

    def _holding(self, phone: Phone) -> Holding:
        return Holding.of(access.viewer(phone.worker), self.record.rules.pack.programmes, openings.ever(phone.worker))

    def _state(self, phone: Phone) -> Answer:
        found: dict[str, Any] = {
            "time": int(time.time()), "generation": self.record.store.generation, "standing": phone.standing,
            "worker": _worker(phone.worker),
        }  # fmt: skip
        if phone.may_send:
            found |= {"recipient": self.recipient.public, "receipt_key": self.receipts.public}
        if phone.device.may_renew and phone.may_read:
            found["unlock"] = True
        if phone.may_read:
            self.record.notice()  # of content that came by command: else the phone hears of it a contact later
            holding = self._holding(phone)
            with self.record.store.register.read() as register:
                pack = self._current()
                now = Cursor.now(self.record, register, holding, pack.hash)
                known = units(register, holding.areas)
                wide = countries(register) if holding.everywhere else []
                guests = self.moving.guests(register, holding)
                called = calls_of(register, holding)
                forms = self.offers.to(register, holding.scope)
            roles = [{"role": grant.role, "place": grant.place} for grant in holding.scope.grants or ()]
            found |= {
                "areas": [_place(unit) for unit in (*sorted(known.values(), key=lambda unit: unit.id), *wide)],
                "roles": roles, "opens": holding.opens, "scope": now.scope, "pack": pack.hash, "forms": forms,
                "calls": called,
                "guests": guests,
            }  # fmt: skip
        return Answer(200, json_of(found))

    def _moving(self, environ: WSGIEnvironment, phone: Phone) -> Answer:
        """Women move: looked for outside the area, and open for a time."""
        return self.moving.answer(environ.get("PATH_INFO", "").rpartition("/")[2], _object(body_of(environ)), phone.worker)

    # --- what comes down ---------------------------------------------------------------------------------------------

    def _current(self) -> PhonePack:
        """The phones' pack in force; worked out once."""
        own = self.record.rules.pack.rules
        if own not in self._packs:
            self._packs[own] = phone_pack(self.record)
        return self._packs[own]

    def _pack(self, environ: WSGIEnvironment, phone: Phone) -> Answer:
        wanted = environ.get("PATH_INFO", "").rpartition("/")[2]
        current = self._current()
        found = next((one for one in (current, *self._packs.values()) if one.hash == wanted), None)
        if found is None:
            return told(404, "This pack is not in force.", NOTHING_CHANGED, "Ask for the state: it names the pack in force.")
        return _for_ever(environ, found.packed)

    def _form(self, environ: WSGIEnvironment, phone: Phone) -> Answer:
        """A form that somebody uploaded, or a file of it. It tells nothing of anybody."""
        kind, _, name = environ.get("PATH_INFO", "").removeprefix(PREFIX).partition("/")
        if kind == "form" and (form := self.offers.form(name)):
            return _for_ever(environ, form.packed)
        if kind == "medium" and (found := self.offers.medium(name)):
            return Answer(200, found[1], found[0], [("Cache-Control", FOR_EVER)])
        return told(404, "This form is not in force.", NOTHING_CHANGED, "Ask for the state: it names the forms in force.")

    def _clips(self, environ: WSGIEnvironment, phone: Phone) -> Answer:
        """Which words have a voice, and the sounds."""
        return clips_answer(environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"], phone.worker.username, self.voices)

    def _area(self, environ: WSGIEnvironment, phone: Phone) -> Answer:
        """The first pull. from, mark: it goes on where it broke off, counted before it is packed for the way."""
        whose, holding, pack = self._whose(phone)
        asked = parse_qs(environ.get("QUERY_STRING", ""))
        start, mark = (asked.get(name, [""])[0] for name in ("from", "mark"))
        begin = int(start) if start.isascii() and start.isdigit() and len(start) < 12 else 0
        ready: bytes | None = None

        def make() -> bytes:
            nonlocal ready
            content, ready = self.beforehand.document(whose, holding, pack)
            return content

        try:
            piece = self.pieces.get(whose, begin, mark, make)
        except TooMany:
            return told(
                413, f"More than {MOST_PEOPLE:,} people live in these areas: more than a phone holds.", NOTHING_CHANGED,
                "Ask for a smaller area, or use the pages.",
            )  # fmt: skip
        told_of = f"snapshot from {piece.start}" if piece.start else "snapshot"
        audit.note(phone.worker.username, "synced", about=f"{phone.device.device} {told_of}")
        content, headers = packed(environ, piece.content, ready=ready)
        return Answer(200, content, "application/json", [*headers, ("X-Mark", piece.mark), ("X-From", str(piece.start))])

    def _whose(self, phone: Phone) -> tuple[Hashable, Holding, str]:
        """(what says for whom and of what a first pull is, what she may hold, the hash of the pack)"""
        holding, pack = self._holding(phone), self._current().hash
        with self.record.store.register.read() as register:
            return (phone.device.pk, self.record.store.generation, holding.hash(register, today()), pack), holding, pack

    def _older(self, environ: WSGIEnvironment, phone: Phone) -> Answer:
        """An app from before the first pull was a document asks for a database file."""
        return told(
            410, "This app is older than the station.", "Nothing was changed. What is on the phone stays, and can be sent.",
            "Close the app and open it again while there is a network: the newer one comes by itself.",
        )  # fmt: skip

    def _pull(self, environ: WSGIEnvironment, phone: Phone) -> Answer:
        asked = _object(body_of(environ))
        most = asked.get("most")
        number = most if isinstance(most, int) and not isinstance(most, bool) else pull.USUAL
        found = pull.pull(self.record, self._holding(phone), self._current().hash, Cursor.read(asked.get("cursor")), number)
        told_of = f"{len(found['bundles'])} people, {len(found['forget'])} forgotten" if "bundles" in found else "fresh"
        audit.note(phone.worker.username, "synced", about=f"{phone.device.device} {told_of}")
        return Answer(200, json_of(found))

    # --- what comes up -----------------------------------------------------------------------------------------------

    def _push(self, environ: WSGIEnvironment, phone: Phone) -> Answer:
        return self.intake.submissions(environ, phone.worker.username)

    def _file(self, environ: WSGIEnvironment, phone: Phone) -> Answer:
        """A piece of a sealed picture or recording, brought by whoever has it."""
        asked = parse_qs(environ.get("QUERY_STRING", ""))
        start, size = (asked.get(name, [""])[0] for name in ("from", "of"))
        piece = body_of(environ)
        if not (start.isascii() and start.isdigit() and size.isascii() and size.isdigit()):
            raise Refusal("bad_number", "from and of: bytes")
        key = environ.get("PATH_INFO", "").rpartition("/")[2]
        arrived = self.arriving.take(key, int(start[:12]), int(size[:12]), piece)
        proof = {} if arrived.outcome in ("", AWAITED) else {"proof": self.receipts.of_file(key, arrived.outcome)}
        return Answer(200, json_of(arrived.told() | proof))

    def _parcels(self, environ: WSGIEnvironment, phone: Phone) -> Answer:
        """Sealed work of anybody: brought by this phone, which cannot read it."""
        found = parcels.opened(body_of(environ), self.recipient)
        opened: list[tuple[str, list[Receipt]]] = []
        for number, key, content in found.contents:
            try:
                opened.append((key, self.intake.take_in(content, phone.worker.username)))
            except Refusal:  # sealed well, and no work: the others are not held up by it
                found.unreadable.append(number)
        if not opened:
            return told(
                400, "This parcel cannot be read: it is broken, or was sealed for another server.",
                "Nothing was stored: keep it, and keep the phone that made it.",
                "Send it once more. If it fails again, let the phone that made it send its work itself.", receipts=[],
            )  # fmt: skip
        receipts = [receipt for _, taken in opened for receipt in taken]
        answer: dict[str, Any] = {
            "receipts": [receipt.told() for receipt in receipts], "counts": Counter(one.outcome for one in receipts),
            "proof": self.receipts.of_parcels(opened),
        }  # fmt: skip
        if found.unreadable:
            answer["unreadable"] = sorted(found.unreadable)
        return Answer(200, json_of(answer))


def _for_ever(environ: WSGIEnvironment, content: bytes) -> Answer:
    """Gzipped JSON that its address names for ever."""
    body, headers = for_ever(environ, content)
    return Answer(200, body, "application/json", [("Cache-Control", FOR_EVER), *headers])


def _away(happened: str) -> Answer:
    answer = told(503, happened, NOTHING_STORED, "Try again in a minute.")
    answer.headers.append(("Retry-After", "10"))
    return answer


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise Refusal("bad_json") from None
    if not isinstance(found, dict):
        raise Refusal("bad_json", "expected an object")
    return found


def _former(told: Any, username: str) -> list[str]:
    """The keys that a phone says it signed with before for this worker; nothing of what is no key."""
    listed = told.get(username) if isinstance(told, dict) else None
    return [key for key in listed if isinstance(key, str) and _KEY.fullmatch(key)][:MOST_KEYS] if isinstance(listed, list) else []


def _worker(worker: Any) -> dict[str, str]:
    return {"username": worker.username, "called": worker.called.strip() or worker.username, "language": worker.language}


def _place(unit: PlaceRow) -> dict[str, Any]:
    return {"id": unit.id, "kind": unit.kind, "names": dict(unit.names), "zone": unit.zone, "tree": unit.tree}
