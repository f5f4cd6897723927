"""Who is due for which antenatal contact, and who had four: from facts alone, on four engines, beside `cql-execution`.

    python -m bench.due                                          # everything
    python -m bench.due --sizes 10000,100000 --engines duckdb    # a part

The rule is the maternal programme's own step `antenatal.contact`, as `doorstep` compiles it. The peer runs the same rule in
CQL (`bench/peers/cql/antenatal.cql`) on the same histories. Before anything is timed, the answers of all pregnancies that
the peer does are compared on every engine. docs/benches.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.answers import asked, compared
from bench.facts import count, facts
from bench.histories import AS_OF
from bench.loading import loaded
from bench.peers import cql
from bench.report import last_line, machine, median, say, table
from doorstep.content.model import Programme
from doorstep.content.read import read_programme
from doorstep.pathways.compiler import compile_steps
from doorstep.pathways.engines import NAMES, Engine
from doorstep.pathways.status import compile_status

SIZES = (10_000, 100_000, 1_000_000)
PEER_N = 5_000
ENOUGH = 20.0  # seconds: a measurement is repeated up to RUNS times, or until so much was spent on it
RUNS = 3
PROGRAMME = Path(__file__).resolve().parent.parent / "programmes" / "maternal"
# All rows are read: their number, contacts that took place, ANC4+ (pregnancies whose fourth contact took place), and sums.
CONSUMED = """
SELECT COUNT(*), COUNT(done_on), COUNT(CASE WHEN n = 4 AND done_on IS NOT NULL THEN 1 END), SUM(n), SUM(due), SUM(since)
FROM ({}) AS q"""
LISTED = """
SELECT COUNT(*), COUNT(CASE WHEN status = 'due' THEN 1 END), COUNT(CASE WHEN status = 'late' THEN 1 END),
  COUNT(CASE WHEN status = 'done' THEN 1 END), SUM(n), SUM(due)
