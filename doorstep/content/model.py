"""A programme as it is after reading and checking: plain frozen data, nothing to look up, nothing to parse.

Source: docs/pathway-language.md. Days are integers since 1970-01-01; offsets are in the unit of the step's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from doorstep.content.tree import Clock, Expr, Stream, Type

Words = Mapping[str, str]
"""Language code -> text."""


@dataclass(frozen=True)
class Place:
    """Where something stands in a file: for messages. Line and column from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Origin:
    """What every number carries: who says so, since when, and who signed it for which country (None: not yet)."""

    source: str
    valid_from: int | None = None
    valid_to: int | None = None
    review: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Code:
    """One row of a dictionary. `kind` is number, integer, yesno, choice, choices, text, date, time or subject (a relation)."""

    code: str
    kind: str
    labels: Words
    unit: str = ""
    choices: tuple[str, ...] = ()
    episode: str = ""
    compartment: str = "care"
    legal_basis: str = ""
    purpose: str = ""
    retention: str = ""
    standard: Mapping[str, str] = field(default_factory=dict)
    range: tuple[str, str] | None = None
    """The least and the most that is possible, in the unit, as written: what a form takes."""
    usual: tuple[str, str] | None = None
    """Between these nobody is asked whether it is right."""
    past: bool = False
    """A day that lies behind: never one to come."""
    place: Place | None = None

    @property
    def type(self) -> Type:
        """Type of the value in a rule."""
        return {"number": Type.NUMBER, "integer": Type.NUMBER, "date": Type.DAY, "time": Type.TIME}.get(
            self.kind, Type.TEXT
        )


@dataclass(frozen=True)
class EpisodeKind:
    """How a subject's facts fall into episodes (docs/pathway-language.md, 7). Lengths in days."""

    name: str
    subject: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    longest: int
    apart: int


@dataclass(frozen=True)
class TableRow:
    """One row of an unrolled schedule: k-th contact after one in completed week `last`, first contact in class `cls`."""

    cls: int
    last: int
    k: int
    week: int


@dataclass(frozen=True)
class Table:
    """A schedule unrolled at compile time. `classes` maps every completed week 0..44 of the first contact to its class."""

    name: str
    classes: Mapping[int, int]
    rows: tuple[TableRow, ...]
    origin: Origin


@dataclass(frozen=True)
class Value:
    """A named value: first branch that holds (a Case), typed."""

    name: str
    expr: Expr
    type: Type
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class End:
    """`when` a condition, or `at` a computed moment; exactly one is given."""

    why: str
    when: Expr | None = None
    at: Expr | None = None


@dataclass(frozen=True)
class Offset:
    """An edge of a window: `base` is 'from' or 'due'; `by` in the clock's unit."""

    base: str
    by: int


@dataclass(frozen=True)
class Chain:
    """Either `table` (with `dated_by`, the name of a value) or `every`. Lengths in the clock's unit."""

    table: str | None = None
    dated_by: str | None = None
    first: int = 0
    gap: int = 0
    otherwise: int | None = None
    every: int | None = None
    times: int | None = None


@dataclass(frozen=True)
class Escalation:
    at: Offset
    """Base may also be 'overdue'."""
    to: str


@dataclass(frozen=True)
class Step:
    """One variant of one step. `rule` is `name@valid_from` (ISO date) or `name`."""

    name: str
    rule: str
    title: Words
    clock: Clock
    origin: Origin
    done: Stream | None
    counts: str
    """window, since, after or episode."""
    chain: Chain | None = None
    each: Stream | None = None
    when: Expr | None = None
    """With `each`: judged at the event's moment."""
    while_: Expr | None = None
    ends: tuple[End, ...] = ()
    countries: tuple[str, ...] = ()
    anchor: Expr | None = None
    """`from`; None is the default of the kind of step."""
    due: Offset = Offset("from", 0)
    opens: Offset | None = None
    overdue: Offset | None = None
    closes: Offset | None = None
    form: str = ""
    owner: tuple[str, ...] = ()
    escalate: Escalation | None = None
    urgency: str = "routine"
    compartment: str = "care"
    advice: Words = field(default_factory=dict)
    """What to do, in words, shown where the step acts."""
    place: Place | None = None


