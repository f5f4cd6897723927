"""Which forms do attendants fill in? Forms that nobody here wrote: uploaded, looked through, released, taken back, read."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from doorstep.accounts import audit
from doorstep.accounts.access import Viewer
from doorstep.accounts.roles import EVERYWHERE
from doorstep.content.uploaded import FILLERS, PLACE, READERS, SUBJECTS, Uploaded
from doorstep.content.uploaded_difference import Difference, difference
from doorstep.content.uploaded_media import ALL as LARGEST_MEDIA
from doorstep.content.uploaded_naming import LONGEST
from doorstep.content.uploaded_read import Understood, Wishes, programme_of
from doorstep.content.uploaded_sheets import LARGEST as LARGEST_WORKBOOK
from doorstep.content.uploaded_sheets import suffix_of
from doorstep.record import uploaded
from doorstep.record.placing import units
from doorstep.record.uploaded_answers import answers_of, opens_names
from doorstep.record.uploaded_area import concerns, may_release
from doorstep.record.uploaded_table import to_csv, to_xlsx
from doorstep.web import joint
from doorstep.web.forms_view import Preview, preview
from doorstep.web.forms_words import says
from doorstep.web.names import in_words

RELEASES = frozenset({"manager", "administrator"})
"""Who uploads, releases and takes back, for places inside the own area."""
MOST = LARGEST_WORKBOOK + LARGEST_MEDIA + 1024 * 1024
"""Bytes of one upload. A larger one is read away, so that whoever sent it hears why."""
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DRAINED = 512 * 1024 * 1024
View = Callable[..., HttpResponse]


def for_roles(roles: frozenset[str]) -> Callable[[View], View]:
    """Only whoever holds one of these roles somewhere; for anybody else there is nothing here."""

    def wrap(view: View) -> View:
        @wraps(view)
        @login_required
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            who = joint.viewer(request)
            if not who.roles & roles:
                raise Http404
            return view(request, who, *args, **kwargs)

        return inner

    return wrap


@require_safe
@for_roles(frozenset(READERS))
def forms(request: HttpRequest, who: Viewer) -> HttpResponse:
    """What is in force, what waits to be released, and where to upload."""
    return _forms(request, who)


def _forms(request: HttpRequest, who: Viewer, **more: Any) -> HttpResponse:
    record = joint.record()
    held = uploaded.ever(record)
    now = uploaded.in_force(record)
    with record.store.register.read() as register:
        mine = [one for one in held.values() if concerns(register, one.told, who.scope)]
    drafts = [one for one in uploaded.drafts(record) if _may_open(one, who)] if who.roles & RELEASES else []
    return render(request, "web/forms.html", {
        "here": [_line(one) for one in mine if one.told.form in now],
        "former": [_line(one) for one in mine if one.told.form not in now],
        "drafts": drafts, "uploads": bool(who.roles & RELEASES), "lang": get_language(),
        "most": LARGEST_WORKBOOK // 1024 // 1024, "done": request.GET.get("done", ""), **more,
    }, status=more.get("status", 200))  # fmt: skip


def _line(held: uploaded.InForce) -> dict[str, Any]:
    told = held.told
    return {"name": held.programme.id, "told": told, "title": in_words(held.form.title), "places": _places(told)}


def _places(told: Uploaded) -> list[Any]:
    """The places of a form; None stands for everywhere."""
    with joint.record().store.register.read() as register:
        known = units(register, told.places)
    return [known.get(place) for place in told.places]


@csrf_exempt
@require_POST
@for_roles(RELEASES)
def upload(request: HttpRequest, who: Viewer) -> HttpResponse:
    """A workbook, and the files beside it. How long it is is looked at before anything is taken in."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST:
        left = DRAINED
        while left > 0 and (chunk := request.read(1 << 20)):
            left -= len(chunk)
        return _forms(request, who, too_large=True, status=413)
    answer: HttpResponse = csrf_protect(_upload)(request, who)
    return answer


def _upload(request: HttpRequest, who: Viewer) -> HttpResponse:
    sent = request.FILES.get("workbook")
    if sent is None or isinstance(sent, list):
        return _forms(request, who, nothing=True, status=400)
    media = {_base(str(one.name)): one.read() for one in request.FILES.getlist("media")}
    return _taken(request, who, _base(str(sent.name)), sent.read(), media)


def _taken(request: HttpRequest, who: Viewer, file: str, workbook: bytes, media: dict[str, bytes]) -> HttpResponse:
    record = joint.record()
    found = uploaded.look_at(record, file, workbook, media)
    if not found.own:
        return _forms(request, who, wrong=[says(one) for one in found.troubles], file=file, status=422)
    name = uploaded.keep_draft(record, found.own, file, workbook, media, who.username)
    audit.note(who.username, "form_uploaded", about=found.own)
    return HttpResponseRedirect(reverse("web:form_draft", args=[name]))


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2][-200:]


