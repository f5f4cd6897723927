"""The server's one door: submissions go straight to the intake, everything else to Django's pages."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.settings")

from django.core.wsgi import get_wsgi_application

django_pages = get_wsgi_application()

from django.conf import settings  # noqa: E402 - after Django is set up

from doorstep.accounts import access, audit  # noqa: E402
from doorstep.accounts.authority import Accounts  # noqa: E402
from doorstep.accounts.models import Worker  # noqa: E402
from doorstep.record.background import Background  # noqa: E402
from doorstep.record.http import IntakeApp  # noqa: E402
from doorstep.record.opened import shared_record  # noqa: E402
from doorstep.record.scope import Scope  # noqa: E402
from doorstep.record.writer import Writer  # noqa: E402
from doorstep.sync.http import PREFIX, SyncApp  # noqa: E402
from doorstep.web.phone_app import with_phone_app  # noqa: E402


def end_with_parent() -> None:
    """Linux: when the process that serves is killed, this one ends too, and the next start finds the port free."""
    parent = os.environ.get("DOORSTEP_SERVED_BY")
    if parent and sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if str(os.getppid()) != parent:  # it was killed before this line
            os.kill(os.getpid(), signal.SIGKILL)


end_with_parent()

# A request hands over to the thread that writes and back: with the usual 5 ms between threads, that would be all it does.
sys.setswitchinterval(0.0005)


def make_intake() -> IntakeApp:
    """The intake of this process, with its writing thread and the one that works out what is due."""
    record = shared_record(Path(settings.DOORSTEP_PROGRAMMES))
    accounts = Accounts(record)
    background = Background(record)
    writer = Writer(record.store, lambda: record.shelf, accounts, background.wake)

    def may_see(username: str, id: str) -> bool:
        worker = Worker.objects.filter(username=username).first()
        return access.submission(record, access.viewer(worker), id)

    def scope_of(username: str) -> Scope:
        return access.viewer(Worker.objects.filter(username=username).first()).scope

    def erased(author: str, subject: str) -> None:
        audit.note(author, "erased", subject=subject)

    return IntakeApp(record, writer, accounts, accounts.sender_of, accounts.place_of, may_see, erased, scope_of)


pages = with_phone_app(django_pages, Path(settings.DOORSTEP_PHONE_APP))
intake = make_intake()
sync = SyncApp(intake.record, intake, forget=intake.authority.forget)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """WSGI."""
    path: Any = environ.get("PATH_INFO", "")
    if path.startswith(("/api/v1/", "/openrosa/")):
        return intake(environ, start_response)
    if path.startswith(PREFIX):
        return sync(environ, start_response)
    found: Iterable[bytes] = pages(environ, start_response)
    return found
