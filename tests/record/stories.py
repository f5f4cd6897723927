"""Stories for Hypothesis: what a few people's records go through. Corrections of corrections, two at once, in the wrong order;
merges and their undoing; erasures and what comes late; the same thing twice; phones whose clock stands in 2099.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from doorstep.record.authority import Operator
from doorstep.record.intake import Receipt
from doorstep.record.prepare import item_of
from tests.record.world import NOW, World

Value = TypeVar("Value")

MINUTE = 60_000
PEOPLE = ("ba", "di", "mo", "su")
BABIES = ("x1", "x2")
FIRST = date(2026, 1, 1)
FORMS = ("register", "visit", "birth", "look", "rename")


@dataclass(frozen=True)
class Sent:
    """One thing that arrives: a body, when (ms UTC), and the sender's clock."""

    body: dict[str, Any]
    received: int
    sent: int | None = None


@dataclass(frozen=True)
class Story:
    """Batches in the order of arrival; whether the register is worked out after each; a shuffle of everything."""

    batches: tuple[tuple[Sent, ...], ...]
    pauses: tuple[bool, ...]
    shuffle: int = 0
    together: bool = False
    """Whether a batch is one request, or one request for each."""

    @property
    def all(self) -> list[Sent]:
        return [one for batch in self.batches for one in batch]


def tell(world: World, story: Story, on_pause: Callable[[World], None] | None = None) -> list[Receipt]:
    """Plays a story; its receipts in order. The register is worked out at every pause, and at the end."""
    receipts = []
    for batch, pause in zip(story.batches, story.pauses, strict=True):
        items = [item_of(dict(one.body), Operator(), one.received, sent_ms=one.sent) for one in batch]
        for some in [items] if story.together else [[item] for item in items]:
            receipts += world.submit(some) if some else []
        if pause:
            world.catch_up()
            if on_pause:
                on_pause(world)
    world.catch_up()
    return receipts


def iso(day: int) -> str:
    return (FIRST + timedelta(days=day)).isoformat()


def at(day: int, hour: int = 9) -> str:
    return f"{iso(day)}T{hour:02d}:30:00+07:00"


NAMES = ("Mai", "Lan", "Hoa", "Sok")


def _day(chance: Random) -> int:
    return chance.randint(0, 320)


def answers_of(form: str, chance: Random) -> dict[str, Any]:
    """Answers to one of the small programme's forms."""
    answers: dict[str, Any] = {}

    def maybe(name: str, value: Any) -> None:
        if chance.random() < 0.5:
            answers[name] = value

    if form in ("register", "rename"):
        answers["called"] = chance.choice(NAMES)
        maybe("residence", chance.choice(["KH-16", "KH-1601", "VN-04"]))
    if form == "register":
        maybe("lmp_told", iso(_day(chance)))
    if form == "visit":
        answers["visit_day"] = iso(_day(chance))
        maybe("hb", chance.choice([70, 85, 100.5, 120]))
        maybe("bleeding", chance.choice(["yes", "no"]))
        maybe("bleeding_at", at(_day(chance)))
        maybe("hiv_test", chance.choice(["positive", "negative"]))
        maybe("remark", chance.choice(NAMES))
    if form == "look":
        answers["look_day"] = iso(_day(chance))
    if form == "birth":
        answers |= {"birth_day": iso(_day(chance)), "pregnancy_end": "birth"}
        ids = chance.choice([[], ["x1"], ["x2"], ["x1", "x2"], [None], ["x1", None]])
        answers["babies"] = [
            {"called": chance.choice(NAMES), "weight": chance.choice([2100, 3200])} | ({"baby_id": own} if own else {})
            for own in ids
        ]
    return answers


