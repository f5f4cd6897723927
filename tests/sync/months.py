"""A worker's month at the server beside the same on her phone."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import date, timedelta
from typing import Any

from doorstep.record.figures import Month
from doorstep.sync.holding import Holding
from doorstep.sync.month import month_of
from tests.record.world import World
from tests.sync.held import Register, month_on


def busiest(world: World, most: int) -> list[Month]:
    """The months in which most pregnancies ended and most was written."""
    ended = world.rows("fact", "day", "code IN ('pregnancy_end', 'born', 'not_done_reason')")
    counts = Counter((date(1970, 1, 1) + timedelta(days=day)).strftime("%Y-%m") for (day,) in ended)
    return [Month.of(*map(int, name.split("-"))) for name, _ in counts.most_common(most)]


def busy_author(world: World) -> str:
    """Who wrote most."""
    return Counter(row[0] for row in world.rows("sub", "author")).most_common(1)[0][0]


def at_server(world: World, holding: Holding, month: Month) -> dict[str, Any]:
    """In the shape of `month_on`."""
    told = month_of(world.record, holding, month)
    return {
        "figures": sorted((one.name, one.subject, one.episode, one.yes) for own in told.figures for one in own.counted),
        "work": sorted((one.form, *pair) for one in told.work for pair in one.pairs),
        "reasons": sorted((why, subject) for why, subjects in told.reasons.items() for subject in subjects),
    }


def same_months(world: World, holding: Holding, phone: Register, months: list[Month]) -> Counter[str]:
    """How much was compared; fails where the two differ."""
    count: Counter[str] = Counter()
    mine = dataclasses.replace(holding, username=busy_author(world))
    for month in months:
        ours, theirs = at_server(world, mine, month), month_on(phone, mine.username, month.first, month.last)
        for name in ours:
            assert ours[name] == theirs[name], f"{name} of {month}"
            count[name] += len(ours[name])
        count |= Counter({figure: 1 for figure, *_ in ours["figures"]})
    return count
