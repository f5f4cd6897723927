"""The content pack as phones need it: tables, rules and statements in SQLite's words, forms, and what everything is called.

One for everybody, named by its hash, kept for ever by whoever has it. It holds nothing about a person, and no form that somebody
uploaded: each of those travels alone, to whom it is for (see `offers`), so that one more costs nobody a new pack or snapshot.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from doorstep.content.flatten_mapping import to_mapping
from doorstep.content.model import Form, Pathway, Programme, Step
from doorstep.content.uploaded import uploaded_of
from doorstep.content.whole import write_whole
from doorstep.record import schema
from doorstep.record.database import ddl
from doorstep.record.figures import asked_sql, figures_of
from doorstep.record.fingerprint import code_version
from doorstep.record.meaning import Meaning
from doorstep.record.needs import Needs
from doorstep.record.placing import kind_words
from doorstep.record.record import Record
from doorstep.record.rules import Rules
from doorstep.record.shelf import Pack
from doorstep.record.statement import Statement
from doorstep.sync.words import choice_words

WRITTEN_BY = ("content", "pathways", "record", "sync")
NOT_THERE = ("register_meta", "merge_edge", "unread", "changed", "lived")
"""Tables of the register that a phone has no use for."""
OWN_TABLES = """
CREATE TABLE opened (subject {text} NOT NULL, programme {text} NOT NULL, compartment {text} NOT NULL);
CREATE INDEX opened_subject ON opened (subject);
CREATE TABLE conflict (subject {text} NOT NULL, kind {text} NOT NULL, what {text} NOT NULL, "values" {text} NOT NULL);
CREATE INDEX conflict_subject ON conflict (subject);
"""
PLACES = ("place_unit", "place_link")
TREE = "tree_sub"


@dataclass(frozen=True)
class PhonePack:
    """hash: of the text. packed: gzipped JSON."""

    hash: str
    packed: bytes

    @property
    def told(self) -> Any:
        """What it says."""
        return json.loads(gzip.decompress(self.packed))


def phone_pack(record: Record) -> PhonePack:
    """Of the pack in force: as it was worked out before on this machine, else worked out now, which takes seconds."""
    pack, folder = record.rules.pack, record.store.config.data / "packs"
    kept = folder / f"{pack.rules}-phone-{code_version(*WRITTEN_BY)}.json.gz"
    if kept.exists():
        return _named(kept.read_bytes())
    rules = record.rules if record.rules.dialect == "sqlite" else Rules(pack, "sqlite", folder)
    told = _told(pack, rules.meaning)
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    packed = gzip.compress(text.encode(), 9, mtime=0)
    write_whole(kept, packed)
    return _named(packed)


def _named(packed: bytes) -> PhonePack:
    return PhonePack(hashlib.sha256(gzip.decompress(packed)).hexdigest()[:32], packed)


def _told(pack: Pack, meaning: Meaning) -> dict[str, Any]:
    from doorstep.pathways.fold import correction_trees_sql

    programmes = [one for _, one in sorted(pack.programmes.items()) if uploaded_of(one) is None]
    of = [pathway for programme in programmes for pathway in programme.pathways]
    return {
        "pack": pack.rules,
        "ddl": _ddl(),
        "tables": [[name, [list(column) for column in columns], rows] for name, columns, rows in meaning.tables],
        "facts": [_statement(one) for one in meaning.facts_touched],
        "steps": _steps(meaning.steps_touched, of),
        "facts_all": [_statement(one) for one in meaning.facts_all],
        "steps_all": _steps(meaning.steps_all, of),
        "trees": {
            "table": "corrected", "columns": "root, member, stamp, leaf, rank", "select": correction_trees_sql("sqlite", TREE),
        },
        "status": meaning.status,
        "figures": [_figures(programme, meaning) for programme in programmes if programme.id in meaning.figures],
        "forms": [form_told(form, programme) for programme in programmes for form in programme.forms.values()],
        "dictionary": _dictionary(programmes),
        "pathways": {
            name: _pathway(pathway, programme) for programme in programmes for name, pathway in programme.pathways.items()
        },
        "programmes": {programme.id: _programme(programme) for programme in programmes},
        "place_kinds": {kind: _languages(row) for kind, row in kind_words().items()},
    }  # fmt: skip


def _ddl() -> list[str]:
    """Tables of a phone's register; then, for every connection, the temporary ones that the statements start from."""
    wanted = [name for name in schema.tables("register") if name not in NOT_THERE]
    scripts = ";".join((schema.REGISTER, OWN_TABLES, schema.PLACES))
    found = [one.strip() for one in ddl(scripts, "sqlite").split(";")]
    names = {*wanted, "opened", "conflict", *PLACES}
    chosen = [one for one in found if one and _table_of(one) in names]
    return [*chosen, *(one.strip() for one in ddl(schema.TOUCHED, "sqlite").split(";") if one.strip())]


