"""The facts of `bench.histories` in the words of the maternal programme; the file is kept in `bench/.data`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from bench.histories import OFFSET, SEED, cached, parquet
from doorstep.pathways.engines import FACT

COLUMNS = tuple(column for column, _ in FACT)
NAMED = ", ".join(f'"{column}"' for column in COLUMNS)
PLUS_SIGNS = "list_position(['trace', '1+', '2+'], txt) - 1"
# Of an answer that the programme asks in two parts, the second: a scan gives weeks, and days beyond them.
MAPPED = f"""
SELECT subject, 'pregnancy:1' AS episode,
  CASE code WHEN 'scan_ga_days' THEN 'scan_weeks' WHEN 'fundal_ga_weeks' THEN 'fundal_weeks' ELSE code END AS code,
  day, day_last, "at", COALESCE("at", (day + 1) * 86400 - 1 - {OFFSET * 60}) AS ts, precision,
  CASE code WHEN 'scan_ga_days' THEN floor(num / 7) WHEN 'urine_protein' THEN COALESCE({PLUS_SIGNS}, 0) ELSE num END AS num,
  CASE code WHEN 'urine_protein' THEN NULL ELSE txt END AS txt,
  how, COALESCE(CAST("row" AS VARCHAR), '') AS "row", submission
FROM read_parquet('{{path}}')
UNION ALL
SELECT subject, 'pregnancy:1', 'scan_days', day, day_last, "at", COALESCE("at", (day + 1) * 86400 - 1 - {OFFSET * 60}), precision,
  num % 7, NULL, how, '', submission
FROM read_parquet('{{path}}') WHERE code = 'scan_ga_days'
"""


def facts(n: int, seed: int = SEED) -> Path:
    """The Parquet file of the facts of `n` pregnancies, with the columns of FACT, by subject, day and code."""

    def write(path: Path) -> None:
        part = path.with_suffix(f".{os.getpid()}.part")
        source = MAPPED.format(path=parquet(n, seed))
        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (SELECT {NAMED} FROM ({source}) ORDER BY subject, day, submission, code) "
                f"TO '{part}' (FORMAT parquet, COMPRESSION zstd)"
            )
        part.replace(path)

    return cached(f"maternal-{n}-{seed}", "parquet", write, Path(__file__))


def count(path: Path) -> int:
    """Facts in the file."""
    return int(pq.read_metadata(path).num_rows)


def rows(path: Path, columns: tuple[str, ...] = COLUMNS) -> Iterator[tuple[Any, ...]]:
    """The facts one by one."""
    for batch in pq.ParquetFile(path).iter_batches(100_000, columns=list(columns)):
        yield from zip(*(batch.column(name).to_pylist() for name in columns), strict=True)
