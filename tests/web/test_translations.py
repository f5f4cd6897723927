"""Every word of the pages is there in every language, and what was translated is what is shown."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

from doorstep.web.context import UNREVIEWED
from tests.support.pages import ROOT

SCRIPT = ROOT / "scripts" / "translations.py"


def test_nothing_on_the_pages_waits_for_a_translation() -> None:
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_a_word_that_nobody_translated_is_found(tmp_path: Path) -> None:
    copy = tmp_path / "project"
    for part in ("scripts", "doorstep/web"):
        shutil.copytree(ROOT / part, copy / part)
    page = copy / "doorstep" / "web" / "templates" / "web" / "home.html"
    page.write_text(page.read_text() + '{% trans "A sentence that is new" %}')
    done = subprocess.run(
        [sys.executable, copy / "scripts" / "translations.py", "--check"], capture_output=True, text=True, cwd=copy, check=False
    )
    assert done.returncode == 1
    assert "vi: not collected yet: 'A sentence that is new'" in done.stdout


@pytest.mark.parametrize(("language", "question"), [
    ("vi", "Ai cần được thăm?"), ("km", "អ្នកណាត្រូវការការជួប?"), ("bg", "Кой се нуждае от посещение?"),
])  # fmt: skip
def test_the_first_question_is_asked_in_every_language(language: str, question: str) -> None:
    with translation.override(language):
        assert gettext("Who needs a visit?") == question
        assert pgettext("status", "Late") not in ("Late", "")


def test_bulgarian_has_a_form_for_one_and_a_form_for_many() -> None:
    with translation.override("bg"):
        assert ngettext("%(n)d week", "%(n)d weeks", 1) % {"n": 1} == "1 седмица"
        assert ngettext("%(n)d week", "%(n)d weeks", 2) % {"n": 2} == "2 седмици"


@pytest.mark.parametrize("language", UNREVIEWED)
def test_a_language_that_no_speaker_has_reviewed_says_so_in_its_own_file(language: str) -> None:
    path = ROOT / "doorstep" / "web" / "locale" / language / "LC_MESSAGES" / "django.po"
    assert "Made by a machine" in path.read_text(encoding="utf-8")[:400]
