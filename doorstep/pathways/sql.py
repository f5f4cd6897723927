"""Small pieces of SQL as sqlglot trees, with what differs between the four dialects in one place.

Every binary operand is wrapped in parentheses here, so that no printer can change a meaning. Conditions and values are kept
apart: a condition stands in WHERE, ON or CASE WHEN only, and a truth that is kept is the integer 1 or 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlglot import exp

Sql = exp.Expr
DIALECTS = ("sqlite", "postgres", "duckdb", "spark")
BIGINT, DOUBLE, TEXT = "bigint", "double", "text"
_WHOLE = (exp.Column, exp.Literal, exp.Func, exp.Case, exp.Paren, exp.Null, exp.Cast, exp.Window)
FAR = 9_000_000_000_000_000
"""Numbers beyond this are no days and no seconds; all below are exact in a double and in a 64-bit integer."""


def col(name: str, table: str | None = None) -> Sql:
    return exp.Column(this=identifier(name), table=identifier(table) if table else None)


def identifier(text: str) -> exp.Identifier:
    return exp.Identifier(this=text, quoted=True)


def cols(names: Iterable[str], table: str | None = None) -> list[Sql]:
    return [col(name, table) for name in names]


def lit(value: int | float | str) -> Sql:
    """A literal: an integer as it is, a fraction as a double, never as a decimal."""
    if isinstance(value, str):
        return exp.Literal.string(value)
    if isinstance(value, bool):
        raise TypeError("a truth is not a value in SQL: use 1 or 0")
    if isinstance(value, float):
        return cast(exp.Literal.string(repr(value)), DOUBLE)
    number = exp.Literal.number(abs(value))
    return number if value >= 0 else exp.Paren(this=exp.Neg(this=number))


def cast(value: Sql, kind: str) -> Sql:
    return exp.Cast(this=value, to=data_type(kind))


@cache
def _parsed_type(kind: str) -> exp.DataType:
    return exp.DataType.build(kind)


def data_type(kind: str) -> exp.DataType:
    """A type by its name."""
    return _parsed_type(kind).copy()


def null(kind: str = BIGINT) -> Sql:
    """A null that knows its type, for unions."""
    return cast(exp.Null(), kind)


def wrap(value: Sql) -> Sql:
    """As an operand."""
    whole = isinstance(value, _WHOLE) and not isinstance(value, exp.Binary)
    return value if whole else exp.Paren(this=value)


_BINARY: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
    "+": exp.Add, "-": exp.Sub, "*": exp.Mul, "%": exp.Mod, "||": exp.DPipe,
}  # fmt: skip


def op(sign: str, left: Sql, right: Sql | int | str) -> Sql:
    """`left sign right`; numbers and texts on the right become literals."""
    other = right if isinstance(right, exp.Expr) else lit(right)
    return _BINARY[sign](this=wrap(left), expression=wrap(other))


def all_of(*conditions: Sql | None) -> Sql:
    return _joined(exp.And, [c for c in conditions if c is not None]) or yes()


def any_of(*conditions: Sql) -> Sql:
    return _joined(exp.Or, list(conditions)) or no()


def _joined(kind: type[exp.Connector], parts: list[Sql]) -> Sql | None:
    if not parts:
        return None
    found = parts[0]
    for part in parts[1:]:
        found = kind(this=_part(found, kind), expression=exp.Paren(this=part))
    return found


def _part(left: Sql, kind: type[exp.Connector]) -> Sql:
    """The left side of a connector: a longer connector of the same kind needs no parentheses of its own."""
    return left if isinstance(left, kind) else exp.Paren(this=left)


def negated(condition: Sql) -> Sql:
    return exp.Not(this=exp.Paren(this=condition))


def is_null(value: Sql) -> Sql:
    return exp.Is(this=wrap(value), expression=exp.Null())


def not_null(value: Sql) -> Sql:
    return exp.Not(this=exp.Paren(this=is_null(value)))


def yes() -> Sql:
    return op("=", lit(1), 1)


def no() -> Sql:
    return op("=", lit(1), 0)


def case(*branches: tuple[Sql, Sql], other: Sql | None = None) -> exp.Case:
    """CASE WHEN condition THEN value ... ELSE other END."""
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    return exp.Case(ifs=ifs, default=other)


def when(condition: Sql, value: Sql) -> Sql:
    """The value where the condition holds, else null."""
    return case((condition, value))


def flag(condition: Sql) -> Sql:
    """1 where the condition is true, else 0."""
    return case((condition, lit(1)), other=lit(0))


def greater(left: Sql, right: Sql) -> Sql:
    """The greater of two that are known."""
    return case((op(">", left, right), left), other=right.copy())


def among(value: Sql, options: Sequence[str | int]) -> Sql:
    return exp.In(this=wrap(value), expressions=[lit(option) for option in options])


def equal(left: str, right: str, names: Iterable[str]) -> Sql:
    """Equality of the named columns of two tables."""
    return all_of(*(op("=", col(name, left), col(name, right)) for name in names))


def name(value: Sql, alias: str) -> Sql:
    return exp.Alias(this=value, alias=identifier(alias))


# --- windows --------------------------------------------------------------------------------------------------------

RUNNING = ("UNBOUNDED", "PRECEDING", "CURRENT ROW", None)
BEFORE = ("UNBOUNDED", "PRECEDING", "1", "PRECEDING")
Frame = tuple[str, str, str, str | None]


@dataclass(frozen=True)
class Over:
    """PARTITION BY and ORDER BY; the order columns are never null, and ids in it compare as bytes."""

    partition: tuple[str, ...]
    order: tuple[str, ...] = ()

    def __call__(self, function: Sql, frame: Frame | None = None, kind: str = "ROWS") -> Sql:
        spec = None
        if frame:
            start, start_side, end, end_side = frame
            spec = exp.WindowSpec(kind=kind, start=start, start_side=start_side, end=end, end_side=end_side)
        order = exp.Order(expressions=cols(self.order)) if self.order else None
        return exp.Window(this=function, partition_by=cols(self.partition), order=order, spec=spec)

    def running(self, function: Sql) -> Sql:
        """Over all rows up to and including this one."""
        return self(function, RUNNING)

    def before(self, function: Sql) -> Sql:
        """Over all rows before this one."""
        return self(function, BEFORE)

    def lag(self, value: Sql) -> Sql:
        return self(exp.Lag(this=value))

    def lead(self, value: Sql) -> Sql:
        return self(exp.Lead(this=value))


# --- statements -----------------------------------------------------------------------------------------------------

DEEP = "/* many layers */"
"""Begins a statement that DuckDB must plan without pushing conditions down: see `engines.DuckDb`."""
IDS = frozenset({"submission", "row", "code"})
"""Text columns that are ordered by."""


@dataclass
class Statement:
    """A SELECT that grows by common table expressions, in one dialect."""

    dialect: str
    parts: list[tuple[str, Sql, bool | None]] = field(default_factory=list)
    deep: bool = False
    """Whether it has so many layers that DuckDB cannot plan it in its usual way."""

    def __post_init__(self) -> None:
        if self.dialect not in DIALECTS:
            raise ValueError(f"no dialect {self.dialect!r}; the dialects are {', '.join(DIALECTS)}")

    @property
    def skips_nulls(self) -> bool:
        """Whether LAST_VALUE can pass over nulls."""
        return self.dialect in ("duckdb", "spark")

    @property
    def steps_by_columns(self) -> bool:
        """Whether LAG takes an offset that differs from row to row."""
        return not self.skips_nulls

    def add(self, alias: str, query: Sql, keep: bool = False, fence: bool = False) -> str:
        """Adds a table expression, by default merged into its reader.

        `keep`: what several expressions read is computed once by SQLite and PostgreSQL, which would repeat the expressions.
        `fence`: DuckDB too plans it by itself (its pushing of filters through many layers takes exponential time).
        """
        hinted = self.dialect in ("sqlite", "postgres") if keep else None
        if fence and self.dialect == "duckdb":
            hinted = True
        self.parts.append((alias, query, hinted or None))
        return alias

    def finish(self, query: Sql) -> Sql:
        """The whole statement."""
        if not isinstance(query, exp.Query):
            raise TypeError("a statement ends in a SELECT")
        for alias, part, keep in self.parts:
            query = query.with_(identifier(alias), as_=part, materialized=keep, copy=False)
        if self.dialect == "postgres":
            _bytewise(query)
        return query


    def printed(self, query: Sql) -> str:
        """The whole statement as text."""
        text = self.finish(query).sql(dialect=self.dialect, copy=False)
        return f"{DEEP} {text}" if self.deep and self.dialect == "duckdb" else text


def _bytewise(query: Sql) -> None:
    """Ids in an ORDER BY compare as bytes whatever the database's collation."""
    for order in query.find_all(exp.Order):
        for part in order.expressions:
            if isinstance(part, exp.Column) and part.name in IDS:
                part.replace(byte_order(part.copy()))


