"""The voices of one installation: what is to be heard, what is recorded, what is made, what is missing."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from doorstep.record.opened import shared_record
from doorstep.record.shelf import Pack
from doorstep.sync import clips_speech
from doorstep.sync.clips import WRITTEN
from doorstep.sync.clips_catalogue import Catalogue, Sentence, catalogue, texts
from doorstep.sync.clips_made import Made, Wanted
from doorstep.sync.clips_store import Clip, Clips, Language

APP = Path(__file__).resolve().parents[2] / "app"
RECORDED, SYNTHETIC, MISSING = "recorded", "synthetic", "missing"


def app_words() -> Path | None:
    """The folder with the app's words: `said/` of the built app that phones are given, else the app's sources; None: neither."""
    built = Path(os.environ.get("DOORSTEP_PHONE_APP") or APP / "dist") / "said"
    return next((folder for folder in (built, APP / "src") if (folder / "words" / "en.json").is_file()), None)


@dataclass(frozen=True)
class Voiced:
    """A sentence with its voice. kind: recorded, synthetic or missing; hash and bytes of its sound, '' and 0 without one."""

    sentence: Sentence
    kind: str
    hash: str = ""
    bytes: int = 0
    clip: Clip | None = None


class Voices:
    """pack: the programmes in force, asked for each time. app: the folder with the app's words; else that of `app_words`."""

    def __init__(self, data: Path, pack: Callable[[], Pack], app: Path | None = None) -> None:
        self.clips, self.made = Clips(data), Made(data)
        self.pack, self.app = pack, app or app_words()
        self._lock = threading.Lock()
        self._catalogues: dict[str, tuple[object, Catalogue]] = {}
        self.open: dict[str, tuple[object, Catalogue]] = {}
        """What `clips_open` worked out, by language."""

    def catalogue(self, source: str) -> Catalogue:
        """The sentences of a written language, in the order of recording."""
        pack, mark = self.pack(), self.mark()
        with self._lock:
            known = self._catalogues.get(source)
            if known is None or known[0] != mark:
                known = mark, catalogue(source, texts(pack.programmes.values(), self.app))
                self._catalogues[source] = known
            return known[1]

    def mark(self) -> tuple[object, ...]:
        """Another one when what is to be heard may be another."""
        files = sorted(self.app.glob("*/*.json")) if self.app else []
        return (self.pack().hash, *(path.stat().st_mtime_ns for path in files))

    def voiced(self, language: Language) -> list[Voiced]:
        """Every sentence with its voice in this language, in the order of recording."""
        clips = self.clips.state().clips
        made = {} if language.spoken_only else self.made.index().get(language.code, {})
        found = []
        for sentence in self.catalogue(language.source).sentences:
            clip = clips.get((language.code, sentence.key))
            if clip:
                found.append(Voiced(sentence, RECORDED, clip.hash, clip.bytes, clip))
            elif sentence.key in made:
                found.append(Voiced(sentence, SYNTHETIC, *made[sentence.key]))
            else:
                found.append(Voiced(sentence, MISSING))
        return found

    def to_make(self) -> dict[str, list[Wanted]]:
        """What a machine can speak and has not yet, by language."""
        return {code: self.made.lacking(code, self.catalogue(code).sentences) for code in WRITTEN if code in clips_speech.VOICES}

    def make_beside(self) -> bool:
        """Begins to make what lacks, beside everything else; whether something is being made."""
        return self.made.make_beside(self.to_make())

    def answer(self, language: Language) -> dict[str, object]:
        """What the phone is told: key -> [hash, bytes, kind], the attendant's path first, and the texts that it takes apart.

        Recordings of words that changed stay in it: a phone with an older programme still shows them.
        """
        own = self.catalogue(language.source)
        heard = {key: [clip.hash, clip.bytes, RECORDED] for (code, key), clip in self.clips.state().clips.items()
                 if code == language.code}  # fmt: skip
        if not language.spoken_only:
            for key, (hash, size) in self.made.index().get(language.code, {}).items():
                heard.setdefault(key, [hash, size, SYNTHETIC])
        path = [sentence.key for sentence in own.sentences if sentence.key in heard]
        found = {key: heard[key] for key in [*path, *sorted(heard)]}  # in this order a phone fetches them
        missing = sum(sentence.key not in found for sentence in own.sentences)
        told: dict[str, object] = {
            "language": language.code, "source": language.source, "name": language.name,
            "clips": found, "split": list(own.split), "missing": missing,
        }  # fmt: skip
        return {"as_of": as_of(told), **told}

    def summary(self) -> list[dict[str, object]]:
        """Every language that can be heard, with a mark that changes when any of its clips does."""
        rows = []
        for language in self.clips.languages().values():
            told = self.answer(language)
            counts = count(self.voiced(language))
            rows.append({name: told[name] for name in ("language", "name", "source", "as_of")} | counts)
        return rows


def as_of(told: object) -> str:
    """A mark of what is told."""
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def count(voiced: Iterable[Voiced]) -> dict[str, int]:
    """How many are recorded, synthetic, missing."""
    counts = dict.fromkeys((RECORDED, SYNTHETIC, MISSING), 0)
    for one in voiced:
        counts[one.kind] += 1
    return counts


_shared: Voices | None = None
_sharing = threading.Lock()


def shared_voices() -> Voices:
    """The voices of this server process."""
    global _shared
    with _sharing:
        if _shared is None:
            record = shared_record()
            _shared = Voices(record.store.config.data, lambda: record.rules.pack)
        return _shared
