"""Steps of one programme from facts, computed the slow and obvious way (docs/pathway-language.md).

Every state is computed anew from the list of events; nothing is incremental, nothing is SQL, nothing is imported from
`doorstep.pathways`. The engines are held against this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from doorstep.content import tree as t
from doorstep.content.model import End, Offset, Pathway, Programme, Step
from tests.reference.state import Event, State


class Fact(NamedTuple):
    """Columns as `engines.FACT`."""

    subject: str
    episode: str
    code: str
    day: int
    day_last: int
    at: int | None
    ts: int
    precision: str
    num: float | None
    txt: str | None
    how: str
    row: str
    submission: str


class Relation(NamedTuple):
    subject: str
    episode: str
    name: str
    target: str
    target_episode: str


@dataclass(frozen=True)
class Row:
    """A step row; `key` without what the reader adds."""

    subject: str
    episode: str
    pathway: str
    step: str
    n: int
    since: int
    until: int | None
    until_why: str | None
    rule: str
    clock: str
    opens: int | None
    due: int | None
    overdue: int | None
    closes: int | None
    done_on: int | None
    done_by: str | None
    waits_for: str | None
    urgency: str
    compartment: str


@dataclass(frozen=True)
class Stretch:
    """Existence from `start` up to `stop` (None: open), with why it stopped, and the states in it."""

    start: int
    stop: int | None
    why: str | None
    states: tuple[State, ...]


def steps(programme: Programme, facts: Sequence[Fact], relations: Sequence[Relation]) -> list[Row]:
    """All step rows of all pathways, in no particular order."""
    rows: list[Row] = []
    kinds = {kind.name for kind in programme.episodes.values()}
    episodes = sorted({(f.subject, f.episode) for f in facts if f.episode and f.episode.split(":")[0] in kinds})
    by_subject = defaultdict(list)
    for fact in facts:
        by_subject[fact.subject].append(fact)
    for pathway in programme.pathways.values():
        for subject, episode in episodes:
            if episode.split(":")[0] == pathway.episode:
                rows += _pathway_rows(programme, pathway, subject, episode, by_subject, relations)
    return rows


def _pathway_rows(
    programme: Programme, pathway: Pathway, subject: str, episode: str,
    by_subject: dict[str, list[Fact]], relations: Sequence[Relation],
) -> list[Row]:
    rows: list[Row] = []
    variants = defaultdict(list)
    for step in pathway.steps:
        variants[step.name].append(step)
    for several in variants.values():
        for step in several:
            states = _states(pathway, step, subject, episode, by_subject, relations)
            made = _step_rows(programme, pathway, step, states)
            rows += [
                replace(row, subject=subject, episode=episode) for row in _in_force(step, made, states)
            ]
    return rows


# --- events and states ----------------------------------------------------------------------------------------------


def _states(
    pathway: Pathway, step: Step, subject: str, episode: str,
    by_subject: dict[str, list[Fact]], relations: Sequence[Relation],
) -> list[State]:
    minute = step.clock == t.Clock.MINUTE
    own = [f for f in by_subject[subject] if f.episode == episode]
    start = min(f.ts if minute else f.day for f in own)
    start_day = min(f.day for f in own)
    gathered = [(f.code, f) for f in own]
    gathered += [(f.code, f) for f in by_subject[subject] if f.episode == ""]
    for relation in relations:
        if relation.subject == subject and relation.episode in (episode, ""):
            for f in by_subject.get(relation.target, []):
                if f.episode in ("", relation.target_episode):
                    gathered.append((f"{relation.name}.{f.code}", f))
    needed = codes_read(pathway, step)
    events = [
        Event(max(start, f.ts if minute else f.day), f.day, f.ts, f.submission, f.row, name, f.num, f.txt, f.how)
        for name, f in gathered if name in needed
    ]
    events += [Event(start, start, start, "", "", "", None, None, "")]  # the beginning is a moment even if no rule reads it
    events.sort(key=lambda e: (e.moment, e.day, e.ts, e.submission, e.row, e.code))
    moments = sorted({e.moment for e in events})
    return [
        State(pathway, step.clock, start, moment, tuple(e for e in events if e.moment <= moment and e.code), start_day)
        for moment in moments
    ]


_READ: dict[int, tuple[set[str], Step]] = {}


def codes_read(pathway: Pathway, step: Step) -> set[str]:
    """Names ('hb', 'mother.hb') that the step reads, through values too; looked up once for a step."""
    if id(step) not in _READ:
        _READ[id(step)] = (_codes_read(pathway, step), step)
    return _READ[id(step)][0]


def _codes_read(pathway: Pathway, step: Step) -> set[str]:
    found: set[str] = {"country"} if step.countries else set()
    seen: set[int] = set()

    def walk(node: Any) -> None:
        if isinstance(node, t.Ref):
            walk(pathway.values[node.name].expr)
        if isinstance(node, t.Filter):
            found.add(f"{node.relation}.{node.code}" if node.relation else node.code)
        if isinstance(node, (tuple, list)):
            for part in node:
                walk(part)
        elif hasattr(node, "__dataclass_fields__") and id(node) not in seen:
            for name in node.__dataclass_fields__:
                walk(getattr(node, name))

    for part in (step.done, step.each, step.when, step.while_, step.ends, step.anchor, pathway.ends):
        walk(part)
    if step.chain and step.chain.dated_by:
        walk(pathway.values[step.chain.dated_by].expr)
    return found


# --- existence ------------------------------------------------------------------------------------------------------


def _stopped(pathway: Pathway, step: Step, state: State) -> str | None:
    """Why the step does not exist at this moment, None when it does (as far as ends and countries go)."""
    for end in (*pathway.ends, *step.ends):
        if end.when is not None and state.holds(end.when):
            return end.why
        if end.at is not None:
            at = state.whole(end.at)
            if at is not None and state.moment >= at:
                return end.why
    if step.countries and state.value(t.Latest(t.Stream((t.Filter("country"),)), t.Type.TEXT)) not in step.countries:
        return "contrary"
    return None


def _cut(pathway: Pathway, step: Step, state: State, upto: int | None) -> tuple[int | None, str | None]:
    """The earliest computed end known at this moment that comes before the next moment."""
    best: tuple[int | None, str | None] = (None, None)
    ends: Iterable[End] = (*pathway.ends, *step.ends)
    for end in ends:
        if end.at is not None:
            at = state.whole(end.at)
            if at is not None and (upto is None or at < upto) and (best[0] is None or at < best[0]):
                best = (at, end.why)
    return best


def _stretches(pathway: Pathway, step: Step, states: list[State], exists: Any) -> list[Stretch]:
    """Maximal stretches of existence; `exists(state)` is the condition beside the ends."""
    found: list[Stretch] = []
    held: list[State] = []

    def close(stop: int | None, why: str | None) -> None:
        if held:
            found.append(Stretch(held[0].moment, stop, why, tuple(held)))
            held.clear()

    for state, following in zip(states, [*states[1:], None], strict=True):
        why = _stopped(pathway, step, state)
        if why is not None:
            close(state.moment, why)
            continue
        if not exists(state):
            close(state.moment, "contrary")
            continue
        held.append(state)
        at, cut_why = _cut(pathway, step, state, following.moment if following else None)
        if at is not None:
            close(at, cut_why)
    close(None, None)
    return found


# --- rows -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Draft:
    """A version of a row before it is known whether it was done."""

    n: int
    since: int
    until: int | None
    why: str | None
    anchor: int


def _step_rows(programme: Programme, pathway: Pathway, step: Step, states: list[State]) -> list[Row]:
    if step.chain:
        from tests.reference.chain import chain_rows

        return chain_rows(programme, pathway, step, states)
    drafts = _each(pathway, step, states) if step.each else _while(pathway, step, states)
    return _finish(pathway, step, states, drafts)


def _while(pathway: Pathway, step: Step, states: list[State]) -> list[Draft]:
    condition = step.while_ or t.TRUE
    anchor = step.anchor or t.EpisodeStart()

    def exists(state: State) -> bool:
        return state.holds(condition) and state.value(anchor) is not None

    drafts: list[Draft] = []
    for n, stretch in enumerate(_stretches(pathway, step, states, exists), 1):
        versions: list[tuple[int, int]] = []
        for state in stretch.states:
            value = state.whole(anchor)
            if not versions or versions[-1][1] != value:
                versions.append((state.moment, value))
        for i, (since, value) in enumerate(versions):
            last = i + 1 == len(versions)
            drafts.append(Draft(
                n, since, stretch.stop if last else versions[i + 1][0], stretch.why if last else "redated", value,
            ))
    return drafts


def _each(pathway: Pathway, step: Step, states: list[State]) -> list[Draft]:
    assert step.each is not None
    drafts: list[Draft] = []
    n = 0
    stretches = _stretches(pathway, step, states, lambda state: True)
    for state in states:
        if not any(event.moment == state.moment for event in state.events_of(step.each)):
            continue
        inside = [s for s in stretches if any(inner is state for inner in s.states)]
        if not inside or not state.holds(step.when or t.TRUE):
            continue
        n += 1
        anchor = state.moment if step.anchor is None else state.whole(step.anchor)
        if anchor is None:
            n -= 1
            continue
        drafts.append(Draft(n, state.moment, inside[0].stop, inside[0].why, anchor))
    return drafts


def edge(offset: Offset | None, anchor: int, due: int) -> int | None:
    if offset is None:
        return None
    return (anchor if offset.base == "from" else due) + offset.by


def _finish(pathway: Pathway, step: Step, states: list[State], drafts: list[Draft]) -> list[Row]:
    """Windows, what was done, and which versions remain."""
    rows: list[Row] = []
    firsts: dict[int, int] = {}
    finished: set[int] = set()
    done_events = states[-1].events_of(step.done) if step.done and states else []
    for draft in sorted(drafts, key=lambda d: (d.n, d.since)):
        firsts.setdefault(draft.n, draft.since)
        if draft.n in finished:
            continue
        due = draft.anchor + step.due.by
        opens = draft.anchor if step.opens is None else edge(step.opens, draft.anchor, due)
        closes = edge(step.closes, draft.anchor, due)
        first = firsts[draft.n]

        def counts(event: Event, opens: int | None = opens, closes: int | None = closes, first: int = first,
                   until: int | None = draft.until) -> bool:
            if until is not None and event.moment > until:
                return False
            if step.counts == "window":
                return (opens is None or event.moment >= opens) and (closes is None or event.moment <= closes)
            if step.counts == "since":
                return event.moment >= first
            if step.counts == "after":
                return event.moment > first
            return True

        hit = next((event for event in done_events if counts(event)), None)
        if hit:
            finished.add(draft.n)
        rows.append(Row(
            "", "", pathway.name, step.name, draft.n, draft.since, None if hit else draft.until,
            None if hit else draft.why, step.rule, step.clock.value, opens, due,
            edge(step.overdue, draft.anchor, due), closes, hit.moment if hit else None,
            hit.submission if hit else None, None, step.urgency, step.compartment,
        ))
    return rows


def _in_force(step: Step, rows: list[Row], states: list[State]) -> list[Row]:
    """Rows whose n began on a day on which this variant was in force. Those of a chain have been looked at already."""
    if step.chain:
        return rows
    low, high = step.origin.valid_from, step.origin.valid_to
    first: dict[int, int] = {}
    for row in rows:
        first[row.n] = min(first.get(row.n, row.since), row.since)
    day_of = {state.moment: state.civil_day for state in states}
    return [
        row for row in rows
        if (low is None or day_of[first[row.n]] >= low) and (high is None or day_of[first[row.n]] < high)
    ]
