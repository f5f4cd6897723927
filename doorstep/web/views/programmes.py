"""Which programmes run here? What ought to happen, and who says so?"""

from __future__ import annotations

from itertools import groupby
from pathlib import PurePath

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from doorstep.content.model import Case, Message, Programme
from doorstep.web import joint
from doorstep.web.form_view import form_view
from doorstep.web.message_view import message_view
from doorstep.web.programme_view import ProgrammeView

PARTS = {
    "rules": gettext_lazy("What ought to happen"),
    "forms": gettext_lazy("Forms"),
    "messages": gettext_lazy("Messages"),
    "cases": gettext_lazy("Worked cases"),
    "all": gettext_lazy("Everything, to print"),
}


@require_safe
@login_required
def programmes(request: HttpRequest) -> HttpResponse:
    """All programmes in force."""
    views = [ProgrammeView(programme) for programme in joint.written().values()]
    return render(request, "web/programmes.html", {"views": views})


@require_safe
@login_required
def programme(request: HttpRequest, name: str, part: str = "rules") -> HttpResponse:
    """One programme, or one part of it."""
    found = joint.written().get(name)
    if found is None or part not in PARTS:
        raise Http404
    view = ProgrammeView(found)
    return render(request, "web/programme.html", {
        "view": view, "part": part, "parts": _parts(view), "all_words": request.GET.get("words") == "all",
        "unsigned": [row.country for row in view.review if row.signed < row.rules],
        "forms": [form_view(found, form) for form in found.forms.values()] if part in ("forms", "all") else [],
        "messages": [message_view(found, message) for message in _in_order(found)] if part in ("messages", "all") else [],
        "cases": _cases(found),
    })  # fmt: skip


def _parts(view: ProgrammeView) -> list[tuple[str, str, int | None]]:
    return [(key, str(word), view.counts.get(key)) for key, word in PARTS.items()]


def _in_order(found: Programme) -> list[Message]:
    return sorted(found.messages, key=lambda message: (message.pathway, message.step, message.at.base, message.at.by))


def _cases(found: Programme) -> list[dict[str, object]]:
    """Cases by the file they stand in, whose name says what they are about."""

    def file(case: Case) -> str:
        return PurePath(case.place.file).stem.replace("_", " ").replace("-", " ").capitalize() if case.place else _("Cases")

    return [{"grouper": name, "list": list(group)} for name, group in groupby(found.cases, key=file)]
