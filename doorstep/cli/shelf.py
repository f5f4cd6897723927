"""Where the shelf of programmes stands, and one programme from it, for commands."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import click

from doorstep.content.model import Programme


def shelf() -> Path:
    """The folder of programmes: DOORSTEP_PROGRAMMES, `programmes` here, or the one beside the package."""
    named = os.environ.get("DOORSTEP_PROGRAMMES")
    for candidate in (Path(named) if named else None, Path("programmes"), Path(__file__).parents[2] / "programmes"):
        if candidate is not None and candidate.is_dir():
            return candidate
    raise click.ClickException("no folder of programmes here; set DOORSTEP_PROGRAMMES to where they are")


@cache
def programme_named(name: str) -> Programme:
    """A programme by id, or by the path of its folder. Mistakes in it are printed, all of them, and end the command."""
    folder = Path(name) if (Path(name) / "programme.yaml").exists() else shelf() / name
    if not (folder / "programme.yaml").exists():
        known = ", ".join(sorted(p.parent.name for p in shelf().glob("*/programme.yaml"))) or "none"
        raise click.ClickException(f"no programme {name!r}; known: {known}")
    from doorstep.content.read import read_programme  # takes long to load: only when a programme is read

    programme, problems = read_programme(folder)
    if programme is None:
        for problem in problems:
            click.echo(str(problem), err=True)
        raise click.ClickException(f"{name} has mistakes, listed above; nothing was changed")
    return programme
