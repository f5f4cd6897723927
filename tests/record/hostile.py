"""Everything hostile that the tests send, by each way in, and the outcome that it must get by name.

A kind is sent as JSON over HTTP, as a form of ODK Collect over HTTP, and by `doorstep submit`, between good neighbours.
"""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from doorstep.record.envelope import read_envelope
from doorstep.record.prepare import signed_bytes
from tests.record.cast import ATTENDANT, FAR_VILLAGE, MADE, OTHER, VILLAGE

PHONE = "phone-7"
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
ELSEWHERE = "somebody-elsewhere"
"""A woman whom only OTHER, in another area, has spoken of."""
REFUSED, HELD, TAKEN = "refused", "held", "accepted"
Outcome = tuple[str, str]
"""(outcome, reason)."""


@dataclass(frozen=True)
class Sent:
    """What goes out by one way, and the one outcome it gets. packed: it is gzip. unread: taken in, but an answer of it acts
    on nothing and is listed."""

    content: bytes
    outcome: Outcome
    packed: bool = False
    unread: bool = False
    as_worker: str = ""


@dataclass(frozen=True)
class Hostile:
    """One kind, by each way in. command: None where the bytes and the outcome are those of `http`."""

    name: str
    http: Sent
    openrosa: Sent
    command: Sent | None = None
    more: tuple[Sent, ...] = field(default=())
    """By command, further ways to send it."""


def data(own: str, /, **more: Any) -> dict[str, Any]:
    """A submission that would be taken in."""
    return {
        "id": own, "form": "visit", "subject": f"of-{own}", "author": ATTENDANT, "place": VILLAGE, "made_at": MADE,
        "answers": {"hb": 90}, **more,
    }  # fmt: skip


def as_json(own: str, /, **more: Any) -> bytes:
    return json.dumps(data(own, **more)).encode()


def form(own: str, /, inside: str = "<hb>90</hb>", subject: str = "", head: str = "", **attributes: str) -> bytes:
    """The same as Collect would send it."""
    told = {"id": "visit", "version": "1"} | attributes
    written = " ".join(f'{name}="{value}"' for name, value in told.items() if value)
    instance = f"<orx:instanceID>uuid:{own}</orx:instanceID>" if own else ""
    times = "" if "<end>" in inside else f"<end>{MADE}</end>"
    return (
        f'{head}<data {written} xmlns:orx="http://openrosa.org/xforms"><subject>{subject or f"of-{own}"}</subject>{times}{inside}'
        f"<orx:meta>{instance}</orx:meta></data>"
    ).encode()


def multipart(xml: bytes, files: dict[str, bytes] | None = None) -> bytes:
    parts = [("xml_submission_file", "submission.xml", xml), *((name, name, content) for name, content in (files or {}).items())]
    return b"".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'.encode() + content + b"\r\n"
        for name, file, content in parts
    ) + b"--b--\r\n"  # fmt: skip


def signed(sent: dict[str, Any], change: dict[str, Any] | None = None) -> bytes:
    """Signed by the enrolled phone; then changed on the way."""
    sent = {"device": PHONE, "salt": "pepper", **sent}
    sig = base64.b64encode(KEY.sign(signed_bytes(read_envelope(sent)))).decode()
    return json.dumps({**sent, "sig": sig, **(change or {})}).encode()


