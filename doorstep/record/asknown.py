"""The register worked out again from the answers, on an engine of its own: as it could be known on a day.

What had been received by then is replayed: corrections, merges and moves that came later have not happened yet.
"""

from __future__ import annotations

from typing import Any

from doorstep.pathways import fold
from doorstep.pathways.compiler import Compiled, compile_steps
from doorstep.pathways.engines import ALIAS, ANSWER, SUB, Engine
from doorstep.record.attributes import BEGINNING
from doorstep.record.database import Connection, among
from doorstep.record.merges import components, live_pairs
from doorstep.record.shelf import Pack
from doorstep.record.touch import members

FAR = 10_000_000
NEAR = """
    SELECT DISTINCT o.subject FROM sub AS s JOIN speaks_of AS o ON o.submission = s.submission WHERE {place}
    UNION SELECT DISTINCT a.subject FROM answer AS a WHERE a.code = 'residence' AND {told}
"""


def work_out(register: Connection, pack: Pack, engine: Engine, unit: str, day: int, known_on: int | None) -> set[str]:
    """Loads the engine with `fact`, `relation` and `step` of everybody who may live in this unit; returns who does that day.

    known_on: what was received after this day is left out; None: everything counts.
    """
    codes = _codes(register, unit)
    subjects = _candidates(register, codes)
    upto = FAR if known_on is None else known_on
    aliases = _aliases(register, upto)
    _load(register, engine, subjects, upto, aliases)
    fold.load_rule_tables(engine.load, [fold.rule_tables(pack.dictionary, pack.episodes)])
    engine.store("fact", fold.fact_sql(engine.name))
    engine.store("relation", fold.relation_sql(engine.name))
    _steps(pack, engine)
    return _residents(register, engine, codes, unit, day, upto, aliases)


def _codes(register: Connection, unit: str) -> set[str]:
    """Every code and id by which something inside this unit was ever called."""
    rows = register.rows(
        "SELECT DISTINCT u.id, u.code FROM place_closure AS c JOIN place_unit AS u ON u.id = c.descendant WHERE c.ancestor = ?",
        [unit],
    )
    return {word for row in rows for word in row}


def _candidates(register: Connection, codes: set[str]) -> set[str]:
    """Everybody who was ever said to live or to be seen there, those merged with them, and the mothers and children of all."""
    place, one = among(register, "s.place", codes)
    told, two = among(register, "a.txt", codes)
    found = {row[0] for row in register.rows(NEAR.format(place=place, told=told), [*one, *two])}
    for _ in range(2):
        ours, one = among(register, "target", found)
        theirs, two = among(register, "subject", found)
        found |= {row[0] for row in register.rows(
            f"SELECT subject FROM points_at WHERE {ours} UNION SELECT target FROM points_at WHERE {theirs}", [*one, *two]  # noqa: S608
        )}  # fmt: skip
        found = members(register, found)
    return found


def _aliases(register: Connection, upto: int) -> dict[str, str]:
    edges = register.rows(
        "SELECT e.submission, e.kind, e.a, e.b, e.stamp FROM merge_edge AS e JOIN sub AS s ON s.submission = e.submission "
        "WHERE s.known_day <= ?", [upto],
    )  # fmt: skip
    return components(live_pairs((s, kind, a, b, stamp) for s, kind, a, b, stamp in edges))


def _load(register: Connection, engine: Engine, subjects: set[str], upto: int, aliases: dict[str, str]) -> None:
    condition, values = among(register, "o.subject", subjects)
    known = (
        "SELECT o.submission FROM speaks_of AS o JOIN sub AS s ON s.submission = o.submission "  # noqa: S608
        f"WHERE {condition} AND s.known_day <= ?"
    )
    columns = ", ".join(f's."{name}"' for name, _ in SUB)
    # Corrections that speak of nobody any more still replace what they correct.
    subs = register.rows(
        f"SELECT {columns} FROM sub AS s WHERE s.known_day <= ? AND (s.submission IN ({known}) OR s.replaces IN ({known}))",  # noqa: S608
        [upto, *values, upto, *values, upto],
    )
    columns = ", ".join(f'a."{name}"' for name, _ in ANSWER)
    condition, values = among(register, "a.subject", subjects)
    answers = register.rows(
        f"SELECT {columns} FROM answer AS a JOIN sub AS s ON s.submission = a.submission "  # noqa: S608
        f"WHERE {condition} AND s.known_day <= ?", [*values, upto],
    )  # fmt: skip
    engine.load("sub", SUB, subs)
    engine.load("answer", ANSWER, answers)
    engine.load("alias", ALIAS, sorted(aliases.items()))