def _may_open(draft: uploaded.Draft, who: Viewer) -> bool:
    return draft.by == who.username or "administrator" in who.roles


def draft_of(who: Viewer, name: str) -> uploaded.Draft:
    """A draft that the viewer may open; Http404 for any other."""
    found = uploaded.draft(joint.record(), name)
    if found is None or not _may_open(found, who):
        raise Http404
    return found


@require_safe
@for_roles(RELEASES)
def draft(request: HttpRequest, who: Viewer, name: str) -> HttpResponse:
    """What Doorstep understood of a draft: mistakes, what is unusual, the questions in order, and how to release it."""
    return _show_draft(request, who, draft_of(who, name), _former(name))


def _former(name: str) -> Wishes:
    """What was wished of the form when it was last released."""
    held = next((one.told for one in uploaded.ever(joint.record()).values() if one.programme.id == name), None)
    return Wishes(held.subject, held.roles, held.places, held.facts) if held else Wishes(PLACE, ("attendant",), ())


def _show_draft(request: HttpRequest, who: Viewer, one: uploaded.Draft, wishes: Wishes, **more: Any) -> HttpResponse:
    record = joint.record()
    found = uploaded.look_at(record, one.file, one.workbook, one.media, wishes)
    shown = _preview(found, request.GET.get("in", ""))
    dictionary = record.shelf.current.dictionary
    areas = joint.areas(who)
    return render(request, "web/forms_draft.html", {
        "draft": one, "found": found, "preview": shown, "wishes": wishes, "lang": get_language(),
        "mistakes": [says(trouble) for trouble in found.troubles if trouble.stops],
        "unusual": [says(trouble) for trouble in found.troubles if not trouble.stops],
        "subjects": SUBJECTS, "roles": FILLERS, "areas": areas, "everywhere": _everywhere(who),
        "facts": [
            (code, in_words(dictionary[code].labels), dictionary[code].unit, code in found.written) for code in found.suggested
        ],
        "title": in_words(found.form.title) if found.form else one.file,
        "codes": " ".join(place for place in wishes.places if place not in {EVERYWHERE, *(area.id for area in areas)}), **more,
    }, status=more.get("status", 200))  # fmt: skip


def _everywhere(who: Viewer) -> bool:
    return any(grant.place == EVERYWHERE and grant.role in RELEASES for grant in who.scope.grants or ())


def _preview(found: Understood, wanted: str) -> Preview | None:
    if found.form is None or found.told is None:
        return None
    return preview(programme_of(Path(found.name), found.told, found.form, {}), found.form, wanted)


@require_POST
@for_roles(RELEASES)
def release(request: HttpRequest, who: Viewer, name: str) -> HttpResponse:
    """Puts the draft in force for whom and where the officer said."""
    one, record = draft_of(who, name), joint.record()
    subject, asked = request.POST.get("subject", ""), request.POST
    roles = tuple(role for role in FILLERS if role in asked.getlist("role"))
    places = tuple(dict.fromkeys([*asked.getlist("place"), *asked.get("codes", "").split()]))
    wishes = Wishes(subject if subject in SUBJECTS else PLACE, roles, places, tuple(asked.getlist("fact")))
    with record.store.register.read() as register:
        known = {EVERYWHERE, *units(register, places)}
        allowed = set(places) <= known and may_release(register, places, who.scope, RELEASES)
    held = next((own for own in uploaded.ever(record).values() if own.programme.id == name), None)
    if not roles or not allowed or (held and not _holds(who, held.told)):
        return _show_draft(request, who, one, wishes, incomplete=True, status=422)
    found = uploaded.look_at(record, one.file, one.workbook, one.media, wishes)
    try:
        uploaded.release_form(record, found)
    except uploaded.CannotRelease:
        return _show_draft(request, who, one, wishes, status=422)
    assert found.told is not None
    audit.note(who.username, "form_released", about=f"{found.told.form} version {found.told.version}")
    uploaded.drop_draft(record, name)
    return HttpResponseRedirect(f"{reverse('web:form', args=[name])}?done=released")


