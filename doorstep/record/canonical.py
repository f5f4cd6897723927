"""The one string of bytes that hash and signature cover: RFC 8785 (JCS), the same here and on the phone.

tests/vectors/canonical.json holds the cases that both must pass. Before, bodies were written by Python's own rules: what was
hashed then must still be known again, so that form is kept here too (`former`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import rfc8785

from doorstep.record.reasons import Refusal

LARGEST_WHOLE = 2**53 - 1
"""Beyond it two whole numbers are one to a browser, and to whatever signs there."""
BEYOND_DIGITS = 1e21
"""From here on JSON writes a whole number with an exponent, in both languages: it then reads back as it was."""

_UNLIKE = re.compile(r'(?:":|[\[,])-?(?:\d{16}|\d+(?:\.|e))|[\U00010000-\U0010ffff]')
"""In a body as Python writes it: a fraction, a large number, or a letter beyond the first plane. Elsewhere both forms are one."""


def canonical(body: Mapping[str, Any]) -> bytes:
    """RFC 8785: keys in the order of UTF-16, numbers as a browser writes them, no spaces, UTF-8.

    Refusal: bad_text (half a letter), bad_number (whole, and larger than a browser can hold), bad_json.
    """
    text = _written(body)
    if _UNLIKE.search(text) is None:
        return _encoded(text)  # ten times faster, and the same
    if _too_large(body):
        raise Refusal("bad_number")
    try:
        return rfc8785.dumps(dict(body))
    except rfc8785.CanonicalizationError as error:
        raise Refusal("bad_text") from error


def former(body: Mapping[str, Any]) -> bytes:
    """As bodies were hashed and signed before: keys in the order of code points, fractions as Python writes them."""
    text = _written(body)
    return _encoded(_written(_whole(body)) if ".0" in text else text)


def _written(body: Any) -> str:
    try:
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise Refusal("bad_json") from error


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Refusal("bad_text") from error


def _too_large(value: Any) -> bool:
    """Whether a number in it, at any depth, is written as more digits than a browser keeps apart."""
    if isinstance(value, dict):
        return any(map(_too_large, value.values()))
    if isinstance(value, list):
        return any(map(_too_large, value))
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) > LARGEST_WHOLE
    return isinstance(value, float) and LARGEST_WHOLE < abs(value) < BEYOND_DIGITS


def _whole(value: Any) -> Any:
    """1.0 as 1, at any depth."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return value
