"""Who is due for which antenatal contact, and who had four: from facts alone, on four engines, beside `cql-execution`.

    python -m bench.due                                          # everything
    python -m bench.due --sizes 10000,100000 --engines duckdb    # a part

The rules are the maternal programme's own step `antenatal.contact` and indicator `anc4`, as `doorstep` compiles them. The peer
runs the same rules in CQL (`bench/peers/cql/antenatal.cql`) on the same histories. Before anything is timed, the answers of
all pregnancies that the peer does are compared on every engine. docs/benches.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.answers import compared, from_facts, from_steps
from bench.facts import count, facts
from bench.histories import AS_OF
from bench.loading import loaded
from bench.peers import cql
from bench.report import last_line, machine, median, say, table
from doorstep.content import tree as t
from doorstep.content.model import Programme
from doorstep.content.read import read_programme
from doorstep.pathways.compiler import Compiled, compile_steps
from doorstep.pathways.due import compile_due
from doorstep.pathways.engines import NAMES, Engine
from doorstep.pathways.indicators import compile_indicators
from doorstep.pathways.status import compile_status

SIZES = (10_000, 100_000, 1_000_000)
PEER_N = 5_000
ENOUGH = 20.0  # seconds: a measurement is repeated up to RUNS times, or until so much was spent on it
RUNS = 3
PROGRAMME = Path(__file__).resolve().parent.parent / "programmes" / "maternal"
# All rows of each are read, in the engine, and each of their columns: counts and sums, which must be the same on every engine.
CONSUMED: Mapping[str, str] = {
    "due": "SELECT COUNT(*), SUM(n), SUM(due), SUM(opens), COUNT(CASE WHEN status = 'late' THEN 1 END), "
           "COUNT(subject), COUNT(episode), COUNT(pathway), COUNT(step), COUNT(overdue), COUNT(closes), COUNT(rule), COUNT(urgency), "
           "COUNT(compartment) FROM ({}) AS q",
    "indicator": "SELECT COUNT(*), COUNT(indicator), COUNT(subject), COUNT(episode), SUM(denominator), SUM(numerator) FROM ({}) AS q",
    "steps": "SELECT COUNT(*), COUNT(done_on), SUM(n), SUM(due), SUM(since) FROM ({}) AS q",
    "listed": "SELECT COUNT(*), COUNT(CASE WHEN status = 'late' THEN 1 END), SUM(n), SUM(due) FROM ({}) AS q",
}


@dataclass(frozen=True)
class Timed:
    """Seconds of the median run; `cpu` of this process where the engine runs in it, else None."""

    seconds: float
    cpu: float | None
    result: tuple[object, ...]


@dataclass(frozen=True)
class Figure:
    """One engine at one size. due, indicator: straight from facts. steps: the whole story from facts. listed: from stored steps."""

    engine: str
    n: int
    facts: int
    loading: float
    compiling: float
    due: Timed
    indicator: Timed
    steps: Timed
    listed: Timed

    @property
    def seconds(self) -> float:
        """What the peer answers: the chain and ANC4+."""
        return self.due.seconds + self.indicator.seconds

    @property
    def cpu(self) -> float | None:
        return None if self.due.cpu is None or self.indicator.cpu is None else self.due.cpu + self.indicator.cpu

    @property
    def rate(self) -> float:
        return self.n / self.seconds


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

        def run(what: str) -> Timed:
            return timed(lambda: opened.query(CONSUMED[what].format(sql[what])), inside)

        told = {what: run(what) for what in ("due", "indicator", "steps")}
        opened.store("step", sql["steps"])
        opened.store("listed", f"SELECT DISTINCT subject, {AS_OF} AS t_day, {AS_OF * 86_400} AS t_second FROM step")
        told["listed"] = run("listed")
    return Figure(engine, n, count(path), loading, compiling, **told), words


def compiled(engine: Engine, programme: Programme) -> dict[str, str]:
    """What is asked, as SELECTs by name; their rule tables are then in the engine."""
    chain = {"pathways": ["antenatal"], "steps": ["contact"]}
    made: dict[str, Compiled] = {
        "due": compile_due(programme, engine.name, day=AS_OF, pathways=["antenatal"], steps=["contact"]),
        "indicator": compile_indicators(of_everybody(programme), engine.name, indicators=["anc4"]),
        "steps": compile_steps(programme, engine.name, projected=False, **chain),
        "listed": compile_status(engine.name, asof="listed"),
    }
    rules = {name: rows for one in made.values() for name, rows in one.tables.items()}
    for name, table_ in rules.items():
        engine.load(name, table_.columns, table_.rows)
    return {what: one.sql for what, one in made.items()}


def of_everybody(programme: Programme) -> Programme:
    """The programme's indicators, asked of every pregnancy: their denominators want a birth, and nobody here has given birth."""
    everybody = t.Lit(True, t.Type.BOOL)
    return replace(programme, indicators=tuple(replace(one, denominator=everybody) for one in programme.indicators))


def agreed(figures: Sequence[Figure]) -> None:
    """All engines must have given the same rows and the same list."""
    for n in sorted({figure.n for figure in figures}):
        for what in CONSUMED:
            results = {tuple(map(_plain, getattr(f, what).result)): f.engine for f in figures if f.n == n}
            if len(results) > 1:
                sys.exit(f"bench due: the engines differ at {n:,} pregnancies, {what}: {results}")


def _plain(value: object) -> float:
    return float(value)  # type: ignore[arg-type] # PostgreSQL sums to Decimal


def report(figures: Sequence[Figure], peer: float | None) -> None:
    """Two tables, and growth."""
    print("\nstraight from facts: the list of the day and ANC4+, as the peer is asked")
    head = ["engine", "pregnancies", "facts", "loading s", "list s", "ANC4+ s", "seconds", "CPU s", "a second", "x peer"]
    table(head, (
        (f.engine, f.n, f.facts, f.loading, f.due.seconds, f.indicator.seconds, f.seconds, f.cpu, f.rate,
         f.rate / peer if peer else None)
        for f in figures
    ))
    print("\nbeside it: every row with its story from facts; and the list of everybody on that day from stored rows")
    head = ["engine", "pregnancies", "story s", "CPU s", "a second", "x peer", "stored s", "a second"]
    table(head, (
        (f.engine, f.n, f.steps.seconds, f.steps.cpu, f.n / f.steps.seconds, f.n / f.steps.seconds / peer if peer else None,
         f.listed.seconds, f.n / f.listed.seconds)
        for f in figures
    ))
    print()
    for engine in dict.fromkeys(f.engine for f in figures):
        own = sorted((f for f in figures if f.engine == engine), key=lambda f: f.n)
        if len(own) > 1:
            growth, story = own[0].rate / own[-1].rate, own[-1].steps.seconds / own[-1].n / own[0].steps.seconds * own[0].n
            print(f"growth, {engine}: at {own[-1].n:,} a pregnancy takes {growth:.2f} times as long as at {own[0].n:,} "
                  f"(its story {story:.2f} times)")


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
                sql = compiled(opened, programme)
                ours = from_facts(opened, sql["due"], sql["indicator"]), from_steps(opened, sql["steps"])
                print(compared(engine, *ours, answers), flush=True)
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
