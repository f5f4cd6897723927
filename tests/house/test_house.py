"""The house keeps its order: floors, commands that explain themselves, nothing that belongs to one machine."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {contract["id"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}
FLOORS = CONTRACTS["floors"]["layers"]
# Put together here, so that this file does not name them either.
MACHINE = re.compile(r"""(?:^|[\s"'`(=:])/(?:""" + "|".join(("wor" + "k", "roo" + "t")) + r")/")
REGISTRIES = [
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
]


def committed() -> list[Path]:
    """Every file that git keeps, as far as it is there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(
        [program, "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("floor", FLOORS)
def test_every_floor_says_what_it_is_for(floor: str) -> None:
    words = ast.get_docstring(ast.parse((ROOT / "doorstep" / floor / "__init__.py").read_text()))
    assert words
    assert len(words.split()) > 8


def test_no_floor_stands_outside_the_order() -> None:
    built = {path.parent.name for path in (ROOT / "doorstep").glob("*/__init__.py")}
    assert built == set(FLOORS)


def test_no_floor_imports_one_below_it() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("where", "line", "broken"),
    [
        ("content/lark.py", "import doorstep.record", "Each floor imports only the floors above it"),
        ("record/page.py", "import doorstep.web", "Each floor imports only the floors above it"),
        ("pathways/table.py", "import django.db", "The pure floors are a library"),
        ("insight/count.py", "import doorstep.protection", "Sealed cases are seen by the pages alone"),
    ],
)
def test_a_floor_that_reaches_down_is_named(tmp_path: Path, where: str, line: str, broken: str) -> None:
    """The contract itself works: a small house with one wrong import is refused."""
    for floor in FLOORS:
        (tmp_path / "doorstep" / floor).mkdir(parents=True)
        (tmp_path / "doorstep" / floor / "__init__.py").touch()
    (tmp_path / "doorstep" / "__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert lint_imports(tmp_path).returncode == 0
    (tmp_path / "doorstep" / where).write_text(line + "\n")
    done = lint_imports(tmp_path)
    assert done.returncode != 0
    assert re.search(re.escape(broken) + r".* BROKEN", done.stdout), done.stdout


def test_make_help_tells_of_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())  # type: ignore[index]
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"setup", "run", "test", "lint", "bench"} <= targets
    assert targets == set(re.findall(r"^make (\w+) +\S", said, re.MULTILINE))


def test_ci_ends_with_the_summary_of_the_tests() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = [line for line in script.read_text().splitlines() if line and not line.startswith("#")]
    assert "set -euo pipefail" in lines
    assert lines[-2:] == ["make lint", "make test ARGS='-m \"not long\"'"], "what is long is named in tests/conftest.py, nothing else is left out"


def test_nothing_committed_belongs_to_one_machine_or_names_a_registry() -> None:
    found = []
    for path in committed():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        named = [host for host in REGISTRIES if host in text]
        if named or MACHINE.search(text):
            found.append((str(path.relative_to(ROOT)), named or MACHINE.findall(text)))
    assert found == []


def test_the_search_for_machine_paths_finds_one() -> None:
    assert MACHINE.search('open("/' + 'work/main/x")')
    assert not MACHINE.search("frame" + "work/main")
