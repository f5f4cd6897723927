"""Rules in words: the typed tree of the rule language read aloud in the reader's language, so that a midwife can check it.

The words are those of the dictionary; the sentence around them is translated. The exact rule is shown beside it, since
words can be read in two ways and the rule cannot. Source: docs/pathway-language.md, 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext, ngettext, pgettext

from doorstep.content.model import Programme, Words
from doorstep.content.tree import (
    TRUE,
    And,
    Any,
    Arith,
    Case,
    Clock,
    Compare,
    Count,
    EpisodeStart,
    EventHow,
    EventNum,
    EventTxt,
    Expr,
    Filter,
    First,
    FirstDay,
    Greater,
    In,
    Known,
    Latest,
    LatestDay,
    Lesser,
    Lit,
    Moment,
    Not,
    Or,
    Ref,
    Stream,
    Type,
    WeeksCompare,
)
from doorstep.web.days import exact_hours, exact_length, short_day
from doorstep.web.names import Names, in_words

_DAYS = (Type.DAY, Type.TIME)


@dataclass(frozen=True)
class Wording:
    """Reads rules of one pathway aloud. `clock` is that of the step that asks; `signs` gives a stream its name back,
    `words` say what signs and values are called."""

    names: Names
    clock: Clock = Clock.DAY
    signs: Mapping[str, Stream] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)

    @classmethod
    def of(cls, programme: Programme, pathway: str, clock: Clock | None = None) -> Wording:
        """For the rules of one pathway."""
        path = programme.pathways[pathway]
        return cls(Names(programme), clock or path.clock, path.signs, path.words)

    # --- conditions -------------------------------------------------------------------------------------------------

    def condition(self, expr: Expr, event: Filter | None = None) -> str:  # noqa: C901 - one case for each kind of node
        """A condition as half a sentence, without a capital and a full stop."""
        match expr:
            case Or((Not(Any(never)), Compare("<", LatestDay(before, Clock.DAY), Moment()))) if never == before:
                return gettext("%(event)s was not recorded that day") % {"event": self.stream(never)}
            case Compare("=", LatestDay(stream, Clock.DAY), Moment()):
                return gettext("%(event)s was recorded that same day") % {"event": self.stream(stream)}
            case Compare("<", LatestDay(stream, Clock.DAY), Moment()):
                return gettext("%(event)s was last recorded before that day") % {"event": self.stream(stream)}
            case Or(parts):
                apart = self._apart(parts, ">", event, gettext("%(a)s and %(b)s are more than %(length)s apart"))
                return apart or self._joined(parts, pgettext("between conditions", "or"), event)
            case And(parts):
                close = self._apart(parts, "<=", event, gettext("%(a)s and %(b)s are at most %(length)s apart"))
                return close or self._joined(parts, pgettext("between conditions", "and"), event)
            case Not(Any(stream)):
                return gettext("%(event)s was not recorded") % {"event": self.stream(stream)}
            case Not(Known(part)):
                return gettext("%(thing)s is not known") % {"thing": self.thing(part, event)}
            case Not(part):
                return gettext("not so: %(condition)s") % {"condition": self.condition(part, event)}
            case Any(stream):
                return gettext("%(event)s was recorded") % {"event": self.stream(stream)}
            case Known(part):
                return gettext("%(thing)s is known") % {"thing": self.thing(part, event)}
            case In(item, options):
                told = [self._choice(item, option, event) for option in options]
                return gettext("%(thing)s is one of: %(options)s") % {
                    "thing": self.thing(item, event), "options": ", ".join(told),
                }  # fmt: skip
            case WeeksCompare(op, start, end, weeks):
                return self._weeks(op, start, end, weeks, event)
            case Compare(op, left, right):
                return self._compare(op, left, right, event)
            case Lit(value, Type.BOOL):
                return gettext("always") if value else gettext("never")
            case _:
                return self.thing(expr, event)

    def _joined(self, parts: tuple[Expr, ...], word: str, event: Filter | None) -> str:
        told = []
        for part in parts:
            text = self.condition(part, event)
            told.append(f"({text})" if isinstance(part, And | Or) else text)
        return f" {word} ".join(told)

    def _apart(self, parts: tuple[Expr, ...], op: str, event: Filter | None, sentence: str) -> str | None:
        """`differs` and `within`, which the parser wrote as two comparisons of a difference taken both ways."""
        match parts:
            case (Compare(o1, Arith("-", a, b, _), by), Compare(o2, Arith("-", b2, a2, _), by2)) if (
                o1 == o2 == op and a == a2 and b == b2 and by == by2
            ):
                return sentence % {"a": self.thing(a, event), "b": self.thing(b, event), "length": self.thing(by, event)}
        return None

    def _weeks(self, op: str, start: Expr, end: Expr, weeks: int, event: Filter | None) -> str:
        sentences = {
            ">=": gettext("at least %(n)d completed weeks after %(start)s"),
            ">": gettext("more than %(n)d completed weeks after %(start)s"),
            "<": gettext("fewer than %(n)d completed weeks after %(start)s"),
            "<=": gettext("at most %(n)d completed weeks after %(start)s"),
            "=": gettext("in week %(n)d (completed weeks) after %(start)s"),
        }
        told = sentences[op] % {"n": weeks, "start": self.thing(start, event)}
        if end == Moment():
            return told
        return gettext("%(thing)s is %(rest)s") % {"thing": self.thing(end, event), "rest": told}

    def _compare(self, op: str, left: Expr, right: Expr, event: Filter | None) -> str:
        match left, op, right:
            case (Count(stream), _, Lit(value)) if isinstance(value, int):
                return self._counted(stream, op, value)
            case (EventTxt() | Latest(), "=", Lit("yes", Type.TEXT)):
                return gettext("%(thing)s: %(answer)s") % {"thing": self.thing(left, event), "answer": pgettext("answer", "yes")}
        parts = {"a": self.thing(left, event), "b": self._other(left, right, event)}
        dated = self._type(left) in _DAYS or self._type(right) in _DAYS
        return (_dated(op) if dated else _measured(op)) % parts

    def _counted(self, stream: Stream, op: str, value: int) -> str:
        plain = {">=": (value, 0), ">": (value + 1, 0), "=": (value, 1), "<": (value - 1, 2), "<=": (value, 2), "!=": (value, 3)}
        n, kind = plain[op]
        times = ngettext("%(n)d time", "%(n)d times", n) % {"n": n}
        sentence = (
            gettext("%(event)s was recorded at least %(times)s"),
            gettext("%(event)s was recorded exactly %(times)s"),
            gettext("%(event)s was recorded at most %(times)s"),
            gettext("%(event)s was not recorded exactly %(times)s"),
        )[kind]
        return sentence % {"event": self.stream(stream), "times": times}

    def _other(self, left: Expr, right: Expr, event: Filter | None) -> str:
        """The right side, with the unit or the label of the choice that the left side gives it."""
        if isinstance(right, Lit) and right.type is Type.TEXT:
            return self._choice(left, str(right.value), event)
        if isinstance(right, Lit) and right.type is Type.NUMBER:
            code = self._code(left, event)
            unit = self.names.unit(code) if code else ""
            return f"{right.value} {unit}".strip()
        return self.thing(right, event)

    # --- things -----------------------------------------------------------------------------------------------------

    def thing(self, expr: Expr, event: Filter | None = None) -> str:  # noqa: C901 - one case for each kind of node
        """A value in words: what is measured, a day, a length of time."""
        match expr:
            case EventNum() | EventTxt():
                return self._label(event) if event else ""
            case EventHow():
                return gettext("how it is known")
            case Ref(name):
                return self.called(name)
            case Moment():
                return gettext("that day") if self.clock is Clock.DAY else gettext("that moment")
            case EpisodeStart():
                return gettext("the beginning of this record")
            case Lit():
                return self._literal(expr)
            case Count(stream):
                return gettext("how often %(event)s was recorded") % {"event": self.stream(stream)}
            case Latest(stream):
                return self._of(stream, lambda told: told)
            case First(stream):
                return self._of(stream, lambda told: gettext("the first %(event)s") % {"event": told})
            case LatestDay(stream, clock):
                word = gettext("the last day of %(event)s") if clock is Clock.DAY else gettext("the last moment of %(event)s")
                return word % {"event": self.stream(stream)}
            case FirstDay(stream, clock):
                word = gettext("the first day of %(event)s") if clock is Clock.DAY else gettext("the first moment of %(event)s")
                return word % {"event": self.stream(stream)}
            case Arith():
                return self._sum(expr, event)
            case Greater(left, right):
                return gettext("the later of %(a)s and %(b)s") % {"a": self.thing(left, event), "b": self.thing(right, event)}
            case Lesser(left, right):
                return gettext("the earlier of %(a)s and %(b)s") % {"a": self.thing(left, event), "b": self.thing(right, event)}
            case Case(branches):
                return "; ".join(self.branch(branch.value, branch.when) for branch in branches)
            case _:
                return self.condition(expr, event)

    def branch(self, value: Expr, when: Expr) -> str:
        """One way to know a value."""
        if when == TRUE:
            return self.thing(value)
        return gettext("%(thing)s, when %(condition)s") % {"thing": self.thing(value), "condition": self.condition(when)}

    def _of(self, stream: Stream, say: Callable[[str], str]) -> str:
        return say(self.stream(stream))

    def _sum(self, expr: Arith, event: Filter | None) -> str:
        a, b = self.thing(expr.left, event), self.thing(expr.right, event)
        if isinstance(expr.right, Lit) and expr.op == "*" and expr.type in (Type.SPAN, Type.TIME):
            return a  # the parser multiplied by the unit of the dictionary, or a date by the seconds of its day
        if expr.op == "-" and self._type(expr.left) in _DAYS and self._type(expr.right) in _DAYS:
            return gettext("the time from %(start)s to %(end)s") % {"start": b, "end": a}
        if self._type(expr.left) in _DAYS and expr.op in "+-":
            word = gettext("%(length)s after %(day)s") if expr.op == "+" else gettext("%(length)s before %(day)s")
            return word % {"length": b, "day": a}
        word = {"+": gettext("%(a)s plus %(b)s"), "-": gettext("%(a)s minus %(b)s"), "*": gettext("%(a)s times %(b)s")}[expr.op]
        return word % {"a": a, "b": b}

    def _literal(self, literal: Lit) -> str:
        value = literal.value
        if literal.type is Type.SPAN and isinstance(value, int | float):
            return self.span(value)
        if literal.type is Type.DAY and isinstance(value, int):
            return short_day(value)
        if literal.type is Type.BOOL:
            return gettext("always") if value else gettext("never")
        return str(value)

    def span(self, by: float) -> str:
        """A length in the clock's unit, exactly."""
        return exact_length(by) if self.clock is Clock.DAY else exact_hours(by)

    # --- events -----------------------------------------------------------------------------------------------------

    def stream(self, stream: Stream) -> str:
        """What is counted: the name of a sign, or its filters in words."""
        for name, sign in self.signs.items():
            if sign == stream:
                return f"“{self.called(name)}”"
        return f" {pgettext('between conditions', 'or')} ".join(self.filter(item) for item in stream.filters)

    def called(self, name: str) -> str:
        """A sign or a value of the pathway, as its author calls it."""
        return in_words(self.words.get(name, {})) or self.names.label(name)

    def filter(self, item: Filter) -> str:
        """One kind of event, as a noun: “Haemoglobin” below 70 g/L."""
        return self._label(item) if item.where is None else self._noun(item.where, item)

    def _noun(self, where: Expr, item: Filter) -> str:
        match where:
            case And(parts):
                return ", ".join(self._noun(part, item) for part in parts)
            case Compare(op, EventHow(), Lit(value)):
                return self.names.how(str(value)) if op == "=" else gettext("not %(how)s") % {"how": self.names.how(str(value))}
            case Compare("=", EventTxt(), Lit(value)):
                return self._answered(item, (str(value),))
            case In(EventTxt(), options):
                return self._answered(item, options)
            case Compare(op, EventNum(type=Type.NUMBER), Lit() as other) if op in _nouns():
                return _nouns()[op] % {"a": self._label(item), "b": self._other(EventNum(), other, item)}
        return self.condition(where, item)

    def _answered(self, item: Filter, options: tuple[str, ...]) -> str:
        told = [self.names.choice(item.code, option) for option in options]
        answer = f" {pgettext('between conditions', 'or')} ".join(told)
        return gettext("%(thing)s: %(answer)s") % {"thing": self._label(item), "answer": answer}

    def _label(self, item: Filter) -> str:
        label = self.names.label(item.code)
        if item.relation is None:
            return f"“{label}”"
        return gettext("“%(label)s” (%(whose)s)") % {"label": label, "whose": self.names.label(item.relation)}

    def _choice(self, expr: Expr, option: str, event: Filter | None) -> str:
        code = self._code(expr, event)
        return f"“{self.names.choice(code, option)}”" if code else option

    def _code(self, expr: Expr, event: Filter | None) -> str | None:
        """The dictionary code that gives this value its unit and its choices."""
        match expr:
            case EventNum() | EventTxt():
                return event.code if event else None
            case Latest(stream) | First(stream):
                return stream.filters[0].code if stream.filters else None
            case Arith(_, left, _):
                return self._code(left, event)
        return None

    def _type(self, expr: Expr) -> Type | None:
        match expr:
            case LatestDay(_, clock) | FirstDay(_, clock):
                return Type.DAY if clock is Clock.DAY else Type.TIME
            case EpisodeStart() | Moment():
                return Type.DAY if self.clock is Clock.DAY else Type.TIME
            case Arith("*", left, _, type=kind):
                return kind or self._type(left)
        return getattr(expr, "type", None)


def _nouns() -> dict[str, str]:
    return {
        "<": gettext("%(a)s below %(b)s"),
        "<=": gettext("%(a)s of at most %(b)s"),
        ">": gettext("%(a)s above %(b)s"),
        ">=": gettext("%(a)s of at least %(b)s"),
        "=": gettext("%(a)s of %(b)s"),
    }


def _measured(op: str) -> str:
    return {
        "=": gettext("%(a)s is %(b)s"),
        "!=": gettext("%(a)s is not %(b)s"),
        "<": gettext("%(a)s is below %(b)s"),
        "<=": gettext("%(a)s is at most %(b)s"),
        ">": gettext("%(a)s is above %(b)s"),
        ">=": gettext("%(a)s is at least %(b)s"),
    }[op]


def _dated(op: str) -> str:
    return {
        "=": gettext("%(a)s is the same as %(b)s"),
        "!=": gettext("%(a)s is not the same as %(b)s"),
        "<": gettext("%(a)s is before %(b)s"),
        "<=": gettext("%(a)s is no later than %(b)s"),
        ">": gettext("%(a)s is after %(b)s"),
        ">=": gettext("%(a)s is not before %(b)s"),
    }[op]
