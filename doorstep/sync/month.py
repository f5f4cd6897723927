"""A worker's month as the server sees it: the same numbers as on her phone, with the people behind each.

Everything is counted of those whom her phone may hold today, from what is open to her there: a phone knows no more, and a
supervisor who saw another number could not speak with her about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from doorstep.content.model import Programme
from doorstep.record.database import Connection, among
from doorstep.record.figures import Counted, Figure, Month, counted, figures_of
from doorstep.record.record import Record
from doorstep.sync.holding import Holding
from doorstep.sync.rows import COLUMNS, Seen, Tables, rows_of
from doorstep.sync.snapshot import everybody

NOT_DONE_FORM = "visit_not_done"
NOT_DONE_REASON = "not_done_reason"


@dataclass(frozen=True)
class FigureOfMonth:
    """Who counts for a figure in a month, and of whom what is asked holds."""

    figure: Figure
    counted: tuple[Counted, ...]

    @property
    def yes(self) -> int:
        """Of how many it holds."""
        return sum(one.yes for one in self.counted)


@dataclass(frozen=True)
class WorkOfMonth:
    """What she wrote with one form: (submission, person) pairs."""

    form: str
    pairs: tuple[tuple[str, str], ...]

    @property
    def times(self) -> int:
        """How often it was filled in."""
        return len({submission for submission, _ in self.pairs})


@dataclass(frozen=True)
class MonthOf:
    """figures, and work by form. reasons: why something was not done -> the people, one for each time."""

    figures: tuple[FigureOfMonth, ...]
    work: tuple[WorkOfMonth, ...]
    reasons: Mapping[str, tuple[str, ...]]

    @property
    def seen(self) -> frozenset[str]:
        """Of whom she wrote something, other than that it was not done."""
        return frozenset(subject for one in self.work if one.form != NOT_DONE_FORM for _, subject in one.pairs)


def month_of(record: Record, holding: Holding, month: Month) -> MonthOf:
    """Of a worker, by what she may see today. Raises TooMany where that is more people than a phone holds."""
    with record.reading() as register:
        seen = everybody(register, holding)
        figures = [one for programme in holding.ruled for one in _figures(record, register, holding, seen, programme, month)]
        tables = rows_of(record, register, holding, _whom_she_wrote_of(register, holding, seen, month), steps=False)
    work = _work(tables, holding.username, month)
    return MonthOf(tuple(figures), tuple(work), _reasons(tables, {pair for one in work for pair in one.pairs}))


def _figures(
    record: Record, register: Connection, holding: Holding, seen: Seen, programme: Programme, month: Month
) -> Iterable[FigureOfMonth]:
    """Those that are open to her of somebody at least."""
    sql = record.rules.meaning.figures.get(programme.id)
    own = {roles: holding.compartments(roles, programme) for roles in set(seen.values())}
    found: dict[str, list[Counted]] = {}
    for one in counted(register, sql, seen, month) if sql else ():
        found.setdefault(one.name, []).append(one)
    for figure in figures_of(programme):
        needed = set(figure.compartments)
        if any(needed <= open_ones for open_ones in own.values()):
            yield FigureOfMonth(figure, tuple(one for one in found.get(figure.name, ()) if needed <= own[seen[one.subject]]))


def _whom_she_wrote_of(register: Connection, holding: Holding, seen: Seen, month: Month) -> Seen:
    condition, values = among(register, "o.subject", seen)
    merged, more = among(register, "a.canonical", seen)
    wrote = "JOIN sub AS s ON s.submission = o.submission AND s.author = ? AND s.made_day >= ? AND s.made_day <= ?"
    hers = [holding.username, month.first, month.last]
    rows = register.rows(f"SELECT DISTINCT o.subject FROM speaks_of AS o {wrote} WHERE {condition}", [*hers, *values])
    rows += register.rows(
        f"SELECT DISTINCT a.canonical FROM alias AS a JOIN speaks_of AS o ON o.subject = a.subject {wrote} WHERE {merged}",
        [*hers, *more],
    )
    return {row[0]: seen[row[0]] for row in rows if row[0] in seen}


def _work(tables: Tables, author: str, month: Month) -> list[WorkOfMonth]:
    """What stands: of something that was corrected, the correction."""
    of = COLUMNS["sub"].index
    shadowed = {row[0] for row in tables["corrected"] if not (row[3] == 1 and row[4] == 1)}
    mine = {
        row[0]: row[of("form")] for row in tables["sub"]
        if row[of("author")] == author and month.first <= row[of("made_day")] <= month.last and row[0] not in shadowed
    }  # fmt: skip
    found: dict[str, set[tuple[str, str]]] = {}
    for submission, subject in tables["speaks_of"]:
        if submission in mine:
            found.setdefault(mine[submission], set()).add((submission, subject))
    return [WorkOfMonth(form, tuple(sorted(pairs))) for form, pairs in sorted(found.items())]


def _reasons(tables: Tables, pairs: set[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    of = COLUMNS["fact"].index
    found: dict[str, list[str]] = {}
    for row in tables["fact"]:
        if row[of("code")] == NOT_DONE_REASON and (row[of("submission")], row[0]) in pairs:
            found.setdefault(row[of("txt")], []).append(row[0])
    return {reason: tuple(sorted(subjects)) for reason, subjects in sorted(found.items())}
