"""Chains, the slow and obvious way (docs/pathway-language.md, *chain*)."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.content import tree as t
from doorstep.content.model import Pathway, Programme, Step, Table
from tests.reference.interpreter import Row, Stretch, _stretches, edge
from tests.reference.state import Event, State


@dataclass
class Open:
    """One version of an open row: its due day, and what would follow it."""

    n: int
    since: int
    due: int
    follow: tuple[int, ...]


def chain_rows(programme: Programme, pathway: Pathway, step: Step, states: list[State]) -> list[Row]:
    condition = step.while_ or t.TRUE
    anchor = step.anchor or t.EpisodeStart()
    assert step.chain is not None

    def exists(state: State) -> bool:
        return state.holds(condition) and (step.anchor is None or state.value(anchor) is not None)

    rows: list[Row] = []
    made: dict[int, list[Row]] = {}
    behind = 0
    for stretch in _stretches(pathway, step, states, exists):
        events = states[-1].events_of(step.done) if step.done else []
        if step.counts == "since":
            contacts = grouped([e for e in events if e.moment >= stretch.start], step.chain.gap)
            offset = behind
        else:
            contacts = grouped(events, step.chain.gap)
            offset = 0
        for row, in_force in _stretch_rows(programme, pathway, step, stretch, contacts, offset, states):
            earlier = made.setdefault(row.n, [])
            if row.waits_for is None and any(r.done_on is not None for r in earlier if r.waits_for is None):
                continue
            earlier.append(row)
            if in_force:
                rows.append(row)
            if row.waits_for is None:
                behind = max(behind, row.n)
    return rows


def grouped(events: list[Event], gap: int) -> list[Event]:
    """The contacts: first event of each group."""
    contacts: list[Event] = []
    for event in events:
        if not contacts or (event.moment - contacts[-1].moment >= gap and event.moment != contacts[-1].moment):
            contacts.append(event)
    return contacts


def _stretch_rows(
    programme: Programme, pathway: Pathway, step: Step, stretch: Stretch, contacts: list[Event], offset: int,
    states: list[State],
) -> list[tuple[Row, bool]]:
    """Each row with whether the rule was in force on the day of what generated it."""
    before = [c for c in contacts if c.moment < stretch.start]
    day_of = {state.moment: state.civil_day for state in states}
    low, high = step.origin.valid_from, step.origin.valid_to
    rows: list[tuple[Row, bool]] = []
    i = len(before) + 1
    while step.chain and (step.chain.times is None or i <= step.chain.times):
        begins = max(stretch.start, contacts[i - 2].moment if i > 1 else stretch.start)
        if i > 1 and i - 2 >= len(contacts):
            break
        done = contacts[i - 1] if i - 1 < len(contacts) else None
        judged = [
            s for s in stretch.states
            if begins <= s.moment and (done is None or s.moment < done.moment or s.moment == begins)
        ]
        if not judged:
            break
        beginning = stretch.start if step.counts == "since" else states[0].moment
        day = day_of[contacts[i - 2].moment if i > 1 else beginning]
        in_force = (low is None or day >= low) and (high is None or day < high)
        made = _versions(programme, pathway, step, stretch, contacts, i, offset, judged, begins, done)
        rows += [(row, in_force) for row in made]
        if done is None or (stretch.stop is not None and done.moment >= stretch.stop):
            break
        i += 1
    return rows


def _versions(
    programme: Programme, pathway: Pathway, step: Step, stretch: Stretch, contacts: list[Event], i: int, offset: int,
    judged: list[State], begins: int, done: Event | None,
) -> list[Row]:
    versions: list[tuple[int, int | None, tuple[int, ...]]] = []
    for state in judged:
        due, follow = _due(programme, pathway, step, stretch, contacts, i, state, begins)
        if not versions or versions[-1][1] != due:
            versions.append((state.moment, due, follow))
    rows: list[Row] = []
    for k, (since, due, follow) in enumerate(versions):
        if due is None:
            continue
        last = k + 1 == len(versions)
        until, why = (stretch.stop, stretch.why) if last else (versions[k + 1][0], "redated")
        hit = done if last and done is not None and (until is None or done.moment <= until) else None
        n = i + offset
        rows.append(_row(pathway, step, n, since, None if hit else until, None if hit else why, due, hit, None))
        stop = hit.moment if hit else until
        if stop is not None and stop <= since:
            continue
        reason = None if stop is None else "projected_anew" if hit or why == "redated" else why
        for j, later in enumerate(follow, 1):
            rows.append(_row(pathway, step, n + j, since, stop, reason, later, None, f"{step.name}:{n + j - 1}"))
    return rows


def _due(
    programme: Programme, pathway: Pathway, step: Step, stretch: Stretch, contacts: list[Event], i: int, state: State,
    begins: int,
) -> tuple[int | None, tuple[int, ...]]:
    """The due day of row i as judged in this state, and the due days of what would follow."""
    chain = step.chain
    assert chain is not None
    if chain.table is None:
        assert chain.every is not None
        if i == 1:
            start = stretch.start if step.anchor is None else state.whole(step.anchor)
            due = start + chain.first
        else:
            due = contacts[i - 2].moment + chain.every
        count = 1 if chain.times is None else chain.times - i
        return due, tuple(due + chain.every * k for k in range(1, count + 1))
    assert chain.dated_by is not None
    table = programme.tables[chain.table]
    lmp = state.value(t.Ref(chain.dated_by, t.Type.DAY))
    if lmp is None:
        if i == 1:
            return (begins if step.counts == "since" else state.start), ()
        return (None if chain.otherwise is None else contacts[i - 2].moment + chain.otherwise), ()
    if i == 1:
        due = lmp + chain.first
        follow = _weeks(table, chain.first // 7, chain.first // 7)
    else:
        weeks = _weeks(table, max(0, (contacts[0].moment - lmp) // 7), max(0, (contacts[i - 2].moment - lmp) // 7))
        if not weeks:
            return None, ()
        due, follow = lmp + 7 * weeks[0], weeks[1:]
    return due, tuple(lmp + 7 * week for week in follow)


def _weeks(table: Table, first: int, last: int) -> list[int]:
    """The weeks of the contacts after one in week `last`, the first contact having been in week `first`."""
    if first not in table.classes:
        return []
    return [row.week for row in sorted(table.rows, key=lambda r: r.k) if row.cls == table.classes[first] and row.last == last]


def _row(
    pathway: Pathway, step: Step, n: int, since: int, until: int | None, why: str | None, due: int, hit: Event | None,
    waits_for: str | None,
) -> Row:
    opens = due if step.opens is None else edge(step.opens, due, due)
    return Row(
        "", "", pathway.name, step.name, n, since, until, why, step.rule, step.clock.value, opens, due,
        edge(step.overdue, due, due), edge(step.closes, due, due), hit.moment if hit else None,
        hit.submission if hit else None, waits_for, step.urgency, step.compartment,
    )
