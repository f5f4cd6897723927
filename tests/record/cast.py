"""The named cast of the record's tests: who sends, about whom, from where. All invented."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from doorstep.record.places.model import FIRST_DAY, LAST_DAY
from tests.record.world import World

MAI, SOK, BABY = "mai", "sok", "mai-baby"
ATTENDANT, OTHER, STRANGER = "attendant.ba-be", "attendant.elsewhere", "nobody.in-particular"
VILLAGE, COMMUNE, FAR_VILLAGE, FAR = "KH-16010101", "KH-160101", "KH-01020101", "KH-0102"
MADE = "2026-03-01T08:30:00+07:00"
SECRET_NAME = "Nang Keo Thipphavong"
SECRET_REMARK = "her husband must not learn of it"


def body(form: str = "visit", subject: str = MAI, id: str = "", **more: Any) -> dict[str, Any]:
    """A submission as a phone or a script would send it."""
    sent = {
        "id": id or str(uuid.uuid4()), "form": form, "subject": subject, "author": ATTENDANT, "place": VILLAGE,
        "made_at": MADE, "answers": {},
    }  # fmt: skip
    return {**sent, **more}


def registered(**more: Any) -> dict[str, Any]:
    """Her registration, with words that must never lie anywhere in the open."""
    answers = {"called": SECRET_NAME, "residence": VILLAGE, "lmp_told": "2026-01-05", "remark": SECRET_REMARK}
    return body("register", **{"answers": answers, **more})


def born(**more: Any) -> dict[str, Any]:
    """A birth that speaks of her and of a baby."""
    baby = {"baby_id": BABY, "called": "Little Keo", "weight": 3100}
    return body("birth", **{"answers": {"birth_day": "2026-09-30", "pregnancy_end": "birth", "babies": [baby]}, **more})


def villages(world: World) -> World:
    """Two villages in two communes of two provinces, in both trees, for ever."""
    tree = {
        "KH": None, "KH-16": "KH", "KH-160101": "KH-16", "KH-16010101": "KH-160101",
        "KH-01": "KH", "KH-0102": "KH-01", "KH-01020101": "KH-0102", "HC-1": None,
    }  # fmt: skip
    above: dict[str, list[str]] = {}
    for own in tree:
        chain, up = [own], tree[own]
        while up is not None:
            chain.append(up)
            up = tree[up]
        above[own] = chain
    always = (FIRST_DAY, LAST_DAY)
    closure = [(up, own, "administrative", *always) for own, chain in above.items() for up in chain if own != "HC-1"]
    closure += [("HC-1", "HC-1", "health", *always), ("HC-1", "KH-16010101", "health", *always)]
    with world.store.register.write() as register:
        for table in ("place_closure", "place_unit"):
            register.run(f"DELETE FROM {table}")
        register.insert(
            "place_unit",
            ("id", "tree", "kind", "code", "name", "names", "valid_from", "valid_to", "approximate", "invented", "zone"),
            [
                (own, "health" if own == "HC-1" else "administrative", "place", own, own, json.dumps({"en": own}), *always,
                 0, 1, "Asia/Phnom_Penh")
                for own in tree
            ],
        )  # fmt: skip
        register.insert("place_closure", ("ancestor", "descendant", "tree", "valid_from", "valid_to"), closure)
    return world


class Area:
    """An authority with one worker and one area: what admission asks, answered plainly."""

    def __init__(self, areas: Mapping[str, set[str]], keys: Mapping[tuple[str, str], bytes] | None = None) -> None:
        self.areas, self.keys = areas, keys or {}

    def knows(self, author: str) -> bool:
        return author in self.areas

    def may_do(self, author: str, kind: str) -> bool:
        return kind != "erase" or author == "administrator"

    def covers(self, author: str, place: str, day: int, kind: str) -> bool | None:
        return None if place.startswith("XX") else place in self.areas.get(author, set())

    def opened(self, author: str, subject: str, days: Collection[int]) -> bool:
        return False

    def signing_key(self, device: str, author: str) -> bytes | None:
        return self.keys.get((device, author))

    def must_sign(self, device: str) -> bool:
        return any(device == known for known, _ in self.keys)

    def may_send_for(self, sender: str, author: str) -> bool:
        return sender == author


AREAS = Area({ATTENDANT: {VILLAGE}, OTHER: {FAR_VILLAGE}, "administrator": {VILLAGE, FAR_VILLAGE}})
