"""What people at the server do, and what the server says at the end: lines of JSON in, lines out, at the simulated time.

A process of its own, since its clock is not this machine's: `python -m tests.simulation_phones.station`, on the installation of
the settings.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from doorstep.cli.django_ready import ready

ready()

from doorstep.accounts import access  # noqa: E402 - Django is up only now
from doorstep.accounts.models import Assignment, Device, Worker  # noqa: E402
from doorstep.cli.opened import accounts_of  # noqa: E402
from doorstep.cli.shelf import shelf  # noqa: E402
from doorstep.record import held  # noqa: E402
from doorstep.record.conflicts import attribute_values, conflicts  # noqa: E402
from doorstep.record.lists import STATUSES, Question, due, today  # noqa: E402
from doorstep.record.places import Places, load  # noqa: E402
from doorstep.record.reasons import HELD  # noqa: E402
from doorstep.record.record import Record  # noqa: E402
from doorstep.sync import phones  # noqa: E402
from doorstep.sync.codes import make_code  # noqa: E402
from tests.sync.held import LISTED, held_by  # noqa: E402

COMPARED = ("fact", "attribute", "subject", "relation", "home", "step", "conflict")
PROVINCE = "KH-16"


class Station:
    """One installation, seen from inside."""

    def __init__(self) -> None:
        self.record = Record.open(programmes=shelf())

    def fill(self, workers: list[list[str]]) -> bool:
        """Places, and everybody who works: username, role, place."""
        with self.record.store.register.write() as register:
            load(register, Places.load(), [PROVINCE])
        for username, role, place in workers:
            worker = Worker.objects.create_user(username, called=f"{username} (invented)", invented=True, language="en")
            Assignment.objects.create(worker=worker, role=role, place=place, valid_from=0)
        return True

    def code(self, username: str) -> str:
        """An enrolment code; what there is of a phone that was enrolled before stays as it is."""
        return make_code(self.record, Worker.objects.get(username=username), "")

    def new_pin(self, username: str) -> bool:
        """She may begin anew on her phones."""
        for device in Device.objects.filter(worker__username=username, revoked_at=None):
            phones.allow_new_pin(device, "")
        return True

    def moved(self, username: str, place: str) -> bool:
        """She works elsewhere from today on."""
        role = Assignment.objects.filter(worker__username=username, valid_to=None).values_list("role", flat=True)[0]
        Assignment.objects.filter(worker__username=username, valid_to=None).update(valid_to=today())
        worker = Worker.objects.get(username=username)
        Assignment.objects.create(worker=worker, role=role, place=place, valid_from=today())
        return True

    def areas(self) -> dict[str, str]:
        """Where everybody works now."""
        return dict(Assignment.objects.filter(valid_to=None).values_list("worker__username", "place"))

    def release(self) -> list[str]:
        """A person looked at what waits, and takes it in; what is dated wrongly with the right time, which was before it came."""
        told = []
        for one in held.kept_aside(self.record, HELD, decided=False):
            authority = accounts_of(self.record)
            if not any(still.n == one.n for still in held.kept_aside(self.record, HELD, decided=False)):
                continue  # what was released before it has settled this one too
            try:
                receipt = held.release(self.record, one.n, "operator", authority=authority)
            except held.CannotDecide:  # it asks for the right day, also where something else was the first reason to wait
                receipt = held.release(self.record, one.n, "operator", made_at=_before(one.received_at), authority=authority)
            told.append(f"{one.reason} {receipt.outcome}")
        self.record.catch_up()
        return told

    def arrived(self) -> dict[str, str]:
        """Id of everything that is here -> where it is."""
        found = {one.id: "waiting" for one in held.kept_aside(self.record, HELD, decided=False)}
        with self.record.store.log.read() as log:
            return found | {row[0]: "log" for row in log.rows("SELECT id FROM submission")}

    def marks(self) -> list[list[Any]]:
        """Every fact by which the simulation knows its work again: what it says, how often it counts."""
        self.record.catch_up()
        with self.record.store.register.read() as register:
            rows = register.rows(
                "SELECT CAST(num AS INTEGER), COUNT(*) FROM fact WHERE code = 'iron_tablets' AND num >= 1000000 GROUP BY num"
            )
            return [list(row) for row in rows]

    def subjects(self) -> dict[str, str]:
        """What people are called -> their canonical id."""
        self.record.catch_up()
        with self.record.store.register.read() as register:
            known = [row[0] for row in register.rows("SELECT subject FROM subject WHERE kind = 'person'")]
            return {str(attribute_values(self.record, register, one).get("called", "")): one for one in known}

    def called(self) -> list[str]:
        """What everybody is called, as often as it is."""
        with self.record.store.register.read() as register:
            known = [row[0] for row in register.rows("SELECT subject FROM subject WHERE kind = 'person'")]
            return [str(attribute_values(self.record, register, one).get("called", "")) for one in known]

    def misfits(self) -> list[list[Any]]:
        """What does not fit together: kind, subject, what."""
        return [[one.kind, one.subject, one.what] for one in conflicts(self.record)]

    def expected(self, username: str) -> dict[str, Any]:
        """What a phone of hers would hold if it began now: rows by table, with their columns."""
        self.record.catch_up()
        found = held_by(self.record, username)
        return {name: [found.columns[name], found.tables.get(name, [])] for name in COMPARED if name in found.columns}

    def listed(self, username: str, second: int) -> list[list[Any]]:
        """The due list of her areas as the pages show it to her: all statuses."""
        who = access.viewer(Worker.objects.get(username=username))
        places = {grant.place for grant in who.scope.grants or ()}
        rows: list[list[Any]] = []
        for place in places:
            asked = Question(place, second // 86_400, statuses=STATUSES, second=second)
            rows += ([row[column] for column in LISTED] for row in due(self.record, asked, who.scope))
        return sorted({json.dumps(row): row for row in rows}.values(), key=repr)


def _before(received_ms: int) -> str:
    """The day before something came."""
    return datetime.fromtimestamp(received_ms / 1000 - 86_400, UTC).isoformat(timespec="seconds")


def main() -> None:
    """Answers line by line until there are no more."""
    station = Station()
    for line in sys.stdin:
        name, asked = json.loads(line)
        does: Callable[..., Any] = getattr(station, name)
        print(json.dumps(does(*asked)), flush=True)


if __name__ == "__main__":
    main()