def byte_order(value: Sql) -> Sql:
    """PostgreSQL: compares as bytes."""
    return exp.Collate(this=value, expression=identifier("C"))


def table(alias: str) -> exp.Table:
    return exp.Table(this=identifier(alias))


def aliased(source: str, alias: str) -> Sql:
    return exp.Table(this=identifier(source), alias=exp.TableAlias(this=identifier(alias)))


def select(values: Iterable[Sql], source: str | Sql, where: Sql | None = None) -> exp.Select:
    query = exp.Select(expressions=list(values))
    query = query.from_(table(source) if isinstance(source, str) else source, copy=False)
    return query.where(where, copy=False) if where is not None else query


def paired(query: exp.Select, with_: Sql, on: Sql, dialect: str) -> exp.Select:
    """Joins so that the table written first is read first: SQLite keeps the order of a CROSS JOIN.

    DuckDB is told what the two have in common in the join itself: in a deep statement it would first pair all with all.
    """
    if dialect == "duckdb":
        return query.join(with_, on=on, copy=False)
    return query.join(with_, join_type="CROSS", copy=False).where(on, copy=False)


def union(parts: Sequence[Sql]) -> Sql:
    """UNION ALL."""
    found = parts[0]
    for part in parts[1:]:
        found = exp.Union(this=found, expression=part, distinct=False)
    return found


def choose(key: Sql, options: Sequence[tuple[int, Sql]], other: Sql | None = None) -> Sql:
    """The option whose number `key` is, by halving; what is alike for all numbers is written once."""
    options = sorted(options, key=lambda option: option[0])
    if not options:
        return other if other is not None else exp.Null()
    first = options[0][1]
    if other is None and all(option == first for _, option in options):
        return first
    if other is not None:
        return case(*((among(key, [n for n, o in options if o == v]), v) for v in dict.fromkeys(o for _, o in options)),
                    other=other)
    middle = len(options) // 2
    return case(
        (op("<", key.copy(), options[middle][0]), choose(key, options[:middle])), other=choose(key, options[middle:])
    )


def both_sides() -> Sql:
    """A table (side) of 0 and 1, to read each row twice."""
    sides = union([exp.Select(expressions=[name(lit(side), "side")]) for side in (0, 1)])
    return exp.Subquery(this=sides, alias=exp.TableAlias(this=identifier("sides")))
