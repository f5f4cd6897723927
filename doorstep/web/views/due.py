"""Who needs a visit?"""

from __future__ import annotations

import csv
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from doorstep.accounts import audit
from doorstep.accounts.access import Viewer
from doorstep.record.lists import OPEN, written
from doorstep.web import joint
from doorstep.web.asked import Asked, read_asked
from doorstep.web.days import NotUnderstood, as_date, civil_day
from doorstep.web.due_view import BarRow, DueView, PersonDue, bars, by_pathway, items_of
from doorstep.web.names import in_words, role_word
from doorstep.web.views.errors import not_understood

PAGE = 100
"""People on one page."""
COLUMNS = (
    "subject", "place", "programme", "pathway", "episode", "step", "n", "status", "urgency", "opens", "due", "overdue", "closes",
    "form", "owner",
)  # fmt: skip


@require_safe
@login_required
def due(request: HttpRequest) -> HttpResponse:
    """The list of a place on a day; without a place or a day, the way to one."""
    who = joint.viewer(request)
    if not request.GET.get("place"):
        return _choose(request, who)
    try:
        asked = read_asked(request.GET, _pathways())
    except NotUnderstood:
        return not_understood(request)
    if asked.day is None:
        return _to_today(request, who)
    at = joint.here(who, asked.place, asked.day)
    view, listing = _worked_out(who, asked, at)
    audit.note(who.username, "listed", about=f"{at.place.id} {as_date(at.day)}")
    page = Paginator(view.people, PAGE).get_page(request.GET.get("page"))
    return render(request, "web/due.html", {
        "asked": asked, "at": at, "view": view, "page": page, "lang": get_language(),
        "bars": _bars(request.GET, at, view, listing), "pathways": _pathways(), "roles": _roles(view), "areas": joint.areas(who),
        "empty": _why_empty(view), "shows_names": listing.names_open,
        "today": civil_day(joint.now(), at.place.zone),
    })  # fmt: skip


@require_safe
@login_required
def download(request: HttpRequest) -> HttpResponse:
    """The same list as CSV, one line for each step. Names only when they were asked for."""
    who = joint.viewer(request)
    try:
        asked = read_asked(request.GET, _pathways())
    except NotUnderstood:
        return HttpResponseBadRequest()
    if asked.day is None or not asked.place:
        raise Http404
    at = joint.here(who, asked.place, asked.day)
    view, _ = _worked_out(who, asked, at)
    named = request.GET.get("names") == "yes"
    audit.note(who.username, "exported", about=f"due {at.place.id} {as_date(at.day)}{' with names' if named else ''}")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="due-{at.place.code}-{as_date(at.day)}.csv"'
    response.write("\ufeff")  # spreadsheets then read Khmer, Vietnamese and Bulgarian letters rightly
    out = csv.writer(response)
    out.writerow([*COLUMNS, "called"] if named else COLUMNS)
    for entry in view.people:
        for item in entry.items:
            line = [_cell(item.row, entry, column) for column in COLUMNS]
            out.writerow([*line, _safe(entry.person.called or "")] if named else line)
    return response


def _cell(row: Any, entry: PersonDue, column: str) -> str:
    if column == "place":
        return entry.person.place_id
    if column in ("opens", "due", "overdue", "closes"):
        return written(row[column], row["clock"]) or ""
    if column == "owner":
        return " ".join(row["owner"])
    return str(row[column])


def _safe(text: str) -> str:
    """A spreadsheet takes a text that begins like this for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _worked_out(who: Viewer, asked: Asked, at: joint.Here) -> tuple[DueView, joint.Listing]:
    wanted = {*OPEN, *(status for status in asked.statuses if status in ("later", "missed"))}
    listing = joint.due(who, at, asked.known_on, wanted, get_language() or "en")
    items = items_of(listing.rows, at.day, listing.second, at.place.zone)
    everybody = [PersonDue(listing.people[subject], tuple(own)) for subject, own in items.items()]
    return DueView(everybody, asked.shown, listing.second, asked.pathway, asked.owner, asked.order), listing


def _choose(request: HttpRequest, who: Viewer) -> HttpResponse:
    """One area: straight to its list. Several, or none: a page that says so."""
    areas = joint.areas(who)
    if len(areas) == 1:
        return HttpResponseRedirect(f"{reverse('web:due')}?{urlencode({'place': areas[0].id, 'on': _today(areas[0].zone)})}")
    days = [(area, _today(area.zone)) for area in areas]
    return render(request, "web/due_where.html", {"areas": days, "lang": get_language()})


def _to_today(request: HttpRequest, who: Viewer) -> HttpResponse:
    """The same address with the day in it, so that a colleague who gets it sees the same."""
    at = joint.here(who, request.GET["place"], civil_day(joint.now(), "UTC"))
    query = request.GET.copy()
    query["on"] = _today(at.place.zone)
    return HttpResponseRedirect(f"{reverse('web:due')}?{query.urlencode()}")


def _today(zone: str) -> str:
    return as_date(civil_day(joint.now(), zone)).isoformat()


def _bars(query: QueryDict, at: joint.Here, view: DueView, listing: joint.Listing) -> list[BarRow]:
    """By what is inside the place, one level of it; where nothing is, by pathway."""
    lang = get_language() or "en"
    if not at.inside:
        titles = {name: (in_words(path.title), _narrowed(query, pathway=name)) for name, path in _pathways().items()}
        return bars(view.people, lambda entry: by_pathway(entry).items(), titles)
    level = joint.one_level(at, listing.units)
    names = {unit.id: (joint.place_name(unit, lang), _narrowed(query, place=unit.id)) for unit in level}
    names[at.place.id] = (gettext("not known more exactly"), "")

    def home(entry: PersonDue) -> list[tuple[str, str]]:
        own = listing.units.get(entry.person.subject, set())
        return [(next((unit.id for unit in level if unit.id in own), at.place.id), entry.meaning)]

    return bars(view.people, home, names)


def _narrowed(query: QueryDict, **changes: str) -> str:
    changed = query.copy()
    changed.pop("page", None)
    for key, value in changes.items():
        changed[key] = value
    return f"?{changed.urlencode()}"


def _pathways() -> dict[str, Any]:
    return {name: path for programme in joint.programmes().values() for name, path in programme.pathways.items()}


def _roles(view: DueView) -> list[tuple[str, str]]:
    """Roles that own something in the list, in words."""
    return sorted((role, role_word(role)) for role in {r for entry in view.everybody for item in entry.items for r in item.owner})


def _why_empty(view: DueView) -> str:
    """Why the list is empty: nothing is due that day, or the filters leave nobody; '' when it is not empty."""
    if view.people:
        return ""
    return "filtered" if view.everybody else "nothing"
