"""Who is there? Logging in and out."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.utils.translation import gettext_lazy

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
