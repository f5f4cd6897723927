"""The answers of an engine and of the peer, pregnancy by pregnancy: they are compared before anything is timed.

Asked twice: the list of the day with the indicator, straight from facts; and the step rows of the whole story, stored and
read as of that day. Both must say what the peer says.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Sequence

from bench.histories import AS_OF
from bench.peers.cql import Answer
from doorstep.pathways.engines import Engine
from doorstep.pathways.status import compile_status

EPOCH = dt.date(1970, 1, 1)
SHOWN = 5
Coming = dict[str, tuple[int, str]]


def from_facts(engine: Engine, due: str, indicator: str) -> list[Answer]:
    """What the list of the day and the indicator say of every pregnancy, by subject.

    A list that is finished names no contact, and then not how many there were: -1.
    """
    coming = _coming(engine, f"SELECT subject, n, due FROM ({due}) AS q")
    reached = engine.query(f"SELECT subject, numerator FROM ({indicator}) AS q")
    return [
        Answer(subject, four == 1, coming[subject][0] - 1 if subject in coming else -1, *coming.get(subject, (None, None)))
        for subject, four in sorted(reached)
    ]


def from_steps(engine: Engine, steps: str, as_of: int = AS_OF) -> list[Answer]:
    """What the stored rows say of every pregnancy on a day; ANC4+ is here the fourth contact of the schedule."""
    engine.store("step", steps)
    engine.store("listed", f"SELECT DISTINCT subject, {as_of} AS t_day, {as_of * 86_400} AS t_second FROM fact")
    listing = compile_status(engine.name, asof="listed").sql
    open_ = "status IN ('later', 'due', 'late') AND waits_for IS NULL"
    coming = _coming(engine, f"SELECT subject, n, due FROM ({listing}) AS q WHERE {open_}")
    done = dict(engine.query(f"SELECT subject, COUNT(*) FROM ({listing}) AS q WHERE status = 'done' GROUP BY subject"))
    return [
        Answer(subject, done.get(subject, 0) >= 4, done.get(subject, 0), *coming.get(subject, (None, None)))
        for (subject,) in sorted(engine.query("SELECT subject FROM listed"))
    ]


def _coming(engine: Engine, sql: str) -> Coming:
    """Subject -> number and ISO day of the contact that comes next. Ends the bench where there are two."""
    rows = engine.query(sql)
    found = {subject: (int(n), (EPOCH + dt.timedelta(days=int(due))).isoformat()) for subject, n, due in rows}
    if len(found) != len(rows):
        sys.exit(f"bench due: {engine.name} has {len(rows) - len(found):,} pregnancies with two open contacts at once")
    return found


def compared(engine: str, facts: Sequence[Answer], steps: Sequence[Answer], theirs: Sequence[Answer]) -> str:
    """How well they agree, in words. Ends the bench where an answer differs: a faster wrong answer is no figure."""
    wrong = _differ(facts, theirs, _alike_by_facts)
    if wrong:
        _stop(engine, "list and indicator from facts", wrong, len(theirs))
    wrong = _differ(steps, theirs, _alike_by_steps)
    if wrong:
        _stop(engine, "stored rows", wrong, len(theirs))
    return f"answers: {engine} and the peer agree on all {len(theirs):,} pregnancies, from facts and from stored rows"


Pairs = list[tuple[Answer | None, Answer | None]]


def _differ(ours: Iterable[Answer], theirs: Iterable[Answer], alike: object) -> Pairs:
    assert callable(alike)
    mine = {answer.subject: answer for answer in ours}
    other = {answer.subject: answer for answer in theirs}
    pairs = [(mine.get(subject), other.get(subject)) for subject in sorted(mine.keys() | other.keys())]
    return [pair for pair in pairs if pair[0] is None or pair[1] is None or not alike(*pair)]


def _alike_by_facts(mine: Answer, other: Answer) -> bool:
    """All but the number of contacts where the list is finished."""
    return mine == (other if mine.next_n is not None else other._replace(contacts=-1))


def _alike_by_steps(mine: Answer, other: Answer) -> bool:
    """All but the indicator, which counts visits; a contact after the end of the list completes no row, and the peer counts it."""
    same = mine._replace(anc4=other.anc4) == other
    late = mine.next_n is None and other.next_n is None and other.contacts > mine.contacts
    return same or late


def _stop(engine: str, what: str, wrong: Pairs, total: int) -> None:
    listed = "\n".join(f"  {engine}: {mine}\n  peer: {other}" for mine, other in wrong[:SHOWN])
    sys.exit(f"bench due: {len(wrong):,} of {total:,} answers differ ({what}), the first of them:\n{listed}")
