"""Who has which phone? Codes for new ones; and what is done about one that is lost, or whose PIN was forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import segno
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from doorstep.accounts import access, audit
from doorstep.accounts.models import ACTIVE, LOCKED, REVOKED, WIPE, Device, PhoneCode, Worker
from doorstep.accounts.roles import PHONES_OF
from doorstep.record.placing import PlaceRow
from doorstep.sync import phones as standing
from doorstep.sync.calls import number_of
from doorstep.sync.codes import LASTS, link, make_code, picture, written
from doorstep.web import joint
from doorstep.web.days import civil_day, moment, short_day

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "0.0.0.0"})  # noqa: S104 - recognised, never bound
"""Hosts that mean the computer itself."""
PAGE = 50
"""Workers on one page."""
SHORT = 6
"""Letters of a phone's name that tell it from the others of one person."""
DECISIONS = {
    "lock": standing.lock, "unlock": standing.unlock, "new_pin": standing.allow_new_pin, "revoke": standing.revoke,
    "wipe": lambda device, by: standing.revoke(device, by, wipe=True),
}  # fmt: skip


@dataclass(frozen=True)
class PhoneRow:
    """A phone, as the page shows it. short: the end of its name; others: who else works on it, of those whom the viewer looks
    after; may: what can be decided about it now."""

    pk: int
    device: str
    short: str
    since: str
    others: str
    standing: str
    word: str
    may_renew: bool
    seen: str
    may: tuple[str, ...]


@dataclass(frozen=True)
class WorkerRow:
    """A worker with her phones. areas: (role, place or None for everywhere). waiting: until when an unused code is good."""

    worker: Worker
    areas: list[tuple[str, PlaceRow | None]]
    phones: list[PhoneRow]
    waiting: str


@require_safe
@login_required
def phones(request: HttpRequest) -> HttpResponse:
    """Everybody whose phones the viewer looks after."""
    return _page(request, _mine(request))


@require_http_methods(["GET", "POST"])
@login_required
def code(request: HttpRequest) -> HttpResponse:
    """A new code, on the page that answers: it is nowhere else, and is gone with this page."""
    if request.method == "GET":  # as when another language is chosen on it
        return HttpResponseRedirect(reverse("web:phones"))
    mine = _mine(request)
    worker = next((one for one in mine if one.username == request.POST.get("worker")), None)
    if worker is None:
        raise Http404
    letters = make_code(joint.record(), worker, joint.viewer(request).username)
    base = request.build_absolute_uri("/").rstrip("/")
    return _page(request, mine, {
        "worker": worker, "letters": written(letters), "address": f"{base}/phone/", "link": link(base, letters),
        "picture": _drawn(picture(base, letters)), "days": LASTS.days, "here_only": urlsplit(base).hostname in LOOPBACK,
        "answered": joint.answered(worker),
    })  # fmt: skip


@require_POST
@login_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Locks a phone, opens it, allows a new PIN, revokes it, or has it emptied when it asks next."""
    device = Device.objects.select_related("worker").filter(pk=pk, worker__in=_mine(request)).first()
    what = request.POST.get("what", "")
    if device is None or what not in DECISIONS:
        raise Http404
    if what in _may(device):  # else it was decided meanwhile: the page shows how it stands
        DECISIONS[what](device, joint.viewer(request).username)
    query = f"?q={request.POST['q']}" if request.POST.get("q", "").isalnum() else ""
    return HttpResponseRedirect(f"{reverse('web:phones')}{query}#phone-{pk}")


@require_POST
@login_required
def number(request: HttpRequest) -> HttpResponse:
    """Keeps the number on which somebody answers when a colleague calls because of a danger; an empty one takes it
    away. worker: whose it is; the viewer's own where nobody is named."""
    mine, named = _mine(request), request.POST.get("worker")
    own = request.user if isinstance(request.user, Worker) and named is None else None
    worker = own or next((one for one in mine if one.username == named), None)
    if worker is None:
        raise Http404
    typed = request.POST.get("number", "").strip()[:40]
    plain = number_of(typed)
    if plain is None:
        return _page(request, mine, wrong={"worker": worker, "typed": typed})
    if plain != worker.telephone:
        worker.telephone = plain
        worker.save(update_fields=["telephone"])
        audit.note(joint.viewer(request).username, "number_set", about=worker.username)
    return HttpResponseRedirect(f"{reverse('web:phones')}?kept={worker.pk}#number-{worker.pk}")


