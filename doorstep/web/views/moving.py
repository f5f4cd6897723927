"""Women move: cards with a code to print, and who looked for whom outside the own area, and why."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import segno
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_safe

from doorstep.accounts import access
from doorstep.accounts.models import Audit, Worker
from doorstep.accounts.roles import SEEKS
from doorstep.record import people
from doorstep.record.lists import today
from doorstep.record.whereabouts import visible
from doorstep.sync.codes import ALPHABET
from doorstep.web import joint
from doorstep.web.days import moment

PAGES, ON_A_PAGE = (1, 2, 5, 10), 8
LETTERS = 10
"""Of a code on a card: 20 to the power of 10 are never the same twice."""
PAGE = 50
ACTIONS = {
    "sought": gettext_lazy("looked for somebody"), "found": gettext_lazy("found her"),
    "opened": gettext_lazy("opened her record"), "closed": gettext_lazy("closed it again"),
}  # fmt: skip
REASONS = {
    "birth_here": gettext_lazy("she gives birth here"), "staying": gettext_lazy("she stays here for a time"),
    "moved": gettext_lazy("she has moved here"), "sent_here": gettext_lazy("she was sent here"),
    "urgent": gettext_lazy("she needs help now"), "other": gettext_lazy("another reason"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of the audit log, as the page shows it. her: a name where the reader may know it, else part of an id."""

    when: str
    who: str
    what: str
    why: str
    how: str
    subject: str
    her: str
    may: bool


@require_safe
@login_required
def cards(request: HttpRequest) -> HttpResponse:
    """Blank cards, new with every look at the page: a code that nobody has yet belongs to nobody."""
    who = joint.viewer(request)
    areas = [unit for unit in joint.areas(who) if unit is not None]
    if not (who.roles & SEEKS and areas):
        raise Http404
    asked = request.GET.get("pages", "")
    pages = int(asked) if asked.isdecimal() and int(asked) in PAGES else 1
    area = next((unit for unit in areas if unit.id == request.GET.get("place")), areas[0])
    codes = [_code() for _ in range(pages * ON_A_PAGE)]
    drawn = [(code, _drawn(code)) for code in codes]
    sheets = [drawn[n : n + ON_A_PAGE] for n in range(0, len(drawn), ON_A_PAGE)]
    return render(request, "web/cards.html", {
        "sheets": sheets, "pages": pages, "choices": PAGES, "on_a_page": ON_A_PAGE, "areas": areas, "area": area,
        "lang": get_language() or "en", "count": len(codes),
    })  # fmt: skip


def _code() -> str:
    """Letters that no two people read differently, in two halves."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    return f"{letters[:5]} {letters[5:]}"


def _drawn(code: str) -> SafeString:
    """The letters alone, without the gap: whoever photographs the card with another app learns nothing."""
    picture = segno.make(code.replace(" ", ""), micro=False, error="q")
    drawn = mark_safe(picture.svg_inline(border=2, dark="#000", light="#fff", omitsize=True))  # noqa: S308 - drawn here
    return format_html('<span class="qr" role="img" aria-label="{}">{}</span>', gettext("The code as a picture"), drawn)


@require_safe
@login_required
def looked(request: HttpRequest) -> HttpResponse:
    """Every question about somebody outside the own area, the newest first."""
    who = joint.viewer(request)
    if not access.audit(who):
        raise Http404
    rows = Audit.objects.filter(action__in=ACTIONS)
    name = request.GET.get("worker", "")
    if name:
        rows = rows.filter(worker=name)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    seekers = Audit.objects.filter(action__in=ACTIONS).values_list("worker", flat=True).distinct()
    called = dict(Worker.objects.filter(username__in=seekers).values_list("username", "called"))
    return render(request, "web/looked.html", {
        "lines": _lines(who, list(page.object_list), called), "page": page, "worker": name,
        "workers": sorted((called.get(one) or one, one) for one in set(seekers)), "lang": get_language() or "en",
        "sought": Audit.objects.filter(action="sought").count(), "opened": Audit.objects.filter(action="opened").count(),
    })  # fmt: skip


def _lines(who: access.Viewer, rows: list[Audit], called: dict[str, str]) -> list[Line]:
    record = joint.record()
    with record.reading() as register:
        seen = visible(register, {row.subject for row in rows if row.subject}, who.scope, today())
    names = {subject: own[0].value for subject, own in people.attributes(record, seen, who.scope, ["called"]).items()}
    found = []
    for row in rows:
        reason, _, how = row.about.partition(" ")
        found.append(Line(
            moment(int(row.at.timestamp()), "UTC"), called.get(row.worker) or row.worker, str(ACTIONS[row.action]),
            str(REASONS.get(reason, "")), _how(row.action, how), row.subject,
            str(names.get(row.subject) or (f"…{row.subject[-8:]}" if row.subject else "")), row.subject in seen,
        ))  # fmt: skip
    return found


def _how(action: str, how: str) -> str:
    """By what she was looked for, or for how long she is open."""
    words = how.split(" ")
    if action == "opened" and words[0].isdecimal():
        return gettext("for %(n)s days") % {"n": words[0]}
    if words[0] == "card":
        return gettext("by her card")
    if words[0] == "name" and len(words) == 3:
        return gettext("by name, born about %(year)s, in %(place)s") % {"year": words[1], "place": words[2]}
    return ""
