"""The law of content packs: what was admitted with one is read with it for ever, and a release works everybody out anew."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.record.laws.laws import same
from tests.record.laws.more_laws import told
from tests.record.stories import Sent, Story, tell
from tests.record.world import SHELF, World, rules_of


@cache
def later_shelf() -> Path:
    """The small programme a year later: a question of the visit has another name, and the threshold of iron is higher."""
    folder = Path(tempfile.mkdtemp(prefix="doorstep-shelf-"))
    atexit.register(shutil.rmtree, folder, True)
    shutil.copytree(SHELF, folder, dirs_exist_ok=True)
    _rewrite(folder / "small/forms/visit.md", {
        "| | type | name | label::English (en) | calculation | doorstep_when |":
        "| | type | name | label::English (en) | calculation | doorstep_when | doorstep_code |",
        "| | decimal | hb | Haemoglobin | | |": "| | decimal | blood | Haemoglobin | | | hb |",
        "| | Visit | visit | 1 | visit_day |": "| | Visit | visit | 2 | visit_day |",
    })  # fmt: skip
    _rewrite(folder / "small/pathway.yaml", {"while: hb < 90": "while: hb < 110"})
    return folder


def _rewrite(path: Path, words: dict[str, str]) -> None:
    text = path.read_text()
    for before, after in words.items():
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    path.write_text(text)


def in_force(world: World, *shelves: Path) -> World:
    """These shelves were released, in this order, and no other."""
    with world.store.log.write() as log:
        log.run("DELETE FROM pack_release")
    for shelf in shelves:
        (world.store.config.data / "packs" / "shelf-seen").unlink(missing_ok=True)
        world.record.release(shelf)
    world.record.rules = rules_of(world.record)
    return world.catch_up()


def old_answers_keep_their_mapping(world: World, story: Story) -> None:
    """Half of the story is told, a pack is released, and the rest is told by phones of which some have the new forms and some
    have not: it gives what everything told with the new forms gives. What was released is kept as it was."""
    half = len(story.batches) // 2
    try:
        in_force(world.empty(), SHELF)
        tell(world, _part(story, 0, half))
        contents = world.rows("pack", "hash, content")
        in_force(world, SHELF, later_shelf())
        tell(world, _mixed(_part(story, half)))
        lived = told(world)
        assert set(contents) <= set(world.rows("pack", "hash, content")), "a pack never changes"
        assert {row[0] for row in world.rows("submission", "pack", "form <> ''")} <= {row[0] for row in world.rows("pack", "hash")}
        same(lived, told(world.forget().catch_up()))

        empty(world)
        in_force(world, later_shelf())
        tell(world, replace(story, batches=tuple(tuple(map(renamed, batch)) for batch in story.batches)))
        same(lived, told(world))
    finally:
        empty(world)
        in_force(world, SHELF)


def empty(world: World) -> None:
    """Without asking which pack is in force."""
    from doorstep.record import schema
    from tests.record.world import KEPT

    for name, database in (("register", world.store.register), ("log", world.store.log)):
        with database.write() as connection:
            for table in schema.tables(name):
                if table not in KEPT:
                    connection.run(f"DELETE FROM {table}")
            if name == "register":
                connection.run("DELETE FROM register_meta WHERE name <> 'tables'")
    world.store.vault._known.clear()
    world.store.vault._erasures = -1


def _part(story: Story, start: int, end: int | None = None) -> Story:
    return replace(story, batches=story.batches[start:end], pauses=story.pauses[start:end])


def _mixed(story: Story) -> Story:
    """Every second phone has the new form; the others say that theirs is the old one."""
    return replace(story, batches=tuple(
        tuple(renamed(one) if n % 2 else _old(one) for n, one in enumerate(batch, story.shuffle % 2)) for batch in story.batches
    ))  # fmt: skip


def _old(one: Sent) -> Sent:
    return replace(one, body={**one.body, "version": "1"}) if one.body.get("form") == "visit" else one


def renamed(one: Sent) -> Sent:
    """As the new form asks it."""
    if one.body.get("form") != "visit":
        return one
    answers: dict[str, Any] = {"blood" if name == "hb" else name: value for name, value in one.body["answers"].items()}
    return replace(one, body={**one.body, "version": "2", "answers": answers})
