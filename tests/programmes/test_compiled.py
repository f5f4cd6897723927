"""The same programme is compiled to the same statements, in every process and on every machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMPILED = """
import hashlib
from pathlib import Path
from doorstep.content.read import read_programme
from doorstep.pathways.compiler import compile_steps
from doorstep.pathways.indicators import compile_indicators
programme, problems = read_programme(Path({folder!r}))
for name in sorted(programme.pathways):
    print(name, hashlib.sha256(compile_steps(programme, {engine!r}, pathways=[name]).sql.encode()).hexdigest())
print(hashlib.sha256(compile_indicators(programme, {engine!r}).sql.encode()).hexdigest())
"""


def compiled(engine: str, seed: str) -> str:
    """Hashes of the statements, by a process whose sets have an order of their own."""
    script = COMPILED.format(folder=str(ROOT / "programmes" / "maternal"), engine=engine)
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_sets_have_no_say_in_what_is_compiled(engine: str) -> None:
    first = compiled(engine, "1")
    assert len(first.splitlines()) > 10
    assert compiled(engine, "2") == first
