"""Makes .venv from the locks, safely as often as you like: what is already as the locks say is not touched.

Needs Python 3.11 and its standard library, nothing else. Each stage leaves a stamp in .venv/.stamps that names
the hash of what it was made from, so a second run reads a few small files and is done.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / ".stamps"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
LOCK = ROOT / "requirements-dev.txt"


class SetupFailed(Exception):
    """A stage did not finish; the message says what happened, what is safe and what to do next."""


def fingerprint(*parts: str | Path) -> str:
    """The SHA-256, in hex, of the given words and of the content of the given files."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def stage(name: str, says: str, mark: str, work: Callable[[], None]) -> None:
    """Does `work` unless its stamp already says `mark`; tells the person how long it took."""
    stamp = STAMPS / name
    if stamp.exists() and stamp.read_text() == mark:
        return
    print(f"setup: {says} ...", flush=True)
    began = time.monotonic()
    stamp.unlink(missing_ok=True)
    work()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(mark)
    print(f"setup: {says}: done in {time.monotonic() - began:.0f} s", flush=True)


def do(command: Sequence[str | Path], what: str) -> None:
    """Runs a command in the project's folder; SetupFailed with the way out if it does not succeed."""
    environment = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONHOME")}
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, check=False)
    if done.returncode != 0:
        raise SetupFailed(
            f"{what} did not work (exit code {done.returncode}; its own words are above).\n"
            "Only .venv was being changed: your files are as they were.\n"
            "If the network was away, run `make setup` again; it goes on where it stopped.\n"
            "If it fails again, remove .venv and run `make setup` once more."
        )


def make_venv() -> None:
    """A new, empty virtual environment; one made by another Python, or moved here, is replaced."""
    if VENV.exists():
        shutil.rmtree(VENV)
    do([sys.executable, "-m", "venv", VENV], "Making the virtual environment")


def uv_lock() -> str:
    """The lines of the lock that pin uv itself, so that the installer too is checked by its hash."""
    lines = LOCK.read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("uv=="))
    block = [lines[first]]
    for line in lines[first + 1 :]:
        if not line.startswith("    --hash"):
            break
        block.append(line)
    return "\n".join(block).rstrip(" \\") + "\n"


def install_uv() -> None:
    """uv through pip, from the lock."""
    wanted = VENV / "uv-lock.txt"
    wanted.write_text(uv_lock())
    do([BIN / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes",
        "-r", wanted], "Installing the installer (uv)")  # fmt: skip


def install_all() -> None:
    """Exactly what the lock names, each file checked by its hash."""
    do([BIN / "uv", "pip", "sync", "--python", BIN / "python", "--require-hashes", LOCK],
       "Installing what Doorstep needs")  # fmt: skip


def install_project() -> None:
    """The project itself, in place: .venv/bin/doorstep runs the code of this folder."""
    do([BIN / "uv", "pip", "install", "-q", "--python", BIN / "python", "--no-deps", "--no-build-isolation",
        "--editable", ROOT], "Installing Doorstep itself")  # fmt: skip


def main() -> int:
    if sys.version_info[:2] != (3, 11):
        print(f"setup: this is Python {sys.version.split()[0]}; Doorstep needs 3.11. Nothing was changed.\n"
              "Run `make setup`, which looks for it, or `make setup PYTHON=/path/to/python3.11`.")  # fmt: skip
        return 2
    try:
        here = fingerprint(str(VENV), sys.version)
        stage("venv", "making .venv", here, make_venv)
        stage("uv", "fetching the installer", fingerprint(here, uv_lock()), install_uv)
        lock = fingerprint(here, LOCK)
        stage("lock", "installing what Doorstep needs (about 400 MB the first time)", lock, install_all)
        stage("project", "installing Doorstep itself", fingerprint(lock, ROOT / "pyproject.toml"), install_project)
    except SetupFailed as failure:
        print(f"setup: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
