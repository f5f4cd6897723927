"""Which words have no voice yet? Somebody of the community speaks them, here in the browser."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from doorstep.accounts import audit
from doorstep.accounts.access import Viewer
from doorstep.sync import clips_backup
from doorstep.sync.clips import WRITTEN
from doorstep.sync.clips_sound import LARGEST, Unfit, as_mp3, prepared
from doorstep.sync.clips_store import Language, NotKept, Speaker
from doorstep.sync.clips_voices import Voices, shared_voices
from doorstep.web import joint
from doorstep.web.headers import CONTENT_SECURITY_POLICY, PERMISSIONS_POLICY
from doorstep.web.voices_view import SHOWS, language_view, parts, rows, shows

RECORDS = frozenset({"supervisor", "manager", "administrator"})
"""Who may record voices, and take them back."""
PAGE = 40
"""Sentences on one page."""
SPEAKER = "voices_speaker"
"""In the session: who speaks, since she agreed."""
LISTENS = {
    "Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; media-src 'self' blob:",
    "Permissions-Policy": PERMISSIONS_POLICY.replace("microphone=()", "microphone=(self)"),
}
"""The one page that may listen: what was spoken is played from memory before it is kept."""


def _asked(request: HttpRequest) -> tuple[Viewer, Voices]:
    """Who asks, and the voices; Http404 for everybody whose role does not record."""
    who = joint.viewer(request)
    if not who.scope.everything and not who.roles & RECORDS:
        raise Http404
    joint.record()
    return who, shared_voices()


def _language(voices: Voices, code: str) -> Language:
    found = voices.clips.languages().get(code or next(iter(WRITTEN)))  # Khmer: it has no made voice
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest, needs: str = "") -> HttpResponseRedirect:
    """To the list as it was asked for. needs: what was missing (speaker, language), for the page to say."""
    known = {name: request.POST.get(name, "") for name in ("language", "show", "part", "page")} | {"needs": needs}
    query = urlencode({name: value for name, value in known.items() if value})
    return HttpResponseRedirect(f"{reverse('web:voices')}?{query}")


def _speaker(request: HttpRequest, voices: Voices) -> Speaker | None:
    return voices.clips.state().speakers.get(request.session.get(SPEAKER, ""))


@require_safe
@login_required
def voices(request: HttpRequest) -> HttpResponse:
    """The list of a language."""
    _, found = _asked(request)
    language = _language(found, request.GET.get("language", ""))
    show, part = request.GET.get("show", "open"), request.GET.get("part", "")
    if show not in SHOWS:
        raise Http404
    state = found.clips.state()
    views = [language_view(found, one) for one in found.clips.languages().values()]
    view = next(one for one in views if one.language == language)
    page = Paginator(rows(found, language, show, part), PAGE).get_page(request.GET.get("page"))
    response = render(request, "web/voices.html", {
        "heard_in": [(one, one.language == language) for one in views], "view": view, "language": language, "page": page,
        "show": show, "part": part, "parts": parts(found, language, show), "shows": shows(view),
        "speaker": _speaker(request, found), "speakers": sorted(state.speakers.values(), key=lambda one: one.called.casefold()),
        "counted": {one.id: len(state.of_speaker(one.id)) for one in state.speakers.values()},
        "written": [(code, name) for code, name in WRITTEN.items()], "consent": consent_words(),
        "needs": request.GET.get("needs", ""),
        "asked": {"language": language.code, "show": show, "part": part, "page": page.number},
    })  # fmt: skip
    for name, value in LISTENS.items():
        response.headers[name] = value
    return response


def consent_words() -> list[str]:
    """What a speaker hears before she is recorded, sentence by sentence."""
    return [
        gettext("We record your voice as you say short sentences. Birth attendants who do not read hear them on their phones."),
        gettext("Health workers hear your voice, and the women they visit. Your name is not said and does not go to the phones."),
        gettext("You may say no, and you may stop at any time. Nothing changes for you or your family."),
        gettext("You may take your voice back on any day. Then every recording of yours is deleted, here and on the phones."),
    ]


@require_POST
@login_required
def agree(request: HttpRequest) -> HttpResponse:
    """Somebody was asked and agrees: for this session this is who speaks."""
    who, found = _asked(request)
    if request.POST.get("agrees") != "yes":
        return _back(request, "speaker")
    called, known, words = request.POST.get("called", ""), request.POST.get("known", ""), "\n".join(consent_words())
    try:
        speaker = found.clips.agreed(called, who.username, get_language() or "en", words, known)
    except NotKept:
        return _back(request, "speaker")
    request.session[SPEAKER] = speaker.id
    audit.note(who.username, "voice_agreed", about=speaker.id)
    return _back(request)


@require_POST
@login_required
def leave(request: HttpRequest) -> HttpResponse:
    """Somebody else speaks now."""
    _asked(request)
    request.session.pop(SPEAKER, None)
    return _back(request)


@require_POST
@login_required
def keep(request: HttpRequest) -> JsonResponse:
    """A recording, from the page's script: {sound, speaker, counts} or {says}, with what happened and what to do."""
    who, found = _asked(request)
    speaker, sent = _speaker(request, found), request.FILES.get("sound")
    language = _language(found, request.POST.get("language", ""))
    sentence = found.catalogue(language.source).by_key().get(request.POST.get("key", ""))
    if speaker is None:
        return _says(gettext("Nobody has agreed to be recorded yet. Ask the speaker first, at the top of this page."))
    if sentence is None:
        return _says(gettext("These words have changed meanwhile. Nothing was kept. Load the page again."))
    if sent is None or (sent.size or 0) > LARGEST:
        return _says(_UNFIT["long"]())
    try:
        sound, seconds = prepared(sent.read())
    except Unfit as error:
        return _says(_UNFIT[error.why]())
    clip = found.clips.keep(language.code, sentence.key, sentence.text, sound, seconds, speaker.id, who.username)
    return JsonResponse({"sound": clip.hash, "speaker": speaker.called, "counts": language_view(found, language).counts})


