"""Rules that can never hold, names that nobody uses, and rows that would tell what their reader may not know."""

from __future__ import annotations

import re
from functools import partial
from itertools import combinations

from doorstep.content import trees
from doorstep.content.check_codes import position
from doorstep.content.context import Context, Rule
from doorstep.content.logic import possible
from doorstep.content.model import Pathway, Place, Programme, Step
from doorstep.content.printer import Printer
from doorstep.content.problems import quoted
from doorstep.content.tree import And, Any, EventHow, Expr, First, Latest, Stream, Type

HOW = ("told", "measured", "seen")
YES = {"yes"}


def check_rules(programme: Programme, context: Context) -> None:
    for rule in context.notes.rules:
        _same_episode(rule, programme, context)
        _can_hold(rule, programme, context)
        _any_answer(rule, programme, context)
    for pathway in programme.pathways.values():
        for step in pathway.steps:
            _can_exist(step, pathway, programme, context)
            _covered(step, pathway, programme, context)
        _unused(pathway, programme, context)
    for name, place in context.notes.tables.items():
        if name not in context.notes.used_tables:
            _add(
                context,
                "table-unused",
                place,
                f"table {quoted(name)}, which no chain uses",
                "a chain with this table, or no table",
            )

    for indicator in programme.indicators:
        if not possible(And((indicator.numerator, indicator.denominator)), partial(choices, programme)):
            found = f"indicator {indicator.name}, whose numerator and denominator exclude each other"
            _add(context, "indicator-never", context.notes.indicators[indicator.name], found, "a numerator among the denominator")


def _same_episode(rule: Rule, programme: Programme, context: Context) -> None:
    """A rule sees the facts of its pathway's kind of episode and of the person as such; others need a relation."""
    episode = programme.pathways[rule.pathway].episode
    for item in trees.filters(rule.tree):
        code = programme.dictionary.get(item.code)
        where = position(rule.scalar, item.code)
        if item.relation or code is None or not episode or code.episode in ("", episode) or where is None:
            continue
        found = f"{quoted(item.code)} of episode {code.episode} in a pathway of episode {episode}"
        expected = f"a code of {episode}, a code without an episode, or a relation such as mother.{item.code}"
        context.problems.add("episode-other", rule.scalar.file, *where, found, expected)


def _add(context: Context, code: str, place: Place, found: str, expected: str) -> None:
    context.problems.add(code, place.file, place.line, place.column, found, expected)


def choices(programme: Programme, expr: Expr) -> tuple[str, ...]:
    """Texts that a leaf can be."""
    if isinstance(expr, EventHow):
        return HOW
    if isinstance(expr, Latest | First):
        codes = {item.code for item in expr.stream.filters}
        code = programme.dictionary.get(codes.pop()) if len(codes) == 1 else None
        return code.choices if code else ()
    return ()


def _event_choices(programme: Programme, code: str, expr: Expr) -> tuple[str, ...]:
    """As `choices`, inside a filter of `code`."""
    if isinstance(expr, EventHow):
        return HOW
    found = programme.dictionary.get(code)
    return found.choices if found else ()


def _can_hold(rule: Rule, programme: Programme, context: Context) -> None:
    """Its condition, and each filter in it."""
    for item in trees.filters(rule.tree):
        if item.where is not None and not possible(item.where, partial(_event_choices, programme, item.code)):
            _never(rule, programme, context)
            return
    if isinstance(rule.tree, Stream) or rule.type is not Type.BOOL:
        return
    if not possible(rule.tree, partial(choices, programme)):
        _never(rule, programme, context)


def _never(rule: Rule, programme: Programme, context: Context) -> None:
    name = f"{rule.key} of {rule.step}" if rule.step else rule.key
    expected = "conditions that can be true together"
    if isinstance(rule.tree, And):
        expected += _excluding(rule.tree, rule, programme)
    found = f"{name}, which can never hold: {quoted(rule.scalar.text)}"
    _add(context, "rule-never", rule.place, found, expected)


def _excluding(tree: And, rule: Rule, programme: Programme) -> str:
    """The first two parts that exclude each other, in words."""
    pathway = programme.pathways[rule.pathway]
    printer = Printer(pathway.clock, pathway.signs)
    for one, other in combinations(tree.parts, 2):
        if not possible(And((one, other)), partial(choices, programme)):
            return f": {printer.text(one)} and {printer.text(other)} exclude each other"
    return ""


