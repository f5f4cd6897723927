"""What will this form be like on the phone? What its form engine needs of it, for whoever may read the form on these pages.

The app shows it in the practice village (`/phone/#try=ADDRESS`): invented people, and nothing that is answered goes anywhere.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from doorstep.accounts.access import Viewer
from doorstep.content.model import Form, Programme
from doorstep.content.uploaded import READERS
from doorstep.content.uploaded_media import TYPES
from doorstep.content.uploaded_sheets import suffix_of
from doorstep.record import uploaded
from doorstep.record.uploaded_packs import medium
from doorstep.web import joint
from doorstep.web.views.forms import RELEASES, draft_of, for_roles, held_form


@require_safe
@login_required
def of_programme(request: HttpRequest, name: str, form: str) -> JsonResponse:
    """A form of a programme: its page is open to everybody who works here."""
    programme = joint.written().get(name)
    found = programme.forms.get(form) if programme else None
    if programme is None or found is None:
        raise Http404
    return _told(found, _of(programme, found), {}, warns=True)


@require_safe
@for_roles(frozenset(READERS))
def of_uploaded(request: HttpRequest, who: Viewer, name: str) -> JsonResponse:
    """A form that somebody uploaded, as it was last released."""
    held, store = held_form(who, name), joint.record().store
    files = {one.name: content for one in held.told.media if (content := medium(store, one.digest)) is not None}
    return _told(held.form, "woman" if held.told.subject == "person" else "nobody", files)


@require_safe
@for_roles(RELEASES)
def of_draft(request: HttpRequest, who: Viewer, name: str) -> JsonResponse:
    """One that nobody released yet."""
    one = draft_of(who, name)
    found = uploaded.look_at(joint.record(), one.file, one.workbook, one.media)
    if found.form is None:
        raise Http404
    return _told(found.form, "nobody", one.media)


def _of(programme: Programme, form: Form) -> str:
    """Of whom it speaks, as the phone reads it: somebody new, a small child, a woman."""
    if form.makes and not form.makes_in:
        return "nobody"
    kinds = {pathway.episode for pathway in programme.pathways.values() for step in pathway.steps if step.form == form.id}
    return "child" if kinds == {"newborn"} else "woman"


def _told(form: Form, of: str, files: Mapping[str, bytes], warns: bool = False) -> JsonResponse:
    """of: woman, child or nobody. warns: whether danger is looked for in its answers. Files as addresses that hold them."""
    media = {
        name: f"data:{TYPES.get(suffix_of(name), 'application/octet-stream')};base64,{base64.b64encode(content).decode()}"
        for name, content in files.items()
    }
    return JsonResponse({
        "id": form.id, "version": form.version, "title": dict(form.title), "xml": form.xml, "media": media, "of": of,
        "warns": warns, "language": get_language(),
    })  # fmt: skip
