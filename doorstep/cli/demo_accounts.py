"""Accounts of the demonstration: everybody who writes in its story, and the few as whom people can log in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from doorstep.accounts.demonstration import Login
from doorstep.cli.django_ready import ready
from doorstep.record.database import among
from doorstep.record.places import Places
from doorstep.record.record import Record
from doorstep.simulation.cast import EVERYWHERE, SCENES, Part, villages, visitors, writers
from doorstep.simulation.stream import YEARS

WORDS = (
    "amber", "bamboo", "basket", "boat", "bridge", "candle", "cashew", "cedar", "cloud", "drum", "ferry", "field", "forest",
    "garden", "ginger", "gong", "harbour", "honey", "island", "jasmine", "kettle", "ladder", "lantern", "lemon", "lotus",
    "mango", "market", "meadow", "monsoon", "morning", "mountain", "orchid", "paddle", "pepper", "pillow", "pine", "plum",
    "rain", "ribbon", "river", "road", "saddle", "sesame", "shore", "silk", "spring", "stone", "sugar", "sunrise", "tamarind",
    "thread", "valley", "village", "walnut", "water", "weaver", "willow", "wind", "window", "winter",
)  # fmt: skip


def passphrase() -> str:
    """Three words, easily typed: it guards invented people only, and stands on the page at the door."""
    return "-".join(secrets.choice(WORDS) for _ in range(3))


def enrol(record: Record, atlas: Places, until: int, people: int) -> list[Login]:
    """Makes all accounts that are not there yet; those as whom people can log in get a new pass phrase."""
    ready()
    scenes = {scene.place: villages(scene, atlas, until, people) for scene in SCENES}
    for scene in SCENES:
        _make(record, writers(scenes[scene.place], scene.language), until)
    found = list(visitors(scenes))
    phrases = _make(record, found, until)
    return [Login(part.name, phrases[part.name], part.role, part.place, part.about) for part in found]


def _make(record: Record, parts: Iterable[Part], until: int) -> dict[str, str]:
    """Worker, role and area of each part; the pass phrases of those who can log in."""
    from django.db import transaction

    from doorstep.accounts.models import Assignment, Worker

    parts = list(parts)
    phrases = {part.name: passphrase() for part in parts if part.login}
    trees = _trees(record, (part.place for part in parts))
    start = until - round(YEARS * 365.25) - 1
    with transaction.atomic():
        for part in parts:
            Worker.objects.filter(username=part.name, invented=True).delete()
            worker = Worker.objects.create_user(
                part.name, phrases.get(part.name), called=part.called, language=part.language, invented=True
            )
            if part.role:
                tree = trees.get(part.place, "")
                Assignment.objects.create(worker=worker, role=part.role, place=part.place, tree=tree, valid_from=start)
    return phrases


def _trees(record: Record, places: Iterable[str]) -> dict[str, str]:
    with record.store.register.read() as register:
        condition, values = among(register, "id", {place for place in places if place != EVERYWHERE})
        return dict(register.rows(f"SELECT id, tree FROM place_unit WHERE {condition}", values))
