"""Stories for each sentence of docs/pathway-language.md about rows, and the rows that it gives.

Days count from the first of January 2026 (day 0). A story is one woman `p` (or the baby `b`), and all rows of one step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.pathways.making import WHO, day, fact
from tests.reference.interpreter import Fact, Relation

D0 = day("2026-01-01")
RULES = WHO + """
pathways:
  care:
    episode: pregnancy
    ends: [{when: any(birth), why: born}, {at: lmp + 44w, why: unreported}]
    signs:
      high_bp: [sys >= 140, dia >= 90]
    values:
      lmp: [{value: day(scan) - scan * 1d, when: scan < 168}, {value: lmp_told, when: sure = 'yes'}]
    steps:
      always: {done: pill}
      dated: {from: lmp, due: from + 20w, opens: from + 18w, overdue: due + 7d, closes: due + 28d, done: [hb, visit]}
      away: {while: not any(away) or away = 'no', done: pill}
      pale: {while: hb < 100, done: pill}
      abroad: {countries: [VN, KH], done: pill}
      stopped: {while: any(hb), ends: [{when: "sign = 'none'", why: well}, {at: day(hb) + 10d, why: old}, {at: day(sys) + 10d, why: older}], done: pill}
      both: {ends: [{when: any(birth), why: by_step}], done: pill}
      first_sign: {while: "latest(sign) = 'fits'", done: pill}
      twice: {while: count(high_bp) >= 2, done: pill}
      half: {from: "day(hb) - hb * 1d", done: pill}
      late: {while: weeks_since(lmp_told) >= 10, done: pill}
      by_measure: {while: "any(sys >= 140 and how = 'measured')", done: pill}
      after: {while: any(hb), done: hb, counts: after}
      once: {while: any(visit), done: hb, counts: episode}
      window: {due: from + 10d, opens: from + 5d, closes: from + 12d, done: pill}
      each_bp: {each: high_bp, done: visit, urgency: danger, overdue: from + 2d, ends: [{when: "away = 'yes'", why: moved}]}
      each_fit: {each: "sign = 'fits'", when: known(lmp), from: lmp + 20w, done: visit}
      contact: {chain: {table: who, dated_by: lmp, first: 12w, gap: 7d, otherwise: 4w}, done: visit, opens: due - 7d, overdue: due + 7d}
      contact_home: {chain: {table: who, dated_by: lmp, first: 12w, gap: 7d, otherwise: 4w}, done: visit, while: not any(away) or away = 'no'}
      refill: {chain: {every: 30d}, done: pill, while: not any(away) or away = 'no', overdue: due + 3d}
      three: {chain: {every: 7d, times: 3}, from: day(test), while: "test = 'pos'", done: pill}
      grouped: {chain: {every: 10d, gap: 10d}, counts: episode, done: pill}
      ruled:
        - {due: from + 3d, done: pill, valid_to: 2026-03-01}
        - {due: from + 5d, done: pill, valid_from: 2026-03-01}
      ruled_chain:
        - {chain: {every: 14d}, done: visit, valid_to: 2026-01-20}
        - {chain: {every: 20d}, done: visit, valid_from: 2026-01-20}
  minutes:
    episode: pregnancy
    clock: minute
    ends: [{when: any(birth), why: born}]
    steps:
      again: {each: sys >= 140, due: from + 10min, overdue: from + 15min, done: sys, counts: after}
      day_long: {from: at(test), closes: from + 24h, done: pill}
      ruled:
        - {while: any(pill), due: from + 1h, done: visit, valid_to: 2026-01-02}
        - {while: any(pill), due: from + 2h, done: visit, valid_from: 2026-01-02}
  baby:
    episode: newborn
    steps:
      exposed: {while: mother.test = 'pos', done: vaccine}
      told: {each: "mother.test = 'pos'", done: vaccine}
"""


@dataclass(frozen=True)
class Story:
    """`rows` are all rows of the step that are not projected, with the columns named; `until` and `done` null unless named."""

    title: str
    step: str
    facts: tuple[Fact, ...]
    rows: tuple[dict[str, Any], ...]
    relations: tuple[Relation, ...] = ()
    who: str = "p"


@dataclass
class Book:
    stories: list[Story] = field(default_factory=list)

    def tell(self, title: str, step: str, *facts: Fact, rows: list[dict[str, Any]], **more: Any) -> None:
        self.stories.append(Story(title, step, facts, tuple(rows), **more))


def f(code: str, on: int, value: Any = "yes", **more: Any) -> Fact:
    """A fact of the woman on a day counted from D0; dates as values count from D0 too."""
    dated = isinstance(value, int) and code in ("lmp_told", "birthday")
    return fact(code, D0 + on, D0 + value if dated else value, who=more.pop("who", "p"), **more)


def row(n: int, **columns: int | str) -> dict[str, Any]:
    """A row with days counted from D0."""
    times = ("since", "until", "opens", "due", "overdue", "closes", "done")
    return {"n": n, **{key: D0 + value if key in times and isinstance(value, int) else value for key, value in columns.items()}}


BORN = "born"
DATED = (f("lmp_told", 0, -70), f("sure", 0))
