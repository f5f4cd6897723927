"""One raw answer -> the value of a fact, by the kind of its code. Numbers may come as strings; nothing crashes.

A value is `(num, txt)`: numbers, days and UTC seconds in `num`; choices, yes/no, texts and ids in `txt`.
An imprecise date has its first day in `num` and, so that nothing is lost, the words as told in `txt`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from doorstep.content.dates import parse_when

LARGEST = 10**15
"""Numbers beyond this are mistakes of typing, and not the same on every engine."""

EXPECTED = {
    "wrong-number": "a number such as 104 or 36.6",
    "wrong-integer": "a whole number such as 104",
    "wrong-yesno": "yes or no",
    "wrong-choice": "one of the choices of this question",
    "wrong-date": "a date as 2026-03-30, 2026-03 or 2026",
    "wrong-time": "a time as 2026-03-30T08:15+07:00",
    "wrong-subject": "the id of a person, household, place, facility, worker or case",
    "wrong-text": "words",
    "wrong-object": "a group of answers, or a list of them",
    "unknown-answer": "a question of this form",
    "no-whose": "an answer that says whose this is",
    "no-subject": "the subject of this form",
    "no-time": "made_at as 2026-03-30T08:15:00+07:00",
    "subject-twice": "an id of its own for each",
}
"""Every problem of an answer by its name, and what was expected. What was found is never repeated: it may be a name."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,2})?")
_YES = ("yes", "true", "1", "ok")
_NO = ("no", "false", "0")


class Wrong(Exception):
    """The answer does not fit its kind. `name` is a key of EXPECTED."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Value:
    num: int | float | None
    txt: str | None
    plain: Any
    """As an attribute keeps it: number, text, ISO date."""
    part: str = ""
    """Which of several choices."""


@dataclass(frozen=True)
class Kind:
    """What the conversion needs to know: the kind, its choices (() for any), the offset, a date's precision."""

    name: str
    choices: tuple[str, ...] = ()
    offset: int = 0
    precision: str | None = None


def is_absent(raw: Any) -> bool:
    """Not answered: null, blank words, an empty list."""
    return raw is None or raw == [] or (isinstance(raw, str) and not raw.strip())


def values_of(raw: Any, kind: Kind) -> tuple[list[Value], list[str]]:
    """Values (several for a choice of many) and the names of what was wrong. Never raises."""
    if kind.name == "choices":
        return _many(raw, kind)
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    try:
        return [_CONVERT[kind.name](raw, kind)], []
    except Wrong as wrong:
        return [], [wrong.name]


def text_of(raw: Any, wrong: str = "wrong-text") -> str:
    """Words that every engine can keep: no null character, no half of a letter. Numbers are written out."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise Wrong(wrong)
    text = raw if isinstance(raw, str) else _digits(raw, wrong)
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Wrong(wrong)
    return text


def _digits(raw: int | float, wrong: str) -> str:
    number = _bounded(raw, wrong)
    return str(number)


def _bounded(raw: int | float, wrong: str) -> int | float:
    if not -LARGEST <= raw <= LARGEST:  # also refuses what is not a number at all: NaN is in no range
        raise Wrong(wrong)
    return int(raw) if isinstance(raw, float) and raw.is_integer() else raw


def number_of(raw: Any, wrong: str = "wrong-number") -> int | float:
    if isinstance(raw, str) and _NUMBER.fullmatch(raw.strip()):
        text = raw.strip()
        raw = int(text) if text.lstrip("+-").isdigit() else float(text)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise Wrong(wrong)
    return _bounded(raw, wrong)


def _number(raw: Any, kind: Kind) -> Value:
    number = number_of(raw)
    return Value(number, None, number)


def _integer(raw: Any, kind: Kind) -> Value:
    number = number_of(raw, "wrong-integer")
    if not isinstance(number, int):
        raise Wrong("wrong-integer")
    return Value(number, None, number)


def _yesno(raw: Any, kind: Kind) -> Value:
    word = ("yes" if raw else "no") if isinstance(raw, bool) else text_of(raw, "wrong-yesno").strip()
    folded = word.lower()
    if folded in _YES or folded in _NO:
        word = "yes" if folded in _YES else "no"
    elif word not in kind.choices:
        raise Wrong("wrong-yesno")
    return Value(None, word, word)


def _choice(raw: Any, kind: Kind) -> Value:
    word = text_of(raw, "wrong-choice").strip()
    if (kind.choices and word not in kind.choices) or not word:
        raise Wrong("wrong-choice")
    return Value(None, word, word)


def _many(raw: Any, kind: Kind) -> tuple[list[Value], list[str]]:
    items = raw.split() if isinstance(raw, str) else raw if isinstance(raw, list) else [raw]
    values: dict[str, Value] = {}
    wrong: list[str] = []
    for item in items:
        try:
            value = _choice(item, kind)
        except Wrong as error:
            wrong.append(error.name)
            continue
        word = value.plain
        values[word] = Value(None, word, word, part=word)
    return list(values.values()), sorted(set(wrong))


def _text(raw: Any, kind: Kind) -> Value:
    text = ("yes" if raw else "no") if isinstance(raw, bool) else text_of(raw)
    return Value(None, text, text)


def narrowed(text: str, precision: str | None) -> str:
    """A full date cut to the precision that was asked for: Collect writes 2026-03-01 where March was chosen."""
    if precision and len(text) == 10:
        return text[:4] if precision == "year" else text[:7]
    return text


def _date(raw: Any, kind: Kind) -> Value:
    text = narrowed(text_of(raw, "wrong-date").strip(), kind.precision)
    try:
        when = parse_when(text, kind.offset)
    except ValueError as error:
        raise Wrong("wrong-date") from error
    told = text if when.precision not in ("day", "minute") else None
    return Value(when.day, told, text)


def _time(raw: Any, kind: Kind) -> Value:
    text = text_of(raw, "wrong-time").strip()
    try:
        when = parse_when(text, kind.offset)
    except ValueError as error:
        raise Wrong("wrong-time") from error
    return Value(when.ts(kind.offset), text if when.at is None else None, text)


def _subject(raw: Any, kind: Kind) -> Value:
    word = text_of(raw, "wrong-subject").strip()
    if not word or len(word) > 200:
        raise Wrong("wrong-subject")
    return Value(None, word, word)


_CONVERT: dict[str, Callable[[Any, Kind], Value]] = {
    "number": _number,
    "integer": _integer,
    "yesno": _yesno,
    "choice": _choice,
    "text": _text,
    "date": _date,
    "time": _time,
    "subject": _subject,
}