def _can_exist(step: Step, pathway: Pathway, programme: Programme, context: Context) -> None:
    """What begins the step must be possible while nothing ends it."""
    begins: list[Expr] = [part for part in (step.while_, step.when) if part is not None]
    if step.each is not None:
        begins.append(Any(step.each))
    ends = [end.when for end in (*pathway.ends, *step.ends) if end.when is not None]
    test = partial(choices, programme)
    if not begins or not ends or not possible(And(tuple(begins)), test):
        return
    if not possible(And(tuple(begins)), test, ends):
        place = context.notes.edge(step, "while" if step.while_ is not None else "each")
        found = f"step {step.name}, which an end stops wherever it could begin"
        _add(context, "step-never", place, found, "a step that can exist before the ends of its pathway hold")


def _any_answer(rule: Rule, programme: Programme, context: Context) -> None:
    """`any(bleeding)` is true for the answer no as well."""
    for item in trees.filters(rule.tree):
        code = programme.dictionary.get(item.code)
        if code is None or code.kind != "yesno" or item.where is not None:
            continue
        if not _counted(rule, item.code) or _only_yes(programme, item.code):
            continue
        found = f"{quoted(item.code)} with any answer, the answer no too"
        line, column = rule.scalar.locate(max(rule.scalar.text.find(item.code), 0))
        context.problems.add("rule-any-answer", rule.scalar.file, line, column, found, f"{item.code} = 'yes'")


def _counted(rule: Rule, code: str) -> bool:
    """Whether the bare code stands as a filter: in any(...) and the like, or as a stream of its own."""
    if isinstance(rule.tree, Stream):
        return True
    return re.search(rf"\b(any|count|day|first_day|at|first_at)\(\s*(\w+\.)?{code}\s*\)", rule.scalar.text) is not None


def _only_yes(programme: Programme, code: str) -> bool:
    """Whether every question that feeds the code can only say yes."""
    questions = [q for form in programme.forms.values() for q in form.questions if q.code == code]
    return all(set(q.choices) <= YES if q.choices else q.constant == "yes" for q in questions)


def step_codes(step: Step, pathway: Pathway) -> set[str]:
    """Every code that decides whether, when and until when a row of the step exists."""
    parts: list[trees.Tree | None] = [step.done, step.each, step.when, step.while_, step.anchor]
    for end in (*pathway.ends, *step.ends):
        parts += [end.when, end.at]
    names = {name for part in parts if part is not None for name in trees.refs(part)}
    if step.chain and step.chain.dated_by:
        names.add(step.chain.dated_by)
    found = {code for part in parts if part is not None for code in trees.codes(part)}
    while names:
        value = pathway.values.get(names.pop())
        if value is not None:
            found |= trees.codes(value.expr)
            names |= trees.refs(value.expr)
    return found | ({"country"} if step.countries else set())


def _covered(step: Step, pathway: Pathway, programme: Programme, context: Context) -> None:
    """Who sees the row may see everything that its rule reads: its title would tell."""
    for code in sorted(step_codes(step, pathway)):
        known = programme.dictionary.get(code)
        if known is None or covers(programme, step.compartment, known.compartment):
            continue
        found = f"step {step.name} in {quoted(step.compartment)}, which reads {quoted(code)} of {quoted(known.compartment)}"
        expected = f"compartment: {known.compartment}, or rules without that code"
        _add(context, "compartment-leak", context.notes.edge(step, "compartment"), found, expected)


def covers(programme: Programme, wide: str, narrow: str) -> bool:
    """Whether every role that opens `wide` opens `narrow` as well."""
    return wide == narrow or all(narrow in opened for opened in programme.roles.values() if wide in opened)


def _unused(pathway: Pathway, programme: Programme, context: Context) -> None:
    """Values and signs that no rule of the pathway (or of its indicators) reads."""
    rules = [(key, text) for owner, key, text in context.notes.written if owner == pathway.name]
    dated = {step.chain.dated_by for step in pathway.steps if step.chain}
    for kind, names in (("value", context.notes.values), ("sign", context.notes.signs)):
        for (owner, name), place in names.items():
            if owner != pathway.name or name in dated:
                continue
            own = (f"sign {name}", f"value of {name}", f"when of {name}")
            if not any(re.search(rf"\b{name}\b", text) for key, text in rules if key not in own):
                _add(
                    context,
                    f"{kind}-unused",
                    place,
                    f"{kind} {quoted(name)}, which no rule reads",
                    f"a rule that reads it, or no {kind}",
                )
