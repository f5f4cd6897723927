"""States: one row per moment of an episode, with every leaf and every named value that rules read.

Columns: subject, episode, m (the moment), the leaves, and the named values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from doorstep.content import tree as t
from doorstep.content.model import Pathway, Value
from doorstep.pathways.emit import Context, emit, floor, is_whole
from doorstep.pathways.leaves import FIRST, LATEST, TIMES, Column, Leaves, aggregate, chosen
from doorstep.pathways.plan import walk
from doorstep.pathways.sql import Over, Sql, Statement, all_of, any_of, cast, col, is_null, name, op, select
from doorstep.pathways.stream import KEYS, Stream


def add_states(statement: Statement, stream: Stream, leaves: Leaves, last: bool = False) -> str:
    """Adds one row per moment; with `last`, only the last of each episode."""
    gid = leaves.group.gid
    statement.deep = True
    columns = dict(leaves.named)
    over = Over(KEYS, stream.order if any(column.ordered for column in columns) else ("t",))
    source = _numbered(statement, stream, columns, over, gid)
    by_place = statement.steps_by_columns
    values = [*(name(col(key), key) for key in (*KEYS, "t")), name(over.lead(col("t")), "next_t")]
    looked_up = {c: n for c, n in columns.items() if by_place and c.kind in (LATEST, FIRST)}
    if looked_up:
        values += [name(col(key), key) for key in ("row_number", *sorted({c.what for c in looked_up}))]
    for column, alias in columns.items():
        values.append(name(_running(statement, column, alias, over), f"at_{alias}" if column in looked_up else alias))
    if looked_up:
        values += [name(col(key), key) for key in over.order if key not in (*KEYS, "t")]
    source = statement.add(f"running{gid}", select(values, source))
    if looked_up:
        source = statement.add(f"found{gid}", _found(source, columns, looked_up, over))
    ends = is_null(col("next_t"))
    if not last:
        ends = any_of(ends, op("!=", col("next_t"), col("t")))
    kept = [*(name(col(key), key) for key in KEYS), name(col("t"), "m"), *(name(col(a), a) for a in columns.values())]
    return statement.add(f"state{gid}", select(kept, source, ends))


def _numbered(statement: Statement, stream: Stream, columns: Mapping[Column, str], over: Over, gid: int) -> str:
    """Adds what must be known of an event before the running columns: its place, and whether it repeats a time."""
    values: list[Sql] = []
    if statement.steps_by_columns and any(column.kind in (LATEST, FIRST) for column in columns):
        values.append(name(over(exp.RowNumber()), "row_number"))
    for column, alias in columns.items():
        if column.kind == TIMES:
            values.append(name(over.before(exp.Max(this=chosen(column, statement.dialect, col("ts")))), f"before_{alias}"))
    if not values:
        return stream.events
    return statement.add(f"numbered{gid}", select([exp.Star(), *values], stream.events))


def _running(statement: Statement, column: Column, alias: str, over: Over) -> Sql:
    if column.kind in (LATEST, FIRST):
        if statement.skips_nulls:
            value = chosen(column, statement.dialect, col(column.what))
            function = exp.LastValue if column.kind == LATEST else exp.FirstValue
            return over.running(exp.IgnoreNulls(this=function(this=value)))
        place = chosen(column, statement.dialect, col("row_number"))
        return over.running(exp.Max(this=place) if column.kind == LATEST else exp.Min(this=place))
    new = None
    if column.kind == TIMES:
        before = f"before_{alias}"
        new = all_of(
            op("=", chosen(column, statement.dialect, col("ts")), col("ts")),
            any_of(is_null(col(before)), op(">", col("ts"), col(before))),
        )
    return over.running(aggregate(column, statement.dialect, new))


def _found(source: str, columns: Mapping[Column, str], looked_up: Mapping[Column, str], over: Over) -> Sql:
    """Values of latest and first events, fetched from the rows where they are."""
    values = [name(col(key), key) for key in (*KEYS, "t", "next_t")]
    for column, alias in columns.items():
        if column not in looked_up:
            values.append(name(col(alias), alias))
            continue
        back = cast(op("-", col("row_number"), col(f"at_{alias}")), "int")
        values.append(name(over(exp.Lag(this=col(column.what), offset=back)), alias))
    return select(values, source)


@dataclass
class Values:
    """Named values as columns. Values that say the same in several pathways are one column."""

    leaves: Leaves
    columns: dict[tuple[t.Expr, tuple[str, ...], t.Type], str] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    made: dict[str, Sql] = field(default_factory=dict)
    rounded: dict[str, Sql] = field(default_factory=dict)
    """Days and seconds that are not whole by themselves: made under another name, then rounded down."""

    def context(self, pathway: Pathway, read: Collection[str]) -> Context:
        """For rules of a pathway that read these values, directly or not. Values come in the order of dependence."""
        named: dict[str, str] = {}
        ctx = Context(self.leaves.group.clock, self.leaves, pathway.values, named, self.leaves.dialect)
        for key, value in pathway.values.items():
            if key in read:
                named[key] = self._column(value, ctx)
        return ctx

    def _column(self, value: Value, ctx: Context) -> str:
        refs = [ctx.named[node.name] for node in walk(value.expr) if isinstance(node, t.Ref)]
        same = (value.expr, tuple(refs), value.type)
        if same not in self.columns:
            alias = f"v{len(self.columns) + 1}_{value.name}"
            self.columns[same] = alias
            self.levels[alias] = 1 + max((self.levels[ref] for ref in refs), default=0)
            self.made[alias] = emit(value.expr, ctx)
            if value.type in (t.Type.DAY, t.Type.TIME) and not is_whole(value.expr, ctx.values):
                self.rounded[alias] = floor(col(raw(alias)), ctx.dialect)
        return self.columns[same]

    def add(self, statement: Statement, source: str, read: Collection[str]) -> str:
        """Adds the values, each after those it reads. Only the columns `read` come out of it."""
        needed, stages = set(read), []
        for alias, made in reversed(self._stages()):
            mine = {column: sql for column, sql in made.items() if column in needed}
            if mine:
                kept = needed - mine.keys()
                stages.append((alias, sorted(kept), mine))
                needed = kept.union(*map(columns_of, mine.values()))
        for alias, kept_, mine in reversed(stages):
            values = [*(name(col(c), c) for c in kept_), *(name(sql, column) for column, sql in mine.items())]
            source = statement.add(alias, select(values, source), keep=True)
        return source

    def _stages(self) -> list[tuple[str, dict[str, Sql]]]:
        """Tables to be made one upon the other, each with its new columns."""
        stages: list[tuple[str, dict[str, Sql]]] = []
        gid = self.leaves.group.gid
        for depth in range(1, max(self.levels.values(), default=0) + 1):
            here = [alias for alias, level in self.levels.items() if level == depth]
            made = {raw(alias) if alias in self.rounded else alias: self.made[alias] for alias in here}
            whole = {alias: self.rounded[alias] for alias in here if alias in self.rounded}
            stages += [(f"value{gid}_{depth}", made), (f"whole{gid}_{depth}", whole)]
        return stages


def columns_of(sql: Sql) -> set[str]:
    """Names of the columns of states that an expression reads. Those of a lambda are not quoted."""
    return {column.name for column in sql.find_all(exp.Column) if column.table in ("", "s") and column.this.quoted}


def raw(alias: str) -> str:
    """The column of a value before it is rounded."""
    return f"raw_{alias}"