def _table_of(statement: str) -> str:
    words = statement.replace("(", " ").split()
    return words[words.index("ON") + 1] if words[1] == "INDEX" else words[2]


def _statement(one: Statement) -> dict[str, Any]:
    return {"table": one.table, "columns": one.columns, "select": one.select}


def _figures(programme: Programme, meaning: Meaning) -> dict[str, Any]:
    """A worker's figures of a month. sql asks for its first day, its last, and the day whose end it is judged at."""
    own = [
        {"name": one.name, "title": dict(one.title), "compartments": list(one.compartments), "confirmed": dict(one.confirmed)}
        for one in figures_of(programme)
    ]
    return {"programme": programme.id, "sql": asked_sql(meaning.figures[programme.id]), "figures": own}


def _steps(statements: Iterable[Statement], pathways: Iterable[str]) -> list[dict[str, Any]]:
    """Relations and homes first, then one for each pathway, in the pack's order."""
    names = iter(pathways)
    return [
        {**_statement(one), "pathway": next(names) if one.needs else None, "needs": _needs(one.needs)} for one in statements
    ]


def _needs(needs: Needs | None) -> dict[str, Any] | None:
    if needs is None:
        return None
    return {"kind": needs.kind, "steps": [[sorted(clause) for clause in step] for step in needs.steps]}


def form_told(form: Form, programme: Programme) -> dict[str, Any]:
    """model: what the flattener needs of it."""
    return {
        "id": form.id, "version": form.version, "programme": programme.id, "title": dict(form.title), "xml": form.xml,
        "model": to_mapping(form),
    }  # fmt: skip


def _dictionary(programmes: Iterable[Programme]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for programme in programmes:
        words = choice_words(programme)
        for code, row in programme.dictionary.items():
            told: dict[str, Any] = {"kind": row.kind, "labels": dict(row.labels), "compartment": row.compartment}
            told |= {key: value for key, value in (("unit", row.unit), ("episode", row.episode)) if value}
            if row.choices:
                told["choices"] = list(row.choices)
            if words.get(code):
                told["words"] = words[code]
            found.setdefault(code, told)
    return found


def _pathway(pathway: Pathway, programme: Programme) -> dict[str, Any]:
    return {
        "programme": programme.id, "title": dict(pathway.title), "episode": pathway.episode,
        "compartment": pathway.compartment, "words": {name: dict(words) for name, words in pathway.words.items()},
        "steps": [_step(step, step.form in programme.referrals) for step in pathway.steps],
    }  # fmt: skip


def _step(step: Step, refers: bool) -> dict[str, Any]:
    """Everything that is said of a row of this rule. refers: its form sends her to a hospital. confirmed: country -> whether a
    clinician of it has signed the rule."""
    told: dict[str, Any] = {
        "step": step.name, "rule": step.rule, "title": dict(step.title), "advice": dict(step.advice), "urgency": step.urgency,
        "clock": str(step.clock.value), "form": step.form, "owner": list(step.owner), "compartment": step.compartment,
        "confirmed": {country: by is not None for country, by in step.origin.review.items()}, "source": step.origin.source,
        "countries": list(step.countries),
    }  # fmt: skip
    if refers:
        told["refers"] = True
    if step.escalate is not None:
        told["escalate"] = {"base": step.escalate.at.base, "by": step.escalate.at.by, "to": step.escalate.to}
    return told


def _programme(programme: Programme) -> dict[str, Any]:
    return {
        "names": dict(programme.names), "languages": list(programme.languages), "countries": list(programme.countries),
        "roles": {role: list(opens) for role, opens in programme.roles.items()},
        "episodes": {name: {"subject": one.subject} for name, one in programme.episodes.items()},
    }  # fmt: skip


def _languages(row: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in row.items() if key != "kind" and value}
