"""Setting up explains itself, checks what it fetches, and does nothing when there is nothing to do."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def setup(tmp_path: Path) -> ModuleType:
    """The setup script, working on an empty folder."""
    spec = importlib.util.spec_from_file_location("doorstep_setup", ROOT / "scripts" / "setup.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.VENV = tmp_path / ".venv"
    module.STAMPS = module.VENV / ".stamps"
    module.VENV.mkdir()
    return module


def find_python(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    script = ROOT / "scripts" / "python.sh"
    return subprocess.run(
        ["/bin/sh", script], env={"PATH": str(path), **environment}, capture_output=True, text=True, check=False
    )


def test_a_machine_without_python_311_is_told_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "cat").symlink_to(shutil.which("cat") or "/bin/cat")
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3").chmod(0o755)
    done = find_python(tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Doorstep needs Python 3.11" in done.stderr
    assert "Nothing was changed" in done.stderr
    assert "make setup PYTHON=" in done.stderr


def test_a_python_311_under_another_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(sys.executable)
    assert find_python(tmp_path).stdout.strip() == str(tmp_path / "python")
    assert find_python(tmp_path / "nowhere", PYTHON=sys.executable).stdout.strip() == sys.executable


def test_the_second_time_nothing_is_done(setup: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    done: list[str] = []
    for mark in ("one", "one", "two", "two"):
        setup.stage("lock", "installing", mark, lambda mark=mark: done.append(mark))
    assert done == ["one", "two"]
    assert capsys.readouterr().out.count("installing: done") == 2


def test_what_was_deleted_is_made_again(setup: ModuleType, tmp_path: Path) -> None:
    made = tmp_path / "node_modules"
    for _ in range(2):
        setup.stage("javascript", "installing", "same", made.mkdir, made)
        made.rmdir()
    setup.stage("javascript", "installing", "same", made.mkdir, made)
    assert made.exists()


def test_a_stage_that_failed_is_tried_again(setup: ModuleType) -> None:
    with pytest.raises(setup.SetupFailed, match=r"your files are as they were(.|\n)*make setup"):
        setup.stage("lock", "installing", "one", lambda: setup.do(["false"], "Installing"))
    done: list[str] = []
    setup.stage("lock", "installing", "one", lambda: done.append("again"))
    assert done == ["again"]


def test_the_installer_too_is_checked_by_its_hash(setup: ModuleType) -> None:
    first, *rest = setup.uv_lock().splitlines()
    assert first.startswith("uv==")
    assert rest
    assert all(line.strip().startswith("--hash=sha256:") for line in rest)


def test_old_node_is_not_taken(setup: ModuleType, tmp_path: Path) -> None:
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v18.19.0\n")
    old.chmod(0o755)
    assert setup.node_version(old) == (18, 19)
    assert setup.node_version(tmp_path / "absent") == (0, 0)
    refused, taken = [(0, 0), (18, 19), (20, 10), (21, 7), (22, 3)], [(20, 19), (22, 12), (23, 0), (24, 1)]
    assert [setup.new_enough(version) for version in (*refused, *taken)] == [False] * 5 + [True] * 4


def test_an_activated_environment_is_looked_past(setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its `npm` only leads to the one that was found before: found again, it would lead to itself."""
    setup.BIN, system = setup.VENV / "bin", tmp_path / "system"
    for folder in (setup.BIN, system):
        folder.mkdir()
        for name in ("node", "npm"):
            (folder / name).write_text("#!/bin/sh\necho v24.1.0\n")
            (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{setup.BIN}:{system}")
    assert setup.find_node() == (system / "node", system / "npm")