FROM ({}) AS q"""


@dataclass(frozen=True)
class Timed:
    """Seconds of the median run; `cpu` of this process where the engine runs in it, else None."""

    seconds: float
    cpu: float | None
    result: tuple[object, ...]


@dataclass(frozen=True)
class Figure:
    """One engine at one size."""

    engine: str
    n: int
    facts: int
    loading: float
    compiling: float
    steps: Timed
    listed: Timed

    @property
    def rate(self) -> float:
        return self.n / self.steps.seconds


def maternal() -> Programme:
    """The programme. Ends the bench when it has mistakes."""
    programme, problems = read_programme(PROGRAMME)
    if programme is None:
        sys.exit("\n".join(map(str, problems)))
    return programme


def timed(work: Callable[[], list[tuple[object, ...]]], inside: bool) -> Timed:
    """The median of up to RUNS runs, by seconds."""
    runs: list[Timed] = []
    while len(runs) < RUNS and sum(run.seconds for run in runs) < ENOUGH:
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()[0]
        runs.append(Timed(time.perf_counter() - wall, time.process_time() - cpu if inside else None, result))
    middle = median([run.seconds for run in runs])
    return next(run for run in runs if run.seconds == middle)


def measure(engine: str, n: int, programme: Programme) -> tuple[Figure, str]:
    """One engine at one size; and its version and settings in words."""
    path = facts(n)
    say(f"due: {engine}, {n:,} pregnancies ...")
    inside = engine in ("sqlite", "duckdb")
    with loaded(engine, n) as (opened, words, loading):
        began = time.perf_counter()
        sql = compiled(opened, programme)
        compiling = time.perf_counter() - began
        steps = timed(lambda: opened.query(CONSUMED.format(sql)), inside)
        opened.store("step", sql)
        listed = timed(_reading(opened), inside)
    return Figure(engine, n, count(path), loading, compiling, steps, listed), words


def compiled(engine: Engine, programme: Programme) -> str:
    """The SELECT of the step rows of the contact chain; its rule tables are then in the engine."""
    made = compile_steps(programme, engine.name, pathways=["antenatal"], steps=["contact"], projected=False)
    for name, rules in made.tables.items():
        engine.load(name, rules.columns, rules.rows)
    return made.sql


def _reading(engine: Engine) -> Callable[[], list[tuple[object, ...]]]:
    """The list of everybody on one day, from stored steps."""
    everybody = f"SELECT DISTINCT subject, {AS_OF} AS t_day, {AS_OF * 86_400} AS t_second FROM step"
    engine.store("listed", everybody)
    sql = LISTED.format(compile_status(engine.name, asof="listed").sql)
    return lambda: engine.query(sql)


def agreed(figures: Sequence[Figure]) -> None:
    """All engines must have given the same rows and the same list."""
    for n in sorted({figure.n for figure in figures}):
        for what in ("steps", "listed"):
            results = {tuple(map(_plain, getattr(f, what).result)): f.engine for f in figures if f.n == n}
            if len(results) > 1:
                sys.exit(f"bench due: the engines differ at {n:,} pregnancies, {what}: {results}")


def _plain(value: object) -> float:
    return float(value)  # type: ignore[arg-type] # PostgreSQL sums to Decimal


def report(figures: Sequence[Figure], peer: float | None) -> None:
    """The table, and growth."""
    head = ["engine", "pregnancies", "facts", "loading s", "seconds", "CPU s", "a second", "x peer", "list s", "list a second"]
    table(head, (
        (f.engine, f.n, f.facts, f.loading, f.steps.seconds, f.steps.cpu, f.rate, f.rate / peer if peer else None,
         f.listed.seconds, f.n / f.listed.seconds)
        for f in figures
    ))
    for engine in dict.fromkeys(f.engine for f in figures):
        own = sorted((f for f in figures if f.engine == engine), key=lambda f: f.n)
        if len(own) > 1:
            growth = own[0].rate / own[-1].rate
            print(f"growth, {engine}: a pregnancy takes {growth:.2f} times as long at {own[-1].n:,} as at {own[0].n:,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="how many pregnancies, separated by commas")
    parser.add_argument("--engines", default=",".join(NAMES))
    parser.add_argument("--peer", type=int, default=PEER_N, help="how many of them the peer does; 0: no peer in this run")
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    engines = arguments.engines.split(",")
    programme = maternal()
    print(f"due: contact chain and ANC4+ from facts, as of {AS_OF} (days since 1970). {machine()}")
    peer = None
    if arguments.peer:
        figures, answers = cql.run(arguments.peer)
        peer = peer_rate(figures)
        for engine in engines:
            with loaded(engine, arguments.peer) as (opened, _, _):
                print(compared(engine, asked(opened, compiled(opened, programme)), answers), flush=True)
    done: list[Figure] = []
    for engine in engines:
        for n in sizes:
            figure, words = measure(engine, n, programme)
            done.append(figure)
        print(f"{engine}: {words}; compiling {figure.compiling:.2f} s, once for a programme")
    agreed(done)
    report(done, peer)
    best = max(done, key=lambda f: f.rate)
    if peer:
        last_line("due", best.rate / peer, f"cql-execution ({best.engine}, {best.n:,} pregnancies)")
    else:
        print(f"bench due: {best.rate:,.0f} pregnancies a second ({best.engine}), no peer in this run")


def peer_rate(figures: dict[str, object]) -> float:
    """The peer's better rate, of wall and CPU seconds; its figures are printed."""
    run = figures["chain_and_anc4"]
    assert isinstance(run, dict)
    rate = max(run["per_second"], run["per_cpu_second"])
    print(
        f"peer: cql-execution on {run['patients']:,} of the same histories: {rate:,.0f} patients a second for chain and ANC4+ "
        f"(wall {run['per_second']:,.0f}, CPU {run['per_cpu_second']:,.0f})"
    )
    return float(rate)


if __name__ == "__main__":
    main()
