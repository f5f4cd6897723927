"""A programme folder -> one validated Programme, or every mistake that stands in the way.

Half-read content never acts: with one error there is no programme. Warnings come along with it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from doorstep.content.cases import Written, read_cases
from doorstep.content.check import check
from doorstep.content.context import Context
from doorstep.content.dictionary import read_dictionaries
from doorstep.content.forms import form_files, read_forms
from doorstep.content.indicators import read_indicators
from doorstep.content.messages import read_messages
from doorstep.content.model import Programme
from doorstep.content.pathway import read_pathways
from doorstep.content.problems import Problem, Problems
from doorstep.content.programme import Head, read_episodes, read_head, read_referrals
from doorstep.content.yamlpos import Node, plain, read_yaml

HEAD = "programme.yaml"
COMMON = "common"
CONTENT = (HEAD, "dictionary.csv", "pathway.yaml", "indicators.yaml", "messages.yaml")


def read_programme(folder: Path) -> tuple[Programme | None, list[Problem]]:
    """The programme in a folder, with the shared dictionary in `common` beside it.

    None when there is an error among the problems.
    """
    problems = Problems()
    read = _Folder(folder.resolve(), problems)
    programme = read.programme()
    if programme is not None:
        check(programme, read.context, read.cases, read.fed_elsewhere)
    return (None if problems.has_errors else programme), problems.sorted()


def folders(shelf: Path) -> list[Path]:
    """Every programme on the shelf: the folders with a programme.yaml. The shelf may be a programme itself."""
    if (shelf / HEAD).is_file():
        return [shelf]
    return sorted(path.parent for path in shelf.glob(f"*/{HEAD}"))


def read_all(shelf: Path) -> tuple[dict[str, Programme], list[Problem]]:
    """Every programme on the shelf by id, and every mistake in any. No programme at all is a mistake too."""
    found = folders(shelf)
    problems = Problems()
    if not found:
        problems.add("file-missing", shelf.name, 1, 1, "no programme", f"folders with a {HEAD}")
    programmes = {}
    for folder in found:
        programme, mistakes = read_programme(folder)
        problems.extend(mistakes)
        if programme is not None:
            programmes[programme.id] = programme
    return programmes, problems.sorted()


def content_hash(folder: Path) -> str:
    """SHA-256 of everything that decides what the programme does: not of its cases, notes or pictures.

    The same on every machine: files by name, line ends of text as \\n.
    """
    digest = hashlib.sha256()
    shared = folder.parent / COMMON / "dictionary.csv"
    files = [folder / name for name in CONTENT] + form_files(folder) + [shared]
    for path in files:
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.suffix.lower() not in (".xlsx", ".xls"):
            content = content.replace(b"\r\n", b"\n")
        name = f"{COMMON}/{path.name}" if path == shared else path.relative_to(folder).as_posix()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


class _Folder:
    """Reads the files of one folder, in the order in which they depend on each other."""

    def __init__(self, folder: Path, problems: Problems) -> None:
        self.folder, self.problems = folder, problems
        self.context = Context(problems)
        self.cases: list[Written] = []
        self.tree: dict[str, Any] = {}
        self.others: set[str] | None = None

    def programme(self) -> Programme | None:
        head_node = self._yaml(HEAD)
        if head_node is None:
            return None
        head = read_head(head_node, self.folder.name, self._name(HEAD), self.problems)
        dictionary, mistakes = read_dictionaries(self.folder)
        self.problems.extend(mistakes)
        episodes = read_episodes(head_node, self._name(HEAD), dictionary, self.problems)
        forms, mistakes = read_forms(self.folder, dictionary)
        self.problems.extend(mistakes)
        referrals = read_referrals(head_node, self._name(HEAD), None if mistakes else forms, self.problems)
        self.context = Context(self.problems, head.shelf, dictionary, episodes, head.roles)
        tables, pathways = read_pathways(self._yaml("pathway.yaml"), self._name("pathway.yaml"), self.context)
        indicators = read_indicators(self._optional("indicators.yaml"), self._name("indicators.yaml"), pathways, self.context)
        messages = read_messages(
            self._optional("messages.yaml"), self._name("messages.yaml"), pathways, head.subject, self.context
        )
        self._read_cases()
        return Programme(
            id=head.id, names=head.names, subject=head.subject, compartment=head.compartment, source=head.source,
            languages=head.shelf.languages, countries=head.shelf.countries, roles=head.roles, episodes=episodes,
            dictionary=dictionary, tables=tables, pathways=pathways, forms=forms, indicators=indicators,
            messages=messages, cases=tuple(written.case for written in self.cases), path=str(self.folder),
            referrals=referrals, about=head.about, tree=self.tree,
        )  # fmt: skip

    def fed_elsewhere(self, code: str) -> bool:
        """Whether a form of another programme on the shelf feeds a shared code. Those are read when first asked for."""
        if self.others is None:
            others = [folder for folder in folders(self.folder.parent) if folder != self.folder]
            forms = [form for folder in others for form in read_forms(folder, self.context.dictionary)[0].values()]
            self.others = {question.code for form in forms for question in form.questions if question.code}
        return code in self.others

    def _name(self, file: str) -> str:
        return f"{self.folder.name}/{file}"

    def _yaml(self, file: str) -> Node | None:
        node = read_yaml(self.folder / file, self._name(file), self.problems)
        self.tree[file] = plain(node)
        return node

    def _optional(self, file: str) -> Node | None:
        return self._yaml(file) if (self.folder / file).is_file() else None

    def _read_cases(self) -> None:
        for path in sorted((self.folder / "cases").glob("*.yaml")):
            file = f"cases/{path.name}"
            self.cases += read_cases(self._yaml(file), self._name(file), self.problems)


__all__ = ["Head", "content_hash", "folders", "read_all", "read_programme"]
