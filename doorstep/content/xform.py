"""OpenRosa: an XForm instance (what ODK Collect sends) -> the same answers as JSON, and back.

XML comes from strangers: no DTD, no entities, bounded in bytes, depth and elements. Source: docs.getodk.org,
OpenRosa metadata and form submission. Answers mirror the form: groups are objects, repeats and choices of many lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from doorstep.content.flatten_walk import Container, tree
from doorstep.content.model import Form

BYTES, DEPTH, ELEMENTS = 5 * 1024 * 1024, 40, 100_000
"""The largest instance that is read. Pictures travel beside it, not in it."""

ROSA = "{http://openrosa.org/xforms}"
TEMPLATE = "{http://openrosa.org/javarosa}template"


class BadInstance(Exception):
    """The XML is not a submission. `name` is one of too-large, too-deep, too-many, forbidden-xml, not-xml, no-form."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name}: expected {expected}")
        self.name, self.expected = name, expected


@dataclass(frozen=True)
class Instance:
    """One submission as Collect sent it. `meta` has instanceID, instanceName, deprecatedID, entity {id, dataset ...}."""

    form: str
    version: str
    answers: dict[str, Any]
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str | None:
        """instanceID without its `uuid:`."""
        found = self.meta.get("instanceID")
        return found.removeprefix("uuid:") if isinstance(found, str) else None

    @property
    def subject(self) -> str | None:
        """The entity that the form as a whole makes or updates."""
        entity = self.meta.get("entity")
        return entity.get("id") if isinstance(entity, dict) else None


def parse(xml: bytes) -> Element:
    """The root element. Raises BadInstance for anything that is too large, too deep, not XML or not a form's."""
    if len(xml) > BYTES:
        raise BadInstance("too-large", f"at most {BYTES // 1024 // 1024} MB of XML")
    depth = count = 0
    root: Element | None = None
    try:
        for event, element in iterparse(BytesIO(xml), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            count += event == "start"
            root = element if root is None else root
            if depth > DEPTH:
                raise BadInstance("too-deep", f"at most {DEPTH} elements inside each other")
            if count > ELEMENTS:
                raise BadInstance("too-many", f"at most {ELEMENTS} elements")
    except DefusedXmlException as error:
        raise BadInstance("forbidden-xml", "XML without DTD and entities") from error
    except (ParseError, ValueError, LookupError) as error:
        raise BadInstance("not-xml", "an XForm instance in XML") from error
    if root is None or not root.get("id"):
        raise BadInstance("no-form", "a root element with the form's id, as in <data id='anc_contact'>")
    return root


def form_of(xml: bytes) -> tuple[str, str]:
    """Form id and version of an instance; '' for no version. Raises BadInstance."""
    root = parse(xml)
    return root.get("id") or "", root.get("version") or ""


def xform_to_answers(xml: bytes, form: Form | None = None) -> Instance:
    """An instance as answers that mirror the form. Without the form, what stands twice is taken for a repeat.

    Raises BadInstance. All leaves are strings (the flattener reads numbers from them); choices of many are lists.
    """
    root = parse(xml)
    place = tree(form) if form is not None else None
    many = {q.path for q in form.questions if q.kind in ("select_multiple", "rank")} if form is not None else set()
    answers = _Reader(many).read(root, (), place)
    meta = answers.pop("meta", {})
    return Instance(root.get("id") or "", root.get("version") or "", answers, meta if isinstance(meta, dict) else {})


class _Reader:
    def __init__(self, many: set[tuple[str, ...]]) -> None:
        self.many = many

    def read(self, element: Element, path: tuple[str, ...], place: Container | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for child in element:
            name = _local(child)
            if not name or child.get(TEMPLATE) is not None:
                continue
            below = place.containers.get(name) if place else None
            value = self._value(child, (*path, name), below)
            if below is not None and below.repeats:
                found.setdefault(name, []).append(value)
            elif name in found:
                before = found[name]
                found[name] = [*before, value] if isinstance(before, list) else [before, value]
            elif value is not None:
                found[name] = value
        return found

    def _value(self, element: Element, path: tuple[str, ...], below: Container | None) -> Any:
        if path[-1] == "entity":
            return _entity(element)
        if len(element) or below is not None:
            return self.read(element, path, below)
        text = element.text or ""
        if not text.strip():
            return None
        return text.split() if path in self.many else text


def _entity(element: Element) -> dict[str, str]:
    found = {key: value for key, value in element.attrib.items() if not key.startswith("{")}
    label = next((child.text for child in element if _local(child) == "label" and child.text), None)
    return {**found, "label": label} if label else found


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def answers_to_xform(form: Form, answers: Mapping[str, Any], meta: Mapping[str, str]) -> bytes:
    """The instance that Collect would send for these answers. `meta`: instanceID, and what else there is."""
    root = Element("data", {"id": form.id, "version": form.version})
    _write(root, tree(form), answers)
    told = SubElement(root, f"{ROSA}meta")
    for name, text in meta.items():
        SubElement(told, f"{ROSA}{name}").text = text
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _write(element: Element, place: Container, answers: Mapping[str, Any]) -> None:
    for question in place.questions:
        SubElement(element, question.name).text = _text(answers.get(question.name))
    for name, below in place.containers.items():
        for row in _rows(answers.get(name), below):
            _write(SubElement(element, name), below, row)


def _rows(value: Any, below: Container) -> Iterator[Mapping[str, Any]]:
    if below.repeats:
        yield from value or ()
    else:
        yield value or {}


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
