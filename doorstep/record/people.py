"""What people are called, and their other attributes: unsealed for those whom a scope lets see them, conflicts included."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from doorstep.content.model import Programme
from doorstep.record.database import Connection, among
from doorstep.record.record import Record
from doorstep.record.scope import Scope
from doorstep.record.vault import unseal_word

IDENTITY = "identity"
"""Compartment of an attribute that no dictionary knows."""


@dataclass(frozen=True)
class Attribute:
    """A head of an attribute. value: as it was answered. shown: the one that lists show; others contradict it."""

    subject: str
    name: str
    value: Any
    submission: str
    shown: bool


def attributes(
    record: Record, seen: Mapping[str, frozenset[str]], scope: Scope, names: Collection[str] = ()
) -> dict[str, list[Attribute]]:
    """Attributes of these people by subject, shown ones first. seen: subject to the roles by which she may be seen.

    names: only these, all when empty. What no role opens, and what was erased, is left out.
    """
    with record.store.register.read() as register:
        condition, values = among(register, "subject", seen)
        sql = f"SELECT subject, name, value, submission, written_of, shown FROM attribute WHERE {condition}"
        if names:
            narrower, more = among(register, "name", names)
            sql, values = f"{sql} AND {narrower}", [*values, *more]
        rows = register.rows(f"{sql} ORDER BY shown DESC, name, submission", values)
    programmes = list(record.rules.pack.programmes.values())
    rows = [row for row in rows if opened(programmes, scope, seen[row[0]], row[1])]
    with record.store.log.read() as log:
        keys = record.store.vault.get(log, {row[4] for row in rows})
    found: dict[str, list[Attribute]] = {}
    for subject, name, sealed, submission, written_of, shown in rows:
        if written_of in keys:
            value = json.loads(unseal_word(keys[written_of], f"attribute {name}", sealed))
            found.setdefault(subject, []).append(Attribute(subject, name, value, submission, bool(shown)))
    return found


def relatives(register: Connection, subjects: Collection[str], name: str) -> dict[str, str]:
    """Subject to the target of her relation of this name, such as mother; those who have none are left out."""
    condition, values = among(register, "subject", subjects)
    return dict(register.rows(f"SELECT subject, target FROM relation WHERE name = ? AND {condition}", [name, *values]))


def opened(programmes: Collection[Programme], scope: Scope, roles: frozenset[str], code: str) -> bool:
    """Whether these roles open what is kept under a code; a code is one for all programmes."""
    for programme in programmes:
        known = programme.dictionary.get(code)
        if scope.opens(roles, programme, known.compartment if known else IDENTITY):
            return True
    return scope.everything
