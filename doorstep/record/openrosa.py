"""OpenRosa, as ODK Collect speaks it: the list of forms, an XForm, and submissions as multipart XML with their files.

Source: docs.getodk.org, OpenRosa form discovery, form submission and metadata APIs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from doorstep.content.model import Form
from doorstep.content.uploaded import Uploaded, subject_of
from doorstep.content.uploaded_media import Medium
from doorstep.content.xform import BadInstance, Instance, form_of, xform_to_answers
from doorstep.record.admission import Item
from doorstep.record.authority import Authority
from doorstep.record.envelope import parse_moment, read_envelope
from doorstep.record.intake import Receipt
from doorstep.record.prepare import signature
from doorstep.record.reading import PLACE_CODE
from doorstep.record.reasons import ACCEPTED, DUPLICATE, HELD, REASONS, Refusal
from doorstep.record.shelf import Shelf

ACCEPTS = 16 * 1024 * 1024
"""Bytes that Collect may send at once; it splits what is larger over several requests."""
XML_PART = "xml_submission_file"
MOST_FILES = 50
LONGEST_NAME = 200
_BAD = {"too-large": "too_big", "too-deep": "too_deep", "too-many": "too_big"}
_LIST = "http://openrosa.org/xforms/xformsList"
_MANIFEST = "http://openrosa.org/xforms/xformsManifest"
_RESPONSE = "http://openrosa.org/http/response"


@dataclass(frozen=True)
class Part:
    """One part of a multipart body."""

    name: str
    filename: str
    type: str
    content: bytes


def parts_of(body: bytes, content_type: str) -> list[Part]:
    """The parts of a multipart/form-data body that is in memory. Refusal bad_xml when it is none."""
    boundary = _parameter(content_type, "boundary")
    if not content_type.lower().startswith("multipart/") or not boundary:
        raise Refusal("bad_xml", "expected multipart/form-data")
    found = []
    for chunk in body.split(b"--" + boundary.encode(), MOST_FILES + 3)[1:]:
        if chunk.startswith(b"--"):
            break
        head, _, content = chunk.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = dict(_header(line) for line in head.decode("utf-8", "replace").split("\r\n") if ":" in line)
        told = headers.get("content-disposition", "")
        found.append(Part(
            _parameter(told, "name"), _parameter(told, "filename"),
            headers.get("content-type", "application/octet-stream"), content.removesuffix(b"\r\n"),
        ))  # fmt: skip
        if len(found) > MOST_FILES:
            raise Refusal("too_big", f"more than {MOST_FILES} files")
    return found


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _parameter(header: str, name: str) -> str:
    for piece in header.split(";")[1:]:
        key, _, value = piece.strip().partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"')
    return ""


def item_of_form(
    parts: list[Part], shelf: Shelf, authority: Authority, received_ms: int, sender: str, place_of: Callable[[str], str],
    whose: Callable[[str], str] = lambda id: "",
) -> Item:  # fmt: skip
    """One submission of Collect as an item. place_of: where a worker's forms happen when the form does not say. whose: of whom
    a submission here speaks, '' where it is not here."""
    xml = next((part.content for part in parts if part.name == XML_PART), None)
    try:
        if xml is None:
            raise Refusal("bad_xml", f"expected a part called {XML_PART}")
        instance = _instance(xml, shelf)
        sent, made_at = _sent(instance, sender, place_of)
        if uploaded := shelf.uploaded(instance.form, instance.version):
            _of_stranger(sent, uploaded, place_of(sender), whose)
        envelope = read_envelope(sent, author=sender, made_at=made_at or _iso(received_ms))
        files = _files(parts)
    except Refusal as refusal:
        return Item(None, received_ms, refusal)
    return Item(envelope, received_ms, None, None, sender, signature(envelope, authority), files)


def _files(parts: list[Part]) -> dict[str, tuple[str, bytes]]:
    """Name -> (media type, content) of what came with the form. Refusal when two would take each other's place."""
    found: dict[str, tuple[str, bytes]] = {}
    for part in parts:
        if part.name == XML_PART or not part.filename or not part.content:
            continue
        name = part.filename[-LONGEST_NAME:]
        if any(ord(letter) < 32 for letter in name + part.type):
            raise Refusal("bad_text", "the name of a file")
        if name in found and found[name][1] != part.content:
            raise Refusal("bad_xml", "two files have the same name")
        found[name] = (part.type[:100], part.content)
    return found


def _instance(xml: bytes, shelf: Shelf) -> Instance:
    try:
        form, version = form_of(xml)
        found = shelf.form(form, version)
        return xform_to_answers(xml, found.form if found else None)
    except BadInstance as error:
        raise Refusal(_BAD.get(error.name, "bad_xml"), str(error)[:200]) from error


