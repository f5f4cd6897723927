"""How the first pull is written: one JSON document, small on the way, and of which little has to be put into tables at once.

`tables` has what lists read on the first screen, column by column. Everything else of a person stands in places of her own
(`ids`, `subs`, `said`, `steps`, and what is rare): a phone keeps these as they come, and writes them out when she is looked at.
What submissions of one form have in common is told once (`shapes`), and what steps of one rule have (`rules`).

A word of a closed list (codes, choices, forms, places, workers) is its number in `words`, from 1 on. What was said in somebody's
own words stands with her. An id that is a UUID is 32 hexadecimal digits, any other is itself behind `=`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from doorstep.record import schema
from doorstep.record.database import Row
from doorstep.sync.rows import COLUMNS

FORMAT = 2
LEFT_PACKED = ("sub", "speaks_of", "made", "attribute_write")
"""Tables that go with each person alone. Of `fact` and `step` the few rows go besides that lists read."""
OWN_WORDS = {
    ("attribute", "value"), ("conflict", "what"), ("conflict", "values"), ("fact", "txt"), ("place_link", "child"),
    ("place_link", "parent"), *(("place_unit", name) for name in ("id", "code", "name", "names")),
}  # fmt: skip
"""Texts that are no words of a closed list."""
AFTER_DAY = {"day_last": "d", "at": "t", "ts": "t"}
PEOPLE = {"subject", "canonical", "target", "written_of"}
SUBMISSIONS = {"submission", "done_by", "member", "root"}
NOTHING, NUMBER, WORD, TEXT = 0, 1, 2, 4
"""What a fact of a shape has for a value: a number, a word or a text, or a number and one of these."""
MOMENT_FIRST = itemgetter(6, 11, 2, 3)
DAY, SECOND = 86_400, 1_000_000
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Tables = Mapping[str, tuple[Sequence[str], list[Row]]]


def written(tables: Tables, told: Mapping[str, str], own_texts: Collection[str], first: Mapping[str, list[Row]]) -> bytes:
    """The bytes of the document. told: what `meta` says. own_texts: codes whose words are somebody's own. first: the rows of
    `fact` and `step` that lists read."""
    return json.dumps(_File(tables, own_texts).told(told, first), ensure_ascii=False, separators=(",", ":")).encode()


def id_of(text: str) -> str:
    """An id as it is written."""
    return text.replace("-", "") if UUID.fullmatch(text) else f"={text}"


class _File:
    def __init__(self, tables: Tables, own_texts: Collection[str]) -> None:
        self.tables, self.own_texts = tables, own_texts
        self.words: dict[str, int] = {}
        self.facts: dict[tuple[Any, ...], int] = {}
        self.shapes: dict[tuple[int, ...], int] = {}
        self.rules: dict[tuple[Any, ...], int] = {}
        self.forms: dict[tuple[Any, ...], int] = {}
        self.subs = {row[0]: row for row in tables["sub"][1]}
        self.spoken = _grouped(tables["speaks_of"][1], 1)
        self.people = sorted({row[0] for row in tables["subject"][1]} | self.spoken.keys())
        self.number = {subject: n for n, subject in enumerate(self.people)}
        self.order: dict[str, dict[str, int]] = {}
        for subject in self.people:
            ids = sorted((row[0] for row in self.spoken.get(subject, ())), key=lambda one: (self.subs[one][5], one))
            self.order[subject] = {one: n for n, one in enumerate(ids)}

    def told(self, meta: Mapping[str, str], first: Mapping[str, list[Row]]) -> dict[str, Any]:
        facts, steps, made, writes = (_grouped(self.tables[name][1], at) for name, at in (
            ("fact", 0), ("step", 0), ("made", 0), ("attribute_write", 1),
        ))  # fmt: skip
        end = Counter(row[6] - row[3] * DAY for row in self.tables["fact"][1] if row[5] is None).most_common(1)
        self.end = end[0][0] if end else 0
        of_her = [(subject, self.order[subject]) for subject in self.people]
        said, worked = [], []
        for subject, order in of_her:
            days: dict[str, int] = {}
            said.append(self._said(facts.get(subject, ()), order, days))
            worked.append(self._worked(steps.get(subject, ()), order, days))
        found = {
            "format": FORMAT, "meta": dict(meta), "end": self.end,
            "tables": {
                name: self._table(name, columns, first.get(name, rows))
                for name, (columns, rows) in self.tables.items() if name not in LEFT_PACKED
            },
            "people": [id_of(subject) for subject in self.people],
            "ids": [[id_of(one) for one in order] for _, order in of_her],
            "subs": [[self._sub(self.subs[one], subject) for one in order] for subject, order in of_her],
            "said": said, "steps": worked,
            "made": [[[_ref(row[1], order), self._word(row[2])] for row in made.get(subject, ())] for subject, order in of_her],
            "based": [
                [[self._word(row[2]), _ref(row[0], order), row[4] and id_of(row[4])] for row in writes.get(subject, ()) if row[5]]
                for subject, order in of_her
            ],
        }  # fmt: skip
        told_facts = [(*map(self._word, words), kind) for *words, kind in self.facts]
        rules = [tuple(map(self._word, rule)) for rule in self.rules]
        forms = [_trimmed([*told, self._word(why), self._word(waits)], (None,)) for *told, why, waits in self.forms]
        shapes = [[told_facts[n] for n in shape] for shape in self.shapes]
        return {**found, "shapes": shapes, "rules": rules, "forms": forms, "words": list(self.words)}

    def _word(self, text: str | None) -> int | None:
        return None if text is None else self.words.setdefault(text, len(self.words) + 1)

    # --- what lists read -------------------------------------------------------------------------------------------

    def _table(self, name: str, columns: Sequence[str], rows: list[Row]) -> list[Any]:
        """[columns, kinds, values column by column]. kinds: p whose, s her submission, x a word or a text, d days and t seconds
        after the fact's day, '' as it is."""
        kinds = [_kind(name, column) for column in columns]
        rows = sorted(rows, key=lambda row: self.number.get(row[0], -1))
        codes = columns.index("code") if name == "fact" else -1
        values = [[self._value(name, column, kind, row[n], row, codes) for row in rows]
                  for n, (column, kind) in enumerate(zip(columns, kinds, strict=True))]  # fmt: skip
        return [list(columns), kinds, values]

    def _value(self, table: str, column: str, kind: str, value: Any, row: Row, codes: int) -> Any:
        if value is None or not kind:
            return int(value) if isinstance(value, float) and value.is_integer() else value
        if kind in "dt":
            return value - row[3] * (1 if kind == "d" else DAY)
        if kind == "p":
            return self.number.get(value, id_of(value))
        if kind == "s":
            return _ref(value, self.order.get(row[0], {}))
        if table == "fact" and column == "txt" and row[codes] not in self.own_texts:
            return self._word(value)
        return value if (table, column) in OWN_WORDS else self._word(value)

    # --- what stays packed -----------------------------------------------------------------------------------------

    def _sub(self, row: Row, subject: str) -> list[Any]:
        """[form, place, author, seconds after its id's, made after known, known after the stamp's day, microseconds, replaces,
        of whom when it is not her, kind when it is not data]"""
        one, kind, form, whose, replaces, stamp, known, made, place, author = row
        second = stamp // SECOND
        return _trimmed([
            self._word(form), self._word(place), self._word(author), second - second_of(one), made - known, known - second // DAY,
            stamp % SECOND, replaces and id_of(replaces), None if whose == subject else id_of(whose),
            None if kind == "data" else self._word(kind),
        ])  # fmt: skip

    def _said(self, facts: Iterable[Row], order: Mapping[str, int], days: dict[str, int]) -> list[Any]:
        """For each of her submissions [shape, moments, how many facts of each, value ...], or 0. days: gets its last day."""
        of: dict[str, list[Row]] = {}
        for row in facts:
            of.setdefault(row[12], []).append(row)
        found = []
        for one in order:
            own = sorted(of.get(one, ()), key=MOMENT_FIRST)
            base = self.subs[one][7]
            days[one] = max((row[3] for row in own), default=base)
            found.append(self._answers(own, base) if own else 0)
        return found

    def _answers(self, rows: list[Row], base: int) -> list[Any]:
        values: list[Any] = []
        shape, moments, counts = list[int](), list[Any](), list[int]()
        before: Any = None
        for _, episode, code, day, last, at, ts, precision, num, txt, how, place, _ in rows:
            kind = NOTHING
            if num is not None:
                kind = NUMBER
                values.append(int(num) if isinstance(num, float) and num.is_integer() else num)
            if txt is not None:
                word = code not in self.own_texts
                kind += WORD if word else TEXT
                values.append(self._word(txt) if word else txt)
            shape.append(self.facts.setdefault((code, episode, precision, how, place, kind), len(self.facts)))
            moment = (day, last, at, ts)
            if moment == before:
                counts[-1] += 1
            else:
                moments.append(self._moment(day - base, last - day, None if at is None else at - day * DAY, ts - day * DAY))
                counts.append(1)
            before = moment
        number = self.shapes.setdefault(tuple(shape), len(self.shapes))
        return [number, *((moments[0], 0) if len(moments) == 1 else (moments, counts)), *values]

    def _moment(self, day: int, lasts: int, at: int | None, ts: int) -> Any:
        if ts != (self.end if at is None else at):
            return [day, at, lasts, ts]
        return [day, at, lasts] if lasts else [day, at] if at is not None else day

    def _worked(self, steps: Iterable[Row], order: Mapping[str, int], days: Mapping[str, int]) -> list[Any]:
        """[form, days since the row before, until, done by, done on] of each: `forms` says the rest, from its first day on."""
        columns = COLUMNS["step"]
        found, before = [], 0
        clock_at = columns.index("clock")

        def order_of(row: Row) -> tuple[Any, ...]:
            return row[1], (row[5] or 0) if row[clock_at] == "day" else 0, row[2], row[3], row[4], row[8] or ""

        rows = sorted(steps, key=order_of)
        listed = list(order)
        for row in rows:
            (_, episode, pathway, step, n, since, until, why, rule, clock, opens, due, overdue, closes, done, by, waits, urgency,
             compartment) = row  # fmt: skip
            first = since or 0
            whole = (episode, pathway, step, rule, clock, urgency, compartment)
            form = (
                self.rules.setdefault(whole, len(self.rules)), n, None if opens is None else opens - first,
                None if due is None else due - first, None if overdue is None else overdue - first,
                None if closes is None else closes - first, why, waits,
            )  # fmt: skip
            unit = DAY if clock == "minute" else 1
            told: list[Any] = [self.forms.setdefault(form, len(self.forms)), None if since is None else since - before * unit]
            if since is not None and unit == 1:
                before = since
            told.append(None if until is None else until - first)
            if done is not None or by is not None:
                told.append(None if by is None else _ref(by, order))
                if not (isinstance(told[3], int) and done == days[listed[told[3]]]):
                    told.append(None if done is None else done - first)
            elif until is None:
                told.pop()
            found.append(told)
        return found


def second_of(one: str) -> int:
    """When an id was made, in seconds, as its first digits say where it is a UUID by time; a submission's stamp is near it."""
    return int(one[:8] + one[9:13], 16) // 1000 if UUID.fullmatch(one) else 0


def _ref(one: str, order: Mapping[str, int]) -> int | str:
    return order.get(one, id_of(one))


def _trimmed(values: list[Any], nothing: tuple[Any, ...] = (None, 0)) -> list[Any]:
    while values and values[-1] in nothing:
        values.pop()
    return values


def _kind(table: str, column: str) -> str:
    if column in PEOPLE:
        return "p"
    if table == "fact" and column in AFTER_DAY:
        return AFTER_DAY[column]
    if column in SUBMISSIONS:
        return "s"
    text = schema.column_types().get((table.removesuffix("_sent"), column)) == "text" or table in ("opened", "conflict")
    return "x" if text else ""


def _grouped(rows: Iterable[Row], at: int) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[at], []).append(row)
    return found