@csrf_exempt
@require_POST
@for_roles(RELEASES)
def more_files(request: HttpRequest, who: Viewer, name: str) -> HttpResponse:
    """Pictures, sounds and lists that were missing; those of the same name are replaced."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST:
        return upload(request)
    answer: HttpResponse = csrf_protect(_more_files)(request, who, name)
    return answer


def _more_files(request: HttpRequest, who: Viewer, name: str) -> HttpResponse:
    one = draft_of(who, name)
    media = dict(one.media) | {_base(str(file.name)): file.read() for file in request.FILES.getlist("media")}
    return _taken(request, who, one.file, one.workbook, media)


@require_POST
@for_roles(RELEASES)
def drop(request: HttpRequest, who: Viewer, name: str) -> HttpResponse:
    """Throws a draft away."""
    draft_of(who, name)
    uploaded.drop_draft(joint.record(), name)
    return HttpResponseRedirect(f"{reverse('web:forms')}?done=dropped")


def held_form(who: Viewer, name: str) -> uploaded.InForce:
    """A form that was once released and concerns the viewer; Http404 for any other."""
    record = joint.record()
    held = next((one for one in uploaded.ever(record).values() if one.programme.id == name), None)
    if held is None:
        raise Http404
    with record.store.register.read() as register:
        if not concerns(register, held.told, who.scope):
            raise Http404
    return held


def _holds(who: Viewer, told: Uploaded) -> bool:
    with joint.record().store.register.read() as register:
        return may_release(register, told.places, who.scope, RELEASES)


@require_safe
@for_roles(frozenset(READERS))
def form(request: HttpRequest, who: Viewer, name: str) -> HttpResponse:
    """One form: where it is in force, what was answered, its versions and what changed, its questions."""
    held, record = held_form(who, name), joint.record()
    in_force = held.told.form in uploaded.in_force(record)
    return render(request, "web/forms_one.html", {
        "held": held, "title": in_words(held.form.title), "name": name, "in_force": in_force, "lang": get_language(),
        "history": _history(held.told.form), "places": _places(held.told), "uploads": _holds(who, held.told),
        "preview": preview(held.programme, held.form, request.GET.get("in", "")), "done": request.GET.get("done", ""),
        "names": any(opens_names(record, who.scope, frozenset({role})) for role in who.roles),
    })  # fmt: skip


def _history(name: str) -> list[tuple[uploaded.Release, Difference | None, bool]]:
    """Releases, the newest first, each with what changed since the one before; whether it stands."""
    record = joint.record()
    found: list[tuple[uploaded.Release, Difference | None, bool]] = []
    releases = uploaded.history(record, name)
    for at, one in enumerate(releases):
        before = next((other for other in releases[at + 1 :] if other.what == "released"), None)
        new, old = (uploaded.at_release(record, name, own.pack) if own else None for own in (one, before))
        changed = difference(old.form, new.form) if new and old and one.what == "released" else None
        found.append((one, changed, at == 0 and one.what == "released"))
    return found


@require_POST
@for_roles(RELEASES)
def withdraw(request: HttpRequest, who: Viewer, name: str) -> HttpResponse:
    """Takes a form back."""
    held = held_form(who, name)
    if not _holds(who, held.told):
        raise Http404
    if request.POST.get("sure") == "yes" and uploaded.withdraw(joint.record(), held.told.form):
        audit.note(who.username, "form_withdrawn", about=held.told.form)
        return HttpResponseRedirect(f"{reverse('web:form', args=[name])}?done=withdrawn")
    return HttpResponseRedirect(f"{reverse('web:form', args=[name])}?done=unsure")


@require_POST
@for_roles(RELEASES)
def again(request: HttpRequest, who: Viewer, name: str) -> HttpResponse:
    """Releases a former version once more."""
    held = held_form(who, name)
    wanted = next((one for one in uploaded.history(joint.record(), held.told.form) if str(one.n) == request.POST.get("n")), None)
    before = uploaded.at_release(joint.record(), held.told.form, wanted.pack) if wanted else None
    if wanted is None or before is None or not (_holds(who, held.told) and _holds(who, before.told)):
        raise Http404
    if uploaded.again(joint.record(), held.told.form, wanted.pack):
        audit.note(who.username, "form_released", about=f"{held.told.form} version {wanted.version}")
    return HttpResponseRedirect(f"{reverse('web:form', args=[name])}?done=released")


@require_safe
@for_roles(frozenset(READERS))
def workbook(request: HttpRequest, who: Viewer, name: str, n: int) -> HttpResponse:
    """The workbook of a release, as it came."""
    held = held_form(who, name)
    wanted = next((one for one in uploaded.history(joint.record(), held.told.form) if one.n == n), None)
    files = uploaded.files_at(joint.record(), held.told.form, wanted.pack) if wanted else None
    if wanted is None or files is None:
        raise Http404
    return _file(files[1], f"{held.told.form}-{wanted.version}{suffix_of(files[0])}", "application/octet-stream")


@require_safe
@for_roles(frozenset(READERS))
def answers(request: HttpRequest, who: Viewer, name: str, kind: str) -> HttpResponse:
    """What was answered inside the viewer's area. Words only when they were asked for and may be seen."""
    held = held_form(who, name)
    named = request.GET.get("names") == "yes"
    found = answers_of(joint.record(), held.told.form, who.scope, named)
    if found is None:
        raise Http404
    audit.note(who.username, "answers_read", about=f"{held.told.form}{' with names' if named else ''}")
    if kind == "xlsx":
        return _file(to_xlsx(found), f"{held.told.form}.xlsx", EXCEL)
    return _file(to_csv(found), f"{held.told.form}.csv", "text/csv; charset=utf-8")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to be kept, never shown by the browser itself."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[: LONGEST + 40]
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return response
