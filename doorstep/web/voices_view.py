"""What the page of the voices shows: languages with their counts, sentences with their voice, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_lazy

from doorstep.sync import clips_speech
from doorstep.sync.clips_catalogue import PARTS, Heard
from doorstep.sync.clips_store import Clip, Language, State
from doorstep.sync.clips_voices import MISSING, RECORDED, SYNTHETIC, Voiced, Voices, count
from doorstep.web.names import in_words

PART_WORDS = {
    "registration": gettext_lazy("Registration"), "antenatal": gettext_lazy("Antenatal contact"), "birth": gettext_lazy("Birth"),
    "postnatal": gettext_lazy("After the birth"), "not_done": gettext_lazy("Not done, because"),
    "steps": gettext_lazy("What is due, and what to do"), "app": gettext_lazy("The app’s own words"),
    "forms": gettext_lazy("Other forms"), "story": gettext_lazy("Her story"),
}  # fmt: skip
SHOWS = {
    "open": gettext_lazy("Not yet recorded"), "missing": gettext_lazy("Silent"), "synthetic": gettext_lazy("Spoken by a machine"),
    "recorded": gettext_lazy("Recorded"), "all": gettext_lazy("All sentences"),
}  # fmt: skip
NAMED = 2
"""Of the places where a sentence is heard, so many are named."""


@dataclass(frozen=True)
class LanguageView:
    """One language to choose."""

    language: Language
    counts: Mapping[str, int]
    total: int

    @property
    def made(self) -> bool:
        """Whether a machine can speak it."""
        return self.language.code in clips_speech.VOICES


@dataclass(frozen=True)
class Row:
    """One sentence. n: its place in the order of recording, from 1."""

    n: int
    one: Voiced
    speaker: str
    where: str
    earlier: tuple[Clip, ...]

    @property
    def kind(self) -> str:
        return self.one.kind


def language_view(voices: Voices, language: Language) -> LanguageView:
    """A language with how many of its sentences have which voice."""
    voiced = voices.voiced(language)
    return LanguageView(language, count(voiced), len(voiced))


def rows(voices: Voices, language: Language, show: str, part: str) -> list[Row]:
    """The sentences asked for, in the order of recording."""
    state = voices.clips.state()
    found = enumerate(voices.voiced(language), 1)
    return [_row(n, one, state, language) for n, one in found if shown(one.kind, show) and part in ("", one.sentence.part)]


def shown(kind: str, show: str) -> bool:
    """Whether a sentence with this voice is among those asked for."""
    return show == "all" or kind == show or (show == "open" and kind in (MISSING, SYNTHETIC))


def _row(n: int, one: Voiced, state: State, language: Language) -> Row:
    speaker = state.speakers.get(one.clip.speaker) if one.clip else None
    earlier = state.earlier.get((language.code, one.sentence.key), ())
    return Row(n, one, speaker.called if speaker else "", where(one.sentence.heard), earlier)


def where(heard: Iterable[Heard]) -> str:
    """Where a sentence is heard: the first places by name, how many more there are."""
    names = list(dict.fromkeys(_place(one) for one in heard))
    more = len(names) - NAMED
    told = ", ".join(names[:NAMED])
    return gettext("%(places)s and %(n)d more") % {"places": told, "n": more} if more > 0 else told


def _place(heard: Heard) -> str:
    if heard.kind == "app":
        return str(PART_WORDS["app"])
    return f"“{in_words(heard.title)}”" if heard.title else str(PART_WORDS["story"])


def parts(voices: Voices, language: Language, show: str) -> list[tuple[str, str, int]]:
    """(part, its words, how many sentences of it are asked for), in the order of recording; empty ones left out."""
    kinds = [(one.sentence.part, one.kind) for one in voices.voiced(language)]
    numbers = {part: sum(own == part and shown(kind, show) for own, kind in kinds) for part in PARTS}
    return [(part, str(PART_WORDS[part]), number) for part, number in numbers.items() if number]


def shows(view: LanguageView) -> list[tuple[str, str, int]]:
    """(what to show, its words, how many)."""
    counts = view.counts
    numbers = {"open": counts[MISSING] + counts[SYNTHETIC], "all": view.total, **counts}
    kept = ("open", "all", RECORDED) if not counts[MISSING] or not counts[SYNTHETIC] else SHOWS
    return [(show, str(word), numbers[show]) for show, word in SHOWS.items() if show in kept]
