"""Every sentence of the phone that wants a voice: in which words, where it is heard, in which order they are recorded.

Three springs: the forms (labels, hints, choices, messages), the pathways (titles and advice of steps), the app's own words
(`app/src/words`, `app/src/forms`). The attendant's path comes first: registration, antenatal contact, birth, the days after,
not done; then what is due and what to do about it, the app's words, the other forms, what her story calls things.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from doorstep.content.forms import language as language_of
from doorstep.content.model import Form, Programme, Words
from doorstep.sync.clips import key_of, normal, pieces, template

PATH: Mapping[str, tuple[str, ...]] = {
    "registration": ("register",),
    "antenatal": ("anc_contact",),
    "birth": ("birth",),
    "postnatal": ("postnatal_mother", "postnatal_baby"),
    "not_done": ("visit_not_done",),
}
"""Part of the attendant's day -> ids of the forms that she fills in then."""
PARTS = (*PATH, "steps", "app", "forms", "story")
"""In the order of recording."""
UNSEEN = frozenset({"calculate", "hidden", "start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit"})
SPOKEN = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
_COLUMN = re.compile(r"([a-z_ ]+?)\s*(?:::?\s*(.+))?", re.IGNORECASE)


@dataclass(frozen=True)
class Heard:
    """One place where words are heard. kind: form, step, app or code; where: its id or key; what: label, hint, choice ..."""

    kind: str
    where: str
    what: str
    title: Words = field(default_factory=dict)
    """What people call that place, where it has a name of its own."""

    def __str__(self) -> str:
        return f"{self.kind} {self.where}: {self.what}"


@dataclass(frozen=True)
class Sentence:
    """Words that want a voice. key: in the language of the words, also where another language's clip hangs on them."""

    key: str
    text: str
    english: str
    part: str
    heard: tuple[Heard, ...]
    whole: str = ""
    """The whole text, when `text` is a piece of one with blanks that the phone fills in."""


@dataclass(frozen=True)
class Text:
    """A text in all its languages, as it stands somewhere."""

    words: Words
    part: str
    heard: Heard


@dataclass(frozen=True)
class Catalogue:
    """All sentences of one written language, in the order of recording."""

    language: str
    sentences: tuple[Sentence, ...]
    split: tuple[str, ...]
    """Texts with blanks, `{}` for each: how the phone finds the pieces of a sentence whose blanks it has filled in."""

    def by_key(self) -> dict[str, Sentence]:
        """Sentences by key."""
        return {sentence.key: sentence for sentence in self.sentences}


def catalogue(language: str, texts: Iterable[Text]) -> Catalogue:
    """The sentences of these texts in one language. Texts that lack it are not listed: the phone shows them in English."""
    found: dict[str, Sentence] = {}
    split: dict[str, None] = {}
    for text in sorted(texts, key=lambda one: PARTS.index(one.part)):  # stable: inside a part as it stands there
        said = text.words.get(language, "")
        whole, spoken = template(said), pieces(said)
        if whole and spoken:
            split[whole] = None
        for piece in spoken:
            key = key_of(language, piece)
            known = found.get(key)
            if known is None:
                found[key] = Sentence(key, piece, normal(text.words.get("en", "")), text.part, (text.heard,), whole)
            elif text.heard not in known.heard:
                found[key] = replace(known, heard=(*known.heard, text.heard), whole=known.whole if whole else "")
    return Catalogue(language, tuple(found.values()), tuple(split))


def texts(programmes: Iterable[Programme], app: Path | None) -> list[Text]:
    """Everything that is said on the phone. app: a folder with the app's words; without one they are left out."""
    programmes = list(programmes)
    found: list[Text] = []
    for programme in programmes:
        for form in _in_order(programme.forms):
            found += _of_form(form)
    for programme in programmes:
        found += _of_steps(programme)
    found += _of_app(app) if app else []
    for programme in programmes:
        found += _of_story(programme)
    return found


def _in_order(forms: Mapping[str, Form]) -> list[Form]:
    path = [form for part in PATH.values() for form in part]
    return sorted(forms.values(), key=lambda form: path.index(form.id) if form.id in path else len(path))


