"""Submissions over HTTP: JSON at /api/v1, OpenRosa at /openrosa. A WSGI application that nothing heavy stands in front of.

POST /api/v1/submissions takes one object, a list, lines, or {"sent_at", "submissions"}; gzip too. Every submission is
answered by name. Who sends is told by a token (Bearer), or by name and token (Basic, as Collect does).
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, BinaryIO
from wsgiref.types import StartResponse, WSGIEnvironment

from doorstep.record import openrosa, uploaded_openrosa
from doorstep.record.authority import Authority
from doorstep.record.database import DatabaseAway
from doorstep.record.intake import Receipt
from doorstep.record.lookup import outcome_of
from doorstep.record.prepare import decode, items_of
from doorstep.record.reasons import ACCEPTED, REASONS, Refusal
from doorstep.record.record import Record
from doorstep.record.scope import EVERYTHING, Scope
from doorstep.record.store import now_ms
from doorstep.record.writer import Writer

logger = logging.getLogger("doorstep.http")
MOST = 32 * 1024 * 1024
"""Bytes of one request, unpacked. Larger ones are read away, so that the sender hears the answer."""
MOST_AT_ONCE = 20_000
"""Submissions in one request."""
DRAINED = 512 * 1024 * 1024
CHUNK = 1 << 20
SLICE = 1 << 13
"""Bytes unpacked at a time: what follows the end of a packing is copied, and a chunk may hold thousands of ends."""
STATUS = {
    200: "200 OK", 201: "201 Created", 204: "204 No Content", 400: "400 Bad Request", 401: "401 Unauthorized",
    403: "403 Forbidden", 404: "404 Not Found", 405: "405 Method Not Allowed", 409: "409 Conflict", 413: "413 Content Too Large",
    415: "415 Unsupported Media Type", 429: "429 Too Many Requests", 500: "500 Internal Server Error",
    503: "503 Service Unavailable",
}  # fmt: skip
JSON = "application/json; charset=utf-8"
XML = "text/xml; charset=utf-8"


@dataclass
class Answer:
    """What goes back."""

    status: int
    body: bytes = b""
    type: str = JSON
    headers: list[tuple[str, str]] = field(default_factory=list)


def told(status: int, happened: str, safe: str, next: str, **more: Any) -> Answer:
    """An error that a person can do something about."""
    return Answer(status, json_of({"happened": happened, "safe": safe, "next": next, **more}))


def json_of(value: Any) -> bytes:
    """As it goes out."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


NOTHING_STORED = "Nothing was stored: keep your copy."


