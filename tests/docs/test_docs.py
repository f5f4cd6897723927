"""What the documentation says is there: links lead somewhere, commands exist, settings are read. And what is there is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from doorstep.cli.main import COMMANDS, main
from doorstep.record.reasons import OUTCOMES

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)  # code may hold what looks like a link
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_and_option_named_exists(page: Path) -> None:
    context = click.Context(main)
    for line in re.findall(r"(?:^|[`\s/])doorstep ([a-z]+[^`\n]*)", page.read_text()):
        words = line.split()
        if words[0] not in COMMANDS:
            continue
        command: click.Command | None = main.get_command(context, words[0])
        assert command is not None, f"{page.name} names doorstep {words[0]}"
        rest = words[1:]
        if isinstance(command, click.Group) and rest and rest[0].isalpha() and rest[0].islower():
            command = command.get_command(context, rest[0])
            assert command is not None, f"{page.name} names doorstep {words[0]} {rest[0]}"
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        for option in (word.split("=")[0] for word in rest if word.startswith("--") and word != "--"):
            assert option in known or option == "--help", f"{page.name}: doorstep {words[0]} has no {option}"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_that_is_announced_is_there_and_explains_itself(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None, name
    assert command.help, name


def _named(command: click.Command, words: str) -> Iterator[str]:
    """`words`, or where they are a group, the words of each command in it."""
    if not isinstance(command, click.Group):
        yield words
        return
    for name, inner in command.commands.items():
        yield from _named(inner, f"{words} {name}")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_stands_in_some_guide(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None, name
    told = "\n".join(page.read_text() for page in PAGES)
    for words in _named(command, name):
        assert re.search(rf"\bdoorstep {words}\b", told), f"no document says how to use: doorstep {words}"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_guide_to_the_command_line_lists_every_command(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None, name
    table = (ROOT / "docs" / "guide-command-line.md").read_text()
    for words in _named(command, name):
        assert f"\n| `{words}` |" in table, f"the guide to the command line lacks: {words}"


def test_every_address_over_http_stands_in_the_guide_for_the_server() -> None:
    code = (ROOT / "doorstep" / "record" / "http.py").read_text()
    guide = (ROOT / "docs" / "guide-server.md").read_text()
    addresses = set(re.findall(r'"(/api/v1/[a-z]+)', code))
    assert addresses, "the addresses are found by how they are written in http.py"
    for address in sorted(addresses | {"/openrosa"}):
        assert address in guide, f"docs/guide-server.md lacks {address}"
    for outcome in OUTCOMES:
        assert f"| `{outcome}` |" in guide, f"docs/guide-server.md lacks the outcome {outcome}"


def test_every_make_target_in_the_readme_is_one() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE)) <= targets


def test_every_setting_named_in_the_documentation_is_read_by_the_code() -> None:
    code = "\n".join(path.read_text() for folder in ("doorstep", "scripts", "tests/support") for path in (ROOT / folder).rglob("*.py"))
    code += (ROOT / "scripts" / "python.sh").read_text()
    for page in PAGES:
        for name in set(re.findall(r"\bDOORSTEP_[A-Z_]+\b", page.read_text())):
            assert name in code, f"{page.name} names {name}"
