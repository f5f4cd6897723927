"""What the SQL may not hold, in any dialect: each of these gave different rows on different engines, or is missing on one."""

from __future__ import annotations

import re

import pytest
import sqlglot
from sqlglot import exp

from doorstep.content.model import Programme
from doorstep.pathways.compiler import compile_steps
from doorstep.pathways.plan import CannotCompile
from doorstep.pathways.sql import DIALECTS, FAR, IDS
from doorstep.pathways.status import compile_status
from tests.pathways.everything import RULES
from tests.pathways.making import programme

FORBIDDEN = (
    exp.Div, exp.IntDiv, exp.Lateral, exp.Values, exp.GenerateSeries, exp.Unnest, exp.Distinct, exp.Like, exp.ILike,
    exp.Lower, exp.Upper, exp.Round, exp.Limit,
)  # fmt: skip
TRUTHS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.And, exp.Or, exp.Not, exp.Is, exp.In)
WHOLE = {exp.DataType.Type.BIGINT, exp.DataType.Type.INT}


@pytest.fixture(scope="module")
def rules() -> Programme:
    return programme(RULES)


@pytest.fixture(scope="module", params=DIALECTS)
def tree(request: pytest.FixtureRequest, rules: Programme) -> exp.Expr:
    """The statement as its own dialect reads it: what the text says, not what was meant."""
    return sqlglot.parse_one(compile_steps(rules, request.param, touched="touched").sql, read=request.param)


def test_nothing_that_engines_understand_differently(tree: exp.Expr) -> None:
    assert [node.sql() for node in tree.find_all(*FORBIDDEN)] == []
    assert not any(part.args.get("recursive") for part in tree.find_all(exp.With))


def test_no_boolean_literals(rules: Programme) -> None:
    for dialect in DIALECTS:
        assert not re.search(r"\b(true|false)\b", compile_steps(rules, dialect).sql, re.IGNORECASE)


def test_a_truth_is_never_a_value(tree: exp.Expr) -> None:
    for node in tree.find_all(*TRUTHS):
        inner, above = node, node.parent
        while isinstance(above, (exp.Paren, *TRUTHS)):
            inner, above = above, above.parent
        ok = (
            isinstance(above, exp.Where | exp.Join)
            or (isinstance(above, exp.If) and above.args["this"] is inner)
        )
        assert ok, f"{node.sql()} in {above.sql()[:200]}"


def test_operands_that_are_expressions_stand_in_parentheses(tree: exp.Expr) -> None:
    for node in tree.find_all(exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.DPipe, *TRUTHS[:6]):
        for side in (node.this, node.expression):
            loose = isinstance(side, exp.Binary) and not isinstance(side, exp.Dot)
            assert not loose, node.sql()


def test_a_number_becomes_whole_only_by_rounding_down(tree: exp.Expr) -> None:
    for node in tree.find_all(exp.Cast, exp.TryCast):
        if node.to.this not in WHOLE or isinstance(node.this, exp.Null):
            continue
        if isinstance(node.parent, exp.Lag):  # the distance of two row numbers
            continue
        guarded = node.find_ancestor(exp.Case)
        assert guarded is not None
        outer = guarded.find_ancestor(exp.Case)
        assert outer is not None
        assert str(FAR) in outer.args["ifs"][0].this.sql()


def test_texts_are_ordered_only_where_they_are_ids_and_then_as_bytes(rules: Programme) -> None:
    sql = compile_steps(rules, "postgres", touched="touched").sql
    tree = sqlglot.parse_one(sql, read="postgres")
    for order in tree.find_all(exp.Order):
        for part in order.expressions:
            ordered = part.this
            if isinstance(ordered, exp.Collate):
                assert ordered.expression.name == "C"
                ordered = ordered.this
            else:
                assert ordered.name not in IDS
            assert isinstance(ordered, exp.Column)
    assert 'COLLATE "C"' in sql


def test_no_day_of_today_is_in_it(rules: Programme) -> None:
    for dialect in DIALECTS:
        words = {word.lower() for word in re.findall(r"[A-Za-z_]+", compile_steps(rules, dialect).sql)}
        assert not words & {"now", "current_date", "current_timestamp", "date", "getdate", "julianday", "random"}


def test_an_unknown_dialect_pathway_or_step_is_named(rules: Programme) -> None:
    with pytest.raises(ValueError, match="no dialect 'mysql'"):
        compile_steps(rules, "mysql")
    with pytest.raises(CannotCompile, match="has no pathway_x; it has anc, baby, bp"):
        compile_steps(rules, "sqlite", pathways=["pathway_x"])
    with pytest.raises(CannotCompile, match=r"has no anc\.x"):
        compile_steps(rules, "sqlite", steps=["anc.x"])
    with pytest.raises(ValueError, match="no dialect"):
        compile_status("oracle")


def test_the_same_programme_gives_the_same_text(rules: Programme) -> None:
    assert compile_steps(rules, "duckdb").sql == compile_steps(programme(RULES), "duckdb").sql
