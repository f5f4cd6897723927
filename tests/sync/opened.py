"""A first pull read back into rows: what app/src/core/packed.ts does when somebody is looked at, in plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Rows = list[tuple[Any, ...]]
SUB = ("submission", "kind", "form", "subject", "replaces", "stamp", "known_day", "made_day", "place", "author")
FACT = ("subject", "episode", "code", "day", "day_last", "at", "ts", "precision", "num", "txt", "how", "row", "submission")
ANSWER = ("submission", "subject", "code", "day", "day_last", "at", "ts", "precision", "num", "txt", "how", "row")
STEP = (
    "subject", "episode", "pathway", "step", "n", "since", "until", "until_why", "rule", "clock", "opens", "due", "overdue",
    "closes", "done_on", "done_by", "waits_for", "urgency", "compartment",
)  # fmt: skip
WRITE = ("submission", "subject", "name", "value", "base", "has_base")
DAY = 86_400


def plain(text: str) -> str:
    """An id as it is."""
    return text[1:] if text.startswith("=") else f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Opened:
    """columns, tables: as the register has them. listed: the rows of `fact` and `step` that go besides, for lists."""

    def __init__(self, file: Mapping[str, Any]) -> None:
        assert file["format"] == 2
        self.file, self.words = file, file["words"]
        self.meta: dict[str, str] = file["meta"]
        self.people = [plain(one) for one in file["people"]]
        self.ids = [[plain(one) for one in own] for own in file["ids"]]
        self.columns: dict[str, list[str]] = {}
        self.tables: dict[str, Rows] = {}
        for name in file["tables"]:
            self._table(name)
        self.listed = {name: self.tables[name] for name in ("fact", "step")}
        self._packed()

    def _word(self, n: int | None) -> str | None:
        return self.words[n - 1] if n else None

    def _table(self, name: str) -> None:
        columns, kinds, values = self.file["tables"][name]
        day = columns.index("day") if "day" in columns else -1

        def read(kind: str, value: Any, row: tuple[Any, ...]) -> Any:
            if value is None or not kind:
                return value
            if kind in "dt":
                return row[day] * (1 if kind == "d" else DAY) + value
            if isinstance(value, str):
                return value if kind == "x" else plain(value)
            return self.words[value - 1] if kind == "x" else self.people[value] if kind == "p" else self.ids[row[0]][value]

        self.columns[name] = columns
        self.tables[name] = [tuple(read(kind, one, row) for kind, one in zip(kinds, row, strict=True)) for row in zip(*values, strict=True)]

    def _packed(self) -> None:
        found: dict[str, Rows] = {name: [] for name in ("sub", "speaks_of", "made", "fact", "step")}
        based: dict[tuple[Any, ...], Any] = {}
        for n, subject in enumerate(self.people):
            own, days = self.ids[n], []

            def one(ref: int | str, own: list[str] = own) -> str:
                return own[ref] if isinstance(ref, int) else plain(ref)

            for submission, id, sub, said in zip(own, self.file["ids"][n], self.file["subs"][n], self.file["said"][n], strict=True):
                row = self._sub(sub, submission, id, subject)
                found["sub"].append(row)
                found["speaks_of"].append((submission, subject))
                facts = self._facts(said, subject, submission, row[7])
                found["fact"] += facts
                days.append(max((fact[3] for fact in facts), default=row[7]))
            found["made"] += [(subject, one(ref), self._word(kind)) for ref, kind in self.file["made"][n]]
            based |= {(one(ref), subject, self._word(name)): base and plain(base) for name, ref, base in self.file["based"][n]}
            before = 0
            for step in self.file["steps"][n]:
                row = self._step(step, subject, before, days, one)
                found["step"].append(row)
                before = row[5] if row[9] == "day" and row[5] is not None else before
        found["sub"] = list(dict.fromkeys(found["sub"]))
        at = [FACT.index(name) for name in ANSWER]
        found["answer"] = [tuple(row[place] for place in at) for row in found["fact"]]
        writes = [(row[3], row[0], row[1]) for row in self.tables["attribute"]]
        found["attribute_write"] = [
            (*key, row[2], based.get(key), int(key in based)) for key, row in zip(writes, self.tables["attribute"], strict=True)
        ]
        self.tables |= found
        self.columns |= {"sub": [*SUB], "speaks_of": ["submission", "subject"], "made": ["subject", "submission", "kind"],
                         "fact": [*FACT], "step": [*STEP], "answer": [*ANSWER], "attribute_write": [*WRITE]}  # fmt: skip

    def _sub(self, sub: list[Any], submission: str, id: str, subject: str) -> tuple[Any, ...]:
        form, place, author, second, made, after, micro, replaces, whose, kind = [*sub, *[0] * (10 - len(sub))]
        seconds = second + (0 if id.startswith("=") else int(id[:12], 16) // 1000)
        known = seconds // DAY + after
        return (
            submission, self._word(kind) or "data", self._word(form), plain(whose) if whose else subject, plain(replaces) if replaces else None,
            seconds * 1_000_000 + micro, known, known + made, self._word(place), self._word(author),
        )  # fmt: skip

    def _facts(self, said: Any, subject: str, submission: str, made: int) -> Rows:
        if not said:
            return []
        shape, moments, counts, *values = said
        each = [moment for moment, count in zip(moments, counts, strict=True) for _ in range(count)] if counts else None
        found, values = [], list(reversed(values))
        for n, (code, episode, precision, how, row, kind) in enumerate(self.file["shapes"][shape]):
            moment = each[n] if each else moments
            after, second, lasts, ts = [*(moment if isinstance(moment, list) else [moment]), None, None, None][:4]
            day = made + after
            num = values.pop() if kind & 1 else None
            txt = self._word(values.pop()) if kind & 2 else values.pop() if kind & 4 else None
            end = ts if ts is not None else second if second is not None else self.file["end"]
            found.append((
                subject, self._word(episode), self._word(code), day, day + (lasts or 0), None if second is None else day * DAY + second,
                day * DAY + end, self._word(precision), num, txt, self._word(how), self._word(row), submission,
            ))  # fmt: skip
        assert not values
        return found

    def _step(self, step: list[Any], subject: str, before: int, days: list[int], one: Any) -> tuple[Any, ...]:
        form, after, until, by, done = [*step, *[None] * (5 - len(step))]
        told = self.file["forms"][form]
        rule, n, opens, due, overdue, closes, why, waits = [*told, *[None] * (8 - len(told))]
        episode, pathway, name, of, clock, urgency, compartment = map(self._word, self.file["rules"][rule])
        since = None if after is None else (before * DAY if clock == "minute" else before) + after

        def on(time: int | None) -> int | None:
            return None if time is None else (since or 0) + time

        return (
            subject, episode, pathway, name, n, since, on(until), self._word(why), of, clock, on(opens), on(due), on(overdue), on(closes),
            days[by] if len(step) == 4 else on(done), None if by is None else one(by), self._word(waits), urgency, compartment,
        )  # fmt: skip
