"""A station with an attendant who goes to two villages, another in a third, and one woman who lives there. All invented but the places.

`python -m tests.journeys.phone_moving.station` fills the installation that the settings name, and prints codes for both phones.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

HERE, FAR = "KH-16050201", "KH-16050202"
BESIDE = "KH-16050203"
WORKERS = (("dara", HERE), ("dara", BESIDE), ("thu", FAR))
CALLED, CARD = "Sùng Thị Mỷ", "K7QF 3MXR"
SUBJECT = "5b1f5e1e-0000-4000-8000-000000000001"


def registration() -> dict[str, Any]:
    """As her own attendant wrote it, three weeks ago."""
    made = datetime.now(UTC) - timedelta(days=21)
    lmp = made - timedelta(weeks=29)
    answers = {
        "consent_record": "yes", "called": CALLED, "birthday": str(made.year - 24), "residence": FAR, "card_code": CARD,
        "whereabouts": "here", "pregnancy_registered": "yes", "lmp_told": lmp.strftime("%Y-%m-%d"), "lmp_certain": "yes",
        "sex": "f",
    }  # fmt: skip
    return {
        "id": "5b1f5e1e-0000-4000-8000-000000000002", "form": "register", "version": "1", "subject": SUBJECT, "author": "thu",
        "place": FAR, "made_at": made.isoformat(timespec="seconds"), "answers": answers,
    }  # fmt: skip


def main() -> None:
    from doorstep.cli.django_ready import ready

    ready()
    from doorstep.accounts.models import Assignment, Worker
    from doorstep.cli.shelf import shelf
    from doorstep.cli.submit import take_in
    from doorstep.record.places import Places, load
    from doorstep.record.record import Record
    from doorstep.sync.codes import make_code

    atlas, codes = Places.load(), {}
    with Record.open(programmes=shelf()) as record:
        with record.store.register.write() as register:
            load(register, atlas, ["KH-16"])
        for name, place in WORKERS:
            worker = Worker.objects.filter(username=name).first() or Worker.objects.create_user(
                name, called=f"{name} (invented)", invented=True, language="en"
            )
            Assignment.objects.create(worker=worker, role="attendant", place=place, valid_from=0)
            codes[name] = codes.get(name) or make_code(record, worker, "operator")
        tally = take_in(record, iter([registration()]))
        assert tally.counts["accepted"] == 1, tally
        record.catch_up()
    names = {place: dict(atlas.get(place).names) for place in (HERE, FAR)}
    print(json.dumps({"codes": codes, "names": names}))


if __name__ == "__main__":
    main()
