"""All benches, one after the other; at the end the lines that count, together.

    python -m bench.all                    # as `make bench` does: with a million pregnancies, more than an hour
"""

from __future__ import annotations

import argparse
import subprocess
import sys

NAMES = ("due", "touch", "intake", "phone")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    last: list[str] = []
    for name in NAMES:
        lines = _run(name)
        last.append(lines[-1] if lines else f"bench {name}: printed nothing")
        print(flush=True)
    print("\n".join(last))
    if not all(line.startswith(f"bench {name}: ") for name, line in zip(NAMES, last, strict=True)):
        sys.exit(1)


def _run(name: str) -> list[str]:
    """What one bench printed, passed on while it does; its errors go where ours go."""
    process = subprocess.Popen([sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    lines = []
    for line in process.stdout:
        print(line, end="", flush=True)
        lines.append(line.rstrip("\n"))
    if process.wait() != 0:
        lines.append(f"failed: bench {name} ended with exit code {process.returncode}; why is above")
    return [line for line in lines if line]


if __name__ == "__main__":
    main()
