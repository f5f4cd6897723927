"""The checker says "this can never hold" only when it is so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.content.language import parse
from doorstep.content.logic import possible
from doorstep.content.tree import (
    And,
    Any,
    Compare,
    Count,
    EventHow,
    EventNum,
    EventTxt,
    Expr,
    Filter,
    In,
    Known,
    Latest,
    LatestDay,
    Lit,
    Moment,
    Not,
    Or,
    Stream,
    WeeksCompare,
)
from tests.content.rules import DICTIONARY, scope

NEVER = [
    "hb > 5 and hb < 3",
    "hb < 3 and 5 < hb",
    "hb = 5 and hb != 5",
    "hb >= 5 and hb < 5",
    "not (hb < 5) and hb < 5",
    "not (hb < 5 or hb >= 3)",
    "count(hb) < 0",
    "count(hb) > 1 and count(hb) < 2",
    "count(hb) >= 1 and not any(hb)",
    "hb < 70 and not any(hb)",
    "hb < 70 and not known(hb)",
    "bleeding = 'yes' and bleeding = 'no'",
    "bleeding != 'yes' and bleeding != 'no'",
    "syphilis in ('positive') and not syphilis in ('positive', 'negative')",
    "any(hb < 3) and not any(hb)",
    "weeks_since(lmp) > 27 and weeks_since(lmp) < 28",
    "weeks_since(lmp) >= 28 and weeks_since(lmp) < 13",
    "lmp < lmp_told and lmp > lmp_told",
    "lmp < lmp_told and lmp_told <= lmp",
    "known(lmp) and not known(lmp)",
    "false or (hb < 1 and hb > 2)",
    "3 > 4",
]
MAYBE = [
    "hb > 3 and hb < 5",
    "hb < 3 or hb > 5",
    "not (hb < 5) and not (hb > 5)",
    "hb > 5 and bp_sys < 3",
    "hb > 5 and first(hb) < 3",
    "any(hb < 3) and not any(hb > 5)",
    "any(hb < 3) and hb > 5",
    "any(hb < 3 and how = 'told') and not any(hb < 3 and how = 'measured')",
    "count(hb) > 1 and count(hb) < 3",
    "bleeding != 'yes' and any(bleeding = 'yes')",
    "weeks_since(lmp) > 27 and weeks_since(lmp) < 29",
    "not known(lmp) and known(lmp_told)",
    "true",
]


def choices(expr: Expr) -> tuple[str, ...]:
    return DICTIONARY[expr.stream.filters[0].code].choices if isinstance(expr, Latest) else ()


@pytest.mark.parametrize("text", NEVER)
def test_a_rule_that_contradicts_itself_can_never_hold(text: str) -> None:
    assert not possible(parse(text, scope()), choices)


@pytest.mark.parametrize("text", MAYBE)
def test_a_rule_that_some_history_makes_true_is_possible(text: str) -> None:
    assert possible(parse(text, scope()), choices)


def test_an_end_that_is_unknown_stops_nothing() -> None:
    begins, end = parse("any(bleeding)", scope()), parse("hb < 70", scope())
    assert possible(begins, unless=[end])
    assert not possible(And((begins, end)), unless=[end])
    assert not possible(parse("hb < 60", scope()), unless=[end])
    assert possible(parse("hb < 80", scope()), unless=[end])
    assert not possible(begins, unless=[parse("any(bleeding)", scope())])


def test_a_rule_of_many_choices_is_taken_as_possible_rather_than_counted_for_ever() -> None:
    text = " and ".join(f"(hb = {n} or bp_sys = {n} or score = {n})" for n in range(20))
    assert possible(parse(text, scope()))


Event = tuple[object, str]
History = Mapping[str, Sequence[Event]]
"""Code -> its events, each a value and how it was learnt."""


def _stream(stream: Stream, history: History) -> list[Event]:
    return [event for item in stream.filters for event in history.get(item.code, ()) if _passes(item, event)]


def _passes(item: Filter, event: Event) -> bool:
    return item.where is None or truth(item.where, {}, event) is True


def value(expr: Expr, history: History, event: Event | None) -> object:
    """The value of a leaf; None is unknown."""
    match expr:
        case Lit(found, _):
            return found
        case EventNum() | EventTxt():
            return event[0] if event else None
        case EventHow():
            return event[1] if event else None
        case Latest(stream, _):
            found = _stream(stream, history)
            return found[-1][0] if found else None
        case LatestDay(stream, _):
            return len(_stream(stream, history)) or None
        case Count(stream):
            return len(_stream(stream, history))
        case Moment():
            return 200
    raise AssertionError(expr)


def truth(expr: Expr, history: History, event: Event | None = None) -> bool | None:
    """Kleene's three values, worked out the slow way."""
    match expr:
        case Lit(found, _):
            return bool(found)
        case And(parts) | Or(parts):
            found = [truth(part, history, event) for part in parts]
            decisive = isinstance(expr, Or)
            return decisive if decisive in found else None if None in found else not decisive
        case Not(part):
            inner = truth(part, history, event)
            return None if inner is None else not inner
        case Any(stream):
            return bool(_stream(stream, history))
        case Known(part):
            return value(part, history, event) is not None
        case In(item, options):
            found = value(item, history, event)
            return None if found is None else found in options
        case WeeksCompare(op, start, end, weeks):
            left, right = value(start, history, event), value(end, history, event)
            return None if left is None or right is None else _compare(op, (right - left) // 7, weeks)  # type: ignore[operator]
        case Compare(op, left_side, right_side):
            left, right = value(left_side, history, event), value(right_side, history, event)
            return None if left is None or right is None else _compare(op, left, right)
    raise AssertionError(expr)


def _compare(op: str, left: object, right: object) -> bool:
    return {"=": left == right, "!=": left != right}.get(op) if op in ("=", "!=") else {  # type: ignore[return-value]
        "<": lambda: left < right, "<=": lambda: left <= right, ">": lambda: left > right, ">=": lambda: left >= right,  # type: ignore[operator]
    }[op]()  # fmt: skip


OP = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
SMALL = st.integers(0, 4)
ATOMS = st.one_of(
    st.builds("{} {} {}".format, st.sampled_from(["hb", "bp_sys", "count(hb)", "count(hb < 3)"]), OP, SMALL),
    st.builds("{} {} {}".format, SMALL, OP, st.sampled_from(["hb", "count(bp_sys)"])),
    st.builds("{} {} {}".format, st.sampled_from(["hb", "bp_sys"]), OP, st.sampled_from(["hb", "bp_sys"])),
    st.builds("any(hb {} {})".format, OP, SMALL), st.builds("weeks_since(lmp_told) {} {}".format, st.sampled_from(["<", ">=", "=", ">", "<="]), st.integers(26, 29)),
    st.sampled_from(["any(hb)", "any(bp_sys)", "known(hb)", "known(bp_sys)", "any(bleeding = 'yes' and how = 'told')", "true", "false"]),
    st.builds("bleeding {} '{}'".format, st.sampled_from(["=", "!="]), st.sampled_from(["yes", "no"])),
    st.builds("syphilis in ('{}')".format, st.sampled_from(["positive", "negative"])),
)  # fmt: skip
RULES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner), st.builds("({} and {})".format, inner, inner), st.builds("({} or {})".format, inner, inner)
    ),
    max_leaves=7,
)  # fmt: skip


def _events(values: st.SearchStrategy[object]) -> st.SearchStrategy[list[Event]]:
    return st.lists(st.tuples(values, st.sampled_from(["told", "measured"])), max_size=3)


HISTORIES = st.fixed_dictionaries({
    "hb": _events(SMALL), "bp_sys": _events(SMALL), "bleeding": _events(st.sampled_from(["yes", "no"])),
    "syphilis": _events(st.sampled_from(["positive", "negative"])), "lmp_told": _events(st.integers(0, 20)),
})  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(text=RULES, end=RULES, histories=st.lists(HISTORIES, min_size=6, max_size=6))
def test_what_is_called_impossible_is_true_in_no_history(text: str, end: str, histories: list[History]) -> None:
    rule, stop = parse(text, scope()), parse(end, scope())
    for history in histories:
        if truth(rule, history) is True:
            assert possible(rule, choices), (text, history)
            if truth(stop, history) is not True:
                assert possible(rule, choices, [stop]), (text, end, history)
