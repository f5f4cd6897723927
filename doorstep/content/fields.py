"""One map of a YAML file, read key by key: every value of the kind it must be, every other key a problem.

A getter gives the default and records a problem when a value is wrong, so that reading goes on to the next mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from doorstep.content.model import Offset, Origin, Place, Words
from doorstep.content.problems import Problems, one_of, quoted
from doorstep.content.spans import NotThis, day_number, offset, whole_span
from doorstep.content.tree import Clock
from doorstep.content.yamlpos import Mapping, Node, Scalar, Sequence

Read = TypeVar("Read")
NOT_YET = "not yet"
ORIGIN = frozenset({"source", "valid_from", "valid_to", "review"})
NO_ORIGIN = Origin("")


@dataclass(frozen=True)
class Shelf:
    """What the whole programme declares and its files must keep to."""

    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass
class Fields:
    """`what` names the map in messages ("a step"); `place` is where it stands; `keys` are those it may have."""

    node: Node | None
    what: str
    keys: frozenset[str]
    place: Place
    problems: Problems
    shelf: Shelf = field(default_factory=Shelf)

    def __post_init__(self) -> None:
        self.map: dict[str, Node] = {}
        if not isinstance(self.node, Mapping):
            if self.node is not None:
                self.wrong(self.node, kind_of(self.node), f"{self.what}: keys with values")
            return
        for key, value in self.node.entries.items():
            if key in self.keys:
                self.map[key] = value
            else:
                self.add("key-unknown", self.node.keys[key], quoted(key), one_of(key, self.keys, f"a key of {self.what}", 20))

    def __contains__(self, key: str) -> bool:
        return key in self.map

    def add(self, code: str, node: Node | Place | None, found: str, expected: str) -> None:
        at = node or self.place
        self.problems.add(code, at.file, at.line, at.column, found, expected)

    def wrong(self, node: Node | None, found: str, expected: str) -> None:
        self.add("value-wrong", node, found, expected)

    def key_node(self, key: str) -> Node:
        assert isinstance(self.node, Mapping)
        return self.node.keys[key]

    def key_place(self, key: str) -> Place:
        """Where the key stands; the map's own place when it is not there."""
        if isinstance(self.node, Mapping) and key in self.node.keys:
            return place_of(self.node.keys[key])
        return self.place

    def need(self, key: str, expected: str) -> None:
        """Records that a key is missing."""
        if key not in self.map:
            self.add("key-missing", self.place, f"no {key} in {self.what}", expected)

    def scalar(self, key: str) -> Scalar | None:
        """The value as written, for rules; a problem when it is a list or a map."""
        node = self.map.get(key)
        if node is None or isinstance(node, Scalar):
            return node
        self.wrong(node, kind_of(node), f"one value for {key}")
        return None

    def text(self, key: str, default: str = "", *, needed: str = "") -> str:
        """A text; `needed` says what is expected when the key is missing."""
        if needed:
            self.need(key, needed)
        node = self.scalar(key)
        if node is None:
            return default
        if node.value is None or not node.text.strip():
            self.wrong(node, "nothing", needed or f"a text for {key}")
            return default
        return node.text.strip()

    def choice(self, key: str, options: Iterable[str], default: str, *, code: str = "value-wrong", what: str = "") -> str:
        """One of the options."""
        text, known = self.text(key, default), list(options)
        if key in self.map and text != default and text not in known:
            self.add(code, self.map[key], quoted(text), one_of(text, known, what or "one of"))
            return default
        return text

    def integer(self, key: str, default: int | None = None, least: int = 1) -> int | None:
        node = self.scalar(key)
        if node is None:
            return default
        if isinstance(node.value, bool) or not isinstance(node.value, int) or node.value < least:
            self.wrong(node, quoted(node.text), f"a whole number of at least {least} for {key}")
            return default
        return node.value

    def flag(self, key: str, default: bool) -> bool:
        node = self.scalar(key)
        if node is None or isinstance(node.value, bool):
            return default if node is None else bool(node.value)
        self.wrong(node, quoted(node.text), f"true or false for {key}")
        return default

    def parsed(self, key: str, parse: Callable[[str], Read], *, code: str = "value-wrong") -> Read | None:
        """A small text read by `parse`, which raises NotThis."""
        node = self.scalar(key)
        if node is None:
            return None
        try:
            return parse(node.text)
        except NotThis as error:
            line, column = node.locate(error.index)
            self.problems.add(error.code or code, node.file, line, column, f"{error.found} for {key}", error.expected)
            return None

    def span(self, key: str, clock: Clock) -> int | None:
        return self.parsed(key, lambda text: whole_span(text, clock), code="span-unit")

    def offset(self, key: str, bases: tuple[str, ...], clock: Clock) -> Offset | None:
        return self.parsed(key, lambda text: offset(text, bases, clock), code="window-edge")

    def date(self, key: str) -> int | None:
        return self.parsed(key, day_number)

    def scalars(self, key: str) -> list[Scalar]:
        """One value, or a list of them."""
        node = self.map.get(key)
        if node is None:
            return []
        items: tuple[Node, ...] = node.items if isinstance(node, Sequence) else (node,)
        good = [item for item in items if isinstance(item, Scalar) and item.value is not None]
        for item in items:
            if item not in good:
                self.wrong(item, kind_of(item), f"words for {key}")
        return good

    def names(
        self, key: str, known: Iterable[str] | None = None, *, code: str = "value-wrong", what: str = ""
    ) -> tuple[str, ...]:
        """Words, each among the known ones."""
        found, options = self.scalars(key), None if known is None else list(known)
        for item in found:
            if options is not None and item.text not in options:
                self.add(code, item, quoted(item.text), one_of(item.text, options, what or key))
        return tuple(item.text for item in found if options is None or item.text in options)

    def children(self, key: str) -> dict[str, tuple[Place, Node]]:
        """A map of named things: name -> place of its key, and the thing."""
        node = self.map.get(key)
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return {}
        if not isinstance(node, Mapping):
            self.wrong(node, kind_of(node), f"names with what they stand for, in {key}")
            return {}
        return {name: (place_of(node.keys[name]), value) for name, value in node.entries.items()}

    def sequence(self, key: str) -> tuple[Node, ...]:
        """A list of things; one thing alone is a list of one."""
        node = self.map.get(key)
        return () if node is None else node.items if isinstance(node, Sequence) else (node,)

    def inner(self, key: str, what: str, keys: Iterable[str]) -> Fields:
        return Fields(self.map.get(key), what, frozenset(keys), self.key_place(key), self.problems, self.shelf)

    def words(self, key: str, *, needed: bool = False) -> Words:
        """A text in every language that the programme names."""
        if needed:
            self.need(key, "words in every language: " + ", ".join(self.shelf.languages))
        if key not in self.map:
            return {}
        if not isinstance(self.map[key], Mapping):
            self.wrong(self.map[key], kind_of(self.map[key]), "words in every language, such as {en: ..., vi: ...}")
            return {}
        inner = Fields(
            self.map[key], "a text in several languages", frozenset(self.shelf.languages), self.key_place(key),
            self.problems, self.shelf,
        )  # fmt: skip
        found = {language: inner.text(language) for language in inner.map}
        missing = [language for language in self.shelf.languages if not found.get(language)]
        if missing:
            expected = "every language of the programme: " + ", ".join(self.shelf.languages)
            self.add("words-missing", self.key_place(key), f"{key} without {', '.join(missing)}", expected)
        return {language: text for language, text in found.items() if text}

    def origin(self, inherited: Origin = NO_ORIGIN, *, dated: bool = True, needed: bool = True) -> Origin:
        """Source, dates and review, its own or those of what it stands in. `dated`: valid_from must be known."""
        source = self.text("source") or inherited.source
        start = self.date("valid_from") if "valid_from" in self else inherited.valid_from
        end = self.date("valid_to") if "valid_to" in self else inherited.valid_to
        review = self.review() if "review" in self else inherited.review
        if needed:
            self._origin_complete(source, start if dated else 0, review)
        if start is not None and end is not None and end <= start:
            self.add(
                "valid-order",
                self.map.get("valid_to"),
                "valid_to not after valid_from",
                "a later day (the first on which it no longer holds)",
            )
        return Origin(source, start, end, review)

    def _origin_complete(self, source: str, start: int | None, review: dict[str, str | None] | object) -> None:
        if not source:
            self.add("source-missing", self.place, f"no source for {self.what}", "source: who says so, and where")
        if start is None and "valid_from" not in self:
            self.add(
                "valid-from-missing",
                self.place,
                f"no valid_from for {self.what}",
                "valid_from: the day since which it holds",
            )
        assert isinstance(review, dict)
        missing = [country for country in self.shelf.countries if country not in review]
        if missing:
            expected = "review: " + ", ".join(f"{country}: {NOT_YET}" for country in missing) + " (or who signed it)"
            found = f"no review for {', '.join(missing)} in {self.what}"
            self.add("review-missing", self.key_place("review"), found, expected)

    def review(self) -> dict[str, str | None]:
        """Country -> who signed it, or None while nobody has."""
        inner = self.inner("review", "a review", self.shelf.countries)
        signed = {country: inner.text(country, NOT_YET) for country in inner.map}
        return {country: None if who == NOT_YET else who for country, who in signed.items()}


def place_of(node: Node) -> Place:
    return Place(node.file, node.line, node.column)


def kind_of(node: Node) -> str:
    """What a node is, in words."""
    if isinstance(node, Mapping):
        return "a map of keys"
    if isinstance(node, Sequence):
        return "a list"
    return "nothing" if node.value is None else quoted(node.text)
