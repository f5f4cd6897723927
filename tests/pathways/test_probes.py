"""Every kind of node means the same on every engine: the same inputs, with unknowns, negatives and edges, and one expectation."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import floor
from typing import Any, get_args

import pytest
from sqlglot import exp

from doorstep.content import tree as t
from doorstep.content.model import Value
from doorstep.pathways.emit import Context, emit, whole
from doorstep.pathways.engines import NAMES, Engine, open_engine
from doorstep.pathways.sql import Statement, col, name, select

NUMBERS = (None, -8.5, -7.0, -1.0, 0.0, 0.1, 0.5, 6.0, 7.0, 139.5, 140.0, 1e12)
DAYS = (None, -8, -7, -1, 0, 6, 7, 13, 14, 20_000, 1_800_000_000, 9_007_199_254_740_990)
TEXTS = (None, "", "no", "yes", "Đ", "đ", "yes ")
ROWS = [
    (i, NUMBERS[i % len(NUMBERS)], NUMBERS[(i // len(NUMBERS)) % len(NUMBERS)], DAYS[i % len(DAYS)], DAYS[(i * 5 + i // 12) % len(DAYS)],
     TEXTS[i % len(TEXTS)])
    for i in range(12 * 12)
]
COLUMNS = (("id", "bigint"), ("a", "double"), ("b", "double"), ("i", "bigint"), ("j", "bigint"), ("x", "text"))
STREAMS = {key: t.Stream((t.Filter(key),)) for key, _ in COLUMNS}
A, B = (t.Latest(STREAMS[key], t.Type.NUMBER) for key in "ab")
P, Q = (t.LatestDay(STREAMS[key], t.Clock.DAY) for key in "ij")
X = t.Latest(STREAMS["x"], t.Type.TEXT)
YES = t.Lit("yes", t.Type.TEXT)
Row = dict[str, Any]
Probe = tuple[str, t.Expr, Callable[[Row], Any]]


def num(value: float) -> t.Lit:
    return t.Lit(value, t.Type.NUMBER)


def known(function: Callable[..., Any], *keys: str) -> Callable[[Row], Any]:
    """Unknown when any of the inputs is."""
    return lambda row: None if any(row[key] is None for key in keys) else function(*(row[key] for key in keys))


def truth(value: Any) -> Any:
    return None if value is None else int(value)


def kleene(row: Row) -> tuple[Any, Any]:
    """The two conditions that the probes of logic are made of."""
    return (None if row["a"] is None else row["a"] > 0), (None if row["i"] is None else row["i"] > 0)


def all_true(row: Row) -> Any:
    parts = kleene(row)
    return 0 if False in parts else None if None in parts else 1


def some_true(row: Row) -> Any:
    parts = kleene(row)
    return 1 if True in parts else None if None in parts else 0


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda p, q: p == q, "!=": lambda p, q: p != q, "<": lambda p, q: p < q, "<=": lambda p, q: p <= q,
    ">": lambda p, q: p > q, ">=": lambda p, q: p >= q,
}  # fmt: skip
ARITH: dict[str, Callable[[Any, Any], Any]] = {"+": lambda p, q: p + q, "-": lambda p, q: p - q, "*": lambda p, q: p * q}
POSITIVE_A, POSITIVE_I = t.Compare(">", A, num(0)), t.Compare(">", P, num(0))
PROBES: list[Probe] = [
    ("whole literal", num(7), lambda row: 7),
    ("negative literal", num(-7), lambda row: -7),
    ("fraction literal", num(0.1), lambda row: 0.1),
    ("large literal", num(31_557_600_000), lambda row: 31_557_600_000),
    ("text literal", t.Lit("it's; --", t.Type.TEXT), lambda row: "it's; --"),
    ("true", t.Lit(True, t.Type.BOOL), lambda row: 1),
    ("false", t.Lit(False, t.Type.BOOL), lambda row: 0),
    ("a number of a fact", A, lambda row: row["a"]),
    ("a text of a fact", X, lambda row: row["x"]),
    ("first", t.First(STREAMS["a"], t.Type.NUMBER), lambda row: row["a"]),
    ("first day", t.FirstDay(STREAMS["i"], t.Clock.DAY), lambda row: row["i"]),
    ("day", P, lambda row: row["i"]),
    ("count", t.Compare(">=", t.Count(STREAMS["i"]), num(7)), lambda row: truth(known(lambda i: i >= 7, "i")(row))),
    ("any", t.Any(STREAMS["i"]), lambda row: truth(known(lambda i: i > 0, "i")(row))),
    ("episode start", t.EpisodeStart(), lambda row: row["i"]),
    ("moment", t.Moment(), lambda row: row["j"]),
    ("a named value", t.Ref("named", t.Type.NUMBER), lambda row: row["a"]),
    ("a named condition", t.Not(t.Ref("held", t.Type.BOOL)), lambda row: truth(known(lambda i: i != 1, "i")(row))),
    ("and", t.And((POSITIVE_A, POSITIVE_I)), all_true),
    ("or", t.Or((POSITIVE_A, POSITIVE_I)), some_true),
    ("or of ands keeps its parentheses", t.And((t.Or((POSITIVE_A, POSITIVE_I)), t.Lit(True, t.Type.BOOL))), some_true),
    ("not", t.Not(POSITIVE_A), lambda row: truth(known(lambda a: a <= 0, "a")(row))),
    ("known", t.Known(A), lambda row: int(row["a"] is not None)),
    ("known sum", t.Known(t.Arith("+", A, P, t.Type.NUMBER)), lambda row: int(row["a"] is not None and row["i"] is not None)),
    ("in", t.In(X, ("yes", "Đ")), lambda row: truth(known(lambda x: x in ("yes", "Đ"), "x")(row))),
    ("equal texts", t.Compare("=", X, YES), lambda row: truth(known(lambda x: x == "yes", "x")(row))),
    ("unequal texts", t.Compare("!=", X, YES), lambda row: truth(known(lambda x: x != "yes", "x")(row))),
    ("equal conditions", t.Compare("=", POSITIVE_A, t.Known(X)),
     lambda row: truth(None if row["a"] is None else (row["a"] > 0) == (row["x"] is not None))),
    ("case", t.Case((t.Branch(POSITIVE_A, num(1)), t.Branch(POSITIVE_I, B)), t.Type.NUMBER),
     lambda row: 1 if kleene(row)[0] else row["b"] if kleene(row)[1] else None),
    ("case of texts", t.Case((t.Branch(POSITIVE_A, YES), t.Branch(t.Known(X), X)), t.Type.TEXT),
     lambda row: "yes" if kleene(row)[0] else row["x"]),
    ("case without branches", t.Case((), t.Type.DAY), lambda row: None),
    ("greater", t.Greater(A, B, t.Type.NUMBER), known(max, "a", "b")),
    ("smaller", t.Lesser(A, B, t.Type.NUMBER), known(min, "a", "b")),
    ("later day", t.Greater(P, Q, t.Type.DAY), known(max, "i", "j")),
    ("earlier of a day and a number", t.Lesser(P, A, t.Type.DAY), known(min, "i", "a")),
    ("literals are counted beforehand", t.Arith("*", num(100_000), num(100_000), t.Type.NUMBER), lambda row: 10_000_000_000),
    ("subtraction to the left", t.Arith("-", t.Arith("-", A, B, t.Type.NUMBER), num(-1), t.Type.NUMBER),
     known(lambda a, b: a - b + 1, "a", "b")),
    ("subtraction to the right", t.Arith("-", A, t.Arith("-", B, num(1), t.Type.NUMBER), t.Type.NUMBER),
     known(lambda a, b: a - (b - 1), "a", "b")),
    ("a sum times two", t.Arith("*", t.Arith("+", A, B, t.Type.NUMBER), num(2), t.Type.NUMBER), known(lambda a, b: (a + b) * 2, "a", "b")),
    *((f"{op} numbers", t.Compare(op, A, B), lambda row, f=f: truth(known(f, "a", "b")(row))) for op, f in COMPARE.items()),
    *((f"{op} day and fraction", t.Compare(op, P, A), lambda row, f=f: truth(known(f, "i", "a")(row))) for op, f in COMPARE.items()),
    *((f"a {op} b", t.Arith(op, A, B, t.Type.NUMBER), known(f, "a", "b")) for op, f in ARITH.items()),
    *((f"day {op} fraction", t.Arith(op, P, num(0.5), t.Type.NUMBER), known(lambda i, f=f: f(i, 0.5), "i")) for op, f in ARITH.items()),
    *((f"completed weeks {op} {weeks}", t.WeeksCompare(op, num(0), A, weeks),
       lambda row, f=f, weeks=weeks: truth(known(lambda a: f(floor(a / 7), weeks), "a")(row)))
      for (op, f), weeks in product(COMPARE.items(), (-1, 0, 1, 2))),
]  # fmt: skip
FLOORS = (None, -1e300, -9.1e15, -2.5, -2.0, -0.5, -0.1, 0.0, 0.4999999999999999, 0.5, 1.0, 1.5, 2.5, 20_454.999, 1.7e9, 8.9e15, 9e15, 1e300)


def context(dialect: str) -> Context:
    """Leaves are columns of the table of inputs."""

    def leaf(node: t.Leaf) -> exp.Expr:
        if isinstance(node, t.Moment | t.EpisodeStart):
            return col("j" if isinstance(node, t.Moment) else "i")
        return col(node.stream.filters[0].code)

    values = {"named": Value("named", A, t.Type.NUMBER), "held": Value("held", POSITIVE_I, t.Type.BOOL)}
    return Context(t.Clock.DAY, leaf, values, {"named": "a", "held": "i"}, dialect)


def asked(engine: Engine, values: list[exp.Expr], table: str) -> list[tuple[Any, ...]]:
    query = select([name(col("id"), "id"), *(name(value, f"p{k}") for k, value in enumerate(values))], table)
    return sorted(engine.query(Statement(engine.name).finish(query).sql(dialect=engine.name)))


@pytest.fixture(scope="module", params=NAMES)
def engine(request: pytest.FixtureRequest) -> Any:
    with open_engine(request.param) as opened:
        yield opened


@pytest.fixture(scope="module")
def answers(engine: Engine) -> list[tuple[Any, ...]]:
    engine.load("probe", COLUMNS, ROWS)
    return asked(engine, [emit(node, context(engine.name)) for _, node, _ in PROBES], "probe")


@pytest.mark.parametrize("number", range(len(PROBES)), ids=[probe[0] for probe in PROBES])
def test_the_node_means_what_it_says(answers: list[tuple[Any, ...]], number: int) -> None:
    _, _, expected = PROBES[number]
    for given, answer in zip(ROWS, answers, strict=True):
        row = dict(zip((key for key, _ in COLUMNS), given, strict=True))
        assert answer[number + 1] == expected(row), row


def test_a_day_is_rounded_down_on_every_engine_alike(engine: Engine) -> None:
    engine.load("floors", COLUMNS, [(i, value, None, None, None, None) for i, value in enumerate(FLOORS)])
    rows = asked(engine, [whole(A, context(engine.name))], "floors")
    assert [row[1] for row in rows] == [floor(v) if v is not None and abs(v) < 9e15 else None for v in FLOORS]
    assert all(row[1] is None or isinstance(row[1], int) for row in rows)


def test_every_kind_of_node_has_a_probe() -> None:
    seen: set[type] = set()

    def walk(node: Any) -> None:
        seen.add(type(node))
        for key in getattr(node, "__dataclass_fields__", {}):
            value = getattr(node, key)
            for part in value if isinstance(value, tuple) else (value,):
                walk(part)

    for _, node, _ in PROBES:
        walk(node)
    of_events = {t.EventNum, t.EventTxt, t.EventHow}  # probed with the streams, in test_leaves.py
    assert set(get_args(t.Expr)) - seen - of_events == set()


@pytest.mark.parametrize("clock", list(t.Clock))
def test_weeks_on_a_minute_clock_are_weeks_of_seconds(clock: t.Clock) -> None:
    node = t.WeeksCompare(">=", P, Q, 2)
    sql = emit(node, Context(clock, context("sqlite").leaf, {}, {}, "sqlite")).sql(dialect="sqlite")
    assert str(14 if clock is t.Clock.DAY else 14 * 86_400) in sql
