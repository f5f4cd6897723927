"""One value of a YAML file is changed, and nothing else of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.content.workbook_yaml import Leaf, NotYaml, apply, leaves, show, unshow

SHELF = Path(__file__).parents[2] / "programmes"
STYLES = """a: plain  # with a comment
b: 'single ''quoted'''
c: "double"
d: >-
  folded
  words
e: |
  line one
  line two
f: {x: in braces, y: "q", z: {deep: 1}}
g: [1, two, "three"]
h:
  - item
  - {in: item, and: more}
  - key: block
    other: 2
i:
"""
MAPPINGS = {"styles": STYLES, **{str(path.relative_to(SHELF)): path.read_text("utf-8") for path in SHELF.glob("*/*.yaml")}}
TEXTS = {**MAPPINGS, **{str(path.relative_to(SHELF)): path.read_text("utf-8") for path in SHELF.glob("*/cases/*.yaml")}}
# Letters that a cell of Excel can hold and that people type.
words = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Co", "Cn"), include_characters="\n", exclude_characters="\ufeff\xa0\x85"),
    max_size=20,
).filter(lambda text: text == text.strip() and "\n\n" not in text)


def told(found: list[Leaf]) -> dict[tuple[str | int, ...], str]:
    return {leaf.path: leaf.text for leaf in found}


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_value_is_set_to_any_words_and_every_other_stays(data: st.DataObject) -> None:
    text = TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))]
    before = leaves(text)
    leaf = data.draw(st.sampled_from([leaf for leaf in before if leaf.text[:1] not in ("[", "{")]))
    value = data.draw(words.filter(lambda value: value[:1] not in ("[", "{")))
    after = leaves(apply(text, {leaf.path: value}))
    assert told(after) == {**told(before), leaf.path: value}
    others = [(one.path, one.note) for one in before if one.path != leaf.path]
    assert [(one.path, one.note) for one in after if one.path != leaf.path] == others


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_value_is_taken_out_and_put_in_again_and_every_other_stays(data: st.DataObject) -> None:
    text = MAPPINGS[data.draw(st.sampled_from(sorted(MAPPINGS)))]
    before = told(leaves(text))
    path = data.draw(st.sampled_from([path for path in before if not any(isinstance(step, int) for step in path)]))
    shorter = apply(text, {path: None})
    assert told(leaves(shorter)) == {other: value for other, value in before.items() if other != path}
    if before[path]:
        assert told(leaves(apply(shorter, {path: before[path]}))) == before


@given(st.lists(st.text(min_size=1) | st.integers(0, 50), min_size=1).map(tuple))
def test_a_path_is_shown_and_read_back(path: tuple[str | int, ...]) -> None:
    assert unshow(show(path)) == path


def test_a_path_counts_from_one() -> None:
    assert show(("pathways", "care", "ends", 0)) == "pathways.care.ends[1]"
    assert show((0, "expect", "care.tablet", 1)) == '[1].expect."care.tablet"[2]'


@pytest.mark.parametrize("text", ["a..b", "a[", "a[0]", '"a', "a]"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(NotYaml):
        unshow(text)


def test_a_list_may_be_changed_as_it_is_written_and_only_so() -> None:
    assert apply("a: [1, 2]  # two\n", {("a",): "[1, 2, 3]"}) == "a: [1, 2, 3]  # two\n"
    with pytest.raises(NotYaml):
        apply("a: [1, 2]\n", {("a",): "1, 2"})
    with pytest.raises(NotYaml):
        apply("a: 1\n", {("a", "b"): "2"})


def test_a_file_may_begin_from_nothing() -> None:
    text = apply("", {(0, "title"): "First", (0, "events", 0): "{day: 2026-01-01}", (1, "title"): "Second"})
    assert text == "- title: First\n  events:\n    - {day: 2026-01-01}\n- title: Second\n"
