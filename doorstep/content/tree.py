"""The typed tree of the rule language: what the parser makes, and the only thing that engines read.

Source: docs/pathway-language.md. Every node is frozen and hashable, so that equal leaves are computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """Type of an expression's value. `day` is a day number, `time` UTC seconds, `span` a length of time in the clock's unit."""

    NUMBER = "number"
    TEXT = "text"
    BOOL = "bool"
    DAY = "day"
    TIME = "time"
    SPAN = "span"


class Clock(StrEnum):
    """Unit of a step: civil days, or seconds."""

    DAY = "day"
    MINUTE = "minute"


# --- filters: conditions on one event -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filter:
    """Events of one code, optionally of a relation's target, for which `where` is true.

    `where` is a condition whose only sources are EventNum, EventTxt and EventHow; None accepts every event.
    """

    code: str
    where: Expr | None = None
    relation: str | None = None


@dataclass(frozen=True)
class Stream:
    """A union of filters. Events at the same `ts` count once when it stems from a sign (`distinct`)."""

    filters: tuple[Filter, ...]
    distinct: bool = False


@dataclass(frozen=True)
class EventNum:
    """The number (or day, or time) of the event being filtered."""

    type: Type = Type.NUMBER


@dataclass(frozen=True)
class EventTxt:
    """The text of the event being filtered."""


@dataclass(frozen=True)
class EventHow:
    """told, measured or seen."""


# --- leaves over a history ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Latest:
    """Value of the latest event of the stream; a number in `num`, a text in `txt`, by `type`."""

    stream: Stream
    type: Type


@dataclass(frozen=True)
class First:
    """Value of the first event of the stream."""

    stream: Stream
    type: Type


@dataclass(frozen=True)
class LatestDay:
    """Day of the latest event (its `ts` in seconds when `clock` is minute)."""

    stream: Stream
    clock: Clock


@dataclass(frozen=True)
class FirstDay:
    """Day of the first event (its `ts` in seconds when `clock` is minute)."""

    stream: Stream
    clock: Clock


@dataclass(frozen=True)
class Count:
    """How many events up to now; distinct `ts` when the stream is distinct."""

    stream: Stream


@dataclass(frozen=True)
class Any:
    """Whether there was one."""

    stream: Stream


@dataclass(frozen=True)
class EpisodeStart:
    """Where the episode began, in the clock's unit."""


@dataclass(frozen=True)
class Moment:
    """The moment being judged, in the clock's unit. Never today."""


# --- everything else ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lit:
    """A literal. Spans are already in the clock's unit (days, or seconds)."""

    value: int | float | str | bool
    type: Type


@dataclass(frozen=True)
class Ref:
    """A named value of the pathway."""

    name: str
    type: Type


@dataclass(frozen=True)
class Compare:
    """`op` is one of = != < <= > >=. Unknown when either side is."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class WeeksCompare:
    """Completed weeks from `start` to `end`, compared with a whole number: emitted as days against 7 * weeks, never divided.

    completed(d) = floor(d / 7); so `>= k` is d >= 7k, `> k` is d >= 7(k+1), `<= k` is d < 7(k+1), `< k` is d < 7k, `= k` both.
    On a minute clock the unit is 7 * 86400 seconds.
    """

    op: str
    start: Expr
    end: Expr
    weeks: int


@dataclass(frozen=True)
class Arith:
    """`op` is one of + - *. Unknown when either side is."""

    op: str
    left: Expr
    right: Expr
    type: Type


@dataclass(frozen=True)
class In:
    """Text among texts."""

    item: Expr
    options: tuple[str, ...]


@dataclass(frozen=True)
class And:
    parts: tuple[Expr, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Expr, ...]


@dataclass(frozen=True)
class Not:
    part: Expr


@dataclass(frozen=True)
class Known:
    part: Expr


@dataclass(frozen=True)
class Branch:
    when: Expr
    value: Expr


@dataclass(frozen=True)
class Case:
    """First that holds: the value of the first branch whose `when` is true; unknown when none is."""

    branches: tuple[Branch, ...]
    type: Type


@dataclass(frozen=True)
class Greater:
    """The later (greater) of two; unknown when either is."""

    left: Expr
    right: Expr
    type: Type


@dataclass(frozen=True)
class Lesser:
    """The earlier (smaller) of two; unknown when either is."""

    left: Expr
    right: Expr
    type: Type


Leaf = Latest | First | LatestDay | FirstDay | Count | Any | EpisodeStart | Moment
Expr = (
    Leaf
    | EventNum
    | EventTxt
    | EventHow
    | Lit
    | Ref
    | Compare
    | WeeksCompare
    | Arith
    | In
    | And
    | Or
    | Not
    | Known
    | Case
    | Greater
    | Lesser
)

TRUE = Lit(True, Type.BOOL)
