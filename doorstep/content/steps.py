"""Reads one step of a pathway: its source of rows, its windows, what completes it and who answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from doorstep.content import dates
from doorstep.content.context import Context, Rule
from doorstep.content.fields import ORIGIN, Fields
from doorstep.content.language import parse, parse_stream
from doorstep.content.model import Chain, End, Escalation, Offset, Origin, Place, Step, Table
from doorstep.content.problems import one_of, quoted
from doorstep.content.scope import Scope
from doorstep.content.terms import moment_type
from doorstep.content.tree import Clock, Expr, Stream, Type
from doorstep.content.yamlpos import Node, Scalar

KEYS = frozenset(
    {
        "title", "chain", "each", "while", "when", "from", "due", "opens", "overdue", "closes", "done", "counts", "ends",
        "countries", "form", "owner", "escalate", "urgency", "compartment", "advice", *ORIGIN,
    }
)  # fmt: skip
CHAIN = frozenset({"table", "dated_by", "first", "gap", "otherwise", "every", "times"})
URGENCIES = ("routine", "urgent", "danger")
RESERVED = ("redated", "contrary", "projected_anew")
COUNTS = ("window", "since", "after", "episode")


@dataclass(frozen=True)
class Around:
    """What a step stands in."""

    pathway: str
    compartment: str
    clock: Clock
    scope: Scope
    origin: Origin
    tables: dict[str, Table]


def read_ends(fields: Fields, step: str, around: Around, context: Context) -> tuple[End, ...]:
    """The `ends` of a step or a pathway, in order."""
    found = []
    for node in fields.sequence("ends"):
        place = Place(node.file, node.line, node.column)
        entry = Fields(node, "an end", frozenset({"when", "at", "why"}), place, context.problems)
        why = entry.text("why", needed="why: one word for the reason, such as pregnancy_ended")
        if why in RESERVED:
            entry.add(
                "name-clash", entry.map["why"], f"the reason {quoted(why)}, which the engine gives itself", "a reason of its own"
            )
        if ("when" in entry) is ("at" in entry):
            entry.add(
                "step-shape", place, "both when and at" if "at" in entry else "neither when nor at", "exactly one of when and at"
            )
            continue
        reader = RuleReader(entry, step, around, context)
        when = reader.condition("when", "end")
        at = reader.expr("at", moment_type(around.clock), "end")
        if when is not None or at is not None:
            found.append(End(why, when, at))
    return tuple(found)


class RuleReader:
    """Reads the rules in one map, and notes them for the checker."""

    def __init__(self, fields: Fields, step: str, around: Around, context: Context) -> None:
        self.fields, self.step, self.around, self.context = fields, step, around, context

    def condition(self, key: str, name: str = "") -> Expr | None:
        return self.expr(key, Type.BOOL, name)

    def expr(self, key: str, want: Type, name: str = "") -> Expr | None:
        scalar = self.fields.scalar(key)
        if scalar is None:
            return None
        self._write(name or key, scalar)
        tree = self.context.rule(lambda: parse(scalar, self.around.scope, want))
        if tree is not None:
            self._note(name or key, scalar, tree, want)
        return tree

    def stream(self, key: str) -> Stream | None:
        """One filter or several, each noted for itself."""
        scalars = self.fields.scalars(key)
        for scalar in scalars:
            self._write(key, scalar)
        streams = [self.context.rule(partial(parse_stream, scalar, self.around.scope)) for scalar in scalars]
        for scalar, stream in zip(scalars, streams, strict=True):
            if stream is not None:
                self._note(key, scalar, stream, None)
        return parse_stream(scalars, self.around.scope) if scalars and None not in streams else None

    def _write(self, key: str, scalar: Scalar) -> None:
        self.context.notes.written.append((self.around.pathway, key, scalar.text))

    def _note(self, key: str, scalar: Scalar, tree: Expr | Stream, kind: Type | None) -> None:
        self.context.notes.rules.append(Rule(self.around.pathway, self.step, key, scalar, tree, kind))


def read_step(name: str, place: Place, node: Node, around: Around, context: Context) -> Step:
    """One variant of one step."""
    return _Reader(name, place, node, around, context).read()


class _Reader:
    def __init__(self, name: str, place: Place, node: Node, around: Around, context: Context) -> None:
        self.name, self.place, self.around, self.context = name, place, around, context
        what = f"step {around.pathway}.{name}"
        self.fields = Fields(node, what, KEYS, place, context.problems, context.shelf)
        self.rules = RuleReader(self.fields, name, around, context)

    def read(self) -> Step:
        fields, clock = self.fields, self.around.clock
        origin = fields.origin(self.around.origin)
        dated = "" if origin.valid_from is None else "@" + dates.iso_day(origin.valid_from)
        self._shape()
        chain = self._chain() if "chain" in fields else None
        each = self.rules.stream("each")
        closes = fields.offset("closes", ("from", "due"), clock)
        step = Step(
            name=self.name,
            rule=self.name + dated,
            title=fields.words("title", needed=True),
            clock=clock,
            origin=origin,
            done=self.rules.stream("done"),
            counts=self._counts(chain),
            chain=chain,
            each=each,
            when=self.rules.condition("when"),
            while_=self.rules.condition("while"),
            ends=read_ends(fields, self.name, self.around, self.context),
            countries=fields.names(
                "countries", self.context.shelf.countries, code="country-unknown", what="a country of the programme"
            ),
            anchor=self.rules.expr("from", moment_type(clock)),
            due=fields.offset("due", ("from",), clock) or Offset("from", 0),
            opens=self._edge("opens"),
            overdue=self._edge("overdue"),
            closes=closes,
            form=fields.text("form"),
            owner=fields.names("owner", self.context.roles, code="role-unknown", what="a role of the programme"),
            escalate=self._escalate(),
            urgency=fields.choice("urgency", URGENCIES, "routine"),
            compartment=self._compartment(),
            advice=fields.words("advice"),
            place=self.place,
        )
        self._note_edges()
        return step

    def _edge(self, key: str) -> Offset | None:
        bases = ("due",) if "chain" in self.fields else ("from", "due")
        return self.fields.offset(key, bases, self.around.clock)

    def _note_edges(self) -> None:
        for key in self.fields.map:
            node = self.fields.map[key]
            at = node if isinstance(node, Scalar) else self.fields.key_node(key)
            self.context.notes.edges[self.place, key] = Place(at.file, at.line, at.column)

    def _shape(self) -> None:
        """Keys that do not go together."""
        fields = self.fields
        sources = [key for key in ("chain", "each") if key in fields]
        if len(sources) > 1:
            self._clash("each", "each beside chain", "one source of rows: chain, each or while")
        if "each" in fields and "while" in fields:
            self._clash("while", "while beside each", "when (judged at the event), or ends of the step")
        if "when" in fields and "each" not in fields:
            self._clash("when", "when without each", "while, or each with the events")
        for key in ("due", "closes"):
            if "chain" in fields and key in fields:
                self._clash(key, f"{key} in a chain", "the chain's own days; closes is for fixed steps")
        if "done" not in fields and "chain" in fields:
            self._clash("chain", "a chain without done", "done: the contacts that the chain is made of")
        if fields.text("counts") == "window" and "closes" not in fields:
            self._clash("counts", "counts: window without closes", "closes, or another of since, after, episode")

    def _clash(self, key: str, found: str, expected: str) -> None:
        self.fields.add("step-shape", self.fields.key_place(key), found, expected)

    def _counts(self, chain: Chain | None) -> str:
        fields = self.fields
        if chain is not None:
            default = "episode" if chain.table else "since"
            return fields.choice("counts", ("episode", "since"), default, what="for a chain, one of")
        return fields.choice("counts", COUNTS, "window" if "closes" in fields else "since")

    def _compartment(self) -> str:
        return self.fields.choice(
            "compartment", self.context.compartments, self.around.compartment,
            code="compartment-unknown", what="a compartment that some role opens",
        )  # fmt: skip

    def _escalate(self) -> Escalation | None:
        if "escalate" not in self.fields:
            return None
        entry = self.fields.inner("escalate", "escalate", ("at", "to"))
        entry.need("at", "at: the edge after which it is told, such as overdue + 7d")
        to = entry.text("to", needed="to: the role that is told")
        at = entry.offset("at", ("due", "closes", "overdue"), self.around.clock)
        if to and to not in self.context.roles:
            expected = one_of(to, self.context.roles, "a role of the programme")
            entry.add("role-unknown", entry.map.get("to"), quoted(to), expected)
            return None
        if at is not None and at.base != "due" and at.base not in self.fields:
            entry.add(
                "window-edge", entry.map.get("at"), f"{at.base}, which the step does not have", f"{at.base}: in the step, or due"
            )
        return Escalation(at, to) if at is not None else None

    def _chain(self) -> Chain:
        clock, fields = self.around.clock, self.fields
        entry = fields.inner("chain", "chain", CHAIN)
        if ("table" in entry) is ("every" in entry):
            found = "both table and every" if "every" in entry else "neither table nor every"
            entry.add("step-shape", entry.place, found, "exactly one of table and every")
        for key, other in (("dated_by", "table"), ("otherwise", "table"), ("times", "every")):
            if key in entry and other not in entry:
                entry.add("step-shape", entry.key_place(key), f"{key} without {other}", f"{key} in a chain with {other} alone")
        if "table" in entry and "from" in fields:
            self._clash("from", "from beside a table", "dated_by of the chain: the value that dates the schedule")
        every, first = entry.span("every", clock), entry.span("first", clock)
        if every == 0:
            entry.wrong(entry.map["every"], "0", "a length of time above 0")
        return Chain(
            table=self._table(entry),
            dated_by=self._dated_by(entry),
            first=first or 0,
            gap=entry.span("gap", clock) or 0,
            otherwise=entry.span("otherwise", clock),
            every=every,
            times=entry.integer("times"),
        )

    def _table(self, entry: Fields) -> str | None:
        if "table" not in entry:
            return None
        name = entry.text("table")
        if self.around.clock is Clock.MINUTE:
            entry.add("step-shape", entry.map["table"], "a table on a minute clock", "clock: day, or every")
        self.context.notes.used_tables.add(name)
        if name not in self.context.notes.tables:
            expected = one_of(name, self.context.notes.tables, "a table of this file")
            entry.add("table-unknown", entry.map["table"], quoted(name), expected)
        entry.need("dated_by", "dated_by: the value that dates the schedule")
        entry.need("otherwise", "otherwise: the interval while that value is unknown, such as 4w")
        return name

    def _dated_by(self, entry: Fields) -> str | None:
        name = entry.text("dated_by")
        values = self.around.scope.values
        if name and values.get(name) is not Type.DAY:
            days = [value for value, kind in values.items() if kind is Type.DAY]
            entry.add("value-unknown", entry.map["dated_by"], quoted(name), one_of(name, days, "a value that is a day"))
        return name or None
