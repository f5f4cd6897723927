"""What really happened in pregnancies that never happened: the days behind the facts of `bench.histories`.

Days are integers (days since 1970-01-01), ages are gestational days; every array has one lane per pregnancy.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import numpy as np

AS_OF = (dt.date(2026, 6, 30) - dt.date(1970, 1, 1)).days  # all are still pregnant on this day
VISITS = 12  # at most, per pregnancy
NONE = -1  # "no such day" inside the arrays
LAST_VISIT, OLDEST = 284, 290  # gestational days: an estimate 15 days off stays below weeks 43 and 44
# WHO 2016: days to the next visit, by week of the last. ACOG 700: days of difference, by days from the told LMP to the scan
GAPS_BY_WEEK = ((20, 56), (26, 42), (34, 28), (99, 14))
LIMITS = ((62, 5), (111, 7), (153, 10), (195, 14))
# Weeks of the first contact and of a second and last one, NONE: as it comes. 50 of them: all within 500 histories.
EDGE_WEEKS = (
    *((week, NONE) for week in range(4, 42)),
    *((22, 29), (22, 30), (22, 33), (23, 29), (23, 30), (24, 30)),
    *((27, 32), (28, 31), (28, 32), (28, 33), (29, 31), (29, 32)),
)
EDGE_TOLD = (62, 63, 111, 112, 153, 154)  # days from the told LMP to the scan: the limit of difference changes there
EDGE_SCANS = (160, 167, 168, 175)  # days that the scan measured: from 168 on it dates nothing that something else dates
EDGE_GAPS = ((6,), (7,), (5, 3), (6, 6), (0,), (6, 7), (1, 1, 5), (7, 6))

Ints = np.ndarray[Any, np.dtype[np.int64]]


class Lives(NamedTuple):
    """A chunk of pregnancies, one lane each: what really happened. Days are civil days, NONE where not."""

    lmp: Ints  # true
    told: Ints  # day she named
    certain: Ints  # 1 yes, 0 no or no LMP known, NONE not said
    registered: Ints
    scan_day: Ints
    scan_age: Ints  # days, as measured
    visits: Ints  # (lanes, VISITS), ascending, NONE after the last


def _edge_weeks(story: Ints) -> tuple[Ints, Ints]:
    """For the edges of the schedule: gestational day of the first contact, and of a second and last, or NONE."""
    first, second = np.array(EDGE_WEEKS)[story % len(EDGE_WEEKS)].T
    weekday = story // len(EDGE_WEEKS) % 7
    return 7 * first + weekday, np.where(second == NONE, NONE, 7 * second + weekday)


def _contacts(rng: np.random.Generator, first: Ints, edge: Ints, story: Ints) -> Ints:
    """Gestational days of the visits, (lanes, VISITS): each gap follows the week of the visit before."""
    ages = np.empty((len(first), VISITS), dtype=np.int64)
    ages[:, 0] = first
    for k in range(1, VISITS):
        week = ages[:, k - 1] // 7
        asked = np.select([week < upto for upto, _ in GAPS_BY_WEEK], [days for _, days in GAPS_BY_WEEK])
        gap = np.maximum(asked + np.rint(rng.normal(0, 5, len(first))).astype(np.int64), 7)
        luck = rng.random(len(first))
        gap = np.where(luck < 0.12, gap + 28, gap)  # one visit missed
        gap = np.where((luck >= 0.12) & (luck < 0.22), gap // 2, gap)  # came early
        back = (luck >= 0.22) & (luck < 0.28)
        gap = np.where(back, rng.integers(0, 8, len(first)), gap)  # came back that week
        for which, gaps in enumerate(EDGE_GAPS):
            if k <= len(gaps):
                gap = np.where((edge == 2) & (story % len(EDGE_GAPS) == which), gaps[k - 1], gap)
        ages[:, k] = ages[:, k - 1] + gap
        if k == 1:
            _, second = _edge_weeks(story)
            ages[:, k] = np.where((edge == 0) & (second != NONE), second, ages[:, k])
    return ages


def _scans(rng: np.random.Generator, age_now: Ints, may: Any) -> tuple[Ints, Ints]:
    """True gestational day of the one scan and the age it measured; NONE where there was none."""
    m = len(age_now)
    luck = rng.random(m)
    day = np.select(
        [luck < 0.27, luck < 0.40, luck < 0.45],
        [rng.integers(56, 104, m), rng.integers(104, 160, m), rng.integers(172, 240, m)],
        NONE,
    )
    wrong = np.clip(np.rint(rng.normal(0, 1 + day / 80, m)), -5, 5).astype(np.int64)
    there = may & (day >= 0) & (day <= age_now)
    return np.where(there, day, NONE), np.where(there, day + wrong, NONE)


def _edge_scan(story: Ints) -> tuple[Ints, Ints]:
    """For the edges of re-dating: the age measured, and by how many days the told LMP is later than that says."""
    edges = np.array(EDGE_TOLD + EDGE_SCANS)
    age = edges[story % len(edges)]
    turn = story // len(edges)
    limit = np.select([age <= upto for upto, _ in LIMITS], [days for _, days in LIMITS])
    slip = (limit + turn % 2) * np.where(turn // 2 % 2 == 0, 1, -1)
    return np.where(story % len(edges) < len(EDGE_TOLD), age + slip, age), slip


def _estimates(rng: np.random.Generator, lanes: Ints, first: Ints, scan: Ints) -> tuple[Ints, Ints, Ints]:
    """Whether she named an LMP (1, 0), is certain (1, 0, NONE: not said), and by how many days it slips."""
    m, edge = len(lanes), lanes % 10
    asked, sign = rng.random(m), np.where(rng.random(m) < 0.5, -1, 1)
    told = (edge <= 1) | (asked < 0.80)
    certain = np.select([(edge <= 1) | (asked < 0.60), asked < 0.75], [1, 0], NONE)
    near = np.clip(np.rint(rng.normal(0, 4, m)), -12, 12).astype(np.int64)
    month_off = (rng.random(m) < 0.08) & (scan >= 0) & (scan < 160) & (first >= 63)
    month = sign * rng.integers(28, 36, m)
    guess = np.where(first < 84, -1, sign) * rng.integers(20, 41, m)  # any scan disagrees
    _, edge_slip = _edge_scan(lanes // 10)
    slip = np.select([edge == 0, edge == 1, certain != 1, month_off], [0, edge_slip, guess, month], near)
    return told.astype(np.int64), np.where(told, certain, 0), slip


def draw(rng: np.random.Generator, lanes: Ints) -> Lives:
    """What happened in the pregnancies numbered `lanes`, whose last digit says whether they are an edge.

    0: first contact in each week 4-41, and second ones about week 30, exactly dated. 1: a scan at, or one day
    past, a limit of difference, on both edges of its ages. 2: visits 0-13 days after a contact. The rest: as it comes.
    """
    m, edge, story = len(lanes), lanes % 10, lanes // 10
    usual = np.where(rng.random(m) < 0.65, rng.normal(84, 18, m), rng.normal(150, 45, m))
    first = np.clip(np.rint(usual), 42, 280).astype(np.int64)
    edge_first, edge_second = _edge_weeks(story)
    first = np.where(edge == 0, edge_first, first)
    age_now = rng.integers(63, OLDEST + 1, m)
    edge_age, _ = _edge_scan(story)
    reached = np.select(
        [edge == 0, edge == 1, edge == 2], [first + rng.integers(0, 120, m), edge_age + 1, first + 20], 0
    )
    age_now = np.minimum(np.maximum(age_now, reached), np.where(edge == 0, np.maximum(first, OLDEST), OLDEST))
    age_now = np.where((edge == 0) & (edge_second != NONE), edge_second, age_now)
    lmp = AS_OF - age_now

    scan, scan_age = _scans(rng, age_now, edge != 0)
    scan, scan_age = np.where(edge == 1, edge_age, scan), np.where(edge == 1, edge_age, scan_age)
    told, certain, slip = _estimates(rng, lanes, first, scan)
    ages = _contacts(rng, first, edge, story)
    seen = ages <= np.minimum(age_now, LAST_VISIT)[:, None]
    seen[:, 0] |= edge == 0
    early = np.maximum(first - rng.integers(0, 29, m) * (rng.random(m) < 0.2), np.minimum(first, 56))
    registered = np.where(seen[:, 0], early, np.minimum(rng.integers(56, 294, m), age_now))
    return Lives(
        lmp=lmp,
        told=np.where(told == 1, lmp + slip, NONE),
        certain=certain,
        registered=lmp + registered,
        scan_day=np.where(scan >= 0, lmp + scan, NONE),
        scan_age=scan_age,
        visits=np.where(seen, lmp[:, None] + ages, NONE),
    )
