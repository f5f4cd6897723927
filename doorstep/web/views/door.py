"""Who is there? Logging in and out, and the language in which one is spoken to."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import check_for_language, gettext_lazy
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from doorstep.accounts.models import Worker
from doorstep.web import joint


class Who(AuthenticationForm):
    """Name and password. One answer for a wrong name, a wrong password and somebody who no longer works here."""

    error_messages: ClassVar[dict[str, Any]] = {
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy(
            "This name and this password do not belong together. Nothing was changed. Look at both again: capital letters "
            "count. After six wrong attempts the door stays shut for half an hour."
        ),
    }


class Door(LoginView):
    """The page at the door. Whoever is already in goes on to the first page."""

    template_name = "web/login.html"
    authentication_form = Who
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.DOORSTEP_DEMO:
            context["demo_logins"] = joint.demo_logins()
        return context

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Whoever chose no language at the door is spoken to in her own from now on."""
        response = super().form_valid(form)
        own = form.get_user().language
        if settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES and _spoken(own):
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, own, samesite=settings.LANGUAGE_COOKIE_SAMESITE)
        return response


class Leave(LogoutView):
    """The language goes with whoever leaves: the next one at this phone may speak another."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Another language from now on; somebody who is logged in finds it again on any other phone."""
    response = set_language(request)
    chosen = request.POST.get("language", "")
    if isinstance(request.user, Worker) and _spoken(chosen):
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return response


def _spoken(code: str) -> bool:
    """Whether the pages are in this language."""
    return code in dict(settings.LANGUAGES) and check_for_language(code)
