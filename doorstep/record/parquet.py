"""Facts and steps as Parquet files for research: pseudonyms instead of ids, no words, chosen compartments alone.

A pseudonym is the same in every export to the same folder and in no other. After an erasure an export is made anew.
The columns are those of the engines (`pathways.engines`): the steps of the chosen compartments, worked out by any of them
from these facts and relations, are the steps of the export.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from doorstep.content.whole import SHARED, becoming, write_whole
from doorstep.pathways.engines import FACT, RELATION, STEP, Columns
from doorstep.record.background import EXPORTS, MANIFEST, outdated_exports
from doorstep.record.database import Connection, value
from doorstep.record.record import Record

BATCH = 50_000
HOME: Columns = (("subject", "text"), ("place", "text"), ("valid_from", "bigint"), ("valid_to", "bigint"))
_NAMES = [name for name, _ in FACT]
HOME_COMPARTMENT = "identity"
"""A village and a birthday find one person among few: where she lives is as much hers as her name."""
ARROW = {"text": pa.string(), "bigint": pa.int64(), "double": pa.float64()}


class CannotExport(RuntimeError):
    """Nothing was written; the message says why."""


@dataclass(frozen=True)
class Exported:
    """What was written: rows by table."""

    folder: Path
    rows: dict[str, int]


def export(record: Record, folder: Path, compartments: Collection[str] = ("care",)) -> Exported:
    """Writes fact, relation and step as Parquet into an empty folder, or over an earlier export of ours.

    home, which says in which village somebody lives, is written only where `identity` was chosen.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise CannotExport(f"{folder} holds other files. Nothing was written. Name an empty folder.")
    record.catch_up()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = record.store.vault.own(f"export {folder.absolute()}")
    kinds = {code: row.kind for code, row in record.rules.pack.dictionary.items()}
    open_codes = {code for code, row in record.rules.pack.dictionary.items() if row.compartment in compartments}
    with record.store.register.read() as register:
        names = Submissions(key, _places_of_ties(register))
        rows = {
            "fact": _write(folder, "fact", FACT, _facts(register, kinds, open_codes, key, names)),
            "relation": _write(folder, "relation", RELATION, _relations(register, open_codes, key)),
            "step": _write(folder, "step", STEP, _steps(register, compartments, key, names)),
        }
        if HOME_COMPARTMENT in compartments:
            rows["home"] = _write(folder, "home", HOME, _homes(register, key))
        else:
            (folder / "home.parquet").unlink(missing_ok=True)
        erasures = int(value(register, "SELECT COALESCE(MAX(n), 0) FROM erasure"))
    told = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "pack": record.rules.pack.hash, "erasures": erasures,
        "compartments": sorted(compartments), "rows": rows,
        "pseudonyms": "the same person has the same pseudonym in this folder, and another one everywhere else",
    }  # fmt: skip
    write_whole(folder / MANIFEST, (json.dumps(told, indent=2) + "\n").encode(), SHARED)
    _remember(record, folder)
    return Exported(folder, rows)


def renew(record: Record) -> list[Exported]:
    """Makes every export anew that an erasure has outdated and whose folder is still there."""
    return [export(record, folder, told["compartments"]) for folder, told in outdated_exports(record)]


def pseudonym(key: bytes, id: str) -> str:
    """The same for the same id and key; says nothing of the id without the key."""
    return hmac.digest(key, id.encode(), hashlib.sha256).hex()[:32]


@dataclass(frozen=True)
class Submissions:
    """Pseudonyms of submissions. Of two that speak of the same person on the same day, the later one keeps the greater name:
    what counts last of a day is decided by it, and nothing else is said by it.
    """

    key: bytes
    places: Mapping[str, int]

    def name(self, id: str) -> str:
        """The same for the same id in this folder."""
        return f"{self.places.get(id, 0):04d}{pseudonym(self.key, id)[:28]}"


