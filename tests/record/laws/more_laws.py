"""More laws of the fold: clocks, references that are not earlier, merges and their undoing, chains of phones, what was held."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from doorstep.record import held
from doorstep.record.authority import Operator
from doorstep.record.conflicts import conflicts
from doorstep.record.intake import Receipt
from doorstep.record.reasons import ACCEPTED, DUPLICATE, HELD, REFUSED
from tests.record.laws import plain
from tests.record.laws.laws import same
from tests.record.stories import PEOPLE, Story, tell
from tests.record.world import WORKED_OUT, World


def clocks_are_put_right(world: World, story: Story) -> None:
    """No stamp lies after the receipt, but for what came after something it names; and it always comes after what it names."""
    tell(world.empty(), story)
    columns = "seq, id, stamp, received_at, replaces"
    by_id = {one.body["id"]: one.body for one in reversed(story.all)}
    stamps: dict[str, int] = {}
    for _, id, stamp, received, replaces in sorted(world.rows("submission", columns)):
        named = [other for other in (replaces, *(by_id[id].get("base") or {}).values()) if other in stamps]
        after = [stamps[other] for other in named]
        assert stamp <= max([received * 1000, *(other + 1 for other in after)]), f"{id} is stamped later than it was received"
        assert all(stamp > other for other in after), f"{id} is stamped before what its author saw"
        stamps[id] = stamp


def what_does_not_fit_is_listed(world: World, story: Story) -> None:
    """Conflicts, and references that are not earlier, are all in the list, and nothing else is."""
    receipts = tell(world.empty(), story)
    rows = plain.admitted(world, _bodies(story, receipts))
    order = [receipt.id for receipt in receipts if receipt.outcome == ACCEPTED]
    found = conflicts(world.record)

    def listed(kind: str) -> list[Any]:
        return sorted(one.submissions if kind == "correction" else one.submissions[0] for one in found if one.kind == kind)

    by_id = {row.id: row for row in rows}
    assert listed("correction_ignored") == sorted(
        row.id for row in rows if row.kind == "correction" and row.replaces in by_id and not _replaces(row, by_id[row.replaces])
    )
    _, lost = plain.live_of(rows)
    assert {id for ids in listed("correction") for id in ids} >= lost
    heads = plain.heads_of(plain.writes_of(world, rows, order))
    assert sorted((one.subject, one.what) for one in found if one.kind == "attribute") == sorted(
        key for key, several in heads.items() if len({value for value, _, _ in several}) > 1
    )
    said = {(row.id, name): base for row in rows for name, base in (row.body.get("base") or {}).items()}
    wrong = [
        row.id for row in rows for name, base in (row.body.get("base") or {}).items()
        if base in by_id and (by_id[base].stamp, base) >= (row.stamp, row.id) and row.subject not in plain.erased_of(rows, order)
        and (row.id, name) in said
    ]  # fmt: skip
    assert listed("base_ignored") == sorted(wrong)


def _replaces(row: plain.Admitted, target: plain.Admitted) -> bool:
    earlier = (target.stamp, target.id) < (row.stamp, row.id)
    return target.kind in ("data", "correction") and target.form == row.form and earlier


def _bodies(story: Story, receipts: Sequence[Receipt]) -> list[dict[str, Any]]:
    return [one.body for one, receipt in zip(story.all, receipts, strict=True) if receipt.outcome == ACCEPTED]


def a_merge_undone_never_was(world: World, story: Story) -> None:
    """Undoing every merge gives what the story without any merge gives."""
    tell(world.empty(), story)
    pairs = world.rows("merge_edge", "a, b")
    for number, (a, b) in enumerate(sorted({(min(pair), max(pair)) for pair in pairs})):
        world.send({
            "id": f"undo{number}", "kind": "unmerge", "subject": a, "author": "kim", "made_at": "2026-11-30T23:00:00Z",
            "answers": {"other": b},
        }, received=1_798_000_000_000)  # fmt: skip
    undone = told(world.catch_up())
    tell(world.empty(), only(story, lambda body: body.get("kind", "data") not in ("merge", "unmerge")))
    same(undone, told(world))


def only(story: Story, wanted: Callable[[dict[str, Any]], bool]) -> Story:
    """The story without what is not wanted."""
    batches = tuple(tuple(one for one in batch if wanted(one.body)) for batch in story.batches)
    return replace(story, batches=batches)


def merged_people_are_one_person(world: World, story: Story) -> None:
    """Everybody merged: the same facts, episodes and steps as if all had been told of one from the start."""
    tell(world.empty(), story)
    for a, b in itertools.pairwise(PEOPLE):
        world.send({
            "id": f"merge-{a}", "kind": "merge", "subject": b, "author": "kim", "made_at": "2026-11-30T23:00:00Z",
            "answers": {"other": a},
        }, received=1_798_000_000_000)  # fmt: skip
    merged = told(world.catch_up())
    first = min(PEOPLE)
    batches = tuple(
        tuple(replace(one, body=one.body | {"subject": first} if one.body["subject"] in PEOPLE else one.body) for one in batch)
        for batch in story.batches
    )
    tell(world.empty(), replace(story, batches=batches))
    same(merged, told(world))


def told(world: World) -> dict[str, list[Any]]:
    """What is worked out, without the words: in another world they are sealed under other keys."""
    sealed = {code for code, row in world.record.shelf.current.dictionary.items() if row.kind == "text" and code != "residence"}
    state = world.state(WORKED_OUT)
    state["fact"] = sorted(((*row[:9], None, *row[10:]) if row[2] in sealed else row for row in state["fact"]), key=repr)
    state["attribute"] = world.rows("attribute", "subject, name, submission, shown")
    return state


def a_gap_is_shown_and_delays_nothing(world: World, story: Story) -> None:
    """One submission of a phone's chain is lost: all others are accepted as ever, and the gap is listed until it comes."""
    chained = _chain(story)
    if len(chained) < 3:
        return
    world.empty()
    lost = 1 + story.shuffle % (len(chained) - 2)
    for number, body in enumerate(chained):
        if number != lost:
            assert world.send(body)[0].outcome == ACCEPTED, body["id"]
    after = chained[lost + 1]["id"]
    assert [one.submissions for one in conflicts(world.record) if one.kind == "gap"] == [(after,)]
    assert world.send(chained[lost])[0].outcome == ACCEPTED
    assert [one for one in conflicts(world.record) if one.kind == "gap"] == []