def deep(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {"a": 1}
    for _ in range(levels):
        found = {"a": found}
    return found


def _refused(reason: str) -> Outcome:
    return REFUSED, reason


@cache
def matrix() -> list[Hostile]:
    """All of them."""
    mb = 1_000_000
    accepted = (TAKEN, "")
    endless = b'{"id": "x", "answers": "' + b"x" * (40 * mb)
    bomb = b"<!DOCTYPE x [" + b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"lol" * 10) for n in range(12)
    ) + b"]>"  # fmt: skip
    return [
        Hostile(
            "a small file that unpacks to a mountain",
            Sent(gzip.compress(b" " * (300 * mb) + as_json("g1")), _refused("too_big"), packed=True),
            Sent(gzip.compress(multipart(form("g2", "<remark>" + "x" * (60 * mb) + "</remark>"))), _refused("too_big"), packed=True),
        ),
        Hostile(
            "a mountain of mountains in one list",
            Sent(gzip.compress(b"[" + b"1," * (20 * mb) + b"1]"), _refused("too_big"), packed=True),
            Sent(gzip.compress(b"--b" * (10 * mb)), _refused("too_big"), packed=True),
        ),
        Hostile(
            "a packing that is cut off",
            Sent(gzip.compress(as_json("g3"))[:-9], _refused("bad_json"), packed=True),
            Sent(gzip.compress(multipart(form("g4")))[:-9], _refused("bad_xml"), packed=True),
        ),
        Hostile(
            "brackets without end",
            Sent(b"[" * (2 * mb), _refused("too_big")),
            Sent(b"<a>" * 500_000, _refused("too_deep")),
            more=(Sent(b"[" * 200_000, _refused("too_deep")), Sent(b'{"a":' * 200_000, _refused("too_deep"))),
        ),
        Hostile(
            "a crowd of empty lists",
            Sent(b'{"id": "c1", "answers": [' + b"[]," * 600_000 + b"[]]}", _refused("too_big")),
            Sent(form("c2", "<x/>" * 200_000), _refused("too_big")),
        ),
        Hostile(
            "one endless line",
            Sent(endless, _refused("too_big")),
            Sent(form("e2", "<remark>" + "x" * (6 * mb) + "</remark>"), _refused("too_big")),
        ),
        Hostile(
            "a submission of fifty megabytes",
            Sent(as_json("big1", answers={"remark": "x" * (50 * mb)}), _refused("too_big")),
            Sent(form("big2", "<remark>" + "x" * (50 * mb) + "</remark>"), _refused("too_big")),
        ),
        Hostile(
            "a submission of more than one megabyte",
            Sent(as_json("mb1", answers={"remark": "x" * (mb + 100_000)}), _refused("too_big")),
            Sent(form("mb2", "<remark>" + "x" * (mb + 100_000) + "</remark>"), _refused("too_big")),
        ),
        Hostile(
            "answers nested without end",
            Sent(as_json("d1", answers=deep(60)), _refused("too_deep")),
            Sent(form("d2", "<a>" * 60 + "</a>" * 60), _refused("too_deep")),
        ),
        Hostile(
            "bytes that are no letters",
            Sent(as_json("u1", answers={"remark": "xyz"}).replace(b"xyz", b"\xff\xfe\x80"), _refused("bad_json")),
            Sent(form("u2", "<remark>xyz</remark>").replace(b"xyz", b"\xff\xfe\x80"), _refused("bad_xml")),
        ),
        Hostile(
            "half a letter",
            Sent(as_json("h1", answers={"remark": "\ud800"}), _refused("bad_text")),
            Sent(form("h2", "<remark>&#xD800;</remark>"), _refused("bad_xml")),
        ),
        Hostile(
            "a NUL in a text",
            Sent(as_json("n1", answers={"remark": "a\0b"}), _refused("bad_text")),
            Sent(form("n2", "<remark>a&#0;b</remark>"), _refused("bad_xml")),
        ),
        *(
            Hostile(
                f"{number} for a number",
                Sent(as_json(f"nan1{n}").replace(b"90", number.encode()), _refused("bad_json")),
                Sent(form(f"nan2{n}", f"<hb>{number}</hb>"), accepted, unread=True),
            )
            for n, number in enumerate(("NaN", "Infinity", "-Infinity", "1e999", "9" * 5000))
        ),
        Hostile(
            "a key that stands twice",
            Sent(as_json("k1").replace(b'"hb": 90', b'"hb": 90, "hb": 40'), _refused("bad_json")),
            Sent(form("k2", "<hb>90</hb><hb>40</hb>"), accepted, unread=True),
            more=(
                Sent(b'{"id": "k3", ' + as_json("k4")[1:], _refused("bad_json")),
                Sent(b'{"submissions": [1], "submissions": [' + as_json("k5") + b"]}", _refused("bad_json")),
                Sent(b'{"sent_at": "2026-03-01T09:00:00+07:00", "id": "k6", ' + as_json("k7")[1:], _refused("bad_json")),
            ),
        ),
        Hostile(
            "an XML bomb",
            Sent(bomb + form("x1", "<remark>&e11;</remark>"), _refused("bad_json")),
            Sent(form("x2", "<remark>&e11;</remark>", head=bomb.decode()), _refused("bad_xml")),
            Sent(form("x3", "<remark>&e11;</remark>", head=bomb.decode()), _refused("bad_xml"), as_worker=ATTENDANT),
        ),
        Hostile(
            "nobody who sends it",
            Sent(as_json("n8", author=None), _refused("field_missing")),
            Sent(form("").replace(b"of-", b"of-n9"), _refused("field_missing")),
            Sent(form("n10"), _refused("field_missing")),
        ),
        Hostile(
            "an XML file that names a file of the server",
            Sent(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + form("f1", "<remark>&e;</remark>"), _refused("bad_json")),
            Sent(form("f2", "<remark>&e;</remark>", head='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), _refused("bad_xml")),
            Sent(
                form("f3", "<remark>&e;</remark>", head='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
                _refused("bad_xml"), as_worker=ATTENDANT,
            ),
        ),
        Hostile(
            "a list for the subject",
            Sent(as_json("w1", subject=["mai"]), _refused("wrong_type")),
            Sent(form("w2").replace(b"of-w2", b"<a>mai</a>"), _refused("field_missing")),
        ),
        Hostile(
            "words for a number",
            Sent(as_json("w3", answers={"hb": {"a": ["very", "low"]}}), accepted, unread=True),
            Sent(form("w4", "<hb><a>very low</a></hb>"), accepted, unread=True),
        ),
        Hostile(
            "no id",
            Sent(as_json("", id=None), _refused("field_missing")),
            Sent(form(""), _refused("field_missing")),
        ),
        Hostile(
            "a form that nobody knows",
            Sent(as_json("v1", form="census"), (HELD, "form_unknown")),
            Sent(form("v2", id="census"), (HELD, "form_unknown")),
        ),
        Hostile(
            "a version of a form that nobody knows",
            Sent(as_json("v3", version="99"), (HELD, "version_unknown")),
            Sent(form("v4", version="99"), (HELD, "version_unknown")),
        ),
        Hostile(
            "a clock in 1970",
            Sent(as_json("t1", made_at="1970-01-01T07:00:10+07:00"), (HELD, "day_too_early")),
            Sent(form("t2", "<end>1970-01-01T07:00:10+07:00</end>"), (HELD, "day_too_early")),
        ),
        Hostile(
            "a clock in 2099",
            Sent(as_json("t3", made_at="2099-01-01T07:00:10+07:00"), (HELD, "day_in_future")),
            Sent(form("t4", "<end>2099-01-01T07:00:10+07:00</end>"), (HELD, "day_in_future")),
        ),
        Hostile(
            "a day at the end of all days",
            Sent(as_json("t5", made_at="9999-12-31T23:59:59-23:59"), (HELD, "day_in_future")),
            Sent(form("t6", "<end>0001-01-01T00:00:00+23:59</end>"), (HELD, "day_too_early")),
        ),
        Hostile(
            "somebody of another area",
            Sent(as_json("s1", subject=ELSEWHERE), (HELD, "subject_of_another_area")),
            Sent(form("s2", subject=ELSEWHERE), (HELD, "subject_of_another_area")),
            Sent(as_json("s3", subject=ELSEWHERE), (HELD, "subject_of_another_area"), as_worker=ATTENDANT),
            # Whoever sits at the server vouches for it.
            more=(Sent(as_json("s4", subject=ELSEWHERE), accepted),),
        ),
        Hostile(
            "a village of another area",
            Sent(as_json("p1", place=FAR_VILLAGE), (HELD, "place_outside_area")),
            Sent(form("p2", f"<hb>90</hb><place>{FAR_VILLAGE}</place>"), (HELD, "place_outside_area")),
            Sent(as_json("p3", place=FAR_VILLAGE), (HELD, "place_outside_area"), as_worker=ATTENDANT),
        ),
        Hostile(
            "somebody else's work",
            Sent(as_json("a1", author=OTHER), (HELD, "author_not_sender")),
            # A form of Collect is always its sender's own; whatever calls itself author is an answer.
            Sent(form("a2", f"<hb>90</hb><author>{OTHER}</author>"), accepted, unread=True),
            Sent(as_json("a3", author=OTHER), (HELD, "author_not_sender"), as_worker=ATTENDANT),
        ),
        Hostile(
            "a signature that does not fit",
            Sent(signed(data("z1"), {"answers": {"hb": 120}}), _refused("bad_signature")),
            # Collect signs nothing; whatever calls itself a signature is an answer.
            Sent(form("z2", "<hb>90</hb><sig>AAAA</sig>"), accepted, unread=True),
            Sent(signed(data("z3"), {"answers": {"hb": 120}}), _refused("bad_signature")),
            more=(
                Sent(signed(data("z4"), {"sig": "no base64 at all!"}), _refused("bad_signature")),
                Sent(signed(data("z5", device="phone-8"), {"device": "phone-8"}), (HELD, "device_unknown")),
                Sent(signed(data("z6")), accepted),
            ),
        ),
    ]  # fmt: skip
