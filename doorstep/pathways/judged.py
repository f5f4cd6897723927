"""Every step judged at every moment: does it exist, when is it to stop, what is its anchor, is there an event for it.

Columns: subject, episode, sid, m, cd (civil day), ex (1: exists), why (why not), ea (earliest computed end known, after m), ew
(its reason), an (anchor), q (each: 1 for an event that makes a row; chain: 1 for an event that may be a contact).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from doorstep.content import tree as t
from doorstep.content.model import End
from doorstep.pathways.emit import Context, condition, whole
from doorstep.pathways.leaves import Leaves
from doorstep.pathways.plan import (
    CHAIN,
    CONTRARY,
    COUNTRY,
    EACH,
    Group,
    Plan,
    Variant,
    asks_moment,
    dating,
    read_by,
    streams_of,
)
from doorstep.pathways.sql import (
    Sql,
    Statement,
    aliased,
    all_of,
    among,
    any_of,
    case,
    col,
    flag,
    is_null,
    lit,
    name,
    not_null,
    null,
    op,
    select,
    when,
)
from doorstep.pathways.state import Values, add_states, columns_of
from doorstep.pathways.stream import KEYS, Source, Stream, add_stream
from doorstep.pathways.tables import Attributes, table_name


class Emitted(NamedTuple):
    """Columns of `judged`, which moments they are for, and the computed ends below them."""

    columns: list[Sql]
    where: Sql | None
    ends: list[Sql]


@dataclass
class Judge:
    """Emits what one group's steps ask, then builds the tables below it."""

    plan: Plan
    group: Group
    dialect: str
    last: bool = False
    """Only the last state is judged: no event is looked for in it, and nothing comes after it."""
    leaves: Leaves = field(init=False)
    values: Values = field(init=False)
    contexts: dict[str, Context] = field(init=False)
    ends: dict[Sql, str] = field(default_factory=dict)
    """Computed ends: what is computed -> column."""

    def __post_init__(self) -> None:
        self.leaves = Leaves(self.group, self.dialect)
        self.values = Values(self.leaves)
        self.contexts = {}
        for pathway in self.group.pathways:
            nodes = [node for v in self.group.variants if v.pathway is pathway for node in read_by(v)]
            read = {node.name for node in nodes if isinstance(node, t.Ref)}
            self.contexts[pathway.name] = self.values.context(pathway, read)

    def ctx(self, variant: Variant) -> Context:
        return self.contexts[variant.pathway.name]

    def add(self, statement: Statement, source: Source) -> tuple[str, Stream]:
        """Adds the stream, the states and table `judged`; gives the name of the last and the stream."""
        emitted = self.emitted()
        filters = self.leaves.filters | {
            f for v in self.group.variants for f in (v.step.done.filters if v.step.done else ())
        }
        stream = add_stream(statement, self.group, self.plan.programme, filters, source)
        return self.build(statement, emitted, add_states(statement, stream, self.leaves)), stream

    def emitted(self) -> Emitted:
        """What the rules come to; afterwards the leaves know what they are asked for."""
        variants = Attributes(self.group.variants)
        columns, where = self._columns(variants), self._own_moments(variants)
        return Emitted(columns, where, self._extra())

    def build(self, statement: Statement, emitted: Emitted, states: str) -> str:
        """Adds table `judged` upon the states."""
        variants, values, where, extra = Attributes(self.group.variants), emitted.columns, emitted.where, emitted.ends
        gid, made = self.group.gid, {one.alias for one in extra}
        read = set(KEYS).union(*map(columns_of, [*values, *([where] if where is not None else [])])) - {"sid"} - made
        states = self.values.add(statement, states, read.union(*map(columns_of, extra)))
        if extra:
            states = statement.add(f"ends{gid}", select([*(name(col(c), c) for c in sorted(read)), *extra], states), keep=True)
        query = select(values, aliased(states, "s"), where)
        if variants.joined:
            query = query.join(aliased(table_name(self.plan, "step"), "r"), join_type="CROSS", copy=False)
            query = query.where(among(col("sid", "r"), [v.sid for v in self.group.variants]), copy=False)
        return statement.add(f"judged{gid}", query, keep=True)

    # --- columns ----------------------------------------------------------------------------------------------------

    def _columns(self, variants: Attributes) -> list[Sql]:
        timed = not (variants.none("valid_from") and variants.none("valid_to"))
        sid = col("sid", "r") if variants.joined else lit(self.group.variants[0].sid)
        return [
            *(name(col(key), key) for key in KEYS),
            name(sid, "sid"),
            name(col("m"), "m"),
            name(self.leaves.civil_day() if timed else null(), "cd"),
            name(variants.by_number(lambda v: flag(self._exists(v))), "ex"),
            name(variants.by_number(self._why), "why"),
            name(variants.by_number(lambda v: self._earliest(self._all_ends(v), self.ctx(v))), "ea"),
            name(variants.by_number(lambda v: self._earliest_why(self._all_ends(v), self.ctx(v))), "ew"),
            name(variants.by_number(self._anchor), "an"),
            name(variants.by_number(self._hit), "q"),
        ]

    def _all_ends(self, variant: Variant) -> tuple[End, ...]:
        return (*variant.pathway.ends, *variant.step.ends)

    def _reason(self, end: End) -> int:
        return self.plan.reasons.index(end.why)

    def _end_column(self, end: End, ctx: Context) -> Sql:
        assert end.at is not None
        return col(self.ends.setdefault(whole(end.at, ctx), f"end_{len(self.ends) + 1}"))

    def _held(self, ends: Sequence[End], ctx: Context) -> Sql | None:
        """Number of the first end that holds, null when none does; None when there are no ends."""
        branches = []
        for end in ends:
            if end.when is not None:
                branches.append((condition(end.when, ctx), lit(self._reason(end))))
            else:
                branches.append((op(">=", col("m"), self._end_column(end, ctx)), lit(self._reason(end))))
        return case(*branches) if branches else None

    def _exists(self, variant: Variant) -> Sql:
        step, ctx = variant.step, self.ctx(variant)
        parts = [is_null(self._gone(variant))] if variant.pathway.ends else []
        own = self._held(step.ends, ctx)
        if own is not None:
            parts.append(is_null(own))
        if step.countries:
            parts.append(among(self.leaves(COUNTRY), step.countries))
        if step.while_ is not None and variant.kind != EACH:
            parts.append(condition(step.while_, ctx))
        if step.anchor is not None and variant.kind != EACH:
            parts.append(not_null(whole(step.anchor, ctx)))
        return all_of(*parts)

    def _why(self, variant: Variant) -> Sql:
        branches = [(not_null(self._gone(variant)), self._gone(variant))] if variant.pathway.ends else []
        own = self._held(variant.step.ends, self.ctx(variant))
        if own is not None:
            branches.append((not_null(own), own.copy()))
        return case(*branches, other=lit(CONTRARY)) if branches else lit(CONTRARY)

    def _gone(self, variant: Variant) -> Sql:
        """The first of the pathway's ends that holds."""
        return col(f"gone_{variant.pathway.name}")

    def _earliest(self, ends: Sequence[End], ctx: Context) -> Sql:
        found: Sql | None = None
        for end in ends:
            if end.at is None:
                continue
            at = self._end_column(end, ctx)
            if found is None:
                found = at
                continue
            found = case(
                (is_null(at), found), (is_null(found.copy()), at.copy()), (op("<=", found.copy(), at.copy()), found.copy()),
                other=at.copy(),
            )
        return null() if found is None else found

    def _earliest_why(self, ends: Sequence[End], ctx: Context) -> Sql:
        timed = [end for end in ends if end.at is not None]
        if not timed:
            return null()
        if len(timed) == 1:
            return when(not_null(self._end_column(timed[0], ctx)), lit(self._reason(timed[0])))
        return case(*(
            (op("=", self._end_column(end, ctx), self._earliest(ends, ctx)), lit(self._reason(end))) for end in timed
        ))

    def _anchor(self, variant: Variant) -> Sql:
        step, ctx = variant.step, self.ctx(variant)
        dated = dating(step.chain)
        if dated is not None:
            return whole(dated, ctx)
        if step.anchor is not None:
            return whole(step.anchor, ctx)
        if variant.kind == CHAIN:
            return null()
        return col("m") if variant.kind == EACH else self.leaves(t.EpisodeStart())

    def _hit(self, variant: Variant) -> Sql:
        step = variant.step
        if self.last:
            return lit(0)
        if variant.kind == CHAIN:
            return flag(op("=", self.leaves.last_moment(step.done.filters), col("m"))) if step.done else lit(0)
        if step.each is None:
            return lit(0)
        parts = [op("=", self.leaves.last_moment(step.each.filters), col("m")), self._exists(variant)]
        if step.when is not None:
            parts.append(condition(step.when, self.ctx(variant)))
        if step.anchor is not None:
            parts.append(not_null(whole(step.anchor, self.ctx(variant))))
        return flag(all_of(*parts))

    def _own_moments(self, variants: Attributes) -> Sql | None:
        """A step that asks about the moment is judged only at moments of events that it reads."""
        asking = [v for v in self.group.variants if asks_moment(v)]
        if not asking:
            return None
        rest = [v.sid for v in self.group.variants if v not in asking]
        options = [among(col("sid", "r"), rest)] if rest else []
        for variant in asking:
            start = op("=", self.leaves(t.EpisodeStart()), col("m"))
            filters = streams_of(read_by(variant))
            own = any_of(start, op("=", self.leaves.last_moment(filters), col("m"))) if filters else start
            options.append(all_of(op("=", col("sid", "r"), variant.sid), own) if variants.joined else own)
        return any_of(*options)

    def _extra(self) -> list[Sql]:
        """Computed ends, and for each pathway its first end that holds."""
        gone = []
        for pathway in self.group.pathways:
            held = self._held(pathway.ends, self.contexts[pathway.name])
            if held is not None:
                gone.append(name(held.transform(self._inlined), f"gone_{pathway.name}"))
        return [*(name(at, alias) for at, alias in self.ends.items()), *gone]

    def _inlined(self, node: exp.Expr) -> exp.Expr:
        """Within the table that makes them, columns of computed ends are written out."""
        if isinstance(node, exp.Column):
            for at, alias in self.ends.items():
                if node.name == alias:
                    return exp.Paren(this=at.copy())
        return node
