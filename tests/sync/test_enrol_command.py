"""`doorstep enrol`: what whoever keeps the server types to give somebody a phone."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.test_first_steps import typed


def test_it_prints_eight_letters_an_address_and_a_picture_once(tmp_path: Path) -> None:
    assert typed(tmp_path, "worker", "add", "dara")[0] == 0
    code, said, wrong = typed(tmp_path, "enrol", "dara", "--address", "https://care.example/")
    assert (code, wrong) == (0, "")
    shown = re.search(r"^([A-Z]{4}) ([A-Z]{4})$", said, re.MULTILINE)
    assert shown, said
    assert f"https://care.example/phone/#enrol={shown[1]}{shown[2]}" in said
    assert said.count("▄") > 50, "a QR code"
    assert "dara" in said
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert f"{shown[1]}{shown[2]}".encode() not in kept, "only a hash of it is kept"
    assert f"{shown[1]}{shown[2]}" not in typed(tmp_path, "enrol", "dara")[1], "the next is another"


def test_nobody_gets_a_phone_by_a_mistyped_name(tmp_path: Path) -> None:
    code, _, said = typed(tmp_path, "enrol", "dora")
    assert code == 1
    assert "Nobody here is called 'dora'. Nothing was changed." in said
