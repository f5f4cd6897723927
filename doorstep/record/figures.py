"""A worker's figures of a month: who came to count for an indicator in it, and of whom what is asked holds.

The same statement runs on the server and on the phones; it reads facts as they stood at the end of a day. Somebody counts in the
month in whose days she began to: she does at its end, and did not at the end of the day before it. So nobody counts twice, and
what is told late counts where it happened.

Never a quota: no figure has a target, and what concerns contraception is nobody's figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from doorstep.content import tree as t
from doorstep.content.model import Indicator, Pathway, Programme, Words
from doorstep.record.database import Connection, each
from doorstep.record.whereabouts import EPOCH

COUNTED, THEN = "counted", "fact_then"
"""Tables that the compiled statement reads: whom it is asked of, and their facts until a day."""
NEVER = ("contracept", "family planning")
"""Purposes of codes that no worker's figure may count."""
IN_MONTH = "SELECT DISTINCT f.subject FROM {people}fact AS f{on} WHERE f.day >= ? AND f.day <= ?"


@dataclass(frozen=True)
class Figure:
    """One indicator, as far as a worker's month shows it. compartments: all must be open, or the figure would tell of what is
    closed, or be worked out from half the facts."""

    name: str
    programme: str
    pathway: str
    title: Words
    compartments: tuple[str, ...]
    confirmed: Mapping[str, bool]


@dataclass(frozen=True)
class Counted:
    """Somebody who counts, by the episode that she counts with. yes: what is asked holds."""

    name: str
    subject: str
    episode: str
    yes: bool


@dataclass(frozen=True)
class Month:
    """A calendar month. first, last: day numbers."""

    first: int
    last: int

    @classmethod
    def of(cls, year: int, month: int) -> Month:
        """Raises ValueError for a month that there is not."""
        after = date(year + month // 12, month % 12 + 1, 1)
        return cls((date(year, month, 1) - EPOCH).days, (after - EPOCH).days - 1)


def figures_of(programme: Programme) -> list[Figure]:
    """The indicators that are a worker's. What depends on facts of somebody else is left out: a phone may not hold her."""
    return [
        Figure(
            one.name, programme.id, one.pathway, one.title, tuple(sorted(_compartments(programme, one))),
            {country: by is not None for country, by in one.origin.review.items()},
        )
        for one in programme.indicators
        if not _closed_to_all(programme, one)
    ]  # fmt: skip


def _closed_to_all(programme: Programme, one: Indicator) -> bool:
    filters = _filters(programme.pathways[one.pathway], one)
    purposes = [programme.dictionary[node.code].purpose.casefold() for node in filters if node.code in programme.dictionary]
    return any(node.relation for node in filters) or any(word in purpose for word in NEVER for purpose in purposes)


def _filters(pathway: Pathway, one: Indicator) -> list[t.Filter]:
    from doorstep.pathways.plan import closed

    return [node for node in closed(pathway, [one.denominator, one.numerator]) if isinstance(node, t.Filter)]


def _compartments(programme: Programme, one: Indicator) -> set[str]:
    pathway = programme.pathways[one.pathway]
    kind = programme.episodes[pathway.episode]
    codes = {node.code for node in _filters(pathway, one)} | set(kind.starts) | set(kind.ends)
    own = {programme.dictionary[code].compartment for code in codes if code in programme.dictionary}
    return {pathway.compartment, *own}


def figures_sql(programme: Programme, dialect: str) -> str:
    """(indicator, subject, episode, denominator, numerator) of tables `counted` and `fact_then`; '' where there is none."""
    from doorstep.pathways.indicators import compile_indicators

    names = [one.name for one in figures_of(programme)]
    if not names:
        return ""
    compiled = compile_indicators(programme, dialect, indicators=names, touched=COUNTED, fact=THEN)
    rules = ", ".join(
        f"{name}({', '.join(column for column, _ in table.columns)}) AS (VALUES "
        + ", ".join(f"({', '.join(map(_literal, row))})" for row in table.rows) + ")"
        for name, table in compiled.tables.items()
    )  # fmt: skip
    return f"WITH {rules} SELECT indicator, subject, episode, denominator, numerator FROM ({compiled.sql}) AS judged"


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def asked_sql(sql: str, people: str = "", on: str = "") -> str:
    """The statement with its tables. Values: those of `people`, then the first and the last day of the month, then the day whose
    end it is judged at. people: a table to join with."""
    counted = IN_MONTH.format(people=f"{people} " if people else "", on=f" ON {on}" if on else "")
    then = f"SELECT f.* FROM {COUNTED} AS w JOIN fact AS f ON f.subject = w.subject WHERE f.day <= ?"
    return f"WITH {COUNTED} AS MATERIALIZED ({counted}), {THEN} AS MATERIALIZED ({then}) SELECT * FROM ({sql}) AS figures"


def counted(register: Connection, sql: str, subjects: Mapping[str, frozenset[str]], month: Month) -> list[Counted]:
    """Of these people, whoever came to count in the month, for every indicator of the statement, whatever is open."""
    source, listed = each(register, subjects)
    asked = asked_sql(sql, f"(SELECT value FROM {source}) AS p JOIN", "f.subject = p.value")  # noqa: S608 - our own words

    def judged(day: int) -> dict[tuple[str, str, str], bool]:
        rows = register.rows(asked, [listed, month.first, month.last, day])
        return {(name, subject, episode): yes == 1 for name, subject, episode, counts, yes in rows if counts == 1}

    before = judged(month.first - 1)
    return [Counted(*key, yes) for key, yes in sorted(judged(month.last).items()) if key not in before]
