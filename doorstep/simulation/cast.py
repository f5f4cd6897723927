"""What the demonstration plays, and with whom: places and numbers, the workers who write, and who can log in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorstep.record.places import Places
from doorstep.simulation.rates import load
from doorstep.simulation.stream import YEARS
from doorstep.simulation.villages import Programme, Village, Worker, villages_of

SEED = "demonstration"
EVERYWHERE = "*"


@dataclass(frozen=True)
class Scene:
    """Invented people of a real place, in a language of the pages. share: as many as this, for each of the first scene."""

    place: str
    share: float
    name: str
    language: str

    def people(self, first: int) -> int:
        """How many, when the first scene has so many."""
        return max(50, round(first * self.share))


SCENES = (
    Scene("KH-16", 1.0, "Ratanakiri", "km"),
    Scene("VN-06", 0.3, "Bac Kan (Thai Nguyen since July 2025)", "vi"),
    Scene("BG-SFO39", 0.15, "Samokov", "bg"),
)


@dataclass(frozen=True)
class Part:
    """Somebody in the cast. login: whether people can log in as them; place: a unit's id, or * for everywhere; language: ''
    for those whom anybody may play, who are spoken to as the browser asks."""

    name: str
    role: str
    place: str
    called: str
    language: str
    about: str = ""
    login: bool = False


def villages(scene: Scene, places: Places, until: int, people: int) -> list[Village]:
    """The villages of a scene, as `simulate` has them. people: of the first scene."""
    run = Programme(places, load(), SEED, until - round(YEARS * 365.25), until)
    return villages_of(scene.place, scene.people(people), run)


def writers(found: list[Village], language: str) -> Iterator[Part]:
    """Everybody who writes submissions in these villages, each with the area of their work. They cannot log in."""
    seen: set[str] = set()
    for village in found:
        for worker, place in _areas(village):
            if worker.author not in seen:
                seen.add(worker.author)
                yield Part(worker.author, worker.role, place, "", language)


def _areas(village: Village) -> Iterator[tuple[Worker, str]]:
    yield village.attendant, village.unit.id
    yield village.midwife, village.station
    yield village.ward, village.above
    yield village.supervisor, village.above


def visitors(scenes: dict[str, list[Village]]) -> Iterator[Part]:
    """Who can log in: one of each role in Ratanakiri, one each in Viet Nam and Bulgaria, and somebody without access."""
    yield Part("administrator", "administrator", EVERYWHERE, "Administrator", "", "every place, what was held", True)
    for code, village in ((code, _largest(found)) for code, found in scenes.items()):
        if code == "KH-16":
            yield Part("manager", "manager", code, "Manager", "", "Ratanakiri in numbers, without names", True)
            yield Part("supervisor", "supervisor", code, "Supervisor", "", "all of Ratanakiri", True)
            yield Part("hospital", "hospital", village.above, "Hospital", "", "all whom her hospital looks after", True)
            yield Part("midwife", "midwife", village.station, "Midwife", "", "the villages of her health centre", True)
            yield Part("attendant", "attendant", village.unit.id, "Attendant", "", "her own village", True)
        elif code.startswith("VN"):
            yield Part("midwife-vn", "midwife", village.station, "Midwife, Bac Kan", "vi", "a commune in Viet Nam", True)
        else:
            yield Part("mediator", "mediator", village.unit.id, "Mediator, Samokov", "bg", "a town in Bulgaria", True)
    yield Part("stranger", "", "", "Somebody without a role", "", "nobody's record, and is not told why", True)


def _largest(found: list[Village]) -> Village:
    return max(found, key=lambda village: (village.people, village.unit.id))
