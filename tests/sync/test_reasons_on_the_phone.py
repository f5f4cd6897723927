"""Why something waits or was not taken in is said on the phone in her own words: by the station's codes, each of which it knows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from doorstep.record.reasons import HELD, REASONS, REFUSED

SOURCE = Path(__file__).resolve().parents[2] / "app" / "src"


@pytest.mark.parametrize(("outcome", "name"), [(HELD, "HELD"), (REFUSED, "REFUSED")])
def test_every_reason_has_words_in_every_language(outcome: str, name: str) -> None:
    table = re.search(rf"const {name} = {{(.*?)}} as const", (SOURCE / "parts" / "waits.ts").read_text(encoding="utf-8"), re.DOTALL)
    assert table
    words = dict(re.findall(r"(\w+): '(\w+)'", table[1]))
    assert set(words) == {code for code, reason in REASONS.items() if reason.outcome == outcome}
    for language in ("en", "vi", "km", "bg"):
        known = json.loads((SOURCE / "words" / f"{language}.json").read_text(encoding="utf-8"))
        assert {f"{outcome}.{word}" for word in words.values()} <= set(known)
