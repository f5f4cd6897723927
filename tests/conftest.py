"""The fixtures that every test may ask for, and one rule: nothing is skipped."""

from __future__ import annotations

from collections.abc import Generator

import pytest

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
