"""The fixtures that every test may ask for, and two rules: nothing is skipped, nothing is timed."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator

import pytest
from hypothesis import settings

# How long an example takes is the machine's affair: on a busy one a law must not break.
settings.register_profile("doorstep", deadline=None)
settings.load_profile("doorstep")

# Hundreds of commands are started, each a process: they compile our code once, whatever this machine says of bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

pytest_plugins = ["tests.support.browser", "tests.support.engines"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test is a failed one: a part that is missing must not pass for green."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and nothing may be: {report.longrepr}"
    return report