def _mine(request: HttpRequest) -> list[Worker]:
    """The workers whose phones the viewer looks after; Http404 for everybody whose role looks after none."""
    who = joint.viewer(request)
    if not (who.scope.everything or who.roles & PHONES_OF.keys()):
        raise Http404
    return access.phones(joint.record(), who)


def _page(
    request: HttpRequest, mine: list[Worker], made: dict[str, Any] | None = None, wrong: dict[str, Any] | None = None
) -> HttpResponse:
    words, kept = request.GET.get("q", "").strip()[:80], request.GET.get("kept", "")[:12]
    found = [one for one in mine if words.casefold() in f"{one.username} {one.called}".casefold()]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    in_use = Device.objects.filter(worker__in=mine, standing=ACTIVE).values("worker").distinct().count()
    return render(request, "web/phones.html", {
        "rows": _rows(page.object_list, mine), "page": page, "q": words, "made": made, "lang": get_language() or "en",
        "kept": int(kept) if kept.isdecimal() else None,
        "count": len(mine), "with_phone": in_use, "wrong": wrong,
    })  # fmt: skip


def _rows(workers: list[Worker], mine: list[Worker]) -> list[WorkerRow]:
    devices: dict[int, list[Device]] = {}
    on: dict[str, set[Worker]] = {}
    for device in Device.objects.filter(worker__in=mine, standing__in=(ACTIVE, LOCKED)).select_related("worker"):
        on.setdefault(device.device, set()).add(device.worker)
    for device in Device.objects.filter(worker__in=workers).order_by("-enrolled_at", "-pk"):
        devices.setdefault(device.worker_id, []).append(device)
    codes = {one.worker_id: one.expires_at for one in PhoneCode.objects.filter(worker__in=workers, used_at=None)}
    held = joint.areas_of(workers)
    rows = []
    for one in workers:
        areas = held[one.pk]
        zone = next((unit.zone for _, unit in areas if unit), "UTC")
        until = codes.get(one.pk)
        waiting = _when(until, zone) if until and until.timestamp() > joint.now() else ""
        own = [_phone(device, zone, on.get(device.device, set()) - {one}) for device in devices.get(one.pk, ())]
        rows.append(WorkerRow(one, areas, own, waiting))
    return rows


def _phone(device: Device, zone: str, others: set[Worker]) -> PhoneRow:
    word = {
        ACTIVE: gettext("in use"), LOCKED: gettext("locked"), REVOKED: gettext("revoked"),
        WIPE: gettext("revoked, and emptied when it asks next"),
    }[device.standing]  # fmt: skip
    seen = _when(device.last_seen_at, zone) if device.last_seen_at else ""
    names = ", ".join(sorted(other.called or other.username for other in others))
    since = short_day(civil_day(int(device.enrolled_at.timestamp()), zone))
    short, may = device.device[-SHORT:], _may(device)
    return PhoneRow(device.pk, device.device, short, since, names, device.standing, word, device.may_renew, seen, may)


def _may(device: Device) -> tuple[str, ...]:
    if device.standing in (REVOKED, WIPE):
        return ("wipe",) if device.standing == REVOKED else ()
    opens = () if device.may_renew else ("new_pin",)
    return ("unlock" if device.standing == LOCKED else "lock", *opens, "revoke", "wipe")


def _when(at: datetime, zone: str) -> str:
    return moment(int(at.timestamp()), zone)


def _drawn(code: segno.QRCode) -> SafeString:
    """The picture as SVG, with words for whoever does not see it."""
    drawn = mark_safe(code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S308 - drawn here
    return format_html('<span class="qr" role="img" aria-label="{}">{}</span>', gettext("The code as a picture"), drawn)
