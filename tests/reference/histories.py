"""Invented histories for any programme: seeded, nasty at the edges (values at and beside every number the rules name)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from doorstep.content import tree as t
from doorstep.content.flatten import AnswerRow
from doorstep.content.model import Programme

START = 19_700
"""A day in December 2023; histories begin within two years of it."""


def numbers_in(programme: Programme) -> list[float]:
    """Every number that a rule of the programme names."""
    found: set[float] = set()

    def walk(node: Any) -> None:
        if isinstance(node, t.Lit) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            found.add(float(node.value))
        if isinstance(node, (tuple, list)):
            for part in node:
                walk(part)
        elif hasattr(node, "__dataclass_fields__"):
            for name in node.__dataclass_fields__:
                walk(getattr(node, name))

    for pathway in programme.pathways.values():
        walk((pathway.ends, tuple(pathway.signs.values()), tuple(pathway.values.values()), pathway.steps))
    return sorted(found) or [1.0]


def answers(programme: Programme, seed: int, count: int) -> list[AnswerRow]:
    """Answers of `count` invented people and the children they bear, named h<seed>-<number>."""
    rng = random.Random(seed)
    numbers = numbers_in(programme)
    return [row for i in range(count) for row in _history(programme, rng, f"h{seed}-{i}", numbers)]


def _history(programme: Programme, rng: random.Random, who: str, numbers: list[float]) -> Iterator[AnswerRow]:
    relations = [code for code in programme.dictionary.values() if code.kind == "subject"]
    childlike = {code.episode for code in relations}
    markers = [c for kind in programme.episodes.values() if kind.name not in childlike for c in (*kind.starts, *kind.ends)]
    done = [
        f.code for pathway in programme.pathways.values() for step in pathway.steps if step.done and step.chain
        for f in step.done.filters if not f.relation
    ]
    mine = [c.code for c in programme.dictionary.values() if c.kind != "subject" and c.episode not in childlike]
    theirs = [c.code for c in programme.dictionary.values() if c.kind != "subject" and c.episode in childlike]
    day = START + rng.randrange(700)
    child_of: dict[str, str] = {}
    for visit in range(rng.randrange(1, 14)):
        submission = f"{who}-s{visit}"
        subject, pool = who, rng.choice((mine, mine, done or mine, markers or mine))
        if child_of and rng.random() < 0.35:
            subject, pool = rng.choice(sorted(child_of)), theirs
        for part in range(rng.randrange(1, 4)):
            yield _answer(programme, rng, submission, subject, rng.choice(pool if part == 0 else mine if subject == who else theirs),
                          day, numbers, str(part))
        if relations and subject == who and rng.random() < 0.15:
            relation = rng.choice(relations)
            child = f"{who}-c{len(child_of)}"
            child_of[child] = relation.code
            yield _answer(programme, rng, submission, child, relation.code, day, numbers, "9", target=who)
            for code in programme.episodes[relation.episode].starts if relation.episode else ():
                yield _answer(programme, rng, submission, child, code, day, numbers, "9")
        day += rng.choice((0, 1, 2, 3, 6, 7, 8, 14, 27, 28, 29, 42, 56, rng.randrange(1, 120), rng.randrange(1, 20)))
        if rng.random() < 0.04:
            day += rng.choice((140, 141, 308, 309, 448, 449))


def _answer(
    programme: Programme, rng: random.Random, submission: str, subject: str, code: str, day: int, numbers: list[float],
    row: str, target: str | None = None,
) -> AnswerRow:
    entry = programme.dictionary[code]
    num: float | None = None
    txt: str | None = None
    if target is not None:
        txt = target
    elif entry.kind in ("number", "integer"):
        num = rng.choice(numbers) + rng.choice((-1, -0.1 if entry.kind == "number" else 0, 0, 0, 1))
        num = num if entry.kind == "number" else float(int(num))
    elif entry.kind == "date":
        num = float(day - rng.randrange(300))
    elif entry.kind == "time":
        num = float(day * 86400 - rng.randrange(300 * 86400))
    else:
        txt = rng.choice(entry.choices or ("yes", "no"))
    second = rng.choice((0, 1, 599, 600, 601, 900, 43_200, rng.randrange(86_400)))
    at = day * 86_400 + second if rng.random() < 0.5 else None
    return AnswerRow(
        submission, subject, code, day, day, at, at if at is not None else day * 86_400 + 86_399,
        "minute" if at is not None else "day", num, txt, rng.choice(("told", "measured", "seen")), row,
    )
