"""Changes one value in a YAML text and leaves every other letter, comment and blank where it was.

A text is seen as leaves: path -> what stands there. Mappings are descended into; a list in brackets, and a mapping in
braces that is an item of a list, is one leaf and shown as written, since people read it as one thing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STEP = re.compile(r'\.?("(?:[^"\\]|\\.)*"|[^.\[\]"]+)|\[([1-9][0-9]*)\]')
_PLAIN_KEY = re.compile(r"[^.\[\]\"\s]+(?: [^.\[\]\"\s]+)*")
_COMMENT = re.compile(r"(^|\s)#")


class NotYaml(Exception):
    """The text is not YAML, or a cell is not the value that its place needs. The words say which."""


@dataclass(frozen=True)
class Leaf:
    path: Path
    text: str
    """A scalar's value; a list in brackets as written."""
    note: str
    """The comment above it or behind it."""


def show(path: Path) -> str:
    """('steps', 'contact', 0) -> steps.contact[1]: items of lists count from one, as people do."""
    shown = ""
    for step in path:
        if isinstance(step, int):
            shown += f"[{step + 1}]"
        else:
            name = step if _PLAIN_KEY.fullmatch(step) else json.dumps(step, ensure_ascii=False)
            shown += f".{name}" if shown else name
    return shown


def unshow(text: str) -> Path:
    """The same back. NotYaml when the text is no path."""
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if not found:
            raise NotYaml(f"'{text}' is no path such as steps.contact[1]")
        if found[2]:
            steps.append(int(found[2]) - 1)
        else:
            steps.append(json.loads(found[1]) if found[1].startswith('"') else found[1])
        at = found.end()
    return tuple(steps)


def compose(text: str) -> yaml.Node | None:
    """The document's root; None for an empty one. NotYaml when it is none."""
    try:
        return yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise NotYaml(" ".join(str(error).split())) from error


def leaves(text: str, opened: Callable[[Path], bool] = lambda _: False) -> list[Leaf]:
    """Every leaf in the order of the text. `opened` names items that are descended into, braces or not."""
    root = compose(text)
    return [] if root is None else list(_walk(text, root, (), root, opened))


def _walk(
    text: str, node: yaml.Node, path: Path, key: yaml.Node, opened: Callable[[Path], bool]
) -> Iterator[Leaf]:
    closed = path and isinstance(path[-1], int) and not opened(path)
    if isinstance(node, yaml.MappingNode) and node.value and not (closed and node.flow_style):
        for name, value in node.value:
            yield from _walk(text, value, (*path, name.value), name, opened)
    elif isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        for number, value in enumerate(node.value):
            yield from _walk(text, value, (*path, number), value, opened)
    else:
        yield Leaf(path, _shown(text, node), _note(text, key, node))


def _shown(text: str, node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value).rstrip("\n") if node.style in ("|", ">") else str(node.value)
    written = text[node.start_mark.index : _end(text, node)]
    return written if _COMMENT.search(written) else " ".join(line.strip() for line in written.split("\n"))


def _note(text: str, key: yaml.Node, node: yaml.Node) -> str:
    """Comment lines right above the key, and the comment behind the value."""
    above: list[str] = []
    for line in reversed(text[: key.start_mark.index].split("\n")[:-1]):
        if not line.strip().startswith("#"):
            break
        above.insert(0, line.strip().lstrip("# "))
    behind = text[_end(text, node) : _line_end(text, _end(text, node))]
    found = _COMMENT.search(behind)
    return "\n".join([*above, behind[found.end() :].strip()] if found else above)


def apply(text: str, changes: Mapping[Path, str | None]) -> str:
    """The text with those leaves set (None: removed). New paths are added behind what stands beside them."""
    gone = sorted((path for path, value in changes.items() if value is None), key=_order, reverse=True)
    for path in gone:
        text = _remove(text, path)
    for path, value in changes.items():
        if value is not None:
            text = _set(text, path, value)
    return text


def _order(path: Path) -> list[tuple[bool, int, str]]:
    return [(isinstance(step, int), step if isinstance(step, int) else 0, str(step)) for step in path]


