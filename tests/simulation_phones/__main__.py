"""`python -m tests.simulation_phones`: lives through it with one seed or with several, and says what broke."""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.simulation_phones.laws import broken
from tests.simulation_phones.life import BEGINS, Life
from tests.simulation_phones.world import Phones, World

SHOWN = 5


def lived(
    seed: int, devices: int, days: int, busy: float = 1.0, sabotage: Mapping[str, str] | None = None, keep: bool = False
) -> dict[str, list[str]]:
    """Which laws do not hold at the end of it, and why not. sabotage: phone -> what it does wrong."""
    folder = Path(tempfile.mkdtemp(prefix="phones-"))
    world = World(folder, BEGINS.timestamp())
    phones = Phones(world, seed, sabotage)
    begun, cpu = time.monotonic(), time.process_time()
    print(f"seed {seed}: {devices} phones, {days} days ...", flush=True)
    try:
        life = Life(world, phones, seed, devices, days, busy)
        life.live()
        lived_through = time.monotonic() - begun
        life.quiet()
        found = broken(life)
    finally:
        phones.close()
        world.stop()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    told = life.told
    counts = ", ".join(f"{n} {what}" for what, n in sorted(told.counts.items()))
    print(
        f"seed {seed}: {devices} phones, {days} days, {len(told.work)} submissions of {len(told.people)} people, "
        f"{len(told.conflicts)} conflicts; {counts}; {lived_through:.0f} s to live, {time.monotonic() - begun:.0f} s in all "
        f"({time.process_time() - cpu:.0f} s here)", flush=True,
    )  # fmt: skip
    for law, sentences in found.items():
        print(f"seed {seed}: {law.replace('_', ' ')}: NO ({len(sentences)})", flush=True)
        for sentence in sentences[:SHOWN]:
            print(f"  {sentence}", flush=True)
    if keep:
        print(f"kept in {folder}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation_phones", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="the first seed; drawn unless given")
    parser.add_argument("--seeds", type=int, default=1, help="how many, one after the other")
    parser.add_argument("--devices", type=int, default=50)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--busy", type=float, default=1.0, help="share of days on which a worker does something")
    parser.add_argument(
        "--sabotage", default=[], nargs="*", metavar="PHONE=WHAT",
        help="what a phone does wrong on purpose, as w03=early: see app/test/simulation/sabotage.ts",
    )  # fmt: skip
    parser.add_argument("--keep", action="store_true", help="keep the folder with the server's data")
    asked = parser.parse_args()
    first = secrets.randbelow(10**9) if asked.seed is None else asked.seed
    failed = [
        seed for seed in range(first, first + asked.seeds)
        if lived(seed, asked.devices, asked.days, asked.busy, dict(one.split("=") for one in asked.sabotage), asked.keep)
    ]  # fmt: skip
    print(f"laws broke with the seeds {failed}" if failed else "all laws hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
