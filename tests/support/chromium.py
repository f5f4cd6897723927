"""A real Chromium: the system's, or the one inside an npm package where the system has none."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKED = ROOT / "node_modules" / "@sparticuz" / "chromium"
UNPACKED = ROOT / "node_modules" / ".cache" / "chromium"
ARGUMENTS = [
    "--no-sandbox",  # CI runs as root, where Chromium's sandbox does not start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 640}
DESK = {"width": 1366, "height": 768}
UNPACK = """
const { readFileSync, writeFileSync } = require('node:fs');
const { brotliDecompressSync } = require('node:zlib');
const [from, to] = process.argv.slice(1);
for (const name of ['chromium', 'al2023.tar', 'fonts.tar', 'swiftshader.tar'])
  writeFileSync(`${to}/${name}`, brotliDecompressSync(readFileSync(`${from}/${name}.br`)));
"""


class NoBrowser(RuntimeError):
    """There is no Chromium here; the message says how to get one."""


def chromium_path() -> Path:
    """The program to start: DOORSTEP_CHROMIUM, the system's, or the packed one, unpacked once."""
    named = os.environ.get("DOORSTEP_CHROMIUM")
    if named:
        if not Path(named).exists():
            raise NoBrowser(f"DOORSTEP_CHROMIUM names a file that is not there: {named}")
        return Path(named)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    if PACKED.exists():
        return _unpacked()
    raise NoBrowser("No Chromium was found. Run `make setup`, or install the system's package chromium.")


def _unpacked() -> Path:
    """A script that starts the packed browser with the libraries and fonts that came with it."""
    start = UNPACKED / "start"
    if start.exists():
        return start
    fresh = UNPACKED.with_name(f"chromium-{os.getpid()}")  # test processes may unpack at the same moment
    fresh.mkdir(parents=True)
    node = ROOT / ".venv" / "bin" / "node"
    subprocess.run([node, "-e", UNPACK, PACKED / "bin", fresh], check=True)
    for name in ("al2023", "fonts", "swiftshader"):
        shutil.unpack_archive(fresh / f"{name}.tar", fresh / name if name != "swiftshader" else fresh)
        (fresh / f"{name}.tar").unlink()
    (fresh / "chromium").chmod(0o755)
    home = shlex.quote(str(UNPACKED))
    (fresh / "start").write_text(
        "#!/bin/sh\n"
        f"export LD_LIBRARY_PATH={home}/al2023/lib\n"
        f"[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_PATH={home}/fonts\n"
        f'exec {home}/chromium "$@"\n'
    )
    (fresh / "start").chmod(0o755)
    try:
        fresh.rename(UNPACKED)
    except OSError:  # another process was first
        shutil.rmtree(fresh)
    return start