def _set(text: str, path: Path, value: str) -> str:
    root = compose(text)
    node, depth = root, 0
    while node is not None and depth < len(path):
        below = _child(node, path[depth])
        if below is None:
            return _add(text, node, path[depth:], value)
        node, depth = below, depth + 1
    if node is None:
        return text + ("" if not text or text.endswith("\n") else "\n") + "\n".join(_lines(path, _plain(value, False))) + "\n"
    start, end = node.start_mark.index, _end(text, node)
    gap = " " if start == end and text[start - 1 : start] == ":" else ""  # `key:` with nothing behind it
    return text[:start] + gap + _source(value, node, text) + text[end:]


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode) and isinstance(step, str):
        return next((value for name, value in node.value if name.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    return None


def _add(text: str, node: yaml.Node, path: Path, value: str) -> str:
    """Puts a new entry behind the last one of `node`, in the node's own style."""
    wrong = isinstance(path[0], int) != isinstance(node, yaml.SequenceNode)
    if isinstance(node, yaml.ScalarNode) and not node.value:  # `key:` with nothing behind it
        end = node.start_mark.index
        return text[:end] + " " + _inline(path, _plain(value, True), braces=True) + text[end:]
    if wrong or not isinstance(node, yaml.CollectionNode):
        raise NotYaml(f"there is no place for '{show(path)}'")
    if node.flow_style:
        entry = _inline(path, _plain(value, True), braces=False)
        if not node.value:
            end = node.start_mark.index + 1
            return text[:end] + entry + text[end:]
        _, end = _span(text, node.value[-1])
        return f"{text[:end]}, {entry}{text[end:]}"
    end = _line_end(text, _end(text, node))
    indent = " " * node.start_mark.column
    added = "".join(f"\n{indent}{line}" for line in _lines(path, _plain(value, False)))
    return text[:end] + added + text[end:]


def _lines(path: Path, source: str) -> list[str]:
    """A new entry in block style, its lines without the indentation of the first."""
    if not path:
        return [source]
    below = _lines(path[1:], source)
    if isinstance(path[0], int):
        return [f"- {below[0]}", *(f"  {line}" for line in below[1:])]
    if len(path) == 1:
        return [f"{_plain(path[0], False)}: {source}"]
    return [f"{_plain(path[0], False)}:", *(f"  {line}" for line in below)]


def _inline(path: Path, source: str, braces: bool) -> str:
    """A new entry in flow style, in braces or brackets of its own when `braces`."""
    if not path:
        return source
    inner = _inline(path[1:], source, braces=True)
    if isinstance(path[0], int):
        return f"[{inner}]" if braces else inner
    entry = f"{_plain(path[0], True)}: {inner}"
    return f"{{{entry}}}" if braces else entry


def _remove(text: str, path: Path) -> str:
    """Takes an entry out, and what would be empty without it."""
    around = compose(text)
    for step in path[:-1]:
        around = None if around is None else _child(around, step)
    if not isinstance(around, yaml.CollectionNode) or _child(around, path[-1]) is None:
        return text
    if len(around.value) == 1:
        return _remove(text, path[:-1]) if len(path) > 1 else ""
    spans = [_span(text, entry) for entry in around.value]
    names = [entry[0].value for entry in around.value] if isinstance(around, yaml.MappingNode) else list(range(len(spans)))
    index = names.index(path[-1])
    start, end = spans[index]
    if around.flow_style:
        if index + 1 < len(spans):
            return text[:start] + text[spans[index + 1][0] :]
        return text[: spans[index - 1][1]] + text[end:]
    line = text.rfind("\n", 0, start) + 1
    inside_item = isinstance(around, yaml.MappingNode) and text[line:start].strip() != ""
    if inside_item:  # `- title: x`: the first key shares its line with the dash
        return text[:start] + text[spans[index + 1][0] :]
    return text[:line] + text[_line_end(text, end) + 1 :]


def _span(text: str, entry: Any) -> tuple[int, int]:
    first, last = entry if isinstance(entry, tuple) else (entry, entry)
    return first.start_mark.index, _end(text, last)


def _end(text: str, node: yaml.Node) -> int:
    """Where the node's own words end: without the blanks and comments that the parser counts to it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    start, end = node.start_mark.index, node.end_mark.index
    return start + len(text[start:end].rstrip())


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _source(value: str, old: yaml.Node, text: str) -> str:
    """The new value as YAML, in the style of the old one."""
    if not isinstance(old, yaml.ScalarNode):
        return _collection(value)
    if old.style in ("|", ">"):
        return _block(value, old, text)
    if "\n" not in value and old.style == "'":
        return "'" + value.replace("'", "''") + "'"
    if old.style == '"' or "\n" in value:
        return json.dumps(value, ensure_ascii=False)
    return _plain(value, _in_flow(old, text))


def _block(value: str, old: yaml.ScalarNode, text: str) -> str:
    inner = text[old.start_mark.index : old.end_mark.index].split("\n")[1:]
    indent = next((len(line) - len(line.lstrip()) for line in inner if line.strip()), old.start_mark.column + 2)
    style = "|" if "\n" in value else old.style
    lines = "".join(f"\n{' ' * indent}{line}" if line else "\n" for line in value.rstrip("\n").split("\n"))
    return f"{style}{'' if old.value.endswith(chr(10)) else '-'}{lines}"


def _in_flow(node: yaml.Node, text: str) -> bool:
    """Whether a comma or a bracket would end a plain word here; the stricter answer does no harm."""
    line = text[text.rfind("\n", 0, node.start_mark.index) + 1 : node.start_mark.index]
    return "{" in line or "[" in line


def _collection(value: str) -> str:
    node = compose(value)
    if not isinstance(node, yaml.CollectionNode) or not node.flow_style:
        raise NotYaml(f"'{value}' should be written in [brackets] or {{braces}}")
    return value.strip()


def _plain(value: str, flow: bool) -> str:
    """A new value: a list or mapping as it is written, a word without quotes wherever YAML allows it."""
    if value[:1] in ("[", "{"):
        try:
            return _collection(value)
        except NotYaml:
            pass
    try:
        node = compose(f"{{k: {value}}}" if flow else f"k: {value}")
    except NotYaml:
        node = None
    if isinstance(node, yaml.MappingNode) and len(node.value) == 1 and "\n" not in value:
        found = node.value[0][1]
        if isinstance(found, yaml.ScalarNode) and not found.style and found.value == value and value:
            return value
    return json.dumps(value, ensure_ascii=False)
