"""The phone's door to the voices: `/sync/v1/clips/...`, for whoever has a token. Without one: the same of what
`clips_open` has.

| address | gives |
|---|---|
| `languages.json` | every language that can be heard: code, name, source, `as_of` (changes when any clip does), counts |
| `LANGUAGE.json` | `clips`: key -> [hash, bytes, `recorded` or `synthetic`]; `split`: texts with blanks; `missing`: how many |
| `HASH.ogg`, `HASH.mp3` | one sound |
| `HASH,HASH,....pack` | up to MOST sounds at once, in order: 4 bytes of length (big-endian; 0: it is gone), then the sound |

A phone keeps sounds by hash and throws away whatever the newest LANGUAGE.json does not name: so a voice that was withdrawn
leaves the phones too, at the next contact. For the same reason no cache beside the app's own keeps a recorded voice.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass

from doorstep.record.http import Answer, told
from doorstep.sync.clips import HASH
from doorstep.sync.clips_open import OpenVoices
from doorstep.sync.clips_sound import as_mp3
from doorstep.sync.clips_voices import Voices

PREFIX = "/sync/v1/clips/"
MOST = 64
"""Sounds in one pack: some 300 kB, a minute on the slowest line."""
FOREVER = ("Cache-Control", "private, max-age=31536000, immutable")
TYPES = {".ogg": "audio/ogg", ".mp3": "audio/mpeg"}


def clips_answer(path: str, method: str, worker: str | None, voices: Voices) -> Answer:
    """The answer to a request below /sync/v1/clips/. worker: whose token it is; None: nobody's, who hears what is open."""
    if method not in ("GET", "HEAD"):
        return told(405, "Sounds are only asked for here.", "Nothing was changed.", "Send it with GET.")
    heard = WithToken(voices) if worker else OpenVoices(voices)
    return _answer(path.removeprefix(PREFIX), voices, heard) or told(
        404, "There is no such sound.", "Nothing was changed.", "Ask for the list of the language again: it may have changed."
    )


@dataclass(frozen=True)
class WithToken:
    """Everything that has a voice here."""

    voices: Voices

    def answer(self, language: str) -> dict[str, object] | None:
        known = self.voices.clips.languages().get(language)
        return self.voices.answer(known) if known else None

    def summary(self) -> list[dict[str, object]]:
        return self.voices.summary()

    def sound(self, hash: str) -> bytes | None:
        return self.voices.made.sound(hash) or self.voices.clips.sound(hash)


Heard = WithToken | OpenVoices


def _answer(name: str, voices: Voices, heard: Heard) -> Answer | None:
    stem, dot, ending = name.rpartition(".")
    if ending == "json":
        return _list(stem, voices, heard)
    if ending == "pack":
        return _pack(stem.split(","), heard)
    if dot + ending in TYPES and HASH.fullmatch(stem):
        return _sound(stem, dot + ending, voices, heard)
    return None


def _list(name: str, voices: Voices, heard: Heard) -> Answer | None:
    voices.make_beside()
    if name == "languages":
        return _json({"languages": heard.summary()})
    found = heard.answer(name)
    return _json(found) if found else None


def _sound(hash: str, ending: str, voices: Voices, heard: Heard) -> Answer | None:
    found = heard.sound(hash)
    if not found:
        return None
    content = found if ending == ".ogg" else as_mp3(found)
    return Answer(200, content, TYPES[ending], [FOREVER] if voices.made.sound(hash) else [])


def _pack(hashes: list[str], heard: Heard) -> Answer | None:
    if len(hashes) > MOST or not all(HASH.fullmatch(hash) for hash in hashes):
        return None
    sounds = [heard.sound(hash) or b"" for hash in hashes]
    return Answer(200, b"".join(struct.pack(">I", len(sound)) + sound for sound in sounds), "application/octet-stream")


def _json(value: object) -> Answer:
    return Answer(200, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