def part_of(form: str) -> str:
    """The part of the day that a form belongs to."""
    return next((part for part, forms in PATH.items() if form in forms), "forms")


def _of_form(form: Form) -> Iterator[Text]:
    part = part_of(form.id)
    yield Text(form.title, part, Heard("form", form.id, "title", form.title))
    settings = next(iter(form.sheets.get("settings", ())), {})
    default = language_of(str(settings.get("default_language") or "")) or next(iter(form.title), "en")
    lists = _lists(form, default)
    told: set[str] = set()
    for row in form.sheets.get("survey", ()):
        kind, name = str(row.get("type") or "").strip(), str(row.get("name") or "")
        base, _, rest = kind.partition(" ")
        if not kind or base in UNSEEN or base.startswith("end"):
            continue
        for what, words in _words_of(row, default).items():
            yield Text(words, part, Heard("form", form.id, f"{name} {what}", form.title))
        chosen = rest.split(" ")[0]
        if base.startswith(("select", "rank")) and chosen not in told:
            told.add(chosen)
            for choice, words in lists.get(chosen, ()):
                yield Text(words, part, Heard("form", form.id, f"{name} {choice}", form.title))


def _lists(form: Form, default: str) -> dict[str, list[tuple[str, Words]]]:
    lists: dict[str, list[tuple[str, Words]]] = {}
    for row in form.sheets.get("choices", ()):
        words = _words_of(row, default).get("label")
        name = str(row.get("list_name") or row.get("list name") or "")
        if words and name:
            lists.setdefault(name, []).append((str(row.get("name") or row.get("value") or ""), words))
    return lists


def _words_of(row: Mapping[str, Any], default: str) -> Mapping[str, Words]:
    """What of a row is shown: column without its language -> language -> words."""
    found: dict[str, dict[str, str]] = {}
    for column, cell in row.items():
        match = _COLUMN.fullmatch(column.strip())
        what = match[1].strip().lower().replace(" ", "_") if match else ""
        if match and what in SPOKEN and str(cell or "").strip():
            code = (language_of(match[2]) if match[2] else "") or default
            found.setdefault(what, {}).setdefault(code, str(cell))
    return found


def _of_steps(programme: Programme) -> Iterator[Text]:
    for pathway in programme.pathways.values():
        yield Text(pathway.title, "steps", Heard("step", pathway.name, "title", pathway.title))
        for step in pathway.steps:
            where = f"{pathway.name}.{step.name}"
            yield Text(step.title, "steps", Heard("step", where, "title", pathway.title))
            if step.advice:
                yield Text(step.advice, "steps", Heard("step", where, "advice", pathway.title))


def _of_story(programme: Programme) -> Iterator[Text]:
    for code in programme.dictionary.values():
        yield Text(code.labels, "story", Heard("code", code.code, "label"))


def _of_app(app: Path) -> Iterator[Text]:
    """The app's words, key to sentence or to forms by number: the form's screens first, then all others.

    `forms/words.LANGUAGE.json` and `words/form.LANGUAGE.json` belong to the form, `words/LANGUAGE.json` to the app.
    """
    form_words = [*app.glob("forms/words.*.json"), *app.glob("words/form.*.json")]
    own_words = [path for path in app.glob("words/*.json") if "." not in path.stem]
    for paths in (form_words, own_words):
        said = {path.stem.rpartition(".")[2]: json.loads(path.read_text(encoding="utf-8")) for path in sorted(paths)}
        for key in dict.fromkeys(key for words in said.values() for key in words if not key.startswith("_")):
            for form in ("", "one", "other"):
                words = {lang: text for lang, own in said.items() if (text := _entry(own.get(key), form))}
                if words:
                    yield Text(words, "app", Heard("app", key, form or "label"))


def _entry(entry: Any, form: str) -> str:
    if isinstance(entry, Mapping):
        return str(entry.get(form) or "") if form else ""
    return "" if form or not isinstance(entry, str) else entry
