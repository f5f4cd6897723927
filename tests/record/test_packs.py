"""Content packs: released once, kept for ever; what was told in one unit is never read in another."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorstep.record.packs import ContentWrong
from tests.record.cast import body
from tests.record.laws.pack_laws import empty, in_force
from tests.record.world import SHELF, World


@pytest.fixture
def shelf(world: World, tmp_path: Path) -> Iterator[Path]:
    """A shelf of its own to change; what is in force afterwards is the small programme."""
    yield Path(shutil.copytree(SHELF, tmp_path / "shelf"))
    empty(world)
    in_force(world, SHELF)


def rewrite(shelf: Path, before: str, after: str) -> None:
    path = shelf / "small" / "dictionary.csv"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


@pytest.mark.parametrize(("before", "after", "said"), [
    ("hb,number,g/L", "hb,number,g/dL", "code hb found as number g/dL; expected number g/L"),
    ("checked,yesno,,", "checked,text,,", "code checked found as text; expected yesno"),
])  # fmt: skip
def test_a_changed_unit_or_kind_is_refused_once_something_was_told(
    world: World, shelf: Path, before: str, after: str, said: str
) -> None:
    world.send(body(answers={"hb": 81}))
    world.catch_up()
    was = world.record.shelf.current.hash
    rewrite(shelf, before, after)
    with pytest.raises(ContentWrong, match=said) as error:
        world.record.release(shelf)
    assert "Nothing was released: what was in force stays in force." in str(error.value)
    assert world.record.shelf.current.hash == was


def test_before_anything_was_told_a_unit_may_change(world: World, shelf: Path) -> None:
    rewrite(shelf, "hb,number,g/L", "hb,number,g/dL")
    assert world.record.release(shelf)
    assert world.record.shelf.current.dictionary["hb"].unit == "g/dL"


def test_a_whole_number_may_become_any_number_and_a_code_may_come_or_go(world: World, shelf: Path) -> None:
    world.send(body(answers={"hb": 81}))
    rewrite(shelf, "weight,number,g", "weight,integer,g")
    path = shelf / "small" / "dictionary.csv"
    path.write_text(path.read_text() + "height,number,cm,,,care,,,Height\n")
    assert world.record.release(shelf)


def test_what_was_once_told_in_another_unit_is_remembered_through_later_packs(world: World, shelf: Path) -> None:
    path = shelf / "small" / "dictionary.csv"
    first = path.read_text()
    path.write_text(first + "height,number,cm,,,care,,,Height\n")
    world.record.release(shelf)
    world.send(body(answers={"hb": 81}))
    path.write_text(first)
    assert world.record.release(shelf), "the code is gone"
    path.write_text(first + "height,number,m,,,care,,,Height\n")
    with pytest.raises(ContentWrong, match="code height found as number m; expected number cm"):
        world.record.release(shelf)
