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


LONG = (
    "tests/simulation_phones/test_many_phones.py::",
    "tests/bench/test_benches.py::",
    "tests/sync/test_same_list.py::test_five_hundred_simulated_people_give_the_same_list_in_every_role[postgres]",
    "tests/record/laws/test_sabotage.py::test_a_sabotaged_fold_breaks_the_law[postgres",
    "tests/cli/test_record.py::test_from_the_first_submission_to_the_last_restore[postgres]",
    "tests/cli/test_record.py::test_an_erasure_leaves_exports_and_is_noted_whichever_way_it_comes[postgres]",
    "tests/sync/test_clips.py::test_every_sentence_has_a_sound_where_a_machine_speaks_the_language[bg]",
    "tests/sync/test_clips.py::test_every_sentence_has_a_sound_where_a_machine_speaks_the_language[en]",
)
"""What takes minutes and has a shorter twin beside it (the other database, another language, the laws of fewer phones), or is tried by
a command of its own (`make bench`). `make test` runs it; CI, which has half an hour on two cores, leaves it out by
`-m "not long"`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(LONG):
            item.add_marker("long")


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
