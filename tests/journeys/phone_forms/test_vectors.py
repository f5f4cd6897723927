"""The instances that phone and server read alike: here the server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.journeys.phone_forms.vectors import VECTORS, by_hand, read

CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_an_instance_becomes_these_answers(case: dict[str, Any]) -> None:
    assert read(case["xml"], case["form"]) == case["instance"]


def test_what_was_made_by_hand_is_among_them() -> None:
    assert [case for case in CASES if case in list(by_hand())] == list(by_hand())
