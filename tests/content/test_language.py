"""A rule means what it says, and a rule that says nothing is told so at the very character."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.content.language import RuleError, parse, parse_stream, parse_typed
from doorstep.content.model import Place
from doorstep.content.printer import Printer
from doorstep.content.problems import Problems
from doorstep.content.tree import (
    And,
    Any,
    Arith,
    Clock,
    Compare,
    Count,
    EventHow,
    EventNum,
    EventTxt,
    Expr,
    Filter,
    Greater,
    In,
    Known,
    Latest,
    LatestDay,
    Lit,
    Moment,
    Not,
    Or,
    Ref,
    Stream,
    Type,
    WeeksCompare,
)
from doorstep.content.yamlpos import Scalar, Sequence, parse_yaml
from tests.content.rules import DICTIONARY, SIGNS, conditions, scope

HB = Latest(Stream((Filter("hb"),)), Type.NUMBER)
LMP = Ref("lmp", Type.DAY)
TOLD = Latest(Stream((Filter("lmp_told"),)), Type.DAY)


def num(value: float) -> Lit:
    return Lit(value, Type.NUMBER)


def span(value: float) -> Lit:
    return Lit(value, Type.SPAN)


MEANINGS: list[tuple[str, Expr]] = [
    ("hb < 110", Compare("<", HB, num(110))),
    ("hb < 110 and not bleeding = 'yes'", And((
        Compare("<", HB, num(110)),
        Not(Compare("=", Latest(Stream((Filter("bleeding"),)), Type.TEXT), Lit("yes", Type.TEXT))),
    ))),
    ("any(bp_sys >= 140)", Any(Stream((Filter("bp_sys", Compare(">=", EventNum(), num(140))),)))),
    ("any(bleeding = 'yes' and how = 'told')", Any(Stream((Filter("bleeding", And((
        Compare("=", EventTxt(), Lit("yes", Type.TEXT)), Compare("=", EventHow(), Lit("told", Type.TEXT)),
    ))),)))),
    ("count(high) >= 2", Compare(">=", Count(SIGNS["high"]), num(2))),
    ("mother.hb = 1", Compare("=", Latest(Stream((Filter("hb", None, "mother"),)), Type.NUMBER), num(1))),
    ("mother.any(high)", Any(Stream((Filter("bp_sys", None, "mother"), Filter("hb", None, "mother")), True))),
    ("weeks_since(lmp) >= 28", WeeksCompare(">=", LMP, Moment(), 28)),
    ("28 > weeks_since(lmp, lmp_told)", WeeksCompare("<", LMP, TOLD, 28)),
    ("age() >= 15y", Compare(">=", Arith("-", Moment(), Latest(Stream((Filter("birthday"),)), Type.DAY), Type.SPAN), span(5478.75))),
    ("scan_weeks < 24w", Compare("<", Arith("*", Latest(Stream((Filter("scan_weeks"),)), Type.NUMBER), num(7), Type.SPAN), span(168))),
    ("scan_days < 2d", Compare("<", Latest(Stream((Filter("scan_days"),)), Type.NUMBER), span(2))),
    ("syphilis in ('positive', 'negative')", In(Latest(Stream((Filter("syphilis"),)), Type.TEXT), ("positive", "negative"))),
    ("within(lmp, lmp_told, 14d)", And((
        Compare("<=", Arith("-", LMP, TOLD, Type.SPAN), span(14)), Compare("<=", Arith("-", TOLD, LMP, Type.SPAN), span(14)),
    ))),
    ("differs(lmp, lmp_told, 5d)", Or((
        Compare(">", Arith("-", LMP, TOLD, Type.SPAN), span(5)), Compare(">", Arith("-", TOLD, LMP, Type.SPAN), span(5)),
    ))),
    ("known(later_of(lmp, lmp_told))", Known(Greater(LMP, TOLD, Type.DAY))),
    ("hb = 1 or hb = 2 and hb = 3", Or((
        Compare("=", HB, num(1)), And((Compare("=", HB, num(2)), Compare("=", HB, num(3)))),
    ))),
    ("hb - 1 - 2 < -3", Compare("<", Arith("-", Arith("-", HB, num(1), Type.NUMBER), num(2), Type.NUMBER), num(-3))),
    ("hb + 2 * 3 < 1", Compare("<", Arith("+", HB, Arith("*", num(2), num(3), Type.NUMBER), Type.NUMBER), num(1))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tree"), MEANINGS, ids=[text for text, _ in MEANINGS])
def test_a_rule_becomes_the_tree_that_the_language_page_promises(text: str, tree: Expr) -> None:
    assert parse(text, scope()) == tree


def test_a_dating_rule_is_a_day() -> None:
    day = LatestDay(Stream((Filter("scan_weeks"),)), Clock.DAY)
    weeks = Arith("*", Latest(Stream((Filter("scan_weeks"),)), Type.NUMBER), num(7), Type.SPAN)
    assert parse_typed("day(scan_weeks) - scan_weeks", scope()) == (Arith("-", day, weeks, Type.DAY), Type.DAY)


def test_eighteen_years_added_to_a_day_are_whole_days() -> None:
    assert parse_typed("birthday + 18y", scope())[0] == Arith("+", Latest(Stream((Filter("birthday"),)), Type.DAY), span(6574), Type.DAY)


def test_on_a_minute_clock_everything_is_seconds() -> None:
    minute = scope(Clock.MINUTE)
    at = LatestDay(Stream((Filter("hb"),)), Clock.MINUTE)
    assert parse_typed("at(hb) + 24h", minute) == (Arith("+", at, span(86400), Type.TIME), Type.TIME)
    day = Arith("*", LatestDay(Stream((Filter("hb"),)), Clock.DAY), num(86400), Type.TIME)
    assert parse_typed("day(hb)", minute) == (day, Type.TIME)
    assert parse("gap < 30min", minute) == Compare("<", Ref("gap", Type.SPAN), span(1800))
    assert parse("scan_weeks < 1w", minute).left.right == num(604800)  # type: ignore[union-attr]


def test_a_list_of_filters_and_signs_is_one_stream_with_each_filter_once() -> None:
    found = parse_stream(["hb", "high", "bleeding = 'yes'"], scope())
    assert [item.code for item in found.filters] == ["hb", "bp_sys", "bleeding"]
    assert found.distinct
    assert not parse_stream("hb", scope()).distinct


MISTAKES = [
    ("hb <", "rule-syntax", 5, "found the end of the rule; expected a value or a name"),
    ("hb = 3 hb = 4", "rule-syntax", 8, "'and', 'or' or the end of the rule"),
    ("hb == 3", "rule-syntax", 5, "expected one comparison: = != < <= > >="),
    ("hb / 2 < 3", "rule-syntax", 4, "expected no division: multiply the other side instead"),
    ('bleeding = "yes"', "rule-syntax", 12, "expected a text in single quotes, such as 'yes'"),
    ("hb < 12kg", "rule-syntax", 6, "expected a number such as 12 or 0.4, or a length of time"),
    ("bleding = 'yes'", "rule-unknown-code", 1, "did you mean 'bleeding'?"),
    ("mother.bleding = 'yes'", "rule-unknown-code", 8, "did you mean 'bleeding'?"),
    ("father.hb = 1", "rule-unknown-relation", 1, "expected a relation (a code of kind subject): did you mean 'mother'?"),
    ("syphilis = 'maybe'", "rule-unknown-choice", 12, "expected a choice of syphilis: negative, positive"),
    ("any(how = 'guessed' and hb > 3)", "rule-unknown-choice", 11, "expected a choice of how: measured, seen, told"),
    ("latst(hb) < 3", "rule-unknown-function", 1, "did you mean 'latest'?"),
    ("mother.within(lmp, lmp, 3d)", "rule-unknown-function", 8, "expected over a relation: any, count"),
    ("known(hb, hb)", "rule-arguments", 1, "found known with 2 arguments; expected 1"),
    ("hb < 7d", "rule-type", 4, "found a number compared with a length of time; expected a length of time"),
    ("lmp - 3 < moment", "rule-type", 5, "found a day - a number; expected a length of time: 7d"),
    ("scan_weeks * 7 < 3d", "rule-type", 12, "expected the length of time alone"),
    ("bleeding", "rule-type", 1, "expected a comparison, such as bleeding = 'yes'"),
    ("hb and hb < 3", "rule-type", 1, "expected any(hb) or hb compared with something"),
    ("high", "rule-type", 1, "expected any(high), count(high) or day(high)"),
    ("signs = 'fever'", "rule-type", 1, "expected any(signs = 'one of them')"),
    ("bleeding < 'yes'", "rule-type", 10, "expected = or !=, or in ('a', 'b')"),
    ("(hb < 3) = (hb < 4)", "rule-type", 10, "found two conditions compared; expected and, or, not"),
    ("hb in ('a')", "rule-type", 1, "found a number before 'in'"),
    ("known(hb < 3)", "rule-type", 7, "found known() of a condition"),
    ("weeks_since(lmp) >= 12w", "rule-weeks", 21, "expected a whole number, such as 12"),
    ("weeks_since(lmp) >= 12.5", "rule-weeks", 21, "expected a whole number, such as 12"),
    ("weeks_since(lmp) + 1 > 3", "rule-weeks", 18, "expected weeks_since compared with a whole number"),
    ("weeks_since(lmp) != 3", "rule-weeks", 18, "expected not (weeks_since(...) = number)"),
    ("any(hb < 3 and bp_sys > 3)", "rule-filter", 16, "found 'bp_sys' in a filter of 'hb'"),
    ("any(hb < score)", "rule-filter", 10, "found 'score' inside a filter"),
    ("any(hb < count(hb))", "rule-filter", 10, "found count(...) inside a filter"),
    ("any(3 < 4)", "rule-filter", 5, "found a filter that names no code"),
    ("how = 'told'", "rule-filter", 1, "expected how inside any(...)"),
    ("latest(high) < 3", "rule-filter", 8, "found latest() of 2 codes"),
    ("at(hb) > lmp", "rule-clock", 1, "expected day(...), or clock: minute"),
    ("lmp + 12h < moment", "span-unit", 7, "found '12h' on a day clock"),
    ("x" * 4001, "rule-too-long", 1, "found a rule of 4001 characters"),
    ("not " * 90 + "hb < 3", "rule-too-long", 241, "found more than 60 levels"),
]


@pytest.mark.parametrize(("text", "code", "column", "words"), MISTAKES, ids=[f"{m[1]} {m[0][:30]}" for m in MISTAKES])
def test_a_mistake_is_told_at_its_character_with_what_to_write_instead(text: str, code: str, column: int, words: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse(text, scope().at(Place("p.yaml", 7, 1)))
    (problem,) = caught.value.problems
    assert (problem.code, problem.file, problem.line, problem.column) == (code, "p.yaml", 7, column)
    assert words in str(problem)


def test_every_mistake_in_a_rule_is_told_at_once() -> None:
    with pytest.raises(RuleError) as caught:
        parse("hbb < 3 and syphilis = 'maybe' and latst(hb) = 2", scope())
    assert [problem.code for problem in caught.value.problems] == ["rule-unknown-code", "rule-unknown-choice", "rule-unknown-function"]


def test_a_rule_that_uses_a_mistaken_sign_is_no_rule_and_says_nothing_more() -> None:
    here = scope()
    spoilt = type(here)(DICTIONARY, {"high": Stream(())}, here.values, here.clock, here.relations)
    with pytest.raises(RuleError) as caught:
        parse("any(high)", spoilt)
    assert caught.value.problems == []


def test_a_mistake_is_found_through_quotes_and_folded_lines() -> None:
    text = "a: 'syphilis = ''maybe'''\nb: >-\n  hb < 3\n    and hbb < 4\nc: |\n  hbb < 3\nd: hb < 3 and\n   hbb < 3\n"
    root = parse_yaml(text, "p.yaml", Problems())
    places = []
    for node in root.entries.values():  # type: ignore[union-attr]
        assert isinstance(node, Scalar)
        with pytest.raises(RuleError) as caught:
            parse(node, scope())
        places.append((caught.value.problems[0].line, caught.value.problems[0].column))
    assert places == [(1, 16), (4, 9), (6, 3), (8, 4)]


@settings(deadline=None, max_examples=150)
@given(text=conditions(), clock=st.sampled_from(list(Clock)))
def test_a_rule_printed_and_read_again_is_the_same_rule(text: str, clock: Clock) -> None:
    tree = parse(text, scope(clock))
    printed = Printer(clock, SIGNS).text(tree)
    assert parse(printed, scope(clock)) == tree, printed


@settings(deadline=None, max_examples=300)
@given(text=st.text(max_size=80))
def test_any_text_at_all_is_a_rule_or_a_mistake_and_never_a_crash(text: str) -> None:
    _never_crashes(text)


WORDS = ["hb", "bleeding", "high", "lmp", "mother", ".", "any", "(", ")", ",", "=", "<", "'yes'", "3", "7d", "24h", "and", "or", "not", "in",
         "weeks_since", "within", "day", "at", "count", "known", "how", "true", "-", "+", "*", "signs", "moment", "later_of", "age"]  # fmt: skip


@settings(deadline=None, max_examples=600)
@given(words=st.lists(st.sampled_from(WORDS), max_size=14), clock=st.sampled_from(list(Clock)))
def test_any_row_of_words_of_the_language_is_a_rule_or_a_mistake(words: list[str], clock: Clock) -> None:
    _never_crashes(" ".join(words), clock)


def _never_crashes(text: str, clock: Clock = Clock.DAY) -> None:
    for read in (lambda: parse(text, scope(clock), None), lambda: parse_stream(text, scope(clock))):
        problems = None
        try:
            read()
        except RuleError as error:
            problems = error.problems
        assert problems is None or problems
        for problem in problems or []:
            assert problem.found
            assert problem.expected
            assert problem.line >= 1
            assert problem.column >= 1


@settings(deadline=None, max_examples=300)
@given(text=st.text(max_size=120))
def test_any_text_at_all_is_yaml_or_a_mistake(text: str) -> None:
    problems = Problems()
    node = parse_yaml(text, "f.yaml", problems)
    assert node is None or isinstance(node, Scalar | Sequence) or node.entries is not None
    for problem in problems:
        assert problem.line >= 1


BOMBS = [
    ("a: &a [x]\nb: *a", "yaml-alias", 1, 4),
    ("a: *a", "yaml-alias", 1, 4),
    ("<<: {a: 1}\na: !!python/object/apply:os.system [ls]", "yaml-syntax", 2, 4),
    ("a: 1\nb: 2\na: 3", "yaml-duplicate-key", 3, 1),
    ("[" * 40 + "]" * 40, "file-too-large", 1, 26),
    ("a: 1\n---\nb: 2", "yaml-syntax", 2, 1),
    ("a: \x00", "yaml-syntax", 1, 1),
]


@pytest.mark.parametrize(("text", "code", "line", "column"), BOMBS)
def test_yaml_that_hides_or_explodes_is_refused(text: str, code: str, line: int, column: int) -> None:
    problems = Problems()
    parse_yaml(text, "f.yaml", problems)
    assert [(problem.code, problem.line, problem.column) for problem in problems] == [(code, line, column)]


def test_no_and_on_are_words_and_a_date_stays_as_written() -> None:
    from doorstep.content.yamlpos import plain

    text = "a: no\nb: on\nc: 2026-01-05\nd: 12:30\ne: 007\nf: 7\ng: 0.5\nh: true\ni: null\nj: '7'"
    found = plain(parse_yaml(text, "f.yaml", Problems()))
    assert list(found.values()) == ["no", "on", "2026-01-05", "12:30", "007", 7, 0.5, True, None, "7"]
