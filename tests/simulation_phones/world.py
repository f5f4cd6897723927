"""The processes of a simulated world: the server, the people at it, all phones; and what time it is there."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.console import ROOT, _free_port, _wait, environment

CLOCK = Path(__file__).with_name("clock")
DAY = 86_400


class Line:
    """A process that answers lines of JSON."""

    def __init__(self, command: list[str], cwd: Path, env: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                command, cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    def ask(self, what: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        try:
            self.process.stdin.write(json.dumps(what) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())
        except (OSError, ValueError):
            raise RuntimeError(f"it ended: {self.log.read_text(errors='replace')[-3000:]}") from None

    def close(self) -> None:
        if self.process.stdin:
            with suppress(OSError):
                self.process.stdin.close()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()


class World:
    """A server with its data in a folder, at a time of its own. `now`: seconds UTC."""

    def __init__(self, folder: Path, begins: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, _free_port()
        self.clock = folder / "clock"
        self.backups = folder / "backups"
        self.log = folder / "log.txt"
        self._installations = 0
        self.at(begins)
        self.data = self._fresh()
        self.station: Line | None = None
        self.server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _fresh(self) -> Path:
        self._installations += 1
        return self.folder / f"data{self._installations}"

    @property
    def env(self) -> dict[str, str]:
        found = environment(self.data)
        return {**found, "SIMULATED_CLOCK": str(self.clock), "PYTHONPATH": f"{CLOCK}{os.pathsep}{found['PYTHONPATH']}", "TZ": "UTC"}

    def at(self, now: float) -> None:
        """It is this moment, for everything at the server."""
        self.now = now
        with self.clock.open("r+b" if self.clock.exists() else "wb") as file:
            file.write(struct.pack("<d", now))

    def begin(self, workers: list[list[str]]) -> None:
        """The installation is made, and served."""
        self.ask("fill", workers)
        self.serve()

    def ask(self, name: str, *asked: Any) -> Any:
        """What somebody at the server does or sees: `station.Station`."""
        if self.station is None:
            self.station = Line([sys.executable, "-m", "tests.simulation_phones.station"], ROOT, self.env, self.log)
        return self.station.ask([name, list(asked)])

    def serve(self) -> None:
        command = [Path(sys.executable).with_name("doorstep"), "serve", "--port", str(self.port), "--threads", "4"]
        with self.log.open("ab") as out:
            self.server = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=out, stderr=subprocess.STDOUT)
        _wait(self.port, self.server, self.log)

    def stop(self) -> None:
        if self.station:
            self.station.close()
            self.station = None
        if self.server:
            self.server.terminate()
            try:
                self.server.wait(30)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
            self.server = None

    def command(self, *words: str) -> str:
        """What `doorstep WORDS` prints on this installation."""
        done = subprocess.run(
            [Path(sys.executable).with_name("doorstep"), *words], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"doorstep {' '.join(words)}: {done.stdout[-1000:]}{done.stderr[-2000:]}")
        return done.stdout

    def backup(self) -> None:
        self.command("backup", str(self.backups))

    def restore(self) -> None:
        """The server burns, and another stands up from the last backup, at the same address."""
        self.stop()
        shutil.rmtree(self.data)
        self.data = self._fresh()
        self.command("restore", str(self.backups))
        self.serve()


class Phones:
    """All phones, in one process of Node."""

    def __init__(self, world: World, seed: int, sabotage: Mapping[str, str] | None = None) -> None:
        app = ROOT / "app"
        own = ROOT / ".venv" / "bin" / "node"
        command = [str(own if own.exists() else "node"), "test/simulation/run.mjs", world.address, str(seed), json.dumps(sabotage or {})]
        self.world = world
        self.line = Line(command, app, {**os.environ, "TZ": "Asia/Phnom_Penh"}, world.folder / "phones.txt")

    def ask(self, phone: str, do: str, **more: Any) -> dict[str, Any]:
        """What came of it: `found`, `cut`, `made`. Raises RuntimeError for a defect."""
        told: dict[str, Any] = self.line.ask({"do": do, "phone": phone, "now": int(self.world.now * 1000), **more})
        if "error" in told:
            raise RuntimeError(f"{phone}, {do} {json.dumps(more)[:300]}: {told['error']}")
        return told

    def close(self) -> None:
        self.line.close()
