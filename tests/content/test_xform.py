"""What ODK Collect sends is read; what strangers send gets a named answer."""

from __future__ import annotations

import pytest

from doorstep.content.flatten import flatten
from doorstep.content.flatten_mapping import from_mapping
from doorstep.content.model import Code
from doorstep.content.xform import BadInstance, form_of, xform_to_answers

BIRTH = from_mapping(
    {
        "id": "birth",
        "version": "3",
        "makes": "person",
        "makes_in": ["g", "babies"],
        "questions": [
            {"path": ["g", "danger"], "kind": "select_multiple", "code": "danger"},
            {"path": ["g", "babies", "sex"], "kind": "select_one", "code": "sex", "repeat": ["g", "babies"]},
        ],
    }
)
DICTIONARY = {
    "danger": Code("danger", "choices", {}, choices=("bleeding", "fits")),
    "sex": Code("sex", "choice", {}, choices=("f", "m")),
}
COLLECT = b"""<?xml version='1.0' ?>
<data id="birth" version="3" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"
    xmlns:entities="http://www.opendatakit.org/xforms/entities" entities:entities-version="2025.1.0">
  <g>
    <danger>bleeding fits</danger>
    <babies jr:template=""><sex/></babies>
    <babies><sex>f</sex>
      <meta><entity dataset="person" create="1" id="11111111-aaaa-4aaa-8aaa-111111111111"><label>A girl</label></entity></meta>
    </babies>
  </g>
  <orx:meta>
    <orx:instanceID>uuid:9f1c7d52-3a0e-4d38-9c0b-2f64b1a7e9d4</orx:instanceID>
    <entity dataset="household" update="1" id="h1"/>
  </orx:meta>
</data>"""


def test_an_instance_of_collect_is_read_with_one_row_of_a_repeat_as_a_list() -> None:
    instance = xform_to_answers(COLLECT, BIRTH)
    assert (instance.form, instance.version, instance.id) == ("birth", "3", "9f1c7d52-3a0e-4d38-9c0b-2f64b1a7e9d4")
    assert instance.subject == "h1"
    assert instance.answers["g"]["danger"] == ["bleeding", "fits"]
    assert [row["sex"] for row in instance.answers["g"]["babies"]] == ["f"]
    submission = {"id": instance.id, "subject": "mum", "made_at": "2026-03-01T08:30:00+07:00"}
    flat = flatten(BIRTH, DICTIONARY, {**submission, "answers": instance.answers})
    assert flat.subjects == [("11111111-aaaa-4aaa-8aaa-111111111111", "person")]
    assert [(row.subject, row.code, row.txt) for row in flat.answers] == [
        ("mum", "danger", "bleeding"),
        ("mum", "danger", "fits"),
        ("11111111-aaaa-4aaa-8aaa-111111111111", "sex", "f"),
    ]
    assert not flat.problems


def test_an_instance_of_a_form_that_nobody_knows_is_kept_as_it_is() -> None:
    xml = b'<a id="x" version="9"><r><n>1</n></r><r><n>2</n></r><empty/><words> a  b </words></a>'
    assert form_of(xml) == ("x", "9")
    assert xform_to_answers(xml).answers == {"r": [{"n": "1"}, {"n": "2"}], "words": " a  b "}


BOMB = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><d id="x">&b;</d>'
OUTSIDE = b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname">]><d id="x">&a;</d>'


@pytest.mark.parametrize(
    ("xml", "name"),
    [
        (BOMB, "forbidden-xml"),
        (OUTSIDE, "forbidden-xml"),
        (b'<!DOCTYPE d><d id="x"/>', "forbidden-xml"),
        (b"", "not-xml"),
        (b'{"id": 1}', "not-xml"),
        (b'<d id="x">', "not-xml"),
        (b'<d id="x">\x00</d>', "not-xml"),
        (b'<?xml version="1.0" encoding="nonsense"?><d id="x"/>', "not-xml"),
        (b"<d/>", "no-form"),
        (b'<d id="x">' + b"<e>" * 60 + b"</e>" * 60 + b"</d>", "too-deep"),
        (b'<d id="x">' + b"<e/>" * 100_001 + b"</d>", "too-many"),
        (b'<d id="x">' + b" " * (5 * 1024 * 1024) + b"</d>", "too-large"),
    ],
    ids=["bomb", "file", "dtd", "empty", "json", "half", "null", "encoding", "formless", "deep", "many", "large"],
)
def test_hostile_xml_gets_a_named_answer(xml: bytes, name: str) -> None:
    with pytest.raises(BadInstance) as found:
        xform_to_answers(xml, BIRTH)
    assert found.value.name == name
    assert found.value.expected
