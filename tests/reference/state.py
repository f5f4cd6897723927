"""The state at one moment: every expression, evaluated over the plain list of events up to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor
from typing import Any, NamedTuple

from doorstep.content import tree as t
from doorstep.content.model import Pathway


class Event(NamedTuple):
    moment: int
    day: int
    ts: int
    submission: str
    row: str
    code: str
    num: float | None
    txt: str | None
    how: str


@dataclass(frozen=True, eq=False)
class State:
    """`events` in order, all with a moment up to `moment`."""

    pathway: Pathway
    clock: t.Clock
    start: int
    moment: int
    events: tuple[Event, ...]
    start_day: int
    known: dict[Any, Any] = field(default_factory=dict)
    """Named values and streams already worked out in this state."""

    @property
    def civil_day(self) -> int:
        """The latest `day` among the events so far, not before the day on which the episode began."""
        return max([self.start_day, *(event.day for event in self.events)])

    def holds(self, expr: Any) -> bool:
        return self.value(expr) is True

    def events_of(self, stream: t.Stream) -> list[Event]:
        """Events of a stream, in order; of a sign, one for each ts (the first in order)."""
        key = id(stream)
        if key not in self.known:
            self.known[key] = (self._events_of(stream), stream)  # the stream is kept, so that no other takes its id
        found: list[Event] = self.known[key][0]
        return found

    def _events_of(self, stream: t.Stream) -> list[Event]:
        found: list[Event] = []
        for event in self.events:
            if any(self._accepts(f, event) for f in stream.filters) and (
                not stream.distinct or all(event.ts != other.ts for other in found)
            ):
                found.append(event)
        return found

    def _accepts(self, f: t.Filter, event: Event) -> bool:
        name = f"{f.relation}.{f.code}" if f.relation else f.code
        return event.code == name and (f.where is None or self.value(f.where, event) is True)

    def whole(self, node: Any, kind: t.Type = t.Type.DAY) -> Any:
        """The value; a day or a second is rounded down to a whole one."""
        value = self.value(node)
        return floor(value) if value is not None and kind in (t.Type.DAY, t.Type.TIME) else value

    def value(self, node: Any, event: Event | None = None) -> Any:
        """None is unknown."""
        match node:
            case t.Lit():
                return node.value
            case t.EventNum():
                return event.num if event else None
            case t.EventTxt():
                return event.txt if event else None
            case t.EventHow():
                return event.how if event else None
            case t.Ref():
                if node.name not in self.known:
                    self.known[node.name] = self.whole(self.pathway.values[node.name].expr, node.type)
                return self.known[node.name]
            case t.EpisodeStart():
                return self.start
            case t.Moment():
                return self.moment
            case t.Latest() | t.First():
                text = node.type == t.Type.TEXT
                found = [value for e in self.events_of(node.stream) if (value := e.txt if text else e.num) is not None]
                if not found:
                    return None
                return found[-1] if isinstance(node, t.Latest) else found[0]
            case t.LatestDay() | t.FirstDay():
                found = self.events_of(node.stream)
                if not found:
                    return None
                times = [e.ts if node.clock == t.Clock.MINUTE else e.day for e in found]
                return times[-1] if isinstance(node, t.LatestDay) else times[0]
            case t.Count():
                return len(self.events_of(node.stream))
            case t.Any():
                return bool(self.events_of(node.stream))
            case t.Known():
                return self.value(node.part, event) is not None
            case t.Not():
                inner = self.value(node.part, event)
                return None if inner is None else not inner
            case t.And():
                parts = [self.value(part, event) for part in node.parts]
                return False if False in parts else None if None in parts else True
            case t.Or():
                parts = [self.value(part, event) for part in node.parts]
                return True if True in parts else None if None in parts else False
            case t.In():
                item = self.value(node.item, event)
                return None if item is None else item in node.options
            case t.Case():
                for branch in node.branches:
                    if self.value(branch.when, event) is True:
                        return self.value(branch.value, event)
                return None
            case t.WeeksCompare():
                return self._weeks(node, event)
        left, right = self.value(node.left, event), self.value(node.right, event)
        if left is None or right is None:
            return None
        match node:
            case t.Compare():
                return {
                    "=": left == right, "!=": left != right, "<": left < right, "<=": left <= right,
                    ">": left > right, ">=": left >= right,
                }[node.op]
            case t.Arith():
                return {"+": left + right, "-": left - right, "*": left * right}[node.op]
            case t.Greater():
                return max(left, right)
            case t.Lesser():
                return min(left, right)
        raise TypeError(f"no such node: {node!r}")

    def _weeks(self, node: t.WeeksCompare, event: Event | None) -> Any:
        start, end = self.value(node.start, event), self.value(node.end, event)
        if start is None or end is None:
            return None
        unit = 7 if self.clock == t.Clock.DAY else 7 * 86400
        weeks = (end - start) // unit
        return {
            "=": weeks == node.weeks, "!=": weeks != node.weeks, "<": weeks < node.weeks, "<=": weeks <= node.weeks,
            ">": weeks > node.weeks, ">=": weeks >= node.weeks,
        }[node.op]
