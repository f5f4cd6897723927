"""A form that somebody uploads, as a programme of its own kind: one form, no pathway, answers kept whole.

The folder is a programme's (programme.yaml, dictionary.csv, forms/, media/) and beside it `uploaded.yaml`, by which it is known.
Source: docs/decisions/0032-uploaded-forms.md. Pure: bytes in, files or troubles out.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from doorstep.content.flatten import NAMESPACE
from doorstep.content.forms_sheets import Sheets
from doorstep.content.model import Form, Programme
from doorstep.content.uploaded_media import Medium

FILE = "uploaded.yaml"
PREFIX = "form-"
"""How the folder of an uploaded form begins: no programme of the shelf may."""
PERSON, HOUSEHOLD, PLACE = "person", "household", "place"
SUBJECTS = (PERSON, HOUSEHOLD, PLACE)
"""Of whom a filled form speaks: of a person whom the record knows, of a household, or of nobody but the place."""
ANSWERS = "answers"
"""The one compartment of an uploaded form: it opens nothing else of the record."""
FILLERS = ("attendant", "mediator", "midwife", "hospital", "social_worker", "supervisor")
READERS = ("supervisor", "manager", "administrator")
"""Who fills in forms; and who may read the answers of every uploaded form in their area."""
HOUSEHOLD_ID = "household_id"


@dataclass(frozen=True)
class Uploaded:
    """What is known of it besides the workbook. version: as Doorstep calls it. roles: who fills it in. places: ids of the areas
    it is for, '*' for everywhere. facts: codes that its answers feed. digest: of what is asked, media included."""

    form: str
    version: str
    subject: str
    roles: tuple[str, ...]
    places: tuple[str, ...]
    workbook: str
    facts: tuple[str, ...] = ()
    media: tuple[Medium, ...] = ()
    digest: str = ""
    title: str = ""

    @property
    def of_somebody(self) -> bool:
        """Whether its subject is a person whom the record knows."""
        return self.subject == PERSON


def uploaded_of(programme: Programme) -> Uploaded | None:
    """What is known of an uploaded form; None of a programme that somebody wrote for Doorstep."""
    told = programme.tree.get(FILE)
    return from_tree(told) if isinstance(told, Mapping) else None


def from_tree(told: Mapping[str, Any]) -> Uploaded:
    """Of what stands in uploaded.yaml. ValueError when that is not what Doorstep writes."""
    try:
        media = tuple(Medium(str(one["name"]), str(one["digest"]), int(one["size"])) for one in told.get("media") or ())
        found = Uploaded(
            form=str(told["form"]), version=str(told["version"]), subject=str(told["subject"]),
            roles=tuple(map(str, told["roles"])), places=tuple(map(str, told["places"])), workbook=str(told["workbook"]),
            facts=tuple(map(str, told.get("facts") or ())), media=media, digest=str(told["digest"]),
            title=str(told.get("title") or ""),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("uploaded.yaml is not as Doorstep writes it") from error
    if found.subject not in SUBJECTS:
        raise ValueError("uploaded.yaml: subject is person, household or place")
    return found


def to_yaml(told: Uploaded) -> str:
    """uploaded.yaml."""
    tree: dict[str, Any] = {
        "form": told.form, "version": told.version, "title": told.title, "subject": told.subject, "roles": list(told.roles),
        "places": list(told.places), "workbook": told.workbook, "digest": told.digest, "facts": list(told.facts),
        "media": [{"name": one.name, "digest": one.digest, "size": one.size} for one in told.media],
    }  # fmt: skip
    return "# Written by Doorstep for a form that was uploaded. The workbook itself stands in forms/ as it came.\n" + dump(tree)


def head_yaml(name: str, told: Uploaded) -> str:
    """programme.yaml: what every reader of programmes asks for."""
    roles = {role: [ANSWERS] for role in (*told.roles, *READERS)}
    return dump({
        "id": name, "name": {"en": told.title or told.form}, "subject": told.subject, "compartment": ANSWERS, "languages": ["en"],
        "countries": [], "source": f"uploaded: {told.workbook}", "roles": roles,
    })  # fmt: skip


def dump(tree: Mapping[str, Any]) -> str:
    """YAML in which every text stands in quotes, so that no text is taken for anything else."""
    return str(yaml.dump(_quoted(tree), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000_000))


class _Text(str):
    pass


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    _Text, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')
)


def _quoted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _quoted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_quoted(inner) for inner in value]
    return _Text(value) if isinstance(value, str) else value


def programme_id(form: str) -> str:
    """The folder's name: letters that an address and a disk can hold, and the same for the same form for ever."""
    plain = re.sub(r"[^a-z0-9]+", "-", form.lower()).strip("-")[:40]
    mark = hashlib.sha256(form.encode()).hexdigest()[:6]
    return f"{PREFIX}{plain}-{mark}" if plain else f"{PREFIX}{mark}"


def digest_of(sheets: Sheets, media: Mapping[str, bytes]) -> str:
    """SHA-256 of what is asked, in hex: a workbook that was only opened and saved again is the same version."""
    digest = hashlib.sha256()
    for name in sorted(sheets):
        for row in (sheets[name].header, *sheets[name].rows):
            if texts := [cell.text for cell in row.cells]:
                digest.update(json.dumps([name, row.line, *texts]).encode())
    for name in sorted(media):
        digest.update(json.dumps([name, hashlib.sha256(media[name]).hexdigest()]).encode())
    return digest.hexdigest()


def subject_of(told: Uploaded, first: str, place: str, answers: Mapping[str, Any]) -> str:
    """Whose a filled form is, where it is of no person. first: id of the submission, or of the first of its chain of corrections.

    A household that gives its number in a question named household_id is the same one in every form of that place; without a
    number, and of nobody but the place, each filled form stands alone, so that it can be erased alone.
    """
    number = answers.get(HOUSEHOLD_ID) if told.subject == HOUSEHOLD else None
    text = str(number).strip() if isinstance(number, str | int) and not isinstance(number, bool) else ""
    return str(uuid.uuid5(NAMESPACE, f"household/{place}/{text}")) if text else str(uuid.uuid5(NAMESPACE, f"alone/{first}"))


def names_its_person(form: Form) -> bool:
    """Whether the form itself says of whom it speaks: ODK Collect has no other way to know."""
    return any(question.path == ("subject",) for question in form.questions)
