"""Stories for Hypothesis: what a few people's records go through. Corrections of corrections, two at once, in the wrong order;
merges and their undoing; erasures and what comes late; the same thing twice; phones whose clock stands in 2099.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.record.world import NOW, World

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
    note: dict[str, Any] = field(default_factory=dict)

    @property
    def all(self) -> list[Sent]:
        return [one for batch in self.batches for one in batch]


def tell(world: World, story: Story, on_pause: Any = None) -> list[Any]:
    """Plays a story; its receipts in order. The register is worked out at every pause, and at the end."""
    receipts = []
    for batch, pause in zip(story.batches, story.pauses, strict=True):
        for one in batch:
            receipts += world.send(one.body, received=one.received, sent=one.sent)
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


NAMES = st.sampled_from(["Mai", "Lan", "Hoa", "Sok"])
DAYS = st.integers(0, 320)


def _maybe(draw: st.DrawFn, answers: dict[str, Any], name: str, values: st.SearchStrategy[Any]) -> None:
    if draw(st.booleans()):
        answers[name] = draw(values)


@st.composite
def answers_of(draw: st.DrawFn, form: str) -> dict[str, Any]:
    """Answers to one of the small programme's forms."""
    answers: dict[str, Any] = {}
    if form in ("register", "rename"):
        answers["called"] = draw(NAMES)
        _maybe(draw, answers, "residence", st.sampled_from(["KH-16", "KH-1601", "VN-04"]))
    if form == "register":
        _maybe(draw, answers, "lmp_told", DAYS.map(iso))
    if form == "visit":
        answers["visit_day"] = draw(DAYS.map(iso))
        _maybe(draw, answers, "hb", st.sampled_from([70, 85, 100.5, 120]))
        _maybe(draw, answers, "bleeding", st.sampled_from(["yes", "no"]))
        _maybe(draw, answers, "bleeding_at", DAYS.map(at))
        _maybe(draw, answers, "hiv_test", st.sampled_from(["positive", "negative"]))
        _maybe(draw, answers, "remark", NAMES)
    if form == "look":
        answers["look_day"] = draw(DAYS.map(iso))
    if form == "birth":
        answers |= {"birth_day": draw(DAYS.map(iso)), "pregnancy_end": "birth"}
        ids = draw(st.lists(st.sampled_from([*BABIES, None]), max_size=2, unique_by=lambda own: own or object()))
        answers["babies"] = [
            {"called": draw(NAMES), "weight": draw(st.sampled_from([2100, 3200]))} | ({"baby_id": own} if own else {})
            for own in ids
        ]
    return answers


@dataclass
class _Teller:
    """What was said so far, while a story is drawn."""

    draw: st.DrawFn
    kinds: tuple[str, ...]
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def one(self) -> dict[str, Any]:
        kinds = [kind for kind in self.kinds if self.bodies or kind in ("data", "merge", "erase")]
        kind = self.draw(st.sampled_from(kinds))
        body: dict[str, Any] = getattr(self, kind)()
        self.bodies.append(body)
        return body

    def _body(self, **more: Any) -> dict[str, Any]:
        day = self.draw(DAYS)
        return {
            "id": f"s{len(self.bodies):02d}", "subject": self.draw(st.sampled_from(PEOPLE)), "author": "kim",
            "place": self.draw(st.sampled_from(["KH-16", "KH-1601", "KH-12"])),
            "made_at": at(day, self.draw(st.integers(6, 18))), **more,
        }  # fmt: skip

    def _earlier(self, *kinds: str) -> dict[str, Any] | None:
        found = [body for body in self.bodies if body.get("kind", "data") in kinds]
        return self.draw(st.sampled_from(found)) if found else None

    def data(self) -> dict[str, Any]:
        form = self.draw(st.sampled_from(FORMS))
        body = self._body(form=form, answers=self.draw(answers_of(form)))
        if form == "look":
            body["subject"] = self.draw(st.sampled_from(BABIES))
        return self._with_base(body)

    def _with_base(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["form"] in ("register", "rename") and self.draw(st.booleans()):
            before = [b["id"] for b in self.bodies if b.get("form") in ("register", "rename") and b["subject"] == body["subject"]]
            # Mostly what its author saw last; sometimes nothing, or something that is not here yet.
            body["base"] = {"called": self.draw(st.sampled_from([*before, *before, None, f"s{len(self.bodies) + 1:02d}"]))}
        return body

    def correction(self) -> dict[str, Any]:
        target = self._earlier("data", "correction")
        if target is None:
            return self.data()
        # Now and then it names what comes after it, or nothing that ever was.
        later = f"s{len(self.bodies) + self.draw(st.integers(0, 3)):02d}"
        replaces = self.draw(st.sampled_from([target["id"], target["id"], target["id"], later, "never"]))
        body = self._body(
            kind="correction", form=target["form"], replaces=replaces, answers=self.draw(answers_of(target["form"])),
        )  # fmt: skip
        body["subject"] = self.draw(st.sampled_from([target["subject"], target["subject"], body["subject"]]))
        return self._with_base(body)

    def merge(self) -> dict[str, Any]:
        kind = self.draw(st.sampled_from(["merge", "merge", "unmerge"]))
        return self._body(kind=kind, answers={"other": self.draw(st.sampled_from([*PEOPLE, *BABIES]))})

    def erase(self) -> dict[str, Any]:
        return self._body(kind="erase") | {"subject": self.draw(st.sampled_from([*PEOPLE, *BABIES]))}

    def again(self) -> dict[str, Any]:
        return dict(self.draw(st.sampled_from(self.bodies)))

    def clash(self) -> dict[str, Any]:
        body = dict(self.draw(st.sampled_from(self.bodies)))
        return body | {"made_at": at(self.draw(DAYS), 5)}


ALL = ("data", "data", "data", "correction", "correction", "merge", "erase", "again", "clash")
WITHOUT_ERASURE = tuple(kind for kind in ALL if kind != "erase")


@st.composite
def stories(draw: st.DrawFn, kinds: tuple[str, ...] = ALL, most: int = 12) -> Story:
    """A story of at most `most` arrivals of these kinds."""
    teller = _Teller(draw, kinds)
    batches: list[list[Sent]] = [[]]
    pauses: list[bool] = []
    received = NOW
    for _ in range(draw(st.integers(1, most))):
        body = teller.one()
        received += draw(st.sampled_from([0, MINUTE, 26 * 3600_000]))
        batches[-1].append(_arrive(draw, body, received))
        if draw(st.booleans()):
            batches.append([])
            pauses.append(draw(st.booleans()))
    pauses.append(True)
    return Story(tuple(tuple(batch) for batch in batches), tuple(pauses), draw(st.integers(0, 2**16)))


def _arrive(draw: st.DrawFn, body: dict[str, Any], received: int) -> Sent:
    """A right clock; one that is two days slow; one in 2099 whose form asked for the day; each told at the sending, or not."""
    clock = draw(st.sampled_from(["right", "right", "slow", "future"]))
    body = dict(body)
    if clock == "future" and body.get("form") in ("visit", "birth", "look"):
        body["made_at"] = "2099-03-01T10:00:00+07:00"
        return Sent(body, received, draw(st.sampled_from([None, 4_077_000_000_000])))
    if clock == "slow":
        return Sent(body, received, received - 2 * 86_400_000)
    return Sent(body, received)
