"""Everything that a phone may hold of some people, as rows of the register's own tables: whole, open, and no more than open.

Answers stand under the canonical id and are those that count; words are readable. A submission is there only when something
that it says is: its form's name would tell. A form that somebody uploaded is there, without its answers, for who may read them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from doorstep.content.uploaded import READERS
from doorstep.record.database import Connection, Row, among
from doorstep.record.lists import today
from doorstep.record.reading import PLACE_CODE, PLACES
from doorstep.record.record import Record
from doorstep.record.vault import Key, unseal_word
from doorstep.record.whereabouts import visible
from doorstep.sync.holding import Holding

STEP = (
    "subject", "episode", "pathway", "step", "n", "since", "until", "until_why", "rule", "clock", "opens", "due", "overdue",
    "closes", "done_on", "done_by", "waits_for", "urgency", "compartment",
)  # fmt: skip
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "subject": ("subject", "kind"),
    "alias": ("subject", "canonical"),
    "home": ("subject", "place", "told_on", "valid_from", "valid_to"),
    "sub": ("submission", "kind", "form", "subject", "replaces", "stamp", "known_day", "made_day", "place", "author"),
    "speaks_of": ("submission", "subject"),
    "made": ("subject", "submission", "kind"),
    "corrected": ("member", "root", "stamp", "leaf", "rank"),
    "fact": ("subject", "episode", "code", "day", "day_last", "at", "ts", "precision", "num", "txt", "how", "row", "submission"),
    "attribute_write": ("submission", "subject", "name", "value", "base", "has_base"),
    "attribute": ("subject", "name", "value", "submission", "written_of", "shown"),
    "relation": ("subject", "episode", "name", "target", "target_episode"),
    "opened": ("subject", "programme", "compartment"),
    "conflict": ("subject", "kind", "what", "values"),
    "step": STEP,
    "step_sent": STEP,
}
ANSWER = tuple(name for name in ("submission", *COLUMNS["fact"]) if name != "episode")[:12]
"""A fact without its episode: as the register has answers."""
NOT_DONE = "not_done_step"
"""Code of a fact whose word names a step: who may not know of the step must not read its name here either."""
Tables = dict[str, list[Row]]
Seen = Mapping[str, frozenset[str]]
"""Canonical subject -> the roles by which she may be seen."""


def rows_of(record: Record, register: Connection, holding: Holding, seen: Seen, steps: bool) -> Tables:
    """Rows by table. steps: step rows too, as they are stored."""
    return _Rows(record, register, holding, seen).tables(steps)


def holds(register: Connection, holding: Holding, subjects: Collection[str]) -> Seen:
    """Of these subjects, those whom the worker's phone may hold today, with the roles by which. Whose roles open nothing at
    all has no use for a person's id."""
    condition, values = among(register, "subject", subjects)
    there = [row[0] for row in register.rows(f"SELECT subject FROM subject WHERE {condition}", values)]
    found = visible(register, there, holding.scope, today())
    return {subject: roles for subject, roles in found.items() if holding.anything(roles)}


class _Rows:
    def __init__(self, record: Record, register: Connection, holding: Holding, seen: Seen) -> None:
        self.record, self.register, self.holding, self.seen = record, register, holding, seen
        self.alias: dict[str, str] = {}
        for subject, canonical in self._where("alias", "canonical"):
            self.alias[subject] = canonical
        members = [*seen, *self.alias]
        self.keys: dict[str, Key] = record.store.vault.get(register, members)
        self.members: dict[str, list[str]] = {}
        for subject, canonical in self.alias.items():
            self.members.setdefault(canonical, []).append(subject)
        self.text = {code for one in holding.programmes for code, row in one.dictionary.items() if row.kind == "text"}

    def _lacking(self, relations: Iterable[Row]) -> set[str]:
        """Those who have a relation to somebody whom the phone does not hold, such as a baby whose mother lives elsewhere: what
        follows from the other's facts it cannot work out itself."""
        target = COLUMNS["relation"].index("target")
        others = {row[target] for row in relations} - self.seen.keys()
        held = holds(self.register, self.holding, others) if others else {}
        return {row[0] for row in relations if row[target] in others and row[target] not in held}

    def _where(self, table: str, column: str = "subject", columns: Iterable[str] = ()) -> list[Row]:
        condition, values = among(self.register, column, self.seen)
        names = ", ".join(f'"{name}"' for name in columns or COLUMNS[table])
        return self.register.rows(f"SELECT {names} FROM {table} WHERE {condition}", values)

    def tables(self, steps: bool) -> Tables:
        found: Tables = {"subject": self._where("subject"), "alias": sorted(self.alias.items()), "home": self._where("home")}
        found["fact"] = self._facts()
        found["attribute"], found["attribute_write"], found["conflict"] = self._attributes()
        found["made"] = self._made()
        self._submissions(found)
        relations = self._where("relation")
        found["relation"] = [row for row in relations if self.holding.opened(self.seen[row[0]], row[2])]
        found["opened"] = [
            (subject, programme.id, compartment)
            for subject, roles in self.seen.items()
            for programme in self.holding.ruled
            for compartment in sorted(self.holding.compartments(roles, programme))
        ]
        lacking = self._lacking(relations)
        if steps or lacking:
            own = [row for row in self._where("step") if self.holding.row_opened(self.seen[row[0]], row[2], row[-1])]
            found["step_sent"] = [row for row in own if row[0] in lacking and row[2] in self.holding.reads_others]
            if steps:
                found["step"] = own
        if not steps:  # the first pull has an order of its own
            for rows in found.values():
                rows.sort(key=repr)
        return found

    # --- facts -----------------------------------------------------------------------------------------------------

    def _facts(self) -> list[Row]:
        code, txt, submission = map(COLUMNS["fact"].index, ("code", "txt", "submission"))
        found, closed = [], set()
        for row in self._where("fact"):
            roles = self.seen[row[0]]
            if not self.holding.opened(roles, row[code]):
                continue
            if row[txt] is not None and row[code] in self.text:
                word = self._word(row[0], row[code], row[txt])
                row = (*row[:txt], word, *row[txt + 1 :])
                if row[code] == NOT_DONE and not self.holding.step_opened(roles, word or ""):
                    closed.add(row[submission])
            found.append(row)
        return [row for row in found if row[submission] not in closed] if closed else found

    def _word(self, subject: str, code: str, sealed: str) -> str | None:
        """The word in the open; None when its key is destroyed. It lies under the key of whichever record it was told of."""
        if code in PLACES and PLACE_CODE.fullmatch(sealed):
            return sealed
        for member in (subject, *self.members.get(subject, ())):
            if member in self.keys:
                try:
                    return unseal_word(self.keys[member], code, sealed)
                except ValueError:
                    continue
        return None

    # --- attributes ------------------------------------------------------------------------------------------------

    def _attributes(self) -> tuple[list[Row], list[Row], list[Row]]:
        """Heads as they are shown, as they were written, and where they contradict each other."""
        condition, values = among(self.register, "a.subject", self.seen)
        rows = self.register.rows(
            "SELECT a.subject, a.name, a.value, a.submission, a.written_of, a.shown, w.base, w.has_base FROM attribute AS a "
            "JOIN attribute_write AS w ON w.submission = a.submission AND w.subject = a.written_of AND w.name = a.name "
            f"WHERE {condition}", values,
        )  # fmt: skip
        shown, written, grouped = [], [], dict[tuple[str, str], list[tuple[int, str, str]]]()
        for subject, name, sealed, submission, written_of, is_shown, base, has_base in rows:
            key = self.keys.get(written_of)
            if key is None or not self.holding.opened(self.seen[subject], name):
                continue
            value = unseal_word(key, f"attribute {name}", sealed)
            shown.append((subject, name, value, submission, subject, is_shown))
            written.append((submission, subject, name, value, base, has_base))
            grouped.setdefault((subject, name), []).append((is_shown, submission, value))
        conflicts = [
            (subject, "attribute", name, _values((one, value, is_shown) for is_shown, one, value in sorted(heads, reverse=True)))
            for (subject, name), heads in grouped.items()
            if len({value for _, _, value in heads}) > 1
        ]
        return shown, written, conflicts

    # --- submissions -----------------------------------------------------------------------------------------------

    def _made(self) -> list[Row]:
        mine, values = among(self.register, "subject", [*self.seen, *self.alias])
        rows = self.register.rows(f"SELECT subject, submission, kind FROM made WHERE {mine}", values)
        return sorted({(self.alias.get(subject, subject), submission, kind) for subject, submission, kind in rows})

    def _submissions(self, found: Tables) -> None:
        """Those of which something is here; what they are called, whom they speak of, what they replaced."""
        at = COLUMNS["fact"].index("submission")
        spoken = {(row[at], row[0]) for row in found["fact"]} | {(row[0], row[1]) for row in found["attribute_write"]}
        spoken |= self._uploaded()
        ids = {submission for submission, _ in spoken}
        found["made"] = [row for row in found["made"] if row[1] in ids]
        found["speaks_of"] = sorted(spoken)
        condition, values = among(self.register, "submission", ids)
        names = ", ".join(COLUMNS["sub"])
        rows = self.register.rows(f"SELECT {names} FROM sub WHERE {condition}", values)
        whose = COLUMNS["sub"].index("subject")
        found["sub"] = [(*row[:whose], self.alias.get(row[whose], row[whose]), *row[whose + 1 :]) for row in rows]
        condition, values = among(self.register, "member", ids)
        names = ", ".join(COLUMNS["corrected"])
        found["corrected"] = self.register.rows(f"SELECT {names} FROM corrected WHERE {condition}", values)
        found["conflict"] += self._corrected_twice(found["corrected"], spoken)

    def _uploaded(self) -> set[tuple[str, str]]:
        """(submission, whom it speaks of) of filled forms that somebody uploaded: few of their answers are facts."""
        shelf = self.record.shelf
        may = {form: frozenset((*told.roles, *READERS)) for form in shelf.uploaded_forms if (told := shelf.uploaded(form))}
        if not may:
            return set()
        of_form, forms = among(self.register, "s.form", may)
        of_her, members = among(self.register, "o.subject", [*self.seen, *self.alias])
        rows = self.register.rows(
            "SELECT s.submission, o.subject, s.form FROM sub AS s JOIN speaks_of AS o ON o.submission = s.submission "
            f"WHERE {of_form} AND {of_her}", [*forms, *members],
        )  # fmt: skip
        spoken = ((submission, self.alias.get(subject, subject), form) for submission, subject, form in rows)
        everything = self.holding.scope.everything
        return {(one, subject) for one, subject, form in spoken if everything or self.seen[subject] & may[form]}

    def _corrected_twice(self, corrected: Iterable[Row], spoken: Iterable[tuple[str, str]]) -> list[Row]:
        """(subject, 'correction', the first submission, the corrections that do not know of each other)."""
        roots = {row[1]: row[0] for row in corrected}
        condition, values = among(self.register, "root", roots)
        leaves: dict[str, list[tuple[int, str]]] = {}
        for root, member, rank in self.register.rows(
            f"SELECT root, member, rank FROM corrected WHERE leaf = 1 AND {condition}", values
        ):
            leaves.setdefault(root, []).append((rank, member))
        whom: dict[str, set[str]] = {}
        for submission, subject in spoken:
            whom.setdefault(submission, set()).add(subject)
        return [
            (subject, "correction", root, _values((member, "", int(rank == 1)) for rank, member in sorted(own)))
            for root, own in leaves.items() if len(own) > 1
            for subject in sorted(whom.get(roots[root], ()))
        ]  # fmt: skip


def _values(found: Iterable[tuple[str, str, Any]]) -> str:
    """`values` of a conflict, the one that is shown first. value: JSON as an attribute keeps it, '' for a correction."""
    told = [
        {"submission": submission, "value": json.loads(value) if value else None, "shown": bool(shown)}
        for submission, value, shown in found
    ]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
