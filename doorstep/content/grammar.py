"""Text of a rule -> syntax tree. Only the shape is judged here; names and types come in typecheck.py.

Source: docs/pathway-language.md, 3. The grammar is LALR(1): what it takes is what is written here, and
nothing is ever evaluated. Positions are character indexes into the text, from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

MAX_LENGTH = 4000
"""Characters. The longest rule of a real programme is a tenth of it."""

GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction ("or" conjunction)*
?conjunction: negation ("and" negation)*
?negation: "not" negation -> negated
         | comparison
?comparison: sum
           | sum OP sum -> compare
           | sum "in" "(" STRING ("," STRING)* ")" -> among
?sum: product
    | sum PLUS product -> arith
    | sum MINUS product -> arith
?product: atom
        | product TIMES atom -> arith
?atom: NUMBER -> number
     | MINUS NUMBER -> negative
     | SPAN -> span
     | STRING -> text
     | BOOLEAN -> boolean
     | NAME -> name
     | NAME "." NAME -> name
     | NAME "(" arguments ")" -> call
     | NAME "." NAME "(" arguments ")" -> call
     | "(" disjunction ")" -> group
arguments: [disjunction ("," disjunction)*]

OP: "<=" | ">=" | "!=" | "=" | "<" | ">"
PLUS: "+"
MINUS: "-"
TIMES: "*"
BOOLEAN.3: /(true|false)(?![A-Za-z0-9_])/
SPAN.2: /[0-9]+(min|d|w|h|y)(?![A-Za-z0-9_])/
NUMBER: /[0-9]+(\.[0-9]+)?(?![A-Za-z0-9_])/
STRING: /'[^'\n]*'/
NAME: /[A-Za-z_][A-Za-z0-9_]*/
%import common.WS
%ignore WS
"""

WORDS = {
    "OP": "a comparison (= != < <= > >=)",
    "PLUS": "'+'",
    "MINUS": "'-'",
    "TIMES": "'*'",
    "LPAR": "'('",
    "RPAR": "')'",
    "COMMA": "','",
    "DOT": "'.'",
    "IN": "'in'",
    "AND": "'and'",
    "OR": "'or'",
    "NOT": "'not'",
    "STRING": "a text in single quotes",
    "$END": "the end of the rule",
}
VALUE = {"NUMBER", "SPAN", "BOOLEAN", "NAME"}
HINTS = {
    '"': "a text in single quotes, such as 'yes'",
    "/": "no division: multiply the other side instead",
    "=": "one '=' to compare",
    "&": "the word 'and'",
    "|": "the word 'or'",
    "!": "the word 'not', or '!='",
    "'": "a closing single quote on the same line",
}


@dataclass
class SyntaxMistake(Exception):
    """The text is no rule. `index` is the character at which this shows."""

    code: str
    index: int
    found: str
    expected: str


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", propagate_positions=True, maybe_placeholders=False)


def syntax_tree(text: str) -> Tree[Any]:
    """Syntax tree of a rule. Raises SyntaxMistake."""
    if len(text) > MAX_LENGTH:
        raise SyntaxMistake("rule-too-long", 0, f"a rule of {len(text)} characters", f"at most {MAX_LENGTH}")
    try:
        tree = _parser().parse(text)
    except UnexpectedCharacters as error:
        raise _at_character(text, error) from None
    except UnexpectedToken as error:
        raise _at_token(text, error) from None
    except UnexpectedEOF as error:  # pragma: no cover - LALR reports $END as a token
        raise SyntaxMistake("rule-syntax", len(text), "the end of the rule", "more") from error
    assert isinstance(tree, Tree)
    return tree


def _at_character(text: str, error: UnexpectedCharacters) -> SyntaxMistake:
    index = error.pos_in_stream or 0
    character = text[index]
    hint = HINTS.get(character)
    if hint is None and (character.isdigit() or character == "."):
        hint = "a number such as 12 or 0.4, or a length of time such as 7d, 12w, 24h, 30min, 18y"
    return SyntaxMistake("rule-syntax", index, f"'{character}'", hint or _expected(error.allowed or set()))


def _at_token(text: str, error: UnexpectedToken) -> SyntaxMistake:
    token: Token = error.token
    expected = _expected(error.accepts or error.expected)
    if token.type == "$END":
        return SyntaxMistake("rule-syntax", len(text), "the end of the rule", expected)
    index = token.start_pos or 0
    if token.type == "OP" and text[:index].rstrip().endswith(("=", "<", ">")):
        expected = "one comparison: = != < <= > >="
    return SyntaxMistake("rule-syntax", index, f"'{token}'", expected)


def _expected(terminals: set[str]) -> str:
    """Terminal names as people read them."""
    starts_value = bool(terminals & VALUE)
    implied = {"MINUS", "STRING", "LPAR"} if starts_value else set()
    parts = ["a value or a name"] if starts_value else []
    parts += [words for name, words in WORDS.items() if name in terminals - implied]
    return " or ".join(parts) if len(parts) < 3 else ", ".join(parts[:-1]) + " or " + parts[-1]
