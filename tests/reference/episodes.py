"""Answers to facts and relations, the slow and obvious way (docs/pathway-language.md, 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from doorstep.content.model import EpisodeKind, Programme
from tests.reference.interpreter import Fact, Relation


def openings(kind: EpisodeKind, answers: Sequence[Any]) -> list[int]:
    """Days on which an episode of this kind begins, for the answers of one subject."""
    marks = sorted(
        (a.day, int(a.code in kind.ends and a.code not in kind.starts), a.ts, a.submission, a.row)
        for a in answers if a.code in kind.starts or a.code in kind.ends
    )
    days: list[int] = []
    before: tuple[int, int] | None = None
    for day, is_end, *_ in marks:
        opens = before is None
        if before is not None:
            gap, was_end = day - before[0], before[1]
            if was_end and not is_end:
                opens = gap > 0
            elif not was_end and not is_end:
                opens = gap > kind.longest
            elif was_end and is_end:
                opens = gap > kind.apart
            else:
                opens = gap > kind.longest + kind.apart
        if opens:
            days.append(day)
        before = (day, is_end)
    return days


def facts_of(programme: Programme, answers: Sequence[Any]) -> list[Fact]:
    """Every answer is live here; columns of an answer as `engines.ANSWER`."""
    own: Mapping[str, list[Any]] = defaultdict(list)
    for answer in answers:
        own[answer.subject].append(answer)
    found: list[Fact] = []
    for subject, mine in own.items():
        days = {name: openings(kind, mine) for name, kind in programme.episodes.items()}
        for a in mine:
            kind = programme.dictionary[a.code].episode
            episode = f"{kind}:{max(1, sum(1 for day in days[kind] if day <= a.day))}" if kind else ""
            found.append(Fact(
                subject, episode, a.code, a.day, a.day_last, a.at, a.ts, a.precision, a.num, a.txt, a.how, a.row,
                a.submission,
            ))
    return found


def relations_of(programme: Programme, facts: Sequence[Fact]) -> list[Relation]:
    """One hop: the target's episode is that of its facts in the same submission, else of its latest fact up to that day."""
    by_subject: Mapping[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_subject[fact.subject].append(fact)
    chosen: dict[tuple[str, str, str], Fact] = {}
    for fact in facts:
        if programme.dictionary[fact.code].kind == "subject" and fact.txt is not None:
            key = (fact.subject, fact.episode, fact.code)
            if key not in chosen or (fact.day, fact.submission, fact.row) > (
                chosen[key].day, chosen[key].submission, chosen[key].row
            ):
                chosen[key] = fact
    found = []
    for (subject, episode, name), fact in chosen.items():
        theirs = [f for f in by_subject.get(str(fact.txt), []) if f.episode]
        same = sorted(f.episode for f in theirs if f.submission == fact.submission)
        before = sorted(
            (f for f in theirs if f.day <= fact.day), key=lambda f: (-f.day, -f.ts, _backwards(f.submission), f.episode)
        )
        episode_there = same[0] if same else before[0].episode if before else ""
        found.append(Relation(subject, episode, name, str(fact.txt), episode_there))
    return found


def _backwards(text: str) -> tuple[int, ...]:
    return tuple(-ord(letter) for letter in text)
