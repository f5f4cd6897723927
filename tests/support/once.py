"""What takes long to make and is the same for everybody: made once in a run, by whichever test process asks first."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name, which `make` filled; who comes meanwhile waits for it. Nobody writes to it: whoever changes what
    lies there copies it first (`copied`)."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # above the folders that each of the processes has
        base = base.parent
    folder, fresh = base / name, base / f"{name}-begun"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(fresh, ignore_errors=True)  # of a process that was ended in the middle
            fresh.mkdir()
            make(fresh)
            fresh.rename(folder)
    return folder


def copied(folder: Path, to: Path) -> Path:
    """A copy to do anything to."""
    return Path(shutil.copytree(folder, to, dirs_exist_ok=True))
