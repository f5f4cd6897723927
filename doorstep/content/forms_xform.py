"""What an XForm says of its questions: the instance tree, the binds and the controls, as plain data.

The XForm that pyxform writes is the standard's own form (getodk.github.io/xforms-spec), so it is read here rather
than pyxform's inner tree: loops, "or other", table lists and aliases of types are already resolved in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defusedxml.ElementTree import fromstring

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

XF = "{http://www.w3.org/2002/xforms}"
HTML = "{http://www.w3.org/1999/xhtml}"
ENTITIES = "{http://www.opendatakit.org/xforms/entities}"
ROSA = "{http://openrosa.org/javarosa}"
ODK = "{http://www.opendatakit.org/xforms}"

_INSTANCE = re.compile(r"instance\('([^']+)'\)")
_TEXT = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_CONTROLS = {"select1": "select_one", "select": "select_multiple", "rank": "rank", "range": "range"}
_TYPES = {"int": "integer", "decimal": "decimal", "string": "text", "": "text", "binary": "file"}

Path = tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """One leaf of the instance. Paths leave the root out."""

    path: Path
    repeat: Path
    """Path of the innermost repeat around it; () when none."""
    kind: str
    choices: tuple[str, ...]
    constant: str | int | float | None
    save_to: str | None


@dataclass(frozen=True)
class Entity:
    """A declaration of ODK Entities: rows of `dataset`, made in the repeat at `repeat` (() for the form itself)."""

    dataset: str
    repeat: Path
    container: Path


@dataclass(frozen=True)
class XForm:
    id: str
    version: str
    title: str
    nodes: tuple[Node, ...]
    entities: tuple[Entity, ...]
    repeats: tuple[Path, ...] = ()


def read_xform(xml: str) -> XForm:
    """An XForm as pyxform writes it -> its questions, in the instance's order."""
    return _Reader(fromstring(xml.encode())).read()


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


class _Reader:
    def __init__(self, root: Element) -> None:
        model = root.find(f"{HTML}head/{XF}model")
        body = root.find(f"{HTML}body")
        instance = None if model is None else model.find(f"{XF}instance")
        assert model is not None
        assert body is not None
        assert instance is not None
        self.data = instance[0]
        self.title = root.findtext(f"{HTML}head/{HTML}title") or ""
        self.top = "/" + _local(self.data)
        self.binds = {bind.get("nodeset", ""): bind for bind in model.iter(f"{XF}bind")}
        self.lists = {
            found.get("id", ""): tuple(name.text or "" for name in found.iter(f"{XF}name"))
            for found in model.iter(f"{XF}instance")
        }
        self.repeats = {repeat.get("nodeset", "") for repeat in body.iter(f"{XF}repeat")}
        self.controls = {
            control.get("ref", ""): control
            for control in body.iter()
            if control.get("ref") and _local(control) not in ("group", "setvalue")
        }
        self.entities: list[Entity] = []

    def read(self) -> XForm:
        nodes = tuple(self._walk(self.data, (), (), False))
        data = self.data
        repeats = tuple(tuple(ref.split("/")[2:]) for ref in sorted(self.repeats))
        return XForm(data.get("id", ""), data.get("version", ""), self.title, nodes, tuple(self.entities), repeats)

    def _ref(self, path: Path) -> str:
        return "/".join((self.top, *path))

    def _walk(self, element: Element, path: Path, repeat: Path, relevant: bool) -> Iterator[Node]:
        """`relevant`: whether something around may make these questions irrelevant."""
        seen: set[str] = set()
        for child in element:
            name = _local(child)
            if name in seen:  # a repeat stands twice: its template, and its first row
                continue
            seen.add(name)
            if name == "meta":
                self._entity(child, path, repeat)
                continue
            below = (*path, name)
            bind = self.binds.get(self._ref(below))
            hidden = relevant or (bind is not None and bind.get("relevant") is not None)
            if len(child):
                yield from self._walk(child, below, below if self._ref(below) in self.repeats else repeat, hidden)
            elif bind is not None or self._ref(below) in self.controls:
                yield self._node(below, repeat, bind, hidden)

    def _entity(self, meta: Element, path: Path, repeat: Path) -> None:
        for child in meta:
            if _local(child) == "entity":
                self.entities.append(Entity(child.get("dataset", ""), repeat, path))

    def _node(self, path: Path, repeat: Path, bind: Element | None, hidden: bool) -> Node:
        control = self.controls.get(self._ref(path))
        calculate = None if bind is None else bind.get("calculate")
        return Node(
            path=path,
            repeat=repeat,
            kind=_kind(control, bind),
            choices=self._choices(control),
            constant=None if hidden or calculate is None else literal(calculate),
            save_to=None if bind is None else bind.get(f"{ENTITIES}saveto"),
        )

    def _choices(self, control: Element | None) -> tuple[str, ...]:
        if control is None:
            return ()
        written = tuple(value.text or "" for item in control.iter(f"{XF}item") for value in item.iter(f"{XF}value"))
        itemset = control.find(f"{XF}itemset")
        found = None if itemset is None else _INSTANCE.match(itemset.get("nodeset", ""))
        return tuple(dict.fromkeys(self.lists.get(found[1], ()) if found else written))


def _kind(control: Element | None, bind: Element | None) -> str:
    """Kind of a question, in XLSForm's words; `metadata`, `calculate` and `hidden` have no control."""
    kind = "" if bind is None else (bind.get("type") or "")
    calculated = bind is not None and bind.get("calculate") is not None
    if control is None:
        if bind is not None and (bind.get(f"{ROSA}preload") or kind == "binary"):
            return "metadata"
        return "calculate" if calculated else "hidden"
    name = _local(control)
    if name == "upload":
        return (control.get("mediatype") or "file").partition("/")[0].replace("application", "file")
    if name == "trigger":
        return "acknowledge"
    if name == "input":
        shown = bind is not None and bind.get("readonly") == "true()"
        if shown and kind in ("", "string"):
            return "calculate" if calculated else "note"
        return _TYPES.get(kind, kind)
    return _CONTROLS.get(name, _TYPES.get(kind, kind))


def literal(expression: str) -> str | int | float | None:
    """'yes' or 1 or 2.5 as written in a calculation; None for anything that has to be computed."""
    text = expression.strip()
    found = _TEXT.fullmatch(text)
    if found:
        return found[1] if found[1] is not None else found[2]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return None
