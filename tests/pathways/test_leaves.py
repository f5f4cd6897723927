"""What rules read of a history, at every moment of it, on every engine as in the plain interpreter."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from sqlglot import exp

from doorstep.content import tree as t
from doorstep.content.model import Programme
from doorstep.pathways.engines import NAMES, open_engine
from doorstep.pathways.leaves import Leaves
from doorstep.pathways.plan import Group
from doorstep.pathways.sql import Statement, name, select
from doorstep.pathways.state import add_states
from doorstep.pathways.stream import Source, add_stream
from tests.pathways.chance import histories
from tests.pathways.making import load, programme
from tests.reference.interpreter import Fact
from tests.reference.state import Event, State

DAY, MINUTE = t.Clock.DAY, t.Clock.MINUTE
NUMBER, TEXT = t.Type.NUMBER, t.Type.TEXT


def of(code: str, where: t.Expr | None = None) -> t.Stream:
    return t.Stream((t.Filter(code, where),))


HIGH = t.Compare(">=", t.EventNum(), t.Lit(140, NUMBER))
MEASURED = t.Compare("=", t.EventHow(), t.Lit("measured", TEXT))
POSITIVE = t.Compare("=", t.EventTxt(), t.Lit("pos", TEXT))
UNION = (t.Filter("sys", HIGH), t.Filter("dia", t.Compare(">=", t.EventNum(), t.Lit(90, NUMBER))))
LEAVES: list[t.Leaf] = [
    t.EpisodeStart(), t.Moment(),
    t.Latest(of("hb"), NUMBER), t.First(of("hb"), NUMBER), t.Latest(of("sign"), TEXT), t.First(of("sign"), TEXT),
    t.Latest(of("hb", t.Not(t.Compare("<", t.EventNum(), t.Lit(70, NUMBER)))), NUMBER), t.Latest(of("birthday"), t.Type.DAY),
    t.Latest(of("sys", t.And((HIGH, MEASURED))), NUMBER), t.First(of("test", POSITIVE), TEXT),
    t.Count(of("visit")), t.Count(t.Stream(UNION)), t.Count(t.Stream(UNION, distinct=True)), t.Count(of("sys", MEASURED)),
    t.Any(of("test", POSITIVE)), t.Any(t.Stream(UNION, distinct=True)),
    t.LatestDay(of("visit"), DAY), t.FirstDay(of("visit"), DAY), t.LatestDay(t.Stream(UNION, distinct=True), DAY),
    t.LatestDay(of("sys"), MINUTE), t.FirstDay(t.Stream(UNION), MINUTE), t.LatestDay(of("country"), DAY),
]  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> Programme:
    return programme("pathways: {one: {episode: pregnancy, steps: {any: {done: visit}}}}")


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    return histories(seed=4, count=80)[0]


def columns(rules: Programme, dialect: str, clock: t.Clock) -> tuple[str, int]:
    """SELECT of subject, episode and all leaves at every moment."""
    statement = Statement(dialect)
    leaves = Leaves(Group(1, "pregnancy", clock, ()), dialect)
    asked = [name(leaves(leaf), f"leaf{i}") for i, leaf in enumerate(LEAVES)]
    stream = add_stream(statement, leaves.group, rules, leaves.filters, Source())
    states = add_states(statement, stream, leaves)
    keys = [exp.column(key) for key in ("subject", "episode")]
    return statement.finish(select([*keys, *asked], states)).sql(dialect=dialect), len(LEAVES)


def expected(facts: list[Fact], clock: t.Clock) -> list[tuple[Any, ...]]:
    """The same from plain lists of events."""
    codes = {f.code for leaf in LEAVES for f in getattr(leaf, "stream", t.Stream(())).filters}
    people = defaultdict(list)
    for fact in facts:
        people[fact.subject].append(fact)
    found = []
    for subject, episode in sorted({(f.subject, f.episode) for f in facts if f.episode.startswith("pregnancy")}):
        own = [f for f in people[subject] if f.episode == episode]
        time = (lambda f: f.ts) if clock is MINUTE else (lambda f: f.day)
        start = min(map(time, own))
        mine = [f for f in people[subject] if f.episode in (episode, "") and f.code in codes]
        events = sorted(
            (Event(max(start, time(f)), f.day, f.ts, f.submission, f.row, f.code, f.num, f.txt, f.how) for f in mine),
            key=lambda e: (e.moment, e.day, e.ts, e.submission, e.row, e.code),
        )
        for moment in sorted({start, *(e.moment for e in events)}):
            upto = tuple(e for e in events if e.moment <= moment)
            state = State(None, clock, start, moment, upto, min(f.day for f in own))  # type: ignore[arg-type]
            values = [state.value(leaf) for leaf in LEAVES]
            # A truth is kept as the number of events.
            found.append((subject, episode, *(
                len(state.events_of(t.Stream(leaf.stream.filters))) if isinstance(leaf, t.Any) else value
                for leaf, value in zip(LEAVES, values, strict=True)
            )))
    return found


@pytest.mark.parametrize("clock", list(t.Clock))
@pytest.mark.parametrize("engine_name", NAMES)
def test_every_leaf_at_every_moment(engine_name: str, clock: t.Clock, rules: Programme, facts: list[Fact]) -> None:
    wanted = expected(facts, clock)
    assert len(wanted) > 1000
    with open_engine(engine_name) as engine:
        load(engine, rules, facts)
        sql, count = columns(rules, engine_name, clock)
        rows = sorted(engine.query(sql), key=lambda row: (row[0], row[1], row[3]))
    assert all(len(row) == count + 2 for row in rows)
    assert rows == sorted(wanted, key=lambda row: (row[0], row[1], row[3]))
