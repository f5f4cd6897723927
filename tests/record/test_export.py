"""An export holds what an engine needs: the steps worked out from its facts are the steps in it, on DuckDB and on Spark."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest

from doorstep.pathways import fold
from doorstep.pathways.compiler import compile_steps
from doorstep.pathways.engines import FACT, RELATION, STEP, Columns, Engine, open_engine
from doorstep.record.parquet import export
from tests.record.cast import MAI, body, born, registered
from tests.record.stories import make_up, tell
from tests.record.world import World


def rows_of(folder: Path, table: str, columns: Columns) -> list[tuple[Any, ...]]:
    read = pq.read_table(folder / f"{table}.parquet")
    assert read.column_names == [name for name, _ in columns]
    return [tuple(row.values()) for row in read.to_pylist()]


def steps_from(folder: Path, world: World, engine: Engine) -> list[tuple[Any, ...]]:
    """What a research team works out that has the export and the programmes, and nothing else."""
    pack = world.record.shelf.current
    engine.load("fact", FACT, rows_of(folder, "fact", FACT))
    engine.load("relation", RELATION, rows_of(folder, "relation", RELATION))
    fold.load_rule_tables(engine.load, [fold.rule_tables(pack.dictionary, pack.episodes)])
    found: list[tuple[Any, ...]] = []
    for programme in pack.programmes.values():
        for pathway in programme.pathways:
            compiled = compile_steps(programme, engine.name, pathways=[pathway])
            for name, (columns, rows) in compiled.tables.items():
                engine.load(name, columns, rows)
            found += engine.query(compiled.sql)
    return sorted(found, key=repr)


@pytest.mark.parametrize("name", ["duckdb", "spark"])
def test_the_steps_in_an_export_are_those_of_its_facts(
    world: World, tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    if name == "spark":
        request.getfixturevalue("spark")
    # Of what was told on one day what was sent last counts, whatever it is called: ten times the other way round.
    for n in range(10):
        who = f"she-{n}"
        world.send(registered(subject=who, id=f"r{n}"))
        for id in ("a", "b"):
            world.send(body(id=f"{id}{n}", subject=who, answers={"visit_day": "2026-03-01", "hb": 80 if id == "a" else 120}))
    for seed in range(4):
        story = make_up(Random(seed), ("data", "data", "correction", "merge"))
        renamed = [one.body | {"id": f"{seed}-{one.body['id']}"} for one in story.all]
        world.send(*({**sent, "replaces": f"{seed}-{sent['replaces']}"} if "replaces" in sent else sent for sent in renamed))
    world.send(born())
    world.catch_up()
    folder = tmp_path / "export"
    export(world.record, folder, ("care", "identity", "hiv"))
    exported = rows_of(folder, "step", STEP)
    assert len(exported) > 40
    done_by = [name for name, _ in STEP].index("done_by")
    assert {row[done_by] for row in exported} - {None}, "and by which submission they were done"
    with open_engine(name) as engine:
        assert steps_from(folder, world, engine) == sorted(exported, key=repr)


def test_of_one_compartment_the_steps_are_those_of_its_facts_too(world: World, tmp_path: Path) -> None:
    world.send(registered(), body(answers={"hb": 70, "hiv_test": "positive"}), born())
    world.catch_up()
    export(world.record, tmp_path / "care", ("care",))
    with open_engine("duckdb") as engine:
        found = steps_from(tmp_path / "care", world, engine)
    compartment = [name for name, _ in STEP].index("compartment")
    assert [row for row in found if row[compartment] == "care"] == sorted(rows_of(tmp_path / "care", "step", STEP), key=repr)
    assert {row[0] for row in found}.isdisjoint({MAI, "mai-baby"})


def test_a_submissions_pseudonym_says_nothing_of_when_others_sent_theirs(world: World, tmp_path: Path) -> None:
    """Its place is counted among those of one person and one day alone."""
    tell(world, make_up(Random(3), ("data",), 14))
    for n in range(30):
        world.send(body(id=f"{n:03d}", subject=f"w{n}", answers={"hb": 90}))
    world.catch_up()
    export(world.record, tmp_path / "export")
    submission = [name for name, _ in FACT].index("submission")
    places = {row[submission][:4] for row in rows_of(tmp_path / "export", "fact", FACT) if row[2] == "hb"}
    assert places == {"0000"}
