"""The first page, and what can be trusted here."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from doorstep.accounts import access
from doorstep.accounts.roles import CARERS, PHONES_OF
from doorstep.content.uploaded import READERS
from doorstep.web import joint
from doorstep.web.meanings import MEANINGS
from doorstep.web.programme_view import ProgrammeView
from doorstep.web.views.voices import RECORDS


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Where to begin: the questions that can be asked, and what somebody with this role does first."""
    who = joint.viewer(request)
    return render(request, "web/home.html", {
        "areas": joint.areas(who), "roles": sorted(who.roles), "lang": get_language(), "programmes": joint.written(),
        "cares": bool(who.roles & CARERS), "records": bool(who.roles & RECORDS),
        "months": bool(who.roles & (CARERS | PHONES_OF.keys())) and bool(joint.areas(who)),
        "phones": who.scope.everything or bool(who.roles & PHONES_OF.keys()),
        "forms": bool(who.roles & set(READERS)), "audits": access.audit(who),
    })  # fmt: skip


@require_safe
@login_required
def about(request: HttpRequest) -> HttpResponse:
    """What is confirmed and what is not, what the signs mean, how lists come about, who sees what."""
    views = [ProgrammeView(programme) for programme in joint.written().values()]
    return render(request, "web/about.html", {"views": views, "meanings": MEANINGS.values()})
