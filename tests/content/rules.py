"""Shared by the tests of the rule language: a small dictionary, and random rules that are well typed."""

from __future__ import annotations

from hypothesis import strategies as st

from doorstep.content.model import Code
from doorstep.content.scope import Scope
from doorstep.content.tree import Clock, Filter, Stream, Type


def _code(code: str, kind: str, unit: str = "", choices: str = "") -> Code:
    given = ("yes", "no") if kind == "yesno" else tuple(choices.split())
    return Code(code, kind, {}, unit=unit, choices=given)


CODES = [
    _code("hb", "number", "g/L"),
    _code("bp_sys", "integer", "mm[Hg]"),
    _code("bleeding", "yesno"),
    _code("syphilis", "choice", choices="positive negative"),
    _code("signs", "choices", choices="fever cough"),
    _code("scan_weeks", "integer", "wk"),
    _code("scan_days", "integer", "d"),
    _code("lmp_told", "date"),
    _code("birthday", "date"),
    _code("born_at", "time"),
    _code("name_of_house", "text"),
    _code("mother", "subject"),
]
DICTIONARY = {code.code: code for code in CODES}
SIGNS = {"high": Stream((Filter("bp_sys"), Filter("hb")), distinct=True)}


def scope(clock: Clock = Clock.DAY) -> Scope:
    moment = Type.DAY if clock is Clock.DAY else Type.TIME
    values = {"lmp": moment, "score": Type.NUMBER, "gap": Type.SPAN, "plan": Type.TEXT}
    return Scope(DICTIONARY, SIGNS, values, clock, frozenset({"mother"}))


OPS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
FILTERS = st.sampled_from(
    ["hb", "bleeding", "high", "mother.hb", "bp_sys >= 140", "bleeding = 'yes' and how = 'told'", "hb < 70 or hb > 200",
     "not syphilis = 'positive'", "scan_weeks < 24w", "signs in ('fever', 'cough')", "mother.syphilis = 'positive'"]
)  # fmt: skip
RELATION = st.sampled_from(["", "", "mother."])


def _fill(template: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.fixed_dictionaries(parts).map(lambda found: template.format(**found))


SPANS = _fill("{n}{unit}", n=st.integers(0, 60).map(str), unit=st.sampled_from(["d", "w", "y"]))


def numbers(depth: int = 2) -> st.SearchStrategy[str]:
    """Rules that are numbers."""
    leaf = st.one_of(
        st.integers(-300, 300).map(str), st.sampled_from(["0.4", "37.5", "hb", "mother.hb", "score", "bp_sys"]),
        _fill("{r}count({f})", r=RELATION, f=FILTERS.filter(lambda text: "mother" not in text)),
        st.sampled_from(["latest(hb < 70)", "first(hb)", "mother.latest(bp_sys)"]),
    )  # fmt: skip
    if not depth:
        return leaf
    inner = numbers(depth - 1)
    arith = _fill("({a} {op} {b})", a=inner, op=st.sampled_from(["+", "-", "*"]), b=inner)
    return st.one_of(leaf, arith, _fill("later_of({a}, {b})", a=inner, b=inner))


def spans(depth: int = 1) -> st.SearchStrategy[str]:
    leaf = st.one_of(SPANS, st.sampled_from(["gap", "scan_weeks", "scan_days", "age()", "mother.age()", "hb * 1d"]))
    if not depth:
        return leaf
    inner = spans(depth - 1)
    between = _fill("({a} - {b})", a=days(depth - 1), b=days(depth - 1))
    return st.one_of(leaf, between, _fill("({a} {op} {b})", a=inner, op=st.sampled_from(["+", "-"]), b=inner))


def days(depth: int = 1) -> st.SearchStrategy[str]:
    """Rules that are days; moments in seconds on a minute clock."""
    leaf = st.one_of(
        st.sampled_from(["lmp", "moment", "episode_start", "lmp_told", "first(lmp_told)", "mother.lmp_told"]),
        _fill("day({f})", f=FILTERS), _fill("first_day({f})", f=FILTERS),
    )  # fmt: skip
    if not depth:
        return leaf
    inner = days(depth - 1)
    moved = _fill("({a} {op} {b})", a=inner, op=st.sampled_from(["+", "-"]), b=spans(depth - 1))
    return st.one_of(leaf, moved, _fill("earlier_of({a}, {b})", a=inner, b=inner))


def conditions(depth: int = 2) -> st.SearchStrategy[str]:
    leaf = st.one_of(
        _fill("{a} {op} {b}", a=numbers(1), op=OPS, b=numbers(1)),
        _fill("{a} {op} {b}", a=days(), op=OPS, b=days()),
        _fill("{a} {op} {b}", a=spans(), op=OPS, b=spans()),
        _fill("any({f})", f=FILTERS), _fill("known({d})", d=days()),
        _fill("weeks_since({a}, {b}) {op} {n}", a=days(0), b=days(0), op=OPS.filter(lambda op: op != "!="), n=st.integers(0, 45).map(str)),
        _fill("within({a}, {b}, {s})", a=days(0), b=days(0), s=SPANS),
        _fill("differs({a}, {b}, {s})", a=days(0), b=days(0), s=SPANS),
        st.sampled_from(["true", "false", "bleeding = 'yes'", "syphilis in ('positive', 'negative')", "plan != 'x'"]),
    )  # fmt: skip
    if not depth:
        return leaf
    inner = conditions(depth - 1)
    return st.one_of(
        leaf, _fill("not ({a})", a=inner), _fill("({a} and {b})", a=inner, b=inner), _fill("({a} or {b} or {c})", a=inner, b=inner, c=inner)
    )  # fmt: skip