def _chain(story: Story) -> list[dict[str, Any]]:
    """The story's data as one phone would have sent them: each names the hash of the one before."""
    from doorstep.record.envelope import read_envelope
    from doorstep.record.prepare import signed_bytes

    found: list[dict[str, Any]] = []
    prev = ""
    for one in story.all:
        body = {key: value for key, value in one.body.items() if key != "base"}
        if body.get("kind", "data") != "data" or any(known["id"] == body["id"] for known in found):
            continue
        body |= {"made_at": "2026-03-01T08:00:00+07:00", "device": "phone-1", "salt": f"salt {len(found)}", "prev": prev}
        prev = signed_bytes(read_envelope(body)).hex()
        found.append(body)
    return found


class Strict(Operator):
    """Somebody whose area is not KH-12."""

    def covers(self, author: str, place: str, day: int, kind: str) -> bool | None:
        return place != "KH-12"

    def opened(self, author: str, subject: str, days: Collection[int]) -> bool:
        return False


def held_and_released_is_accepted(world: World, story: Story) -> None:
    """What was held acts on nothing; released, it counts as if it had been accepted when it came; refused, it never does."""
    some = only(story, lambda body: body.get("kind", "data") in ("data", "merge", "unmerge"))
    for one in some.all:
        one.body.pop("base", None)
    tell(world.empty(), some)
    accepted = told(world)
    world.empty()
    receipts = [world.send(one.body, received=one.received, sent=one.sent, authority=Strict())[0] for one in some.all]
    asides = held.kept_aside(world.record)
    waiting = {aside.id for aside in asides}
    assert waiting == {receipt.id for receipt in receipts if receipt.outcome == HELD}
    assert not waiting & {row[0] for row in world.catch_up().rows("sub", "submission")}, "what is held acts on nothing"
    for aside in asides:
        assert held.release(world.record, aside.n, "supervisor").outcome == ACCEPTED
    same(accepted, told(world.catch_up()))
    assert not held.kept_aside(world.record)


def refused_for_good_stays_refused(world: World, story: Story) -> None:
    """What a person refused is refused when it is pushed again, and never acts."""
    some = only(story, lambda body: body.get("kind", "data") in ("data", "merge", "unmerge"))
    world.empty()
    for one in some.all:
        world.send(one.body, received=one.received, authority=Strict())
    before = world.catch_up().state()
    for aside in held.kept_aside(world.record):
        held.refuse(world.record, aside.n, "supervisor", "not ours")
        body = next(one.body for one in some.all if one.body["id"] == aside.id)
        receipt = world.send(body, authority=Operator())[0]
        assert (receipt.outcome, receipt.reason) == (REFUSED, "refused_by_person"), receipt
    same(before, world.catch_up().state())
    assert DUPLICATE not in {row[0] for row in world.rows("aside", "outcome")}
