"""The fixtures that every test may ask for, and two rules: nothing is skipped, nothing is timed."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Generator

import pytest
from hypothesis import settings

# How long an example takes is the machine's affair: on a busy one a law must not break.
# The same examples each time: what a change breaks is found in its own run. DOORSTEP_EXPLORE=500 looks for others.
settings.register_profile("doorstep", deadline=None, derandomize=not os.environ.get("DOORSTEP_EXPLORE"))
settings.load_profile("doorstep")

# Hundreds of commands are started, each a process: they compile our code once, whatever this machine says of bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

pytest_plugins = ["tests.support.browser", "tests.support.engines"]


LONGEST = {
    "sync/test_same_list": 170, "simulation_phones/test_many_phones": 100, "record/laws/test_laws": 100, "cli/test_record": 100,
    "journeys/phone_screens/test_her_phone": 90, "record/laws/test_lists_laws": 90, "journeys/phone_screens/test_her_day": 80,
    "reference/test_engines_agree": 80, "record/laws/test_sabotage": 80, "bench/test_benches": 75, "cli/test_nothing_is_lost": 70,
    "journeys/phone_screens/test_screens": 70, "journeys/voices/test_recording": 65, "journeys/phone_forms/test_looks": 65,
    "journeys/phone_screens/test_uploaded_forms": 50, "record/test_hostile": 40, "journeys/phone_screens/test_with_the_station": 40,
    "journeys/phone/test_engine": 35, "simulation_phones/test_laws_can_fail": 32, "journeys/voices/test_on_the_phone": 30,
    "journeys/phone_moving/test_moving": 28, "simulation/test_demo": 26, "record/test_killed": 26, "sync/test_clips": 25,
    "simulation/test_stream": 25, "sync/test_same_warnings": 24, "bench/test_peer": 15, "house/test_app": 15,
}  # fmt: skip
"""Seconds that a file of tests takes, about, of those where that is more than their number says. They begin first: a process that
begins one of them last works on alone, and the others wait. (`make test` has xdist keep this order.)"""


LONG = (
    "tests/bench/test_benches.py::",
    "tests/sync/test_same_list.py::test_five_hundred_simulated_people_give_the_same_list_in_every_role[postgres]",
    "tests/record/laws/test_sabotage.py::test_a_sabotaged_fold_breaks_the_law[postgres",
    "tests/cli/test_record.py::test_from_the_first_submission_to_the_last_restore[postgres]",
)
"""What takes long and has a shorter twin beside it (the other database), or is tried by a command of its own (`make bench`).
`make test` runs it; CI, which has half an hour on two cores, leaves it out by `-m "not long"`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(LONG):
            item.add_marker("long")
    of_file = Counter(item.nodeid.partition("::")[0] for item in items)
    weight = {file: (-LONGEST.get(file.removeprefix("tests/").removesuffix(".py"), 0), -count) for file, count in of_file.items()}
    items.sort(key=lambda item: (*weight[file := item.nodeid.partition("::")[0]], file))


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
