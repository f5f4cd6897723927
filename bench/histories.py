"""Pregnancies that never happened, as facts; the same seed gives the same facts, and N is a prefix of more.

    python -m bench.histories 1000000

Three pregnancies in ten are edges (see `bench.lives.draw`); the rest follow the antenatal schedule more or
less, as in a field register. About 16.3 facts each. All are still pregnant on `AS_OF`. Nothing in a row is
derived: no gestational age, no contact number.

A row is `(subject, episode, code, day, day_last, at, precision, num, txt, how, row, submission)`: days since
1970-01-01, `at` in UTC seconds or null, `row` pairs systolic with diastolic. The `due` bench reads `lmp_told`
(num: civil day), `lmp_certain` (txt yes/no), `scan_ga_days` (num), `fundal_ga_weeks` (num), each at most
once, and `anc_contact` (txt yes). An estimate is never so far off that a contact falls outside weeks 3-42, or
that the pregnancy is 44 weeks old on `AS_OF`: what the schedule refuses is not what this bench is about.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.lives import AS_OF as AS_OF
from bench.lives import NONE, VISITS, Ints, Lives, draw

SEED = 20260630
CHUNK = 10_000  # pregnancies drawn together, and one Parquet row group: what makes N a prefix of a larger N
OFFSET = 7 * 60  # minutes: these women live in UTC+7
DATA = Path(__file__).resolve().parent / ".data"
SOURCES = (Path(__file__), Path(__file__).with_name("lives.py"))

SCHEMA = pa.schema(
    [
        pa.field("subject", pa.string(), nullable=False),
        pa.field("episode", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("day", pa.int64(), nullable=False),
        pa.field("day_last", pa.int64(), nullable=False),
        pa.field("at", pa.int64()),
        pa.field("precision", pa.string(), nullable=False),
        pa.field("num", pa.float64()),
        pa.field("txt", pa.string()),
        pa.field("how", pa.string(), nullable=False),
        pa.field("row", pa.int64()),
        pa.field("submission", pa.string(), nullable=False),
    ]
)


class Fact(NamedTuple):
    """One row, as plain Python: what `rows` gives to whoever needs no arrays."""

    subject: str
    episode: str
    code: str
    day: int
    day_last: int
    at: int | None
    precision: str
    num: float | None
    txt: str | None
    how: str
    row: int | None
    submission: str


class Kind(NamedTuple):
    """What a fact of a code looks like: how it is known, and the text of each choice (empty: a number)."""

    how: str
    choices: tuple[str, ...] = ()
    row: int | None = None


KINDS: dict[str, Kind] = {
    "lmp_told": Kind("told"),
    "lmp_certain": Kind("told", ("no", "yes")),
    "scan_ga_days": Kind("measured"),
    "fundal_ga_weeks": Kind("measured"),
    "anc_contact": Kind("seen", ("no", "yes")),
    "bp_sys": Kind("measured", row=1),
    "bp_dia": Kind("measured", row=1),
    "weight": Kind("measured"),
    "temperature": Kind("measured"),
    "hb": Kind("measured"),
    "urine_protein": Kind("measured", ("none", "trace", "1+", "2+")),
    "fetal_heart": Kind("measured"),
    "iron_tablets": Kind("told"),
}
CODES = tuple(KINDS)
Numbers = np.ndarray[Any, np.dtype[np.float64]]


class Slab(NamedTuple):
    """Facts of one code, one array entry each; `visit` numbers the submission within the pregnancy."""

    code: int
    lane: Ints
    day: Ints
    visit: Ints
    value: Numbers


def _slabs(rng: np.random.Generator, lives: Lives) -> Iterator[Slab]:
    """Every fact that was reported about these pregnancies, code by code."""
    lane, visit = np.nonzero(lives.visits != NONE)
    day = lives.visits[lane, visit]
    age = day - lives.lmp[lane]
    k = len(lane)

    def once(code: str, keep: Any, day: Ints, number: int, value: Any) -> Slab:
        at = np.nonzero(keep)[0]
        return Slab(CODES.index(code), at, day[at], np.full(len(at), number), np.asarray(value, float)[at])

    def often(code: str, share: float, value: Any, since: int = 0) -> Slab:
        at = np.nonzero((rng.random(k) < share) & (age >= since))[0]
        return Slab(CODES.index(code), lane[at], day[at], visit[at] + 1, np.asarray(value, float)[at])

    yield once("lmp_told", lives.told != NONE, lives.registered, 0, lives.told)
    yield once("lmp_certain", lives.certain != NONE, lives.registered, 0, lives.certain)
    yield once("scan_ga_days", lives.scan_day != NONE, lives.scan_day, VISITS + 1, lives.scan_age)
    yield _fundal(rng, lives, lane, visit, age)
    yield often("anc_contact", 1.0, np.ones(k))
    pressure, taken = np.rint(rng.normal(112, 12, k)), rng.random(k)
    measured = np.nonzero(taken < 0.95)[0]
    for code, value in (("bp_sys", pressure), ("bp_dia", np.rint(pressure * 0.64 + rng.normal(0, 4, k)))):
        yield Slab(CODES.index(code), lane[measured], day[measured], visit[measured] + 1, value[measured])
    yield often("weight", 0.68, np.round(rng.normal(52, 6, k) + age * 0.04, 1))
    yield often("temperature", 0.3, np.round(rng.normal(36.8, 0.3, k), 1))
    yield often("hb", 0.25, np.rint(rng.normal(108, 12, k)))
    yield often("urine_protein", 0.3, rng.choice(4, k, p=[0.9, 0.05, 0.03, 0.02]))
    yield often("fetal_heart", 0.7, np.rint(rng.normal(142, 9, k)), since=140)
    yield often("iron_tablets", 0.4, rng.choice([30, 60, 90], k))


def _fundal(rng: np.random.Generator, lives: Lives, lane: Ints, visit: Ints, age: Ints) -> Slab:
    """At most one estimate by fundal height: at the first visit in weeks 16-36, right to two weeks."""
    could = (age >= 112) & (age < 252) & (lane % 10 > 1)
    at = np.nonzero(could)[0]
    at = at[np.concatenate([[True], lane[at][1:] != lane[at][:-1]])] if len(at) else at
    at = at[rng.random(len(at)) < 0.6]
    weeks = age[at] // 7 + rng.integers(-2, 3, len(at))
    days = lives.visits[lane[at], visit[at]]
    return Slab(CODES.index("fundal_ga_weeks"), lane[at], days, visit[at] + 1, weeks.astype(float))


def _names(pattern: str, numbers: Ints) -> pa.Array:
    return pa.array([pattern % number for number in numbers.tolist()], pa.string())


def _text(code: Ints, value: Numbers) -> pa.Array:
    """The choice that each value stands for; null where the code is a number."""
    words: list[str | None] = [None]
    start = np.zeros(len(CODES), np.int64)
    for i, kind in enumerate(KINDS.values()):
        start[i] = len(words) if kind.choices else NONE
        words += kind.choices
    at = np.where(start[code] == NONE, 0, start[code] + value.astype(np.int64))
    return pa.array(words, pa.string()).take(pa.array(at))


def _chunk(number: int, seed: int, keep: int) -> pa.Table:
    """Facts of the first `keep` pregnancies of one chunk, by subject, day and code."""
    rng = np.random.default_rng([seed, number])
    lanes = np.arange(number * CHUNK, (number + 1) * CHUNK)
    slabs = list(_slabs(rng, draw(rng, lanes)))
    code = np.concatenate([np.full(len(s.lane), s.code) for s in slabs])
    lane, day, visit, value = (np.concatenate([s[i] for s in slabs]) for i in (1, 2, 3, 4))
    minute = rng.integers(7 * 60, 17 * 60, (CHUNK, VISITS + 2))[lane, visit]
    timed = (rng.random((CHUNK, VISITS + 2)) < 0.7)[lane, visit]
    order = np.lexsort((code, visit, day, lane))
    order = order[lane[order] < keep]
    code, lane, day, visit, value, minute, timed = (
        part[order] for part in (code, lane, day, visit, value, minute, timed)
    )
    told, where = np.unique(lane * 100 + visit, return_inverse=True)
    kinds = list(KINDS.values())
    is_text = np.array([bool(kind.choices) for kind in kinds])[code]
    subjects = _names("p%07d", lanes)
    submissions = [f"p{lanes[t // 100]:07d}-{t % 100:02d}" for t in told.tolist()]
    columns: dict[str, pa.Array] = {
        "subject": subjects.take(pa.array(lane)),
        "episode": _names("p%07d/1", lanes).take(pa.array(lane)),
        "code": pa.array(CODES).take(pa.array(code)),
        "day": pa.array(day),
        "day_last": pa.array(day),
        "at": pa.array(day * 86400 + (minute - OFFSET) * 60, mask=~timed),
        "precision": pa.array(["day", "minute"]).take(pa.array(timed.astype(np.int64))),
        "num": pa.array(value, mask=is_text),
        "txt": _text(code, value),
        "how": pa.array([kind.how for kind in kinds]).take(pa.array(code)),
        "row": pa.array([kind.row for kind in kinds], pa.int64()).take(pa.array(code)),
        "submission": pa.array(submissions, pa.string()).take(pa.array(where)),
    }
    return pa.Table.from_pydict(columns, schema=SCHEMA)


def tables(n: int, seed: int = SEED) -> Iterator[pa.Table]:
    """Facts of the first `n` pregnancies, `CHUNK` pregnancies at a time (about 163 thousand rows)."""
    for number in range(-(-n // CHUNK)):
        yield _chunk(number, seed, min(CHUNK, n - number * CHUNK))


def rows(n: int, seed: int = SEED) -> Iterator[Fact]:
    """The same facts one by one."""
    for table in tables(n, seed):
        yield from map(Fact._make, zip(*(column.to_pylist() for column in table.columns), strict=True))


def write(n: int, path: Path, seed: int = SEED) -> int:
    """Writes the facts of `n` pregnancies as Parquet, a row group per chunk; returns the number of facts.

    Written beside `path` first and then moved there: a file that exists is whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    count, began = 0, time.monotonic()
    with pq.ParquetWriter(part, SCHEMA, compression="zstd") as writer:
        for table in tables(n, seed):
            writer.write_table(table, row_group_size=len(table))
            count += len(table)
            if sys.stderr.isatty() and time.monotonic() - began > 2:
                print(f"\r{count:,} facts written", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    part.replace(path)
    return count


def cached(stem: str, suffix: str, make: Callable[[Path], object], *sources: Path) -> Path:
    """The file `bench/.data/STEM-HASH.SUFFIX`, made now unless it is there; the hash is that of what made it.

    Files of the same stem that older code made are removed.
    """
    code = b"".join(source.read_bytes() for source in (*SOURCES, *sources))
    path = DATA / f"{stem}-{hashlib.sha256(code).hexdigest()[:8]}.{suffix}"
    if not path.exists():
        for old in DATA.glob(f"{stem}-????????.{suffix}"):
            old.unlink(missing_ok=True)
        make(path)
    return path


def parquet(n: int, seed: int = SEED) -> Path:
    """The file of the facts of `n` pregnancies, written now if it is not there yet."""
    return cached(f"facts-{n}-{seed}", "parquet", lambda path: write(n, path, seed))


def main() -> None:
    """Writes the file and says how large it became."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("n", type=int, help="how many pregnancies")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    began = time.monotonic()
    path = parquet(arguments.n, arguments.seed)
    count = pq.read_metadata(path).num_rows
    print(f"{path}: {arguments.n:,} pregnancies, {count:,} facts, {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
