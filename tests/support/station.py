"""What a station holds of one worker's work, read from its log and its register: the truth that a phone is held against.

From a shell, on the installation of the settings: `python -m tests.support.station USERNAME` prints it as JSON.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.support.console import ROOT, Visitor, environment
from tests.support.phone_server import PhoneServer


@dataclass(frozen=True)
class Person:
    """Of whom she spoke. sent: (form, kind, author, whether a correction stands in its place), in order. facts: code to its values in the
    order of days. open: (look of the card, title) of every open step that this worker may see. relatives: relation and name."""

    name: str
    sent: list[tuple[str, str, str, bool]]
    facts: dict[str, list[Any]]
    open: list[tuple[str, str]]
    relatives: list[tuple[str, str]]

    def forms(self) -> Counter[str]:
        """How often each form speaks of her."""
        return Counter(form for form, *_ in self.sent)


@dataclass(frozen=True)
class Made:
    """All that a worker made. log: ids in the log, in order. aside: id to outcome of what waits or was refused. people: by id."""

    log: list[str]
    aside: dict[str, str]
    people: dict[str, Person]

    def called(self, name: str) -> Person:
        """The one person of that name."""
        found = [one for one in self.people.values() if one.name == name]
        assert len(found) == 1, f"{len(found)} people of that name are at the station"
        return found[0]

    def nameless(self) -> list[Person]:
        """Babies that have no name yet."""
        return [one for one in self.people.values() if not one.name]


def made_by(server: PhoneServer, username: str) -> Made:
    """Everything of hers, as the station has it now; the server may be running or not."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.station", username], cwd=ROOT, env=environment(server.data), check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    people = {
        subject: Person(
            one["name"], [tuple(row) for row in one["sent"]], one["facts"], sorted(tuple(row) for row in one["open"]),
            sorted(tuple(row) for row in one["relatives"]),
        )
        for subject, one in told["people"].items()
    }  # fmt: skip
    return Made(told["log"], told["aside"], people)


def decide(server: PhoneServer, username: str, what: str) -> None:
    """Her supervisor decides about her newest phone, on the console's page: lock, unlock, new_pin, revoke or wipe."""
    supervisor = Visitor(server.port)
    assert supervisor.log_in("sok").status == 302
    page = supervisor.get(f"/phones/?q={username}").text
    pk = re.findall(r'id="phone-(\d+)"', page)[0]
    assert supervisor.post(f"/phones/{pk}/", what=what, q=username).status == 302


def _read(username: str) -> dict[str, Any]:
    from doorstep.cli.django_ready import ready

    ready()
    from doorstep.accounts import access
    from doorstep.accounts.models import Worker
    from doorstep.cli.timeline import moment
    from doorstep.record.lists import of_subjects
    from doorstep.record.record import Record
    from doorstep.record.scope import EVERYTHING
    from doorstep.record.story import story

    scope = access.viewer(Worker.objects.get(username=username)).scope
    with Record.open() as record:
        record.catch_up()
        with record.store.log.read() as log:
            ids = [row[0] for row in log.rows("SELECT id FROM submission WHERE author = ? ORDER BY seq", [username])]
            aside = dict(log.rows("SELECT id, outcome FROM aside WHERE author = ? ORDER BY n", [username]))
        with record.store.register.read() as register:
            spoken = [row[0] for row in register.rows(
                "SELECT DISTINCT o.subject FROM speaks_of AS o JOIN sub AS s ON s.submission = o.submission WHERE s.author = ? "
                "AND s.kind <> 'withdrawal'", [username],
            )]  # fmt: skip
        stories = {subject: story(record, subject, frozenset(), EVERYTHING) for subject in spoken}
        names = {one.subject: next((str(had.value) for had in one.attributes if had.name == "called" and had.shown), "") for one in stories.values()}
        people = {}
        for subject, one in stories.items():
            facts: dict[str, list[Any]] = {}
            for fact in one.facts:
                facts.setdefault(fact.code, []).append(fact.txt if fact.num is None else fact.num)
            steps = of_subjects(record, [subject], *moment(record, one.homes, None), scope)
            people[subject] = {
                "name": names[subject], "facts": facts,
                "sent": [(sent.form, sent.kind, sent.author, sent.replaced) for sent in one.sent],
                "open": [
                    ("danger" if step["urgency"] == "danger" else step["status"], step["title"]["en"])
                    for step in steps if step["status"] in ("due", "late")
                ],
                "relatives": [(name, names.get(other, other)) for name, other in one.belongs_to],
            }  # fmt: skip
    return {"log": ids, "aside": aside, "people": people}


if __name__ == "__main__":
    print(json.dumps(_read(sys.argv[1])))