_UNFIT = {
    "silent": lambda: gettext("Nothing was heard. Nothing was kept. Hold the microphone nearer and say it again."),
    "short": lambda: gettext("That was too short to be understood. Nothing was kept. Say it again, unhurried."),
    "long": lambda: gettext("That was longer than half a minute. Nothing was kept. Say only the words that stand here."),
    "unreadable": lambda: gettext("The recording could not be read. Nothing was kept. Say it again, or use another browser."),
}


def _says(words: str) -> JsonResponse:
    return JsonResponse({"says": words}, status=400)


@require_POST
@login_required
def take(request: HttpRequest) -> HttpResponse:
    """This sentence has no recorded voice any more; the recording stays as an earlier one."""
    who, found = _asked(request)
    language = _language(found, request.POST.get("language", ""))
    found.clips.remove(language.code, request.POST.get("key", ""), who.username)
    return _back(request)


@require_POST
@login_required
def again(request: HttpRequest) -> HttpResponse:
    """An earlier recording is heard again."""
    who, found = _asked(request)
    language = _language(found, request.POST.get("language", ""))
    found.clips.again(language.code, request.POST.get("key", ""), request.POST.get("sound", ""), who.username)
    return _back(request)


@require_POST
@login_required
def make(request: HttpRequest) -> HttpResponse:
    """A machine speaks what is silent, until somebody has recorded it."""
    _, found = _asked(request)
    found.make_beside()
    return _back(request)


@require_POST
@login_required
def add(request: HttpRequest) -> HttpResponse:
    """A language that is spoken and not written."""
    _, found = _asked(request)
    try:
        added = found.clips.add_language(
            request.POST.get("code", "").strip().lower(), request.POST.get("name", ""), request.POST.get("source", "")
        )
    except NotKept:
        return _back(request, "language")
    return HttpResponseRedirect(f"{reverse('web:voices')}?{urlencode({'language': added.code})}")


@login_required
def withdraw(request: HttpRequest, speaker: str) -> HttpResponse:
    """Somebody takes the voice back: first what that means, then it is done."""
    who, found = _asked(request)
    known = found.clips.state().speakers.get(speaker)
    if known is None:
        raise Http404
    if request.method == "POST":
        gone = found.clips.withdraw([speaker])
        clips_backup.tell_everywhere(joint.record().store)
        audit.note(who.username, "voice_withdrawn", about=speaker)
        return render(request, "web/voices_withdrawn.html", {"gone": gone})
    return render(request, "web/voices_withdraw.html", {
        "speaker": known, "count": len(found.clips.state().of_speaker(speaker)),
    })  # fmt: skip


@require_safe
@login_required
def sound(request: HttpRequest, hash: str, ending: str) -> HttpResponse:
    """One sound, recorded or made."""
    _, found = _asked(request)
    content = found.clips.sound(hash) or found.made.sound(hash)
    if content is None:
        raise Http404
    if ending == "mp3":
        return HttpResponse(as_mp3(content), content_type="audio/mpeg")
    return HttpResponse(content, content_type="audio/ogg")
