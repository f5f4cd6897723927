"""Reads programme.yaml: what the programme is called, whom it follows, who may see it, what its episodes are."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from doorstep.content.fields import Fields, Shelf
from doorstep.content.model import Code, EpisodeKind, Place, Words
from doorstep.content.problems import Problems, one_of, quoted
from doorstep.content.tree import Clock
from doorstep.content.yamlpos import Node

KEYS = frozenset(
    {
        "id", "name", "about", "subject", "compartment", "languages", "translations", "countries", "source", "roles", "referrals",
        "episodes",
    }
)  # fmt: skip
EPISODE = frozenset({"subject", "starts", "ends", "longest", "apart"})
LANGUAGES = ("bg", "en", "fr", "km", "lo", "ne", "th", "tr", "vi")
COMPARTMENTS = ("care", "identity", "ethnicity", "hiv", "protection")
"""Compartments of the architecture; a programme may name others, by giving them to a role."""
COUNTRY = re.compile(r"[A-Z]{2}")
LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class Head:
    """programme.yaml as read; episodes are read apart, when the dictionary is known."""

    id: str = ""
    names: Words = field(default_factory=dict)
    about: Words = field(default_factory=dict)
    subject: str = ""
    compartment: str = "care"
    source: str = ""
    shelf: Shelf = field(default_factory=Shelf)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_head(node: Node | None, folder: str, file: str, problems: Problems) -> Head:
    """Everything but the episodes."""
    bare = Fields(node, "programme.yaml", KEYS, Place(file, 1, 1), problems)
    shelf = Shelf(_codes(bare, "languages", LANGUAGE, "en"), _codes(bare, "countries", COUNTRY, "KH"))
    fields = Fields(node, "programme.yaml", KEYS, Place(file, 1, 1), problems, shelf)
    roles = _roles(fields)
    translations = fields.inner("translations", "translations", shelf.languages)
    for language in translations.map:
        translations.text(language)
    opened = sorted({name for names in roles.values() for name in names})
    return Head(
        id=_id(fields, folder),
        names=fields.words("name", needed=True),
        about=fields.words("about"),
        subject=fields.text("subject", needed="subject: whom it follows, such as person"),
        compartment=fields.choice(
            "compartment", opened, "care", code="compartment-unknown", what="a compartment that some role opens"
        ),
        source=fields.text("source", needed="source: whose guideline it follows"),
        shelf=shelf,
        roles=roles,
    )


def read_episodes(node: Node | None, file: str, dictionary: Mapping[str, Code], problems: Problems) -> dict[str, EpisodeKind]:
    """Kinds of episode; their markers are codes of the dictionary."""
    fields = Fields(node, "programme.yaml", KEYS, Place(file, 1, 1), problems)
    return {
        name: _episode(name, place, written, dictionary, problems)
        for name, (place, written) in fields.children("episodes").items()
    }


def read_referrals(node: Node | None, file: str, forms: Iterable[str] | None, problems: Problems) -> tuple[str, ...]:
    """Forms that send somebody to a hospital. forms: those of the programme; None where not all of them could be read."""
    fields = Fields(node, "programme.yaml", KEYS, Place(file, 1, 1), problems)
    return fields.names("referrals", forms, code="form-unknown", what="the form_id of a form of this programme")


def _episode(name: str, place: Place, node: Node, dictionary: Mapping[str, Code], problems: Problems) -> EpisodeKind:
    fields = Fields(node, f"episode {name}", EPISODE, place, problems)
    for key, what in (
        ("starts", "the codes that begin an episode"),
        ("longest", "the longest that one lasts, such as 44w"),
        ("apart", "how far apart two ends are at least, such as 20w"),
    ):
        fields.need(key, f"{key}: {what}")
    markers = {
        key: fields.names(key, dictionary, code="marker-unknown", what="a code of the dictionary") for key in ("starts", "ends")
    }
    for key, codes in markers.items():
        for scalar in fields.scalars(key):
            code = dictionary.get(scalar.text)
            if code is not None and code.episode != name and scalar.text in codes:
                owner = f"episode {code.episode}" if code.episode else "no episode"
                found = f"{quoted(scalar.text)}, which the dictionary gives to {owner}"
                fields.add("marker-episode", scalar, found, f"a code whose episode is {name}")
    return EpisodeKind(
        name=name,
        subject=fields.text("subject", needed="subject: whose episodes they are, such as person"),
        starts=markers["starts"],
        ends=markers["ends"],
        longest=fields.span("longest", Clock.DAY) or 0,
        apart=fields.span("apart", Clock.DAY) or 0,
    )


def _id(fields: Fields, folder: str) -> str:
    text = fields.text("id", needed="id: the name of the folder")
    if text and text != folder:
        fields.add("programme-id", fields.map["id"], quoted(text), f"the name of the folder, {quoted(folder)}")
    return text or folder


def _codes(fields: Fields, key: str, pattern: re.Pattern[str], example: str) -> tuple[str, ...]:
    fields.need(key, f"{key}: codes such as [{example}]")
    good = []
    for scalar in fields.scalars(key):
        if pattern.fullmatch(scalar.text):
            good.append(scalar.text)
        else:
            code = "country-unknown" if key == "countries" else "language-unknown"
            expected = (
                "a country by its two capital letters, such as KH"
                if key == "countries"
                else one_of(scalar.text, LANGUAGES, "a language by its code", 9)
            )
            fields.add(code, scalar, quoted(scalar.text), expected)
    return tuple(dict.fromkeys(good))


def _roles(fields: Fields) -> dict[str, tuple[str, ...]]:
    """Role -> compartments. A word that is nearly one of the architecture's is a slip."""
    fields.need("roles", "roles: who sees which compartments, such as {midwife: [care]}")
    roles = {}
    for role, (place, node) in fields.children("roles").items():
        entry = Fields(None, f"role {role}", frozenset(), place, fields.problems)
        entry.map = {role: node}
        scalars = entry.scalars(role)
        roles[role] = tuple(scalar.text for scalar in scalars)
        for scalar in scalars:
            near = difflib.get_close_matches(scalar.text, COMPARTMENTS, n=1, cutoff=0.85)
            if near and scalar.text not in COMPARTMENTS:
                fields.add("compartment-unknown", scalar, quoted(scalar.text), one_of(scalar.text, COMPARTMENTS))
    return roles
