"""How was her month?"""

from __future__ import annotations

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from doorstep.accounts import access, audit
from doorstep.accounts.models import Worker
from doorstep.accounts.roles import CARERS
from doorstep.sync.snapshot import MOST_PEOPLE
from doorstep.web import joint
from doorstep.web.days import as_date, civil_day, month_words
from doorstep.web.month_view import MonthAsked, MonthView, behind
from doorstep.web.views.errors import not_understood


@require_safe
@login_required
def months(request: HttpRequest) -> HttpResponse:
    """Whose month? Whoever answers for nobody comes to her own at once."""
    mine, own = _whom(request)
    if not mine and own is None:
        raise Http404
    if not mine and own is not None:
        query = request.GET.urlencode()
        return HttpResponseRedirect(f"{reverse('web:month', args=[own.pk])}{'?' if query else ''}{query}")
    return render(request, "web/months.html", {
        "workers": mine, "own": own, "areas": joint.areas_of(mine), "lang": get_language() or "en",
    })  # fmt: skip


@require_safe
@login_required
def month(request: HttpRequest, pk: int) -> HttpResponse:
    """A worker's month, as her own phone shows it."""
    mine, own = _whom(request)
    worker = next((one for one in (*mine, *([own] if own else [])) if one.pk == pk), None)
    if worker is None:
        raise Http404
    areas = joint.areas_of([worker])[worker.pk]
    zone = next((unit.zone for _, unit in areas if unit), "UTC")
    today = as_date(civil_day(joint.now(), zone))
    try:
        asked = MonthAsked.read(request.GET.get("of", ""), today)
    except ValueError:
        return not_understood(request)
    who = joint.viewer(request)
    told = joint.month(worker, asked.days)
    audit.note(who.username, "month_looked", about=f"{worker.username} {asked.year}-{asked.month:02d}")
    view = None
    if told is not None:
        seen, opened = joint.people_seen(who, behind(told), get_language() or "en"), joint.opened_anywhere(who)
        country = next((unit.id[:2] for _, unit in areas if unit), "")
        view = MonthView(
            told, joint.programmes(), opened, seen, country, gettext("Yes"), gettext("No, or nobody wrote it down"),
        )  # fmt: skip
    return render(request, "web/month.html", {
        "view": view, "worker": worker, "own": own is not None and own.pk == pk, "asked": asked, "areas": areas,
        "of_month": month_words(date(asked.year, asked.month, 1)), "now": asked.is_now(today), "lang": get_language() or "en",
        "many": bool(mine), "most": MOST_PEOPLE,
    })  # fmt: skip


def _whom(request: HttpRequest) -> tuple[list[Worker], Worker | None]:
    """Those whom the viewer answers for and who care for people; and the viewer, where she does."""
    who = joint.viewer(request)
    mine = [one for one in access.phones(joint.record(), who) if one.username != who.username]
    caring = [one for one in mine if access.viewer(one).roles & CARERS]
    own = request.user if isinstance(request.user, Worker) and who.roles & CARERS else None
    return caring, own