@dataclass(frozen=True)
class Pathway:
    name: str
    title: Words
    episode: str
    compartment: str
    clock: Clock
    ends: tuple[End, ...]
    signs: Mapping[str, Stream]
    values: Mapping[str, Value]
    """In order of dependence. Values are judged in the clock of the step that reads them."""
    steps: tuple[Step, ...]
    place: Place | None = None
    words: Mapping[str, Words] = field(default_factory=dict)
    """What its signs, its values and the reasons (`why`) of its ends are called, for the pages that people read."""


@dataclass(frozen=True)
class Indicator:
    """A share of episodes: those where `numerator` holds among those where `denominator` holds, judged at the last state."""

    name: str
    title: Words
    pathway: str
    numerator: Expr
    denominator: Expr
    origin: Origin


@dataclass(frozen=True)
class Message:
    """A reminder or a piece of health education, sent `at` an edge of a step's row while the row is open."""

    name: str
    step: str
    pathway: str
    at: Offset
    to: str
    text: Words
    audio: Words = field(default_factory=dict)
    discreet: bool = True


@dataclass(frozen=True)
class Question:
    """One row of a form's survey sheet that carries an answer."""

    name: str
    path: tuple[str, ...]
    """Groups and repeats around it, outermost first, then the name."""
    kind: str
    code: str | None
    """Dictionary code that its answers become; None when it feeds no fact."""
    labels: Words
    repeat: tuple[str, ...] = ()
    """Path of the innermost repeat around it; () when none."""
    choices: tuple[str, ...] = ()
    when: str | None = None
    """Name of the question that says when this happened; None: the form's event time, else the submission's."""
    how: str | None = None
    constant: str | int | float | None = None
    """A calculate with a literal: filled in when an answer is absent."""
    save_to: str | None = None
    """Attribute of the subject (ODK Entities)."""
    subject: str | None = None
    """Whose fact: None the form's subject (or the repeat's own, when the repeat makes subjects)."""
    precision: str | None = None
    """month or year where a date question asks for no more (XLSForm appearances month-year and year)."""
    place: Place | None = None


@dataclass(frozen=True)
class Form:
    """An XLSForm as read by pyxform, with what Doorstep adds.

    `xml` is the XForm; `sheets` the workbook as it came, nothing dropped.
    """

    id: str
    version: str
    title: Words
    questions: tuple[Question, ...]
    xml: str
    sheets: Mapping[str, tuple[Mapping[str, Any], ...]]
    event_time: str | None = None
    """Question that says when it happened (visit_date and the like)."""
    makes: str | None = None
    """Subject kind that the form (or its repeat) makes or updates, from the entities sheet."""
    makes_in: tuple[str, ...] = ()
    """Path of the repeat whose rows are the new subjects; () when the form's own subject is meant."""
    makes_id: str | None = None
    """Name of the question that holds the id of the subject it makes; None: an id is derived."""
    outer: tuple[tuple[str, ...], ...] = ()
    """Paths of repeats that hold no question themselves, only repeats: no question names them as its own."""
    place: Place | None = None


@dataclass(frozen=True)
class Case:
    """A worked case. `events` and `expect` as in docs/guide-programme-authors.md, with dates already day numbers."""

    title: str
    events: tuple[Mapping[str, Any], ...]
    expect: Mapping[str, tuple[Mapping[str, Any], ...]]
    """'pathway.step' -> every row of that step that is not projected, the given columns only."""
    subject: str
    """Whose rows; other subjects are named in `expect` keys as 'subject:pathway.step'."""
    place: Place | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Programme:
    id: str
    names: Words
    subject: str
    compartment: str
    source: str
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    """Role -> compartments that it may see in this programme."""
    episodes: Mapping[str, EpisodeKind]
    dictionary: Mapping[str, Code]
    """Own codes and those of programmes/common."""
    tables: Mapping[str, Table]
    pathways: Mapping[str, Pathway]
    forms: Mapping[str, Form]
    indicators: tuple[Indicator, ...]
    messages: tuple[Message, ...]
    cases: tuple[Case, ...]
    path: str
    referrals: tuple[str, ...] = ()
    """Forms that send somebody to a hospital."""
    about: Words = field(default_factory=dict)
    tree: Mapping[str, Any] = field(default_factory=dict)
    """The raw files as read, for export and for pages."""
