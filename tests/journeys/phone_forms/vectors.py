"""Instances and what the server makes of them: tests/vectors/instances.json, which the phone's reader must meet too.

Written anew by running every form: `DOORSTEP_WRITE_VECTORS=1 python -m pytest tests/journeys/phone_forms/test_every_form.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from doorstep.content.flatten_mapping import from_mapping
from doorstep.content.model import Form
from doorstep.content.xform import xform_to_answers

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "instances.json"


def vector(title: str, form: Form, xml: str) -> dict[str, Any]:
    """One case: what of the form matters for reading, an instance, and its answers."""
    mapping = {
        "id": form.id, "version": form.version, "makes_in": list(form.makes_in),
        "questions": [
            {"path": list(q.path), "kind": q.kind, **({"repeat": list(q.repeat)} if q.repeat else {}), **({"precision": q.precision} if q.precision else {})}
            for q in form.questions
        ],
    }  # fmt: skip
    xml = _settled(xml)
    return {"title": title, "form": mapping, "xml": xml, "instance": read(xml, mapping)}


def _settled(xml: str) -> str:
    """Times and ids that are new in each run, always the same."""
    ids: dict[str, str] = {}
    xml = re.sub(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        lambda found: ids.setdefault(found[0], f"00000000-0000-4000-8000-{len(ids):012d}"), xml,
    )  # fmt: skip
    xml = re.sub(r"\d{13}-[0-9a-f]{8}\.", "1774833300000-0badcafe.", xml)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", "2026-03-30T08:15:00.000+07:00", xml)


def read(xml: str, mapping: dict[str, Any]) -> dict[str, Any]:
    """As the server reads it."""
    found = xform_to_answers(xml.encode(), from_mapping(mapping))
    return {"form": found.form, "version": found.version, "answers": found.answers, "meta": found.meta}


BIRTH: dict[str, Any] = {
    "id": "birth", "version": "3", "makes_in": ["g", "babies"],
    "questions": [
        {"path": ["g", "danger"], "kind": "select_multiple"}, {"path": ["g", "name"], "kind": "text"},
        {"path": ["g", "babies", "sex"], "kind": "select_one", "repeat": ["g", "babies"]},
        {"path": ["order"], "kind": "rank"}, {"path": ["alone", "x"], "kind": "text"},
    ],
}  # fmt: skip
BY_HAND = {
    "Collect sends a template, a row, and who is made": """<?xml version='1.0' ?><data id="birth" version="3" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"><g><danger>bleeding  fits</danger><babies jr:template=""><sex/></babies><babies><sex>f</sex><meta><entity dataset="person" create="1" id="b1"><label>A girl</label></entity></meta></babies></g><orx:meta><orx:instanceID>uuid:s1</orx:instanceID><entity dataset="household" update="1" id="h1"/></orx:meta></data>""",
    "nothing was answered": '<data id="birth" version="3"><g><danger/><name> </name><babies><sex/></babies></g><order/><alone/></data>',
    "a row that is empty stays a row": '<data id="birth" version="3"><g><babies/><babies><sex>m</sex></babies></g></data>',
    "what is not in the form": '<data id="birth" version="3"><more><a>1</a></more><twice>1</twice><twice>2</twice><twice>3</twice><empty/></data>',
    "blanks, signs and letters": '<data id="birth" version="3"><g><name>  Sung &amp; Thị &lt;Mai&gt; &#x1780;\n</name></g><order>\n b\ta </order></data>',
    "no version, a comment and a section of text": '<!-- a --><data id="birth"><g><!-- b --><name><![CDATA[<x>]]></name></g></data><!-- c -->',
}


def by_hand() -> Iterator[dict[str, Any]]:
    for title, xml in BY_HAND.items():
        yield {"title": title, "form": BIRTH, "xml": xml, "instance": read(xml, BIRTH)}