class IntakeApp:
    """WSGI. sender_of: username of a token's worker, None for a token that is nobody's. place_of: see `openrosa`.

    may_see: whether this worker may know of a submission. erased: told who erased whom, once it is done. scope_of: what a worker
    may see, by which the forms that were uploaded are offered.
    """

    def __init__(
        self, record: Record, writer: Writer, authority: Authority, sender_of: Callable[[str], str | None],
        place_of: Callable[[str], str], may_see: Callable[[str, str], bool],
        erased: Callable[[str, str], None] = lambda author, subject: None,
        scope_of: Callable[[str], Scope] = lambda sender: EVERYTHING,
    ) -> None:  # fmt: skip
        self.record, self.writer, self.authority, self.scope_of = record, writer, authority, scope_of
        self.sender_of, self.place_of, self.may_see, self.erased = sender_of, place_of, may_see, erased

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._safely(environ)
        if environ["REQUEST_METHOD"] == "HEAD":
            answer.body = b""
        headers = [("Content-Type", answer.type), ("Content-Length", str(len(answer.body))), ("Cache-Control", "no-store")]
        start_response(STATUS[answer.status], headers + answer.headers)
        return [answer.body]

    def _safely(self, environ: WSGIEnvironment) -> Answer:
        try:
            return self._route(environ)
        except Refusal as refusal:
            return of_refusal(refusal)
        except DatabaseAway as error:
            answer = told(503, str(error), NOTHING_STORED, "Send it again in a minute.")
            answer.headers.append(("Retry-After", "10"))
            return answer
        except Exception:
            logger.exception("a request was not answered")
            return told(
                500, "Doorstep failed on this; it is a defect of Doorstep.",
                "What was answered with an outcome before is safe; of this request nothing is certain: keep your copy.",
                "Send it again: nothing is taken in twice. If it fails again, tell whoever keeps this server.",
            )  # fmt: skip

    def _route(self, environ: WSGIEnvironment) -> Answer:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        self.record.notice()
        sender = self._sender(environ)
        if sender is None:
            body_of(environ, drain_only=True)
            answer = told(
                401, "Nobody here has this token, or none was sent.", NOTHING_STORED,
                "Send the token that your supervisor gave you, as `Authorization: Bearer TOKEN`.",
            )  # fmt: skip
            answer.headers.append(("WWW-Authenticate", 'Basic realm="Doorstep", charset="UTF-8"'))
            if path.startswith("/openrosa"):
                answer.headers += _rosa()
            return answer
        if path == "/api/v1/submissions" and method == "POST":
            return self.submissions(environ, sender)
        if path.startswith("/api/v1/submissions/") and method in ("GET", "HEAD"):
            return self._outcome(path.removeprefix("/api/v1/submissions/"), sender)
        if path == "/api/v1/status" and method in ("GET", "HEAD"):
            return self._status()
        if path.startswith("/openrosa/"):
            return self._openrosa(path, method, environ, sender)
        if path == "/api/v1/submissions":
            return told(405, "Submissions are sent with POST.", NOTHING_STORED, "Send it again with POST.")
        return told(404, "There is nothing here that can be shown to you.", "Nothing was changed.", "Look at the address again.")

    def _sender(self, environ: WSGIEnvironment) -> str | None:
        if token := bearer(environ):
            return self.sender_of(token)
        scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                name, _, token = base64.b64decode(given, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                return None
            found = self.sender_of(token)
            return found if found == name else None
        return None

    # --- JSON ------------------------------------------------------------------------------------------------------

    def submissions(self, environ: WSGIEnvironment, sender: str) -> Answer:
        """The answer to a request that brings submissions, from whoever `sender` was found to be."""
        receipts = self.take_in(body_of(environ), sender)
        counts = Counter(receipt.outcome for receipt in receipts)
        return Answer(200, json_of({"outcomes": [receipt.told() for receipt in receipts], "counts": counts}))

    def take_in(self, body: bytes, sender: str) -> list[Receipt]:
        """Receipts of what a body holds, each of its submissions by name."""
        items = list(islice(items_of(decode(body), self.authority, now_ms(), sender=sender), MOST_AT_ONCE + 1))
        if len(items) > MOST_AT_ONCE:
            raise Refusal("too_big", f"more than {MOST_AT_ONCE:,} submissions in one request; send it in several")
        receipts = self.writer.submit(items) if items else []
        for item, receipt in zip(items, receipts, strict=True):
            if receipt.outcome == ACCEPTED and item.envelope is not None and item.envelope.kind == "erase":
                self.erased(item.envelope.author, item.envelope.subject)
        return receipts

    def _outcome(self, id: str, sender: str) -> Answer:
        found = outcome_of(self.record, id) if self.may_see(sender, id) else None
        if found is None:
            return told(404, "There is nothing here that can be shown to you.", "Nothing was changed.", "Look at the id again.")
        return Answer(200, json_of(found.told()))

    def _status(self) -> Answer:
        pack = self.record.shelf.current
        return Answer(200, json_of({
            "service": "doorstep", "generation": self.record.store.generation, "pack": pack.hash,
            "programmes": sorted(pack.programmes), "largest_request": MOST,
        }))  # fmt: skip

    # --- OpenRosa --------------------------------------------------------------------------------------------------

    def _openrosa(self, path: str, method: str, environ: WSGIEnvironment, sender: str) -> Answer:
        base = f"{_address(environ)}/openrosa"
        if path == "/openrosa/formList":
            offered = uploaded_openrosa.forms_for(self.record, self.scope_of(sender))
            return Answer(200, openrosa.form_list(*offered, base), XML, _rosa())
        if path.startswith(uploaded_openrosa.FORMS) and method in ("GET", "HEAD"):
            found = uploaded_openrosa.answer(self.record, path, self.scope_of(sender), base)
            if found is not None:
                return Answer(200, found[1], found[0], _rosa())
        if path == "/openrosa/submission" and method == "HEAD":
            return Answer(204, b"", XML, [*_rosa(), ("Location", f"{base}/submission")])
        if path == "/openrosa/submission" and method == "POST":
            return self._form(environ, sender)
        return Answer(404, openrosa.message("There is nothing here that can be shown to you."), XML, _rosa())

    def _form(self, environ: WSGIEnvironment, sender: str) -> Answer:
        received = now_ms()
        try:
            parts = openrosa.parts_of(body_of(environ, wrong="bad_xml"), environ.get("CONTENT_TYPE", ""))
            whose = partial(uploaded_openrosa.whose, self.record)
            item = openrosa.item_of_form(parts, self.record.shelf, self.authority, received, sender, self.place_of, whose)
            receipt = self.writer.submit([item])[0]
        except Refusal as refusal:
            receipt = Receipt(refusal.id or "", refusal.reason.outcome, refusal.reason.code, refusal.detail)
        status, body = openrosa.answer_of(receipt)
        return Answer(status, body, XML, _rosa())


def bearer(environ: WSGIEnvironment) -> str:
    """The token that was sent as `Authorization: Bearer TOKEN`; '' when none was."""
    scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def of_refusal(refusal: Refusal) -> Answer:
    """A request that could not be read at all: one outcome without an id."""
    receipt = Receipt(refusal.id or "", refusal.reason.outcome, refusal.reason.code, refusal.detail)
    status = 413 if refusal.reason is REASONS["too_big"] else 400
    return Answer(status, json_of({"outcomes": [receipt.told()], "counts": {receipt.outcome: 1}}))


def _rosa() -> list[tuple[str, str]]:
    from email.utils import formatdate

    return [
        ("X-OpenRosa-Version", "1.0"), ("Date", formatdate(usegmt=True)),
        ("X-OpenRosa-Accept-Content-Length", str(openrosa.ACCEPTS)),
    ]  # fmt: skip


def _address(environ: WSGIEnvironment) -> str:
    scheme = environ.get("HTTP_X_FORWARDED_PROTO") or environ.get("wsgi.url_scheme", "http")
    host = environ.get("HTTP_HOST") or f"{environ.get('SERVER_NAME')}:{environ.get('SERVER_PORT')}"
    return f"{scheme}://{host}"


def body_of(environ: WSGIEnvironment, drain_only: bool = False, wrong: str = "bad_json") -> bytes:
    """The request's body, unpacked. Refusal too_big, after the rest was read away; `wrong` when it does not unpack."""
    source: BinaryIO = environ["wsgi.input"]
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").lower()
    if encoding not in ("", "identity", "gzip"):
        raise Refusal(wrong, "Content-Encoding is gzip or none")
    unpack = zlib.decompressobj(31) if encoding == "gzip" else None
    kept: list[bytes] = []
    size = raw = 0
    while raw < DRAINED:
        chunk = source.read(CHUNK)
        if not chunk:
            break
        raw += len(chunk)
        if drain_only or size > MOST:
            continue
        if unpack:
            chunk, unpack = _unpacked(unpack, chunk, MOST - size + 1, wrong)
        size += len(chunk)
        kept.append(chunk)
    if size > MOST:
        raise Refusal("too_big", f"a request of more than {MOST:,} bytes")
    if unpack and not unpack.eof and not drain_only:
        raise Refusal(wrong, "it ends in the middle of its packing")
    return b"".join(kept)


def _unpacked(unpack: Any, chunk: bytes, most: int, wrong: str) -> tuple[bytes, Any]:
    """At most `most` bytes of what this chunk unpacks to, and what unpacks the next one.

    A small file can hold a mountain; and several packings, one after another, are one file.
    """
    found: list[bytes] = []
    try:
        for start in range(0, len(chunk), SLICE):
            rest = chunk[start : start + SLICE]
            while rest and most > 0:
                if unpack.eof:
                    unpack = zlib.decompressobj(31)
                found.append(unpack.decompress(rest, most))
                most -= len(found[-1])
                rest = unpack.unused_data
    except zlib.error as error:
        raise Refusal(wrong, "it does not unpack as gzip") from error
    return b"".join(found), unpack
