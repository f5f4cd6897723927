"""What a name in a rule stands for: a code of the dictionary, a named value, a sign, or a filter's own event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lark import Tree

from doorstep.content.model import Code
from doorstep.content.problems import Problem, one_of, quoted
from doorstep.content.scope import Located, Scope
from doorstep.content.spans import span_of_unit
from doorstep.content.terms import Term, mistaken, moment_type, of_day, scaled
from doorstep.content.tree import (
    EpisodeStart,
    EventHow,
    EventNum,
    EventTxt,
    Expr,
    Filter,
    Latest,
    Lit,
    Moment,
    Ref,
    Stream,
    Type,
)

ONE_EVENT = "conditions on the one event alone; put this outside with 'and'"
HOW = ("told", "measured", "seen")


@dataclass
class InFilter:
    """The filter being read: which code, over which relation. Both are found on the way."""

    relation: str | None
    code: str | None = None
    index: int = 0


@dataclass
class Names:
    """Resolves names; collects problems."""

    located: Located
    scope: Scope
    problems: list[Problem] = field(default_factory=list)
    depth: int = 0
    filtering: InFilter | None = None

    def mistake(self, code: str, index: int, found: str, expected: str) -> Term:
        self.problems.append(self.located.problem(code, index, found, expected))
        return mistaken(index)

    def among_choices(self, item: Term, literal: Term) -> None:
        """A text compared with a code must be one of the code's choices."""
        if not item.choices or not isinstance(literal.expr, Lit):
            return
        text = str(literal.expr.value)
        if text not in item.choices:
            what = f"a choice of {item.code}" if item.code else "one of"
            self.mistake("rule-unknown-choice", literal.index, quoted(text), one_of(text, item.choices, what))

    def _name(self, tree: Tree[Any]) -> Term:
        *before, token = _children(tree)
        name = str(token)
        index, relation = tree.meta.start_pos, str(before[0]) if before else None
        if relation is not None and not self.relation(relation, index):
            return mistaken(index)
        if self.filtering is not None:
            return self.event(name, relation, index)
        if relation is None and (term := self.special(name, index)):
            return term
        code = self.code(name, token.start_pos)
        if code is None:
            return mistaken(index)
        if code.kind == "choices":
            return self.mistake(
                "rule-type", index, f"{quoted(name)}, of which there can be several", f"any({name} = 'one of them')"
            )
        return self.value_of(code, Latest(Stream((Filter(name, None, relation),)), code.type), index)

    def special(self, name: str, index: int) -> Term | None:
        """A named value, `moment`, `episode_start`; a problem for a sign."""
        clock = self.scope.clock
        if name in self.scope.values:
            kind = self.scope.values[name]
            return Term(Ref(name, kind), kind, index)
        if name == "moment":
            return Term(Moment(), moment_type(clock), index)
        if name == "episode_start":
            return Term(EpisodeStart(), moment_type(clock), index)
        if name in self.scope.signs:
            expected = f"any({name}), count({name}) or day({name})"
            return self.mistake("rule-type", index, f"the sign {quoted(name)} alone", expected)
        if name == "how":
            expected = "how inside any(...), count(...) and the like"
            return self.mistake("rule-filter", index, "'how' outside a filter", expected)
        return None

    def event(self, name: str, relation: str | None, index: int) -> Term:
        """A name inside a filter: the event's own value, or how it was learnt."""
        here = self.filtering
        assert here is not None
        if name == "how" and relation is None:
            return Term(EventHow(), Type.TEXT, index, HOW, code="how")
        if name in self.scope.values or name in self.scope.signs or name in ("moment", "episode_start"):
            found = f"{quoted(name)} inside a filter"
            return self.mistake("rule-filter", index, found, ONE_EVENT)
        code = self.code(name, index + (len(relation) + 1 if relation else 0))
        if code is None:
            return mistaken(index)
        over = relation or here.relation
        if here.code is not None and (here.code, here.relation) != (name, over):
            found = f"{quoted(name)} in a filter of {quoted(here.code)}"
            expected = "one code in a filter; join two filters with 'and' outside"
            return self.mistake("rule-filter", index, found, expected)
        here.code, here.relation = name, over
        leaf = EventTxt() if code.type is Type.TEXT else EventNum(code.type)
        return self.value_of(code, leaf, index)

    def value_of(self, code: Code, leaf: Expr, index: int) -> Term:
        """A code's value in the clock's unit, with its type."""
        kind = code.type
        if kind is Type.DAY:
            return Term(*of_day(leaf, self.scope.clock), index, code=code.code)
        if kind is Type.NUMBER:
            size = span_of_unit(code.unit, self.scope.clock)
            if size is not None:
                return Term(scaled(leaf, size), Type.SPAN, index, code=code.code)
        choices = code.choices or (("yes", "no") if code.kind == "yesno" else ())
        return Term(leaf, kind, index, choices, code=code.code)

    def code(self, name: str, index: int) -> Code | None:
        """The dictionary's code, or a problem."""
        found = self.scope.dictionary.get(name)
        if found is None:
            known = [*self.scope.dictionary, *self.scope.values, *self.scope.signs]
            expected = one_of(name, known, "a code of the dictionary, a value or a sign")
            self.mistake("rule-unknown-code", index, quoted(name), expected)
        return found

    def relation(self, name: str, index: int) -> bool:
        """Whether it names a relation; a problem when not."""
        if name in self.scope.relations:
            return True
        expected = one_of(name, self.scope.relations, "a relation (a code of kind subject)")
        self.mistake("rule-unknown-relation", index, quoted(name), expected)
        return False


def _children(tree: Tree[Any]) -> list[Any]:
    return tree.children
