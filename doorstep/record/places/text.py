"""Names as people type them: with or without marks, in their own script or in Latin letters."""

from __future__ import annotations

import re
import unicodedata

# Letters that do not decompose into a base letter and a mark.
_LETTERS = str.maketrans({"đ": "d", "Đ": "D", "ơ": "o", "ư": "u", "ı": "i", "ø": "o", "ł": "l"})
# Bulgaria's own transliteration (Transliteration Act, 2009), as used on its road signs and passports.
_CYRILLIC = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "a", "ь": "y", "ю": "yu", "я": "ya",
})  # fmt: skip
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0xFEFF))  # zero-width
_BETWEEN = re.compile(r"[\s'’.,()/_-]+")
_DOUBLED = re.compile(r"([a-z])\1+")


def plain(text: str) -> str:
    """Small letters without Latin marks, words one space apart. Khmer and Cyrillic letters stay (in NFC)."""
    lowered = unicodedata.normalize("NFD", text.translate(_INVISIBLE).translate(_LETTERS).lower())
    out: list[str] = []
    base = ""
    for letter in lowered:
        mark = unicodedata.combining(letter) != 0
        if not mark:
            base = letter
        # A mark is dropped from a Latin letter only: it makes another letter in Cyrillic, and the word in Khmer.
        if not mark or not base.isascii():
            out.append(letter)
    joined = unicodedata.normalize("NFC", "".join(out))
    return _BETWEEN.sub(" ", joined).strip()


def latin(text: str) -> str:
    """`plain`, with Cyrillic written in Latin letters as Bulgaria writes it (final -iya is -ia)."""
    return re.sub(r"ия\b", "ia", plain(text)).translate(_CYRILLIC)


def squeezed(text: str) -> str:
    """`latin` without spaces and doubled letters, so that "Ratanakiri" finds "Ratanak Kiri"."""
    return _DOUBLED.sub(r"\1", latin(text).replace(" ", ""))


def unmarked(text: str) -> str:
    """The name in plain Latin letters with its capitals: "Bắc Kạn" becomes "Bac Kan"."""
    decomposed = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
