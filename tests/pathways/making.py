"""Small programmes written as pathway.yaml, and facts for them: what the tests of the engine are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from doorstep.content.context import Context
from doorstep.content.fields import Shelf
from doorstep.content.model import Code, EpisodeKind, Programme
from doorstep.content.pathway import read_pathways
from doorstep.content.problems import Problems
from doorstep.content.yamlpos import parse_yaml
from doorstep.pathways.compiler import compile_steps
from doorstep.pathways.engines import FACT, RELATION, STEP, Engine
from tests.reference.interpreter import Fact, Relation

EPOCH = date(1970, 1, 1)
DAY = 86_400
ZONE = 7 * 3600
KINDS = {
    "pregnancy": EpisodeKind("pregnancy", "person", ("reg", "visit"), ("birth",), 308, 140),
    "newborn": EpisodeKind("newborn", "person", ("born",), (), 308, 140),
}
CODES = {
    # code: (kind, episode, choices)
    "reg": ("yesno", "pregnancy"), "visit": ("yesno", "pregnancy"), "birth": ("yesno", "pregnancy"),
    "lmp_told": ("date", "pregnancy"), "sure": ("yesno", "pregnancy"), "scan": ("number", "pregnancy"),
    "sys": ("number", "pregnancy"), "dia": ("number", "pregnancy"), "hb": ("number", "pregnancy"),
    "sign": ("choice", "pregnancy"), "pill": ("yesno", "pregnancy"), "test": ("choice", "pregnancy"),
    "away": ("yesno", "pregnancy"), "seen_at": ("time", "pregnancy"),
    "born": ("yesno", "newborn"), "mother": ("subject", "newborn"), "weight": ("number", "newborn"),
    "checked": ("yesno", "newborn"), "vaccine": ("yesno", "newborn"),
    "birthday": ("date", ""), "country": ("choice", ""), "phone": ("text", ""),
}  # fmt: skip
CHOICES = {"yesno": ("yes", "no"), "sign": ("fits", "fever", "none"), "test": ("neg", "pos"), "country": ("VN", "KH", "BG")}
UNNAMED = {"source-missing", "review-missing", "valid-from-missing", "key-missing"}
"""What the small programmes of these tests leave out."""
WHO = """
tables:
  who:
    add: [{before: 20, weeks: 8}, {before: 26, weeks: 6}, {before: 34, weeks: 4}, {weeks: 2}]
    classes: [{first: [22, 23], from: 30, weeks: 2}, {first: [28, 29], from: 32, weeks: 2}, {first: [30], weeks: 2}]
    cap: 40
    source: WHO antenatal care 2016
    valid_from: 2016-11-07
    review: {VN: not yet, KH: not yet, BG: not yet}
"""


def dictionary() -> dict[str, Code]:
    return {
        code: Code(code, kind, {"en": code}, choices=CHOICES.get(kind, CHOICES.get(code, ())), episode=episode)
        for code, (kind, episode) in CODES.items()
    }


def programme(text: str, name: str = "test") -> Programme:
    """A programme from the text of its pathway.yaml. Steps need no titles nor sources here."""
    problems = Problems()
    shelf = Shelf(countries=("VN", "KH", "BG"))
    context = Context(problems, shelf, dictionary=dictionary(), episodes=KINDS, roles={"midwife": ("care",)})
    tables, pathways = read_pathways(parse_yaml(text, "pathway.yaml", problems), "pathway.yaml", context)
    serious = [str(p) for p in problems.sorted() if p.code not in UNNAMED]
    assert not serious, serious
    return Programme(
        id=name, names={"en": name}, subject="person", compartment="care", source="", languages=("en",), countries=("VN",),
        roles={}, episodes=KINDS, dictionary=context.dictionary, tables=tables, pathways=pathways, forms={}, indicators=(),
        messages=(), cases=(), path="",
    )  # fmt: skip


def day(text: Any) -> Any:
    """A day number from an ISO date; a number as it is."""
    return text if isinstance(text, int | float) else (date.fromisoformat(text) - EPOCH).days


def fact(
    code: str, when: str | int, value: Any = "yes", *, who: str = "p1", at: int | None = None, how: str = "told", row: str = "",
    submission: str | None = None, episode: str | None = None,
) -> Fact:
    """A fact; `at` minutes after midnight in UTC+7, else only the day is known."""
    number = day(when)
    second = None if at is None else number * DAY - ZONE + at * 60
    ts = second if second is not None else (number + 1) * DAY - ZONE - 1
    kind, home = CODES[code]
    num = txt = None
    if kind in ("number", "date", "time"):
        num = float(day(value))
    else:
        txt = str(value)
    where = episode if episode is not None else (f"{home}:1" if home else "")
    given = submission or f"{who}-{number}-{at or 0}"
    return Fact(who, where, code, number, number, second, ts, "day" if at is None else "minute", num, txt, how, row, given)


def load(engine: Engine, of: Programme, facts: Iterable[Fact], relations: Iterable[Relation] = ()) -> None:
    engine.load("fact", FACT, facts)
    engine.load("relation", RELATION, relations)
    for name, table in compile_steps(of, engine.name).tables.items():
        engine.load(name, table.columns, table.rows)


def step_rows(engine: Engine, of: Programme, **options: Any) -> list[dict[str, Any]]:
    """The step rows of what was loaded, by column, in order."""
    rows = engine.query(compile_steps(of, engine.name, **options).sql)
    names = [name for name, _ in STEP]
    return sorted((dict(zip(names, row, strict=True)) for row in rows), key=order)


def order(row: dict[str, Any]) -> tuple[Any, ...]:
    keys = ("subject", "episode", "pathway", "step", "n", "since", "waits_for", "due", "rule")
    return tuple("" if row[key] is None else str(row[key]).zfill(12) for key in keys)


def shown(rows: Sequence[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    """The given columns of the rows that are not projected."""
    return [tuple(row[column] for column in columns) for row in rows if row["waits_for"] is None]