def _places_of_ties(register: Connection) -> dict[str, int]:
    """Submission -> its place among those that share somebody's day with it, where it is not the first."""
    shared = (
        "SELECT DISTINCT f.submission, f.subject, f.day FROM fact AS f JOIN (SELECT subject, day FROM fact "
        "GROUP BY subject, day HAVING MIN(submission) < MAX(submission)) AS tie "
        "ON tie.subject = f.subject AND tie.day = f.day ORDER BY f.submission"
    )
    last: dict[tuple[str, int], int] = {}
    found: dict[str, int] = {}
    for submission, rows in groupby(register.stream(shared), key=lambda row: row[0]):
        days = [(subject, day) for _, subject, day in rows]
        place = max(last.get(day, -1) for day in days) + 1
        last |= dict.fromkeys(days, place)
        if place:
            found[submission] = place
    return found


def _facts(
    register: Connection, kinds: dict[str, str], codes: Collection[str], key: bytes, names: Submissions
) -> Iterator[tuple[Any, ...]]:
    listed = ", ".join(f'"{name}"' for name, _ in FACT)
    at_code, at_txt, at_submission = (_NAMES.index(name) for name in ("code", "txt", "submission"))
    for row in register.stream(f"SELECT {listed} FROM fact"):  # noqa: S608 - our own words
        code, txt = row[at_code], row[at_txt]
        if code not in codes:
            continue
        kind = kinds[code]
        if kind == "text" and code != "residence":
            txt = None  # words are never exported: that something was said is
        elif kind == "subject" and txt is not None:
            txt = pseudonym(key, txt)
        own = list(row)
        own[0], own[at_txt], own[at_submission] = pseudonym(key, row[0]), txt, names.name(row[at_submission])
        yield tuple(own)


def _relations(register: Connection, codes: Collection[str], key: bytes) -> Iterator[tuple[Any, ...]]:
    for subject, episode, name, target, target_episode in register.stream(
        "SELECT subject, episode, name, target, target_episode FROM relation"
    ):
        if name in codes:
            yield pseudonym(key, subject), episode, name, pseudonym(key, target), target_episode


def _steps(
    register: Connection, compartments: Collection[str], key: bytes, names: Submissions
) -> Iterator[tuple[Any, ...]]:
    columns = [name for name, _ in STEP]
    listed = ", ".join(f'"{name}"' for name in columns)
    at_compartment, at_done_by = columns.index("compartment"), columns.index("done_by")
    for row in register.stream(f"SELECT {listed} FROM step"):  # noqa: S608 - our own words
        if row[at_compartment] in compartments:
            own = list(row)
            own[0], own[at_done_by] = pseudonym(key, row[0]), row[at_done_by] and names.name(row[at_done_by])
            yield tuple(own)


def _homes(register: Connection, key: bytes) -> Iterator[tuple[Any, ...]]:
    for subject, place, start, end in register.stream("SELECT subject, place, valid_from, valid_to FROM home"):
        yield pseudonym(key, subject), place, start, end


def _write(folder: Path, name: str, columns: Columns, rows: Iterable[Sequence[Any]]) -> int:
    """One Parquet file, sorted by subject so that it compresses; whole, or the one before stays."""
    schema = pa.schema([(column, ARROW[kind]) for column, kind in columns])
    # Sorted by pseudonym: the order of the rows must not say in which order people were registered.
    ordered = sorted(rows, key=lambda row: tuple("" if value is None else str(value) for value in row))
    with becoming(folder / f"{name}.parquet", SHARED) as fresh, pq.ParquetWriter(fresh, schema, compression="zstd") as writer:
        for start in range(0, max(len(ordered), 1), BATCH):
            some = ordered[start : start + BATCH]
            arrays = [pa.array([row[i] for row in some], field.type) for i, field in enumerate(schema)]
            writer.write_table(pa.table(arrays, schema=schema))
    return len(ordered)


def _remember(record: Record, folder: Path) -> None:
    path = record.store.config.data / EXPORTS
    known = json.loads(path.read_text()) if path.exists() else []
    if str(folder.absolute()) not in known:
        write_whole(path, json.dumps([*known, str(folder.absolute())]).encode())
