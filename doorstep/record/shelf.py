"""The shelf: every content pack that was ever released, and which form a submission was filled in with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from doorstep.content.model import Code, EpisodeKind, Form, Programme
from doorstep.content.uploaded import Uploaded, uploaded_of


@dataclass(frozen=True)
class Pack:
    """Programmes as they were released together. `hash` names the content for ever."""

    hash: str
    programmes: Mapping[str, Programme]

    @property
    def rules(self) -> str:
        """The part of the hash that names what decides facts and steps. What follows are forms that somebody uploaded: they
        decide nothing, so that another one leaves everything that was worked out as it is."""
        return self.hash.partition("-")[0]

    @property
    def uploaded(self) -> dict[str, tuple[Uploaded, Programme]]:
        """The forms that somebody uploaded, by the form's id."""
        known = ((uploaded_of(programme), programme) for programme in self.programmes.values())
        return {told.form: (told, programme) for told, programme in known if told is not None}

    @property
    def dictionary(self) -> dict[str, Code]:
        """All codes of all its programmes: one namespace."""
        return {code: row for programme in self.programmes.values() for code, row in programme.dictionary.items()}

    @property
    def episodes(self) -> dict[str, EpisodeKind]:
        """All kinds of episode of all its programmes."""
        return {name: kind for programme in self.programmes.values() for name, kind in programme.episodes.items()}


@dataclass(frozen=True)
class FormIn:
    """A form, in the newest pack that has this version of it."""

    form: Form
    pack: str


class Shelf:
    """Packs, oldest first. The last is in force."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.packs = tuple(packs)
        self._by_hash = {pack.hash: pack for pack in self.packs}
        self._forms: dict[tuple[str, str], FormIn] = {}
        self._latest: dict[str, FormIn] = {}
        self._in: dict[tuple[str, str, str], FormIn] = {}
        self._dictionaries: dict[str, dict[str, Code]] = {}
        self._uploads: dict[tuple[str, str], Uploaded] = {}
        for pack in self.packs:
            for programme in pack.programmes.values():
                for form in programme.forms.values():
                    held = FormIn(form, pack.hash)
                    self._forms[form.id, form.version] = held
                    self._in[form.id, form.version, pack.hash] = held
                    self._latest[form.id] = held
                told = uploaded_of(programme)
                if told is not None:
                    self._uploads[told.form, told.version] = self._uploads[told.form, ""] = told

    @property
    def current(self) -> Pack:
        """The pack in force; an empty one before the first release."""
        return self.packs[-1] if self.packs else Pack("", {})

    def knows(self, form: str) -> bool:
        """Whether any pack has a form with this id."""
        return form in self._latest

    def form(self, form: str, version: str = "", pack: str = "") -> FormIn | None:
        """The form in this version (the newest when none is named), as this pack has it, else the newest that does."""
        if not version:
            return self._latest.get(form)
        return self._in.get((form, version, pack)) or self._forms.get((form, version))

    def uploaded(self, form: str, version: str = "") -> Uploaded | None:
        """What is known of an uploaded form in this version (the newest when none is named, or that one is not known)."""
        return self._uploads.get((form, version)) or self._uploads.get((form, ""))

    @property
    def uploaded_forms(self) -> list[str]:
        """Ids of all forms that somebody ever uploaded."""
        return sorted(form for form, version in self._uploads if not version)

    def dictionary(self, pack: str) -> Mapping[str, Code]:
        """The codes of one pack; those in force when the pack is unknown."""
        if pack not in self._dictionaries:
            self._dictionaries[pack] = self._by_hash.get(pack, self.current).dictionary
        return self._dictionaries[pack]
