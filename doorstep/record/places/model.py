"""What a place is: a unit in one of two trees, with a beginning and perhaps an end, and what it became.

Days are integers since 1970-01-01. `valid_from` is the first day of a life, `valid_to` the first day after it;
None means that nobody knows of a beginning, or that it has not ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from doorstep.content.dates import day_number

ADMINISTRATIVE = "administrative"  # where people live
HEALTH = "health"  # who looks after them
TREES = (ADMINISTRATIVE, HEALTH)

# What the database stores for None, so that every row has two numbers to compare: the first and last day of a date.
FIRST_DAY = day_number(date.min.isoformat())
LAST_DAY = day_number(date.max.isoformat())


@dataclass(frozen=True, slots=True)
class Unit:
    """One life of a place. `id` is never used for anything else; `code` may have other holders on other days.

    names: language (ISO 639-1) to name. aliases: other spellings by which people find it. lat, lon: degrees, or None.
    approximate: the position is a guess. invented: it does not exist outside demos and tests. zone: IANA time zone.
    """

    id: str
    tree: str
    kind: str
    code: str
    names: Mapping[str, str] = field(hash=False)
    valid_from: int | None = None
    valid_to: int | None = None
    lat: float | None = None
    lon: float | None = None
    approximate: bool = False
    invented: bool = False
    zone: str = "UTC"
    aliases: tuple[str, ...] = ()

    def name(self, lang: str = "en") -> str:
        """The name in this language, else in English, else in any."""
        return self.names.get(lang) or self.names.get("en") or next(iter(self.names.values()), self.id)

    def alive(self, day: int) -> bool:
        """Whether it exists on this day."""
        return not self.ended(day) and not self.unborn(day)

    def ended(self, day: int) -> bool:
        """Whether its life was over by this day."""
        return self.valid_to is not None and self.valid_to <= day

    def unborn(self, day: int) -> bool:
        """Whether its life begins only after this day."""
        return self.valid_from is not None and day < self.valid_from


@dataclass(frozen=True, slots=True)
class ParentLink:
    """In this tree, `child` belongs to `parent` from `valid_from` until the day before `valid_to`.

    In the health tree the child may be an administrative unit: then the parent is the facility that looks after it,
    and the link may outlast the unit (a station keeps its villages when their commune is abolished).
    """

    child: str
    parent: str
    tree: str
    valid_from: int | None = None
    valid_to: int | None = None

    def holds(self, day: int) -> bool:
        """Whether it is in force on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Succession:
    """On `day`, `old` became `new`, or part of it did. Of the parts of one old unit, one is the default."""

    old: str
    new: str
    day: int
    default: bool = True


@dataclass
class Parts:
    """What a reader of a source hands over."""

    units: list[Unit] = field(default_factory=list)
    links: list[ParentLink] = field(default_factory=list)
    successions: list[Succession] = field(default_factory=list)

    def add(self, other: Parts) -> None:
        """Take in what another reader found."""
        self.units += other.units
        self.links += other.links
        self.successions += other.successions


@dataclass(frozen=True, slots=True)
class Residence:
    """Where somebody's place of residence is on a day. flagged: a person has to confirm it."""

    unit: Unit
    flagged: bool


class PlaceError(LookupError):
    """A place that cannot be told: what happened, what to do next, and the places that may be meant."""

    def __init__(self, what: str, do: str, candidates: Sequence[Unit] = ()) -> None:
        super().__init__(f"{what} Nothing was changed. {do}")
        self.what, self.do, self.candidates = what, do, tuple(candidates)


class UnknownPlace(PlaceError):
    """No place has ever had this code."""


class PlaceNotThatDay(PlaceError):
    """The place exists, but not on the day asked for."""


class AmbiguousPlace(PlaceError):
    """Several places have this code on the day asked for."""
