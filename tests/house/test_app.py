"""The phone app's own tests run with everybody else's."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_phone_apps_own_tests_pass() -> None:
    npm = ROOT / ".venv" / "bin" / "npm"
    done = subprocess.run(
        [npm, "--prefix", ROOT / "app", "test", "--", "--no-color"], capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout
