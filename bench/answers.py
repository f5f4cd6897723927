"""The answers of an engine and of the peer, pregnancy by pregnancy: they are compared before anything is timed."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Sequence

from bench.histories import AS_OF
from bench.peers.cql import Answer
from doorstep.pathways.engines import Engine, Row
from doorstep.pathways.status import compile_status

EPOCH = dt.date(1970, 1, 1)
OPEN = ("later", "due", "late")
SHOWN = 5


def asked(engine: Engine, steps: str, as_of: int = AS_OF) -> list[Answer]:
    """What the engine says of every pregnancy on a day, from the SELECT of its contact rows; by subject."""
    engine.store("step", steps)
    engine.store("listed", f"SELECT DISTINCT subject, {as_of} AS t_day, {as_of * 86_400} AS t_second FROM fact")
    wanted = "subject, n, due, status"
    listing = compile_status(engine.name, asof="listed").sql
    rows = engine.query(f"SELECT {wanted} FROM ({listing}) AS q WHERE status <> 'ended'")
    by_subject: dict[str, list[Row]] = {row[0]: [] for row in engine.query("SELECT subject FROM listed")}
    for row in rows:
        by_subject[row[0]].append(row)
    return [_answer(subject, rows) for subject, rows in sorted(by_subject.items())]


def _answer(subject: str, rows: Sequence[Row]) -> Answer:
    done = sum(status == "done" for *_, status in rows)
    coming = [row for row in rows if row[-1] in OPEN]
    if len(coming) > 1:
        sys.exit(f"bench due: {subject} has {len(coming)} open contacts at once: {coming}")
    if not coming:
        return Answer(subject, done >= 4, done, None, None)
    _, n, due, _ = coming[0]
    return Answer(subject, done >= 4, done, int(n), (EPOCH + dt.timedelta(days=int(due))).isoformat())


def differences(ours: Iterable[Answer], theirs: Iterable[Answer]) -> list[tuple[Answer | None, Answer | None]]:
    """Pairs (ours, the peer's) that are not equal, by subject; None where one of them says nothing."""
    mine = {answer.subject: answer for answer in ours}
    other = {answer.subject: answer for answer in theirs}
    pairs = [(mine.get(subject), other.get(subject)) for subject in sorted(mine.keys() | other.keys())]
    return [pair for pair in pairs if pair[0] != pair[1]]


def after_the_list(mine: Answer | None, other: Answer | None) -> bool:
    """Whether they differ in this alone: a contact after the list was finished completes no row, and the peer counts it."""
    if mine is None or other is None or mine.next_n is not None or other.contacts <= mine.contacts:
        return False
    return mine._replace(contacts=other.contacts) == other


def compared(engine: str, ours: Sequence[Answer], theirs: Sequence[Answer]) -> str:
    """How well they agree, in words. Ends the bench where an answer differs: a faster wrong answer is no figure."""
    different = differences(ours, theirs)
    wrong = [pair for pair in different if not after_the_list(*pair)]
    if wrong:
        listed = "\n".join(f"  {engine}: {mine}\n  peer: {other}" for mine, other in wrong[:SHOWN])
        sys.exit(f"bench due: {len(wrong):,} of {len(theirs):,} answers differ, the first of them:\n{listed}")
    late = f"; in {len(different)} of them the peer counts a contact after the end of the list, which has no row" if different else ""
    return f"answers: {engine} and the peer agree on {len(theirs):,} pregnancies{late}"
