"""What is installed is what was checked: every part by its version and its hash, from wherever it is fetched."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.txt", "requirements-dev.txt"]
JAVASCRIPT_LOCKS = [ROOT / "package-lock.json", *sorted(ROOT.glob("bench/peers/*/package-lock.json"))]


def blocks(lock: str) -> list[str]:
    """One text per locked package: its line and the lines of its hashes."""
    text = (ROOT / lock).read_text()
    joined = re.sub(r"\\\n\s*", " ", text)
    return [line for line in joined.splitlines() if line and not line.lstrip().startswith("#")]


def wanted(file: str) -> list[Requirement]:
    lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_one_version_and_a_hash(lock: str) -> None:
    assert len(blocks(lock)) > 20
    for block in blocks(lock):
        assert re.match(r"^[a-z0-9][a-z0-9._-]*==\S+ ", block), block
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_says_where_a_package_is_fetched(lock: str) -> None:
    text = (ROOT / lock).read_text()
    for word in ("://", "--index-url", "--extra-index-url", "--find-links", "--trusted-host"):
        assert word not in text


@pytest.mark.parametrize("lock", JAVASCRIPT_LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_javascript_lock_says_where_a_package_is_fetched_and_each_has_a_hash(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert name == "" or package["integrity"].startswith("sha512-"), name
    assert "omit-lockfile-registry-resolved=true" in (lock.parent / ".npmrc").read_text().splitlines()


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_everything_that_is_asked_for(lock: str) -> None:
    """Fails when somebody adds a dependency and forgets `make lock`."""
    locked: dict[str, set[str]] = {}
    for block in blocks(lock):
        name, version = block.split(" ", 1)[0].split("==")
        locked.setdefault(canonicalize_name(name), set()).add(version)
    asked = wanted("requirements.in") + (wanted("requirements-dev.in") if "dev" in lock else [])
    for requirement in asked:
        versions = locked.get(canonicalize_name(requirement.name), set())
        assert any(requirement.specifier.contains(version) for version in versions), str(requirement)


def test_no_deep_learning_framework_comes_in() -> None:
    assert not [block for block in blocks("requirements-dev.txt") if re.match(r"(torch|tensorflow|nvidia)", block)]
