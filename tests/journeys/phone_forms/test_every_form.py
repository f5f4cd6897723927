"""Every form of the programme, and forms that nobody here wrote, filled in on a phone: the record gets what was said."""

from __future__ import annotations

from typing import Any

import pytest

from doorstep.content.flatten_walk import Container, tree
from doorstep.content.model import Form
from doorstep.content.xform import xform_to_answers
from tests.journeys.phone_forms.filling import Filler
from tests.journeys.phone_forms.forms import EVERY, form_named
from tests.journeys.phone_forms.vectors import vector

pytestmark = pytest.mark.journey

ONLY_THESE = {
    "attribute_columns_test.xlsx": {"select_multiple_test": ["yes"]}, "flat_xlsform_test.xlsx": {"select_multiple_test": ["yes"]},
    "xlsform_spec_test.xlsx": {"select_multiple_test": ["yes"]}, "group.csv": {"phone_number": "0123456789"},
    "maternal/birth": {"consent_record": "yes"}, "maternal/register": {"consent_record": "yes"},
    "widgets.csv": {"my_date": "2090-03-30"}, "widgets.xls": {"my_date": "2090-03-30"},
}  # fmt: skip
"""Answers where the form's own rules take no others."""


@pytest.mark.parametrize("name", EVERY)
def test_a_form_is_filled_in_on_the_phone_and_read_as_the_server_reads_it(filler: Filler, recorded: list[dict[str, Any]], name: str) -> None:
    form = form_named(name)
    filler.open(form.xml)
    seen = list(filler.walk(ONLY_THESE.get(name)))
    assert seen
    done = filler.done()
    assert filler.complaints == []
    read = xform_to_answers(done["instance"].encode(), form)
    entity = read.meta.get("entity")
    assert done["answers"] == read.answers | ({"meta": {"entity": entity}} if isinstance(entity, dict) else {})
    assert (read.form, read.version) == (form.id, form.version)
    assert read.id, "every submission has an id of its own"
    recorded.append(vector(name, form, done["instance"]))
    shape = filler.page.evaluate("([xml]) => shape(xml)", [form.xml])
    assert shape == shape_of(form), "the phone knows the form's shape as the server does"


def shape_of(form: Form) -> dict[str, object]:
    """What app/src/forms/structure.ts says of a form."""
    found: list[Container] = []

    def walk(place: Container) -> None:
        for below in place.containers.values():
            found.append(below)
            walk(below)

    walk(tree(form))
    many = [q for q in form.questions if q.kind in ("select_multiple", "rank")]
    return {
        "id": form.id, "version": form.version,
        "containers": sorted("/".join(place.path) for place in found),
        "repeats": sorted("/".join(place.path) for place in found if place.repeats),
        "many": sorted("/".join(q.path) for q in many),
        "precision": {"/".join(q.path): q.precision for q in form.questions if q.precision},
    }  # fmt: skip
