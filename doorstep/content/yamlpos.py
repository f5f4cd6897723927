"""YAML in which every key and value knows its line and column.

Narrower than YAML on purpose: a key stands once, there are no anchors, aliases, tags or second documents,
and a plain word is a text unless it is a whole or decimal number, `true`, `false` or `null` (so `no` is a
text, and a date stays as it was written). Size and depth are bounded: a hostile file costs no more than a
large one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from doorstep.content.problems import Problems, quoted

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 24
MAX_NODES = 500_000
PROPER = "YAML: brackets and quotes closed, keys indented by spaces"

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Scalar:
    """A word, number or text: `text` as written, `value` as meant, `raw` its piece of the file."""

    file: str
    line: int
    column: int
    text: str
    value: str | int | float | bool | None
    raw: str = field(default="", repr=False)

    def locate(self, index: int) -> tuple[int, int]:
        """Line and column in the file of character `index` of `text`, through quotes and folded lines."""
        at = 0
        for wanted in self.text[:index]:
            found = _advance(self.raw, at, wanted)
            if found is None:
                break
            at = found + 1
        else:
            if index < len(self.text):
                at = _advance(self.raw, at, self.text[index]) or at
        return _moved(self.line, self.column, self.raw[:at])


@dataclass(frozen=True)
class Sequence:
    file: str
    line: int
    column: int
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Mapping:
    """`entries` in the order of the file."""

    file: str
    line: int
    column: int
    entries: dict[str, Node]
    keys: dict[str, Scalar]

    def get(self, key: str) -> Node | None:
        return self.entries.get(key)


Node = Scalar | Sequence | Mapping


def plain(node: Node | None) -> Any:
    """The node as dicts, lists and values."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value if isinstance(node, Scalar) else None


def read_yaml(path: Path, name: str, problems: Problems) -> Node | None:
    """The file's only document, or None with the problems that stand in the way. `name` is for messages."""
    text = read_text(path, name, problems)
    return None if text is None else parse_yaml(text, name, problems)


def read_text(path: Path, name: str, problems: Problems) -> str | None:
    """The file's text, of a bounded size and in UTF-8, or None with the problem."""
    try:
        size = path.stat().st_size
        if size <= MAX_BYTES:
            return path.read_bytes().decode("utf-8-sig")
        problems.add("file-too-large", name, 1, 1, f"{size} bytes", f"at most {MAX_BYTES}")
    except FileNotFoundError:
        problems.add("file-missing", name, 1, 1, "no such file", f"a file {name}")
    except UnicodeDecodeError as error:
        found = f"the byte {error.object[error.start]:#04x} at {error.start}, which is not UTF-8"
        problems.add("file-unreadable", name, 1, 1, found, "text in UTF-8")
    except OSError as error:
        problems.add("file-unreadable", name, 1, 1, str(error.strerror), "a file that can be read")
    return None


def parse_yaml(text: str, name: str, problems: Problems) -> Node | None:
    """As `read_yaml`, for text at hand."""
    try:
        return _Composer(text, name, problems).document()
    except _Stop:
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        found = f"text that is no YAML ({error.problem})"
        problems.add("yaml-syntax", name, line, column, found, PROPER)
    except (yaml.YAMLError, ValueError):
        problems.add("yaml-syntax", name, 1, 1, "a character that YAML does not allow", PROPER)
    return None


class _Stop(Exception):
    """The rest of the file cannot be trusted; the problem is recorded."""


class _Composer:
    """Builds nodes from YAML events; the library's own composer would resolve aliases and lose duplicates."""

    def __init__(self, text: str, name: str, problems: Problems) -> None:
        self.text, self.name, self.problems, self.nodes = text, name, problems, 0
        self.events: Iterator[Any] = yaml.parse(text, Loader=_Loader)

    def document(self) -> Node | None:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self.stop("yaml-syntax", event, "a second document", "one document in a file")
                root = self.node(next(self.events), 0)
        return root

    def stop(self, code: str, event: Any, found: str, expected: str) -> None:
        mark = event.start_mark
        self.problems.add(code, self.name, mark.line + 1, mark.column + 1, found, expected)
        raise _Stop

    def node(self, event: Any, depth: int) -> Node:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            limit = f"at most {MAX_DEPTH} levels and {MAX_NODES} values"
            self.stop("file-too-large", event, "too much in one file", limit)
        if isinstance(event, yaml.AliasEvent):
            self.stop("yaml-alias", event, f"the alias *{event.anchor}", "the content itself, written out")
        if event.anchor is not None:
            self.stop("yaml-alias", event, f"the anchor &{event.anchor}", "the content without an anchor")
        mark = event.start_mark
        where = (self.name, mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, where)
        if event.tag is not None:
            self.stop("yaml-syntax", event, f"the tag {event.tag}", "no tag")
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(event, depth + 1))
            return Sequence(*where, tuple(items))
        return self.mapping(where, depth)

    def mapping(self, where: tuple[str, int, int], depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            if not isinstance(key, Scalar):
                self.stop("yaml-syntax", event, "a list or a map as a key", "a word as a key")
                raise _Stop
            value = self.node(next(self.events), depth + 1)
            if key.text in keys:
                first = keys[key.text]
                found = f"{quoted(key.text)} again (it stands in line {first.line} already)"
                self.problems.add("yaml-duplicate-key", *key_place(key), found, "each key once")
                continue
            entries[key.text], keys[key.text] = value, key
        return Mapping(*where, entries, keys)

    def scalar(self, event: Any, where: tuple[str, int, int]) -> Scalar:
        if event.tag is not None:
            self.stop("yaml-syntax", event, f"the tag {event.tag}", "no tag")
        start, end = event.start_mark, event.end_mark
        raw = self.text[start.index : end.index]
        line, column = where[1], where[2]
        if event.style in ("'", '"'):
            raw, column = raw[1:], column + 1
        elif event.style in ("|", ">"):
            _, newline, raw = raw.partition("\n")
            line, column = line + len(newline), 1
        value = event.value if event.style else _meaning(event.value)
        return Scalar(where[0], line, column, event.value, value, raw)


def key_place(node: Node) -> tuple[str, int, int]:
    """File, line and column, as `Problems.add` takes them."""
    return node.file, node.line, node.column


def _meaning(text: str) -> str | int | float | bool | None:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text) and len(text) < 19:
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text


def _advance(raw: str, at: int, wanted: str) -> int | None:
    """Index in `raw`, from `at`, of the character that became `wanted`; None when it cannot be told."""
    if wanted.isspace():
        return at if at < len(raw) and raw[at].isspace() else None
    while at < len(raw) and raw[at] != wanted:
        at += 1
    return at if at < len(raw) else None


def _moved(line: int, column: int, text: str) -> tuple[int, int]:
    for character in text:
        line, column = (line + 1, 1) if character == "\n" else (line, column + 1)
    return line, column
