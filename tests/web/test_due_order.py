"""The list of the station stands in the same order as the phone's: one file of rows holds both (app/test/core/order.test.ts)."""

from __future__ import annotations

import json
from typing import Any

from doorstep.web.due_view import DueView, Person, PersonDue, items_of
from tests.support.pages import ROOT

VECTORS = json.loads((ROOT / "tests" / "vectors" / "pressing.json").read_text(encoding="utf-8"))


def row(told: dict[str, Any], subject: str) -> dict[str, Any]:
    """As the due list gives it."""
    more = {"title": {"en": told["name"]}, "step": "visit", "n": 1, "pathway": "care", "programme": "p", "form": "", "owner": []}
    return {**told, **more, "subject": subject, "waits_for": None, "opens": 0, "closes": None}


def test_whoever_is_late_longest_stands_before_whoever_became_late_today() -> None:
    second, names = VECTORS["second"], [told["name"] for told in VECTORS["rows"]]
    for mixed in (VECTORS["rows"][::-1], sorted(VECTORS["rows"], key=lambda told: str(told["name"]))):
        (items,) = items_of([row(told, "one") for told in mixed if told["due"]], second // 86400, second, "Asia/Phnom_Penh").values()
        assert [item.title["en"] for item in items] == [told["name"] for told in VECTORS["rows"] if told["due"]]
        people = [
            PersonDue(Person(told["name"], None), tuple(items_of([row(told, told["name"])], 0, second, "UTC")[told["name"]]))
            for told in mixed
            if told["due"]
        ]
        view = DueView(people, ("danger", "late", "due"), second)
        assert [entry.person.subject for entry in view.people] == [name for name, told in zip(names, VECTORS["rows"], strict=True) if told["due"]]
