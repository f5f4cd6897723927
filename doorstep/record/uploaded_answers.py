"""What was answered in an uploaded form, for whoever may read it: one row for each filled form, one column for each question.

What may tell who it was (typed words, pictures, positions, what phones tell unasked) is left out unless it is asked for, and
then given only where the reader's roles open names. Repeats stand beside each other: `babies[1]/sex`, `babies[2]/sex`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doorstep.content.dates import iso_day
from doorstep.content.model import Form, Question
from doorstep.content.uploaded import ANSWERS
from doorstep.record import people
from doorstep.record.database import Connection, among
from doorstep.record.lists import today
from doorstep.record.reading import Logged, bodies, logged_rows
from doorstep.record.record import Record
from doorstep.record.scope import Scope
from doorstep.record.uploaded import InForce, ever, versions_of
from doorstep.record.whereabouts import ancestors_of, visible

AT_ONCE = 500
MOST_ROWS = 50
"""Rows of one repeat that get columns of their own; how many there were stands beside them."""
FIRST = ("submission", "version", "day", "place", "author", "subject", "received")
PLAIN = frozenset(
    {"integer", "decimal", "range", "date", "dateTime", "time", "select_one", "select_multiple", "rank", "acknowledge"}
)
"""Answers that anybody could have given."""
COMPUTED = frozenset({"calculate", "hidden", "metadata"})
_PLAIN_VALUE = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d\d-\d\d(T.*)?|\d\d:\d\d(:.*)?|yes|no|true|false")


@dataclass(frozen=True)
class Answers:
    """A table. left_out: columns that may tell who it was, and are not shown. rows: column -> text, in the order of receipt."""

    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]


def answers_of(record: Record, form: str, scope: Scope, names: bool = False) -> Answers | None:
    """Of one form, as far as the scope reaches; None when there is no such uploaded form, or nobody of this scope reads it."""
    record.catch_up()
    held = ever(record).get(form)
    if held is None or not (scope.everything or any(scope.opens([g.role], held.programme, ANSWERS) for g in scope.grants or ())):
        return None
    rows: list[dict[str, str]] = []
    there: set[str] = set()
    hidden: set[str] = set()
    for row, body, opens in _read(record, held, scope, names):
        asked = record.shelf.form(row.form, row.version, row.pack)
        line = _first(row)
        for name, text, plain in _told(asked.form if asked else held.form, body.get("answers") or {}):
            if plain or opens:
                line[name] = text
                there.add(name)
            else:
                hidden.add(name)
        rows.append(line)
    order = _order(record, form, there | hidden)
    shown = [name for name in order if name in there]
    return Answers((*FIRST, *shown), tuple(name for name in order if name not in there), tuple(rows))


def count_of(record: Record, forms: Sequence[str]) -> dict[str, int]:
    """How many filled forms there are in all, by form; for whoever may read all of them."""
    with record.reading() as register:
        condition, values = among(register, "form", forms)
        found = register.rows(f"SELECT form, COUNT(*) FROM sub WHERE {condition} GROUP BY form", values)  # noqa: S608
    return {str(form): int(count) for form, count in found}


def _read(record: Record, held: InForce, scope: Scope, names: bool) -> Iterator[tuple[Logged, Mapping[str, Any], bool]]:
    """Filled forms that may be read, each with whether names may be: what was replaced or erased is not among them."""
    after = 0
    while True:
        with record.store.log.read() as log:
            last = _last_of(log, held.told.form, after)
            rows = logged_rows(log, "form = ? AND seq > ? AND seq <= ?", [held.told.form, after, last])
        if not rows:
            return
        after = rows[-1].seq
        with record.store.register.read() as register:
            roles = _roles(register, record, rows, scope)
            replaced = _replaced(register, rows)
        mine = [row for row in rows if row.id not in replaced and row.id in roles and _may(held, scope, roles[row.id])]
        with record.store.log.read() as log:
            found = bodies(log, record.store.vault, mine, record.shelf)
        for row, body in zip(mine, found, strict=True):
            if body is not None and row.kind in ("data", "correction"):
                yield row, body, names and opens_names(record, scope, roles[row.id])


def _last_of(log: Connection, form: str, after: int) -> int:
    """Number of the last of the next AT_ONCE submissions of a form."""
    rows = log.rows("SELECT seq FROM submission WHERE form = ? AND seq > ? ORDER BY seq LIMIT ?", [form, after, AT_ONCE])
    return int(rows[-1][0]) if rows else after


def _may(held: InForce, scope: Scope, roles: frozenset[str]) -> bool:
    return scope.opens(roles, held.programme, ANSWERS)


def opens_names(record: Record, scope: Scope, roles: frozenset[str]) -> bool:
    """Whether these roles open what people are called."""
    return people.opened(list(record.shelf.current.programmes.values()), scope, roles, "called")


def _roles(register: Connection, record: Record, rows: Sequence[Logged], scope: Scope) -> dict[str, frozenset[str]]:
    """Id of a submission -> the roles that hold for it: by where its person lives, else by where it was filled in."""
    if scope.everything:
        return dict.fromkeys((row.id for row in rows), frozenset())
    of_person = [row for row in rows if (told := record.shelf.uploaded(row.form, row.version)) and told.of_somebody]
    condition, values = among(register, "subject", {row.subject for row in of_person})
    alias: dict[str, str] = dict(register.rows(f"SELECT subject, canonical FROM alias WHERE {condition}", values))  # noqa: S608
    seen = visible(register, {alias.get(row.subject, row.subject) for row in of_person}, scope, today())
    found: dict[str, frozenset[str]] = {}
    persons = {row.id for row in of_person}
    units: dict[tuple[str, int], frozenset[str]] = {}
    for row in rows:
        if row.id in persons:
            roles = seen.get(alias.get(row.subject, row.subject), frozenset())
        else:
            at = (row.place, row.made_day)
            if at not in units:
                units[at] = ancestors_of(register, *at) | {row.place}
            roles = scope.roles_at(units[at])
        if roles:
            found[row.id] = roles
    return found


def _replaced(register: Connection, rows: Sequence[Logged]) -> set[str]:
    condition, values = among(register, "member", [row.id for row in rows])
    sql = f"SELECT member FROM corrected WHERE {condition} AND NOT (leaf = 1 AND rank = 1)"  # noqa: S608
    return {row[0] for row in register.rows(sql, values)}


def _first(row: Logged) -> dict[str, str]:
    return {
        "submission": row.id, "version": row.version, "day": iso_day(row.made_day), "place": row.place, "author": row.author,
        "subject": row.subject, "received": iso_day(row.received_at // 86_400_000),
    }  # fmt: skip


def _told(form: Form, answers: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """(column, text, whether anybody could have given it) of every answer, in the order of the form."""
    kinds = {question.path: question for question in form.questions}
    yield from _walk(answers, (), "", kinds)


def _walk(
    value: Mapping[str, Any], path: tuple[str, ...], label: str, kinds: Mapping[tuple[str, ...], Question]
) -> Iterator[tuple[str, str, bool]]:
    for key, inner in value.items():
        if key == "meta" and not path:
            continue
        here, name = (*path, key), f"{label}/{key}" if label else key
        question = kinds.get(here)
        if isinstance(inner, Mapping):
            yield from _walk(inner, here, name, kinds)
        elif question is None and isinstance(inner, list):
            yield f"{name}#", str(len(inner)), True
            for number, row in enumerate(inner[:MOST_ROWS], 1):
                if isinstance(row, Mapping):
                    yield from _walk(row, here, f"{name}[{number}]", kinds)
        else:
            text = " ".join(map(str, inner)) if isinstance(inner, list) else "" if inner is None else str(inner)
            if text:
                yield name, text, question is not None and _plain(question, text)


def _plain(question: Question, text: str) -> bool:
    if question.kind in COMPUTED:
        return bool(_PLAIN_VALUE.fullmatch(text.strip()))
    return question.kind in PLAIN


def _order(record: Record, form: str, columns: set[str]) -> list[str]:
    """Columns as the newest version asks them, then what only older ones asked."""
    order: dict[str, int] = {}
    for version in reversed(versions_of(record, form).values()):
        for question in version.questions:
            for depth in range(1, len(question.path) + 1):
                order.setdefault("/".join(question.path[:depth]), len(order))

    def place(column: str) -> tuple[int, list[int], str]:
        parts = column.rstrip("#").split("/")
        plain = "/".join(re.sub(r"\[\d+\]$", "", part) for part in parts)
        numbers = [int(found) for found in re.findall(r"\[(\d+)\]", column)]
        repeat = column.find("[")
        head = re.sub(r"\[\d+\].*", "", column).rstrip("#") if repeat >= 0 or column.endswith("#") else plain
        return order.get(head, len(order)), numbers, f"{order.get(plain, len(order)):06d} {column}"

    return sorted(columns, key=place)


def attachments_of(record: Record, submission: str) -> list[tuple[str, str, int]]:
    """(name, media type, bytes) of the pictures and recordings that came with a submission."""
    with record.store.log.read() as log:
        rows = log.rows(
            "SELECT a.name, a.type, a.size FROM attachment AS a JOIN submission AS s ON s.seq = a.seq WHERE s.id = ? "
            "ORDER BY a.name",
            [submission],
        )
    return [(str(name), str(kind), int(size)) for name, kind, size in rows]