def _steps(pack: Pack, engine: Engine) -> None:
    """Table `step`: the rows of every programme."""
    selects = []
    for number, compiled in enumerate(_compiled(pack, engine.name)):
        for name, (columns, rows) in compiled.tables.items():
            engine.load(name, columns, rows)
        engine.store(f"step_{number}", compiled.sql)
        selects.append(f"SELECT * FROM step_{number}")  # noqa: S608
    engine.store("step", " UNION ALL ".join(selects))


_COMPILED: dict[tuple[str, str], list[Compiled]] = {}


def _compiled(pack: Pack, dialect: str) -> list[Compiled]:
    """A statement for each pathway, compiled once for a pack and a dialect."""
    key = (pack.rules, dialect)
    if key not in _COMPILED:
        chosen = [(one, name) for _, one in sorted(pack.programmes.items()) for name in one.pathways]
        _COMPILED[key] = [compile_steps(programme, dialect, pathways=[pathway]) for programme, pathway in chosen]
    return _COMPILED[key]


def _residents(
    register: Connection, engine: Engine, codes: set[str], unit: str, day: int, upto: int, aliases: dict[str, str]
) -> set[str]:
    """Who lived in the unit on that day, by the residences in the engine; see `attributes.homes_sql`."""
    told = engine.query("SELECT subject, txt, day, ts, submission FROM fact WHERE code = 'residence' AND txt IS NOT NULL")
    homes: dict[str, list[tuple[Any, ...]]] = {}
    for subject, place, since, ts, submission in told:
        homes.setdefault(subject, []).append((since, ts, submission, place))
    everybody = {row[0] for row in engine.query("SELECT DISTINCT subject FROM fact")}
    mothers = {row[0]: row[1] for row in engine.query("SELECT subject, target FROM relation WHERE name = 'mother'")}
    first = _first_places(register, everybody, upto, aliases)
    inside = _lives(register, codes, unit, day)
    found = set()
    for subject in everybody:
        known = homes.get(subject) or homes.get(mothers.get(subject, "")) or first.get(subject, [])
        home = _home_on(sorted(known), day)
        if home and _is_inside(home, inside):
            found.add(subject)
    return found


def _home_on(told: list[tuple[Any, ...]], day: int) -> tuple[str, int] | None:
    """(place, told on): the last told by that day, else the first."""
    by_then = [one for one in told if one[0] <= day]
    chosen = by_then[-1] if by_then else next(iter(told), None)
    if chosen is None:
        return None
    if not by_then:  # of the first day told, the last word
        chosen = [one for one in told if one[0] == chosen[0]][-1]
    return chosen[3], chosen[0]


def _first_places(
    register: Connection, subjects: set[str], upto: int, aliases: dict[str, str]
) -> dict[str, list[tuple[Any, ...]]]:
    whole = {member for member, canonical in aliases.items() if canonical in subjects} | subjects
    condition, values = among(register, "o.subject", whole)
    rows = register.rows(
        "SELECT o.subject, s.place, s.made_day, s.stamp, s.submission FROM speaks_of AS o "  # noqa: S608
        f"JOIN sub AS s ON s.submission = o.submission WHERE {condition} AND s.place <> '' AND s.known_day <= ?", [*values, upto],
    )  # fmt: skip
    first: dict[str, tuple[Any, ...]] = {}
    for subject, place, made_day, stamp, submission in rows:
        who: str = aliases.get(subject) or subject
        first[who] = min(first.get(who, (stamp, submission, made_day, place)), (stamp, submission, made_day, place))
    return {who: [(made_day, stamp, submission, place)] for who, (stamp, submission, made_day, place) in first.items()}


def _lives(register: Connection, codes: set[str], unit: str, day: int) -> dict[str, list[tuple[int, int, bool]]]:
    """Code or id -> the lives that it ever named: (from, to, whether inside the unit on that day)."""
    rows = register.rows(
        "SELECT u.id, u.code, u.valid_from, u.valid_to, CASE WHEN c.descendant IS NULL THEN 0 ELSE 1 END FROM place_unit AS u "
        "LEFT JOIN (SELECT DISTINCT descendant FROM place_closure WHERE ancestor = ? AND valid_from <= ? AND ? < valid_to) AS c "
        "ON c.descendant = u.id", [unit, day, day],
    )  # fmt: skip
    found: dict[str, list[tuple[int, int, bool]]] = {}
    for id, code, start, end, inside in rows:
        if code in codes:
            found.setdefault(code, []).append((start, end, bool(inside)))
        if id in codes and id != code:
            found.setdefault(id, []).append((BEGINNING, FAR, bool(inside)))
    return found


def _is_inside(home: tuple[str, int], lives: dict[str, list[tuple[int, int, bool]]]) -> bool:
    place, told_on = home
    named = lives.get(place, [])
    then = [one for one in named if one[0] <= told_on < one[1]]
    return any(inside for _, _, inside in then or named)
