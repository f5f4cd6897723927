"""What ODK Collect is offered: the forms in force for whoever asks, with the files that belong to them."""

from __future__ import annotations

from urllib.parse import unquote

from doorstep.content.model import Form
from doorstep.content.uploaded_media import Medium
from doorstep.record import openrosa
from doorstep.record.database import first
from doorstep.record.record import Record
from doorstep.record.scope import Scope
from doorstep.record.uploaded import InForce, in_force
from doorstep.record.uploaded_area import for_collect, offered
from doorstep.record.uploaded_packs import medium

FORMS = "/openrosa/forms/"
XML = "text/xml; charset=utf-8"


def forms_for(record: Record, scope: Scope) -> tuple[dict[str, Form], dict[str, tuple[Medium, ...]]]:
    """Forms that somebody with this scope is offered, and the media of those that have some."""
    forms = openrosa.forms_in_force(record.shelf)
    uploaded = in_force(record)
    with record.store.register.read() as register:
        closed = {name for name, held in uploaded.items() if not (for_collect(held) and offered(register, held.told, scope))}
    open_ = {name: form for name, form in forms.items() if name not in closed}
    return open_, {name: held.told.media for name, held in uploaded.items() if name in open_ and held.told.media}


def answer(record: Record, path: str, scope: Scope, base: str) -> tuple[str, bytes] | None:
    """(media type, content) of an address below /openrosa/forms/; None when nothing there may be seen."""
    try:
        rest = path.removeprefix(FORMS).encode("latin-1").decode()  # WSGI hands over bytes as letters of Latin-1
    except UnicodeError:
        return None
    forms, media = forms_for(record, scope)
    if rest.endswith("/manifest.xml"):
        own = rest.removesuffix("/manifest.xml")
        return (XML, openrosa.manifest(own, media.get(own, ()), base)) if own in forms else None
    own, found, file = rest.partition("/media/")
    if found:
        return _medium(record, media.get(unquote(own), ()), file)
    form = forms.get(rest.removesuffix(".xml")) if rest.endswith(".xml") else None
    return (XML, form.xml.encode()) if form is not None else None


def _medium(record: Record, media: tuple[Medium, ...], file: str) -> tuple[str, bytes] | None:
    digest, _, name = file.partition("/")
    known = next((one for one in media if one.digest == digest and one.name == name), None)
    content = medium(record.store, digest) if known else None
    return (known.type, content) if known and content is not None else None


def whose(record: Record, id: str) -> str:
    """Of whom a submission speaks; '' when it is not here."""
    with record.store.log.read() as log:
        row = first(log, "SELECT subject FROM submission WHERE id = ?", [id])
    return str(row[0]) if row else ""


__all__ = ["InForce", "answer", "forms_for", "whose"]
