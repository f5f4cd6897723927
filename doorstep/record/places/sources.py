"""Opens the files that places are made from: the project's own tables, and the data inside installed packages."""

from __future__ import annotations

import csv
import importlib.util
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import yaml


class SourceMissing(RuntimeError):
    """A package or file with places is not there."""


def default_shelf() -> Path:
    """The folder with the project's own tables: in DOORSTEP_PROGRAMMES when that has one, else beside the package."""
    named = Path(os.environ.get("DOORSTEP_PROGRAMMES", "")) / "places"
    beside = Path(__file__).resolve().parents[3] / "programmes" / "places"
    return named if (named / "countries.csv").exists() else beside


@cache
def package_folder(package: str) -> Path:
    """Where a package keeps its files, without importing it (an import would load its geometry libraries)."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SourceMissing(
            f"The package {package}, which holds places, is not installed. No place was changed. Run: make setup"
        )
    return Path(next(iter(spec.submodule_search_locations)))


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header, as text without invisible spaces at either end."""
    if not path.exists():
        raise SourceMissing(f"{path.name} is missing in {path.parent.name}/. No place was changed. Run: make setup")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{key: clean(value) for key, value in row.items()} for row in csv.DictReader(file)]


def read_yaml(path: Path) -> Any:
    """What a YAML file holds."""
    if not path.exists():
        raise SourceMissing(f"{path.name} is missing in {path.parent.name}/. No place was changed. Run: make setup")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def read_table(path: Path, table: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows of one table of an SQLite file, in the order in which they were written."""
    if not path.exists():
        raise SourceMissing(f"{path.name} is missing in its package. No place was changed. Run: make setup")
    quoted = ", ".join(f'"{column}"' for column in columns)
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        for row in database.execute(f'SELECT {quoted} FROM "{table}" ORDER BY rowid'):
            yield dict(zip(columns, row, strict=True))


def clean(text: str | None) -> str:
    """Text without zero-width spaces (some names have them) and without spaces at the ends."""
    return (text or "").replace("\u200b", "").replace("\ufeff", "").strip()
