"""Each law of the fold as a function that raises AssertionError: for the tests that hold it, and for those that break it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from doorstep.record.intake import Receipt
from doorstep.record.reasons import ACCEPTED, DUPLICATE, REFUSED
from tests.record.laws import plain
from tests.record.stories import Story, tell
from tests.record.world import WORKED_OUT, World

Law = Callable[[World, Story], None]


def replay_is_live(world: World, story: Story) -> None:
    """Replay gives what living through it gave: in the order of the log, and in any other."""
    tell(world.empty(), story)
    live = world.state()
    replayed = world.forget().catch_up().state()
    same(live, replayed)
    count = len(world.rows("submission", "id"))
    order = random.Random(story.shuffle).sample(range(count), count)
    same(live, world.shuffle(order).forget().catch_up().state())


def duplicates_change_nothing(world: World, story: Story) -> None:
    """Everything once more, backwards: no new row in the log, no change in the register, and it is said by name."""
    receipts = tell(world.empty(), story)
    live, log = world.state(), world.rows("submission")
    first = {receipt.id: receipt for receipt in reversed(receipts)}
    for one in reversed(story.all):
        receipt = world.send(one.body, received=one.received, sent=one.sent)[0]
        if first[receipt.id].outcome == ACCEPTED and one.body == _first_body(story, receipt.id):
            assert receipt.outcome == DUPLICATE, (receipt, "was accepted before")
    world.catch_up()
    assert world.rows("submission") == log
    same(live, world.state())


def _first_body(story: Story, id: str) -> dict[str, Any]:
    return next(one.body for one in story.all if one.body["id"] == id)


def another_body_is_refused_and_kept(world: World, story: Story) -> None:
    """The same id with another body: refused, kept aside, and what was there stays."""
    receipts = tell(world.empty(), story)
    erased = {row[0] for row in world.rows("erasure", "subject")}
    before: dict[str, dict[str, Any]] = {}
    for one, receipt in zip(story.all, receipts, strict=True):
        known = before.get(receipt.id)
        if known is None:
            if receipt.outcome == ACCEPTED:
                before[receipt.id] = one.body
        elif known != one.body and known["subject"] not in erased:
            assert (receipt.outcome, receipt.reason) == (REFUSED, "same_id_other_body"), receipt
            assert world.rows("aside", "id", "id = ? AND outcome = 'refused'", [receipt.id])
    assert [row[0] for row in world.rows("submission", "id")] == sorted(before)


def facts_are_what_counts(world: World, story: Story) -> None:
    """Corrections, merges and erasures, against the same laws written plainly."""
    receipts = tell(world.empty(), story)
    rows = plain.admitted(world, _accepted_bodies(story, receipts))
    assert plain.facts_in(world) == plain.facts_of(world, rows, _order(receipts))


def heads_are_what_nobody_overwrote(world: World, story: Story) -> None:
    """Attributes: heads, the one that is shown, conflicts; against the same law written plainly."""
    receipts = tell(world.empty(), story)
    rows = plain.admitted(world, _accepted_bodies(story, receipts))
    assert plain.heads_in(world) == plain.heads_of(plain.writes_of(world, rows, _order(receipts)))


def _accepted_bodies(story: Story, receipts: Sequence[Receipt]) -> list[dict[str, Any]]:
    return [one.body for one, receipt in zip(story.all, receipts, strict=True) if receipt.outcome == ACCEPTED]


def _order(receipts: Sequence[Receipt]) -> list[str]:
    return [receipt.id for receipt in receipts if receipt.outcome == ACCEPTED]


def touched_is_everybody(world: World, story: Story) -> None:
    """After every batch: working out those who were touched gives what working out everybody gives."""

    def compare(world: World) -> None:
        same(world.state(WORKED_OUT), everybody(world))

    tell(world.empty(), story, compare)
    compare(world)


def everybody(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """The derived tables, worked out for everybody at once beside what is stored."""
    found: dict[str, list[tuple[Any, ...]]] = {table: [] for table in WORKED_OUT}
    facts, steps = world.record.rules.of_all
    with world.store.register.read() as register:
        for statement in (*facts, *steps):
            names = [name.strip().strip('"') for name in statement.columns.split(",")]
            stored = [name.strip().strip('"') for name in _columns(world, statement.table)]
            places = [names.index(name) for name in stored]
            found[statement.table] += [tuple(row[n] for n in places) for row in register.rows(statement.select)]
    return {table: sorted(rows, key=repr) for table, rows in found.items()}


def _columns(world: World, table: str) -> list[str]:
    from doorstep.record import schema

    script = schema.REGISTER.split(f"CREATE TABLE {table} (")[1].split(");")[0]
    return [piece.split()[0] for piece in script.split(",") if piece.strip() and piece.split()[0] not in ("PRIMARY",)]


def same(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> None:
    """Both states are the same, table by table."""
    for table in one:
        assert one[table] == other[table], f"{table} differs"


def what_is_erased_stays_erased(world: World, story: Story) -> None:
    """Pushed again: duplicate, and nothing returns. Something new about her: refused, dropped, and the receipt says why.
    An erasure is never replaced."""
    receipts = tell(world.empty(), story)
    erased = {row[0] for row in world.rows("erasure", "subject")}
    admitted = {body["id"]: body for body in _accepted_bodies(story, receipts)}
    live = world.state()
    for one in story.all:
        if one.body["subject"] in erased and one.body["id"] in admitted:
            first = admitted[one.body["id"]]
            gone = first["subject"] in erased  # nothing is left of it to compare with
            receipt = world.send(one.body, received=one.received)[0]
            assert receipt.outcome == (DUPLICATE if gone or one.body == first else REFUSED), receipt
    for subject in sorted(erased):
        for kind in ("data", "correction", "merge"):
            body = {
                "id": f"late-{kind}-{subject}", "kind": kind, "form": "visit", "subject": subject, "author": "kim", "place": "KH-16",
                "made_at": "2026-01-02T08:00:00+07:00", "replaces": "s00", "answers": {"remark": "words", "other": "zz"},
            }  # fmt: skip
            receipt = world.send(body)[0]
            assert (receipt.outcome, receipt.reason) == (REFUSED, "subject_erased"), receipt
    world.catch_up()
    same(live, world.state())
    assert not world.rows("aside", "id", "id LIKE 'late-%'")
    for table in WORKED_OUT:
        assert not [row for row in world.rows(table, "subject") if row[0] in erased], table
    for id, in world.rows("submission", "id", "kind = 'erase'"):
        body = {
            "id": f"undo-{id}", "kind": "correction", "form": "visit", "subject": "new", "author": "kim", "place": "KH-16",
            "made_at": "2026-01-02T08:00:00+07:00", "replaces": id, "answers": {},
        }  # fmt: skip
        receipt = world.send(body)[0]
        assert (receipt.outcome, receipt.reason) == (REFUSED, "erasure_stands"), receipt