def _sent(instance: Instance, sender: str, place_of: Callable[[str], str]) -> tuple[dict[str, Any], str | None]:
    """The submission in the record's own shape, and when it was made, as far as the form says."""
    answers, meta = dict(instance.answers), instance.meta
    if isinstance(meta.get("entity"), dict):
        answers["meta"] = {"entity": meta["entity"]}
    own = instance.id
    if not own:
        raise Refusal("field_missing", "meta/instanceID")
    sent: dict[str, Any] = {
        "id": own, "form": instance.form, "version": instance.version, "answers": answers,
        "subject": instance.subject or _word(answers, "subject"), "place": _word(answers, "place") or place_of(sender),
    }  # fmt: skip
    replaced = meta.get("deprecatedID")
    if isinstance(replaced, str) and replaced:
        sent |= {"kind": "correction", "replaces": replaced.removeprefix("uuid:")}
    times = (answers.get("end"), answers.get("start"), meta.get("timeEnd"), meta.get("timeStart"))
    made_at = next((time for time in times if isinstance(time, str) and _is_moment(time)), None)
    return {key: value for key, value in sent.items() if value not in (None, "")}, made_at


def _of_stranger(sent: dict[str, Any], uploaded: Uploaded, place: str, whose: Callable[[str], str]) -> None:
    """Somebody else's form: its questions `subject` and `place` mean what its author meant, and are not taken for ours."""
    answers = sent["answers"]
    told = _word(answers, "place")
    where = told if PLACE_CODE.fullmatch(told) else place
    sent.pop("place", None)
    if where:
        sent["place"] = where
    if uploaded.of_somebody:
        return
    replaced = sent.get("replaces")
    sent["subject"] = (whose(replaced) if replaced else "") or subject_of(uploaded, replaced or sent["id"], where, answers)


def _word(answers: Mapping[str, Any], name: str) -> str:
    found = answers.get(name)
    return found.strip() if isinstance(found, str) else ""


def _is_moment(text: str) -> bool:
    """A question called start or end may ask for anything."""
    try:
        parse_moment(text)
    except Refusal:
        return False
    return True


def _iso(ms: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()


def form_list(forms: Mapping[str, Form], media: Mapping[str, Collection[Medium]], base: str) -> bytes:
    """These forms as Collect lists them. media: of those that have some. base: the address of /openrosa."""
    rows = []
    for form in sorted(forms.values(), key=lambda form: form.id):
        digest = hashlib.md5(form.xml.encode(), usedforsecurity=False).hexdigest()
        title = form.title.get("en") or next(iter(form.title.values()), form.id)
        address = f"{base}/forms/{quote(form.id, safe='')}"
        beside = f"<manifestUrl>{escape(address)}/manifest.xml</manifestUrl>" if media.get(form.id) else ""
        rows.append(
            f"<xform><formID>{escape(form.id)}</formID><name>{escape(title)}</name><version>{escape(form.version)}</version>"
            f"<hash>md5:{digest}</hash><downloadUrl>{escape(address)}.xml</downloadUrl>{beside}</xform>"
        )
    return f'<?xml version="1.0" encoding="UTF-8"?><xforms xmlns={quoteattr(_LIST)}>{"".join(rows)}</xforms>'.encode()


def manifest(form: str, media: Collection[Medium], base: str) -> bytes:
    """The files that Collect fetches with a form. Its hashes are by another name; Collect only compares them."""
    rows = []
    for one in sorted(media, key=lambda one: one.name):
        address = f"{base}/forms/{quote(form, safe='')}/media/{one.digest}/{quote(one.name)}"
        rows.append(
            f"<mediaFile><filename>{escape(one.name)}</filename><hash>md5:{one.digest[:32]}</hash>"
            f"<downloadUrl>{escape(address)}</downloadUrl></mediaFile>"
        )
    return f'<?xml version="1.0" encoding="UTF-8"?><manifest xmlns={quoteattr(_MANIFEST)}>{"".join(rows)}</manifest>'.encode()


def forms_in_force(shelf: Shelf) -> dict[str, Form]:
    """Forms of the pack in force, by id."""
    return {form.id: form for programme in shelf.current.programmes.values() for form in programme.forms.values()}


def answer_of(receipt: Receipt) -> tuple[int, bytes]:
    """(HTTP status, body) as Collect understands it: it deletes what got 201, and keeps what got an error."""
    if receipt.outcome in (ACCEPTED, DUPLICATE):
        return 201, message("It has arrived.")
    reason = REASONS[receipt.reason]
    status = 201 if receipt.outcome == HELD else {"too_big": 413, "same_id_other_body": 409}.get(receipt.reason, 400)
    return status, message(f"{reason} {receipt.detail}".strip())


def message(text: str) -> bytes:
    """A sentence for whoever holds the phone."""
    return (
        f'<OpenRosaResponse xmlns={quoteattr(_RESPONSE)}><message nature="">{escape(text)}</message></OpenRosaResponse>'
    ).encode()
