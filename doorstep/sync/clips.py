"""Which sound belongs to which words: a clip belongs to a language and to the exact words, wherever they stand.

The key of a sentence is a hash of both. A changed word has another key and is silent until somebody speaks it anew;
the same words in two forms are spoken once. A language that is not written has no words of its own: its clips hang on
the keys of the language that its speakers read, as `clip("hmn", key_of("vi", "Ra máu âm đạo"))`.

Both sides compute keys, so the rules are few; `tests/vectors/clips.json` holds them to one meaning.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping

WRITTEN: Mapping[str, str] = {"km": "ខ្មែរ", "vi": "Tiếng Việt", "bg": "Български", "en": "English"}
"""Languages of the phone that have words of their own, and what they call themselves. Khmer has no made voice: it is first."""
LENGTH = 32
"""Hexadecimal letters of a key and of a sound's name: 128 bits."""
HASH = re.compile(rf"[0-9a-f]{{{LENGTH}}}")
CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""A language by its code (BCP 47), such as `hmn` or `hmn-Latn`."""

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_MARK = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|^#{1,6}\s+", re.MULTILINE)
_BLANK = re.compile(r"\$?\{[^{}]*\}")
_SPACE = re.compile(r"[\s\x1c-\x1f\x85\ufeff]+")
"""What JavaScript and Python call blank, together."""


def normal(text: str) -> str:
    """The words alone: composed letters (NFC), one blank between words, none around, no marks of style (HTML, Markdown)."""
    plain = _MARK.sub("", _TAG.sub("", unicodedata.normalize("NFC", text)))
    return _SPACE.sub(" ", plain).strip()


def key_of(language: str, text: str) -> str:
    """The key of these words in this language: the first 128 bits of SHA-256 over `language`, a line's end, the words."""
    return hashlib.sha256(f"{language}\n{normal(text)}".encode()).hexdigest()[:LENGTH]


def name_of(sound: bytes) -> str:
    """The name of a sound's file: a hash of its bytes."""
    return hashlib.sha256(sound).hexdigest()[:LENGTH]


def pieces(text: str) -> tuple[str, ...]:
    """What of a text is spoken: the words before, between and after its blanks, each a clip of its own.

    `${called}` or `{n}` stands for what only the phone knows; it is read on the screen. Pieces without a letter are silent.
    """
    found = (normal(piece) for piece in _BLANK.split(text))
    return tuple(piece for piece in found if any(letter.isalpha() for letter in piece))


def template(text: str) -> str:
    """The words with `{}` for each blank: with it the phone finds the pieces of a sentence that it has filled in. '' without."""
    return normal(_BLANK.sub("{}", text)) if _BLANK.search(text) else ""
