"""What is her story?"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from doorstep.accounts import audit
from doorstep.web import joint
from doorstep.web.days import NoSuchDay, as_date, civil_day, read_day
from doorstep.web.due_view import Person
from doorstep.web.story_view import SHOWN, Asked, StoryView
from doorstep.web.views.errors import not_understood


@require_safe
@login_required
def story(request: HttpRequest, subject: str) -> HttpResponse:
    """One person's record on a day, today when none is asked for. Opening it is written down."""
    who = joint.viewer(request)
    try:
        asked_day = read_day(request.GET["on"]) if request.GET.get("on") else None
    except NoSuchDay:
        return not_understood(request)
    opened, day = joint.opened_record(who, subject, asked_day)
    audit.note(who.username, "looked", subject=opened.told.subject, about=str(as_date(day)))
    asked = Asked(day, opened.second, opened.zone, opened.country)
    lang = get_language() or "en"
    homes = list(zip(opened.told.homes, opened.lived, strict=True))
    places = {home.place: joint.place_name(unit, lang) for home, unit in homes if unit}
    view = StoryView(joint.programmes(), opened.told, opened.rows, asked, opened.seen, places, opened.filled, opened.files)
    mother = next((opened.seen.get(target) for name, target in opened.told.belongs_to if name == "mother"), None)
    return render(request, "web/story.html", {
        "view": view, "opened": opened, "day": day, "lang": lang, "today": civil_day(joint.now(), opened.zone),
        "person": Person(opened.told.subject, opened.called, mother or None),
        "homes": homes,
    })  # fmt: skip


@require_safe
@login_required
def file(request: HttpRequest, subject: str, submission: str, name: str) -> HttpResponse:
    """A picture or a recording of her story, for whoever may open it whole. Opening it is written down."""
    who = joint.viewer(request)
    opened, _ = joint.opened_record(who, subject, None)
    kind, content = joint.file_of(opened, submission, name)
    audit.note(who.username, "looked", subject=opened.told.subject, about="a picture or a recording")
    response = HttpResponse(content, content_type=kind if kind in SHOWN else "application/octet-stream")
    if kind not in SHOWN:
        response["Content-Disposition"] = "attachment"
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