@dataclass
class _Teller:
    """What was said so far, while a story is made up."""

    chance: Random
    kinds: tuple[str, ...]
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def one(self) -> None:
        kinds = [kind for kind in self.kinds if self.bodies or kind in ("data", "merge", "erase")]
        self.bodies.append(getattr(self, self.chance.choice(kinds))())

    def _body(self, **more: Any) -> dict[str, Any]:
        return {
            "id": f"s{len(self.bodies):02d}", "subject": self.chance.choice(PEOPLE), "author": "kim",
            "place": self.chance.choice(["KH-16", "KH-1601", "KH-12"]),
            "made_at": at(_day(self.chance), self.chance.randint(6, 18)), **more,
        }  # fmt: skip

    def _earlier(self, *kinds: str) -> dict[str, Any] | None:
        found = [body for body in self.bodies if body.get("kind", "data") in kinds]
        return self.chance.choice(found) if found else None

    def data(self) -> dict[str, Any]:
        form = self.chance.choice(FORMS)
        body = self._body(form=form, answers=answers_of(form, self.chance))
        if form == "look":
            body["subject"] = self.chance.choice(BABIES)
        return self._with_base(body)

    def _with_base(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["form"] in ("register", "rename") and self.chance.random() < 0.5:
            before = [b["id"] for b in self.bodies if b.get("form") in ("register", "rename") and b["subject"] == body["subject"]]
            # Mostly what its author saw last; sometimes nothing, or something that is not here yet.
            body["base"] = {"called": self.chance.choice([*before, *before, None, f"s{len(self.bodies) + 1:02d}"])}
        return body

    def correction(self) -> dict[str, Any]:
        target = self._earlier("data", "correction")
        if target is None:
            return self.data()
        # Now and then it names nothing that ever was.
        replaces = self.chance.choice([target["id"]] * 5 + ["never", f"s{len(self.bodies) + 1:02d}"])
        body = self._body(kind="correction", form=target["form"], replaces=replaces, answers=answers_of(target["form"], self.chance))
        body["subject"] = self.chance.choice([target["subject"], body["subject"]])
        return self._with_base(body)

    def merge(self) -> dict[str, Any]:
        before = self._earlier("merge")
        if before is not None and self.chance.random() < 0.5:  # undone, told from the other side
            return self._body(kind="unmerge", answers={"other": before["subject"]}) | {"subject": before["answers"]["other"]}
        return self._body(kind="merge", answers={"other": self.chance.choice([*PEOPLE, *BABIES])})

    def erase(self) -> dict[str, Any]:
        return self._body(kind="erase") | {"subject": self.chance.choice([*PEOPLE, *BABIES])}

    def again(self) -> dict[str, Any]:
        return dict(self.chance.choice(self.bodies))

    def clash(self) -> dict[str, Any]:
        return self.chance.choice(self.bodies) | {"made_at": at(_day(self.chance), 5)}


ALL = ("data", "data", "data", "correction", "correction", "merge", "erase", "again", "clash")


def make_up(chance: Random, kinds: tuple[str, ...] = ALL, most: int = 14) -> Story:
    """A story of at most `most` arrivals of these kinds."""
    teller = _Teller(chance, kinds)
    for _ in range(chance.randint(2, most)):
        teller.one()
    batches: list[list[Sent]] = [[]]
    pauses: list[bool] = []
    received = NOW
    for body in _as_they_come(teller.bodies, chance):
        received += chance.choice([0, MINUTE, 26 * 3600_000])
        batches[-1].append(_arrive(body, received, chance))
        if chance.random() < 0.5:
            batches.append([])
            pauses.append(chance.random() < 0.5)
    pauses.append(True)
    return Story(tuple(tuple(batch) for batch in batches), tuple(pauses), chance.randrange(2**16), chance.random() < 0.5)


def _as_they_come(bodies: Sequence[Value], chance: Random) -> list[Value]:
    """Phones that were off: what was told first may come after what was told later."""
    late = [number + chance.choice([0, 0, 0, 1.5, 4.5]) for number in range(len(bodies))]
    return [body for _, body in sorted(zip(late, bodies, strict=True), key=lambda one: one[0])]


def _arrive(body: dict[str, Any], received: int, chance: Random) -> Sent:
    """A right clock; one that is two days slow; one in 2099 whose form asked for the day; each told at the sending, or not."""
    clock = chance.choice(["right", "right", "slow", "future"])
    body = dict(body)
    if clock == "future" and body.get("form") in ("visit", "birth", "look"):
        body["made_at"] = "2099-03-01T10:00:00+07:00"
        return Sent(body, received, chance.choice([None, 4_077_000_000_000]))
    if clock == "slow":
        return Sent(body, received, received - 2 * 86_400_000)
    return Sent(body, received)


def stories(kinds: tuple[str, ...] = ALL, most: int = 14) -> st.SearchStrategy[Story]:
    """Stories far apart from each other. With DOORSTEP_SHRINK, stories that can be made smaller."""
    chances = st.randoms(use_true_random=not os.environ.get("DOORSTEP_SHRINK"))
    return chances.map(lambda chance: make_up(chance, kinds, most))
