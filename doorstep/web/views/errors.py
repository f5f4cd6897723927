"""When a page cannot be shown: what happened, what is safe, what to do next. Missing and forbidden look the same."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _


def _stop(request: HttpRequest, status: int, **words: Any) -> HttpResponse:
    words.setdefault("picture", "question")
    words.setdefault("action", reverse("web:home"))
    return render(request, "web/stop.html", words, status=status)


def not_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A page that does not exist, or that this person may not see: nobody can tell which."""
    return _stop(
        request, 404,
        question=_("What were you looking for?"),
        happened=_("There is nothing here that can be shown to you."),
        safe=_("Nothing was changed."),
        next_step=_("Look at the address again, or start from the first page. If you should see this, ask your supervisor: "
                    "areas and roles are given there."),
    )  # fmt: skip


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that makes no sense."""
    return _stop(
        request, 400,
        question=_("What did you mean?"),
        happened=_("The address asks for something that this page does not understand, such as a day that does not exist."),
        safe=_("Nothing was changed."),
        next_step=_("Go back and choose again, or start from the first page."),
    )  # fmt: skip


def broken(request: HttpRequest) -> HttpResponse:
    """A defect of Doorstep. Uses no database and no user, which may be what is broken."""
    return _stop(
        request, 500, picture="alert",
        question=_("What went wrong?"),
        happened=_("Doorstep failed while making this page. It is a defect of Doorstep, not yours."),
        safe=_("Everything that was sent before is kept."),
        next_step=_("Try again in a minute. If it happens again, tell whoever keeps this server the hour and the page."),
    )  # fmt: skip


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was sent without the token of its page: an old page, or one of somebody else."""
    return _stop(
        request, 403,
        question=_("Is this page too old?"),
        happened=_("The page had been open too long, or cookies are switched off, so what you sent was not taken."),
        safe=_("Nothing was changed."),
        next_step=_("Go back, load the page again, and send it once more."),
    )  # fmt: skip


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many wrong passwords. Says nothing about whether the name exists."""
    return _stop(
        request, 429, picture="lock", action="",
        question=_("Can it wait a little?"),
        happened=_("The password was wrong too many times, so this door stays shut for a while."),
        safe=_("Nobody came in. The people's records are as they were."),
        next_step=_("Wait half an hour and try again, or ask your supervisor for a new password. For an emergency, do not wait: "
                    "call the midwife."),
    )  # fmt: skip
