"""What is heard before anybody is enrolled: a machine's voice for the app's own words and for the forms of the practice village.

Nothing of a person, of a form that somebody uploaded or of a programme of this installation alone. No recorded voice either:
whoever lent hers agreed to be heard by health workers and the women whom they visit, and may take it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from doorstep.sync import clips_speech
from doorstep.sync.clips import WRITTEN
from doorstep.sync.clips_catalogue import Catalogue, catalogue, texts
from doorstep.sync.clips_voices import SYNTHETIC, Voices, as_of

PRACTISED = "maternal"
"""The programme with whose forms one practises: `app/scripts/practice.py`."""
FIRST = "app"
"""The words that she meets first."""


@dataclass
class OpenVoices:
    """The same answers as those of `Voices`, of what is open to everybody."""

    voices: Voices

    def catalogue(self, language: str) -> Catalogue:
        """The sentences that are open, the app's own first."""
        pack, mark = self.voices.pack(), self.voices.mark()
        known = self.voices.open.get(language)
        if known is None or known[0] != mark:
            practised = [programme for name, programme in pack.programmes.items() if name == PRACTISED]
            found = catalogue(language, texts(practised, self.voices.app))
            first = sorted(found.sentences, key=lambda sentence: sentence.part != FIRST)
            known = self.voices.open[language] = mark, Catalogue(language, tuple(first), found.split)
        return known[1]

    def answer(self, language: str) -> dict[str, object] | None:
        """As `Voices.answer`; None for a language that no machine speaks."""
        if language not in clips_speech.VOICES or language not in WRITTEN:
            return None
        made, own = self.voices.made.index().get(language, {}), self.catalogue(language)
        clips = {one.key: [*made[one.key], SYNTHETIC] for one in own.sentences if one.key in made}
        told: dict[str, object] = {
            "language": language, "source": language, "name": WRITTEN[language], "clips": clips, "split": list(own.split),
            "missing": len(own.sentences) - len(clips),
        }  # fmt: skip
        return {"as_of": as_of(told), **told}

    def summary(self) -> list[dict[str, object]]:
        """As `Voices.summary`."""
        rows = []
        for language in WRITTEN:
            if (told := self.answer(language)) is not None:
                clips = told["clips"]
                assert isinstance(clips, dict)
                row = {name: told[name] for name in ("language", "name", "source", "as_of", "missing")}
                rows.append({**row, "recorded": 0, "synthetic": len(clips)})
        return rows

    def sound(self, hash: str) -> bytes | None:
        """A sound that some open sentence has."""
        return self.voices.made.sound(hash) if hash in self._sounds else None

    @cached_property
    def _sounds(self) -> frozenset[str]:
        index = self.voices.made.index()
        return frozenset(
            made[one.key][0]
            for code, made in index.items()
            if code in WRITTEN
            for one in self.catalogue(code).sentences
            if one.key in made
        )
