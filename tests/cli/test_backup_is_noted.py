"""Who runs the installation sees in the audit log that a backup was made, and that this is what was restored from one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.test_record import PREPARE, Shell
from tests.record.cast import registered
from tests.record.world import SHELF

NOTED = """
from doorstep.cli.django_ready import ready
ready()
from doorstep.accounts.models import Audit
for row in Audit.objects.order_by("pk"):
    print(row.worker, row.action, row.about)
"""


def installation(folder: Path, name: str) -> Shell:
    """An installation of its own on SQLite, with the villages."""
    environment = {
        **os.environ, "DOORSTEP_DATA": str(folder / name), "DOORSTEP_DATABASE": "", "DOORSTEP_KEYS": "",
        "DOORSTEP_PROGRAMMES": str(SHELF), "PYTHONPATH": os.getcwd(),
    }  # fmt: skip
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run([sys.executable, "-c", PREPARE, str(SHELF)], env=environment, check=True)
    return Shell(environment, folder)


def test_a_backup_and_a_restore_are_noted_and_nothing_noted_before_is_lost(tmp_path: Path) -> None:
    backup, other = tmp_path / "backup", tmp_path / "other"
    old = installation(tmp_path, "old")
    old.submit(registered(id="r"))
    old("worker", "add", "mai")
    old("backup", str(backup))
    [stamp] = [path.stem.removeprefix("accounts-") for path in (backup / "accounts").iterdir()]
    assert old.python(NOTED).splitlines() == ["operator enrolled mai", f"operator backed_up {stamp}"]

    new = installation(tmp_path, "new")
    new("export", "--parquet", str(other))
    before = new.python(NOTED).splitlines()
    assert [line.split()[1] for line in before] == ["exported"]
    new("restore", str(backup))
    assert new.python(NOTED).splitlines() == [*before, "operator enrolled mai", f"operator restored {stamp}"]
