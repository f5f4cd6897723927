"""The forms that the phone must run: every one of the maternal programme, and pyxform's public examples."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from doorstep.content.forms import read_form
from doorstep.content.model import Form
from doorstep.content.read import read_programme

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "tests" / "content" / "xlsforms"


@cache
def programme_forms() -> dict[str, Form]:
    """By id."""
    programme, problems = read_programme(ROOT / "programmes" / "maternal")
    assert programme is not None, [str(problem) for problem in problems if problem.is_error]
    return dict(programme.forms)


@cache
def example(name: str) -> Form:
    """One of pyxform's examples by its file's name."""
    form, problems = read_form(EXAMPLES / name, {})
    assert form is not None, [str(problem) for problem in problems]
    return form


EXAMPLE_NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.suffix in (".xlsx", ".xls", ".csv"))
PROGRAMME_NAMES = sorted(path.stem for path in (ROOT / "programmes" / "maternal" / "forms").glob("*.md"))
EVERY = [*(f"maternal/{name}" for name in PROGRAMME_NAMES), *EXAMPLE_NAMES]


def form_named(name: str) -> Form:
    return programme_forms()[name.removeprefix("maternal/")] if name.startswith("maternal/") else example(name)
