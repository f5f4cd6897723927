"""The first page, and what can be trusted here."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from doorstep.web import joint
from doorstep.web.meanings import MEANINGS
from doorstep.web.programme_view import ProgrammeView


@require_safe
@login_required
def about(request: HttpRequest) -> HttpResponse:
    """What is confirmed and what is not, what the signs mean, how lists come about, who sees what."""
    views = [ProgrammeView(programme) for programme in joint.programmes().values()]
    return render(request, "web/about.html", {"views": views, "meanings": MEANINGS.values()})
